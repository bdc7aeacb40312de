//! What stands in the sections of a review. Everything is computed here from the request itself; nothing is taken from a server.

use alloy_primitives::B256;

use crate::domain::money::Amount;
use crate::domain::request::{Body, Request};
use crate::domain::terms::{Decision, Slot};
use crate::domain::transfer::{Meaning, Proposal, Transfer};
use crate::text::Charset;
use crate::theme::Role;
use crate::tui::act::brief::{amount, fee_ceiling};
use crate::tui::act::catalogue::mismatch;
use crate::tui::act::challenge::address_in;
use crate::tui::custody::Custody;
use crate::tui::figures;
use crate::tui::page::Line;
use crate::tui::scene::{Scene, grouped, grouped_hash, hour, short};
use crate::tui::screen::review::ballots;

/// Where values begin.
const INDENT: usize = 9;
/// Bytes of call data in a row of the raw call.
const RAW_ROW: usize = 32;

/// A part of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// What is asked for.
    What,
    /// The digests that are signed.
    Hash,
    /// Who loses what, who gets what.
    Effects,
    /// What the policy says.
    Checks,
    /// The call, its bytes and the text.
    Call,
    /// Who has voted and who may.
    Votes,
}

impl Section {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::What => "What",
            Self::Hash => "Hash",
            Self::Effects => "Effects",
            Self::Checks => "Checks",
            Self::Call => "Call",
            Self::Votes => "Votes",
        }
    }
}

/// The sections of a request, all of which must be seen.
#[must_use]
pub const fn sections_of(request: &Request) -> &'static [Section] {
    match request.body {
        Body::Transfer(_) => &[Section::What, Section::Hash, Section::Effects, Section::Checks, Section::Call, Section::Votes],
        Body::Change(_) => &[Section::What, Section::Hash, Section::Checks, Section::Votes],
    }
}

/// What a section is drawn from.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The world.
    pub scene: &'a Scene<'a>,
    /// The request.
    pub request: &'a Request,
    /// EIP-712 digest of the approving statement, where somebody computed it.
    pub typed: Option<B256>,
    /// What the terminal may be sent.
    pub charset: Charset,
}

/// The lines of a section.
#[must_use]
pub fn lines(source: &Source<'_>, section: Section) -> Vec<Line> {
    let request = source.request;
    match (section, &request.body) {
        (Section::What, Body::Transfer(transfer)) => what(source, transfer),
        (Section::What, Body::Change(_)) => what_changes(source),
        (Section::Hash, _) => hash(source),
        (Section::Effects, Body::Transfer(transfer)) => effects(source, transfer),
        (Section::Call, Body::Transfer(transfer)) => call(source, transfer),
        (Section::Effects | Section::Call, Body::Change(_)) => Vec::new(),
        (Section::Checks, _) => checks(source),
        (Section::Votes, _) => ballots::lines(source),
    }
}

fn what(source: &Source<'_>, transfer: &Transfer) -> Vec<Line> {
    let (scene, draft) = (source.scene, &transfer.draft);
    let treasury = &scene.snap.treasury;
    let (amount, words) = amount(treasury, transfer);
    let mut lines = vec![Line::pair(INDENT, "SEND", Role::Title, amount)];
    lines.extend(words.map(|words| Line::pair(INDENT, "", Role::Text, words)));
    if let Some(wallet) = treasury.wallets().get(&draft.from) {
        let (role, tag) = (Custody::of(wallet).role(), Custody::of(wallet).tag());
        let kind = format!(" {}   {} {} wallet, {}", wallet.id, wallet.tier.word(), wallet.kind.word(), wallet.network);
        lines.push(Line::pair(INDENT, "FROM", role, tag).and(Role::Text, kind));
        lines.push(Line::pair(INDENT, "", Role::Text, grouped(wallet.address)));
    }
    lines.push(Line::pair(INDENT, "TO", Role::Text, figures::party(treasury, &draft.to)));
    if let Some((address, _, _)) = treasury.resolve(&draft.to) {
        lines.push(Line::pair(INDENT, "", Role::Title, grouped(address)));
    }
    match treasury.assets().get(&draft.asset) {
        Some(asset) => {
            lines.push(Line::pair(
                INDENT,
                "ASSET",
                Role::Text,
                format!("{}, {} decimals, on our signed list", asset.symbol, asset.decimals),
            ));
            lines.push(Line::pair(INDENT, "", Role::Text, asset.id.to_string()));
        }
        None => lines.push(Line::pair(INDENT, "ASSET", Role::StateBlocked, format!("{} is not on our list", draft.asset))),
    }
    if let Some(proposal) = transfer.stage.proposal() {
        lines.push(slot(source, proposal));
        lines.push(duplicates(source, proposal));
    }
    lines.extend(why(source, transfer));
    lines.extend(ends(source));
    lines
}

