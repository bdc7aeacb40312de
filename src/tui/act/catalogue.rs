//! Every act there is for a request, and why some of them are off. The treasury itself is asked wherever it can answer without
//! doing anything, so that the list and the desk never disagree.

use alloy_primitives::keccak256;

use crate::desk::snapshot::{JournalCheck, Snapshot};
use crate::domain::change::Scope;
use crate::domain::command::Command;
use crate::domain::id::{Label, MemberId, WalletId};
use crate::domain::member::{Actor, Member, Role};
use crate::domain::policy::verdict::Standing;
use crate::domain::request::{Body, Request};
use crate::domain::transfer::{ATTEMPTS_MAX, Draft, Flight, Meaning, Proposal, Stage};
use crate::tui::act::seat::able;
use crate::tui::scene::{Scene, age};

/// What can be done about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// Put a draft to the policy and the vote.
    Propose,
    /// Vote for it.
    Approve,
    /// Vote against it, which ends it.
    Object,
    /// Take it back.
    Withdraw,
    /// Offer higher fees.
    Bump,
    /// Stop every payment of its wallet.
    Freeze,
}

impl Act {
    /// In the order of the list.
    pub const ALL: [Self; 6] = [Self::Propose, Self::Approve, Self::Object, Self::Withdraw, Self::Bump, Self::Freeze];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Propose => "propose",
            Self::Approve => "approve",
            Self::Object => "object",
            Self::Withdraw => "withdraw",
            Self::Bump => "bump fee",
            Self::Freeze => "freeze",
        }
    }

    /// What it does, in a few words.
    #[must_use]
    pub const fn help(self) -> &'static str {
        match self {
            Self::Propose => "put the draft to the policy and to the vote",
            Self::Approve => "vote for it with your key",
            Self::Object => "vote against it with your key: this ends it",
            Self::Withdraw => "take it back before it is ordered",
            Self::Bump => "offer more, within the approved ceiling",
            Self::Freeze => "stop every payment of the wallet at once",
        }
    }

    /// Whether a reason must be given.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Object | Self::Freeze)
    }
}

/// One line of the list of acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which act.
    pub act: Act,
    /// Money moves or rights are granted: a challenge must be typed. Otherwise `y` or `n`.
    pub challenge: bool,
    /// Why it is off; none where it can be opened.
    pub off: Option<String>,
}

/// How much of the review was seen: sections and how many there are.
pub type Reviewed = (usize, usize);

/// The acts for a request, in their fixed order.
#[must_use]
pub fn entries(scene: &Scene<'_>, request: &Request, reviewed: Reviewed) -> Vec<Entry> {
    Act::ALL.into_iter().map(|act| entry(scene, request, act, reviewed)).collect()
}

/// One act for a request.
#[must_use]
pub fn entry(scene: &Scene<'_>, request: &Request, act: Act, reviewed: Reviewed) -> Entry {
    let answer = able(scene.snap, scene.me).and_then(|member| allowed(scene, request, (act, member), reviewed));
    Entry { act, challenge: has_challenge(scene, request, act), off: answer.err() }
}

/// A proposal that passes without a vote moves money as surely as an approval does.
fn has_challenge(scene: &Scene<'_>, request: &Request, act: Act) -> bool {
    match act {
        Act::Approve | Act::Bump => true,
        Act::Propose => {
            scene.snap.treasury.verdict(request, scene.now).is_none_or(|verdict| verdict.standing != Standing::Pending)
        }
        Act::Object | Act::Withdraw | Act::Freeze => false,
    }
}

fn allowed(scene: &Scene<'_>, request: &Request, what: (Act, &Member), reviewed: Reviewed) -> Result<(), String> {
    let (act, member) = what;
    match act {
        Act::Propose => propose(scene, request, member),
        Act::Approve => {
            vote(scene, request, &member.id)?;
            sound(scene.snap, request)?;
            fresh(scene, request)?;
            let (seen, all) = reviewed;
            if seen < all { Err(format!("review first: {seen} of {all} sections seen for this version")) } else { Ok(()) }
        }
        Act::Object => vote(scene, request, &member.id),
        Act::Withdraw => dry(scene, &member.id, &Command::Withdraw(request.id)),
        Act::Bump => bump(scene, request, member),
        Act::Freeze => {
            let Some(wallet) = wallet_of(request) else { return Err("it pays from no wallet".to_owned()) };
            if let Some((scope, freeze)) = scene.snap.treasury.freeze_on(wallet) {
                return Err(format!("{scope} is frozen already: {}", freeze.reason));
            }
            let reason = Label::parse("asked").map_err(|bad| bad.to_string())?;
            dry(scene, &member.id, &Command::Freeze(Scope::Wallet(wallet.clone()), reason))
        }
    }
}

/// The wallet a request pays from.
#[must_use]
pub fn wallet_of(request: &Request) -> Option<&WalletId> {
    request.transfer().map(|transfer| &transfer.draft.from)
}

/// Asks the treasury what it would say; nothing is done.
fn dry(scene: &Scene<'_>, member: &MemberId, command: &Command) -> Result<(), String> {
    let by = Actor::Member(member.clone());
    scene.snap.treasury.decide(scene.now, &by, command).map(|_| ()).map_err(|refusal| refusal.message)
}

