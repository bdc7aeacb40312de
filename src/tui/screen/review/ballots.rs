//! The votes of a request: who, when, with what, and who still may.

use crate::domain::terms::Decision;
use crate::domain::vote::VoteSignature;
use crate::theme::Role;
use crate::tui::act::brief::votes;
use crate::tui::figures;
use crate::tui::page::Line;
use crate::tui::scene::hour;
use crate::tui::screen::review::sections::Source;

/// Where the words about a voter begin.
const INDENT: usize = 14;

/// The lines of the section.
#[must_use]
pub fn lines(source: &Source<'_>) -> Vec<Line> {
    let (scene, request) = (source.scene, source.request);
    let verdict = scene.snap.treasury.verdict(request, scene.now);
    let (needed, have) = verdict.as_ref().map_or((0, 0), votes);
    let mut lines = vec![Line::pair(INDENT, request.by.as_str(), Role::TextDim, "asked for it, never votes on it")];
    for (member, vote) in request.votes().into_iter().flatten() {
        let (role, word) = match vote.decision {
            Decision::Approve => (Role::StateOk, "ok approved"),
            Decision::Object => (Role::StateBlocked, "X  objected"),
        };
        let kind = match vote.signature {
            VoteSignature::Eip712(_) => "EIP-712",
        };
        lines.push(
            Line::pair(INDENT, member.as_str(), role, word)
                .and(Role::Text, format!("  {}, {kind}, over this digest", hour(vote.at))),
        );
        if let Some(reason) = &vote.reason {
            lines.push(Line::pair(INDENT, "", Role::Untrusted, figures::quoted(reason, source.charset)));
        }
    }
    let open = verdict
        .iter()
        .flat_map(|verdict| &verdict.tallies)
        .flat_map(|tally| tally.may_vote.iter().map(move |member| (member, &tally.group)));
    for (member, group) in open.filter(|_| request.is_open()) {
        let you = if Some(member) == scene.me { "  (you)" } else { "" };
        lines.push(
            Line::pair(INDENT, member.as_str(), Role::StatePending, "-").and(Role::Text, format!("  may vote in {group}{you}")),
        );
    }
    lines.push(Line::blank());
    lines.push(if needed == 0 {
        Line::plain("No vote is asked for: the policy lets it pass.")
    } else if request.is_open() {
        Line::plain(format!("{have} of {needed} votes. A signature is checked when it is counted, and again by the signer."))
    } else {
        Line::plain(format!("{have} of {needed} votes; it is {}: no more are counted.", request.stage_word()))
    });
    lines
}
