//! EVM addresses as people type and read them (EIP-55).
//!
//! The door is strict: an address without a checksum is refused, because a mistyped digit in it cannot be noticed and the
//! payment cannot be called back.

use crate::chain::evm::error::EvmError;
use alloy_primitives::Address;

/// Hex digits of an address, without `0x`.
const DIGITS: usize = 40;
/// Longest text that is looked at when guessing what a wrong address may be.
const GUESS_MAX: usize = 120;
/// Shortest base58 address of the networks people mix up (Bitcoin, Tron, Solana).
const BASE58_MIN: usize = 25;
/// Longest base58 address of those networks (Cardano's Byron form).
const BASE58_MAX: usize = 104;
/// Base58 in Bitcoin's alphabet.
const BASE58: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// Bech32's data alphabet (BIP-173).
const BECH32: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Reads an address with a correct EIP-55 checksum.
///
/// # Errors
/// Each way of being wrong has its own [`EvmError`]`::Address…` variant; an address in one case carries its checksummed form.
pub fn parse(text: &str) -> Result<Address, EvmError> {
    if text.is_empty() {
        return Err(EvmError::AddressEmpty);
    }
    let Some(digits) = text.strip_prefix("0x") else {
        return Err(without_prefix(text));
    };
    if let Some(at) = digits.chars().position(|c| !c.is_ascii_hexdigit()) {
        return Err(EvmError::AddressCharacter { position: at.saturating_add(3) });
    }
    if digits.len() != DIGITS {
        return Err(EvmError::AddressLength { found: digits.len() });
    }
    let address: Address = text.parse().map_err(|_| EvmError::AddressCharacter { position: 1 })?;
    let checksummed = print(address);
    if checksummed == text {
        return Ok(address);
    }
    let upper = digits.bytes().any(|b| b.is_ascii_uppercase());
    let lower = digits.bytes().any(|b| b.is_ascii_lowercase());
    if upper && lower {
        return Err(EvmError::AddressChecksum);
    }
    Err(EvmError::AddressUnchecked { checksummed })
}

/// The EIP-55 form. EIP-1191's chain-dependent form is not used: most tools refuse it.
#[must_use]
pub fn print(address: Address) -> String {
    address.to_checksum(None)
}

/// The EIP-55 form in groups of four digits for comparing by eye: `0x5aAe b605 …`.
#[must_use]
pub fn grouped(address: Address) -> String {
    let text = print(address);
    let mut out = String::with_capacity(text.len().saturating_add(9));
    for (at, c) in text.chars().enumerate() {
        if at > 2 && at % 4 == 2 {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

fn without_prefix(text: &str) -> EvmError {
    if text.len() == DIGITS && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return EvmError::AddressPrefix;
    }
    if text.len() <= GUESS_MAX {
        if looks_bech32(text) {
            return EvmError::AddressOfAnotherNetwork { looks: "bech32" };
        }
        if (BASE58_MIN..=BASE58_MAX).contains(&text.len()) && text.chars().all(|c| BASE58.contains(c)) {
            return EvmError::AddressOfAnotherNetwork { looks: "base58" };
        }
    }
    EvmError::AddressPrefix
}

/// BIP-173's outer shape only: a prefix, the separator `1`, data. Not a check: just enough for a useful sentence.
fn looks_bech32(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let Some((prefix, data)) = lower.rsplit_once('1') else { return false };
    !prefix.is_empty()
        && prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && data.len() >= 20
        && data.chars().all(|c| BECH32.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    // The four mixed-case examples of EIP-55's text.
    const GOOD: [&str; 4] = [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ];

    #[test]
    fn a_checksummed_address_reads_and_prints_the_same() {
        for text in GOOD {
            assert_eq!(print(parse(text).expect("valid")), text);
        }
        assert!(parse("0x0000000000000000000000000000000000000000").is_ok(), "no letters, nothing to check");
    }

    #[test]
    fn one_case_is_refused_with_the_checksummed_form() {
        for text in GOOD {
            let lower = text.to_lowercase();
            let upper = format!("0x{}", text[2..].to_uppercase());
            let wanted = EvmError::AddressUnchecked { checksummed: text.to_owned() };
            assert_eq!(parse(&lower), Err(wanted.clone()));
            assert_eq!(parse(&upper), Err(wanted.clone()));
            assert!(wanted.to_string().contains(text));
        }
    }

    #[test]
    fn a_wrong_checksum_is_refused_without_a_hint() {
        for text in GOOD {
            for at in 2..text.len() {
                let c = text.as_bytes()[at];
                if !c.is_ascii_alphabetic() {
                    continue;
                }
                let flipped = if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
                let mut bytes = text.as_bytes().to_vec();
                bytes[at] = flipped;
                let wrong = String::from_utf8(bytes).expect("ascii");
                assert_eq!(parse(&wrong), Err(EvmError::AddressChecksum), "{wrong}");
            }
        }
        assert!(!EvmError::AddressChecksum.to_string().contains("0x"));
    }

    #[test]
    fn each_wrong_shape_has_its_own_error() {
        let other = |looks| Err(EvmError::AddressOfAnotherNetwork { looks });
        assert_eq!(parse(""), Err(EvmError::AddressEmpty));
        assert_eq!(parse(&GOOD[0][2..]), Err(EvmError::AddressPrefix));
        assert_eq!(parse(&GOOD[0].replacen("0x", "0X", 1)), Err(EvmError::AddressPrefix));
        assert_eq!(parse(&GOOD[0][..41]), Err(EvmError::AddressLength { found: 39 }));
        assert_eq!(parse(&format!("{}0", GOOD[0])), Err(EvmError::AddressLength { found: 41 }));
        assert_eq!(parse(&format!("{} ", GOOD[0])), Err(EvmError::AddressCharacter { position: 43 }));
        assert_eq!(parse(&GOOD[0].replacen('5', "g", 1)), Err(EvmError::AddressCharacter { position: 3 }));
        assert_eq!(parse("0x\u{1b}[2J"), Err(EvmError::AddressCharacter { position: 3 }));
        assert_eq!(parse("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"), other("bech32"));
        assert_eq!(parse("1BoatSLRHtKNngkdXEeobR76b53LETtpyT"), other("base58"));
        assert_eq!(parse("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"), other("base58"));
        assert_eq!(parse("hello"), Err(EvmError::AddressPrefix));
        assert_eq!(parse(&"a".repeat(100_000)), Err(EvmError::AddressPrefix));
    }

    #[test]
    fn groups_of_four_keep_every_digit() {
        let text = grouped(parse(GOOD[0]).expect("valid"));
        assert_eq!(text, "0x5aAe b605 3F3E 94C9 b9A0 9f33 6694 35E7 Ef1B eAed");
    }
}
