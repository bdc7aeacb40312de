//! The signer inside this process: keys from the local keystore, the table beside the journal.

use alloy_primitives::{B256, keccak256};

use crate::chain::evm::built::decode;
use crate::chain::evm::transaction::{assemble, decode_signed};
use crate::domain::terms::{Slot, Terms};
use crate::domain::transfer::Built;
use crate::domain::transfer::order::SigningOrder;
use crate::signer::keyring::Keyring;
use crate::signer::table::{Claim, Table};
use crate::signer::{SignedTransaction, Signer, SignerError};

/// Signs with keys that are open in this process.
pub struct Local {
    /// Open keys; exchanged for an empty ring when the console locks.
    pub keys: Keyring,
    table: Table,
}

impl Local {
    /// With no key open yet.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { keys: Keyring::default(), table }
    }
}

impl Signer for Local {
    fn sign(&mut self, order: &SigningOrder, at: u64) -> Result<SignedTransaction, SignerError> {
        let read = decode(&order.built().unsigned).map_err(|e| SignerError::Undecodable(e.to_string()))?;
        if read != *order.built() {
            return Err(SignerError::Mismatch("decoded content"));
        }
        if order.terms().digest() != order.digest() || order.terms().from != order.from() {
            return Err(SignerError::Mismatch("approval text"));
        }
        compare(order.terms(), &read)?;
        let key = self.keys.signing(order.from()).ok_or(SignerError::Locked(order.from()))?;
        let claim = Claim {
            chain: read.chain_id,
            account: order.from(),
            nonce: read.nonce,
            request: order.request(),
            intent: intent(&read),
            digest: read.digest,
        };
        if let Some(raw) = self.table.claim(&claim, at)? {
            let (_, _, hash) = decode_signed(&raw).map_err(|e| SignerError::Undecodable(e.to_string()))?;
            return Ok(SignedTransaction { raw, hash });
        }
        let signature = key.sign_digest(&read.digest.0);
        let signed = assemble(&read.unsigned, &signature).map_err(|e| SignerError::Undecodable(e.to_string()))?;
        if signed.sender != order.from() {
            return Err(SignerError::Mismatch("recovered sender"));
        }
        self.table.store(read.digest, &signed.raw)?;
        Ok(SignedTransaction { raw: signed.raw, hash: signed.hash })
    }
}

/// Every field of the transaction against the text that people approved.
fn compare(terms: &Terms, built: &Built) -> Result<(), SignerError> {
    let slot = match terms.slot {
        Slot::Nonce(nonce) => nonce == built.nonce,
        Slot::Late => true,
    };
    let data = (built.call.input.len() as u64, keccak256(&built.call.input));
    let fields = [
        ("chain id", terms.network.chain_id() == built.chain_id),
        ("nonce", slot),
        ("destination", terms.to == built.call.to),
        ("call data", terms.calldata == data),
        ("meaning", terms.means(&built.call)),
        ("gas limit", terms.gas_limit == built.gas_limit),
        ("fee cap", built.fee_cap <= terms.fee_cap),
        ("tip", built.tip_cap <= terms.tip_cap),
    ];
    match fields.iter().find(|(_, same)| !same) {
        Some((field, _)) => Err(SignerError::Mismatch(field)),
        None => Ok(()),
    }
}

/// Names everything of a transaction but its fees.
fn intent(built: &Built) -> B256 {
    let mut bytes = Vec::with_capacity(128);
    bytes.extend_from_slice(&built.chain_id.to_be_bytes());
    bytes.extend_from_slice(&built.nonce.to_be_bytes());
    bytes.extend_from_slice(built.call.to.as_slice());
    bytes.extend_from_slice(&built.call.value.to_be_bytes::<32>());
    bytes.extend_from_slice(keccak256(&built.call.input).as_slice());
    bytes.extend_from_slice(&built.gas_limit.to_be_bytes());
    keccak256(&bytes)
}
