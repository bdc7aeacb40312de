//! `bursar approve`, `bursar object`, `bursar vote`: signed votes on one exact version of a request.

use std::path::PathBuf;

use alloy_primitives::{Bytes, hex};
use clap::{Args, Subcommand, ValueEnum};
use serde::Deserialize;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::card;
use crate::cli::find;
use crate::cli::report::{Kind, Report};
use crate::cli::session::Session;
use crate::config::read_text;
use crate::desk::ask::Ask;
use crate::desk::vote::{digest_to_sign, typed_data};
use crate::domain::id::MemberId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::terms::Decision;
use crate::domain::treasury::{Request, Treasury};
use crate::domain::vote::VoteSignature;
use crate::text::Untrusted;

/// Largest vote file, in bytes.
const VOTE_FILE_MAX: u64 = 64 * 1024;
/// r, s and v.
const SIGNATURE_LEN: usize = 65;

/// For it.
#[derive(Debug, Args)]
pub struct ApproveArgs {
    /// R-0412, or the ULID
    #[arg(value_name = "ID")]
    pub request: String,
    /// The version that was reviewed, as `bursar queue` shows it
    #[arg(long)]
    pub digest: String,
    /// Why
    #[arg(long)]
    pub reason: Option<String>,
}

/// Against it.
#[derive(Debug, Args)]
pub struct ObjectArgs {
    /// R-0412, or the ULID
    #[arg(value_name = "ID")]
    pub request: String,
    /// The version that was reviewed, as `bursar queue` shows it
    #[arg(long)]
    pub digest: String,
    /// Why
    #[arg(long)]
    pub reason: String,
}

/// Votes that are signed elsewhere.
#[derive(Debug, Subcommand)]
pub enum VoteVerb {
    /// The canonical text and what to sign
    Export(ExportArgs),
    /// Count a vote that was signed elsewhere; no key is needed here
    Import(ImportArgs),
}

/// What to export.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// R-0412, or the ULID
    #[arg(value_name = "ID")]
    pub request: String,
    /// For it or against it
    #[arg(long, value_enum, default_value_t = Word::Approve)]
    pub decision: Word,
}

/// What to import.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The JSON document of `vote export --json` with "signature" filled in
    pub file: PathBuf,
}

/// For it or against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Word {
    /// For it.
    Approve,
    /// Against it.
    Object,
}

impl From<Word> for Decision {
    fn from(word: Word) -> Self {
        match word {
            Word::Approve => Self::Approve,
            Word::Object => Self::Object,
        }
    }
}

/// `bursar approve`.
///
/// # Errors
/// What stands against the vote.
pub async fn approve(args: ApproveArgs, session: &Session) -> Result<Answer, Report> {
    vote(session, (&args.request, &args.digest), Decision::Approve, args.reason.as_deref()).await
}

/// `bursar object`.
///
/// # Errors
/// What stands against the vote.
pub async fn object(args: ObjectArgs, session: &Session) -> Result<Answer, Report> {
    vote(session, (&args.request, &args.digest), Decision::Object, Some(&args.reason)).await
}

async fn vote(session: &Session, of: (&str, &str), decision: Decision, reason: Option<&str>) -> Result<Answer, Report> {
    let digest = find::digest(of.1)?;
    // A vote on another version is refused before anybody types a password.
    let request = find::request(&session.look()?.snapshot().treasury, of.0)?;
    if request.digest() != Some(digest) {
        let message = format!("the vote names {digest}, {} is another version", request.number);
        return Err(Refusal::new(Code::VoteDigest, message).into());
    }
    let (desk, me) = session.act()?;
    let reason = reason.filter(|r| !r.is_empty()).map(Untrusted::from);
    let done = desk.ask(&me, Ask::Vote { request: request.id, digest, decision, reason }).await?;
    card::acted(&desk, &done, "")
}

/// `bursar vote`.
///
/// # Errors
/// What stands against it.
pub async fn run(verb: VoteVerb, session: &Session) -> Result<Answer, Report> {
    match verb {
        VoteVerb::Export(args) => {
            let snapshot = session.look()?.snapshot();
            let request = find::request(&snapshot.treasury, &args.request)?;
            export(&snapshot.treasury, &request, args.decision.into())
        }
        VoteVerb::Import(args) => import(session, &args).await,
    }
}

