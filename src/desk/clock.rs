//! The one clock. Everything else takes time as an argument.

use std::sync::{Mutex, OnceLock};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::domain::time::{Seconds, Timestamp};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Wall clock, whole seconds UTC.
    fn now(&self) -> Timestamp;
    /// Milliseconds since some fixed moment; never runs back.
    fn monotonic_ms(&self) -> u64;
}

/// The machine's clock.
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// Starts counting.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "this is the clock file")]
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the clock file")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_unix(since.as_secs())
    }

    fn monotonic_ms(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Milliseconds since this process first asked; for rooms that take a bare clock.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "this is the clock file")]
pub fn monotonic_ms() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    u64::try_from(START.get_or_init(Instant::now).elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// A clock that stands still until it is moved: for the practice treasury's history and for tests.
pub struct SetClock(Mutex<Timestamp>);

impl SetClock {
    /// At this time.
    #[must_use]
    pub const fn at(time: Timestamp) -> Self {
        Self(Mutex::new(time))
    }

    /// Moves it on.
    ///
    /// # Panics
    /// Where another thread panicked while it moved the clock.
    pub fn advance(&self, seconds: Seconds) {
        let mut time = self.0.lock().expect("nobody panics while moving the clock");
        *time = time.plus(seconds);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("nobody panics while moving the clock")
    }

    fn monotonic_ms(&self) -> u64 {
        self.now().unix().saturating_mul(1000)
    }
}
