//! The state of the screen, and what an input makes of it: a function from inputs to wishes.
//!
//! A key goes to the top modal, else to the screen, and what neither takes means the same everywhere. Nothing here acts: wishes are
//! handed to whoever can, and their answers come back by [`Ui::answer`].

use std::collections::{BTreeMap, VecDeque};

use crate::desk::snapshot::{Level, Lock, Snapshot};
use crate::domain::id::MemberId;
use crate::domain::time::Timestamp;
use crate::tui::input::{Input, KeyPress};
use crate::tui::keymap::{Action, Keymap};
use crate::tui::layout::{ACT_HEIGHT_MIN, ACT_WIDTH_MIN, Class, allows_acts};
use crate::tui::modal::unlock::Why;
use crate::tui::modal::{Cover, Modal, help, messages, quit, unlock};
use crate::tui::outcome::words;
use crate::tui::pane::{Pane, Pressed, Step};
use crate::tui::scene::Scene;
use crate::tui::screen::{Screen, Tab};
use crate::tui::wish::{Answer, Failure, Told, Wish, WishId};

/// Messages that are kept for `m`.
pub const SAID_MAX: usize = 200;
/// Screens that are kept as they were left.
const HISTORY_MAX: usize = 16;
/// Without focus for so long, the screen locks (where the terminal reports focus).
const UNFOCUSED_LOCK_MS: u64 = 60_000;
/// A wall clock that differs from the monotonic one by more than this was moved, or the machine slept: the screen locks.
const CLOCK_JUMP_S: u64 = 60;

/// A line for the status row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Say {
    /// How serious.
    pub level: Level,
    /// One sentence of ours.
    pub text: String,
}

impl Say {
    /// Good to know.
    pub fn info(text: impl Into<String>) -> Self {
        Self { level: Level::Info, text: text.into() }
    }

    /// Look at it.
    pub fn warning(text: impl Into<String>) -> Self {
        Self { level: Level::Warning, text: text.into() }
    }
}

/// A line of the status row with its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// When.
    pub at: Timestamp,
    /// What.
    pub say: Say,
}

/// The state of the screen.
#[derive(Debug)]
pub struct Ui {
    /// What is shown under the modals.
    pub screen: Screen,
    /// What is open on top of it, the last one uppermost.
    pub modals: Vec<Modal>,
    /// Columns and rows.
    pub size: (u16, u16),
    /// Amounts are not drawn.
    pub hide_amounts: bool,
    /// Who acts here.
    pub me: Option<MemberId>,
    /// The status row: shown until the next key that does something.
    pub status: Option<Say>,
    /// Everything that was said, oldest first.
    pub said: VecDeque<Said>,
    /// Keys.
    pub keymap: Keymap,
    /// Time of the last tick.
    pub now: Timestamp,
    /// Milliseconds of the monotonic clock at the last tick or input.
    pub now_ms: u64,
    /// Idle milliseconds after which the screen locks; `None`: never.
    pub idle_lock_ms: Option<u64>,
    history: Vec<Screen>,
    pending: BTreeMap<WishId, Option<Wish>>,
    next_wish: u64,
    input_ms: u64,
    unfocused_since_ms: Option<u64>,
}

impl Ui {
    /// The overview, nothing open.
    pub fn new(size: (u16, u16), snap: &Snapshot, now_ms: u64) -> Self {
        Self {
            screen: Tab::Overview.fresh(),
            modals: Vec::new(),
            size,
            hide_amounts: false,
            me: snap.me.clone(),
            status: None,
            said: VecDeque::new(),
            keymap: Keymap::default(),
            now: snap.at,
            now_ms,
            idle_lock_ms: None,
            history: Vec::new(),
            pending: BTreeMap::new(),
            next_wish: 0,
            input_ms: now_ms,
            unfocused_since_ms: None,
        }
    }