fn slot(source: &Source<'_>, proposal: &Proposal) -> Line {
    let terms = &proposal.terms;
    let treasury = &source.scene.snap.treasury;
    let text = match terms.slot {
        Slot::Late => "taken when it is ordered (a rule of the policy allows it)".to_owned(),
        Slot::Nonce(nonce) => match treasury.lane(&terms.from_wallet).and_then(|lane| lane.waits_for(nonce)) {
            Some(before) => format!("{nonce}, waits for {}", figures::number(treasury, before)),
            None => format!("{nonce}, next to run"),
        },
    };
    Line::pair(INDENT, "NONCE", Role::Text, text)
}

fn duplicates(source: &Source<'_>, proposal: &Proposal) -> Line {
    let numbers: Vec<String> =
        proposal.terms.duplicates.iter().map(|id| figures::number(&source.scene.snap.treasury, *id)).collect();
    if numbers.is_empty() {
        return Line::pair(INDENT, "ALIKE", Role::Text, "no other payment of this amount to this place in 31 days");
    }
    Line::pair(INDENT, "ALIKE", Role::StateWarn, "! ")
        .and(Role::Text, format!("same amount, same place: {}", numbers.join(", ")))
        .hung(INDENT)
}

fn why(source: &Source<'_>, transfer: &Transfer) -> Vec<Line> {
    let memo = figures::memo(transfer.draft.memo.as_ref(), source.charset);
    let mut lines: Vec<Line> = memo
        .into_iter()
        .enumerate()
        .map(|(at, text)| Line::pair(INDENT, if at == 0 { "WHY" } else { "" }, Role::Untrusted, text))
        .collect();
    let request = source.request;
    let reference =
        transfer.draft.reference.as_ref().map(|reference| format!(", reference {}", reference.as_str())).unwrap_or_default();
    lines.push(Line::pair(INDENT, "", Role::TextDim, format!("asked by {} at {}{reference}", request.by, request.at)));
    lines
}

fn ends(source: &Source<'_>) -> Option<Line> {
    let end = source.request.not_after()?;
    Some(Line::pair(INDENT, "ENDS", Role::Text, format!("{end}, {} left", source.scene.left(end))))
}

fn what_changes(source: &Source<'_>) -> Vec<Line> {
    let request = source.request;
    let Some(change) = request.change() else { return Vec::new() };
    let mut lines = vec![Line::pair(INDENT, "CHANGE", Role::Title, change.terms.change.summary())];
    if let Some(address) = address_in(&change.terms.change) {
        lines.push(Line::pair(INDENT, "ADDRESS", Role::Title, grouped(address)));
    }
    lines.push(Line::pair(INDENT, "ASKED", Role::Text, format!("by {} at {}", request.by, request.at)));
    lines.extend(ends(source));
    lines.push(Line::blank());
    lines.extend(text(request));
    lines
}

/// The canonical text, whole: what a signature of approval is over.
fn text(request: &Request) -> Vec<Line> {
    let Some(text) = request.text(Decision::Approve) else { return Vec::new() };
    let mut lines = vec![Line::dim("The text that an approval signs, whole:")];
    lines.extend(text.lines().map(|line| Line::plain(format!("  {line}")).hung(4)));
    lines
}

