//! Names and numbers that identify things. Each has one checked door: `parse`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use ulid::Ulid;

/// Longest slug, in characters.
pub const SLUG_MAX: usize = 32;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {text:?}: {expected}")]
pub struct BadId {
    what: &'static str,
    text: String,
    expected: &'static str,
}

impl BadId {
    pub(crate) fn new(what: &'static str, text: &str, expected: &'static str) -> Self {
        let text = text.chars().take(80).collect();
        Self { what, text, expected }
    }
}

const SLUG_RULE: &str = "expected 1 to 32 of a-z, 0-9 and '-', beginning with a letter or digit";

fn check_slug(what: &'static str, text: &str) -> Result<String, BadId> {
    let first = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let rest = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if first && rest && text.len() <= SLUG_MAX { Ok(text.to_owned()) } else { Err(BadId::new(what, text, SLUG_RULE)) }
}

macro_rules! slug {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks a slug: 1 to 32 of `a-z 0-9 -`.
            ///
            /// # Errors
            /// [`BadId`] says what was expected.
            pub fn parse(text: &str) -> Result<Self, BadId> {
                check_slug($what, text).map(Self)
            }

            /// The slug as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                Self::parse(text)
            }
        }
    };
}

slug!(/** A member of the treasury, such as `alice`. */ MemberId, "member");
slug!(/** A wallet of ours, such as `pay-eu-1`. */ WalletId, "wallet");
slug!(/** A destination in the signed address book, such as `supplier-7`. */ ContactId, "contact");
slug!(/** A named group of members that a quorum counts in. */ GroupId, "group");
slug!(/** A rule of the policy. */ RuleId, "rule");
slug!(/** A node as the configuration names it. */ NodeId, "node");
slug!(/** The treasury's short name, for the header. */ TreasuryName, "treasury name");

/// 128 bits made at init: every approval names it, so that none is valid in another treasury.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TreasuryId([u8; 16]);

impl TreasuryId {
    /// From 16 random bytes, drawn by the shell.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn bytes(&self) -> [u8; 16] {
        self.0
    }

    /// Checks 32 lower-case hex digits.
    ///
    /// # Errors
    /// [`BadId`] on anything else.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let bad = || BadId::new("treasury id", text, "expected 32 lower-case hex digits");
        if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Err(bad());
        }
        alloy_primitives::hex::decode_to_array(text).map(Self).map_err(|_| bad())
    }
}

impl fmt::Display for TreasuryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&alloy_primitives::hex::encode(self.0))
    }
}

impl fmt::Debug for TreasuryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for TreasuryId {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        Self::parse(&text)
    }
}

impl From<TreasuryId> for String {
    fn from(id: TreasuryId) -> String {
        id.to_string()
    }
}

/// A request: a ULID made by the console before anything is written, so that it is also the idempotency key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RequestId(Ulid);

impl RequestId {
    /// From the milliseconds of the clock and 80 random bits, both drawn by the shell.
    #[must_use]
    pub const fn from_parts(unix_ms: u64, random: u128) -> Self {
        Self(Ulid::from_parts(unix_ms, random))
    }

    /// Its 128 bits, big-endian: they sort as the text does.
    #[must_use]
    pub const fn bytes(&self) -> [u8; 16] {
        self.0.to_bytes()
    }

    /// From its 128 bits.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Ulid::from_bytes(bytes))
    }

    /// Checks 26 characters of Crockford base 32, upper case.
    ///
    /// # Errors
    /// [`BadId`] on anything else.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let bad = || BadId::new("request", text, "expected a ULID of 26 characters, such as 01JD8Z3M6W5T6X7Y8Z9A0B1C2D");
        let id = Ulid::from_string(text).map_err(|_| bad())?;
        if id.array_to_str(&mut [0; ulid::ULID_LEN]) == text { Ok(Self(id)) } else { Err(bad()) }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_string())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for RequestId {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        Self::parse(&text)
    }
}