fn vote(scene: &Scene<'_>, request: &Request, member: &MemberId) -> Result<(), String> {
    if !request.is_open() {
        return Err(format!("it is {}: no votes are counted", request.stage_word()));
    }
    if request.by == *member {
        return Err("own: whoever asks for it never votes on it".to_owned());
    }
    if request.votes().is_some_and(|votes| votes.contains_key(member)) {
        return Err("your vote is counted already".to_owned());
    }
    if request.not_after().is_none_or(|end| scene.now > end) {
        return Err("its time is over".to_owned());
    }
    let verdict = scene.snap.treasury.verdict(request, scene.now);
    match verdict {
        Some(verdict) if verdict.standing == Standing::Barred => Err(verdict.reason),
        Some(verdict) if verdict.tallies.iter().any(|tally| tally.may_vote.contains(member)) => Ok(()),
        Some(_) => Err(format!("{member} is in no group that votes on it")),
        None => Err("its wallet or asset is not known any more".to_owned()),
    }
}

fn propose(scene: &Scene<'_>, request: &Request, member: &Member) -> Result<(), String> {
    let Some(draft) = drafted(request) else { return Err(format!("it is {}: only a draft is proposed", request.stage_word())) };
    dry(scene, &member.id, &Command::Amend(request.id, draft.clone()))?;
    if !member.has(Role::Operator) {
        return Err(format!("{} is not operator", member.id));
    }
    if let Some((scope, freeze)) = scene.snap.treasury.freeze_on(&draft.from) {
        return Err(format!("{scope} is frozen: {}", freeze.reason));
    }
    match scene.snap.treasury.verdict(request, scene.now) {
        Some(verdict) if verdict.standing == Standing::Barred => return Err(format!("barred: {}", verdict.reason)),
        Some(_) => {}
        None => return Err("its wallet or asset is not known any more".to_owned()),
    }
    fresh(scene, request)
}

fn drafted(request: &Request) -> Option<&Draft> {
    request.transfer().filter(|transfer| transfer.stage == Stage::Drafted).map(|transfer| &transfer.draft)
}

fn bump(scene: &Scene<'_>, request: &Request, member: &Member) -> Result<(), String> {
    let Some(flight) = bumpable(request) else {
        return Err(format!("it is {}: only what was sent can be bumped", request.stage_word()));
    };
    if !member.has(Role::Operator) {
        return Err(format!("{} is not operator", member.id));
    }
    if flight.attempts.len() >= ATTEMPTS_MAX {
        return Err(format!("{ATTEMPTS_MAX} attempts were made: wait for one of them"));
    }
    if let Some((scope, freeze)) = wallet_of(request).and_then(|wallet| scene.snap.treasury.freeze_on(wallet)) {
        return Err(format!("{scope} is frozen: {}", freeze.reason));
    }
    let (last, terms) = (&flight.current().built, &flight.proposal.terms);
    if least(last.fee_cap) > terms.fee_cap || least(last.tip_cap) > terms.tip_cap {
        return Err("the next offer would be above the approved ceiling".to_owned());
    }
    Ok(())
}

/// The least that nodes accept for a replacement: an eighth more, rounded up.
#[must_use]
pub fn least(old: u128) -> u128 {
    old.saturating_add(old.div_ceil(8))
}

/// The flight of a transfer whose fee can still be raised.
#[must_use]
pub fn bumpable(request: &Request) -> Option<&Flight> {
    match &request.transfer()?.stage {
        Stage::Signed(flight) | Stage::Broadcast(flight) | Stage::Stuck(flight) | Stage::Dropped(flight) => Some(flight),
        Stage::Drafted
        | Stage::Proposed(_)
        | Stage::Approved(_)
        | Stage::Ordered(_)
        | Stage::Included(..)
        | Stage::Settled(..)
        | Stage::Foreign(_)
        | Stage::Refused { .. }
        | Stage::Withdrawn { .. }
        | Stage::Expired => None,
    }
}

/// What must agree before anybody is offered to approve: computed here, from what stands on the screen.
fn sound(snapshot: &Snapshot, request: &Request) -> Result<(), String> {
    if let JournalCheck::Broken { seq, .. } = &snapshot.check {
        return Err(format!("the journal is broken at entry {seq}"));
    }
    match &request.body {
        Body::Transfer(transfer) => match transfer.stage.proposal() {
            Some(proposal) => mismatch(proposal).map_or(Ok(()), Err),
            None => Err("it is not proposed".to_owned()),
        },
        Body::Change(change) if change.terms.digest() == change.digest => Ok(()),
        Body::Change(_) => Err("the digest is not that of the text".to_owned()),
    }
}

/// The first thing about a proposal that does not agree with itself: digest, text, call data and what they mean.
#[must_use]
pub fn mismatch(proposal: &Proposal) -> Option<String> {
    let Proposal { terms, digest, call, .. } = proposal;
    if terms.digest() != *digest {
        return Some("the digest is not that of the text".to_owned());
    }
    if terms.calldata != (call.input.len() as u64, keccak256(&call.input)) || terms.to != call.to {
        return Some("the call is not the one that the text names".to_owned());
    }
    let means = match call.meaning {
        Meaning::Native { to, amount } | Meaning::Erc20Transfer { to, amount, .. } => Some((to, amount)),
        Meaning::Unknown => None,
    };
    match means {
        Some(means) if means == (terms.beneficiary, terms.amount) => None,
        Some(_) => Some("the call pays someone or something else than the text says".to_owned()),
        None => Some("the call cannot be decoded all the way".to_owned()),
    }
}

/// Acts that depend on a balance are off while it is unknown or too old.
fn fresh(scene: &Scene<'_>, request: &Request) -> Result<(), String> {
    let Some(draft) = request.transfer().map(|transfer| &transfer.draft) else { return Ok(()) };
    match scene.snap.balances.get(&draft.from, &draft.asset) {
        None => Err(format!("the balance of {} was not read yet", draft.from)),
        Some(reading) if scene.is_stale(reading) => {
            Err(format!("the balance of {} is {} old: refresh first", draft.from, age(scene.now.since(reading.at))))
        }
        Some(_) => Ok(()),
    }
}
