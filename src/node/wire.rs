//! JSON-RPC values of the Ethereum execution API: hex quantities and data, blocks, receipts. Strict about type and size.

use crate::node::error::NodeError;
use alloy_primitives::{Address, B256, Bytes, U256, hex};
use serde_json::Value;

/// Most logs of one receipt.
const LOGS_MAX: usize = 2_000;
/// Topics of one log: the EVM has LOG0 to LOG4.
const TOPICS_MAX: usize = 4;

/// The head of a chain as one node sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Height.
    pub number: u64,
    /// Block hash.
    pub hash: B256,
    /// Seconds since 1970, by the block's own claim.
    pub timestamp_s: u64,
    /// Wei per gas; none on networks without EIP-1559.
    pub base_fee: Option<u128>,
}

/// One event of a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// The contract.
    pub address: Address,
    /// At most four.
    pub topics: Vec<B256>,
    /// Unindexed part.
    pub data: Bytes,
}

/// What a transaction did, as one node says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Which transaction.
    pub hash: B256,
    /// True: executed. False: reverted, the fee is spent and the nonce consumed.
    pub succeeded: bool,
    /// Height of its block.
    pub block_number: u64,
    /// Hash of its block: what a reorg changes.
    pub block_hash: B256,
    /// Gas units.
    pub gas_used: u64,
    /// Wei per gas really paid, where the node tells.
    pub effective_price: Option<u128>,
    /// Events in order.
    pub logs: Vec<Log>,
}

/// A transaction as one node knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Sender as the node says.
    pub from: Address,
    /// Its slot.
    pub nonce: u64,
    /// Height of its block; none while it waits.
    pub block_number: Option<u64>,
}

/// Reads one answer; carries the method's name into every error.
pub struct Read<'a> {
    method: &'static str,
    value: &'a Value,
}

impl<'a> Read<'a> {
    /// The answer to `method`.
    #[must_use]
    pub const fn new(method: &'static str, value: &'a Value) -> Self {
        Self { method, value }
    }

    /// An error about this answer.
    #[must_use]
    pub const fn wrong(&self, why: &'static str) -> NodeError {
        NodeError::Answer { method: self.method, why }
    }

    /// A member that must be there.
    ///
    /// # Errors
    /// [`NodeError::Answer`], as everywhere below.
    pub fn member(&self, name: &str) -> Result<Self, NodeError> {
        self.optional(name).ok_or_else(|| self.wrong("a member that must be there is missing"))
    }

