//! An unlocked key: it signs, and never shows itself.

use alloy_primitives::{Address, keccak256};
use secp256k1::{All, Message, PublicKey, Secp256k1, SecretKey};

use super::entropy::{Entropy, fill};
use super::error::Fault;
use super::info::KeyInfo;
use super::memory::Protection;
use super::secret::SecretKey32;

/// Draws for a private key before giving up; one fails with a chance of 2^-128.
const DRAWS_MAX: usize = 4;
/// `v` of a recoverable Ethereum signature with recovery id 0.
const V_BASE: u8 = 27;

/// A key that is open. Dropping it wipes it.
pub struct OpenKey {
    info: KeyInfo,
    secret: SecretKey32,
    secp: Secp256k1<All>,
}

impl OpenKey {
    pub(super) fn new(info: KeyInfo, secret: SecretKey32) -> Self {
        Self { info, secret, secp: Secp256k1::new() }
    }

    /// What the header says; authenticated, since the file has been opened.
    pub fn info(&self) -> &KeyInfo {
        &self.info
    }

    /// The EVM address of this key.
    pub fn address(&self) -> Address {
        self.info.address
    }

    /// Which protections the system granted to the key in memory.
    pub fn protection(&self) -> Protection {
        self.secret.protection()
    }

    /// Signs a 32-byte digest: `r || s || v` with low `s` (BIP 62, EIP-2), deterministic nonce (RFC 6979), `v` 27 or 28.
    /// The caller checks [`KeyInfo::kind`] and that the digest is one this key may sign.
    pub fn sign_digest(&self, digest: &[u8; 32]) -> [u8; 65] {
        let mut key = SecretKey::from_slice(self.secret.expose()).expect("checked when the file was opened");
        let signature = self.secp.sign_ecdsa_recoverable(&Message::from_digest(*digest), &key);
        key.non_secure_erase();
        let (recovery_id, compact) = signature.serialize_compact();
        let parity = u8::try_from(recovery_id.to_i32()).expect("a recovery id is 0 to 3");
        let mut out = [V_BASE + parity; 65];
        out[..64].copy_from_slice(&compact);
        out
    }
}

/// The EVM address of a secp256k1 private key: the last 20 bytes of the Keccak-256 of the uncompressed public key. None if the bytes are no key.
pub(super) fn address_of(secret: &SecretKey32) -> Option<Address> {
    let mut key = SecretKey::from_slice(secret.expose()).ok()?;
    let public = PublicKey::from_secret_key(&Secp256k1::signing_only(), &key).serialize_uncompressed();
    key.non_secure_erase();
    Some(Address::from_slice(&keccak256(&public[1..])[12..]))
}

/// A new secp256k1 private key, uniform over the valid ones, and its address.
pub(super) fn generate(entropy: &mut Entropy<'_>) -> Result<(SecretKey32, Address), Fault> {
    let mut secret = SecretKey32::zeroed()?;
    for _ in 0..DRAWS_MAX {
        fill(entropy, secret.expose_mut())?;
        if let Some(address) = address_of(&secret) {
            return Ok((secret, address));
        }
    }
    let source = std::io::Error::other("the source of randomness gives no usable private key");
    Err(Fault::Machine { doing: "draw a private key for", source })
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{address, hex};

    use super::*;

    /// The first account of the development mnemonic that every Ethereum test chain starts with.
    #[test]
    fn addresses_are_derived_as_ethereum_does() {
        let mut secret = SecretKey32::zeroed().unwrap();
        secret.expose_mut().copy_from_slice(&hex!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"));
        assert_eq!(address_of(&secret), Some(address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266")));
    }

    #[test]
    fn bytes_that_are_no_key_are_drawn_again_and_a_dead_source_is_refused() {
        let mut draws = 0;
        let made = generate(&mut |into: &mut [u8]| {
            draws += 1;
            into.fill(if draws == 1 { 0xff } else { 1 });
        });
        assert!(made.is_ok() && draws == 2);
        assert!(generate(&mut |into: &mut [u8]| into.fill(0xff)).is_err());
        assert!(generate(&mut |_: &mut [u8]| ()).is_err());
    }
}