fn hash(source: &Source<'_>) -> Vec<Line> {
    let request = source.request;
    let Some(digest) = request.digest() else { return vec![Line::dim("There is no digest before it is proposed.")] };
    let numbers = |from: usize| (from..from + 8).map(|at| format!("{at:>4}")).collect::<Vec<_>>().join(" ");
    let mut lines = vec![Line::dim("Computed here from the fields above; not taken from any server.")];
    lines.push(Line::pair(INDENT, "", Role::TextDim, numbers(1)));
    lines.extend(pair_of_rows("digest", digest.0));
    if let Some(typed) = source.typed {
        lines.extend(pair_of_rows("eip-712", typed));
    }
    lines.push(Line::pair(INDENT, "", Role::TextDim, numbers(9)));
    lines.push(Line::dim("The digest is SHA-256 of the text; votes are EIP-712 signatures over its fields.").hung(2));
    let agrees = match &request.body {
        Body::Transfer(transfer) => transfer.stage.proposal().and_then(mismatch),
        Body::Change(change) => (change.terms.digest() != change.digest).then(|| "the digest is not that of the text".to_owned()),
    };
    lines.push(match agrees {
        None => Line::pair(INDENT, "MATCH", Role::StateOk, "ok ").and(
            Role::Text,
            match request.body {
                Body::Transfer(_) => "text = digest, call data = text, call pays what the text says",
                Body::Change(_) => "text = digest",
            },
        ),
        Some(why) => Line::pair(INDENT, "MATCH", Role::StateBlocked, "X ").and(Role::Text, why),
    });
    lines
}

fn pair_of_rows(name: &str, bytes: B256) -> [Line; 2] {
    let [first, second] = grouped_hash(bytes);
    [Line::pair(INDENT, name, Role::Text, first), Line::pair(INDENT, "", Role::Text, second)]
}

fn effects(source: &Source<'_>, transfer: &Transfer) -> Vec<Line> {
    let scene = source.scene;
    let (treasury, draft) = (&scene.snap.treasury, &transfer.draft);
    let Some(proposal) = transfer.stage.proposal() else { return vec![Line::dim("Nothing is built before it is proposed.")] };
    if mismatch(proposal).is_some() {
        return vec![
            Line::of(Role::StateBlocked, "X  ")
                .and(Role::Text, "The call is not what the text says: its effects cannot be told."),
        ];
    }
    let (sent, _) = amount(treasury, transfer);
    let mut lines = vec![
        Line::dim("Read from the call's own bytes. Simulation: not yet part of this version.").hung(2),
        Line::pair(INDENT, "loses", Role::MoneyOut, format!("-{sent}   ")).and(Role::Text, format!("wallet {}", draft.from)),
    ];
    lines.push(match scene.snap.balances.get(&draft.from, &draft.asset) {
        Some(reading) => {
            let role = if scene.is_stale(reading) { Role::StateStale } else { Role::Text };
            let stale = if scene.is_stale(reading) { "~ " } else { "" };
            let after = reading.amount.checked_sub(draft.amount);
            let after = after.map_or_else(|| "NOT ENOUGH".to_owned(), |after| scene.money_of(&draft.asset, after));
            let has = scene.money_of(&draft.asset, reading.amount);
            Line::pair(INDENT, "", role, format!("{stale}has {has}, then {after}"))
                .and(Role::TextDim, format!("   read {} ago, {}", scene.age(reading.at), reading.source))
        }
        None => Line::pair(INDENT, "", Role::StateStale, "~ its balance was not read yet"),
    });
    lines.push(
        Line::pair(INDENT, "and", Role::MoneyOut, format!("-{} at most   ", fee_ceiling(treasury, source.request)))
            .and(Role::Text, "fees, over all attempts"),
    );
    lines.push(
        Line::pair(INDENT, "gets", Role::MoneyIn, format!("+{sent}   ")).and(Role::Text, figures::party(treasury, &draft.to)),
    );
    if let Some((address, _, _)) = treasury.resolve(&draft.to) {
        lines.push(Line::pair(INDENT, "", Role::Text, grouped(address)));
    }
    lines.push(Line::pair(
        INDENT,
        "rights",
        Role::Text,
        "none: the call is a plain payment, it grants no allowance, owner or module",
    ));
    lines.push(
        Line::dim("What this does not show: whether the receiver credits it; price moves; a contract's own rules.").hung(2),
    );
    lines
}

