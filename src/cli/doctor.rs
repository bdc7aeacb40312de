//! `bursar doctor`: everything that must be in order, each ok, warn or fail with what to do.

use std::io::IsTerminal;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::answer::Answer;
use crate::cli::args::Common;
use crate::cli::open::{Purpose, open};
use crate::cli::report::{Kind, Report};
use crate::cli::table::table;
use crate::config::{Config, Home};
use crate::desk::Desk;
use crate::desk::snapshot::{STALE_S, Snapshot};
use crate::keystore::{Factor, Keystore};

/// A block of the future by more than this many seconds speaks against our own clock.
const CLOCK_SLACK_S: u64 = 30;

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Ok,
    Warn,
    Fail(Kind),
}

/// One thing looked at.
#[derive(Debug)]
struct Check {
    what: &'static str,
    state: State,
    found: String,
    to_do: String,
}

impl Check {
    fn ok(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, state: State::Ok, found: found.into(), to_do: String::new() }
    }

    fn warn(what: &'static str, found: impl Into<String>, to_do: &str) -> Self {
        Self { what, state: State::Warn, found: found.into(), to_do: to_do.to_owned() }
    }

    fn fail(what: &'static str, report: Report) -> Self {
        Self { what, state: State::Fail(report.kind), found: report.message, to_do: report.hints.join("; ") }
    }

    const fn word(&self) -> &'static str {
        match self.state {
            State::Ok => "ok",
            State::Warn => "warn",
            State::Fail(_) => "FAIL",
        }
    }
}

/// Looks at everything. What fails is part of the answer; the exit code is that of the first failure.
///
/// # Errors
/// Only where no home can be named.
pub async fn run(common: &Common) -> Result<Answer, Report> {
    let home = Home::resolve(common.home.as_deref(), |name| std::env::var_os(name))?;
    let file = common.config.clone().unwrap_or_else(|| home.config_file());
    let mut checks = vec![folder(home.folder())];
    match Config::read(&file) {
        Err(error) => checks.push(Check::fail("configuration", error.into())),
        Ok(config) => {
            checks.push(writers(&file));
            checks.extend(keys(&home, &config));
            match open(&home, &config, Purpose::Look, None) {
                Err(report) => checks.push(Check::fail("journal", report)),
                Ok(desk) => checks.extend(treasury(&desk).await),
            }
        }
    }
    checks.push(terminal());
    Ok(answer(&checks))
}

fn answer(checks: &[Check]) -> Answer {
    let row = |c: &Check| vec![c.what.to_owned(), c.word().to_owned(), c.found.clone(), c.to_do.clone()];
    let rows: Vec<Vec<String>> = checks.iter().map(row).collect();
    let document = |c: &Check| json!({ "what": c.what, "state": c.word().to_lowercase(), "found": c.found, "to_do": c.to_do });
    let documents: Vec<Value> = checks.iter().map(document).collect();
    let failed = checks.iter().find_map(|c| if let State::Fail(kind) = c.state { Some(kind.exit()) } else { None });
    let answer = Answer::new(json!({ "checks": documents }), table(&["what", "state", "found", "to do"], &rows));
    Answer { exit: failed.unwrap_or(0), ..answer }
}

fn folder(folder: &Path) -> Check {
    let Ok(meta) = std::fs::metadata(folder) else {
        let report = Report::new(Kind::NotFound, "treasury.absent", format!("{folder:?} does not exist"));
        return Check::fail("home", report.hint("`bursar init` makes a treasury; --home names another folder"));
    };
    if meta.mode() & 0o077 != 0 {
        let found = format!("{folder:?} is open to others (mode {:o})", meta.mode() & 0o777);
        return Check::warn("home", found, "chmod 700: whoever can write there can replace the journal");
    }
    Check::ok("home", format!("{folder:?}"))
}

fn writers(file: &Path) -> Check {
    match std::fs::metadata(file) {
        Ok(meta) if meta.mode() & 0o022 != 0 => {
            let found = format!("{file:?} can be written by others (mode {:o})", meta.mode() & 0o777);
            Check::warn("configuration", found, "chmod 600: whoever can write it chooses the nodes")
        }
        Ok(_) => Check::ok("configuration", format!("{file:?}")),
        Err(e) => Check::warn("configuration", format!("{file:?}: {e}"), "look at its permissions"),
    }
}

