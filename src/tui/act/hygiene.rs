//! Lets only keys through that a person pressed one by one.
//!
//! A screen that acts is deaf until the keyboard was silent for [`SILENCE_MS`]. Each key is then held for [`BURST_MS`]: when
//! another one follows sooner, both came from a machine (a paste without brackets, a macro, a flood after a stalled link) and
//! neither counts. Losing the focus disarms. Esc always passes: it only ever leaves.

use crate::tui::input::{KeyCode, KeyPress};

/// Silence before the first key counts, in milliseconds.
pub const SILENCE_MS: u64 = 400;
/// Keys closer together than this were not typed by a person, in milliseconds.
pub const BURST_MS: u64 = 15;
/// The same key again within this time is auto-repeat, in milliseconds.
pub const REPEAT_MS: u64 = 60;

const EARLY: &str = "Not armed yet: wait a moment without touching a key.";
const BURST: &str = "Keys arrived faster than a person types: ignored. Type slowly.";
const REPEAT: &str = "A held-down key counts once.";
const PASTE: &str = "Pasted text is refused here. Type it.";
const AWAY: &str = "The window lost the focus: disarmed, what was typed is gone.";

/// Whether keys count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guard {
    /// Silence is awaited; it has lasted since then.
    Settling(u64),
    /// Keys count.
    Armed,
    /// The window has no focus.
    Away,
}

/// What came of an input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// A key that counts.
    pub key: Option<KeyPress>,
    /// What to tell.
    pub notice: Option<&'static str>,
    /// What was typed so far must be forgotten.
    pub forget: bool,
}

/// The guard of one act screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hygiene {
    guard: Guard,
    last: Option<(KeyPress, u64)>,
    held: Option<(KeyPress, u64)>,
}

impl Hygiene {
    /// Deaf from `now_ms` on, until there was silence.
    #[must_use]
    pub const fn new(now_ms: u64) -> Self {
        Self { guard: Guard::Settling(now_ms), last: None, held: None }
    }

    /// Whether keys count now.
    #[must_use]
    pub const fn is_armed(&self) -> bool {
        matches!(self.guard, Guard::Armed)
    }

    /// Whether the window has no focus.
    #[must_use]
    pub const fn is_away(&self) -> bool {
        matches!(self.guard, Guard::Away)
    }

    /// When [`Hygiene::tick`] has something to do, if no key comes before.
    #[must_use]
    pub fn due_ms(&self) -> Option<u64> {
        match (self.held, self.guard) {
            (Some((_, at)), _) => Some(at.saturating_add(BURST_MS)),
            (None, Guard::Settling(since)) => Some(since.saturating_add(SILENCE_MS)),
            (None, Guard::Armed | Guard::Away) => None,
        }
    }

    /// Time went by: arms after silence, lets a held key through.
    pub fn tick(&mut self, now_ms: u64) -> Passed {
        if matches!(self.guard, Guard::Settling(since) if now_ms.saturating_sub(since) >= SILENCE_MS) {
            self.guard = Guard::Armed;
        }
        match self.held {
            Some((key, at)) if now_ms.saturating_sub(at) >= BURST_MS => {
                self.held = None;
                Passed { key: Some(key), ..Passed::default() }
            }
            Some(_) | None => Passed::default(),
        }
    }

    /// A key went down. What passes may be the key before: each waits until it is clear that none follows too soon.
    pub fn key(&mut self, key: KeyPress, now_ms: u64) -> Passed {
        if key == KeyPress::plain(KeyCode::Esc) {
            self.held = None;
            return Passed { key: Some(key), ..Passed::default() };
        }
        let before = self.tick(now_ms);
        let gap = self.last.map(|(_, at)| now_ms.saturating_sub(at));
        let again = self.last.is_some_and(|(last, _)| last == key);
        self.last = Some((key, now_ms));
        match self.guard {
            Guard::Away => Passed { notice: Some(AWAY), ..Passed::default() },
            Guard::Settling(_) => {
                self.guard = Guard::Settling(now_ms);
                Passed { notice: Some(EARLY), ..Passed::default() }
            }
            Guard::Armed if gap.is_some_and(|gap| gap < BURST_MS) => {
                self.held = None;
                self.guard = Guard::Settling(now_ms);
                Passed { key: None, notice: Some(BURST), forget: true }
            }
            Guard::Armed if again && gap.is_some_and(|gap| gap < REPEAT_MS) => Passed { notice: Some(REPEAT), ..before },
            Guard::Armed => {
                self.held = Some((key, now_ms));
                before
            }
        }
    }

