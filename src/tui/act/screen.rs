//! The picture of an act being done, and its place among the modals.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::text::Untrusted;
use crate::theme::{Role, Theme};
use crate::tui::act::brief;
use crate::tui::act::catalogue::{Act, wallet_of};
use crate::tui::act::ceremony::{Ceremony, Outcome, Step as Stage};
use crate::tui::act::challenge::TRIES_MAX;
use crate::tui::input::{Input, KeyCode, KeyPress};
use crate::tui::keymap::{Action, Context};
use crate::tui::layout::{DIALOG, allows_acts};
use crate::tui::page::{Line, draw_rows, wrap};
use crate::tui::pane::{Hint, Pane, Pressed, Step};
use crate::tui::scene::Scene;
use crate::tui::widget::{TextField, put};
use crate::tui::wish::{Answer, Told, Wish};

/// Where typed answers begin.
const FIELD_X: u16 = 52;

/// One act, on a screen of its own.
#[derive(Clone, Debug)]
pub struct ActScreen {
    ceremony: Ceremony,
}

impl ActScreen {
    /// The screen of an act that was opened.
    #[must_use]
    pub const fn new(ceremony: Ceremony) -> Self {
        Self { ceremony }
    }

    fn steps(&self, outcome: Outcome) -> Vec<Step> {
        match outcome {
            Outcome::Stay => Vec::new(),
            Outcome::Leave => vec![Step::Close],
            Outcome::Ask(member, ask) => vec![Step::Wish(Wish::Ask(member, *ask))],
        }
    }

    /// The lines above what is typed: everything the act is about.
    fn page(&self, scene: &Scene<'_>) -> Vec<Line> {
        let ceremony = &self.ceremony;
        let Ok(request) = scene.snap.treasury.request(ceremony.request()) else {
            return vec![Line::plain("The request is gone.")];
        };
        let mut lines = brief::subject(scene, request, ceremony.act());
        if ceremony.is_asking() {
            lines.push(brief::signer(scene, request, ceremony.act()));
            lines.extend(brief::digest(request, ceremony.act()));
            lines.push(Line::blank());
            lines.extend(brief::consequence(scene, request, ceremony.act()));
        } else {
            lines.extend(brief::digest(request, ceremony.act()));
            lines.push(Line::blank());
            lines.extend(self.what_happened(scene));
        }
        lines
    }

    /// What is typed or told, with the field that has the cursor.
    fn answers(&self) -> Vec<(Line, Option<(&TextField, bool)>)> {
        let ceremony = &self.ceremony;
        match ceremony.step() {
            Stage::Challenge => ceremony
                .challenge()
                .map(|(prompt, field, focus)| (Line::plain(prompt.label.clone()), Some((field, focus))))
                .collect(),
            Stage::Reason => vec![(Line::plain("Reason, for everybody to read"), Some((ceremony.reason(), true)))],
            Stage::Confirm => {
                let question = format!("{}? Press y to do it, n to leave.", capital(ceremony.act().word()));
                let reason =
                    (!ceremony.reason().is_empty()).then(|| (Line::plain(format!("Reason: {}", ceremony.reason().text())), None));
                reason.into_iter().chain([(Line::of(Role::Title, question), None)]).collect()
            }
            Stage::Waiting | Stage::Done(_) | Stage::Failed(_) | Stage::Closed(_) => Vec::new(),
        }
    }

