//! One transfer in full: where it stands, what it waits for, every attempt, what nodes said, what the chain says.

use crate::domain::id::{NodeId, RequestId};
use crate::domain::request::Request;
use crate::domain::terms::Slot;
use crate::domain::transfer::{Attempt, Inclusion, SendAnswer, Stage, Transfer};
use crate::text::Charset;
use crate::theme::Role;
use crate::tui::figures;
use crate::tui::page::Line;
use crate::tui::scene::{Scene, grouped, grouped_hash, hour};

/// Where values begin.
const INDENT: usize = 8;

/// The request that holds the nearest lower nonce of the same wallet, if it is another one.
#[must_use]
pub fn waits_for(scene: &Scene<'_>, transfer: &Transfer) -> Option<RequestId> {
    if transfer.stage.is_over() {
        return None;
    }
    let nonce = match transfer.stage.flight() {
        Some(flight) => flight.nonce,
        None => match transfer.stage.proposal()?.terms.slot {
            Slot::Nonce(nonce) => nonce,
            Slot::Late => return None,
        },
    };
    let lane = scene.snap.treasury.lane(&transfer.draft.from)?;
    lane.waits_for(nonce)
}

/// Why it does not move, in one line; empty where nothing stands in its way.
#[must_use]
pub fn in_the_way(scene: &Scene<'_>, request: &Request) -> String {
    let Some(transfer) = request.transfer() else { return String::new() };
    let first = waits_for(scene, transfer).map(|id| format!("waits for {}", figures::number(&scene.snap.treasury, id)));
    let why = scene.snap.waiting.get(&request.id).map(|waiting| waiting.why.clone());
    let over = match &transfer.stage {
        Stage::Refused { by } => Some(format!("objected by {by}")),
        Stage::Withdrawn { by } => Some(format!("by {by}")),
        Stage::Settled(_, _, ending) => Some(ending.word().to_owned()),
        Stage::Foreign(_) => Some("its nonce was used by a foreign transaction".to_owned()),
        Stage::Drafted
        | Stage::Proposed(_)
        | Stage::Approved(_)
        | Stage::Ordered(_)
        | Stage::Signed(_)
        | Stage::Broadcast(_)
        | Stage::Stuck(_)
        | Stage::Dropped(_)
        | Stage::Included(..)
        | Stage::Expired => None,
    };
    [first, why, over].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// All of it, as lines.
#[must_use]
pub fn lines(scene: &Scene<'_>, request: &Request, charset: Charset) -> Vec<Line> {
    let Some(transfer) = request.transfer() else { return Vec::new() };
    let treasury = &scene.snap.treasury;
    let draft = &transfer.draft;
    let mut lines = vec![
        Line::pair(INDENT, "send", Role::Title, scene.money_of(&draft.asset, draft.amount))
            .and(Role::Text, format!("  from {}", draft.from)),
        Line::pair(INDENT, "to", Role::Text, figures::party(treasury, &draft.to)),
    ];
    lines.extend(treasury.resolve(&draft.to).map(|(address, _, _)| Line::pair(INDENT, "", Role::Text, grouped(address))));
    for (at, text) in figures::memo(draft.memo.as_ref(), charset).into_iter().enumerate() {
        lines.push(Line::pair(INDENT, if at == 0 { "why" } else { "" }, Role::Untrusted, text));
    }
    lines.push(
        Line::pair(INDENT, "stage", Role::Title, transfer.stage.word())
            .and(Role::TextDim, format!("  {} ago", scene.age(request.touched))),
    );
    let way = in_the_way(scene, request);
    if !way.is_empty() {
        lines.push(Line::pair(INDENT, "", Role::StateWarn, "! ").and(Role::Text, way).hung(INDENT + 2));
    }
    if let Some(flight) = transfer.stage.flight() {
        lines.push(Line::pair(INDENT, "nonce", Role::Text, flight.nonce.to_string()));
        for (at, attempt) in flight.attempts.iter().enumerate() {
            lines.extend(attempt_lines(at, attempt, charset));
        }
    }
    match &transfer.stage {
        Stage::Included(_, inclusion) | Stage::Settled(_, inclusion, _) => {
            lines.extend(inclusion_lines(scene, transfer, inclusion))
        }
        Stage::Drafted
        | Stage::Proposed(_)
        | Stage::Approved(_)
        | Stage::Ordered(_)
        | Stage::Signed(_)
        | Stage::Broadcast(_)
        | Stage::Stuck(_)
        | Stage::Dropped(_)
        | Stage::Foreign(_)
        | Stage::Refused { .. }
        | Stage::Withdrawn { .. }
        | Stage::Expired => {}
    }
    lines.extend(history(scene, request));
    lines
}

fn attempt_lines(at: usize, attempt: &Attempt, charset: Charset) -> Vec<Line> {
    let built = &attempt.built;
    let fee =
        format!("{}: fee {} wei per gas, tip {}, ordered {}", at + 1, built.fee_cap, built.tip_cap, hour(attempt.ordered_at));
    let mut lines = vec![Line::pair(INDENT, "attempt", Role::Text, fee)];
    match &attempt.signed {
        Some(signed) => {
            let [first, second] = grouped_hash(signed.hash);
            lines.push(Line::pair(INDENT, "  hash", Role::Text, first));
            lines.push(Line::pair(INDENT, "", Role::Text, second));
        }
        None => lines.push(Line::pair(INDENT, "", Role::StatePending, ".. not signed yet")),
    }
    for (node, send) in &attempt.sends {
        let (role, answer) = match &send.answer {
            Some(SendAnswer::Accepted) => (Role::StateOk, "ok accepted".to_owned()),
            Some(SendAnswer::Known) => (Role::StateOk, "ok had it already".to_owned()),
            Some(SendAnswer::Unclear(text)) => (Role::StateWarn, format!("! unclear: {}", figures::quoted(text, charset))),
            None => (Role::StatePending, ".. no answer yet".to_owned()),
        };
        lines.push(Line::pair(INDENT, "  node", Role::Text, format!("{node} {} ", hour(send.intended_at))).and(role, answer));
    }
    lines
}

fn inclusion_lines(scene: &Scene<'_>, transfer: &Transfer, inclusion: &Inclusion) -> Vec<Line> {
    let network = transfer.draft.asset.network;
    let head = scene.snap.nodes.iter().filter(|node| node.network == network).filter_map(|node| node.head).max();
    let depth = head
        .and_then(|head| head.checked_sub(inclusion.block))
        .map_or_else(String::new, |depth| format!(", {} confirmations", depth + 1));
    let outcome = if inclusion.success { (Role::StateOk, "ok") } else { (Role::StateBlocked, "X reverted") };
    let witnesses: Vec<&str> = inclusion.witnesses.iter().map(NodeId::as_str).collect();
    vec![
        Line::pair(INDENT, "block", outcome.0, outcome.1).and(Role::Text, format!(" {}{depth}", inclusion.block)),
        Line::pair(INDENT, "", Role::Text, format!("fee {} wei, seen by {}", inclusion.fee, witnesses.join(", "))),
    ]
}

/// What the journal says of it, as far as the last records reach.
fn history(scene: &Scene<'_>, request: &Request) -> Vec<Line> {
    let mut lines =
        vec![Line::pair(INDENT, "history", Role::Text, format!("{} {} drafted or asked", hour(request.at), request.by))];
    let records = scene.snap.recent.iter().filter(|record| record.event.request() == Some(request.id));
    lines.extend(
        records.map(|record| {
            Line::pair(INDENT, "", Role::Text, format!("{} {} {}", hour(record.at), record.by, record.event.word()))
        }),
    );
    lines
}
