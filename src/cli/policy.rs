//! `bursar policy`: the rules in force, new rules, and what the rules would say.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::json as shape;
use crate::cli::propose::change;
use crate::cli::report::{Kind, Report};
use crate::cli::session::Session;
use crate::cli::transfer::{self, DraftArgs};
use crate::config::policy::{print, read};
use crate::config::{FILE_BYTES_MAX, read_text};
use crate::desk::snapshot::Snapshot;
use crate::domain::asset::Asset;
use crate::domain::change::Change;
use crate::domain::id::RequestId;
use crate::domain::policy::Policy;
use crate::domain::policy::lint::lint;
use crate::domain::policy::verdict::Standing;
use crate::domain::terms::hex;
use crate::domain::treasury::Treasury;

/// What can be done with rules.
#[derive(Debug, Subcommand)]
pub enum PolicyVerb {
    /// The policy in force, as a file that can be edited and proposed
    Show(ShowArgs),
    /// Read a policy file and say what is wrong with its words
    Check(FileArg),
    /// Read a policy file and say what is unsound about its rules
    Lint(FileArg),
    /// Put a policy file to the vote
    Propose(FileArg),
    /// What the policy in force would say of a transfer; nothing is written
    Try(DraftArgs),
}

/// How to show it.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Only the TOML text (which is also what is shown without --json)
    #[arg(long)]
    pub toml: bool,
}

/// Names a policy file.
#[derive(Debug, Args)]
pub struct FileArg {
    /// TOML; `bursar policy show` prints one
    pub file: PathBuf,
}

/// Does it.
///
/// # Errors
/// Config errors with line and column, or what the treasury has against it.
pub async fn run(verb: PolicyVerb, session: &Session) -> Result<Answer, Report> {
    let snapshot = session.look()?.snapshot();
    let treasury = &*snapshot.treasury;
    match verb {
        PolicyVerb::Show(args) => Ok(show(treasury, &args)),
        PolicyVerb::Check(arg) => {
            let policy = file(treasury, &arg.file)?;
            let text = format!("{:?} reads as a policy with {} rules\n", arg.file, policy.rules.len());
            Ok(Answer::new(json!({ "policy": policy, "digest": format!("0x{}", hex(policy.digest())) }), text))
        }
        PolicyVerb::Lint(arg) => {
            let policy = file(treasury, &arg.file)?;
            sound(treasury, &policy)?;
            let text = format!("{:?} is sound: {} rules, {} groups\n", arg.file, policy.rules.len(), policy.groups.len());
            Ok(Answer::new(json!({ "sound": true, "policy": policy }), text))
        }
        PolicyVerb::Propose(arg) => {
            let policy = file(treasury, &arg.file)?;
            sound(treasury, &policy)?;
            change(session, Change::SetPolicy(policy)).await
        }
        PolicyVerb::Try(args) => judge(session, &snapshot, &args),
    }
}

/// A policy file, as the next version of this treasury's policy.
fn file(treasury: &Treasury, path: &Path) -> Result<Policy, Report> {
    let text = read_text(path, "policy file", FILE_BYTES_MAX)?;
    let assets: Vec<&Asset> = treasury.assets().values().collect();
    Ok(read(path, &text, &assets, treasury.policy().version.saturating_add(1))?)
}

/// Every point at once: mending one after the other is tiresome.
fn sound(treasury: &Treasury, policy: &Policy) -> Result<(), Report> {
    let points = lint(policy, treasury.members());
    if points.is_empty() {
        return Ok(());
    }
    let message = format!("the policy is unsound in {} points", points.len());
    Err(Report::new(Kind::Refused, "policy.unsound", message)
        .hint("mend each point and lint again")
        .detail(json!({ "lines": points })))
}

fn show(treasury: &Treasury, args: &ShowArgs) -> Answer {
    let policy = treasury.policy();
    let assets: Vec<&Asset> = treasury.assets().values().collect();
    let toml = print(policy, &assets);
    let document = json!({ "policy": policy, "digest": format!("0x{}", hex(policy.digest())), "toml": toml });
    let text = if args.toml { toml } else { format!("# digest 0x{}\n{toml}", hex(policy.digest())) };
    Answer::new(document, text)
}

fn judge(session: &Session, snapshot: &Snapshot, args: &DraftArgs) -> Result<Answer, Report> {
    let treasury = &*snapshot.treasury;
    let who = session.who(snapshot)?;
    let draft = transfer::read(treasury, args)?;
    // An id that no request has: the verdict must not leave out anybody's spending.
    let verdict = treasury.verdict_of_draft(RequestId::from_parts(0, 0), &who, &draft, snapshot.at);
    let verdict = verdict
        .ok_or_else(|| Report::new(Kind::Internal, "internal", "wallet and asset are known and yet there is no verdict"))?;
    let head = match verdict.standing {
        Standing::Met => "would pass without a vote",
        Standing::Pending => "would go to the vote",
        Standing::Barred => "would be refused",
    };
    let text = format!("{head}\n{}\n", verdict.lines().join("\n"));
    Ok(Answer::new(json!({ "by": who, "verdict": shape::verdict(Some(&verdict)) }), text))
}
