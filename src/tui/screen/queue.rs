//! The queue: what waits for votes or for the chain. A list to read; votes are cast from the review.

pub mod rows;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::id::RequestId;
use crate::domain::request::Request;
use crate::text::{Charset, Untrusted};
use crate::theme::{Role, Theme};
use crate::tui::act::sheet::MEMBER_KEY;
use crate::tui::act::{ActSheet, seat};
use crate::tui::figures;
use crate::tui::keymap::{Action, Context};
use crate::tui::layout::Class;
use crate::tui::list::List;
use crate::tui::modal::Modal;
use crate::tui::page::{Line, draw_rows, wrap};
use crate::tui::pane::{Hint, Pane, Pressed, Step};
use crate::tui::scene::{Scene, grouped, hour, short_hash};
use crate::tui::screen::Screen;
use crate::tui::screen::queue::rows::{You, amount, ids, is_queued, mark, tally, what, you};
use crate::tui::screen::review;
use crate::tui::ui::Say;
use crate::tui::widget::{Align, Column, Row, Rule, Table, TableCell, TextField, draw_table, put, rule_title};

/// Longest filter, in characters.
const FILTER_MAX: usize = 60;
/// Rows that details take below the list at class S.
const DETAILS: u16 = 10;
/// Where values of the details begin.
const INDENT: usize = 8;

/// What is selected and what is shown.
#[derive(Clone, Debug)]
pub struct State {
    list: List<RequestId>,
    needs_me: bool,
    filter: TextField,
    typing: bool,
}

impl Default for State {
    fn default() -> Self {
        Self { list: List::default(), needs_me: false, filter: TextField::new(FILTER_MAX), typing: false }
    }
}

const COLUMNS: [Column<'static>; 6] = [
    Column { title: "ID", priority: 0, min: 6, ideal: 6, align: Align::Left, whole: true },
    Column { title: "What", priority: 0, min: 12, ideal: 38, align: Align::Left, whole: false },
    Column { title: "Amount", priority: 0, min: 8, ideal: 16, align: Align::Right, whole: true },
    Column { title: "Votes", priority: 0, min: 5, ideal: 9, align: Align::Left, whole: true },
    Column { title: "You", priority: 1, min: 4, ideal: 4, align: Align::Left, whole: true },
    Column { title: "Exp", priority: 2, min: 5, ideal: 6, align: Align::Left, whole: true },
];

impl State {
    fn ids(&self, scene: &Scene<'_>) -> Vec<RequestId> {
        ids(scene, self.needs_me, &self.filter.text())
    }

    /// List, and where details stand: to the right at M and L, below at S, nowhere at XS.
    fn areas(&self, scene: &Scene<'_>, body: Rect) -> (Rect, Option<Rect>) {
        match scene.class {
            Class::Xs => (body, None),
            Class::S => {
                let list = body.height.saturating_sub(DETAILS + 1).max(4).min(body.height);
                let rest = Rect { y: body.y + list, height: body.height - list, ..body };
                (Rect { height: list, ..body }, (rest.height > 3).then_some(rest))
            }
            Class::M | Class::L => match scene.areas().panes() {
                Some((list, details)) => (list, Some(details)),
                None => (body, None),
            },
        }
    }

    fn typed(&mut self, pressed: Pressed) -> Option<Vec<Step>> {
        match pressed.action {
            Some(Action::Open | Action::NextPane) => self.typing = false,
            Some(Action::Cancel) => {
                self.typing = false;
                self.filter.clear();
            }
            Some(_) => return None,
            None => return self.filter.key(pressed.key).then(Vec::new),
        }
        Some(Vec::new())
    }

    fn row(scene: &Scene<'_>, request: &Request) -> Row {
        let (votes, votes_role) = tally(scene, request);
        let you = you(scene, request);
        let exp = request.not_after().filter(|_| request.is_open()).map_or_else(String::new, |end| scene.left(end));
        let cells = [
            (request.number.to_string(), Role::Text),
            (what(scene, request), Role::Text),
            (amount(scene, request), Role::Text),
            (votes, votes_role),
            (you.word().to_owned(), you.role()),
            (exp, Role::Text),
        ];
        Row { mark: mark(scene, request), cells: cells.map(|(text, role)| TableCell { text, role }).to_vec() }
    }
}

