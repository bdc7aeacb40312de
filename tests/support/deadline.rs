//! The one clock of the tests: how long something may take before the test gives up.

use std::time::{Duration, Instant};

/// A point in time after which waiting is over.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Instant);

impl Deadline {
    /// A deadline that many seconds from here. Generous: a test fails by it only when something hangs.
    pub fn in_seconds(seconds: u64) -> Self {
        Self::after(Duration::from_secs(seconds))
    }

    /// A deadline that long from here.
    #[expect(clippy::disallowed_methods, reason = "a deadline for a real process is measured in real time")]
    pub fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// What is left, or `None` when it has passed.
    #[expect(clippy::disallowed_methods, reason = "a deadline for a real process is measured in real time")]
    pub fn left(self) -> Option<Duration> {
        self.0.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    }
}

#[test]
fn a_deadline_passes() {
    assert!(Deadline::in_seconds(0).left().is_none());
    assert!(Deadline::in_seconds(60).left().is_some());
}
