//! The primitives, each wrapped once: AES-256-GCM (NIST SP 800-38D), HKDF-SHA256 (RFC 5869), HMAC-SHA256 (RFC 2104).

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::error::Fault;
use super::secret::SecretKey32;

pub(super) const NONCE_LEN: usize = 12;
pub(super) const TAG_LEN: usize = 16;
pub(super) const HASH_LEN: usize = 32;

/// SHA-256 of a header, bound into every derivation and every seal: change one header bit and no key comes out right.
#[derive(Clone, Copy)]
pub(super) struct HeaderHash([u8; HASH_LEN]);

impl HeaderHash {
    pub(super) fn of(header: &[u8]) -> Self {
        Self(sha256(header))
    }

    pub(super) fn bytes(&self) -> &[u8; HASH_LEN] {
        &self.0
    }

    /// `purpose || H`, the HKDF info or AAD for one purpose. Purposes are fixed texts, none a prefix of another.
    fn bind(&self, purpose: &str) -> Vec<u8> {
        [purpose.as_bytes(), &self.0].concat()
    }
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; HASH_LEN] {
    Sha256::digest(bytes).into()
}

/// HKDF-SHA256 in full: extract with `salt`, expand with info `purpose || H`, 32 bytes.
pub(super) fn derive_into(ikm: &[u8], salt: &[u8], info: &[u8], out: &mut [u8; HASH_LEN]) {
    Hkdf::<Sha256>::new(Some(salt), ikm).expand(info, out).expect("32 bytes are fewer than HKDF's limit of 255 blocks");
}

/// A key that stays secret.
pub(super) fn derive_key(ikm: &SecretKey32, salt: &[u8], purpose: &str, h: &HeaderHash) -> Result<SecretKey32, Fault> {
    let mut key = SecretKey32::zeroed()?;
    derive_into(ikm.expose(), salt, &h.bind(purpose), key.expose_mut());
    Ok(key)
}

/// A value that is written into the file in clear.
pub(super) fn derive_public(ikm: &SecretKey32, salt: &[u8], purpose: &str, h: &HeaderHash) -> [u8; HASH_LEN] {
    let mut out = [0; HASH_LEN];
    derive_into(ikm.expose(), salt, &h.bind(purpose), &mut out);
    out
}

/// Where one AES-256-GCM seal is used: its key, its nonce, its purpose (in the AAD, with H).
pub(super) struct Slot<'a> {
    pub(super) key: &'a SecretKey32,
    pub(super) nonce: &'a [u8; NONCE_LEN],
    pub(super) purpose: &'a str,
    pub(super) h: &'a HeaderHash,
}

impl Slot<'_> {
    /// Encrypts `buffer` in place and returns the tag.
    pub(super) fn seal(&self, buffer: &mut [u8]) -> [u8; TAG_LEN] {
        Aes256Gcm::new(self.key.expose().into())
            .encrypt_inout_detached(self.nonce.into(), &self.h.bind(self.purpose), buffer.into())
            .expect("buffers of this format are far below GCM's limit of 64 GiB")
            .into()
    }

    /// Decrypts `buffer` in place, or leaves no plaintext behind and says no.
    pub(super) fn open(&self, buffer: &mut [u8], tag: &[u8; TAG_LEN]) -> bool {
        Aes256Gcm::new(self.key.expose().into())
            .decrypt_inout_detached(self.nonce.into(), &self.h.bind(self.purpose), buffer.into(), tag.into())
            .is_ok()
    }
}

pub(super) fn mac(key: &SecretKey32, message: &[u8]) -> [u8; HASH_LEN] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.expose()).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Comparison whose time does not depend on where the first difference is.
pub(super) fn same(a: &[u8; HASH_LEN], b: &[u8; HASH_LEN]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SecretKey32 {
        let mut key = SecretKey32::zeroed().unwrap();
        key.expose_mut().fill(byte);
        key
    }

    /// RFC 5869 appendix A.1, first 32 bytes of the output.
    #[test]
    fn hkdf_matches_rfc_5869() {
        let salt: Vec<u8> = (0..=0x0c).collect();
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        let mut out = [0; 32];
        derive_into(&[0x0b; 22], &salt, &info, &mut out);
        assert_eq!(alloy_primitives::hex::encode(out), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
    }

    #[test]
    fn a_seal_opens_only_in_its_own_slot() {
        let (h, other_h) = (HeaderHash::of(b"header"), HeaderHash::of(b"Header"));
        let (right, wrong) = (key(1), key(2));
        let slot = Slot { key: &right, nonce: &[3; NONCE_LEN], purpose: "a", h: &h };
        let mut sealed = *b"thirty-two bytes of some secret!";
        let tag = slot.seal(&mut sealed);
        let opens = |slot: Slot<'_>| slot.open(&mut sealed.clone(), &tag);
        assert!(opens(Slot { ..slot }));
        assert!(!opens(Slot { key: &wrong, ..slot }));
        assert!(!opens(Slot { nonce: &[4; NONCE_LEN], ..slot }));
        assert!(!opens(Slot { purpose: "b", ..slot }));
        assert!(!opens(Slot { h: &other_h, ..slot }));
        assert!(slot.open(&mut sealed, &tag));
        assert_eq!(&sealed, b"thirty-two bytes of some secret!");
    }
}
