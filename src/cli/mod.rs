//! The command line: the same acts as on the screen, for scripts.
//!
//! Read in this order: `args` (the words) · `session` (home, configuration, who acts) · `open` (the desk) · one file per verb ·
//! `answer` and `report` (what comes back, and the one renderer) · `json` (the shapes that scripts depend on).
//!
//! Invariants: with `--json` stdout gets exactly one document, whatever happens · the exit code follows from the kind of failure
//! alone · text from elsewhere is escaped for terminals · passwords come by file, descriptor or prompt, never by argv or environment.

#![allow(rustdoc::broken_intra_doc_links, reason = "help texts are doc comments, and write [OPTIONAL] as the shell does")]

pub mod answer;
pub mod args;
pub mod asset;
pub mod audit;
pub mod card;
pub mod console;
pub mod contact;
pub mod demo;
pub mod doctor;
pub mod find;
pub mod freeze;
pub mod init;
pub mod json;
pub mod key;
pub mod member;
pub mod node;
pub mod open;
pub mod overview;
pub mod password;
pub mod policy;
pub mod propose;
pub mod queue;
pub mod report;
pub mod run;
pub mod screen;
pub mod session;
pub mod spec;
pub mod table;
pub mod theme;
pub mod transfer;
pub mod vote;
pub mod wallet;

use std::ffi::OsString;

use clap::Parser;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::args::{Cli, TreasuryVerb, Verb};
use crate::cli::report::{Report, is_answer};
use crate::cli::session::Session;

/// Reads the words. Help and version are answers.
///
/// # Errors
/// The answer to print instead of going on: help or version, or what is wrong with the words.
pub fn parse(args: &[OsString]) -> Result<Cli, Result<Answer, Report>> {
    Cli::try_parse_from(args).map_err(|error| {
        if !is_answer(&error) {
            return Err(Report::from(error));
        }
        let text = error.render().to_string();
        Ok(Answer::new(json!({ "help": text }), text))
    })
}

/// Whether `--json` is among the words; known even where they cannot be read.
#[must_use]
pub fn wants_json(args: &[OsString]) -> bool {
    args.iter().skip(1).take_while(|word| *word != "--").any(|word| word == "--json")
}

/// Does what a verb says.
///
/// # Errors
/// The report, with its exit code.
pub async fn run(cli: Cli) -> Result<Answer, Report> {
    let Cli { common, verb } = cli;
    let Some(verb) = verb else { return console::run(&Session::begin(common)?).await };
    match verb {
        Verb::Demo(args) => demo::run(&args, &common).await,
        Verb::Screen(args) => screen::run(&args, common).await,
        Verb::Theme(verb) => theme::run(&verb),
        Verb::Init(args) => init::run(*args, &common).await,
        Verb::Doctor => doctor::run(&common).await,
        Verb::Treasury(verb) => treasury(verb, &Session::begin(common)?).await,
    }
}

