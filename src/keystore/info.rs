//! What is readable about a key without any secret: its kind, id, label and address.

use alloy_primitives::{Address, hex};

use super::error::{Fault, KeystoreError};
use super::kdf::Cost;
use super::secret::KEY_LEN;

/// Longest label, in bytes.
pub const LABEL_BYTES_MAX: usize = 64;
/// Bytes of a key id, a treasury id and a factor id.
pub(super) const ID_LEN: usize = 16;

/// What a key may be used for. A voting key never signs transactions, a signing key never votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// secp256k1, signs transactions.
    Signing,
    /// secp256k1, signs votes.
    Voting,
}

impl KeyKind {
    pub(super) fn byte(self) -> u8 {
        match self {
            Self::Signing => 1,
            Self::Voting => 2,
        }
    }

    pub(super) fn from_byte(byte: u8) -> Result<Self, Fault> {
        match byte {
            1 => Ok(Self::Signing),
            2 => Ok(Self::Voting),
            other => Err(Fault::Unsupported(format!("unknown kind of key {other}"))),
        }
    }

    pub(super) fn payload_len(self) -> usize {
        match self {
            Self::Signing | Self::Voting => KEY_LEN,
        }
    }
}

/// What the outer layer is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorKind {
    /// Nothing: a recovery copy, guarded by its password alone.
    None,
    /// A 32-byte secret in a file of this machine.
    HostFile,
}

impl FactorKind {
    pub(super) fn byte(self) -> u8 {
        match self {
            Self::None => 0,
            Self::HostFile => 1,
        }
    }

    pub(super) fn from_byte(byte: u8) -> Result<Self, Fault> {
        match byte {
            0 => Ok(Self::None),
            1 => Ok(Self::HostFile),
            other => Err(Fault::Unsupported(format!("unknown kind of factor {other}"))),
        }
    }
}

/// The name of a key: 128 random bits, printed as 32 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub(super) [u8; ID_LEN]);

impl KeyId {
    /// Reads 32 lower-case hex digits, nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let canonical = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let bytes = hex::decode(text).ok()?.try_into().ok()?;
        canonical.then_some(Self(bytes))
    }
}

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// A person's name for a key: 1 to 64 printable ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label(String);

impl Label {
    /// # Errors
    /// [`KeystoreError::Label`] if it is empty, over 64 bytes or not printable ASCII.
    pub fn parse(text: &str) -> Result<Self, KeystoreError> {
        if text.is_empty() || text.len() > LABEL_BYTES_MAX {
            return Err(KeystoreError::Label { why: "it must have 1 to 64 characters" });
        }
        if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err(KeystoreError::Label { why: "it holds a character that is not printable ASCII" });
        }
        Ok(Self(text.to_owned()))
    }

    /// The label as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Everything about a key that is readable without a secret. It is authenticated only once the key has been opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyInfo {
    /// Names the file.
    pub id: KeyId,
    /// What it signs.
    pub kind: KeyKind,
    /// The treasury this key belongs to.
    pub namespace: [u8; ID_LEN],
    /// Its public half, as an EVM address.
    pub address: Address,
    /// What people call it.
    pub label: Label,
    /// What stretching its password costs.
    pub cost: Cost,
    /// What beside the password it needs.
    pub factor: FactorKind,
    /// Which host secret is needed, see [`Factor::id`](super::Factor::id).
    pub factor_id: [u8; ID_LEN],
    /// 1 for a new key, one more each time the file is sealed again.
    pub generation: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keystore_label() {
        for bad in ["", "tab\t", "esc\u{1b}[31m", "café", &"x".repeat(65)] {
            assert_eq!(Label::parse(bad).unwrap_err().code(), "keystore.label", "{bad:?}");
        }
        assert_eq!(Label::parse("Supplier wallet #7").unwrap().as_str(), "Supplier wallet #7");
    }

    #[test]
    fn key_ids_read_back_and_have_one_form() {
        let id = KeyId([0xab; 16]);
        assert_eq!(KeyId::parse(&id.to_string()), Some(id));
        for bad in ["", "ab", &"AB".repeat(16), &format!("0x{id}"), &format!("{id}0"), &"g".repeat(32)] {
            assert_eq!(KeyId::parse(bad), None, "{bad}");
        }
    }
}
