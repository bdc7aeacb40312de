//! ERC-20 (EIP-20): the one call that is signed, the calls that are read, and the Transfer log.
//!
//! Answers come from contracts anybody can write, through nodes nobody trusts: lengths are exact, and a symbol is text to be
//! cleaned before it reaches a screen.

use crate::chain::evm::error::EvmError;
use crate::text::Untrusted;
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolCall, SolEvent, sol};

sol! {
    function transfer(address to, uint256 amount) returns (bool);
    function balanceOf(address owner) returns (uint256);
    function decimals() returns (uint8);
    function symbol() returns (string);
    event Transfer(address indexed from, address indexed to, uint256 amount);
}

/// Most decimals an asset may claim; ten to this power still fits 256 bits with room for amounts.
pub const DECIMALS_MAX: u8 = 36;
/// Most bytes of a symbol.
pub const SYMBOL_MAX: usize = 64;
/// Selector and two words.
const TRANSFER_LEN: usize = 68;
/// A word of the ABI.
const WORD: usize = 32;
/// Zero bytes in front of an address in its word.
const PAD: usize = 12;

/// What an empty answer means.
const NOTHING: &str = "nothing: there is no such contract at this address on this network";

/// The selector of `transfer(address,uint256)`.
pub const TRANSFER: [u8; 4] = transferCall::SELECTOR;

/// A `Transfer` event of some token contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransferLog {
    /// Whose balance fell, as the contract claims.
    pub from: Address,
    /// Whose balance rose, as the contract claims.
    pub to: Address,
    /// Base units.
    pub amount: U256,
}

/// Call data of a token payment. `amount` is in base units.
#[must_use]
pub fn transfer(to: Address, amount: U256) -> Bytes {
    transferCall { to, amount }.abi_encode().into()
}

/// Beneficiary and amount (base units) of `transfer` call data, or `None` for anything else: another selector, another length,
/// or bits above the address, which some contracts ignore and others read.
#[must_use]
pub fn decode_transfer(input: &[u8]) -> Option<(Address, U256)> {
    if input.len() != TRANSFER_LEN {
        return None;
    }
    let words = input.strip_prefix(&TRANSFER)?;
    let (to, amount) = words.split_at_checked(WORD)?;
    Some((address_of(to)?, U256::try_from_be_slice(amount)?))
}

/// Call data of `balanceOf`.
#[must_use]
pub fn balance_of(owner: Address) -> Bytes {
    balanceOfCall { owner }.abi_encode().into()
}

/// Call data of `decimals`.
#[must_use]
pub fn decimals() -> Bytes {
    decimalsCall {}.abi_encode().into()
}

/// Call data of `symbol`.
#[must_use]
pub fn symbol() -> Bytes {
    symbolCall {}.abi_encode().into()
}

/// A balance in base units.
///
/// # Errors
/// [`EvmError::Answer`] unless the answer is exactly one word. Nothing at all means there is no contract at the address.
pub fn decode_balance(answer: &[u8]) -> Result<U256, EvmError> {
    word("balanceOf", answer)
}

/// A token's decimals, 0 to [`DECIMALS_MAX`].
///
/// # Errors
/// [`EvmError::Answer`] for another length or a larger number.
pub fn decode_decimals(answer: &[u8]) -> Result<u8, EvmError> {
    let value = word("decimals", answer)?;
    let small = u8::try_from(value).ok().filter(|d| *d <= DECIMALS_MAX);
    small.ok_or(EvmError::Answer { call: "decimals", why: "a number above 36" })
}

/// A token's symbol: text of 1 to [`SYMBOL_MAX`] bytes. Old tokens answer a `bytes32`; that is read too.
///
/// # Errors
/// [`EvmError::Answer`] for anything that is neither ABI text nor one word of text.
pub fn decode_symbol(answer: &[u8]) -> Result<Untrusted, EvmError> {
    let wrong = |why| EvmError::Answer { call: "symbol", why };
    if answer.is_empty() {
        return Err(wrong(NOTHING));
    }
    let text = if answer.len() == WORD {
        let end = answer.iter().rposition(|b| *b != 0).map_or(0, |last| last.saturating_add(1));
        let bytes = answer.get(..end).unwrap_or_default();
        String::from_utf8(bytes.to_vec()).map_err(|_| wrong("one word that is not text"))?
    } else if answer.len() > WORD * 4 || !answer.len().is_multiple_of(WORD) {
        return Err(wrong("not whole words, or text longer than 64 bytes"));
    } else {
        symbolCall::abi_decode_returns_validate(answer).map_err(|_| wrong("neither ABI text nor one word"))?
    };
    match text.len() {
        0 => Err(wrong("an empty text")),
        1..=SYMBOL_MAX => Ok(Untrusted::new(text)),
        _ => Err(wrong("text longer than 64 bytes")),
    }
}

