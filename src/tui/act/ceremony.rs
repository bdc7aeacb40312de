//! The screen of one act, from its opening to what really happened.
//!
//! It begins deaf ([`Hygiene`]), asks for what must be typed, and closes by itself when anything it is about changes: version,
//! votes, policy, stage, or whether the act is allowed at all. It asks the desk once. Afterwards it shows what came of it and
//! never offers to repeat it.

use crate::desk::ask::{Ask, Done};
use crate::domain::change::Scope;
use crate::domain::id::{Label, MemberId, RequestId};
use crate::domain::request::Request;
use crate::domain::terms::Decision;
use crate::domain::transfer::MEMO_MAX;
use crate::text::Untrusted;
use crate::tui::act::basis::Basis;
use crate::tui::act::catalogue::{Act, Reviewed, entry, wallet_of};
use crate::tui::act::challenge::{Prompt, TRIES_MAX, prompts};
use crate::tui::act::hygiene::{Hygiene, Passed};
use crate::tui::input::{Input, KeyCode, KeyPress};
use crate::tui::scene::Scene;
use crate::tui::widget::TextField;
use crate::tui::wish::Failure;

/// How long an act screen stays open, in milliseconds.
pub const OPEN_MAX_MS: u64 = 120_000;
/// Longest reason, in characters: that of a label, so that every text it ends up in stays one line.
pub const REASON_MAX: usize = 40;

/// What is asked next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Type these, one after the other.
    Challenge,
    /// Type a reason.
    Reason,
    /// `y` or `n`.
    Confirm,
    /// The desk was asked and has not answered.
    Waiting,
    /// The desk answered.
    Done(Done),
    /// The desk said no, or could not be reached.
    Failed(Failure),
    /// Closed by itself, and why. Nothing was done.
    Closed(String),
}

/// What the screen wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Stay.
    Stay,
    /// Close; nothing more will be done here.
    Leave,
    /// Ask the desk, once.
    Ask(MemberId, Box<Ask>),
}

/// One act, being done.
#[derive(Clone, Debug)]
pub struct Ceremony {
    act: Act,
    request: RequestId,
    member: MemberId,
    reviewed: Reviewed,
    basis: Basis,
    opened_ms: u64,
    hygiene: Hygiene,
    prompts: Vec<Prompt>,
    fields: Vec<TextField>,
    focus: usize,
    reason: TextField,
    tries: u8,
    notice: Option<String>,
    step: Step,
}

impl Ceremony {
    /// Opens the screen of an act, unless the act is off.
    #[must_use]
    pub fn open(scene: &Scene<'_>, request: &Request, act: Act, reviewed: Reviewed) -> Option<Self> {
        let found = entry(scene, request, act, reviewed);
        let member = scene.me.filter(|_| found.off.is_none())?.clone();
        let prompts = if found.challenge { prompts(&scene.snap.treasury, request) } else { Vec::new() };
        if found.challenge && prompts.is_empty() {
            return None;
        }
        let step = if found.challenge {
            Step::Challenge
        } else if act.needs_reason() {
            Step::Reason
        } else {
            Step::Confirm
        };
        Some(Self {
            act,
            request: request.id,
            member,
            reviewed,
            basis: Basis::of(scene, request),
            opened_ms: scene.now_ms,
            hygiene: Hygiene::new(scene.now_ms),
            fields: prompts.iter().map(|prompt| TextField::new(prompt.len() + 2)).collect(),
            prompts,
            focus: 0,
            reason: TextField::new(REASON_MAX),
            tries: 0,
            notice: None,
            step,
        })
    }

    /// Which act.
    #[must_use]
    pub const fn act(&self) -> Act {
        self.act
    }

    /// Which request.
    #[must_use]
    pub const fn request(&self) -> RequestId {
        self.request
    }

    /// Who acts.
    #[must_use]
    pub const fn member(&self) -> &MemberId {
        &self.member
    }

    /// Where it stands.
    #[must_use]
    pub const fn step(&self) -> &Step {
        &self.step
    }

    /// Whether keys count.
    #[must_use]
    pub const fn is_armed(&self) -> bool {
        self.hygiene.is_armed()
    }

