//! Lengths of time as people write them: `90s`, `15m`, `6h`, `7d`.

use crate::domain::time::Seconds;

/// What is said where a text is no length of time.
const EXPECTED: &str = "expected digits and one of s, m, h, d, such as 90s, 15m, 6h or 7d";

/// Reads `90s`, `15m`, `6h` or `7d`.
///
/// # Errors
/// What was expected, for a sentence.
pub fn parse_duration(text: &str) -> Result<Seconds, &'static str> {
    let unit = text.chars().next_back().ok_or(EXPECTED)?;
    let seconds: Seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return Err(EXPECTED),
    };
    let digits = text.strip_suffix(unit).filter(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit())).ok_or(EXPECTED)?;
    let count: u64 = digits.parse().map_err(|_| EXPECTED)?;
    count.checked_mul(seconds).ok_or(EXPECTED)
}

/// The shortest exact text: 86400 is `24h`, 90 is `90s`. Reads back as the same seconds.
#[must_use]
pub fn print_duration(seconds: Seconds) -> String {
    let whole = |unit: Seconds| seconds > 0 && seconds.is_multiple_of(unit);
    if whole(60 * 60) {
        format!("{}h", seconds / (60 * 60))
    } else if whole(60) {
        format!("{}m", seconds / 60)
    } else {
        format!("{seconds}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_read_and_print() {
        for (text, seconds) in [("90s", 90), ("15m", 900), ("6h", 21_600), ("7d", 604_800)] {
            assert_eq!(parse_duration(text), Ok(seconds));
            assert_eq!(parse_duration(&print_duration(seconds)), Ok(seconds));
        }
        assert_eq!(print_duration(86_400), "24h");
        assert_eq!(print_duration(0), "0s");
    }

    #[test]
    fn anything_else_says_what_was_expected() {
        for bad in ["", "6", "h", "-6h", "1.5h", "6 h", "6H", "6h30m", "99999999999999999999s", "9999999999999999d", "6\u{43c}"] {
            assert_eq!(parse_duration(bad), Err(EXPECTED), "{bad:?}");
        }
    }
}
