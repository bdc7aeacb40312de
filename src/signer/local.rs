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

#[cfg(test)]
mod tests {
    use super::*;

    use std::path::Path;

    use alloy_primitives::{Address, Bytes, U256};
    use zeroize::Zeroizing;

    use crate::chain::evm::built::{build, call};
    use crate::chain::evm::transaction::Fees;
    use crate::domain::asset::{AssetId, AssetKind, NetworkId, Symbol};
    use crate::domain::id::{Label, RequestId, TreasuryId, WalletId};
    use crate::domain::money::Amount;
    use crate::domain::terms::{Digest, TransferKind};
    use crate::domain::time::Timestamp;
    use crate::domain::transfer::Call;
    use crate::keystore::{Cost, Factor, KeyKind, Keystore, Label as KeyLabel, NewKey, Password, Unlocker};

    const PAYEE: Address = Address::repeat_byte(0x77);
    const NETWORK: NetworkId = NetworkId::Eip155(31_337);
    const FEES: Fees = Fees::Eip1559 { fee_cap: 30, tip_cap: 2 };

    /// A signer with one open key, and its account.
    fn signer(folder: &Path) -> (Local, Address) {
        let keystore = Keystore::at_or_new(&folder.join("keystore")).expect("a folder of ours");
        let password = Password::new(Zeroizing::new("correct horse battery".to_owned())).expect("long enough");
        let (mut unlocker, factor) = (Unlocker::new(password), Factor::none().expect("a page"));
        let label = KeyLabel::parse("pay-1").expect("plain");
        let new = NewKey { kind: KeyKind::Signing, namespace: [7; 16], label, cost: Cost::PRACTICE };
        let mut count = 0_u8;
        let mut chance = |buffer: &mut [u8]| {
            for byte in buffer {
                count = count.wrapping_add(1);
                *byte = count;
            }
        };
        let info = keystore.create(new, &mut unlocker, &factor, &mut chance).expect("made");
        let mut local = Local::new(Table::create(&folder.join("signer.db")).expect("new"));
        local.keys.add(keystore.open(info.id, &mut unlocker, &factor).expect("opens"));
        (local, info.address)
    }

    fn terms(from: Address, pay: &Call) -> Terms {
        Terms {
            vault: TreasuryId::from_bytes([7; 16]),
            request: RequestId::from_parts(1, 1),
            network: NETWORK,
            genesis: B256::repeat_byte(1),
            from,
            from_wallet: WalletId::parse("pay-1").expect("a slug"),
            slot: Slot::Nonce(5),
            kind: TransferKind::Native,
            to: pay.to,
            beneficiary: PAYEE,
            label: Label::parse("Supplier 7").expect("a label"),
            asset: (AssetId::native(NETWORK), Symbol::parse("ETH").expect("a symbol"), 18),
            amount: Amount::from(1_000),
            calldata: (0, keccak256("")),
            memo: B256::ZERO,
            gas_limit: 21_000,
            fee_cap: 100,
            tip_cap: 10,
            policy: (1, B256::ZERO),
            duplicates: Vec::new(),
            not_after: Timestamp::from_unix(2_000_000_000),
        }
    }

    fn pay(amount: u64) -> Call {
        call(AssetKind::Native, PAYEE, Amount::from(amount))
    }

    fn built(chain: u64, nonce: u64, pay: &Call, gas: u64, fees: &Fees) -> Built {
        build(chain, nonce, pay, gas, fees).expect("builds")
    }

    #[test]
    fn an_order_is_signed_once_and_answered_alike_ever_after() {
        let home = tempfile::tempdir().expect("a folder");
        let (mut local, from) = signer(home.path());
        let first = built(31_337, 5, &pay(1_000), 21_000, &FEES);
        let order = SigningOrder::forged(terms(from, &pay(1_000)), first.clone(), 0);
        let signed = local.sign(&order, 10).expect("signs");
        let (read, sender, hash) = decode_signed(&signed.raw).expect("decodes");
        assert_eq!((sender, hash, read.call.nonce, read.call.value), (from, signed.hash, 5, U256::from(1_000)));
        assert_eq!(local.sign(&order, 11), Ok(signed.clone()), "the stored bytes");
        let dearer = Fees::Eip1559 { fee_cap: 60, tip_cap: 4 };
        let bump = SigningOrder::forged(terms(from, &pay(1_000)), built(31_337, 5, &pay(1_000), 21_000, &dearer), 1);
        assert_ne!(local.sign(&bump, 12).expect("a bump of the same payment").raw, signed.raw);
        let other = Terms { request: RequestId::from_parts(1, 2), amount: Amount::from(9), ..terms(from, &pay(9)) };
        let taken = SigningOrder::forged(other, built(31_337, 5, &pay(9), 21_000, &FEES), 0);
        assert_eq!(local.sign(&taken, 13), Err(SignerError::SlotTaken { account: from, nonce: 5 }));
        local.keys = Keyring::default();
        assert_eq!(local.sign(&order, 14), Err(SignerError::Locked(from)), "a locked console signs nothing");
    }

    #[test]
    fn every_field_that_differs_from_the_text_is_refused_by_name() {
        let home = tempfile::tempdir().expect("a folder");
        let (mut local, from) = signer(home.path());
        let right = || terms(from, &pay(1_000));
        let token = call(AssetKind::Erc20(PAYEE), PAYEE, Amount::from(1_000));
        let stranger = call(AssetKind::Native, Address::repeat_byte(0x66), Amount::from(1_000));
        let fees = |fee_cap, tip_cap| Fees::Eip1559 { fee_cap, tip_cap };
        let cases = [
            ("chain id", built(1, 5, &pay(1_000), 21_000, &FEES)),
            ("nonce", built(31_337, 6, &pay(1_000), 21_000, &FEES)),
            ("destination", built(31_337, 5, &stranger, 21_000, &FEES)),
            ("call data", built(31_337, 5, &token, 60_000, &FEES)),
            ("meaning", built(31_337, 5, &pay(1_001), 21_000, &FEES)),
            ("gas limit", built(31_337, 5, &pay(1_000), 21_001, &FEES)),
            ("fee cap", built(31_337, 5, &pay(1_000), 21_000, &fees(101, 2))),
            ("tip", built(31_337, 5, &pay(1_000), 21_000, &fees(100, 11))),
        ];
        for (field, built) in cases {
            assert_eq!(local.sign(&SigningOrder::forged(right(), built, 0), 1), Err(SignerError::Mismatch(field)), "{field}");
        }
        let good = built(31_337, 5, &pay(1_000), 21_000, &FEES);
        let lying = Built { nonce: 6, ..good.clone() };
        assert_eq!(local.sign(&SigningOrder::forged(right(), lying, 0), 1), Err(SignerError::Mismatch("decoded content")));
        let text = SigningOrder::forged(right(), good.clone(), 0).with_digest(Digest(B256::ZERO));
        assert_eq!(local.sign(&text, 1), Err(SignerError::Mismatch("approval text")));
        let cut = Built { unsigned: Bytes::copy_from_slice(&good.unsigned[..good.unsigned.len() - 1]), ..good.clone() };
        let cut = local.sign(&SigningOrder::forged(right(), cut, 0), 1);
        assert!(matches!(cut, Err(SignerError::Undecodable(_))), "{cut:?}");
        // Nothing of all that took the slot.
        assert!(local.sign(&SigningOrder::forged(right(), good, 0), 2).is_ok());
    }
}