    /// What must be typed, what was typed, and whether the cursor is there.
    pub fn challenge(&self) -> impl Iterator<Item = (&Prompt, &TextField, bool)> {
        let focus = self.focus;
        self.prompts.iter().zip(&self.fields).enumerate().map(move |(at, (prompt, field))| (prompt, field, at == focus))
    }

    /// The reason as far as it is typed.
    #[must_use]
    pub const fn reason(&self) -> &TextField {
        &self.reason
    }

    /// Tries so far.
    #[must_use]
    pub const fn tries(&self) -> u8 {
        self.tries
    }

    /// What to tell about the last input.
    #[must_use]
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// Whether it still asks for something.
    #[must_use]
    pub const fn is_asking(&self) -> bool {
        matches!(self.step, Step::Challenge | Step::Reason | Step::Confirm)
    }

    /// When [`Ceremony::tick`] has something to do, in milliseconds of the same clock.
    #[must_use]
    pub fn due_ms(&self) -> Option<u64> {
        let end = self.opened_ms.saturating_add(OPEN_MAX_MS);
        self.is_asking().then(|| self.hygiene.due_ms().map_or(end, |due| due.min(end)))
    }

    /// Time went by, or the world changed.
    pub fn tick(&mut self, scene: &Scene<'_>) -> Outcome {
        if !self.still_stands(scene) {
            return Outcome::Stay;
        }
        let passed = self.hygiene.tick(scene.now_ms);
        self.take(passed, scene)
    }

    /// Somebody did something at the terminal.
    pub fn input(&mut self, scene: &Scene<'_>, input: &Input) -> Outcome {
        if !self.still_stands(scene) {
            return self.read_only(input);
        }
        let now = scene.now_ms;
        let passed = match input {
            Input::Key(key) => self.hygiene.key(*key, now),
            Input::Paste(_) | Input::PasteRefused => self.hygiene.paste(now),
            Input::Focus(here) => self.hygiene.focus(*here, now),
        };
        self.take(passed, scene)
    }

    /// The desk answered.
    pub fn told(&mut self, result: Result<Done, Failure>) {
        if self.step == Step::Waiting {
            self.step = match result {
                Ok(done) => Step::Done(done),
                Err(failure) => Step::Failed(failure),
            };
        }
    }

    /// What is over is only read: any way out leaves.
    fn read_only(&self, input: &Input) -> Outcome {
        let leaves = [KeyCode::Esc, KeyCode::Char('q')];
        match input {
            Input::Key(key) if leaves.iter().any(|code| KeyPress::plain(*code) == *key) => Outcome::Leave,
            Input::Key(_) | Input::Paste(_) | Input::PasteRefused | Input::Focus(_) => Outcome::Stay,
        }
    }

    /// Whether anything can still be typed; closes the screen when what it rests on is gone.
    fn still_stands(&mut self, scene: &Scene<'_>) -> bool {
        if !self.is_asking() {
            return false;
        }
        if let Some(why) = self.gone(scene) {
            self.close(why);
        }
        self.is_asking()
    }

    fn gone(&self, scene: &Scene<'_>) -> Option<String> {
        if scene.now_ms.saturating_sub(self.opened_ms) >= OPEN_MAX_MS {
            return Some("two minutes are over".to_owned());
        }
        if scene.me != Some(&self.member) {
            return Some("somebody else acts now".to_owned());
        }
        let Ok(request) = scene.snap.treasury.request(self.request) else { return Some("the request is gone".to_owned()) };
        let first = self.basis.changed(&Basis::of(scene, request)).map(str::to_owned);
        first.or_else(|| entry(scene, request, self.act, self.reviewed).off)
    }

    fn close(&mut self, why: String) {
        self.forget();
        self.step = Step::Closed(why);
    }

    fn forget(&mut self) {
        self.fields.iter_mut().for_each(TextField::clear);
        self.focus = 0;
    }

    fn take(&mut self, passed: Passed, scene: &Scene<'_>) -> Outcome {
        if passed.forget {
            self.forget();
        }
        if let Some(notice) = passed.notice {
            self.notice = Some(notice.to_owned());
        }
        match passed.key {
            Some(key) if key == KeyPress::plain(KeyCode::Esc) => Outcome::Leave,
            Some(key) => {
                self.notice = None;
                self.key(key, scene)
            }
            None => Outcome::Stay,
        }
    }

