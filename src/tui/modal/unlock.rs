//! The passphrase: asked for, or in the way because the screen is locked.
//!
//! ```text
//!                         bursar is locked
//!
//!                         locked   13:52Z (idle)
//!
//!                         Passphrase  [ ************ ]
//!                                     length is not shown
//! ```
//!
//! While the screen is locked nothing else is drawn: no name, balance or hash.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use zeroize::Zeroizing;

use crate::desk::snapshot::{Lock, Snapshot};
use crate::domain::time::Timestamp;
use crate::text::width;
use crate::theme::{Role, Theme};
use crate::tui::input::KeyCode;
use crate::tui::keymap::{Action, Context};
use crate::tui::layout::dialog;
use crate::tui::modal::Cover;
use crate::tui::pane::{Hint, Pane, Pressed, Step};
use crate::tui::scene::{Scene, hour};
use crate::tui::widget::{SecretField, cut, put, wrap};
use crate::tui::wish::{Answer, Passphrase, Told, Wish};

/// Wrong passphrases before the first delay.
pub const TRIES: u32 = 5;
/// The delay after [`TRIES`] wrong ones; it doubles with every further one.
pub const DELAY_MS: u64 = 30_000;
/// The longest delay.
pub const DELAY_MAX_MS: u64 = 15 * 60_000;
/// Columns of the block in the middle.
const BLOCK: u16 = 40;

/// Why the screen is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// By `^x`.
    Asked,
    /// Nobody pressed a key for long enough.
    Idle,
    /// The terminal lost the focus for long enough.
    Unfocused,
    /// The job was suspended.
    Suspended,
    /// The wall clock jumped, or the machine slept.
    Clock,
}

impl Why {
    const fn word(self) -> &'static str {
        match self {
            Self::Asked => "by ^x",
            Self::Idle => "idle",
            Self::Unfocused => "window not in focus",
            Self::Suspended => "suspended",
            Self::Clock => "the clock jumped",
        }
    }
}

/// The passphrase being typed.
#[derive(Debug)]
pub struct State {
    covers: Option<(Why, Timestamp)>,
    has_keys: bool,
    field: SecretField,
    asked: bool,
    wrong: u32,
    until_ms: u64,
    message: Option<String>,
}

impl State {
    /// In the way of everything, from now on.
    pub fn covering(why: Why, at: Timestamp, snap: &Snapshot) -> Self {
        Self { covers: Some((why, at)), ..Self::asked(snap) }
    }

    /// Asked for, over the screen.
    pub fn asked(snap: &Snapshot) -> Self {
        let has_keys = snap.lock != Lock::ReadOnly;
        Self { covers: None, has_keys, field: SecretField::new(), asked: false, wrong: 0, until_ms: 0, message: None }
    }

    /// How much of the screen it takes.
    pub fn cover(&self) -> Cover {
        if self.covers.is_some() { Cover::All } else { Cover::Body }
    }

    fn submit(&mut self, now_ms: u64) -> Vec<Step> {
        if !self.has_keys {
            return vec![Step::Close];
        }
        if self.field.is_empty() || self.asked || now_ms < self.until_ms {
            return Vec::new();
        }
        let typed = std::str::from_utf8(self.field.expose()).map(|text| {
            let mut copy = Zeroizing::new(String::with_capacity(text.len()));
            copy.push_str(text);
            copy
        });
        self.field.clear();
        let Ok(typed) = typed else { return Vec::new() };
        (self.asked, self.message) = (true, None);
        vec![Step::Wish(Wish::Unlock(Passphrase::new(typed)))]
    }

    fn failed(&mut self, message: String, now_ms: u64) {
        self.wrong += 1;
        self.message = Some(message);
        if self.wrong >= TRIES {
            let doubled = DELAY_MS.saturating_mul(1 << (self.wrong - TRIES).min(16));
            self.until_ms = now_ms.saturating_add(doubled.min(DELAY_MAX_MS));
        }
    }

    /// What stands under the field, and how serious it is.
    fn notes(&self, now_ms: u64) -> (Vec<String>, Role) {
        if self.asked {
            return (vec!["Opening the keys. This takes about a second.".to_owned()], Role::TextDim);
        }
        let Some(message) = &self.message else { return (Vec::new(), Role::TextDim) };
        let mut notes = wrap(message, usize::from(BLOCK));
        if now_ms < self.until_ms {
            // In steps of five seconds, so that a waiting screen does not flicker.
            let seconds = (self.until_ms - now_ms).div_ceil(5_000) * 5;
            notes.push(format!("{} wrong tries. The next one in {seconds} s.", self.wrong));
        } else {
            notes.push(format!("{} wrong {}.", self.wrong, if self.wrong == 1 { "try" } else { "tries" }));
        }
        (notes, Role::StateWarn)
    }
}

