//! A journal entry in one line and in fields. Texts of others are quoted and escaped here.

use alloy_primitives::B256;

use crate::domain::event::Event;
use crate::domain::journal::Record;
use crate::domain::transfer::SendAnswer;
use crate::text::{Charset, Context, Untrusted};
use crate::tui::request_line::party;
use crate::tui::scene::{Scene, grouped, grouped_hash, short_hash};

/// Longest quote within a line, in columns.
const QUOTE: usize = 60;

/// What it is about, after its word: `R-0412  2 of 3 ...`.
pub fn subject(scene: &Scene<'_>, record: &Record) -> String {
    let number = record.event.request().and_then(|id| scene.snap.treasury.request(id).ok()).map(|request| request.number.to_string());
    let number = number.or_else(|| record.event.request().map(|id| format!("..{}", &id.to_string()[20..]))).unwrap_or_default();
    let detail = detail(scene, &record.event);
    if number.is_empty() || detail.is_empty() { format!("{number}{detail}") } else { format!("{number}  {detail}") }
}

fn detail(scene: &Scene<'_>, event: &Event) -> String {
    match event {
        Event::Founded(founding) => founding.name.to_string(),
        Event::Drafted { draft, .. } | Event::Amended { draft, .. } => {
            format!("{}  {} > {}", scene.money_of(&draft.asset, draft.amount), draft.from, party(scene, &draft.to))
        }
        Event::ChangeProposed { terms, .. } => terms.change.summary(),
        Event::Enacted { change, .. } => change.summary(),
        Event::Voted { member, vote, .. } => format!("{member} {}", vote.decision.word()),
        Event::Refused { by, .. } | Event::Withdrawn { by, .. } => format!("by {by}"),
        Event::Ordered { wallet, nonce, .. } => format!("{wallet} nonce {nonce}"),
        Event::Signed { signed, .. } => short_hash(signed.hash),
        Event::Sending { node, .. } => format!("to {node}"),
        Event::Sent { node, answer, .. } => format!("{node}: {}", answer_word(answer, QUOTE)),
        Event::Included { inclusion, .. } => format!("block {}", inclusion.block),
        Event::Settled { inclusion, ending, .. } => format!("{} in block {}", ending.word(), inclusion.block),
        Event::ForeignSeen { wallet, nonce, .. } => format!("{wallet} nonce {nonce}"),
        Event::Frozen { scope, .. } => scope.to_string(),
        Event::Proposed { .. } | Event::Approved { .. } | Event::Expired { .. } | Event::Stuck { .. } | Event::Dropped { .. } | Event::Reorged { .. } => String::new(),
    }
}

fn answer_word(answer: &SendAnswer, columns: usize) -> String {
    match answer {
        SendAnswer::Accepted => "accepted".to_owned(),
        SendAnswer::Known => "had it already".to_owned(),
        SendAnswer::Unclear(text) => format!("unclear, {}", quoted(text, Context::Diag, columns)),
    }
}

fn quoted(text: &Untrusted, context: Context, columns: usize) -> String {
    text.quoted(context, columns, Charset::Unicode).text
}

