//! What stands on the screen of an act: what, from where, to whom, how much in words, who signs, what cannot be undone.

use crate::domain::asset::AssetId;
use crate::domain::change::Change;
use crate::domain::money::Amount;
use crate::domain::policy::verdict::{Standing, Verdict};
use crate::domain::request::{Body, Request};
use crate::domain::terms::Slot;
use crate::domain::transfer::Transfer;
use crate::domain::treasury::Treasury;
use crate::theme::Role;
use crate::tui::act::catalogue::{Act, bumpable, least, wallet_of};
use crate::tui::act::challenge::address_in;
use crate::tui::custody::Custody;
use crate::tui::figures;
use crate::tui::page::Line;
use crate::tui::scene::{Scene, grouped, grouped_hash};
use crate::tui::words::amount_in_words;

/// Where values begin.
pub const INDENT: usize = 9;

/// The lines that repeat what the act is about.
#[must_use]
pub fn subject(scene: &Scene<'_>, request: &Request, act: Act) -> Vec<Line> {
    if act == Act::Freeze {
        return of_wallet(scene, request);
    }
    match &request.body {
        Body::Transfer(transfer) => of_transfer(scene, request, transfer),
        Body::Change(change) => {
            let mut lines = vec![
                Line::pair(INDENT, "Change", Role::Title, change.terms.change.summary()),
                Line::pair(INDENT, "kind", Role::Text, change.terms.change.word()),
            ];
            lines.extend(
                address_in(&change.terms.change).map(|address| Line::pair(INDENT, "address", Role::Text, grouped(address))),
            );
            lines.extend(detail(&change.terms.change).map(|text| Line::pair(INDENT, "", Role::Text, text)));
            lines.push(Line::pair(INDENT, "asked by", Role::Text, request.by.to_string()));
            lines
        }
    }
}

fn detail(change: &Change) -> Option<String> {
    match change {
        Change::SetPolicy(policy) => {
            Some(format!("{} rules, {} groups; the whole text is in the review", policy.rules.len(), policy.groups.len()))
        }
        Change::AddAsset(asset) => Some(format!("{} with {} decimals", asset.id, asset.decimals)),
        Change::AddContact(contact) => Some(format!("on {}", contact.network)),
        Change::AddWallet(wallet) => Some(format!("on {}", wallet.network)),
        Change::AddNetwork(_)
        | Change::AddMember(_)
        | Change::RevokeMember(_)
        | Change::SetTier(..)
        | Change::RemoveContact(_)
        | Change::Unfreeze(_) => None,
    }
}

/// Amount and unit, never hidden: an act is never done blind.
#[must_use]
pub fn amount(treasury: &Treasury, transfer: &Transfer) -> (String, Option<String>) {
    let draft = &transfer.draft;
    match treasury.assets().get(&draft.asset) {
        Some(asset) => {
            let words = amount_in_words(draft.amount, asset.decimals).map(|words| format!("{words} {}", asset.symbol));
            (asset.human(draft.amount), words)
        }
        None => (format!("{} base units of {}", draft.amount, draft.asset), None),
    }
}

fn of_transfer(scene: &Scene<'_>, request: &Request, transfer: &Transfer) -> Vec<Line> {
    let treasury = &scene.snap.treasury;
    let draft = &transfer.draft;
    let (amount, words) = amount(treasury, transfer);
    let mut lines = vec![Line::pair(INDENT, "Send", Role::Title, amount)];
    lines.extend(words.map(|words| Line::pair(INDENT, "", Role::Text, words)));
    lines.push(match treasury.wallets().get(&draft.from) {
        Some(wallet) => {
            let (role, tag) = (Custody::of(wallet).role(), Custody::of(wallet).tag());
            Line::pair(INDENT, "from", role, tag).and(Role::Text, format!(" {}, {}", wallet.id, wallet.network))
        }
        None => Line::pair(INDENT, "from", Role::StateBlocked, format!("{} (unknown)", draft.from)),
    });
    lines.push(Line::pair(INDENT, "to", Role::Text, figures::party(treasury, &draft.to)));
    if let Some((address, _, _)) = treasury.resolve(&draft.to) {
        lines.push(Line::pair(INDENT, "", Role::Title, grouped(address)));
    }
    if let Some(proposal) = transfer.stage.proposal() {
        let slot = match proposal.terms.slot {
            Slot::Nonce(nonce) => format!("nonce {nonce}"),
            Slot::Late => "nonce taken when it is ordered".to_owned(),
        };
        lines.push(Line::pair(INDENT, "cost", Role::Text, format!("at most {} in fees, {slot}", fee_ceiling(treasury, request))));
    }
    lines
}

/// What a freeze is about: the wallet, not the request it was opened from.
fn of_wallet(scene: &Scene<'_>, request: &Request) -> Vec<Line> {
    let treasury = &scene.snap.treasury;
    let Some(wallet) = wallet_of(request).and_then(|id| treasury.wallets().get(id)) else { return Vec::new() };
    let custody = Custody::of(wallet);
    let mut lines = vec![
        Line::pair(INDENT, "Freeze", Role::Title, wallet.id.to_string()),
        Line::pair(INDENT, "", custody.role(), custody.label()).and(Role::Text, format!(" on {}", wallet.network)),
        Line::pair(INDENT, "", Role::Text, grouped(wallet.address)),
    ];
    let stops = |request: &&Request| matches!(request.stage_word(), "drafted" | "proposed" | "approved");
    let of_it = treasury
        .requests()
        .values()
        .map(AsRef::as_ref)
        .filter(|request| wallet_of(request) == Some(&wallet.id) && !request.is_over());
    let (stopped, sent): (Vec<&Request>, Vec<&Request>) = of_it.partition(stops);
    for (name, requests) in [("stops", stopped), ("goes on", sent)] {
        let numbers: Vec<String> = requests.iter().map(|request| request.number.to_string()).collect();
        lines.push(Line::pair(
            INDENT,
            name,
            Role::Text,
            if numbers.is_empty() { "nothing".to_owned() } else { numbers.join(" ") },
        ));
    }
    lines
}