/// The details of a request, as lines.
#[must_use]
pub fn details(scene: &Scene<'_>, request: &Request, charset: Charset) -> Vec<Line> {
    let treasury = &scene.snap.treasury;
    let mut lines = Vec::new();
    if let Some(transfer) = request.transfer() {
        let draft = &transfer.draft;
        lines.push(
            Line::pair(INDENT, "send", Role::Title, scene.money_of(&draft.asset, draft.amount))
                .and(Role::Text, format!("  from {}", draft.from)),
        );
        lines.push(Line::pair(INDENT, "to", Role::Text, figures::party(treasury, &draft.to)));
        if let Some((address, _, _)) = treasury.resolve(&draft.to) {
            lines.push(Line::pair(INDENT, "", Role::Text, grouped(address)));
        }
        lines.push(Line::pair(INDENT, "why", Role::Untrusted, figures::memo(draft.memo.as_ref(), charset).swap_remove(0)));
    } else if let Some(change) = request.change() {
        lines.push(Line::pair(INDENT, "change", Role::Title, change.terms.change.summary()));
    }
    if let Some(waiting) = scene.snap.waiting.get(&request.id) {
        lines.push(
            Line::pair(INDENT, "waits", Role::StateWarn, "! ")
                .and(Role::Text, format!("{}, since {}", waiting.why, hour(waiting.since)))
                .hung(INDENT + 2),
        );
    }
    if let Some(verdict) = treasury.verdict(request, scene.now).filter(|_| request.is_open()) {
        let (role, tag) = figures::standing(verdict.standing);
        lines.push(Line::pair(INDENT, "checks", role, format!("{tag} ")).and(Role::Text, verdict.reason.clone()).hung(INDENT));
        let open: Vec<String> = verdict.tallies.iter().flat_map(|tally| &tally.may_vote).map(ToString::to_string).collect();
        let voted: Vec<String> =
            request.votes().into_iter().flatten().map(|(id, vote)| format!("{id} {}", hour(vote.at))).collect();
        let voted = if voted.is_empty() { "nobody yet".to_owned() } else { voted.join(", ") };
        lines.push(Line::pair(INDENT, "votes", Role::Text, format!("{voted}; may vote: {}", open.join(", "))));
    } else {
        lines.push(Line::pair(
            INDENT,
            "stage",
            Role::Text,
            format!("{}, {} ago", request.stage_word(), scene.age(request.touched)),
        ));
    }
    if let Some(digest) = request.digest() {
        lines.push(Line::pair(INDENT, "digest", Role::Text, short_hash(digest.0)).and(Role::TextDim, "  (whole in the review)"));
    }
    lines.push(Line::pair(INDENT, "by", Role::Text, format!("{} at {}", request.by, hour(request.at))));
    lines
}

impl Pane for State {
    fn context(&self) -> Context {
        if self.typing { Context::Typing } else { Context::Browse }
    }

    fn title(&self, scene: &Scene<'_>) -> (String, String) {
        let open: Vec<&Request> =
            scene.snap.treasury.requests().values().map(AsRef::as_ref).filter(|request| is_queued(request)).collect();
        let mine = open.iter().filter(|request| you(scene, request) == You::Needed).count();
        let filter = match (self.needs_me, self.filter.is_empty()) {
            (true, true) => "needs:me  ",
            (true, false) => "needs:me and /  ",
            (false, false) => "filtered by /  ",
            (false, true) => "",
        };
        (format!("Queue  {} open, {mine} need you", open.len()), format!("{filter}sort exp"))
    }

    fn status(&self, scene: &Scene<'_>) -> String {
        let votes = "Votes are cast from the review (enter).";
        seat::sentence(scene.snap, scene.me).map_or_else(|| votes.to_owned(), |sentence| format!("{votes} {sentence}"))
    }

