//! Reading positional parameters, and the hex quantities both ways (Ethereum JSON-RPC specification).

use alloy_primitives::{Address, B256, Bytes, U256, hex};
use serde_json::Value;

use super::RpcError;
use crate::sandbox::block::Block;
use crate::sandbox::ledger::Ledger;
use crate::sandbox::state::State;

/// A number as JSON-RPC writes it: hex without leading zeros.
pub(in super::super) fn quantity(number: impl Into<QuantityInt>) -> Value {
    Value::String(format!("{:#x}", number.into().0))
}

/// Any unsigned integer that becomes a quantity.
pub(in super::super) struct QuantityInt(U256);

impl From<u64> for QuantityInt {
    fn from(number: u64) -> Self {
        Self(U256::from(number))
    }
}

impl From<u128> for QuantityInt {
    fn from(number: u128) -> Self {
        Self(U256::from(number))
    }
}

impl From<U256> for QuantityInt {
    fn from(number: U256) -> Self {
        Self(number)
    }
}

/// Which block a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BlockRef {
    Latest,
    Pending,
    Safe,
    Finalized,
    Earliest,
    Number(u64),
    Hash(B256),
}

/// The block that `at` names; `Pending` is read as the head.
pub(super) fn block(ledger: &Ledger, at: BlockRef) -> Option<&Block> {
    match at {
        BlockRef::Latest | BlockRef::Pending => Some(ledger.head()),
        BlockRef::Safe => ledger.block(ledger.safe()),
        BlockRef::Finalized => ledger.block(ledger.finalized()),
        BlockRef::Earliest => ledger.block(0),
        BlockRef::Number(number) => ledger.block(number),
        BlockRef::Hash(hash) => ledger.block_by_hash(&hash),
    }
}

/// The block that `at` names, with the state after it.
pub(super) fn state(ledger: &Ledger, at: BlockRef) -> Result<(&Block, &State), RpcError> {
    let block = block(ledger, at).ok_or_else(|| RpcError::server("header not found"))?;
    let number = block.header.number;
    let state = ledger.state_at(number);
    let state = state.ok_or_else(|| RpcError::server(format!("historical state of block {number} is not available")))?;
    Ok((block, state))
}

/// The positional parameters of one request.
pub(super) struct Params<'a>(pub(super) &'a [Value]);

impl<'a> Params<'a> {
    /// The parameter at `index`, unless it is missing or null.
    pub(super) fn optional(&self, index: usize) -> Option<&'a Value> {
        self.0.get(index).filter(|value| !value.is_null())
    }

    pub(super) fn required(&self, index: usize) -> Result<&'a Value, RpcError> {
        self.optional(index).ok_or_else(|| RpcError::params(format!("missing value for required argument {index}")))
    }

    fn parse<T>(&self, index: usize, parse: impl Fn(&'a Value) -> Result<T, String>) -> Result<T, RpcError> {
        parse(self.required(index)?).map_err(|why| RpcError::params(format!("invalid argument {index}: {why}")))
    }

    pub(super) fn address(&self, index: usize) -> Result<Address, RpcError> {
        self.parse(index, address)
    }

    pub(super) fn hash(&self, index: usize) -> Result<B256, RpcError> {
        self.parse(index, hash)
    }

    pub(super) fn bytes(&self, index: usize) -> Result<Bytes, RpcError> {
        self.parse(index, bytes)
    }

    /// A storage slot: a quantity or a whole word, with or without leading zeros.
    pub(super) fn word(&self, index: usize) -> Result<U256, RpcError> {
        self.parse(index, word)
    }

    /// A count: a quantity, or a plain number as older clients send it.
    pub(super) fn count(&self, index: usize) -> Result<u64, RpcError> {
        self.parse(index, |value| value.as_u64().map_or_else(|| small(value), Ok))
    }

    pub(super) fn flag(&self, index: usize) -> Result<bool, RpcError> {
        self.parse(index, |value| value.as_bool().ok_or_else(|| "expected true or false".to_owned()))
    }

    pub(super) fn block(&self, index: usize) -> Result<BlockRef, RpcError> {
        self.parse(index, block_ref)
    }

    /// The block at `index`, or the head if the parameter is left out.
    pub(super) fn block_or_latest(&self, index: usize) -> Result<BlockRef, RpcError> {
        self.optional(index).map_or(Ok(BlockRef::Latest), |_| self.block(index))
    }

    pub(super) fn percentiles(&self, index: usize) -> Result<Option<Vec<f64>>, RpcError> {
        let Some(_) = self.optional(index) else { return Ok(None) };
        let read = |value: &Value| {
            let list = value.as_array().ok_or("expected a list of percentiles")?;
            list.iter().map(|p| p.as_f64().ok_or("expected a number")).collect::<Result<Vec<f64>, _>>()
        };
        self.parse(index, |value| read(value).map_err(str::to_owned)).map(Some)
    }
}

