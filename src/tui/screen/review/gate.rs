//! The review gate: every row of every section must have stood on the screen for a second, for exactly this version.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::policy::verdict::Standing;
use crate::domain::request::Request;
use crate::domain::terms::Digest;
use crate::tui::scene::Scene;
use crate::tui::screen::review::sections::Section;

/// How long a row must stand before it counts as seen, in milliseconds.
pub const SEEN_MS: u64 = 1_000;

/// What was reviewed: any change of it begins the review anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// The digest that votes name.
    pub digest: Option<Digest>,
    /// The policy in force.
    pub policy: u32,
    /// What it says.
    pub standing: Option<Standing>,
}

impl Version {
    /// The version of a request that stands there now.
    #[must_use]
    pub fn of(scene: &Scene<'_>, request: &Request) -> Self {
        let treasury = &scene.snap.treasury;
        let standing = treasury.verdict(request, scene.now).map(|verdict| verdict.standing);
        Self { digest: request.digest(), policy: treasury.policy().version, standing }
    }
}

/// One section as it is drawn: how many rows it has, and which of them are on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// Which section.
    pub section: Section,
    /// Rows of the whole section at this width.
    pub total: usize,
    /// Rows on the screen, from 0.
    pub rows: std::ops::Range<usize>,
}

/// What was seen of one section.
#[derive(Clone, Debug, Default)]
struct Seen {
    total: usize,
    rows: BTreeSet<usize>,
}

/// What was seen so far.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    version: Option<Version>,
    seen: BTreeMap<Section, Seen>,
    /// What is on the screen, and since when.
    now: Option<(Vec<Drawn>, u64)>,
    cleared: bool,
}

impl Gate {
    /// This is on the screen at `now_ms`. What stood there unchanged for [`SEEN_MS`] counts as seen.
    pub fn observe(&mut self, version: Version, drawn: Vec<Drawn>, now_ms: u64) {
        if self.version != Some(version) {
            self.cleared = self.version.is_some() && !self.seen.is_empty();
            self.version = Some(version);
            self.seen.clear();
            self.now = Some((drawn, now_ms));
            return;
        }
        match &self.now {
            Some((before, since)) if *before == drawn => {
                if now_ms.saturating_sub(*since) >= SEEN_MS {
                    self.credit(&drawn);
                }
            }
            Some(_) | None => self.now = Some((drawn, now_ms)),
        }
    }

    /// Something else is on the screen now.
    pub fn covered(&mut self) {
        self.now = None;
    }

    fn credit(&mut self, drawn: &[Drawn]) {
        for part in drawn {
            let seen = self.seen.entry(part.section).or_default();
            if seen.total != part.total && !(seen.total > 0 && seen.rows.len() == seen.total) {
                // Another width breaks the lines elsewhere: a section that was only half seen begins anew.
                *seen = Seen { total: part.total, rows: BTreeSet::new() };
            }
            if seen.total == part.total {
                seen.rows.extend(part.rows.clone());
            }
        }
    }

    /// When what is on the screen counts as seen, if it stays; none where it was seen before.
    #[must_use]
    pub fn due_ms(&self) -> Option<u64> {
        let (drawn, since) = self.now.as_ref()?;
        let is_known = |part: &Drawn| {
            let seen = self.seen.get(&part.section).filter(|seen| seen.total == part.total);
            self.has(part.section) || seen.is_some_and(|seen| part.rows.clone().all(|row| seen.rows.contains(&row)))
        };
        (!drawn.iter().all(is_known)).then(|| since.saturating_add(SEEN_MS))
    }

    /// Whether all of a section was seen.
    #[must_use]
    pub fn has(&self, section: Section) -> bool {
        self.seen.get(&section).is_some_and(|seen| seen.total > 0 && seen.rows.len() == seen.total)
    }

    /// Whether a change took away what had been seen.
    #[must_use]
    pub const fn was_cleared(&self) -> bool {
        self.cleared
    }

    /// The version under review.
    #[must_use]
    pub const fn version(&self) -> Option<Version> {
        self.version
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::B256;

    use super::*;

    fn version(byte: u8) -> Version {
        Version { digest: Some(Digest(B256::repeat_byte(byte))), policy: 1, standing: Some(Standing::Pending) }
    }

    fn part(section: Section, total: usize, rows: std::ops::Range<usize>) -> Drawn {
        Drawn { section, total, rows }
    }

    #[test]
    fn a_section_counts_after_a_second_and_not_before() {
        let mut gate = Gate::default();
        let drawn = vec![part(Section::What, 5, 0..5)];
        gate.observe(version(1), drawn.clone(), 1_000);
        gate.observe(version(1), drawn.clone(), 1_999);
        assert!(!gate.has(Section::What));
        assert_eq!(gate.due_ms(), Some(2_000));
        gate.observe(version(1), drawn, 2_000);
        assert!(gate.has(Section::What));
        assert!(!gate.has(Section::Hash));
        assert_eq!(gate.due_ms(), None, "nothing more is to be seen here");
    }

    #[test]
    fn scrolling_past_is_not_reading() {
        let mut gate = Gate::default();
        for step in 0..10 {
            gate.observe(version(1), vec![part(Section::Call, 20, step..step + 10)], 200 * step as u64);
        }
        assert!(!gate.has(Section::Call));
        let top = vec![part(Section::Call, 20, 0..10)];
        gate.observe(version(1), top.clone(), 10_000);
        gate.observe(version(1), top, 11_000);
        assert!(!gate.has(Section::Call), "the second half was not there");
        let end = vec![part(Section::Call, 20, 10..20)];
        gate.observe(version(1), end.clone(), 11_001);
        gate.observe(version(1), end, 12_001);
        assert!(gate.has(Section::Call));
    }

    #[test]
    fn any_change_begins_anew() {
        let changes = [version(2), Version { policy: 2, ..version(1) }, Version { standing: Some(Standing::Met), ..version(1) }];
        for change in changes {
            let mut gate = Gate::default();
            let drawn = vec![part(Section::What, 5, 0..5)];
            gate.observe(version(1), drawn.clone(), 0);
            gate.observe(version(1), drawn.clone(), 1_000);
            assert!(gate.has(Section::What));
            gate.observe(change, drawn.clone(), 1_001);
            assert!(!gate.has(Section::What) && gate.was_cleared());
            gate.observe(change, drawn, 1_900);
            assert!(!gate.has(Section::What), "the clock begins anew too");
        }
    }

    #[test]
    fn what_is_covered_is_not_seen() {
        let mut gate = Gate::default();
        let drawn = vec![part(Section::What, 5, 0..5)];
        gate.observe(version(1), drawn.clone(), 0);
        gate.covered();
        gate.observe(version(1), drawn.clone(), 60_000);
        assert!(!gate.has(Section::What));
        gate.observe(version(1), drawn, 61_000);
        assert!(gate.has(Section::What));
    }

    #[test]
    fn a_half_seen_section_begins_anew_at_another_width() {
        let mut gate = Gate::default();
        let narrow = vec![part(Section::Call, 20, 0..10)];
        gate.observe(version(1), narrow.clone(), 0);
        gate.observe(version(1), narrow, 1_000);
        let wide = vec![part(Section::Call, 12, 6..12)];
        gate.observe(version(1), wide.clone(), 2_000);
        gate.observe(version(1), wide, 3_000);
        assert!(!gate.has(Section::Call));
    }
}