/// The ceiling of all fees, in the network's own coin where its asset is on the list, else in wei.
#[must_use]
pub fn fee_ceiling(treasury: &Treasury, request: &Request) -> String {
    let Some(proposal) = request.transfer().and_then(|transfer| transfer.stage.proposal()) else { return "nothing".to_owned() };
    let total = Amount::from_base(proposal.terms.total_fee_cap());
    coin(treasury, request, total)
}

fn coin(treasury: &Treasury, request: &Request, total: Amount) -> String {
    let network = wallet_of(request).and_then(|wallet| treasury.wallets().get(wallet)).map(|wallet| wallet.network);
    let coin = network.and_then(|network| treasury.assets().get(&AssetId::native(network)));
    coin.map_or_else(|| format!("{total} wei"), |coin| coin.human(total))
}

/// Whose key, and what that comes to.
#[must_use]
pub fn signer(scene: &Scene<'_>, request: &Request, act: Act) -> Line {
    let who = scene.me.map_or_else(|| "nobody".to_owned(), ToString::to_string);
    let verdict = scene.snap.treasury.verdict(request, scene.now);
    let (needed, have) = verdict.as_ref().map_or((0, 0), votes);
    let text = match act {
        Act::Approve if have + 1 >= needed => format!("{who}, own key, vote {} of {needed}: with it this is decided", have + 1),
        Act::Approve => format!("{who}, own key, vote {} of {needed}: does not decide yet", have + 1),
        Act::Object => format!("{who}, own key: one objection ends the request"),
        Act::Propose => match verdict.map(|verdict| verdict.standing) {
            Some(Standing::Met) => format!("{who}: no vote is needed, it is ordered at once"),
            Some(Standing::Pending | Standing::Barred) | None => format!("{who}: then {needed} must approve, never {who}"),
        },
        Act::Withdraw | Act::Bump | Act::Freeze => who,
    };
    Line::pair(INDENT, "by", Role::Text, text)
}

/// Votes needed and given, over all quorums.
#[must_use]
pub fn votes(verdict: &Verdict) -> (usize, usize) {
    let needed = verdict.tallies.iter().map(|tally| tally.needed as usize).sum();
    let have = verdict.tallies.iter().map(|tally| tally.approved.len().min(tally.needed as usize)).sum();
    (needed, have)
}

/// The digest that a vote names, in two rows.
#[must_use]
pub fn digest(request: &Request, act: Act) -> Vec<Line> {
    let Some(digest) = request.digest().filter(|_| act != Act::Freeze) else { return Vec::new() };
    let [first, second] = grouped_hash(digest.0);
    vec![Line::pair(INDENT, "digest", Role::Text, first), Line::pair(INDENT, "", Role::Text, second)]
}

/// What is special about the act, and what cannot be undone.
#[must_use]
pub fn consequence(scene: &Scene<'_>, request: &Request, act: Act) -> Vec<Line> {
    let passes = scene.snap.treasury.verdict(request, scene.now).is_some_and(|verdict| verdict.standing == Standing::Met);
    let text = match act {
        Act::Propose if passes => {
            "The policy lets it pass: it is signed and sent without anybody else. After that there is no undo.".to_owned()
        }
        Act::Propose => {
            "Fees are quoted, the text is fixed, the nonce is held. It can be withdrawn until it is ordered.".to_owned()
        }
        Act::Approve => "Your vote cannot be taken back. Once ordered and sent, the payment cannot be undone.".to_owned(),
        Act::Object => "It ends for good: whoever wants it must draft it again. Your objection stays in the journal.".to_owned(),
        Act::Withdraw => "It ends for good and its votes are void; its nonce is free again. It can be drafted anew.".to_owned(),
        Act::Bump => bump_text(scene, request),
        Act::Freeze => {
            let wallet = wallet_of(request).map_or_else(|| "nothing".to_owned(), ToString::to_string);
            format!("Nothing more is proposed or ordered from {wallet}. What was sent already goes on. Only a vote unfreezes it.")
        }
    };
    vec![Line::of(Role::StateWarn, "!  ").and(Role::Text, text).hung(3)]
}

fn bump_text(scene: &Scene<'_>, request: &Request) -> String {
    let Some(flight) = bumpable(request) else { return "It is not in flight.".to_owned() };
    let (last, terms) = (&flight.current().built, &flight.proposal.terms);
    format!(
        "Same payment, same nonce {}: only one attempt can ever be included. Offered so far {} wei per gas, next at least {}, \
         approved ceiling {}; all fees at most {}.",
        flight.nonce,
        last.fee_cap,
        least(last.fee_cap),
        terms.fee_cap,
        fee_ceiling(&scene.snap.treasury, request)
    )
}
