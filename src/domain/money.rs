//! Amounts: integer base units, checked arithmetic, exact decimal text. Never a float.

use std::fmt;

use alloy_primitives::U256;
use serde::{Deserialize, Serialize};

/// Most decimals an asset may have; 10^36 still leaves 40 digits in 256 bits.
pub const DECIMALS_MAX: u8 = 36;

/// An amount in base units of its asset (wei, satoshi, token units), 0 to 2^256 - 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Amount(U256);

/// Why a text is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAmount {
    /// Not digits with at most one point.
    #[error("amount {0:?}: expected digits with at most one '.', such as 1250.50 (no sign, exponent, comma or blank)")]
    Form(String),
    /// More decimals than the asset has.
    #[error("amount {text:?}: the asset has {decimals} decimals, the text has {found}")]
    Decimals {
        /// What was given.
        text: String,
        /// What the asset has.
        decimals: u8,
        /// What the text has.
        found: usize,
    },
    /// Beyond 256 bits.
    #[error("amount {0:?}: larger than any amount on this network")]
    Range(String),
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(U256::ZERO);

    /// From base units.
    #[must_use]
    pub const fn from_base(base: U256) -> Self {
        Self(base)
    }

    /// In base units.
    #[must_use]
    pub const fn base(self) -> U256 {
        self.0
    }

    /// Whether this is nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// The sum, or `None` beyond 256 bits.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` below zero.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// Reads decimal text such as `1250.50` for an asset with `decimals` decimals.
    ///
    /// # Errors
    /// [`BadAmount`]: signs, exponents, grouping, blanks, too many decimals, too large.
    pub fn parse(text: &str, decimals: u8) -> Result<Self, BadAmount> {
        let shown = || text.chars().take(80).collect::<String>();
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        let dangling = text.ends_with('.') || whole.is_empty();
        if dangling || !digits(whole) || !digits(part) {
            return Err(BadAmount::Form(shown()));
        }
        if part.len() > usize::from(decimals) {
            return Err(BadAmount::Decimals { text: shown(), decimals, found: part.len() });
        }
        let padded = format!("{whole}{part:0<width$}", width = usize::from(decimals));
        let significant = padded.trim_start_matches('0');
        if significant.is_empty() {
            return Ok(Self::ZERO);
        }
        if significant.len() > 78 {
            return Err(BadAmount::Range(shown()));
        }
        U256::from_str_radix(significant, 10).map(Self).map_err(|_| BadAmount::Range(shown()))
    }

    /// Exact decimal text with all `decimals` digits: `2500.000000`.
    #[must_use]
    pub fn text(self, decimals: u8) -> String {
        let digits = self.0.to_string();
        let places = usize::from(decimals);
        if places == 0 {
            return digits;
        }
        let padded = format!("{digits:0>width$}", width = places.saturating_add(1));
        let (whole, part) = padded.split_at(padded.len().saturating_sub(places));
        format!("{whole}.{part}")
    }

    /// For people: thousands grouped, trailing zeros cut to at least `keep` decimals: `1,250.50`.
    /// Never rounds: digits that are not zero always show.
    #[must_use]
    pub fn human(self, decimals: u8, keep: usize) -> String {
        let text = self.text(decimals);
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let significant = part.trim_end_matches('0').len().max(keep.min(part.len()));
        let part = part.get(..significant).unwrap_or(part);
        let mut grouped = String::with_capacity(text.len().saturating_mul(2));
        for (i, digit) in whole.chars().enumerate() {
            let left = whole.len().saturating_sub(i);
            if i > 0 && left.is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        if part.is_empty() { grouped } else { format!("{grouped}.{part}") }
    }
}

impl fmt::Display for Amount {
    /// Base units, without leading zeros.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

impl TryFrom<String> for Amount {
    type Error = BadAmount;
    fn try_from(text: String) -> Result<Self, BadAmount> {
        let amount = Self::parse(&text, 0)?;
        if amount.to_string() == text { Ok(amount) } else { Err(BadAmount::Form(text.chars().take(80).collect())) }
    }
}

impl From<Amount> for String {
    fn from(amount: Amount) -> String {
        amount.to_string()
    }
}

impl From<u64> for Amount {
    fn from(base: u64) -> Self {
        Self(U256::from(base))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_exact_decimals() {
        assert_eq!(Amount::parse("2500", 6), Ok(Amount::from(2_500_000_000)));
        assert_eq!(Amount::parse("0.000001", 6), Ok(Amount::from(1)));
        assert_eq!(Amount::parse("007.5", 1), Ok(Amount::from(75)));
    }

    #[test]
    fn refuses_what_is_not_plain_decimal() {
        for bad in ["", ".", "-1", "+1", "1e18", "1,000", "1 000", "0x10", "1.", ".5", "1.2.3", "\u{664}"] {
            assert!(matches!(Amount::parse(bad, 18), Err(BadAmount::Form(_))), "{bad:?}");
        }
        assert!(matches!(Amount::parse("1.1234567", 6), Err(BadAmount::Decimals { found: 7, .. })));
        assert!(matches!(Amount::parse(&"9".repeat(80), 18), Err(BadAmount::Range(_))));
        assert!(matches!(Amount::parse(&U256::MAX.to_string(), 1), Err(BadAmount::Range(_))));
    }

    #[test]
    fn shows_people_every_digit_that_counts() {
        let a = Amount::parse("1250000.5", 6).expect("plain");
        assert_eq!(a.human(6, 2), "1,250,000.50");
        assert_eq!(Amount::from(1).human(18, 2), "0.000000000000000001");
        assert_eq!(Amount::from(1000).human(0, 2), "1,000");
    }

    proptest! {
        #[test]
        fn text_and_parse_agree(limbs: [u64; 4], decimals in 0u8..=DECIMALS_MAX) {
            let amount = Amount::from_base(U256::from_limbs(limbs));
            prop_assert_eq!(Amount::parse(&amount.text(decimals), decimals), Ok(amount));
            let plain = amount.human(decimals, 2).replace(',', "");
            prop_assert_eq!(Amount::parse(&plain, decimals), Ok(amount));
        }
    }
}