/// Reads a log as an ERC-20 `Transfer`; `None` for any other event (ERC-721's has a fourth topic).
///
/// The caller compares the emitting contract with the signed asset list: anybody's contract may emit this event.
#[must_use]
pub fn decode_transfer_log(topics: &[B256], data: &[u8]) -> Option<TransferLog> {
    let [event, from, to] = topics else { return None };
    if *event != Transfer::SIGNATURE_HASH || data.len() != WORD {
        return None;
    }
    Some(TransferLog {
        from: address_of(from.as_slice())?,
        to: address_of(to.as_slice())?,
        amount: U256::try_from_be_slice(data)?,
    })
}

fn address_of(word: &[u8]) -> Option<Address> {
    let (pad, address) = word.split_at_checked(PAD)?;
    (pad.iter().all(|b| *b == 0)).then(|| Address::try_from(address).ok()).flatten()
}

/// Exactly one word; `call` names it in the error.
pub(crate) fn word(call: &'static str, answer: &[u8]) -> Result<U256, EvmError> {
    match answer.len() {
        WORD => Ok(U256::from_be_slice(answer)),
        0 => Err(EvmError::Answer { call, why: NOTHING }),
        1..WORD => Err(EvmError::Answer { call, why: "less than one word of 32 bytes" }),
        _ => Err(EvmError::Answer { call, why: "more than one word of 32 bytes" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{address, b256, hex};

    const PAYEE: Address = address!("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");

    #[test]
    fn a_transfer_reads_back_and_has_the_published_selector() {
        let input = transfer(PAYEE, U256::from(25));
        assert_eq!(input[..4], hex!("a9059cbb"));
        assert_eq!(decode_transfer(&input), Some((PAYEE, U256::from(25))));
        assert_eq!(balance_of(PAYEE)[..4], hex!("70a08231"));
        assert_eq!(decimals()[..], hex!("313ce567"));
        assert_eq!(symbol()[..], hex!("95d89b41"));
    }

    #[test]
    fn a_transfer_that_is_not_exact_is_not_a_transfer() {
        let good = transfer(PAYEE, U256::MAX).to_vec();
        for end in 0..good.len() {
            assert_eq!(decode_transfer(&good[..end]), None);
        }
        assert_eq!(decode_transfer(&[&good[..], &[0]].concat()), None);
        for at in 0..16 {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert_eq!(decode_transfer(&bad), None, "byte {at}");
        }
    }

    #[test]
    fn balances_and_decimals_are_exactly_one_word() {
        let mut answer = [0u8; 33];
        answer[31] = 6;
        assert_eq!(decode_balance(&answer[..32]), Ok(U256::from(6)));
        assert_eq!(decode_decimals(&answer[..32]), Ok(6));
        for length in [0, 1, 31, 33] {
            assert!(decode_balance(&answer[..length]).is_err(), "{length}");
            assert!(decode_decimals(&answer[..length]).is_err(), "{length}");
        }
        answer[31] = 37;
        assert!(decode_decimals(&answer[..32]).is_err());
        answer[0] = 1;
        answer[31] = 6;
        assert!(decode_decimals(&answer[..32]).is_err(), "upper bytes count");
    }

    #[test]
    fn symbols_come_as_text_or_as_one_word() {
        let text = |s: &str| symbolCall::abi_encode_returns(&s.to_owned());
        assert_eq!(decode_symbol(&text("USDC")), Ok(Untrusted::new("USDC")));
        let mut word = [0u8; 32];
        word[..3].copy_from_slice(b"MKR");
        assert_eq!(decode_symbol(&word), Ok(Untrusted::new("MKR")));
        assert_eq!(decode_symbol(&text("\u{1b}[2J")), Ok(Untrusted::new("\u{1b}[2J")), "untrusted, cleaned by who shows it");
        assert!(decode_symbol(&[]).is_err());
        assert!(decode_symbol(&[0; 32]).is_err());
        assert!(decode_symbol(&[0xff; 32]).is_err(), "not UTF-8");
        assert!(decode_symbol(&text("")).is_err());
        assert!(decode_symbol(&text(&"x".repeat(65))).is_err());
        assert!(decode_symbol(&[0xff; 96]).is_err());
        assert!(decode_symbol(&text("USDC")[..70]).is_err());
    }

    #[test]
    fn only_an_exact_transfer_log_is_read() {
        let event = b256!("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
        let (from, to) = (PAYEE.into_word(), Address::ZERO.into_word());
        let data = U256::from(7).to_be_bytes::<32>();
        let log = TransferLog { from: PAYEE, to: Address::ZERO, amount: U256::from(7) };
        assert_eq!(decode_transfer_log(&[event, from, to], &data), Some(log));
        assert_eq!(decode_transfer_log(&[event, from, to, to], &data), None, "ERC-721");
        assert_eq!(decode_transfer_log(&[event, from, to], &data[..31]), None);
        assert_eq!(decode_transfer_log(&[event, B256::repeat_byte(1), to], &data), None);
        assert_eq!(decode_transfer_log(&[from, from, to], &data), None);
    }
}