fn keys(home: &Home, config: &Config) -> Vec<Check> {
    let (folder, factor) = (config.keystore.folder(home), config.keystore.factor_file(home));
    if !folder.exists() {
        return vec![Check::warn(
            "keystore",
            format!("{folder:?} does not exist"),
            "`bursar key new` makes it, where this machine is to hold keys",
        )];
    }
    let mut checks = Vec::new();
    match Keystore::at(&folder).and_then(|k| k.list()) {
        Err(error) => checks.push(Check::fail("keystore", error.into())),
        Ok(listed) => {
            checks.push(Check::ok("keystore", format!("{} key files in {folder:?}", listed.len())));
            let broken = listed.into_iter().filter_map(|l| l.info.err());
            checks.extend(broken.map(|error| Check::fail("key file", error.into())));
        }
    }
    match Factor::from_host_file(&factor) {
        Ok(_) => checks.push(Check::ok("machine secret", format!("{factor:?}"))),
        Err(error) => checks.push(Check::fail("machine secret", error.into())),
    }
    checks
}

async fn treasury(desk: &Desk) -> Vec<Check> {
    desk.probe().await;
    let snapshot = desk.snapshot();
    let treasury = &*snapshot.treasury;
    let mut checks = vec![Check::ok(
        "journal",
        format!("{} entries of {} ({})", snapshot.tip.seq, treasury.name(), treasury.profile().word()),
    )];
    for network in treasury.networks().keys() {
        let nodes: Vec<_> = snapshot.nodes.iter().filter(|n| n.network == *network).collect();
        let usable = nodes.iter().filter(|n| n.usable).count();
        checks.push(if usable == 0 {
            let report = Report::new(
                Kind::Unavailable,
                "node.unavailable",
                format!("{network}: none of {} nodes can be used", nodes.len()),
            );
            Check::fail("network", report.hint("`bursar node check` says why"))
        } else {
            Check::ok("network", format!("{network}: {usable} of {} nodes can be used", nodes.len()))
        });
        for node in nodes.iter().filter(|n| !n.usable) {
            let why = node.error.as_ref().map_or_else(String::new, |e| format!(": {e}"));
            checks.push(Check::warn(
                "node",
                format!("{} is {}{why}", node.id, node.state),
                "mend it, or take it out of the configuration",
            ));
        }
    }
    checks.push(clock(&snapshot));
    checks
}

/// Our clock against the newest block of any usable node.
fn clock(snapshot: &Snapshot) -> Check {
    let newest = snapshot.nodes.iter().filter(|n| n.usable).filter_map(|n| n.head_at).max();
    let Some(newest) = newest else {
        return Check::warn(
            "clock",
            format!("{} by this machine; no node to compare with", snapshot.at),
            "compare it with another clock",
        );
    };
    if newest.since(snapshot.at) > CLOCK_SLACK_S {
        let found = format!("this machine says {}, the newest block {newest}", snapshot.at);
        return Check::warn("clock", found, "set this machine's clock: expiry and windows depend on it");
    }
    if snapshot.at.since(newest) > STALE_S {
        let found = format!("{}; the newest block is {} s old", snapshot.at, snapshot.at.since(newest));
        return Check::warn("clock", found, "this machine's clock is ahead, or every node is behind");
    }
    Check::ok("clock", snapshot.at.to_string())
}

fn terminal() -> Check {
    let term = std::env::var("TERM").unwrap_or_default();
    let plain = |c: char| if c.is_ascii_graphic() { c } else { '?' };
    let term: String = term.chars().take(40).map(plain).collect();
    if !std::io::stdout().is_terminal() {
        return Check::ok("terminal", "stdout is none; verbs work, the console needs one");
    }
    match term.as_str() {
        "" | "dumb" => {
            Check::warn("terminal", format!("TERM is {term:?}"), "set TERM to what your terminal is, such as xterm-256color")
        }
        name => Check::ok("terminal", name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_empty_home_fails_with_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let common = Common { home: Some(folder.path().join("none")), ..Common::default() };
        let answer = run(&common).await.expect("an answer");
        assert_eq!(answer.exit, 5);
        assert!(answer.text.contains("bursar init"), "{}", answer.text);
        let states: Vec<&str> =
            answer.json["checks"].as_array().expect("a list").iter().filter_map(|c| c["state"].as_str()).collect();
        assert_eq!(states[..2], ["fail", "fail"], "home and configuration");
    }

    #[test]
    fn a_configuration_that_others_may_write_is_a_warning() {
        use std::os::unix::fs::PermissionsExt;
        let file = tempfile::NamedTempFile::new().expect("a file");
        let mode = |mode| std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(mode)).expect("changed");
        mode(0o620);
        assert_eq!(writers(file.path()).state, State::Warn);
        mode(0o644);
        assert_eq!(writers(file.path()).state, State::Ok);
    }
}