    /// The world as a frame sees it. `me` is a copy, so that panes can be changed while it is in use.
    pub fn scene<'a>(&self, snap: &'a Snapshot, me: Option<&'a MemberId>) -> Scene<'a> {
        let (width, height) = self.size;
        let class = Class::of(width, height);
        Scene { snap, me, size: self.size, class, hide_amounts: self.hide_amounts, now: self.now, now_ms: self.now_ms }
    }

    /// The pane that takes keys.
    pub fn top(&self) -> &dyn Pane {
        self.modals.last().map_or_else(|| self.screen.pane(), Modal::pane)
    }

    /// When the pane that takes keys wants its next tick, if sooner than the usual beat.
    pub fn due_ms(&self) -> Option<u64> {
        self.top().due_ms()
    }

    /// Whether everything is covered: locked.
    pub fn is_covered(&self) -> bool {
        self.modals.iter().any(|modal| modal.cover() == Cover::All)
    }

    /// Milliseconds until the idle lock, as of the last tick.
    pub fn lock_in_ms(&self) -> Option<u64> {
        self.idle_lock_ms.map(|idle| self.input_ms.saturating_add(idle).saturating_sub(self.now_ms))
    }

    /// One input. Returns what is to be done, in order.
    pub fn update(&mut self, snap: &Snapshot, input: Input, now_ms: u64) -> Vec<(WishId, Wish)> {
        (self.now_ms, self.input_ms) = (now_ms, now_ms);
        let steps = match input {
            Input::Key(key) => self.press(snap, key),
            Input::Paste(text) => {
                let me = self.me.clone();
                let scene = self.scene(snap, me.as_ref());
                if self.top_mut().paste(&scene, &text) {
                    Vec::new()
                } else {
                    vec![Step::Say(Say::info("Nothing takes pasted text here."))]
                }
            }
            Input::PasteRefused => vec![Step::Say(Say::warning("The paste was too long or broke off; nothing of it was taken."))],
            Input::Focus(has) => {
                self.unfocused_since_ms = (!has).then_some(now_ms);
                let me = self.me.clone();
                let scene = self.scene(snap, me.as_ref());
                self.top_mut().focus(&scene, has)
            }
        };
        self.take(snap, steps)
    }

    /// Time passed: locks when it must, and lets panes close what has timed out.
    pub fn tick(&mut self, snap: &Snapshot, now: Timestamp, now_ms: u64) -> Vec<(WishId, Wish)> {
        let (wall, monotonic) = (now.unix().abs_diff(self.now.unix()), now_ms.saturating_sub(self.now_ms) / 1_000);
        let jumped = wall.abs_diff(monotonic) > CLOCK_JUMP_S;
        (self.now, self.now_ms) = (now, now_ms);
        let idle = self.idle_lock_ms.is_some() && self.lock_in_ms() == Some(0);
        let unfocused = self.idle_lock_ms.is_some()
            && self.unfocused_since_ms.is_some_and(|since| now_ms.saturating_sub(since) >= UNFOCUSED_LOCK_MS);
        let why = if jumped {
            Some(Why::Clock)
        } else if idle {
            Some(Why::Idle)
        } else if unfocused {
            Some(Why::Unfocused)
        } else {
            None
        };
        if let Some(why) = why.filter(|_| !self.is_covered()) {
            return self.lock(snap, why);
        }
        let me = self.me.clone();
        let scene = self.scene(snap, me.as_ref());
        let steps = self.top_mut().tick(&scene);
        self.take(snap, steps)
    }

    /// Covers the screen and closes the keys. Acts that were open are gone; drafts and lists stay as they are.
    pub fn lock(&mut self, snap: &Snapshot, why: Why) -> Vec<(WishId, Wish)> {
        self.modals.retain(|modal| !matches!(modal, Modal::Acts(_) | Modal::Act(_) | Modal::Unlock(_) | Modal::Quit(_)));
        self.status = None;
        self.modals.push(Modal::Unlock(unlock::State::covering(why, self.now, snap)));
        self.take(snap, vec![Step::Wish(Wish::Lock)])
    }

