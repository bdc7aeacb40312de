//! Help for the screen one came from: its keys, the keys that mean the same everywhere, and what the marks mean.
//! The keys come from the key map, so that the page is right after `keys.toml` has changed them.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::text::width;
use crate::theme::{Role, Theme};
use crate::tui::frame::hint_text;
use crate::tui::keymap::{Action, Context, Keymap};
use crate::tui::layout::DIALOG;
use crate::tui::pane::{Hint, Pane, Pressed, Step};
use crate::tui::scene::Scene;
use crate::tui::widget::{cut, put};

/// Keys that mean the same on every screen.
const EVERYWHERE: &[Hint] = &[
    Hint::Of(&[Action::Down, Action::Up], "row (arrows too)"),
    Hint::Of(&[Action::Top, Action::Bottom], "first, last row"),
    Hint::Of(&[Action::PageDown, Action::PageUp], "half a page"),
    Hint::Key("1 to 5", "the screens of the tabs"),
    Hint::Of(&[Action::Back], "back, q too (quits, asks)"),
    Hint::Of(&[Action::JumpBack], "the screen before this one"),
    Hint::Of(&[Action::HideAmounts], "hide or show amounts"),
    Hint::Of(&[Action::Refresh], "ask the nodes now"),
    Hint::Of(&[Action::Messages], "messages so far"),
    Hint::Of(&[Action::Acts], "act sheet for the row"),
    Hint::Of(&[Action::Lock], "lock now, or unlock"),
    Hint::Of(&[Action::Suspend], "lock and suspend"),
    Hint::Of(&[Action::Redraw], "draw everything again"),
    Hint::Of(&[Action::Quit], "quit (asks)"),
];

/// Marks with their meaning; the tags are those of the roles.
const MARKS: &[(Role, &str)] = &[
    (Role::CustodyHot, "hot: key in reach"),
    (Role::CustodyCold, "cold: key out of reach"),
    (Role::CustodyMsig, "multisig contract"),
    (Role::CustodyWatch, "watched, no key of ours"),
    (Role::StateOk, "passed"),
    (Role::StateWarn, "warning"),
    (Role::StateCrit, "critical"),
    (Role::StateBlocked, "blocked, frozen"),
    (Role::StatePending, "pending"),
    (Role::StateStale, "stale: too old to act on"),
];

/// What no key can do.
const PROMISE: [&str; 3] = [
    "No single key signs, votes or sends: x opens a list, and every act has a",
    "screen and a typed check of its own. \"Quoted text\" is somebody else's.",
    "Everything here can be done by a verb as well: bursar help.",
];

/// Columns of one of the two halves at least.
const HALF_MIN: u16 = 36;
/// Columns of the keys.
const KEYS: usize = 8;

/// Which screen it is about.
#[derive(Clone, Debug)]
pub struct State {
    of: String,
    hints: &'static [Hint],
    keymap: Keymap,
    from: usize,
}

/// One line of a column: a heading, or keys and words.
enum Line {
    Heading(String),
    Item(String, Role, &'static str),
}

impl State {
    /// Help for this pane.
    pub fn of(pane: &dyn Pane, scene: &Scene<'_>, keymap: &Keymap) -> Self {
        let title = pane.title(scene).0;
        let of = title.split("  ").next().unwrap_or_default().to_owned();
        Self { of, hints: pane.hints(scene), keymap: keymap.clone(), from: 0 }
    }

    fn keys(&self, heading: &str, hints: &[Hint]) -> Vec<Line> {
        let items = hints.iter().map(|hint| hint_text(&self.keymap, *hint)).map(|(keys, word)| Line::Item(keys, Role::Key, word));
        std::iter::once(Line::Heading(heading.to_owned())).chain(items).collect()
    }