async fn treasury(verb: TreasuryVerb, session: &Session) -> Result<Answer, Report> {
    match verb {
        TreasuryVerb::Overview(args) => overview::run(&args, session).await,
        TreasuryVerb::Wallet(verb) => wallet::run(verb, session).await,
        TreasuryVerb::Contact(verb) => contact::run(verb, session).await,
        TreasuryVerb::Asset(verb) => asset::run(verb, session).await,
        TreasuryVerb::Member(verb) => member::run(verb, session).await,
        TreasuryVerb::Policy(verb) => policy::run(verb, session).await,
        TreasuryVerb::Transfer(verb) => transfer::run(*verb, session).await,
        TreasuryVerb::Queue(args) => queue::run(&args, session),
        TreasuryVerb::Approve(args) => vote::approve(args, session).await,
        TreasuryVerb::Object(args) => vote::object(args, session).await,
        TreasuryVerb::Vote(verb) => vote::run(verb, session).await,
        TreasuryVerb::Freeze(args) => freeze::freeze(args, session).await,
        TreasuryVerb::Unfreeze(args) => freeze::unfreeze(args, session).await,
        TreasuryVerb::Run(args) => run::run(&args, session).await,
        TreasuryVerb::Key(verb) => key::run(verb, session),
        TreasuryVerb::Node(verb) => node::run(verb, session).await,
        TreasuryVerb::Audit(verb) => audit::run(verb, session),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::answer::render;
    use clap::CommandFactory;

    fn words(line: &str) -> Vec<OsString> {
        std::iter::once("bursar").chain(line.split_whitespace()).map(OsString::from).collect()
    }

    fn outcome(line: &str) -> (u8, String, String) {
        let args = words(line);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let result = match parse(&args) {
            Ok(cli) => runtime.block_on(run(cli)),
            Err(result) => result,
        };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = render(result, wants_json(&args), &mut out, &mut err);
        (code, String::from_utf8(out).expect("text"), String::from_utf8(err).expect("text"))
    }

    #[test]
    fn the_words_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn wrong_words_are_exit_2_and_one_document_with_json() {
        for line in [
            "transfe",
            "transfer draft",
            "--nope",
            "approve R-0001",
            "audit show --limit 0",
            "key new --kind paper --label x",
            "run --deadline 5m",
            "--password-file a --password-fd 3 queue",
            "--log-level loud queue",
        ] {
            let (code, out, err) = outcome(line);
            assert_eq!((code, out.as_str()), (2, ""), "{line}");
            assert!(err.starts_with("error: "), "{line}: {err}");
            let (code, out, err) = outcome(&format!("{line} --json"));
            assert_eq!((code, err.as_str()), (2, ""), "{line}");
            let document: serde_json::Value = serde_json::from_str(&out).expect("exactly one document");
            assert_eq!(document["error"]["kind"], "usage", "{line}");
        }
    }

    #[test]
    fn a_near_verb_is_suggested() {
        let (_, _, err) = outcome("transfe list");
        assert!(err.contains("transfer"), "{err}");
    }

    #[test]
    fn help_is_an_answer() {
        let (code, out, err) = outcome("--help");
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(out.contains("--password-file"), "{out}");
        let (code, out, _) = outcome("transfer --help --json");
        assert_eq!(code, 0);
        assert!(serde_json::from_str::<serde_json::Value>(&out).expect("one document")["help"].is_string());
    }

    #[test]
    fn json_after_a_double_dash_is_not_the_option() {
        assert!(!wants_json(&words("queue -- --json")));
        assert!(wants_json(&words("queue --json")));
    }

    #[test]
    fn hostile_words_come_back_harmless() {
        let args = vec![OsString::from("bursar"), OsString::from("\u{1b}[2J\u{202e}")];
        let Err(Err(report)) = parse(&args) else { panic!("no such verb") };
        assert!(report.text().bytes().all(|b| b == b'\n' || b == b' ' || b.is_ascii_graphic()), "{:?}", report.text());
    }

    #[test]
    fn a_home_without_treasury_says_how_to_make_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path().join("none");
        let (code, _, err) = outcome(&format!("--home {} queue", at.display()));
        assert_eq!(code, 2, "{err}");
        assert!(err.contains("[config.missing]") && err.contains("bursar init"), "{err}");
        assert!(!at.exists(), "looking makes nothing");
        std::fs::create_dir(&at).expect("made");
        std::fs::write(at.join("config.toml"), "").expect("written");
        for verb in [
            "queue",
            "overview --offline",
            "wallet list",
            "audit verify",
            "policy show",
            "transfer show R-0001",
            "key list",
            "freeze --as alice",
        ] {
            let (code, _, err) = outcome(&format!("--home {} {verb}", at.display()));
            assert_eq!(code, 5, "{verb}: {err}");
            assert!(err.contains("[treasury.absent]"), "{verb}: {err}");
        }
        assert!(!at.join("journal.db").exists(), "looking makes no journal");
    }

    #[test]
    fn a_read_only_session_refuses_before_a_password_is_asked_for() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("config.toml"), "").expect("written");
        let (code, _, err) = outcome(&format!("--home {} --read-only key new --kind voting --label a", folder.path().display()));
        assert_eq!(code, 3, "{err}");
        assert!(err.contains("[session.read_only]"), "{err}");
    }
}
