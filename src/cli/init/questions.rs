//! The wizard: a few questions with sane answers, on stderr, so that stdout stays the verb's.

use std::io::{BufRead, Read, Write, stderr, stdin};

use crate::cli::init::{InitArgs, Word};
use crate::cli::report::Report;
use crate::cli::spec;

/// Longest answer, in bytes.
const ANSWER_MAX: u64 = 4096;
/// Most lines of one list.
const LIST_MAX: usize = 100;

/// Asks for what the flags did not say.
///
/// # Errors
/// Usage where the answers end early.
pub fn fill(args: InitArgs) -> Result<InitArgs, Report> {
    ask_all(args, &mut stdin().lock(), &mut stderr())
}

fn ask_all(mut args: InitArgs, input: &mut dyn BufRead, out: &mut dyn Write) -> Result<InitArgs, Report> {
    say(out, "A new treasury. Enter takes the answer in [ ]. Nothing is written before the last question.\n");
    args.name = Some(ask(input, out, "Name of the treasury", "treasury")?);
    args.profile = match ask(input, out, "What is at stake: prod, test or demo", "prod")?.as_str() {
        "prod" => Word::Prod,
        "test" => Word::Test,
        "demo" => Word::Demo,
        other => return Err(Report::usage("usage.profile", format!("profile {other:?}: expected prod, test or demo"))),
    };
    let url = ask(input, out, "URL of an EVM node", "http://127.0.0.1:8545")?;
    args.node = vec![format!("own={url}")];
    args.asset = vec![format!("{}:native:18", ask(input, out, "Symbol of the network's own coin", "ETH")?)];
    say(
        out,
        "Members, one a line, as NAME:ROLES:KEY with roles of operator, approver, admin, viewer and KEY an address or new.\n",
    );
    say(out, "Nobody votes on their own request, so name at least two admins and two approvers. An empty line ends the list.\n");
    args.member = list(input, out, "member", |text| spec::member(text).map(drop))?;
    say(out, "Wallets, one a line, as NAME:TIER:KIND:ADDRESS, such as pay-1:hot:single-key:new. An empty line ends the list.\n");
    args.wallet = list(input, out, "wallet", |text| spec::wallet(text).map(drop))?;
    Ok(args)
}

fn say(out: &mut dyn Write, text: &str) {
    // A question that cannot be shown is a terminal that is gone: the next read ends the wizard.
    drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

fn line(input: &mut dyn BufRead) -> Result<String, Report> {
    let mut text = String::new();
    let read = input.take(ANSWER_MAX).read_line(&mut text);
    match read {
        Ok(0) | Err(_) => Err(Report::usage("usage.answers", "the answers ended before the questions; nothing was made")),
        Ok(_) => Ok(text.trim().to_owned()),
    }
}

fn ask(input: &mut dyn BufRead, out: &mut dyn Write, question: &str, default: &str) -> Result<String, Report> {
    say(out, &format!("{question} [{default}]: "));
    let answer = line(input)?;
    Ok(if answer.is_empty() { default.to_owned() } else { answer })
}

/// Lines until an empty one; a wrong line is told and asked again.
fn list(
    input: &mut dyn BufRead,
    out: &mut dyn Write,
    what: &str,
    check: impl Fn(&str) -> Result<(), Report>,
) -> Result<Vec<String>, Report> {
    let mut lines = Vec::new();
    while lines.len() < LIST_MAX {
        say(out, &format!("{what}: "));
        let text = line(input)?;
        if text.is_empty() {
            break;
        }
        match check(&text) {
            Ok(()) => lines.push(text),
            Err(report) => say(out, &report.text()),
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(text: &str) -> (Result<InitArgs, Report>, String) {
        let mut out = Vec::new();
        let args = ask_all(InitArgs::default(), &mut text.as_bytes(), &mut out);
        (args, String::from_utf8(out).expect("text"))
    }

    #[test]
    fn enter_takes_the_default_and_a_wrong_line_is_asked_again() {
        let (args, out) = answers("\ntest\n\n\nalice:boss:new\nalice:admin:new\n\n\n");
        let args = args.expect("complete");
        assert_eq!((args.name.as_deref(), args.profile), (Some("treasury"), Word::Test));
        assert_eq!(args.node, ["own=http://127.0.0.1:8545"]);
        assert_eq!(args.member, ["alice:admin:new"]);
        assert!(args.wallet.is_empty());
        assert!(out.contains("alice:boss:new"), "{out}");
    }

    #[test]
    fn answers_that_end_early_make_nothing() {
        assert_eq!(answers("acme\n").0.expect_err("early").code, "usage.answers");
        assert_eq!(answers("acme\nreal\n").0.expect_err("no such profile").code, "usage.profile");
    }
}
