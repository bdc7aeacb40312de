//! A vote by an Ethereum wallet or hardware device: the canonical text's fields as EIP-712 typed data.
//!
//! Domain `{name "bursar", version "1", chainId, salt}` with the treasury id as salt; one struct `Approval` with one `string`
//! member per field, in the text's own order. A dashed key becomes a camel-cased member: `fee-cap-wei` is `feeCapWei`.

use crate::chain::evm::error::EvmError;
use crate::chain::evm::signature;
use alloy_primitives::{Address, B256, U256, keccak256};

/// EIP-712 domain name.
pub const DOMAIN_NAME: &str = "bursar";
/// EIP-712 domain version.
pub const DOMAIN_VERSION: &str = "1";
/// Most fields of a ballot.
pub const FIELDS_MAX: usize = 64;
/// Most bytes of a key.
const KEY_MAX: usize = 64;
/// Most bytes of a value.
const VALUE_MAX: usize = 262_144;
/// The domain's members, in EIP-712's order.
const DOMAIN_TYPE: &str = "EIP712Domain(string name,string version,uint256 chainId,bytes32 salt)";
/// The primary type.
pub const PRIMARY_TYPE: &str = "Approval";

/// The digest that a wallet signs for these `(key, value)` fields: `keccak256(0x1901 ‖ domain ‖ message)`.
///
/// # Errors
/// [`EvmError::Ballot`] for no or too many fields, a key that is not lower-case words joined by dashes, two keys with one member
/// name, or a value that is too long or not printable ASCII.
pub fn approval_digest(fields: &[(String, String)], chain_id: u64, salt: [u8; 32]) -> Result<B256, EvmError> {
    if fields.is_empty() || fields.len() > FIELDS_MAX {
        return Err(EvmError::Ballot { position: fields.len(), why: "expected 1 to 64 fields" });
    }
    let mut names: Vec<String> = Vec::with_capacity(fields.len());
    let mut values: Vec<B256> = Vec::with_capacity(fields.len());
    for (at, (key, value)) in fields.iter().enumerate() {
        let wrong = |why| EvmError::Ballot { position: at.saturating_add(1), why };
        let name =
            member_name(key).ok_or_else(|| wrong("a key is lower-case words joined by single dashes, at most 64 bytes"))?;
        if names.contains(&name) {
            return Err(wrong("another field has the same member name"));
        }
        if value.len() > VALUE_MAX || !value.bytes().all(|b| (0x20..0x7f).contains(&b)) {
            return Err(wrong("a value is at most 256 KiB of printable ASCII"));
        }
        names.push(name);
        values.push(keccak256(value));
    }
    let members: Vec<String> = names.iter().map(|name| format!("string {name}")).collect();
    let message_type = format!("{PRIMARY_TYPE}({})", members.join(","));
    let message = hash_struct(&message_type, &values);
    let chain = B256::from(U256::from(chain_id));
    let domain = hash_struct(DOMAIN_TYPE, &[keccak256(DOMAIN_NAME), keccak256(DOMAIN_VERSION), chain, B256::from(salt)]);
    Ok(keccak256([&[0x19, 0x01][..], domain.as_slice(), message.as_slice()].concat()))
}

/// The voter's address: low s only, recovery byte 27 or 28 (0 and 1 are normalised).
///
/// # Errors
/// As [`signature::recover`].
pub fn recover(digest: B256, signature: &[u8; 65]) -> Result<Address, EvmError> {
    signature::recover(digest, signature)
}

/// The struct member for a key of the canonical text: `not-after` is `notAfter`. `None` for a key outside the grammar.
#[must_use]
pub fn member_name(key: &str) -> Option<String> {
    if key.len() > KEY_MAX || !key.starts_with(|c: char| c.is_ascii_lowercase()) {
        return None;
    }
    let mut out = String::with_capacity(key.len());
    for (at, part) in key.split('-').enumerate() {
        if part.is_empty() || !part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
            return None;
        }
        let mut chars = part.chars();
        let first = chars.next()?;
        out.push(if at == 0 { first } else { first.to_ascii_uppercase() });
        out.push_str(chars.as_str());
    }
    Some(out)
}