impl From<RequestId> for String {
    fn from(id: RequestId) -> String {
        id.to_string()
    }
}

/// What people call a request on screens: `R-0412`. Counted by the treasury, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestNumber(pub u64);

impl RequestNumber {
    /// Checks `R-0412` (leading zeros optional, case ignored).
    ///
    /// # Errors
    /// [`BadId`] on anything else.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let digits = text.strip_prefix("R-").or_else(|| text.strip_prefix("r-"));
        digits
            .filter(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|d| d.parse().ok())
            .map(Self)
            .ok_or_else(|| BadId::new("request number", text, "expected R- and digits, such as R-0412"))
    }
}

impl fmt::Display for RequestNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("R-{:04}", self.0))
    }
}

/// An order id of the requester's own system; the same one twice names the same request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference(String);

impl Reference {
    /// Checks 1 to 64 printable ASCII characters without blanks or quotes.
    ///
    /// # Errors
    /// [`BadId`] on anything else.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let fine = |b: u8| b.is_ascii_graphic() && b != b'"' && b != b'\\';
        if (1..=64).contains(&text.len()) && text.bytes().all(fine) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadId::new(
                "reference",
                text,
                "expected 1 to 64 printable ASCII characters without blanks, quotes or backslashes",
            ))
        }
    }

    /// The first half of its SHA-256: what the treasury remembers it by. Whoever finds two references with one digest
    /// (2^64 work) has the second refused as a repeat of the first, and nothing else.
    #[must_use]
    pub fn digest(&self) -> [u8; 16] {
        let mut half = [0; 16];
        half.copy_from_slice(&Sha256::digest(self.0.as_bytes())[..16]);
        half
    }

    /// The reference as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Reference {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        Self::parse(&text)
    }
}

impl From<Reference> for String {
    fn from(id: Reference) -> String {
        id.0
    }
}

/// A label of the signed address book: printable ASCII, so that the canonical text stays ASCII.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Label(String);

impl Label {
    /// Checks 1 to 40 printable ASCII characters; no quotes, no backslash, no blank at either end.
    ///
    /// # Errors
    /// [`BadId`] on anything else.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let fine = |b: u8| (b.is_ascii_graphic() || b == b' ') && b != b'"' && b != b'\\';
        if (1..=40).contains(&text.len()) && text.trim() == text && text.bytes().all(fine) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadId::new("label", text, "expected 1 to 40 printable ASCII characters without quotes or backslashes"))
        }
    }

    /// The label as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for Label {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        Self::parse(&text)
    }
}

impl From<Label> for String {
    fn from(label: Label) -> String {
        label.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_have_one_door() {
        assert!(WalletId::parse("pay-eu-1").is_ok());
        for bad in ["", "-a", "Pay", "a b", "a_b", "\u{430}", &"a".repeat(33)] {
            assert!(WalletId::parse(bad).is_err(), "{bad:?}");
            assert!(serde_json::from_value::<WalletId>(bad.into()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn request_numbers_print_and_parse() {
        assert_eq!(RequestNumber(412).to_string(), "R-0412");
        assert_eq!(RequestNumber::parse("r-412"), Ok(RequestNumber(412)));
        for bad in ["412", "R-", "R-4x", "R-99999999999999999999999"] {
            assert!(RequestNumber::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn request_ids_are_canonical_ulids() {
        let id = RequestId::from_parts(1_795_372_800_000, 77);
        assert_eq!(RequestId::parse(&id.to_string()), Ok(id));
        assert!(RequestId::parse(&id.to_string().to_lowercase()).is_err());
    }

    #[test]
    fn labels_stay_ascii() {
        assert!(Label::parse("Supplier 7").is_ok());
        for bad in ["", " a", "a\"b", "a\\b", "a\u{202e}b", "a\nb"] {
            assert!(Label::parse(bad).is_err(), "{bad:?}");
        }
    }
}
