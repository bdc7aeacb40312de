//! Points in time: whole UTC seconds. The clock itself is in the shell.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Seconds since 1970-01-01T00:00:00Z, never negative and never later than [`Timestamp::MAX`], so that it always prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Timestamp(u64);

/// A length of time in whole seconds.
pub type Seconds = u64;

impl Timestamp {
    /// Latest time that prints: 9999-12-30T22:00:00Z, where the calendar library ends (26 hours before the year 10000).
    pub const MAX: Self = Self(253_402_207_200);

    /// From seconds since 1970, held at [`Timestamp::MAX`].
    #[must_use]
    pub fn from_unix(seconds: u64) -> Self {
        Self(seconds.min(Self::MAX.0))
    }

    /// Seconds since 1970.
    #[must_use]
    pub const fn unix(self) -> u64 {
        self.0
    }

    /// This long after.
    #[must_use]
    pub fn plus(self, seconds: Seconds) -> Self {
        Self::from_unix(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to here; 0 when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Seconds {
        self.0.saturating_sub(earlier.0)
    }

    /// Checks `2026-11-23T05:00:00Z`, exactly as printed.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let seconds = text.parse::<jiff::Timestamp>().ok()?.as_second();
        let time = Self(u64::try_from(seconds).ok()?);
        (time <= Self::MAX && time.to_string() == text).then_some(time)
    }
}

impl TryFrom<u64> for Timestamp {
    type Error = String;
    fn try_from(seconds: u64) -> Result<Self, String> {
        let late = || format!("time {seconds}: expected seconds since 1970, at most {}", Self::MAX.0);
        Some(Self(seconds)).filter(|time| *time <= Self::MAX).ok_or_else(late)
    }
}

impl From<Timestamp> for u64 {
    fn from(time: Timestamp) -> u64 {
        time.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = i64::try_from(self.0).map_err(|_| fmt::Error)?;
        let time = jiff::Timestamp::from_second(seconds).map_err(|_| fmt::Error)?;
        f.pad(&time.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_rfc_3339_in_utc() {
        let t = Timestamp::from_unix(1_795_410_000);
        assert_eq!(t.to_string(), "2026-11-23T05:00:00Z");
        assert_eq!(Timestamp::parse("2026-11-23T05:00:00Z"), Some(t));
        for bad in ["2026-11-23T05:00:00+01:00", "2026-11-23 05:00:00Z", "2026-11-23T05:00:00.5Z", "x"] {
            assert_eq!(Timestamp::parse(bad), None, "{bad}");
        }
        assert_eq!(Timestamp::from_unix(u64::MAX).to_string(), "9999-12-30T22:00:00Z");
        assert_eq!(Timestamp::parse("9999-12-30T22:00:00Z"), Some(Timestamp::MAX));
    }

    #[test]
    fn a_time_that_cannot_be_printed_is_not_read() {
        assert_eq!(serde_json::from_str::<Timestamp>("253402207200").ok(), Some(Timestamp::MAX));
        for bad in ["253402207201", "18446744073709551615", "-1", "1.5"] {
            assert!(serde_json::from_str::<Timestamp>(bad).is_err(), "{bad}");
        }
    }
}
