//! A request for people: everything that matters, most important first. Text from elsewhere is shown escaped.

use std::sync::Arc;

use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::json as shape;
use crate::cli::report::Report;
use crate::desk::Desk;
use crate::desk::ask::Done;
use crate::desk::snapshot::Snapshot;
use crate::domain::terms::Decision;
use crate::domain::transfer::{Stage, Transfer};
use crate::domain::treasury::{Body, Request, Treasury};
use crate::text::{Context, Untrusted};

/// Widest memo or reason on one line.
const TEXT_WIDTH: usize = 100;

/// What an act came to: the request as it is now, or only the journal's end.
///
/// # Errors
/// Internal where the request is gone at once.
pub fn acted(desk: &Desk, done: &Done, next: &str) -> Result<Answer, Report> {
    let snapshot = desk.snapshot();
    let receipt = json!({ "request": done.request, "already": done.already, "seq": done.seq });
    let Some(id) = done.request else {
        return Ok(Answer::new(json!({ "done": receipt }), format!("done, entry {} of the journal\n{next}", done.seq)));
    };
    let request = snapshot.treasury.request(id)?;
    let head = if done.already { "this was done before; nothing was added\n" } else { "" };
    let text = format!("{head}{}{next}", lines(&snapshot, request));
    Ok(Answer::new(json!({ "done": receipt, "request": shape::request(&snapshot, request) }), text))
}

/// A request found by name, as it is now.
#[must_use]
pub fn shown(snapshot: &Snapshot, request: &Arc<Request>) -> Answer {
    Answer::new(json!({ "request": shape::request(snapshot, request) }), lines(snapshot, request))
}

/// One line for lists: what it is about.
#[must_use]
pub fn summary(treasury: &Treasury, request: &Request) -> String {
    match &request.body {
        Body::Transfer(transfer) => {
            format!("{} from {} to {}", amount(treasury, transfer), transfer.draft.from, transfer.draft.to)
        }
        Body::Change(change) => change.terms.change.summary(),
    }
}

/// The amount with its symbol, or base units of an asset that is not on the list any more.
#[must_use]
pub fn amount(treasury: &Treasury, transfer: &Transfer) -> String {
    let draft = &transfer.draft;
    let known = treasury.assets().get(&draft.asset);
    known.map_or_else(|| format!("{} base units of {}", draft.amount, draft.asset), |asset| asset.human(draft.amount))
}

/// A request, line by line.
#[must_use]
pub fn lines(snapshot: &Snapshot, request: &Request) -> String {
    let treasury = &*snapshot.treasury;
    let mut out = vec![format!("{}  {}  {}", request.number, request.stage_word(), summary(treasury, request))];
    out.push(format!("  id {}  by {}  at {}", request.id, request.by, request.at));
    if let Body::Transfer(transfer) = &request.body {
        transfer_lines(treasury, transfer, &mut out);
    }
    if let Some(end) = request.not_after() {
        out.push(format!("  not after {end}"));
    }
    if let Some(digest) = request.digest() {
        out.push(format!("  digest {digest}"));
    }
    for (member, vote) in request.votes().into_iter().flatten() {
        let word = match vote.decision {
            Decision::Approve => "approved",
            Decision::Object => "objected",
        };
        let why = vote.reason.as_ref().map_or(String::new(), |r| format!(": {}", memo(r)));
        out.push(format!("  {member} {word} at {}{why}", vote.at));
    }
    if let Some(waiting) = snapshot.waiting.get(&request.id) {
        out.push(format!("  WAITS since {}: {}", waiting.since, waiting.why));
    }
    if let Some(verdict) = treasury.verdict(request, snapshot.at).filter(|_| !request.is_over()) {
        out.extend(verdict.lines().into_iter().map(|line| format!("  {line}")));
    }
    out.push(String::new());
    out.join("\n")
}

/// Free text of people, escaped and quoted.
#[must_use]
pub fn memo(text: &Untrusted) -> String {
    format!("\"{}\"", text.show(Context::Memo, TEXT_WIDTH).text)
}

fn transfer_lines(treasury: &Treasury, transfer: &Transfer, out: &mut Vec<String>) {
    let draft = &transfer.draft;
    if let Some((address, label, _)) = treasury.resolve(&draft.to) {
        out.push(format!("  to {address} \"{label}\""));
    }
    if let Some(text) = &draft.memo {
        out.push(format!("  memo {}", memo(text)));
    }
    if let Some(reference) = &draft.reference {
        out.push(format!("  reference {}", reference.as_str()));
    }
    if let Some(flight) = transfer.stage.flight() {
        for (number, attempt) in flight.attempts.iter().enumerate() {
            let hash = attempt.signed.as_ref().map_or_else(|| "not signed yet".to_owned(), |s| s.hash.to_string());
            out.push(format!("  nonce {} attempt {}: {hash}", flight.nonce, number + 1));
        }
    }
    match &transfer.stage {
        Stage::Settled(_, found, ending) => out.push(format!("  {} in block {} by {}", ending.word(), found.block, found.hash)),
        Stage::Included(_, found) => out.push(format!("  in block {} by {}, not final yet", found.block, found.hash)),
        Stage::Refused { by } => out.push(format!("  objected to by {by}")),
        Stage::Withdrawn { by } => out.push(format!("  taken back by {by}")),
        Stage::Drafted
        | Stage::Proposed(_)
        | Stage::Approved(_)
        | Stage::Ordered(_)
        | Stage::Signed(_)
        | Stage::Broadcast(_)
        | Stage::Stuck(_)
        | Stage::Dropped(_)
        | Stage::Foreign(_)
        | Stage::Expired => {}
    }
}