fn export(treasury: &Treasury, request: &Request, decision: Decision) -> Result<Answer, Report> {
    let parts = request.text(decision).zip(request.digest()).zip(digest_to_sign(treasury, request, decision));
    let Some(((text, digest), to_sign)) = parts.filter(|_| request.is_open()) else {
        let message = format!("{} is {}: there is nothing to vote on", request.number, request.stage_word());
        return Err(Refusal::new(Code::StageWrong, message).into());
    };
    let document = json!({ "request": request.id, "number": request.number.to_string(), "decision": decision, "digest": digest.to_string(),
        "text": text, "eip712_digest": to_sign.to_string(), "typed_data": typed_data(treasury, request, decision), "signature": "" });
    let people = format!(
        "{text}\ndigest         {digest}\neip712 digest  {to_sign}\nsign it with an enrolled key: `--json` holds it as typed data for a wallet; then `bursar vote import`\n"
    );
    Ok(Answer::new(document, people))
}

/// What `vote import` reads. What else the exported document holds is for people.
#[derive(Debug, Deserialize)]
struct VoteFile {
    request: String,
    decision: Decision,
    digest: String,
    signature: String,
}

fn parse(text: &str) -> Result<VoteFile, Report> {
    let bad = |e: serde_json::Error| {
        let message = format!("the vote file, line {}, column {}: {e}", e.line(), e.column());
        Report::new(Kind::Usage, "usage.vote_file", message)
            .hint("use the document of `bursar vote export ID --json` and fill in \"signature\"")
    };
    serde_json::from_str(text).map_err(bad)
}

fn signature(text: &str) -> Result<VoteSignature, Report> {
    let bytes =
        text.trim().strip_prefix("0x").and_then(|digits| hex::decode(digits).ok()).filter(|bytes| bytes.len() == SIGNATURE_LEN);
    let bytes = bytes.ok_or_else(|| {
        Report::usage("usage.signature", "signature: expected 0x and 130 hex digits: r, s and v of an EIP-712 signature")
    })?;
    Ok(VoteSignature::Eip712(Bytes::from(bytes)))
}

async fn import(session: &Session, args: &ImportArgs) -> Result<Answer, Report> {
    let file = parse(&read_text(&args.file, "vote file", VOTE_FILE_MAX)?)?;
    let signature = signature(&file.signature)?;
    let digest = find::digest(&file.digest)?;
    let desk = session.write()?;
    let request = find::request(&desk.snapshot().treasury, &file.request)?;
    if request.digest() != Some(digest) {
        return Err(
            Refusal::new(Code::VoteDigest, format!("the file names {digest}, {} is another version", request.number)).into()
        );
    }
    // The signature itself says whose vote it is; this name only stands for whoever carries it.
    let carrier = session.named()?.map_or_else(|| MemberId::parse("nobody").map_err(Report::from), Ok)?;
    let done = desk.ask(&carrier, Ask::VoteSigned { request: request.id, decision: file.decision, signature }).await?;
    card::acted(&desk, &done, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vote_file_is_strict_and_names_the_place() {
        assert!(parse(r#"{"request":"R-0001","decision":"approve","digest":"0x","signature":"","text":"for people"}"#).is_ok());
        for bad in ["", "{}", r#"{"request":1}"#, r#"{"request":"R-1","decision":"maybe","digest":"","signature":""}"#] {
            let report = parse(bad).expect_err(bad);
            assert_eq!((report.kind.exit(), report.code.as_str()), (2, "usage.vote_file"), "{bad}");
            assert!(report.message.contains("line 1"), "{}", report.message);
        }
    }

    #[test]
    fn a_signature_has_65_bytes() {
        assert!(signature(&format!("0x{}\n", "1b".repeat(65))).is_ok());
        for bad in ["", "0x", &"1b".repeat(65), &format!("0x{}", "1b".repeat(64)), &format!("0x{}", "zz".repeat(65))] {
            assert_eq!(signature(bad).expect_err(bad).code, "usage.signature");
        }
    }
}
