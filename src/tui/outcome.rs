//! What really happened, and what has not: the sentence for the status row after a wish was answered.

use crate::desk::ask::{Ask, AuditReport, Done};
use crate::desk::snapshot::{Level, Snapshot};
use crate::domain::id::RequestId;
use crate::domain::request::{Body, Request};
use crate::domain::transfer::Stage;
use crate::tui::ui::Say;
use crate::tui::wish::{Answer, Failure, Told, Wish};

/// The sentence, or `None` where the screen itself shows it.
pub fn words(snap: &Snapshot, told: &Told) -> Option<Say> {
    match (&told.wish, &told.result) {
        (None, Err(_)) => None,
        (_, Err(failure)) => Some(failed(failure)),
        (Some(Wish::Ask(_, ask)), Ok(Answer::Done(done))) => Some(Say::info(done_words(snap, ask, done))),
        (_, Ok(Answer::Done(done))) => Some(Say::info(format!("Done, entry {}.", done.seq))),
        (_, Ok(Answer::Unlocked)) => Some(Say::info("The keys are open. ^x closes them.")),
        (_, Ok(Answer::Refreshed)) => Some(Say::info("The nodes were asked.")),
        (_, Ok(Answer::Verified(report))) => Some(verified(report)),
        (_, Ok(Answer::Sent(way))) => Some(Say::info(format!("Sent to {way} (not confirmed)."))),
        (_, Ok(Answer::Locked | Answer::Page(_))) => None,
    }
}

fn failed(failure: &Failure) -> Say {
    let again = if failure.retry { " Trying again may help." } else { "" };
    Say::warning(format!("Not done: {failure}.{again}"))
}

fn verified(report: &AuditReport) -> Say {
    match &report.broken {
        None => Say::info(format!("The journal is sound: {} entries and {} votes checked.", report.entries, report.votes)),
        Some((seq, why)) => Say { level: Level::Critical, text: format!("The journal is broken at entry {seq}: {why}") },
    }
}

fn done_words(snap: &Snapshot, ask: &Ask, done: &Done) -> String {
    let id = done.request.or(asked_about(ask));
    let request = id.and_then(|id| snap.treasury.request(id).ok());
    let name = request.map_or_else(|| "Request".to_owned(), |request| request.number.to_string());
    // An older snapshot must not be quoted as the outcome.
    let stands = request.filter(|_| snap.tip.seq >= done.seq).map(|request| stands(request)).unwrap_or_default();
    if done.already {
        return format!("{name}: this was done before; nothing was added.{stands}");
    }
    let what = match ask {
        Ask::Draft(_) => "drafted. Nothing leaves this machine until it is proposed.",
        Ask::Amend(..) => "changed. Nothing leaves this machine until it is proposed.",
        Ask::Propose(_) => "proposed.",
        Ask::ProposeChange(_) => "put to the vote. Nothing has changed yet.",
        Ask::Vote { .. } | Ask::VoteSigned { .. } => "vote stored.",
        Ask::Withdraw(_) => "withdrawn. Nothing of it was sent.",
        Ask::Freeze(scope, _) => {
            return format!("Frozen: {scope} (entry {}). What was sent before is not called back.", done.seq);
        }
        Ask::Bump(_) => "a higher fee is ordered. The first attempt may still win.",
    };
    format!("{name} {what}{stands} Entry {}.", done.seq)
}

fn asked_about(ask: &Ask) -> Option<RequestId> {
    match ask {
        Ask::Amend(id, _) | Ask::Propose(id) | Ask::Withdraw(id) | Ask::Bump(id) => Some(*id),
        Ask::Vote { request, .. } | Ask::VoteSigned { request, .. } => Some(*request),
        Ask::Draft(_) | Ask::ProposeChange(_) | Ask::Freeze(..) => None,
    }
}

fn stands(request: &Request) -> String {
    let Body::Transfer(transfer) = &request.body else { return format!(" It is {}.", request.stage_word()) };
    match &transfer.stage {
        Stage::Proposed(_) => " It waits for votes; nothing is signed.",
        Stage::Approved(_) => " It is approved; not signed, not sent yet.",
        Stage::Ordered(_) => " It is ordered; not sent yet.",
        Stage::Signed(_) => " It is signed; not sent yet.",
        Stage::Broadcast(_) => " It is sent; not in a block yet.",
        Stage::Included(..) => " It is in a block; not final yet.",
        Stage::Refused { .. } => " It is refused; nothing will be sent.",
        Stage::Drafted
        | Stage::Stuck(_)
        | Stage::Dropped(_)
        | Stage::Settled(..)
        | Stage::Foreign(_)
        | Stage::Withdrawn { .. }
        | Stage::Expired => "",
    }
    .to_owned()
}
