//! `bursar queue`: what waits, for whom, with the verdict tree.

use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::answer::Answer;
use crate::cli::card;
use crate::cli::json as shape;
use crate::cli::report::Report;
use crate::cli::session::Session;
use crate::domain::treasury::Request;

/// Which requests to show.
#[derive(Debug, Args)]
pub struct QueueArgs {
    /// Only those that wait for the vote of --as (or general.me)
    #[arg(long)]
    pub mine: bool,
}

/// Does it.
///
/// # Errors
/// Where the journal cannot be read, or it is not said whose votes are meant.
pub fn run(args: &QueueArgs, session: &Session) -> Result<Answer, Report> {
    let snapshot = session.look()?.snapshot();
    let treasury = &*snapshot.treasury;
    let me = if args.mine { Some(session.who(&snapshot)?) } else { None };
    let wanted = |r: &&Arc<Request>| match &me {
        Some(me) => treasury.may_vote(r, me, snapshot.at),
        None => !r.is_over() && r.stage_word() != "drafted",
    };
    let waiting: Vec<&Arc<Request>> = treasury.requests().values().filter(wanted).collect();
    let documents: Vec<Value> = waiting.iter().map(|r| shape::request(&snapshot, r)).collect();
    let cards: Vec<String> = waiting.iter().map(|r| card::lines(&snapshot, r)).collect();
    let text = if cards.is_empty() { "nothing waits\n".to_owned() } else { cards.join("\n") };
    Ok(Answer::new(json!({ "queue": documents }), text))
}