/// EIP-712's hashStruct over members that are already single words.
fn hash_struct(type_text: &str, words: &[B256]) -> B256 {
    let type_hash = keccak256(type_text);
    let parts: Vec<&[u8]> = std::iter::once(type_hash.as_slice()).chain(words.iter().map(B256::as_slice)).collect();
    keccak256(parts.concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{address, b256, hex};

    // Made with Python's eth-account 0.14.0: `encode_typed_data(full_message=…)` over the same domain (chainId 1, salt 00 01 … 1f)
    // and the members vault, request, feeCapWei, notAfter; digest = keccak(0x19 ‖ version ‖ header ‖ body); signed by
    // `Account.sign_message` with the key of `signature::tests::KEY`.
    const DIGEST: B256 = b256!("66b6e6541924efa4048cf55c0c5fa6583ba6cd44d876490f119e059773289c0e");
    const SIGNATURE: [u8; 65] = hex!(
        "3c2c22487493e470bb7e7c3dc87fd585246d295f5fa53722f88ae59aac4f7d1c5e8978678a69b72b82fbbfcacede34686cc2abdd59a59838534730b9aeeb59201c"
    );
    const VOTER: Address = address!("2c7536E3605D9C16a7a3D7b1898e529396a65c23");

    fn fields() -> Vec<(String, String)> {
        [("vault", "6f1c9a"), ("request", "01JDXYZ"), ("fee-cap-wei", "40000000000"), ("not-after", "2026-11-23T05:00:00Z")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .to_vec()
    }

    fn salt() -> [u8; 32] {
        std::array::from_fn(|i| u8::try_from(i).expect("below 32"))
    }

    #[test]
    fn the_digest_and_the_voter_match_an_independent_implementation() {
        let digest = approval_digest(&fields(), 1, salt()).expect("valid");
        assert_eq!(digest, DIGEST);
        assert_eq!(recover(digest, &SIGNATURE), Ok(VOTER));
    }

    #[test]
    fn every_part_counts() {
        let mut seen = vec![DIGEST];
        let mut push = |digest: Result<B256, EvmError>| {
            let digest = digest.expect("valid");
            assert!(!seen.contains(&digest));
            seen.push(digest);
        };
        push(approval_digest(&fields(), 2, salt()));
        push(approval_digest(&fields(), 1, [0; 32]));
        push(approval_digest(&fields()[1..], 1, salt()));
        let mut other = fields();
        other.swap(0, 1);
        push(approval_digest(&other, 1, salt()));
        for at in 0..4 {
            let mut other = fields();
            other[at].1.push('0');
            push(approval_digest(&other, 1, salt()));
            let mut other = fields();
            other[at].0.push('x');
            push(approval_digest(&other, 1, salt()));
        }
    }

    #[test]
    fn keys_become_members() {
        assert_eq!(member_name("fee-cap-wei").as_deref(), Some("feeCapWei"));
        assert_eq!(member_name("to").as_deref(), Some("to"));
        for bad in ["", "-", "a-", "-a", "a--b", "A", "a b", "1a", "a,string b", "é"] {
            assert_eq!(member_name(bad), None, "{bad}");
        }
        assert_eq!(member_name(&"a".repeat(65)), None);
    }

    #[test]
    fn what_could_be_read_two_ways_is_refused() {
        let one = |k: &str, v: &str| (k.to_owned(), v.to_owned());
        let refused = |fields: &[(String, String)]| approval_digest(fields, 1, salt()).is_err();
        assert!(refused(&[]));
        assert!(refused(&[one("a-1", "x"), one("a1", "y")]), "both would be a1");
        assert!(refused(&[one("a", "two\nlines")]));
        assert!(refused(&[one("a", "é")]));
        assert!(refused(&[one("a", &"x".repeat(VALUE_MAX + 1))]));
        assert!(refused(&vec![one("a", "x"); 65]));
    }
}