    fn key(&mut self, key: KeyPress, scene: &Scene<'_>) -> Outcome {
        match self.step {
            Step::Challenge => self.challenge_key(key, scene),
            Step::Reason => {
                self.reason_key(key, scene);
                Outcome::Stay
            }
            Step::Confirm => match key.code {
                KeyCode::Char('y') if !key.ctrl && !key.alt => self.ask(scene),
                KeyCode::Char('n') if !key.ctrl && !key.alt => Outcome::Leave,
                _ => {
                    self.notice = Some("y does it, n or esc leaves; there is no default.".to_owned());
                    Outcome::Stay
                }
            },
            Step::Waiting | Step::Done(_) | Step::Failed(_) | Step::Closed(_) => Outcome::Stay,
        }
    }

    fn challenge_key(&mut self, key: KeyPress, scene: &Scene<'_>) -> Outcome {
        let last = self.fields.len().saturating_sub(1);
        match key.code {
            KeyCode::Tab | KeyCode::Down => self.focus = (self.focus + 1).min(last),
            KeyCode::BackTab | KeyCode::Up => self.focus = self.focus.saturating_sub(1),
            KeyCode::Enter if self.fields.get(self.focus).is_none_or(TextField::is_empty) => {}
            KeyCode::Enter if self.focus < last => self.focus += 1,
            KeyCode::Enter => match self.fields.iter().position(TextField::is_empty) {
                Some(empty) => self.focus = empty,
                None => return self.answer(scene),
            },
            _ => {
                if let Some(field) = self.fields.get_mut(self.focus) {
                    field.key(key);
                }
            }
        }
        Outcome::Stay
    }

    fn answer(&mut self, scene: &Scene<'_>) -> Outcome {
        if self.prompts.iter().zip(&self.fields).all(|(prompt, field)| prompt.accepts(&field.text())) {
            return self.ask(scene);
        }
        self.tries = self.tries.saturating_add(1);
        self.forget();
        self.hygiene.settle(scene.now_ms);
        if self.tries >= TRIES_MAX {
            self.close(format!("{TRIES_MAX} wrong answers: review it again"));
        } else {
            self.notice = Some("That is not what stands above. Compare again, character by character.".to_owned());
        }
        Outcome::Stay
    }

    fn reason_key(&mut self, key: KeyPress, scene: &Scene<'_>) {
        if key.code != KeyCode::Enter {
            self.reason.key(key);
            return;
        }
        if self.reason.is_empty() {
            return;
        }
        match Label::parse(self.reason.text().trim()) {
            Ok(_) => {
                self.step = Step::Confirm;
                self.hygiene.settle(scene.now_ms);
            }
            Err(_) => self.notice = Some("A reason is 1 to 40 plain characters without quotes or backslashes.".to_owned()),
        }
    }

    fn ask(&mut self, scene: &Scene<'_>) -> Outcome {
        let Some(ask) = self.the_ask(scene) else {
            self.close("the request cannot be acted on any more".to_owned());
            return Outcome::Stay;
        };
        self.forget();
        self.step = Step::Waiting;
        Outcome::Ask(self.member.clone(), Box::new(ask))
    }

    fn the_ask(&self, scene: &Scene<'_>) -> Option<Ask> {
        let id = self.request;
        let reason = self.reason.text().trim().to_owned();
        let vote = |decision, reason| Some(Ask::Vote { request: id, digest: self.basis.digest()?, decision, reason });
        match self.act {
            Act::Propose => Some(Ask::Propose(id)),
            Act::Approve => vote(Decision::Approve, None),
            Act::Object => vote(Decision::Object, Some(Untrusted::new(reason))),
            Act::Withdraw => Some(Ask::Withdraw(id)),
            Act::Bump => Some(Ask::Bump(id)),
            Act::Freeze => {
                let request = scene.snap.treasury.request(id).ok()?;
                Some(Ask::Freeze(Scope::Wallet(wallet_of(request)?.clone()), Label::parse(&reason).ok()?))
            }
        }
    }
}

// A reason is far shorter than what a vote may carry.
const _: () = assert!(REASON_MAX < MEMO_MAX);

#[cfg(test)]
#[path = "ceremony_tests.rs"]
mod tests;
