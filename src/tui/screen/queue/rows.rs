//! The rows of the queue: what waits, for whom, and how long.

use crate::domain::change::ChangeStage;
use crate::domain::id::RequestId;
use crate::domain::request::{Body, Request};
use crate::domain::terms::Decision;
use crate::domain::time::Timestamp;
use crate::domain::transfer::Stage;
use crate::theme::Role;
use crate::tui::act::brief::votes;
use crate::tui::figures;
use crate::tui::scene::Scene;

/// What the acting member has to do with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum You {
    /// Approved it.
    Approved,
    /// Objected to it.
    Objected,
    /// Asked for it, and never votes on it.
    Own,
    /// May vote on it now.
    Needed,
    /// It is decided: no votes are counted.
    Done,
    /// Has no say in it.
    None,
}

impl You {
    /// The word in the column.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Approved => "ok",
            Self::Objected => "no",
            Self::Own => "own",
            Self::Needed => "-",
            Self::Done => "done",
            Self::None => "n/a",
        }
    }

    /// How it is drawn.
    #[must_use]
    pub const fn role(self) -> Role {
        match self {
            Self::Approved => Role::StateOk,
            Self::Needed => Role::Title,
            Self::Objected => Role::StateBlocked,
            Self::Own | Self::Done | Self::None => Role::TextDim,
        }
    }
}

/// What the acting member has to do with it.
#[must_use]
pub fn you(scene: &Scene<'_>, request: &Request) -> You {
    let Some(me) = scene.me else { return You::None };
    if request.by == *me {
        return You::Own;
    }
    match request.votes().and_then(|votes| votes.get(me)).map(|vote| vote.decision) {
        Some(Decision::Approve) => return You::Approved,
        Some(Decision::Object) => return You::Objected,
        None => {}
    }
    if !request.is_open() {
        You::Done
    } else if scene.snap.treasury.may_vote(request, me, scene.now) {
        You::Needed
    } else {
        You::None
    }
}

/// Whether a request stands in the queue: proposed and not over.
#[must_use]
pub fn is_queued(request: &Request) -> bool {
    match &request.body {
        Body::Transfer(transfer) => !transfer.stage.is_over() && transfer.stage != Stage::Drafted,
        Body::Change(change) => change.stage == ChangeStage::Proposed,
    }
}

/// The queue: what ends first stands first.
#[must_use]
pub fn ids(scene: &Scene<'_>, needs_me: bool, filter: &str) -> Vec<RequestId> {
    let words: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
    let requests = scene.snap.treasury.requests().values().filter(|request| is_queued(request));
    let mut found: Vec<(Timestamp, RequestId)> = requests
        .filter(|request| !needs_me || you(scene, request) == You::Needed)
        .filter(|request| {
            let text = haystack(scene, request);
            words.iter().all(|word| text.contains(word.as_str()))
        })
        .map(|request| (request.not_after().unwrap_or(Timestamp::MAX), request.id))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, id)| id).collect()
}

/// What the text filter looks at, in lower case.
fn haystack(scene: &Scene<'_>, request: &Request) -> String {
    let memo = request.transfer().and_then(|transfer| transfer.draft.memo.as_ref()).map_or("", |memo| memo.raw_for_storage());
    let what = match &request.body {
        Body::Transfer(transfer) => {
            format!("{} {}", figures::party(&scene.snap.treasury, &transfer.draft.to), transfer.draft.from)
        }
        Body::Change(change) => change.terms.change.summary(),
    };
    format!("{} {} {} {what} {memo}", request.number, request.stage_word(), request.by).to_lowercase()
}

/// What it is, without its amount: `hot-1 > "Supplier 7"`.
#[must_use]
pub fn what(scene: &Scene<'_>, request: &Request) -> String {
    match &request.body {
        Body::Transfer(transfer) => {
            let draft = &transfer.draft;
            format!("{} > {}", draft.from, figures::party(&scene.snap.treasury, &draft.to))
        }
        Body::Change(change) => change.terms.change.summary(),
    }
}

/// Its amount with unit; `change` for changes.
#[must_use]
pub fn amount(scene: &Scene<'_>, request: &Request) -> String {
    request
        .transfer()
        .map_or_else(|| "change".to_owned(), |transfer| scene.money_of(&transfer.draft.asset, transfer.draft.amount))
}

/// `1/3`, while votes are counted; the stage's word afterwards.
#[must_use]
pub fn tally(scene: &Scene<'_>, request: &Request) -> (String, Role) {
    if !request.is_open() {
        return (request.stage_word().to_owned(), Role::Text);
    }
    let (needed, have) = scene.snap.treasury.verdict(request, scene.now).as_ref().map_or((0, 0), votes);
    (format!("{have}/{needed}"), Role::Text)
}

/// The mark in front of the row: what is in its way.
#[must_use]
pub fn mark(scene: &Scene<'_>, request: &Request) -> &'static str {
    let stage = request.transfer().map(|transfer| &transfer.stage);
    let is_stuck = matches!(stage, Some(Stage::Stuck(_) | Stage::Dropped(_)));
    let is_frozen = request.transfer().is_some_and(|transfer| scene.snap.treasury.freeze_on(&transfer.draft.from).is_some());
    if is_stuck || is_frozen || scene.snap.waiting.contains_key(&request.id) { "!" } else { "" }
}