    fn what_happened(&self, scene: &Scene<'_>) -> Vec<Line> {
        let word = self.ceremony.act().word();
        let request = scene.snap.treasury.request(self.ceremony.request());
        let now = request.map_or_else(
            |_| "it is not known any more".to_owned(),
            |request| {
                let verdict = scene.snap.treasury.verdict(request, scene.now).filter(|_| request.is_open());
                let votes = verdict.map(|verdict| brief::votes(&verdict)).filter(|(needed, _)| *needed > 0);
                let votes = votes.map_or_else(String::new, |(needed, have)| format!(", {have} of {needed} votes"));
                format!("{} is {}{votes}", request.number, request.stage_word())
            },
        );
        match self.ceremony.step() {
            Stage::Waiting => vec![
                Line::of(Role::StatePending, "..  ")
                    .and(Role::Text, format!("Asked to {word}. The answer is awaited; nothing is known yet."))
                    .hung(4),
            ],
            Stage::Done(done) if done.already => {
                vec![
                    Line::of(Role::StateOk, "ok  ")
                        .and(Role::Text, format!("It had been done before: nothing was added. Now {now}."))
                        .hung(4),
                ]
            }
            // An older snapshot must not be quoted as the outcome.
            Stage::Done(done) if scene.snap.tip.seq < done.seq => vec![
                Line::of(Role::StateOk, "ok  ").and(Role::Text, format!("Done: {word}, journal entry {}.", done.seq)).hung(4),
                Line::of(Role::StatePending, "..  ").and(Role::Text, "What it came to is being read.").hung(4),
            ],
            Stage::Done(done) => vec![
                Line::of(Role::StateOk, "ok  ").and(Role::Text, format!("Done: {word}, journal entry {}.", done.seq)).hung(4),
                Line::plain(format!("    Now {now}.")),
                Line::dim(format!("    {}", self.next_step(scene))).hung(4),
            ],
            Stage::Failed(failure) => {
                let mut lines = vec![
                    Line::of(Role::StateBlocked, "X   ")
                        .and(Role::Text, format!("Not done: {} [{}]", failure.message, failure.code))
                        .hung(4),
                    Line::plain(format!("    Now {now}.")),
                ];
                if !failure.hint.is_empty() {
                    lines.push(Line::dim(format!("    {}", failure.hint)).hung(4));
                }
                if failure.retry {
                    lines.push(
                        Line::dim("    It may succeed later: look at the state above first, then open the act again.").hung(4),
                    );
                }
                lines
            }
            Stage::Closed(why) => vec![
                Line::of(Role::StateWarn, "!   ").and(Role::Text, format!("Closed by itself: {why}.")).hung(4),
                Line::plain("    Nothing was signed and nothing was asked of the desk."),
                Line::plain(format!("    Now {now}.")),
            ],
            Stage::Challenge | Stage::Reason | Stage::Confirm => Vec::new(),
        }
    }

    fn next_step(&self, scene: &Scene<'_>) -> String {
        let Ok(request) = scene.snap.treasury.request(self.ceremony.request()) else { return String::new() };
        if self.ceremony.act() == Act::Freeze {
            return "No payment leaves this wallet until an unfreeze is voted on.".to_owned();
        }
        let waiting = scene.snap.waiting.get(&request.id).map(|waiting| format!("It waits: {}.", waiting.why));
        let next = match request.stage_word() {
            "proposed" => "It is stored, not executed: others must vote.",
            "approved" => "It is approved, not sent: the desk orders it next.",
            "ordered" | "signed" => "It is recorded, not sent: the signer and the nodes come next.",
            "broadcast" => "It was handed to nodes, it is not included yet.",
            _ => "Nothing more is needed from you.",
        };
        waiting.unwrap_or_else(|| next.to_owned())
    }

    /// Rows that everything takes in a window of this width.
    fn rows(&self, scene: &Scene<'_>, columns: u16) -> (Vec<Line>, usize) {
        let page = wrap(&self.page(scene), usize::from(columns));
        // A blank row, the answers, a row for the notice.
        let needed = page.len() + self.answers().len() + 2;
        (page, needed)
    }

    /// Whether everything the act is about stands on the screen; else nothing may be typed.
    fn fits(&self, scene: &Scene<'_>) -> bool {
        let block = block(scene.areas().body);
        allows_acts(scene.size.0, scene.size.1) && self.rows(scene, block.width).1 <= usize::from(block.height)
    }
}