impl Pane for State {
    fn context(&self) -> Context {
        Context::Locked
    }

    fn title(&self, _scene: &Scene<'_>) -> (String, String) {
        ("Open the keys".to_owned(), String::new())
    }

    fn status(&self, _scene: &Scene<'_>) -> String {
        match (self.covers.is_some(), self.has_keys) {
            (true, true) => "Nothing else is drawn while locked. What was sent goes on.".to_owned(),
            (true, false) => "A read-only session has no keys: enter shows the screen again.".to_owned(),
            (false, _) => "What is typed here is never shown, logged or kept.".to_owned(),
        }
    }

    fn hints(&self, _scene: &Scene<'_>) -> &'static [Hint] {
        match (self.covers.is_some(), self.has_keys) {
            (true, true) => &[Hint::Of(&[Action::Open], "unlock"), Hint::Key("^u", "clear"), Hint::Of(&[Action::Quit], "quit")],
            (true, false) => &[Hint::Of(&[Action::Open], "show again"), Hint::Of(&[Action::Quit], "quit")],
            (false, _) => &[Hint::Of(&[Action::Open], "unlock"), Hint::Key("^u", "clear"), Hint::Key("esc", "leave")],
        }
    }

    fn press(&mut self, scene: &Scene<'_>, pressed: Pressed) -> Option<Vec<Step>> {
        if pressed.action == Some(Action::Open) {
            return Some(self.submit(scene.now_ms));
        }
        if pressed.key.code == KeyCode::Esc {
            self.field.clear();
            return Some(if self.covers.is_some() { Vec::new() } else { vec![Step::Close] });
        }
        let waits = self.asked || scene.now_ms < self.until_ms || !self.has_keys;
        if pressed.action.is_none() && !waits && self.field.key(pressed.key) {
            self.message = None;
            return Some(Vec::new());
        }
        None
    }

    fn told(&mut self, scene: &Scene<'_>, told: &Told) -> Vec<Step> {
        if told.wish.is_some() || !self.asked {
            return Vec::new();
        }
        self.asked = false;
        match &told.result {
            Ok(Answer::Unlocked) => vec![Step::Close],
            Ok(_) => Vec::new(),
            Err(failure) => {
                self.failed(failure.to_string(), scene.now_ms);
                Vec::new()
            }
        }
    }

    fn view(&self, scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let block = dialog(area);
        let left = block.x + block.width.saturating_sub(BLOCK) / 2;
        let room = usize::from(block.right().saturating_sub(left));
        let mut y = block.y + block.height.saturating_sub(11) / 3;
        let mut line = |text: &str, role: Role, gap: u16| {
            if y < block.bottom() {
                put(buf, left, y, &cut(text, room), theme.style(role));
            }
            y += 1 + gap;
        };
        match self.covers {
            Some((why, at)) => {
                line("bursar is locked", Role::Title, 1);
                line(&format!("since {}  ({})", hour(at), why.word()), Role::TextDim, 1);
            }
            None => line("The keys are closed. Votes and payments", Role::Text, 0),
        }
        if self.covers.is_none() {
            line("need them; looking does not.", Role::Text, 1);
        }
        let (notes, role) = self.notes(scene.now_ms);
        let label = "Passphrase  ";
        let field_y = y;
        if !self.has_keys || field_y >= block.bottom() {
            return None;
        }
        put(buf, left, y, label, theme.style(Role::Text));
        let from = left + u16::try_from(width(label)).unwrap_or(0);
        let cursor = self.field.draw(buf, Rect { x: from, y, width: block.right().saturating_sub(from), height: 1 }, theme);
        if y + 1 < block.bottom() {
            put(
                buf,
                from,
                y + 1,
                &cut("its length is not shown", usize::from(block.right().saturating_sub(from))),
                theme.style(Role::TextDim),
            );
        }
        for (note, y) in notes.iter().zip(y + 3..block.bottom()) {
            put(buf, left, y, &cut(note, room), theme.style(role));
        }
        (!self.asked && scene.now_ms >= self.until_ms).then_some(cursor)
    }
}
