//! `bursar run`: what is owed now is done: order, sign, broadcast, confirm.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::answer::Answer;
use crate::cli::card;
use crate::cli::json as shape;
use crate::cli::report::{Kind, Report};
use crate::cli::session::Session;
use crate::config::parse_duration;
use crate::desk::snapshot::Snapshot;
use crate::domain::id::RequestId;

/// How long.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Go on until nothing is owed, or only what waits for a person
    #[arg(long)]
    pub until_idle: bool,
    /// With --until-idle: stop after this time at the latest (90s, 15m)
    #[arg(long, value_name = "TIME", requires = "until_idle")]
    pub deadline: Option<String>,
}

/// Does it.
///
/// # Errors
/// Where the journal, the keys or the words stand against it; unavailable where something is still owed at the deadline.
pub async fn run(args: &RunArgs, session: &Session) -> Result<Answer, Report> {
    let deadline = args.deadline.as_deref().map(parse_duration).transpose();
    let deadline = deadline.map_err(|why| Report::usage("usage.deadline", format!("--deadline: {why}")))?;
    let desk = session.unlocked()?;
    let before = stages(&desk.snapshot());
    let round = if args.until_idle { desk.run_until_idle(deadline).await? } else { desk.round().await? };
    let snapshot = desk.snapshot();
    let (mut moved, mut text) = (Vec::new(), String::new());
    for (id, after) in stages(&snapshot) {
        let was = before.get(&id).copied().unwrap_or("new");
        let Ok(request) = snapshot.treasury.request(id) else { continue };
        if was != after {
            moved.push(json!({ "from": was, "to": after, "request": shape::request(&snapshot, request) }));
            text.push_str(&format!("{}: {was} -> {after}  {}\n", request.number, card::summary(&snapshot.treasury, request)));
        }
    }
    let waiting: Vec<Value> =
        snapshot.waiting.iter().map(|(id, w)| json!({ "request": id, "since": w.since.to_string(), "why": w.why })).collect();
    for (id, wait) in snapshot.waiting.iter() {
        let name = snapshot.treasury.request(*id).map_or_else(|_| id.to_string(), |r| r.number.to_string());
        text.push_str(&format!("{name} waits: {}\n", wait.why));
    }
    let owed = snapshot.treasury.owed(desk.now()).len();
    text.push_str(&format!("{owed} owed, {} of them wait for a person\n", round.blocked));
    let document = json!({ "moved": moved, "waiting": waiting, "owed": owed, "blocked": round.blocked });
    if args.until_idle && owed > round.blocked {
        let report = Report::new(Kind::Unavailable, "run.deadline", format!("{owed} steps are still owed at the deadline"));
        return Err(Report { retry: true, ..report.hint("run again: every step is safe to repeat").detail(document) });
    }
    Ok(Answer::new(document, text))
}

fn stages(snapshot: &Snapshot) -> BTreeMap<RequestId, &'static str> {
    snapshot.treasury.requests().iter().map(|(id, request)| (*id, request.stage_word())).collect()
}
