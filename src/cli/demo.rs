//! `bursar demo`: the practice treasury on the embedded chain. Nothing to install, nothing leaves this machine.

use std::io::{Write, stderr, stdout};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::args::Common;
use crate::cli::console::{Errands, show};
use crate::cli::report::{Kind, Report};
use crate::config::General;
use crate::desk::clock::{Clock, SystemClock};
use crate::desk::entropy::{Entropy, SystemEntropy};
use crate::domain::time::{Seconds, Timestamp};
use crate::sandbox::practice::{HISTORY_S, PASSWORD, Practice, PracticeError, tell};

/// When the told story begins: always the same, so that the story is the same, hash for hash.
const STORY_START: u64 = 1_795_410_000;
/// Balances are read this often on the practice chain.
const REFRESH_S: Seconds = 2;

/// How the demo runs.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Play one whole story without a screen, and print what really happened
    #[arg(long)]
    pub headless: bool,
}

impl From<PracticeError> for Report {
    fn from(error: PracticeError) -> Self {
        match error {
            PracticeError::Desk(error) => Self::from(error),
            other => Self::new(Kind::Internal, "demo", other.to_string()),
        }
    }
}

/// A folder of its own that is gone afterwards.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes it, for this user only.
    ///
    /// # Errors
    /// Where the system's folder for temporary files cannot be written.
    pub fn make() -> Result<Self, Report> {
        let mut tag = [0; 8];
        SystemEntropy.fill(&mut tag);
        let path = std::env::temp_dir().join(format!("bursar-demo-{}", alloy_primitives::hex::encode(tag)));
        std::fs::DirBuilder::new().mode(0o700).create(&path).map_err(|e| {
            let report = Report::new(Kind::Unavailable, "demo.folder", format!("{path:?}: {e}"));
            report.hint("set TMPDIR to a folder that can be written")
        })?;
        Ok(Self(path))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind holds nothing but practice keys.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Runs it.
///
/// # Errors
/// Where the folder, the terminal or the embedded chain fails.
pub async fn run(args: &DemoArgs, common: &Common) -> Result<Answer, Report> {
    let folder = Folder::make()?;
    if args.headless { headless(&folder, common.json).await } else { console(&folder).await }
}

async fn headless(folder: &Folder, as_json: bool) -> Result<Answer, Report> {
    let mut lines = Vec::new();
    let mut say = |line: &str| {
        if !as_json {
            // Told as it happens; whoever closed our output has seen enough.
            drop(writeln!(stdout(), "{line}"));
        }
        lines.push(line.to_owned());
    };
    tell(folder.path(), Timestamp::from_unix(STORY_START), &mut say).await?;
    Ok(Answer::new(json!({ "story": lines }), String::new()))
}

async fn console(folder: &Folder) -> Result<Answer, Report> {
    drop(writeln!(stderr(), "preparing the practice treasury: chain, keys, history ..."));
    let start = Timestamp::from_unix(SystemClock::new().now().unix().saturating_sub(HISTORY_S));
    let mut practice = Practice::prepare(folder.path(), start).await?;
    practice.go_live().await?;
    let errands = Errands::begin(&practice.desk, REFRESH_S, false);
    let answer = show(practice.desk.clone(), &General { idle_lock_s: 24 * 60 * 60, ..General::default() }).await;
    drop(errands);
    let said = format!("the practice treasury is gone. Its password was: {PASSWORD}");
    answer.map(|answer| Answer { text: format!("{}{said}\n", answer.text), ..answer })
}
