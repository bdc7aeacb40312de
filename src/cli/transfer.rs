//! `bursar transfer`: payments, from draft to settlement.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::cli::answer::Answer;
use crate::cli::card;
use crate::cli::find;
use crate::cli::json as shape;
use crate::cli::report::Report;
use crate::cli::session::Session;
use crate::cli::table::table;
use crate::config::parse_duration;
use crate::desk::ask::{Ask, Done};
use crate::desk::snapshot::Snapshot;
use crate::domain::id::{Reference, RequestId};
use crate::domain::time::Seconds;
use crate::domain::transfer::Draft;
use crate::domain::treasury::{Request, Treasury};
use crate::text::Untrusted;

/// What can be done with payments.
#[derive(Debug, Subcommand)]
pub enum TransferVerb {
    /// Write a draft; the same --ref twice answers with the first one
    Draft(DraftArgs),
    /// Put a draft to the policy, and to the vote where it asks for one
    Propose(RequestArg),
    /// Draft and propose in one
    Send(DraftArgs),
    /// One transfer with everything known of it
    Show(RequestArg),
    /// Transfers, newest first
    List(ListArgs),
    /// Take back a request that is not ordered yet
    Withdraw(RequestArg),
    /// Offer higher fees for a transfer in flight, within its approved ceiling
    Bump(RequestArg),
}

/// What a draft says.
#[derive(Debug, Args)]
pub struct DraftArgs {
    /// The wallet that pays
    #[arg(long, value_name = "WALLET")]
    pub from: String,
    /// A contact, a wallet of ours, or an address with its checksum
    #[arg(long, value_name = "DESTINATION")]
    pub to: String,
    /// Symbol or CAIP-19 id
    #[arg(long)]
    pub asset: String,
    /// In the asset's own units, such as 1250.50
    #[arg(long, allow_hyphen_values = true)]
    pub amount: String,
    /// Why; never on the chain
    #[arg(long)]
    pub memo: Option<String>,
    /// How long the request may wait for votes: 90m, 6h, 2d
    #[arg(long, value_name = "TIME")]
    pub expires: Option<String>,
    /// Your own order id
    #[arg(long = "ref", value_name = "EXTERNAL")]
    pub reference: Option<String>,
}

/// Names a request.
#[derive(Debug, Args)]
pub struct RequestArg {
    /// R-0412, or the ULID
    #[arg(value_name = "ID")]
    pub request: String,
}

/// Which transfers to list.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only those in this stage, such as settled
    #[arg(long)]
    pub stage: Option<String>,
    /// At most this many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub limit: u64,
}

/// Does it.
///
/// # Errors
/// What the treasury, the nodes or the words themselves have against it.
pub async fn run(verb: TransferVerb, session: &Session) -> Result<Answer, Report> {
    match verb {
        TransferVerb::Draft(args) => draft(session, &args, false).await,
        TransferVerb::Send(args) => draft(session, &args, true).await,
        TransferVerb::Propose(arg) => act(session, &arg, Ask::Propose).await,
        TransferVerb::Withdraw(arg) => act(session, &arg, Ask::Withdraw).await,
        TransferVerb::Bump(arg) => act(session, &arg, Ask::Bump).await,
        TransferVerb::Show(arg) => {
            let snapshot = session.look()?.snapshot();
            let request = find::request(&snapshot.treasury, &arg.request)?;
            Ok(card::shown(&snapshot, &request))
        }
        TransferVerb::List(args) => list(&session.look()?.snapshot(), &args),
    }
}

async fn draft(session: &Session, args: &DraftArgs, propose: bool) -> Result<Answer, Report> {
    // Wrong words are found before anybody is asked for a password.
    read(&session.look()?.snapshot().treasury, args)?;
    let (desk, me) = session.act()?;
    let wanted = read(&desk.snapshot().treasury, args)?;
    let mut done = desk.ask(&me, Ask::Draft(wanted)).await?;
    if propose && let Some(id) = done.request {
        let drafted = desk.snapshot().treasury.request(id)?.digest().is_none();
        // The same reference may name a transfer that is long on its way.
        if drafted {
            done = desk.ask(&me, Ask::Propose(id)).await?;
        }
    }
    let next = next(&desk.snapshot(), &done);
    card::acted(&desk, &done, &next)
}

async fn act(session: &Session, arg: &RequestArg, ask: fn(RequestId) -> Ask) -> Result<Answer, Report> {
    find::request(&session.look()?.snapshot().treasury, &arg.request)?;
    let (desk, me) = session.act()?;
    let id = find::request(&desk.snapshot().treasury, &arg.request)?.id;
    let done = desk.ask(&me, ask(id)).await?;
    let next = next(&desk.snapshot(), &done);
    card::acted(&desk, &done, &next)
}

/// A draft from words.
///
/// # Errors
/// Usage and not-found reports that name the word.
pub fn read(treasury: &Treasury, args: &DraftArgs) -> Result<Draft, Report> {
    let asset = find::asset(treasury, &args.asset)?;
    let reference = args.reference.as_deref().map(Reference::parse).transpose()?;
    Ok(Draft {
        from: find::wallet(treasury, &args.from)?.id.clone(),
        to: find::party(treasury, &args.to)?,
        asset: asset.id,
        amount: asset.amount(&args.amount)?,
        memo: args.memo.as_deref().filter(|m| !m.is_empty()).map(Untrusted::from),
        reference,
        expires_s: args.expires.as_deref().map(expiry).transpose()?,
    })
}

fn expiry(text: &str) -> Result<Seconds, Report> {
    parse_duration(text).map_err(|why| Report::usage("usage.expires", format!("--expires: {why}")))
}

fn next(snapshot: &Snapshot, done: &Done) -> String {
    let request = done.request.and_then(|id| snapshot.treasury.request(id).ok());
    let Some(request) = request else { return String::new() };
    match (request.stage_word(), request.digest()) {
        ("drafted", _) => format!("next: bursar transfer propose {}\n", request.number),
        ("proposed", Some(digest)) => format!("next: bursar approve {} --digest {digest}\n", request.number),
        ("approved", _) => "next: bursar run --until-idle\n".to_owned(),
        (_, _) => String::new(),
    }
}

fn list(snapshot: &Snapshot, args: &ListArgs) -> Result<Answer, Report> {
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let treasury = &*snapshot.treasury;
    let wanted = |r: &&std::sync::Arc<Request>| {
        r.transfer().is_some() && args.stage.as_deref().is_none_or(|stage| r.stage_word() == stage)
    };
    let requests: Vec<_> = treasury.requests().values().rev().filter(wanted).take(limit).collect();
    let row = |r: &&std::sync::Arc<Request>| {
        vec![r.number.to_string(), r.stage_word().to_owned(), r.touched.to_string(), card::summary(treasury, r)]
    };
    let rows: Vec<Vec<String>> = requests.iter().map(row).collect();
    let documents: Vec<Value> = requests.iter().map(|r| shape::request(snapshot, r)).collect();
    Ok(Answer::new(json!({ "transfers": documents }), table(&["number", "stage", "changed", "what"], &rows)))
}