    /// A member that may be missing or null.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name).filter(|v| !v.is_null())?;
        Some(Self { method: self.method, value })
    }

    /// `0x` and up to 64 hex digits.
    ///
    /// # Errors
    /// [`NodeError::Answer`].
    pub fn quantity(&self) -> Result<U256, NodeError> {
        let digits = self.digits()?;
        if digits.is_empty() || digits.len() > 64 {
            return Err(self.wrong("expected a hex quantity of at most 256 bits"));
        }
        U256::from_str_radix(digits, 16).map_err(|_| self.wrong("expected a hex quantity of at most 256 bits"))
    }

    /// A quantity of at most 64 bits.
    ///
    /// # Errors
    /// [`NodeError::Answer`].
    pub fn small(&self) -> Result<u64, NodeError> {
        u64::try_from(self.quantity()?).map_err(|_| self.wrong("a quantity is beyond 64 bits"))
    }

    /// A price: a quantity of at most 128 bits.
    ///
    /// # Errors
    /// [`NodeError::Answer`].
    pub fn price(&self) -> Result<u128, NodeError> {
        u128::try_from(self.quantity()?).map_err(|_| self.wrong("a price is beyond 128 bits"))
    }

    /// Bytes.
    ///
    /// # Errors
    /// [`NodeError::Answer`].
    pub fn data(&self) -> Result<Bytes, NodeError> {
        hex::decode(self.digits()?).map(Bytes::from).map_err(|_| self.wrong("expected bytes in hex"))
    }

    /// Exactly 32 bytes.
    ///
    /// # Errors
    /// [`NodeError::Answer`].
    pub fn hash(&self) -> Result<B256, NodeError> {
        B256::try_from(&self.data()?[..]).map_err(|_| self.wrong("expected 32 bytes in hex"))
    }

    /// Exactly 20 bytes.
    ///
    /// # Errors
    /// [`NodeError::Answer`].
    pub fn address(&self) -> Result<Address, NodeError> {
        Address::try_from(&self.data()?[..]).map_err(|_| self.wrong("expected 20 bytes in hex"))
    }

    /// The elements of a list of at most `most`.
    ///
    /// # Errors
    /// [`NodeError::Answer`].
    pub fn list(&self, most: usize) -> Result<Vec<Self>, NodeError> {
        let items = self.value.as_array().ok_or_else(|| self.wrong("expected a list"))?;
        if items.len() > most {
            return Err(self.wrong("a list is too long"));
        }
        Ok(items.iter().map(|value| Self { method: self.method, value }).collect())
    }

    /// A block's header fields.
    ///
    /// # Errors
    /// [`NodeError::Answer`].
    pub fn head(&self) -> Result<Head, NodeError> {
        Ok(Head {
            number: self.member("number")?.small()?,
            hash: self.member("hash")?.hash()?,
            timestamp_s: self.member("timestamp")?.small()?,
            base_fee: self.optional("baseFeePerGas").map(|fee| fee.price()).transpose()?,
        })
    }

    /// A receipt, which must be the one of `asked`.
    ///
    /// # Errors
    /// [`NodeError::Answer`], also for a receipt without a status (before Byzantium): success cannot be told from it.
    pub fn receipt(&self, asked: B256) -> Result<Receipt, NodeError> {
        let hash = self.member("transactionHash")?.hash()?;
        if hash != asked {
            return Err(self.wrong("the receipt of another transaction"));
        }
        let succeeded = match self.member("status")?.small()? {
            0 => false,
            1 => true,
            _ => return Err(self.wrong("a status that is neither 0 nor 1")),
        };
        let logs = self.member("logs")?.list(LOGS_MAX)?;
        Ok(Receipt {
            hash,
            succeeded,
            block_number: self.member("blockNumber")?.small()?,
            block_hash: self.member("blockHash")?.hash()?,
            gas_used: self.member("gasUsed")?.small()?,
            effective_price: self.optional("effectiveGasPrice").map(|price| price.price()).transpose()?,
            logs: logs.iter().map(Self::log).collect::<Result<_, _>>()?,
        })
    }

    /// A transaction, which must be the one of `asked`.
    ///
    /// # Errors
    /// [`NodeError::Answer`].
    pub fn known(&self, asked: B256) -> Result<Known, NodeError> {
        if self.member("hash")?.hash()? != asked {
            return Err(self.wrong("another transaction"));
        }
        Ok(Known {
            from: self.member("from")?.address()?,
            nonce: self.member("nonce")?.small()?,
            block_number: self.optional("blockNumber").map(|number| number.small()).transpose()?,
        })
    }

    /// True for `null`: the node knows no such thing.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.value.is_null()
    }

    fn log(&self) -> Result<Log, NodeError> {
        let topics = self.member("topics")?.list(TOPICS_MAX)?;
        Ok(Log {
            address: self.member("address")?.address()?,
            topics: topics.iter().map(Self::hash).collect::<Result<_, _>>()?,
            data: self.member("data")?.data()?,
        })
    }

    fn digits(&self) -> Result<&'a str, NodeError> {
        let text = self.value.as_str().ok_or_else(|| self.wrong("expected a hex string"))?;
        let digits = text.strip_prefix("0x").ok_or_else(|| self.wrong("expected a hex string that begins with 0x"))?;
        // Checked here, because the decoder would take a second 0x.
        digits.bytes().all(|b| b.is_ascii_hexdigit()).then_some(digits).ok_or_else(|| self.wrong("expected hex digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: &Value) -> Read<'_> {
        Read::new("test", value)
    }

    #[test]
    fn quantities_are_hex_and_bounded() {
        assert_eq!(read(&json!("0x0")).quantity(), Ok(U256::ZERO));
        assert_eq!(read(&json!("0xffffffffffffffff")).small(), Ok(u64::MAX));
        assert!(read(&json!("0x10000000000000000")).small().is_err());
        assert_eq!(read(&json!(format!("0x{}", "f".repeat(64)))).quantity(), Ok(U256::MAX));
        for bad in [json!("0x"), json!("1"), json!(1), json!("0x_1"), json!("0x+1"), json!("0xg"), json!(null), json!("-0x1")] {
            assert!(read(&bad).quantity().is_err(), "{bad}");
        }
        assert!(read(&json!(format!("0x{}", "f".repeat(65)))).quantity().is_err());
    }

    #[test]
    fn data_has_whole_bytes_and_hashes_have_32() {
        assert_eq!(read(&json!("0x")).data(), Ok(Bytes::new()));
        assert!(read(&json!("0x1")).data().is_err());
        assert!(read(&json!("0x0x11")).data().is_err());
        assert!(read(&json!(format!("0x{}", "00".repeat(31)))).hash().is_err());
        assert!(read(&json!(format!("0x{}", "00".repeat(33)))).hash().is_err());
        assert!(read(&json!(format!("0x{}", "00".repeat(32)))).address().is_err());
    }

    fn receipt() -> Value {
        let word = |b: u8| format!("0x{}", hex::encode([b; 32]));
        json!({
            "transactionHash": word(1), "status": "0x1", "blockNumber": "0x5", "blockHash": word(2), "gasUsed": "0x5208",
            "effectiveGasPrice": "0x7", "logs": [{"address": format!("0x{}", hex::encode([3; 20])), "topics": [word(4)], "data": "0x05"}],
        })
    }

    #[test]
    fn a_receipt_is_read_whole_or_not_at_all() {
        let good = receipt();
        let found = read(&good).receipt(B256::repeat_byte(1)).expect("valid");
        assert!(found.succeeded && found.logs.len() == 1 && found.effective_price == Some(7) && found.gas_used == 21_000);
        assert!(read(&good).receipt(B256::repeat_byte(9)).is_err(), "somebody else's receipt");
        for name in ["transactionHash", "status", "blockNumber", "blockHash", "gasUsed", "logs"] {
            let mut bad = receipt();
            bad[name] = Value::Null;
            assert!(read(&bad).receipt(B256::repeat_byte(1)).is_err(), "{name} null");
            bad[name] = json!("0x2");
            let outcome = read(&bad).receipt(B256::repeat_byte(1));
            assert!(outcome.is_err() || matches!(name, "blockNumber" | "gasUsed"), "{name} 0x2");
        }
        let mut bad = receipt();
        bad["logs"][0]["topics"] = json!(["0x1", "0x2", "0x3", "0x4", "0x5"]);
        assert!(read(&bad).receipt(B256::repeat_byte(1)).is_err());
    }
}