/// The middle of the body, as wide as a dialog, with a column of air on either side.
fn block(body: Rect) -> Rect {
    let width = DIALOG.0.min(body.width);
    let height = (DIALOG.1 - 5).min(body.height);
    let (left, top) = ((body.width - width) / 2, (body.height - height) / 2);
    Rect { x: body.x + left + 1, y: body.y + top, width: width.saturating_sub(2), height }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

impl Pane for ActScreen {
    fn context(&self) -> Context {
        // The keys belong to the ceremony alone: no letter is a command here.
        Context::Typing
    }

    fn title(&self, scene: &Scene<'_>) -> (String, String) {
        let request = scene.snap.treasury.request(self.ceremony.request());
        let subject = request.map_or_else(
            |_| String::new(),
            |request| match wallet_of(request) {
                Some(wallet) if self.ceremony.act() == Act::Freeze => wallet.to_string(),
                Some(_) | None => request.number.to_string(),
            },
        );
        let right = match self.ceremony.step() {
            Stage::Challenge => format!("try {} of {TRIES_MAX}", self.ceremony.tries() + 1),
            Stage::Reason => "step 1 of 2: reason".to_owned(),
            Stage::Confirm if self.ceremony.act().needs_reason() => "step 2 of 2: y or n".to_owned(),
            Stage::Confirm => "y or n".to_owned(),
            Stage::Waiting => "asked".to_owned(),
            Stage::Done(_) | Stage::Failed(_) | Stage::Closed(_) => "over".to_owned(),
        };
        (format!("{} {subject}", self.ceremony.act().word().to_uppercase()), right)
    }

    fn status(&self, scene: &Scene<'_>) -> String {
        let ceremony = &self.ceremony;
        if !self.fits(scene) {
            return "This window is too small to show everything: nothing can be typed. Enlarge it.".to_owned();
        }
        match (ceremony.is_asking(), ceremony.is_armed()) {
            (true, true) => "Armed. Closes by itself if the request, its votes or the policy change.".to_owned(),
            (true, false) => "Not armed: waiting for a moment of silence.".to_owned(),
            (false, _) => "Over: nothing more is done from here.".to_owned(),
        }
    }

    fn hints(&self, _scene: &Scene<'_>) -> &'static [Hint] {
        match self.ceremony.step() {
            Stage::Challenge => {
                &[Hint::Key("tab", "next field"), Hint::Key("enter", "check"), Hint::Key("esc", "cancel, nothing signed")]
            }
            Stage::Reason => &[Hint::Key("enter", "go on"), Hint::Key("esc", "cancel, nothing done")],
            Stage::Confirm => &[Hint::Key("y", "do it"), Hint::Key("n", "leave"), Hint::Key("esc", "cancel, nothing done")],
            Stage::Waiting | Stage::Done(_) | Stage::Failed(_) | Stage::Closed(_) => &[Hint::Key("esc", "back")],
        }
    }

    fn press(&mut self, scene: &Scene<'_>, pressed: Pressed) -> Option<Vec<Step>> {
        if pressed.action == Some(Action::Lock) || pressed.action == Some(Action::Suspend) {
            return None;
        }
        let input = Input::Key(pressed.key);
        if self.ceremony.is_asking() && !self.fits(scene) && pressed.action != Some(Action::Cancel) {
            let leaves = pressed.key == KeyPress::plain(KeyCode::Esc);
            return Some(if leaves { vec![Step::Close] } else { Vec::new() });
        }
        let outcome = self.ceremony.input(scene, &input);
        Some(self.steps(outcome))
    }

    fn paste(&mut self, scene: &Scene<'_>, text: &Untrusted) -> bool {
        self.ceremony.input(scene, &Input::Paste(text.clone()));
        true
    }

    fn focus(&mut self, scene: &Scene<'_>, here: bool) -> Vec<Step> {
        let outcome = self.ceremony.input(scene, &Input::Focus(here));
        self.steps(outcome)
    }

    fn due_ms(&self) -> Option<u64> {
        self.ceremony.due_ms()
    }

    fn told(&mut self, _scene: &Scene<'_>, told: &Told) -> Vec<Step> {
        let mine = matches!(&told.wish, Some(Wish::Ask(member, _)) if member == self.ceremony.member());
        match &told.result {
            Ok(Answer::Done(done)) if mine => self.ceremony.told(Ok(done.clone())),
            Err(failure) if mine => self.ceremony.told(Err(failure.clone())),
            Ok(_) | Err(_) => {}
        }
        Vec::new()
    }

    fn tick(&mut self, scene: &Scene<'_>) -> Vec<Step> {
        let outcome = self.ceremony.tick(scene);
        self.steps(outcome)
    }

    fn view(&self, scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let block = block(area);
        let (page, needed) = self.rows(scene, block.width);
        let first = block.y + u16::try_from(draw_rows(buf, block, theme, &page, 0)).unwrap_or(0) + 1;
        let mut cursor = None;
        if self.ceremony.is_asking() && needed > usize::from(block.height) {
            return None;
        }
        for (y, (line, field)) in (first..).zip(self.answers()) {
            let row = Rect { y, height: 1, ..block };
            draw_rows(buf, row, theme, &[line], 0);
            if let Some((field, focus)) = field {
                let x = (block.x + FIELD_X).min(block.right().saturating_sub(4));
                put(buf, x - 2, y, "[", theme.style(Role::TextDim));
                put(buf, block.right() - 1, y, "]", theme.style(Role::TextDim));
                let at = field.draw(buf, Rect { x, width: block.right() - 1 - x, ..row }, theme, focus);
                cursor = if focus { Some(at) } else { cursor };
            }
        }
        if let Some(notice) = self.ceremony.notice() {
            put(buf, block.x, block.bottom() - 1, notice, theme.style(Role::StateWarn));
        }
        cursor
    }
}

#[cfg(test)]
#[path = "screen_tests.rs"]
mod tests;
