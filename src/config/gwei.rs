//! Fees as people write them: gwei with up to nine decimals.

use crate::domain::money::Amount;

/// Decimals of one gwei in wei.
const GWEI_DECIMALS: u8 = 9;
/// Highest fee that is not a slip of the pen: 100,000 gwei per gas.
const WEI_PER_GAS_MAX: u128 = 100_000 * 1_000_000_000;

/// Reads decimal text such as `0.05` or `200` as wei per gas.
///
/// # Errors
/// What was expected, for a sentence.
pub fn parse_gwei(text: &str) -> Result<u128, String> {
    let amount = Amount::parse(text, GWEI_DECIMALS).map_err(|e| format!("in gwei, {e}"))?;
    let wei = u128::try_from(amount.base()).unwrap_or(u128::MAX);
    if wei > WEI_PER_GAS_MAX {
        return Err(format!("{text} gwei per gas: expected at most 100000"));
    }
    Ok(wei)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gwei_are_exact_wei() {
        assert_eq!(parse_gwei("200"), Ok(200_000_000_000));
        assert_eq!(parse_gwei("0.000000001"), Ok(1));
        for bad in ["", "-1", "1e3", "0.0000000001", "100001", "1,5"] {
            assert!(parse_gwei(bad).is_err(), "{bad}");
        }
    }
}