fn checks(source: &Source<'_>) -> Vec<Line> {
    let treasury = &source.scene.snap.treasury;
    let policy = treasury.policy();
    let mut lines = vec![Line::dim(format!(
        "Policy {} sha256 {}, judged {}",
        policy.version,
        digest_short(policy.digest()),
        hour(source.scene.now)
    ))];
    match treasury.verdict(source.request, source.scene.now) {
        Some(verdict) => lines.extend(figures::verdict_lines(&verdict)),
        None => lines.push(Line::of(Role::StateBlocked, "X  its wallet or asset is not known any more")),
    }
    if let Some((scope, freeze)) = source.request.transfer().and_then(|transfer| treasury.freeze_on(&transfer.draft.from)) {
        lines.push(
            Line::of(Role::StateCrit, "!! ")
                .and(Role::Text, format!("{scope} is frozen since {}: {}", freeze.at, freeze.reason))
                .hung(3),
        );
    }
    lines
}

fn digest_short(bytes: B256) -> String {
    let hex = alloy_primitives::hex::encode(bytes);
    format!("{}..{}", &hex[..8], &hex[hex.len() - 8..])
}

fn call(source: &Source<'_>, transfer: &Transfer) -> Vec<Line> {
    let Some(Proposal { terms, call, .. }) = transfer.stage.proposal() else {
        return vec![Line::dim("Nothing is built before it is proposed.")];
    };
    let human = |amount: Amount| {
        source.scene.snap.treasury.assets().get(&terms.asset.0).map_or_else(|| amount.to_string(), |asset| asset.human(amount))
    };
    let mut lines = vec![
        Line::pair(INDENT, "to", Role::Text, grouped(call.to)),
        Line::pair(INDENT, "value", Role::Text, format!("{} wei, gas limit {}", call.value, terms.gas_limit)),
        Line::pair(INDENT, "fees", Role::Text, format!("at most {} wei per gas, tip {}", terms.fee_cap, terms.tip_cap)),
    ];
    lines.extend(match call.meaning {
        Meaning::Native { to, amount } => {
            vec![Line::pair(
                INDENT,
                "decoded",
                Role::Text,
                format!("the network's own coin: {amount} wei = {} to {}", human(amount), short(to)),
            )]
        }
        Meaning::Erc20Transfer { token, to, amount } => vec![
            Line::pair(INDENT, "decoded", Role::Text, format!("transfer(address,uint256) of token {}", short(token))),
            Line::pair(INDENT, "  to", Role::Text, grouped(to)),
            Line::pair(INDENT, "  amount", Role::Text, format!("{amount} = {}", human(amount))),
        ],
        Meaning::Unknown => vec![Line::pair(INDENT, "decoded", Role::StateBlocked, "X UNDECODED: it is never signed")],
    });
    lines.push(Line::pair(INDENT, "raw", Role::Text, format!("{} bytes", call.input.len())));
    let raw = alloy_primitives::hex::encode(&call.input);
    let rows = raw.as_bytes().chunks(RAW_ROW).map(|row| {
        let groups: Vec<String> = row.chunks(8).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
        Line::pair(INDENT, "", Role::Text, groups.join(" "))
    });
    lines.extend(rows);
    lines.push(Line::blank());
    lines.extend(text(source.request));
    lines
}
