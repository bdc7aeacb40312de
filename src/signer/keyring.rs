//! Keys that are open in this process, by address. Dropping the ring wipes them.

use std::collections::BTreeMap;

use alloy_primitives::Address;

use crate::keystore::{Factor, KeyKind, Keystore, KeystoreError, OpenKey, Unlocker};

/// Open keys.
#[derive(Default)]
pub struct Keyring {
    signing: BTreeMap<Address, OpenKey>,
    voting: BTreeMap<Address, OpenKey>,
}

impl Keyring {
    /// Opens every key of a keystore that the password opens. A key under another password stays closed.
    ///
    /// # Errors
    /// The first error where no key opens at all, and any error that is not about the password.
    pub fn unlock(keystore: &Keystore, unlocker: &mut Unlocker, factor: &Factor) -> Result<Self, KeystoreError> {
        let mut ring = Self::default();
        let mut wrong = None;
        for listed in keystore.list()? {
            let info = listed.info?;
            match keystore.open(info.id, unlocker, factor) {
                Ok(key) => ring.add(key),
                Err(error @ KeystoreError::WrongPassword { .. }) => wrong = Some(error),
                Err(error) => return Err(error),
            }
        }
        match wrong {
            Some(error) if ring.signing.is_empty() && ring.voting.is_empty() => Err(error),
            Some(_) | None => Ok(ring),
        }
    }

    /// Adds an open key.
    pub fn add(&mut self, key: OpenKey) {
        let keys = match key.info().kind {
            KeyKind::Signing => &mut self.signing,
            KeyKind::Voting => &mut self.voting,
        };
        keys.insert(key.address(), key);
    }

    /// The signing key of an account. Voting keys never sign transactions.
    #[must_use]
    pub fn signing(&self, account: Address) -> Option<&OpenKey> {
        self.signing.get(&account)
    }

    /// The voting key of a member.
    #[must_use]
    pub fn voting(&self, address: Address) -> Option<&OpenKey> {
        self.voting.get(&address)
    }
}