    fn hints(&self, _scene: &Scene<'_>) -> &'static [Hint] {
        if self.typing {
            return &[Hint::Of(&[Action::Open], "keep filter"), Hint::Of(&[Action::Cancel], "show all")];
        }
        &[
            Hint::Of(&[Action::Open], "review"),
            Hint::Of(&[Action::Down, Action::Up], "move"),
            Hint::Of(&[Action::Acts], "acts"),
            Hint::Of(&[Action::Facets], "needs me"),
            Hint::Of(&[Action::Filter], "filter"),
            Hint::Of(&[Action::Back], "back"),
            Hint::Of(&[Action::HideAmounts], "hide amounts"),
            Hint::Of(&[Action::Help], "help"),
        ]
    }

    fn press(&mut self, scene: &Scene<'_>, pressed: Pressed) -> Option<Vec<Step>> {
        if self.typing {
            return self.typed(pressed);
        }
        if pressed.key == MEMBER_KEY && seat::has_choice(scene.snap) {
            return Some(vec![Step::Open(Modal::Acts(ActSheet::members(scene)))]);
        }
        let (ids, action) = (self.ids(scene), pressed.action?);
        let height = usize::from(self.areas(scene, scene.areas().body).0.height.saturating_sub(1));
        if self.list.step(action, &ids, height) {
            return Some(Vec::new());
        }
        let selected = self.list.selected(&ids).copied();
        match action {
            Action::Open => Some(selected.map_or_else(
                || vec![Step::Say(Say::info("Nothing is selected."))],
                |id| vec![Step::Go(Screen::Review(review::State::of(id)))],
            )),
            Action::Acts => Some(vec![Step::Open(Modal::Acts(ActSheet::new(selected)))]),
            Action::Facets => {
                self.needs_me = !self.needs_me;
                Some(Vec::new())
            }
            Action::Filter => {
                self.typing = true;
                Some(Vec::new())
            }
            _ => None,
        }
    }

    fn paste(&mut self, _scene: &Scene<'_>, text: &Untrusted) -> bool {
        self.typing && self.filter.paste(text)
    }

    fn view(&self, scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let ids = self.ids(scene);
        let (mut list, rest) = self.areas(scene, area);
        let mut cursor = None;
        if self.typing || !self.filter.is_empty() {
            put(buf, list.x + 1, list.y, "/", theme.style(Role::Key));
            let field = Rect { x: list.x + 2, width: list.width.saturating_sub(3).min(40), height: 1, ..list };
            let at = self.filter.draw(buf, field, theme, self.typing);
            cursor = self.typing.then_some(at);
            list = Rect { y: list.y + 1, height: list.height.saturating_sub(1), ..list };
        }
        let (start, selected) = self.list.window(&ids, usize::from(list.height.saturating_sub(1)));
        draw_table(buf, list, theme, &Table { columns: &COLUMNS, total: ids.len(), start, selected }, |at| {
            scene.snap.treasury.request(ids[at]).map_or_else(|_| Row::default(), |request| Self::row(scene, request))
        });
        if ids.is_empty() {
            put(buf, list.x + 2, list.y + 1, "Nothing waits here.", theme.style(Role::TextDim));
        }
        let request = self.list.selected(&ids).and_then(|id| scene.snap.treasury.request(*id).ok());
        if let (Some(rest), Some(request)) = (rest, request) {
            rule_title(buf, Rect { height: 1, ..rest }, theme, Rule::Plain, (&request.number.to_string(), request.stage_word()));
            let below = Rect { x: rest.x + 2, y: rest.y + 1, width: rest.width.saturating_sub(3), height: rest.height - 1 };
            draw_rows(buf, below, theme, &wrap(&details(scene, request, theme.charset()), usize::from(below.width)), 0);
        }
        cursor
    }
}

#[cfg(test)]
#[path = "queue/tests.rs"]
mod tests;
