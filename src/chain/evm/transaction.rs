//! Transactions: the exact bytes that are signed, and their way back.
//!
//! Types 0x02 (EIP-1559) and 0x00 (legacy with EIP-155) only. Decoding is strict: whatever decodes is encoded again and
//! compared byte for byte, so one transaction has one form. The encoding itself is alloy-consensus's.

use crate::chain::evm::error::EvmError;
use crate::chain::evm::fee::{GAS_CAP, intrinsic_gas};
use crate::chain::evm::signature::Parts;
use alloy_consensus::transaction::RlpEcdsaDecodableTx;
use alloy_consensus::transaction::RlpEcdsaEncodableTx;
use alloy_consensus::{SignableTransaction, TxEip1559, TxLegacy};
use alloy_eips::eip2930::AccessList;
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, keccak256};
use alloy_rlp::Decodable;

/// Most bytes of call data: geth's pool takes no transaction above 128 KiB.
pub const INPUT_MAX: usize = 120 * 1024;
/// Most bytes of a whole transaction that are looked at.
pub const RAW_MAX: usize = 128 * 1024;
/// EIP-2294: so that EIP-155's v fits 64 bits.
const CHAIN_ID_MAX: u64 = (u64::MAX / 2).saturating_sub(36);
/// EIP-2718 type of EIP-1559.
const TYPE_1559: u8 = 0x02;

/// What a transaction does, without its price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// EIP-155 chain id, at least 1.
    pub chain_id: u64,
    /// The slot.
    pub nonce: u64,
    /// The transaction's own recipient: the payee, or the token contract.
    pub to: Address,
    /// Wei.
    pub value: U256,
    /// Call data, empty for a native payment.
    pub input: Bytes,
    /// Gas units.
    pub gas_limit: u64,
}

/// What a unit of gas may cost, in wei.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fees {
    /// Type 0x02.
    Eip1559 {
        /// `maxFeePerGas`.
        fee_cap: u128,
        /// `maxPriorityFeePerGas`, at most the cap.
        tip_cap: u128,
    },
    /// Type 0x00.
    Legacy {
        /// `gasPrice`.
        gas_price: u128,
    },
}

impl Fees {
    /// The most a unit of gas can cost, wei.
    #[must_use]
    pub const fn ceiling(&self) -> u128 {
        match self {
            Self::Eip1559 { fee_cap, .. } => *fee_cap,
            Self::Legacy { gas_price } => *gas_price,
        }
    }
}

/// A transaction read back from bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// What it does.
    pub call: Call,
    /// What it may cost.
    pub fees: Fees,
}

/// The exact preimage of a signature, and its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsigned {
    /// `0x02 ‖ rlp(…)`, or EIP-155's nine-field list.
    pub bytes: Bytes,
    /// keccak-256 of `bytes`: what the key signs.
    pub digest: B256,
}

/// Bytes ready for a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The EIP-2718 envelope (or the legacy list).
    pub raw: Bytes,
    /// The transaction's hash, computed here.
    pub hash: B256,
    /// Recovered from the signature.
    pub sender: Address,
}

impl Unsigned {
    /// Encodes what is to be signed.
    ///
    /// # Errors
    /// A value outside its standard: chain id, nonce, gas limit, tip above cap, call data too long, total cost beyond 256 bits.
    pub fn build(call: &Call, fees: &Fees) -> Result<Self, EvmError> {
        check(call, fees)?;
        let mut bytes = Vec::new();
        match *fees {
            Fees::Eip1559 { fee_cap, tip_cap } => dynamic(call, fee_cap, tip_cap).encode_for_signing(&mut bytes),
            Fees::Legacy { gas_price } => legacy(call, gas_price).encode_for_signing(&mut bytes),
        }
        let digest = keccak256(&bytes);
        Ok(Self { bytes: bytes.into(), digest })
    }
}

