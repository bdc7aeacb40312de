//! A signing order in, a signature out, wherever keys live.
//!
//! A signer decides for itself: it decodes the bytes it is asked to sign and compares every field with the order, records
//! the slot before it signs, and checks what it made before it gives it away.

pub mod keyring;
pub mod local;
pub mod table;

use alloy_primitives::{Address, B256, Bytes};

use crate::domain::transfer::order::SigningOrder;
use crate::durable::FileError;

/// Signed bytes and their hash, computed here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedTransaction {
    /// EIP-2718 bytes.
    pub raw: Bytes,
    /// Keccak-256 of them: the transaction's hash.
    pub hash: B256,
}

/// Why nothing was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignerError {
    /// The key is not open here.
    #[error("the key of {0} is not open here; unlock the keystore")]
    Locked(Address),
    /// The bytes are not what the order says.
    #[error("the transaction's {0} is not what was approved; nothing was signed")]
    Mismatch(&'static str),
    /// The bytes cannot be read all the way.
    #[error("the transaction cannot be decoded: {0}; nothing was signed")]
    Undecodable(String),
    /// The table says no.
    #[error("nonce {nonce} of {account} is bound to another payment; nothing was signed")]
    SlotTaken {
        /// Whose nonce.
        account: Address,
        /// Which.
        nonce: u64,
    },
    /// There is no record of what was signed before.
    #[error("{path}: the signer's table is missing; without it nobody knows what was signed, so nothing is")]
    TableMissing {
        /// Where it should be.
        path: String,
    },
    /// The table cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
}

impl SignerError {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Locked(_) => "signer.locked",
            Self::Mismatch(_) => "signer.mismatch",
            Self::Undecodable(_) => "signer.undecodable",
            Self::SlotTaken { .. } => "signer.slot_taken",
            Self::TableMissing { .. } => "signer.table_missing",
            Self::File(_) => "signer.table",
        }
    }

    /// Whether the same order may succeed later.
    #[must_use]
    pub const fn retry(&self) -> bool {
        match self {
            Self::Locked(_) => true,
            Self::File(error) => error.retry(),
            Self::Mismatch(_) | Self::Undecodable(_) | Self::SlotTaken { .. } | Self::TableMissing { .. } => false,
        }
    }
}

/// Whatever turns an order into signed bytes.
pub trait Signer: Send {
    /// Signs the order's exact bytes, or gives back what was signed for them before. `at` is for the record, in seconds.
    ///
    /// # Errors
    /// [`SignerError`]; nothing was signed.
    fn sign(&mut self, order: &SigningOrder, at: u64) -> Result<SignedTransaction, SignerError>;
}
