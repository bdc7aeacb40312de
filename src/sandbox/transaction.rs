//! Raw bytes → a transaction with a proven sender. Types 0x00 (EIP-155) and 0x02 (EIP-1559) only.

use std::sync::LazyLock;

use alloy_consensus::{Transaction as _, TxEnvelope};
use alloy_eips::eip2718::{Decodable2718, Encodable2718};
use alloy_primitives::{Address, B256, Signature, TxKind, U256, keccak256};
use revm::context::TxEnv;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use secp256k1::{Message, Secp256k1, VerifyOnly};
use thiserror::Error;

/// Half the order of secp256k1; a larger s is refused (EIP-2).
const HALF_ORDER: U256 = U256::from_be_bytes([
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x5d, 0x57, 0x6e, 0x73, 0x57,
    0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
]);

/// Verification tables, built once. No secret ever meets them.
static CURVE: LazyLock<Secp256k1<VerifyOnly>> = LazyLock::new(Secp256k1::verification_only);

/// Why raw bytes are not a transaction this chain takes. The texts follow go-ethereum's.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum DecodeError {
    #[error("rlp: {0}")]
    Malformed(String),
    #[error("transaction type not supported")]
    Unsupported,
    #[error("only replay-protected (EIP-155) transactions allowed over RPC")]
    Unprotected,
    #[error("invalid sender: invalid chain id for signer: have {have} want {want}")]
    WrongChain { have: u64, want: u64 },
    #[error("invalid sender: invalid transaction v, r, s values")]
    BadSignature,
}

/// A decoded transaction whose sender was recovered from its signature.
#[derive(Clone, Debug)]
pub(super) struct SignedTx {
    pub(super) envelope: TxEnvelope,
    pub(super) sender: Address,
    pub(super) hash: B256,
    /// Length of the canonical encoding (EIP-2718), bytes.
    pub(super) size: usize,
}

impl SignedTx {
    /// Decodes canonical EIP-2718 bytes signed for `chain_id`.
    pub(super) fn decode(raw: &[u8], chain_id: u64) -> Result<Self, DecodeError> {
        let envelope = TxEnvelope::decode_2718_exact(raw).map_err(|e| DecodeError::Malformed(e.to_string()))?;
        if !(envelope.is_legacy() || envelope.is_eip1559()) {
            return Err(DecodeError::Unsupported);
        }
        let have = envelope.chain_id().ok_or(DecodeError::Unprotected)?;
        if have != chain_id {
            return Err(DecodeError::WrongChain { have, want: chain_id });
        }
        let sender = recover(&envelope.signature_hash(), envelope.signature()).ok_or(DecodeError::BadSignature)?;
        let hash = *envelope.tx_hash();
        Ok(Self { size: envelope.encode_2718_len(), envelope, sender, hash })
    }

    /// Fee cap per gas in wei: the gas price of a legacy transaction.
    pub(super) fn fee_cap(&self) -> u128 {
        self.envelope.max_fee_per_gas()
    }

    /// Tip cap per gas in wei: the whole gas price of a legacy transaction.
    pub(super) fn tip_cap(&self) -> u128 {
        self.envelope.max_priority_fee_per_gas().unwrap_or_else(|| self.envelope.max_fee_per_gas())
    }

    /// The most the sender can lose: value and the gas limit at the fee cap, in wei. Saturates, and is then unaffordable.
    pub(super) fn worst_cost(&self) -> U256 {
        U256::from(self.envelope.gas_limit()).saturating_mul(U256::from(self.fee_cap())).saturating_add(self.envelope.value())
    }

    /// Address of the contract this transaction creates, if it creates one.
    pub(super) fn creates(&self) -> Option<Address> {
        matches!(self.envelope.kind(), TxKind::Create).then(|| self.sender.create(self.envelope.nonce()))
    }

    /// The transaction as revm takes it.
    pub(super) fn env(&self) -> TxEnv {
        let tx = &self.envelope;
        TxEnv {
            tx_type: tx.tx_type() as u8,
            caller: self.sender,
            gas_limit: tx.gas_limit(),
            gas_price: tx.max_fee_per_gas(),
            kind: tx.kind(),
            value: tx.value(),
            data: tx.input().clone(),
            nonce: tx.nonce(),
            chain_id: tx.chain_id(),
            access_list: tx.access_list().cloned().unwrap_or_default(),
            gas_priority_fee: tx.max_priority_fee_per_gas(),
            ..TxEnv::default()
        }
    }
}

/// The account that signed `digest`, or nothing if the signature is malformed or its s is high.
fn recover(digest: &B256, signature: &Signature) -> Option<Address> {
    if signature.s() > HALF_ORDER {
        return None;
    }
    let mut compact = [0u8; 64];
    compact[..32].copy_from_slice(&signature.r().to_be_bytes::<32>());
    compact[32..].copy_from_slice(&signature.s().to_be_bytes::<32>());
    let id = RecoveryId::from_i32(i32::from(signature.v())).ok()?;
    let signature = RecoverableSignature::from_compact(&compact, id).ok()?;
    let key = CURVE.recover_ecdsa(&Message::from_digest(digest.0), &signature).ok()?;
    Some(Address::from_slice(&keccak256(&key.serialize_uncompressed()[1..])[12..]))
}