/// Reads a signing preimage and holds it to the same rules as [`Unsigned::build`].
///
/// # Errors
/// Foreign types, contract creation and access lists have an error each; anything not in canonical form is refused.
pub fn decode_unsigned(bytes: &[u8]) -> Result<Decoded, EvmError> {
    let decoded = if is_dynamic(bytes)? {
        let mut rest = bytes.get(1..).unwrap_or_default();
        from_dynamic(TxEip1559::decode(&mut rest).map_err(malformed)?)?
    } else {
        let mut rest = bytes;
        from_legacy(TxLegacy::decode(&mut rest).map_err(malformed)?)?
    };
    if *Unsigned::build(&decoded.call, &decoded.fees)?.bytes != *bytes {
        return Err(EvmError::NotCanonical);
    }
    Ok(decoded)
}

/// Joins the approved preimage with a signature `r ‖ s ‖ v` and reads the result back before it is handed out.
///
/// # Errors
/// As [`decode_unsigned`]; [`EvmError::HighS`], [`EvmError::RecoveryByte`], [`EvmError::NotRecoverable`]. The caller compares `sender`.
pub fn assemble(unsigned: &[u8], signature: &[u8; 65]) -> Result<Signed, EvmError> {
    let decoded = decode_unsigned(unsigned)?;
    let parts = Parts::split(signature)?;
    let signature = Signature::new(parts.r, parts.s, parts.odd);
    let raw = encode_signed(&decoded, &signature);
    let Read { decoded: again, sender, digest } = read_signed(&raw)?;
    // The sender is recovered from the bytes that go out; their digest must be the one that was signed.
    if again != decoded || digest != keccak256(unsigned) {
        return Err(EvmError::Altered);
    }
    let hash = keccak256(&raw);
    Ok(Signed { raw: raw.into(), hash, sender })
}

/// Reads a signed transaction: what it does, who signed it, its hash.
///
/// # Errors
/// As [`decode_unsigned`], except that gas above EIP-7825's cap is let through: other people's transactions are read here too.
pub fn decode_signed(raw: &[u8]) -> Result<(Decoded, Address, B256), EvmError> {
    read_signed(raw).map(|read| (read.decoded, read.sender, keccak256(raw)))
}

/// What signed bytes say, who signed, and over which digest.
struct Read {
    decoded: Decoded,
    sender: Address,
    digest: B256,
}

fn read_signed(raw: &[u8]) -> Result<Read, EvmError> {
    let (decoded, signature, digest) = if is_dynamic(raw)? {
        let mut rest = raw.get(1..).unwrap_or_default();
        let (tx, signature) = TxEip1559::rlp_decode_with_signature(&mut rest).map_err(malformed)?;
        let digest = tx.signature_hash();
        (from_dynamic(tx)?, signature, digest)
    } else {
        let mut rest = raw;
        let (tx, signature) = TxLegacy::rlp_decode_with_signature(&mut rest).map_err(malformed)?;
        let digest = tx.signature_hash();
        (from_legacy(tx)?, signature, digest)
    };
    if encode_signed(&decoded, &signature) != raw {
        return Err(EvmError::NotCanonical);
    }
    let mut bytes = [0u8; 65];
    bytes[..32].copy_from_slice(&signature.r().to_be_bytes::<32>());
    bytes[32..64].copy_from_slice(&signature.s().to_be_bytes::<32>());
    bytes[64] = u8::from(signature.v());
    let sender = Parts::split(&bytes)?.recover(digest)?;
    Ok(Read { decoded, sender, digest })
}

/// True for type 0x02, false for legacy; everything else is an error that names what it is.
fn is_dynamic(bytes: &[u8]) -> Result<bool, EvmError> {
    if bytes.len() > RAW_MAX {
        return Err(EvmError::TooLong { what: "the transaction", found: bytes.len(), most: RAW_MAX });
    }
    match bytes.first() {
        None => Err(EvmError::Empty),
        Some(&TYPE_1559) => Ok(true),
        Some(0xc0..=0xff) => Ok(false),
        Some(0x01) => Err(EvmError::AccessList),
        Some(0x03) => Err(EvmError::Blob),
        Some(0x04) => Err(EvmError::SetCode),
        Some(other) => Err(EvmError::UnknownType(*other)),
    }
}