    /// What came of a wish. Returns what is to be done next.
    pub fn answer(&mut self, snap: &Snapshot, id: WishId, result: Result<Answer, Failure>) -> Vec<(WishId, Wish)> {
        let Some(wish) = self.pending.remove(&id) else { return Vec::new() };
        let told = Told { wish, result };
        if let Some(say) = words(snap, &told) {
            self.say(say);
        }
        let me = self.me.clone();
        let scene = self.scene(snap, me.as_ref());
        let mut steps = Vec::new();
        // An answer opens nothing over what was opened meanwhile, a lock above all.
        let free = self.modals.is_empty();
        let behind = self.history.iter_mut().map(Screen::pane_mut).chain(self.modals.iter_mut().map(Modal::pane_mut));
        for (may_open, pane) in [(free, self.screen.pane_mut())].into_iter().chain(behind.map(|pane| (false, pane))) {
            let opens = |step: &Step| matches!(step, Step::Open(_) | Step::Go(_));
            steps.extend(pane.told(&scene, &told).into_iter().filter(|step| may_open || !opens(step)));
        }
        self.take(snap, steps)
    }

    /// Puts a line into the status row and keeps it for `m`.
    pub fn say(&mut self, say: Say) {
        if self.said.len() == SAID_MAX {
            self.said.pop_front();
        }
        self.said.push_back(Said { at: self.now, say: say.clone() });
        self.status = Some(say);
    }

    /// The screen behind a tab, as it was left.
    pub fn go(&mut self, tab: Tab) {
        if self.screen.is_root_of(tab) {
            return;
        }
        let kept = self.history.iter().rposition(|screen| screen.is_root_of(tab)).map(|at| self.history.remove(at));
        self.replace(kept.unwrap_or_else(|| tab.fresh()));
    }

    fn replace(&mut self, screen: Screen) {
        self.history.push(std::mem::replace(&mut self.screen, screen));
        if self.history.len() > HISTORY_MAX {
            self.history.remove(0);
        }
    }

    fn top_mut(&mut self) -> &mut dyn Pane {
        match self.modals.last_mut() {
            Some(modal) => modal.pane_mut(),
            None => self.screen.pane_mut(),
        }
    }

    fn press(&mut self, snap: &Snapshot, key: KeyPress) -> Vec<Step> {
        let pressed = Pressed { key, action: self.keymap.action(self.top().context(), key) };
        let me = self.me.clone();
        let scene = self.scene(snap, me.as_ref());
        let steps = self.top_mut().press(&scene, pressed);
        if steps.is_some() || pressed.action.is_some() {
            self.status = None;
        }
        steps.or_else(|| pressed.action.map(|action| self.everywhere(snap, action))).unwrap_or_default()
    }

    /// Actions that mean the same everywhere.
    fn everywhere(&mut self, snap: &Snapshot, action: Action) -> Vec<Step> {
        match action {
            Action::Lock => self.lock_or_unlock(snap),
            Action::Suspend => vec![Step::Wish(Wish::Suspend)],
            Action::Redraw => vec![Step::Wish(Wish::Redraw)],
            Action::Quit => vec![Step::Open(Modal::Quit(quit::State))],
            Action::Back | Action::Cancel | Action::StopLoading => self.back(),
            _ if !self.modals.is_empty() => Vec::new(),
            Action::Help => {
                let me = self.me.clone();
                let scene = self.scene(snap, me.as_ref());
                vec![Step::Open(Modal::Help(help::State::of(self.top(), &scene, &self.keymap)))]
            }
            Action::Messages => vec![Step::Open(Modal::Messages(messages::State::of(&self.said)))],
            Action::Refresh => vec![Step::Wish(Wish::Refresh)],
            Action::HideAmounts => {
                self.hide_amounts = !self.hide_amounts;
                Vec::new()
            }
            Action::JumpBack => {
                if let Some(before) = self.history.pop() {
                    let here = std::mem::replace(&mut self.screen, before);
                    self.history.insert(0, here);
                }
                self.shown(snap)
            }
            Action::Acts => vec![Step::Say(Say::info("There is nothing to act on here: select a request first."))],
            other => match other.screen().and_then(|number| Tab::ALL.get(usize::from(number) - 1)) {
                Some(tab) => {
                    self.go(*tab);
                    self.shown(snap)
                }
                None => Vec::new(),
            },
        }
    }