/// Everything that it says, as keys and values; values are never cut here. `columns` bounds quotes only.
pub fn fields(scene: &Scene<'_>, event: &Event, columns: usize) -> Vec<(&'static str, String)> {
    let mut fields = Vec::new();
    if let Some(id) = event.request() {
        fields.push(("request", id.to_string()));
    }
    match event {
        Event::Founded(founding) => {
            fields.push(("treasury", founding.treasury.to_string()));
            fields.push(("name", founding.name.to_string()));
            fields.push(("began with", format!("{} members, {} wallets, {} contacts, {} assets, {} rules", founding.members.len(),
                founding.wallets.len(), founding.contacts.len(), founding.assets.len(), founding.policy.rules.len())));
        }
        Event::Drafted { draft, .. } | Event::Amended { draft, .. } => {
            fields.push(("amount", scene.money_of(&draft.asset, draft.amount)));
            fields.push(("asset", draft.asset.to_string()));
            fields.push(("from", draft.from.to_string()));
            fields.push(("to", party(scene, &draft.to)));
            if let Some((address, ..)) = scene.snap.treasury.resolve(&draft.to) {
                fields.push(("", grouped(address)));
            }
            fields.extend(draft.memo.as_ref().map(|memo| ("memo", quoted(memo, Context::Memo, columns))));
            fields.extend(draft.reference.as_ref().map(|reference| ("reference", reference.as_str().to_owned())));
        }
        Event::Proposed { terms, quorums, .. } => {
            fields.push(("amount", scene.money_of(&terms.asset.0, terms.amount)));
            fields.push(("to", format!("\"{}\"", terms.label)));
            fields.push(("", grouped(terms.beneficiary)));
            fields.extend(quorums.iter().map(|quorum| ("votes", format!("{} of {}", quorum.needed, quorum.group))));
            fields.push(("not after", terms.not_after.to_string()));
        }
        Event::ChangeProposed { terms, quorum, .. } => {
            fields.push(("change", terms.change.summary()));
            fields.push(("votes", format!("{} of {}", quorum.needed, quorum.group)));
            fields.push(("not after", terms.not_after.to_string()));
        }
        Event::Enacted { change, .. } => fields.push(("change", change.summary())),
        Event::Voted { member, vote, .. } => {
            fields.push(("vote", format!("{} by {member}, signature checked", vote.decision.word())));
            fields.extend(vote.reason.as_ref().map(|reason| ("reason", quoted(reason, Context::Memo, columns))));
        }
        Event::Refused { by, .. } | Event::Withdrawn { by, .. } => fields.push(("by", by.to_string())),
        Event::Ordered { .. } | Event::Signed { .. } | Event::Sending { .. } | Event::Sent { .. } | Event::Included { .. } | Event::Settled { .. } => {
            flight_fields(event, columns, &mut fields);
        }
        Event::ForeignSeen { wallet, nonce, .. } => fields.push(("slot", format!("{wallet} nonce {nonce}, consumed by a transaction that is not ours"))),
        Event::Frozen { scope, by, reason } => {
            fields.push(("frozen", scope.to_string()));
            fields.push(("by", by.as_ref().map_or_else(|| "the desk".to_owned(), ToString::to_string)));
            fields.push(("reason", format!("\"{reason}\"")));
        }
        Event::Approved { .. } | Event::Expired { .. } | Event::Stuck { .. } | Event::Dropped { .. } | Event::Reorged { .. } => {}
    }
    fields
}

/// What an event of a transfer in flight says.
fn flight_fields(event: &Event, columns: usize, fields: &mut Vec<(&'static str, String)>) {
    match event {
        Event::Ordered { wallet, nonce, built, .. } => {
            fields.push(("slot", format!("{wallet} nonce {nonce}")));
            fields.push(("fees", format!("at most {} wei per gas, tip {}, gas {}", built.fee_cap, built.tip_cap, built.gas_limit)));
            hash(fields, "to sign", built.digest);
        }
        Event::Signed { attempt, signed, .. } => {
            fields.push(("attempt", (attempt + 1).to_string()));
            hash(fields, "tx", signed.hash);
        }
        Event::Sending { attempt, node, .. } => fields.push(("attempt", format!("{} to {node}", attempt + 1))),
        Event::Sent { attempt, node, answer, .. } => {
            fields.push(("attempt", format!("{} to {node}", attempt + 1)));
            fields.push(("answer", answer_word(answer, columns)));
        }
        Event::Included { inclusion, .. } | Event::Settled { inclusion, .. } => {
            if let Event::Settled { ending, .. } = event {
                fields.push(("ending", ending.word().to_owned()));
            }
            fields.push(("block", inclusion.block.to_string()));
            hash(fields, "tx", inclusion.hash);
            let nodes: Vec<&str> = inclusion.witnesses.iter().map(|node| node.as_str()).collect();
            fields.push(("seen by", nodes.join(", ")));
        }
        Event::Founded(_) | Event::Drafted { .. } | Event::Amended { .. } | Event::Proposed { .. } | Event::ChangeProposed { .. }
        | Event::Voted { .. } | Event::Approved { .. } | Event::Enacted { .. } | Event::Refused { .. } | Event::Withdrawn { .. }
        | Event::Expired { .. } | Event::Stuck { .. } | Event::Dropped { .. } | Event::Reorged { .. } | Event::ForeignSeen { .. }
        | Event::Frozen { .. } => {}
    }
}

fn hash(fields: &mut Vec<(&'static str, String)>, key: &'static str, hash: B256) {
    let [first, second] = grouped_hash(hash);
    fields.push((key, first));
    fields.push(("", second));
}