fn check(call: &Call, fees: &Fees) -> Result<(), EvmError> {
    if call.chain_id == 0 || call.chain_id > CHAIN_ID_MAX {
        return Err(EvmError::ChainId(call.chain_id));
    }
    if call.nonce == u64::MAX {
        return Err(EvmError::NonceLimit);
    }
    if call.input.len() > INPUT_MAX {
        return Err(EvmError::TooLong { what: "the call data", found: call.input.len(), most: INPUT_MAX });
    }
    let least = intrinsic_gas(&call.input);
    if call.gas_limit < least || call.gas_limit > GAS_CAP {
        return Err(EvmError::GasLimit { found: call.gas_limit, least, most: GAS_CAP });
    }
    if let Fees::Eip1559 { fee_cap, tip_cap } = *fees
        && tip_cap > fee_cap
    {
        return Err(EvmError::TipAboveCap { tip: tip_cap, cap: fee_cap });
    }
    let gas = U256::from(call.gas_limit).checked_mul(U256::from(fees.ceiling()));
    gas.and_then(|g| g.checked_add(call.value)).ok_or(EvmError::Overflow("value plus the largest fee"))?;
    Ok(())
}

fn dynamic(call: &Call, fee_cap: u128, tip_cap: u128) -> TxEip1559 {
    TxEip1559 {
        chain_id: call.chain_id,
        nonce: call.nonce,
        gas_limit: call.gas_limit,
        max_fee_per_gas: fee_cap,
        max_priority_fee_per_gas: tip_cap,
        to: TxKind::Call(call.to),
        value: call.value,
        access_list: AccessList::default(),
        input: call.input.clone(),
    }
}

fn legacy(call: &Call, gas_price: u128) -> TxLegacy {
    TxLegacy {
        chain_id: Some(call.chain_id),
        nonce: call.nonce,
        gas_price,
        gas_limit: call.gas_limit,
        to: TxKind::Call(call.to),
        value: call.value,
        input: call.input.clone(),
    }
}

fn from_dynamic(tx: TxEip1559) -> Result<Decoded, EvmError> {
    let TxKind::Call(to) = tx.to else { return Err(EvmError::ContractCreation) };
    if !tx.access_list.is_empty() {
        return Err(EvmError::AccessList);
    }
    let call = Call { chain_id: tx.chain_id, nonce: tx.nonce, to, value: tx.value, input: tx.input, gas_limit: tx.gas_limit };
    Ok(Decoded { call, fees: Fees::Eip1559 { fee_cap: tx.max_fee_per_gas, tip_cap: tx.max_priority_fee_per_gas } })
}

fn from_legacy(tx: TxLegacy) -> Result<Decoded, EvmError> {
    let TxKind::Call(to) = tx.to else { return Err(EvmError::ContractCreation) };
    let chain_id = tx.chain_id.ok_or(EvmError::Replayable)?;
    if chain_id == 0 || chain_id > CHAIN_ID_MAX {
        return Err(EvmError::ChainId(chain_id));
    }
    let call = Call { chain_id, nonce: tx.nonce, to, value: tx.value, input: tx.input, gas_limit: tx.gas_limit };
    Ok(Decoded { call, fees: Fees::Legacy { gas_price: tx.gas_price } })
}

fn encode_signed(decoded: &Decoded, signature: &Signature) -> Vec<u8> {
    let mut raw = Vec::new();
    match decoded.fees {
        Fees::Eip1559 { fee_cap, tip_cap } => dynamic(&decoded.call, fee_cap, tip_cap).eip2718_encode(signature, &mut raw),
        Fees::Legacy { gas_price } => legacy(&decoded.call, gas_price).eip2718_encode(signature, &mut raw),
    }
    raw
}

fn malformed(error: alloy_rlp::Error) -> EvmError {
    EvmError::Malformed(error.to_string())
}

#[cfg(test)]
#[path = "transaction_tests.rs"]
mod tests;