/// The hex digits of a JSON string that starts with `0x`.
fn digits(value: &Value) -> Result<&str, String> {
    let text = value.as_str().ok_or("expected a hex string")?;
    text.strip_prefix("0x").ok_or_else(|| "hex string without 0x prefix".to_owned())
}

pub(super) fn bytes(value: &Value) -> Result<Bytes, String> {
    let digits = digits(value)?;
    hex::decode(digits).map(Bytes::from).map_err(|e| format!("invalid hex string: {e}"))
}

pub(super) fn address(value: &Value) -> Result<Address, String> {
    let bytes = bytes(value)?;
    Address::try_from(bytes.as_ref())
        .map_err(|_| format!("hex string has length {}, want 40 for common.Address", bytes.len() * 2))
}

pub(super) fn hash(value: &Value) -> Result<B256, String> {
    let bytes = bytes(value)?;
    B256::try_from(bytes.as_ref()).map_err(|_| format!("hex string has length {}, want 64 for common.Hash", bytes.len() * 2))
}

fn word(value: &Value) -> Result<U256, String> {
    let digits = digits(value)?;
    U256::from_str_radix(if digits.is_empty() { "0" } else { digits }, 16).map_err(|_| "invalid hex word".to_owned())
}

/// A quantity of up to 256 bits.
pub(super) fn large(value: &Value) -> Result<U256, String> {
    let digits = digits(value)?;
    if digits.is_empty() {
        return Err("hex string \"0x\"".to_owned());
    }
    if digits.len() > 1 && digits.starts_with('0') {
        return Err("hex number with leading zero digits".to_owned());
    }
    // The parser alone would take signs and underscores too.
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err("invalid hex string".to_owned());
    }
    U256::from_str_radix(digits, 16).map_err(|_| "hex number > 256 bits".to_owned())
}

/// A quantity of up to 128 bits.
pub(super) fn medium(value: &Value) -> Result<u128, String> {
    u128::try_from(large(value)?).map_err(|_| "hex number > 128 bits".to_owned())
}

/// A quantity of up to 64 bits.
pub(super) fn small(value: &Value) -> Result<u64, String> {
    u64::try_from(large(value)?).map_err(|_| "hex number > 64 bits".to_owned())
}

/// A block tag, number, or EIP-1898 object.
pub(super) fn block_ref(value: &Value) -> Result<BlockRef, String> {
    if let Some(object) = value.as_object() {
        return match (object.get("blockHash"), object.get("blockNumber")) {
            (Some(by_hash), None) => hash(by_hash).map(BlockRef::Hash),
            (None, Some(by_number)) => block_ref(by_number),
            _ => Err("give either blockHash or blockNumber".to_owned()),
        };
    }
    match value.as_str() {
        Some("latest") => Ok(BlockRef::Latest),
        Some("pending") => Ok(BlockRef::Pending),
        Some("safe") => Ok(BlockRef::Safe),
        Some("finalized") => Ok(BlockRef::Finalized),
        Some("earliest") => Ok(BlockRef::Earliest),
        _ => small(value).map(BlockRef::Number),
    }
}
