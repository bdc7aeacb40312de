//! `bursar audit`: the journal, its check, its way out.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::report::{Kind, Report};
use crate::cli::session::Session;
use crate::cli::table::table;
use crate::desk::Desk;
use crate::domain::journal::Record;

/// Records read at once.
const PAGE: usize = 1000;
/// Most records on one screen.
const SHOW_MAX: u64 = 10_000;

/// What can be done with the journal.
#[derive(Debug, Subcommand)]
pub enum AuditVerb {
    /// Records, oldest first
    Show(ShowArgs),
    /// Check every entry, every vote and the kept state from the first entry on; works offline
    Verify,
    /// Write every record into a new file, one JSON document a line
    Export(ExportArgs),
}

/// Which records.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// First entry; the last ones where it is left out
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub from: Option<u64>,
    /// At most this many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=SHOW_MAX))]
    pub limit: u64,
}

/// Where to.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// A file that does not exist yet
    pub file: PathBuf,
}

/// Does it.
///
/// # Errors
/// Damaged, with the first broken entry.
pub fn run(verb: AuditVerb, session: &Session) -> Result<Answer, Report> {
    let desk = session.look()?;
    match verb {
        AuditVerb::Show(args) => show(&desk, &args),
        AuditVerb::Verify => verify(&desk),
        AuditVerb::Export(args) => export(&desk, &args),
    }
}

fn show(desk: &Desk, args: &ShowArgs) -> Result<Answer, Report> {
    let end = desk.snapshot().tip.seq;
    let first = args.from.unwrap_or_else(|| end.saturating_sub(args.limit).saturating_add(1)).max(1);
    let mut records: Vec<Record> = Vec::new();
    let limit = usize::try_from(args.limit).unwrap_or(PAGE);
    while records.len() < limit {
        let from = records.last().map_or(first, |r| r.seq.saturating_add(1));
        let page = desk.history(from, PAGE.min(limit - records.len()))?;
        if page.is_empty() {
            break;
        }
        records.extend(page);
    }
    let row = |r: &Record| {
        let about = r.event.request().map_or_else(|| "-".to_owned(), |id| id.to_string());
        vec![r.seq.to_string(), r.at.to_string(), r.by.to_string(), r.event.word().to_owned(), about]
    };
    let rows: Vec<Vec<String>> = records.iter().map(row).collect();
    let tip = desk.snapshot().tip;
    let document = json!({ "records": records, "tip": { "seq": tip.seq, "hash": tip.hash.to_string() } });
    Ok(Answer::new(document, table(&["entry", "time", "by", "event", "request"], &rows)))
}

fn verify(desk: &Desk) -> Result<Answer, Report> {
    let report = desk.verify(&mut |_| {})?;
    let facts = json!({ "entries": report.entries, "votes": report.votes, "tip": report.tip.to_string() });
    match report.broken {
        None => {
            let text = format!("sound: {} entries, {} signed votes\nlast hash {}\n", report.entries, report.votes, report.tip);
            Ok(Answer::new(json!({ "sound": true, "journal": facts }), text))
        }
        Some((entry, why)) => {
            Err(Report::new(Kind::Damaged, "journal.broken", format!("entry {entry} is the first broken one: {why}"))
                .hint("stop paying, keep the file as it is, and compare it with a backup or a checkpoint outside")
                .detail(json!({ "entry": entry, "why": why, "journal": facts })))
        }
    }
}

fn export(desk: &Desk, args: &ExportArgs) -> Result<Answer, Report> {
    let failed =
        |e: std::io::Error| Report::new(Kind::Unavailable, "file.unavailable", format!("{:?} cannot be written: {e}", args.file));
    // Never over another file: an audit trail that can be overwritten is none.
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&args.file).map_err(failed)?;
    let mut out = BufWriter::new(file);
    let mut count: u64 = 0;
    let mut from: u64 = 1;
    loop {
        let page = desk.history(from, PAGE)?;
        let Some(last) = page.last() else { break };
        from = last.seq.saturating_add(1);
        for record in &page {
            serde_json::to_writer(&mut out, record).map_err(|e| failed(e.into()))?;
            out.write_all(b"\n").map_err(failed)?;
            count = count.saturating_add(1);
        }
    }
    let file = out.into_inner().map_err(|e| failed(e.into_error()))?;
    file.sync_all().map_err(failed)?;
    let tip = desk.snapshot().tip;
    let document =
        json!({ "file": args.file.to_string_lossy(), "records": count, "tip": { "seq": tip.seq, "hash": tip.hash.to_string() } });
    Ok(Answer::new(document, format!("{count} records in {:?}\n", args.file)))
}