    fn columns(&self) -> (Vec<Line>, Vec<Line>) {
        let own: Vec<Hint> =
            self.hints.iter().copied().filter(|hint| !matches!(hint, Hint::Of(actions, _) if is_common(actions))).collect();
        let left = self.keys("Everywhere", EVERYWHERE);
        let mut right = Vec::new();
        if !own.is_empty() {
            right.extend(self.keys("On this screen", &own));
        }
        right.push(Line::Heading("Marks".to_owned()));
        right.extend(MARKS.iter().map(|(role, what)| Line::Item(role.tag().to_owned(), *role, what)));
        right.push(Line::Item("12.5+".to_owned(), Role::Text, "and a little more"));
        (left, right)
    }
}

fn is_common(actions: &[Action]) -> bool {
    EVERYWHERE.iter().any(|hint| matches!(hint, Hint::Of(common, _) if common.first() == actions.first()))
        || actions == [Action::Help]
}

impl Pane for State {
    fn context(&self) -> Context {
        Context::Page
    }

    fn title(&self, _scene: &Scene<'_>) -> (String, String) {
        (format!("Help: {}", self.of), "? or esc closes".to_owned())
    }

    fn status(&self, _scene: &Scene<'_>) -> String {
        match self.keymap.changed() {
            0 => "These are the keys as bursar comes.".to_owned(),
            count => format!("{count} actions have other keys than bursar comes with."),
        }
    }

    fn hints(&self, _scene: &Scene<'_>) -> &'static [Hint] {
        &[Hint::Of(&[Action::Down, Action::Up], "scroll"), Hint::Of(&[Action::Back], "close")]
    }

    fn press(&mut self, scene: &Scene<'_>, pressed: Pressed) -> Option<Vec<Step>> {
        let (left, right) = self.columns();
        let body = scene.areas().body;
        let lines = if body.width >= 2 * HALF_MIN { left.len().max(right.len()) } else { left.len() + right.len() };
        let last = (lines + PROMISE.len() + 1).saturating_sub(usize::from(body.height));
        match pressed.action? {
            Action::Down => self.from = (self.from + 1).min(last),
            Action::Up => self.from = self.from.saturating_sub(1),
            Action::Back | Action::Help => return Some(vec![Step::Close]),
            _ => return None,
        }
        Some(Vec::new())
    }

    fn view(&self, _scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let wide = area.width.min(DIALOG.0);
        let area = Rect { x: area.x + (area.width - wide) / 2, width: wide, ..area };
        let (left, right) = self.columns();
        let mut y = i32::from(area.y) - i32::try_from(self.from).unwrap_or(0);
        if area.width >= 2 * HALF_MIN {
            let half = area.width / 2;
            let first = column(&left, theme, (Rect { width: half, ..area }, y), buf);
            let second = column(&right, theme, (Rect { x: area.x + half, width: area.width - half, ..area }, y), buf);
            y = first.max(second);
        } else {
            y = column(&left, theme, (area, y), buf);
            y = column(&right, theme, (area, y), buf);
        }
        for (line, y) in PROMISE.iter().zip(y + 1..) {
            if let Some(y) = visible(y, area) {
                put(buf, area.x + 2, y, &cut(line, usize::from(area.width.saturating_sub(2))), theme.style(Role::TextDim));
            }
        }
        None
    }
}

fn visible(y: i32, area: Rect) -> Option<u16> {
    u16::try_from(y).ok().filter(|y| (area.top()..area.bottom()).contains(y))
}

fn column(lines: &[Line], theme: &Theme, (area, mut y): (Rect, i32), buf: &mut Buffer) -> i32 {
    for line in lines {
        if let Some(row) = visible(y, area) {
            match line {
                Line::Heading(text) => drop(put(buf, area.x + 2, row, text, theme.style(Role::Title))),
                Line::Item(keys, role, words) => {
                    put(buf, area.x + 4, row, keys, theme.style(*role));
                    let at = area.x + 4 + u16::try_from(KEYS.max(width(keys) + 1)).unwrap_or(0);
                    put(buf, at, row, &cut(words, usize::from(area.right().saturating_sub(at))), theme.style(Role::Text));
                }
            }
        }
        y += 1;
    }
    y
}