    /// Text was pasted: refused, and silence is awaited again.
    pub fn paste(&mut self, now_ms: u64) -> Passed {
        self.settle(now_ms);
        Passed { key: None, notice: Some(PASTE), forget: true }
    }

    /// The focus went or came back: what was typed is forgotten, silence is awaited again.
    pub fn focus(&mut self, here: bool, now_ms: u64) -> Passed {
        self.settle(now_ms);
        if !here {
            self.guard = Guard::Away;
        }
        Passed { key: None, notice: Some(AWAY), forget: true }
    }

    /// Deaf again until there was silence.
    pub fn settle(&mut self, now_ms: u64) {
        self.held = None;
        self.guard = Guard::Settling(now_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const Y: KeyPress = KeyPress::char('y');

    fn armed() -> Hygiene {
        let mut hygiene = Hygiene::new(0);
        hygiene.tick(SILENCE_MS);
        assert!(hygiene.is_armed());
        hygiene
    }

    #[test]
    fn an_early_key_never_counts_and_begins_the_silence_anew() {
        let mut hygiene = Hygiene::new(0);
        for at in [0, 100, 300, 600, 999] {
            let passed = hygiene.key(Y, at);
            assert_eq!((passed.key, passed.notice), (None, Some(EARLY)), "{at}");
        }
        assert_eq!(hygiene.tick(1_398), Passed::default());
        assert!(!hygiene.is_armed());
        hygiene.tick(1_399);
        assert!(hygiene.is_armed());
    }

    #[test]
    fn a_single_key_counts_after_its_wait_and_only_once() {
        let mut hygiene = armed();
        assert_eq!(hygiene.key(Y, 1_000), Passed::default());
        assert_eq!(hygiene.due_ms(), Some(1_015));
        assert_eq!(hygiene.tick(1_014).key, None);
        assert_eq!(hygiene.tick(1_015).key, Some(Y));
        assert_eq!(hygiene.tick(5_000).key, None);
    }

    #[test]
    fn of_a_burst_no_key_counts_not_even_the_first() {
        for gap in [0, 1, 14] {
            let mut hygiene = armed();
            assert_eq!(hygiene.key(Y, 1_000).key, None);
            let second = hygiene.key(KeyPress::plain(KeyCode::Enter), 1_000 + gap);
            assert_eq!((second.key, second.notice, second.forget), (None, Some(BURST), true));
            assert_eq!(hygiene.key(Y, 1_100).key, None, "deaf until there was silence");
            assert_eq!(hygiene.tick(1_101).key, None);
        }
    }

    #[test]
    fn typing_passes_in_order() {
        let mut hygiene = armed();
        let mut got = Vec::new();
        for (at, c) in "976f".chars().enumerate() {
            let now = 1_000 + 80 * at as u64;
            got.extend(hygiene.key(KeyPress::char(c), now).key);
            got.extend(hygiene.tick(now + 20).key);
        }
        assert_eq!(got, "976f".chars().map(KeyPress::char).collect::<Vec<_>>());
    }

    #[test]
    fn a_held_down_key_counts_once() {
        let mut hygiene = armed();
        let mut got = Vec::new();
        for at in (1_000..2_000).step_by(33) {
            got.extend(hygiene.key(Y, at).key);
            got.extend(hygiene.tick(at + 16).key);
        }
        assert_eq!(got, [Y]);
    }

    #[test]
    fn focus_and_paste_disarm() {
        let mut hygiene = armed();
        hygiene.key(Y, 1_000);
        assert!(hygiene.focus(false, 1_005).forget);
        assert_eq!(hygiene.tick(9_000), Passed::default(), "the held key is gone, and time alone does not arm");
        assert!(!hygiene.is_armed() && hygiene.is_away());
        assert_eq!(hygiene.key(Y, 9_100).key, None);
        hygiene.focus(true, 10_000);
        assert!(!hygiene.is_armed());
        hygiene.tick(10_400);
        assert!(hygiene.is_armed());
        hygiene.key(Y, 11_000);
        assert!(hygiene.paste(11_001).forget);
        assert_eq!(hygiene.tick(11_300).key, None);
        assert!(!hygiene.is_armed());
    }

    #[test]
    fn esc_always_leaves() {
        let esc = KeyPress::plain(KeyCode::Esc);
        assert_eq!(Hygiene::new(0).key(esc, 1).key, Some(esc));
        let mut away = armed();
        away.focus(false, 500);
        assert_eq!(away.key(esc, 501).key, Some(esc));
    }
}
