//! How addresses, digests, times and destinations are written on every screen. Whole or named as shortened, never silently cut.

use crate::domain::id::RequestId;
use crate::domain::policy::verdict::{Standing, Verdict};
use crate::domain::treasury::Treasury;
use crate::domain::wallet::Party;
use crate::text::{Charset, Context, Untrusted};
use crate::theme::Role;
use crate::tui::page::Line;
use crate::tui::scene::short;

/// A destination for people: `"Supplier 7"`, `wallet vault-a`, or the words that nobody approved it.
#[must_use]
pub fn party(treasury: &Treasury, party: &Party) -> String {
    match party {
        Party::Contact(id) => match treasury.contacts().get(id) {
            Some(contact) => format!("\"{}\"", contact.label),
            None => format!("contact {id} (removed)"),
        },
        Party::Wallet(id) => format!("wallet {id}"),
        Party::Address(address) => format!("{} not in book", short(*address)),
    }
}

/// What people call a request: `R-0412`; its id where it is not known any more.
#[must_use]
pub fn number(treasury: &Treasury, id: RequestId) -> String {
    treasury.requests().get(&id).map_or_else(|| id.to_string(), |request| request.number.to_string())
}

/// A memo for a page: sanitised, in quotes, one line for each of its own; `(none)` where there is none.
#[must_use]
pub fn memo(memo: Option<&Untrusted>, charset: Charset) -> Vec<String> {
    const LINES_MAX: usize = 20;
    let Some(memo) = memo.filter(|memo| !memo.is_empty()) else { return vec!["(none)".to_owned()] };
    let (lines, more) = memo.memo_lines(usize::MAX, LINES_MAX, charset);
    let mut texts: Vec<String> = lines.into_iter().map(|line| format!("\"{}\"", line.text)).collect();
    if more {
        texts.push(format!("(more than {LINES_MAX} lines: the rest is in the journal)"));
    }
    texts
}

/// Untrusted text in quotes, in one line.
#[must_use]
pub fn quoted(text: &Untrusted, charset: Charset) -> String {
    text.quoted(Context::Memo, usize::MAX, charset).text
}

/// The role and tag of a standing.
#[must_use]
pub const fn standing(standing: Standing) -> (Role, &'static str) {
    match standing {
        Standing::Met => (Role::StateOk, "ok"),
        Standing::Pending => (Role::StatePending, ".."),
        Standing::Barred => (Role::StateBlocked, "X"),
    }
}

/// The verdict as the command line prints it, with a tag in front of what decides.
#[must_use]
pub fn verdict_lines(verdict: &Verdict) -> Vec<Line> {
    let (role, _) = standing(verdict.standing);
    let mut lines: Vec<Line> = verdict.lines().into_iter().map(Line::plain).collect();
    for line in &mut lines {
        let text = line.text();
        let indent = text.len() - text.trim_start().len();
        line.hang = indent + 4;
        let deciding = verdict.deciding.as_ref().is_some_and(|rule| text.starts_with(&format!("  rule {rule} ")));
        let dim = text.starts_with("  rule ") && text.contains(" no, ");
        for span in &mut line.spans {
            span.role = if deciding || indent == 0 {
                role
            } else if dim {
                Role::TextDim
            } else {
                Role::Text
            };
        }
    }
    lines
}