    fn back(&mut self) -> Vec<Step> {
        if !self.modals.is_empty() {
            return vec![Step::Close];
        }
        match self.screen.tab() {
            Tab::Overview => vec![Step::Open(Modal::Quit(quit::State))],
            Tab::Transfers | Tab::Queue | Tab::Wallets | Tab::Audit => vec![Step::Close],
        }
    }

    fn lock_or_unlock(&mut self, snap: &Snapshot) -> Vec<Step> {
        match &snap.lock {
            Lock::ReadOnly => vec![Step::Say(Say::info("This session is read-only: there are no keys to open or close."))],
            Lock::Locked => vec![Step::Open(Modal::Unlock(unlock::State::asked(snap)))],
            Lock::Unlocked { .. } => {
                self.modals.retain(|modal| !matches!(modal, Modal::Acts(_) | Modal::Act(_) | Modal::Unlock(_) | Modal::Quit(_)));
                vec![Step::Open(Modal::Unlock(unlock::State::covering(Why::Asked, self.now, snap))), Step::Wish(Wish::Lock)]
            }
        }
    }

    fn shown(&mut self, snap: &Snapshot) -> Vec<Step> {
        let me = self.me.clone();
        let scene = self.scene(snap, me.as_ref());
        self.top_mut().shown(&scene)
    }

    /// Does the steps and numbers the wishes among them.
    fn take(&mut self, snap: &Snapshot, steps: Vec<Step>) -> Vec<(WishId, Wish)> {
        let mut wishes = Vec::new();
        let mut steps = VecDeque::from(steps);
        while let Some(step) = steps.pop_front() {
            match step {
                Step::Go(screen) => {
                    if let Some(refusal) = self.too_small(matches!(screen, Screen::Review(_))) {
                        self.say(refusal);
                        continue;
                    }
                    self.replace(screen);
                    steps.extend(self.shown(snap));
                }
                Step::Open(modal) => match self.too_small(matches!(modal, Modal::Acts(_) | Modal::Act(_))) {
                    Some(refusal) => self.say(refusal),
                    None => {
                        self.modals.push(modal);
                        steps.extend(self.shown(snap));
                    }
                },
                Step::Close => steps.extend(self.close(snap)),
                Step::Say(say) => self.say(say),
                Step::ActAs(member) => self.me = Some(member),
                Step::Wish(wish) => wishes.push(self.number(wish)),
            }
        }
        wishes
    }

    fn close(&mut self, snap: &Snapshot) -> Vec<Step> {
        if self.modals.pop().is_none() {
            match &self.screen {
                Screen::Review(_) => self.screen = self.history.pop().unwrap_or_else(|| Tab::Queue.fresh()),
                Screen::Overview(_) | Screen::Transfers(_) | Screen::Queue(_) | Screen::Wallets(_) | Screen::Audit(_) => {
                    self.go(Tab::Overview)
                }
            }
        }
        self.shown(snap)
    }

    /// Reviews and acts need room for everything they are about.
    fn too_small(&self, needs_room: bool) -> Option<Say> {
        let small = needs_room && !allows_acts(self.size.0, self.size.1);
        small.then(|| Say::warning(format!("Small window: lists only. Reviews and acts need {ACT_WIDTH_MIN}x{ACT_HEIGHT_MIN}.")))
    }

    fn number(&mut self, wish: Wish) -> (WishId, Wish) {
        let id = WishId(self.next_wish);
        self.next_wish += 1;
        let kept = match &wish {
            Wish::Unlock(_) => None,
            other => Some(other.clone()),
        };
        self.pending.insert(id, kept);
        (id, wish)
    }
}

#[cfg(test)]
mod tests;
