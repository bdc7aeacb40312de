//! Audit: the journal, newest first, and each entry's place in the chain.
//!
//! ```text
//!   Entry  Time UTC   Who    What                 About
//! >    42  14:02:11Z  carol  frozen               wallet pay-us-1
//!      41  14:01:11Z  alice  transfer.drafted     R-0009  190 USDC ...
//! -- entry 42 -----------------------------------------------------------------
//!   reason    "drill"
//!   prev      51c0 9e77 ...
//!   this      e4a9 03bd ...
//! ```

mod view;

use std::collections::{BTreeMap, BTreeSet};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::snapshot::JournalCheck;
use crate::theme::Theme;
use crate::tui::input::KeyPress;
use crate::tui::keymap::Action;
use crate::tui::layout::Class;
use crate::tui::list::List;
use crate::tui::pane::{Hint, Pane, Pressed, Step};
use crate::tui::scene::{Scene, hour, short_hash};
use crate::tui::wish::{Answer, Link, Told, Wish};

/// Entries kept here at most; beyond that the older pages are loaded again when they are looked at.
const LINKS_MAX: usize = 5_000;
/// Rows of the detail where it stands below the list.
const DETAIL: u16 = 10;

/// What was loaded, and which entry is selected.
#[derive(Clone, Debug, Default)]
pub struct State {
    list: List<u64>,
    links: BTreeMap<u64, Link>,
    asked: BTreeSet<u64>,
    zoomed: bool,
}

impl State {
    /// Numbers of the entries that can be shown, newest first.
    fn ids(&self, scene: &Scene<'_>) -> Vec<u64> {
        let recent = scene.snap.recent.iter().map(|record| record.seq);
        let all: BTreeSet<u64> = recent.chain(self.links.keys().copied()).collect();
        all.into_iter().rev().collect()
    }

    /// Asks for the page that ends with this entry, once.
    fn page(&mut self, upto: u64) -> Vec<Step> {
        if upto == 0 || self.links.contains_key(&upto) || !self.asked.insert(upto) {
            return Vec::new();
        }
        vec![Step::Wish(Wish::Page(upto))]
    }

    /// What must be loaded for the selected entry: itself, or what comes after the last one.
    fn wanted(&mut self, scene: &Scene<'_>) -> Vec<Step> {
        let ids = self.ids(scene);
        let (Some(selected), Some(last)) = (self.list.selected(&ids).copied(), ids.last().copied()) else { return Vec::new() };
        let mut steps = self.page(selected);
        if selected == last {
            steps.append(&mut self.page(last - 1));
        }
        steps
    }
}

fn places(state: &State, scene: &Scene<'_>, area: Rect) -> (Option<Rect>, Option<Rect>) {
    match scene.class {
        _ if state.zoomed => (None, Some(area)),
        Class::M | Class::L => {
            let list = Rect { width: area.width * 58 / 100, ..area };
            (Some(list), Some(Rect { x: list.right() + 1, width: area.width - list.width - 1, ..area }))
        }
        Class::S if area.height >= 16 => {
            let list = Rect { height: area.height - DETAIL, ..area };
            (Some(list), Some(Rect { y: list.bottom(), height: DETAIL, ..area }))
        }
        Class::Xs | Class::S => (Some(area), None),
    }
}

impl Pane for State {
    fn title(&self, scene: &Scene<'_>) -> (String, String) {
        let tip = scene.snap.tip.seq;
        let right = match &scene.snap.check {
            JournalCheck::NotYet => "not checked yet: v".to_owned(),
            JournalCheck::Running(upto) => format!("checking {upto} of {tip}"),
            JournalCheck::Sound { upto, at } => format!("ok to entry {upto}, checked {}", hour(*at)),
            JournalCheck::Broken { seq, .. } => format!("!! BROKEN at entry {seq}"),
        };
        (format!("Audit  {tip} entries"), right)
    }

    fn status(&self, scene: &Scene<'_>) -> String {
        match &scene.snap.check {
            JournalCheck::Broken { seq, .. } => {
                format!("Entry {seq} does not follow from the one before. Keep the file; do not go on working on it.")
            }
            JournalCheck::NotYet | JournalCheck::Running(_) | JournalCheck::Sound { .. } => {
                format!("Only ever appended to. Tip {}; v checks every entry.", short_hash(scene.snap.tip.hash))
            }
        }
    }

    fn hints(&self, _scene: &Scene<'_>) -> &'static [Hint] {
        &[
            Hint::Of(&[Action::Down, Action::Up], "move"),
            Hint::Of(&[Action::Open], "whole screen"),
            Hint::Key("v", "verify"),
            Hint::Of(&[Action::PageDown], "older"),
            Hint::Of(&[Action::Back], "back"),
            Hint::Of(&[Action::Help], "help"),
        ]
    }

    fn press(&mut self, scene: &Scene<'_>, pressed: Pressed) -> Option<Vec<Step>> {
        if pressed.key == KeyPress::char('v') {
            return Some(vec![Step::Wish(Wish::Verify)]);
        }
        let (ids, action) = (self.ids(scene), pressed.action?);
        let list = places(self, scene, scene.areas().body).0;
        if self.list.step(action, &ids, list.map_or(1, |list| usize::from(list.height.saturating_sub(1)))) {
            return Some(self.wanted(scene));
        }
        match action {
            Action::Open if !self.zoomed && !ids.is_empty() => {
                self.zoomed = true;
                Some(Vec::new())
            }
            Action::Back if self.zoomed => {
                self.zoomed = false;
                Some(Vec::new())
            }
            _ => None,
        }
    }

    fn told(&mut self, _scene: &Scene<'_>, told: &Told) -> Vec<Step> {
        let Some(Wish::Page(upto)) = &told.wish else { return Vec::new() };
        self.asked.remove(upto);
        if let Ok(Answer::Page(links)) = &told.result {
            if self.links.len() + links.len() > LINKS_MAX {
                self.links.clear();
            }
            self.links.extend(links.iter().map(|link| (link.record.seq, link.clone())));
        }
        Vec::new()
    }

    fn shown(&mut self, scene: &Scene<'_>) -> Vec<Step> {
        self.wanted(scene)
    }

    fn view(&self, scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let ids = self.ids(scene);
        let (list, below) = places(self, scene, area);
        if let Some(list) = list {
            view::list(self, &ids, scene, theme, list, buf);
        }
        if let (Some(area), Some(seq)) = (below, self.list.selected(&ids)) {
            view::detail(self, *seq, scene, theme, area, buf);
        }
        None
    }
}
