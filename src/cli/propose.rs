//! Changes of the treasury are requests: put to the vote in one way, whatever they change.

use crate::cli::answer::Answer;
use crate::cli::card;
use crate::cli::report::Report;
use crate::cli::session::Session;
use crate::desk::ask::Ask;
use crate::domain::change::Change;

/// Puts a change to the vote.
///
/// # Errors
/// What stands against it.
pub async fn change(session: &Session, change: Change) -> Result<Answer, Report> {
    let (desk, me) = session.act()?;
    let done = desk.ask(&me, Ask::ProposeChange(change)).await?;
    let request = done.request.and_then(|id| desk.snapshot().treasury.request(id).ok().cloned());
    let next = request
        .and_then(|r| r.digest().filter(|_| r.is_open()).map(|d| format!("next: bursar approve {} --digest {d}\n", r.number)));
    card::acted(&desk, &done, &next.unwrap_or_default())
}
