//! What is allowed and what follows: pure, synchronous, deterministic.
//!
//! - [`Treasury::decide`] says what a command makes true, or why not. It changes nothing.
//! - [`Treasury::apply`] makes it so. It cannot fail, because only decided events reach it.
//! - [`Treasury::owed`] says what the world must still be asked for. It is derived from the state alone, so that a
//!   restart at any moment is a replay of the journal and this list.
//!
//! The room knows no machine: no clock, chance, files, network, floats or unordered maps. Time, ids and actors are
//! arguments. Beside `std` it uses value types only: `alloy_primitives` (addresses, 256-bit integers, Keccak), `sha2`,
//! `serde`, `ulid`, and `jiff` to print UTC; each is a pure library, and writing them again would be worse.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::float_arithmetic))]

pub mod apply;
pub mod asset;
pub mod change;
pub mod command;
pub mod event;
pub mod govern;
pub mod id;
pub mod journal;
pub mod member;
pub mod money;
pub mod policy;
pub mod refusal;
pub mod register;
pub mod request;
pub mod terms;
pub mod terms_parse;
pub mod time;
pub mod transfer;
pub mod treasury;
pub mod vote;
pub mod voting;
pub mod wallet;

use crate::domain::command::{Command, Outcome};
use crate::domain::event::Event;
use crate::domain::id::{MemberId, RequestId};
use crate::domain::member::{Actor, Member, Role};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::request::{Body, Request};
use crate::domain::time::Timestamp;
use crate::domain::transfer::{Flight, Stage, draft, flight, order, propose};
use crate::domain::treasury::Treasury;

/// What the world must still be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Find fees and the next nonce, build the transaction, report it as `Built`.
    Build(RequestId),
    /// Ask the signer for this attempt, report the bytes as `Signed`.
    Sign(RequestId, usize),
    /// Hand this attempt to nodes that have not answered that they have it.
    Send(RequestId, usize),
    /// Look for it on the chain, report what was found.
    Follow(RequestId),
    /// Its time is over: report `Expired`.
    Expire(RequestId),
}

impl Treasury {
    /// What a command makes true.
    ///
    /// # Errors
    /// [`Refusal`] with a stable code, a sentence and, where the policy decided, its verdict.
    pub fn decide(&self, at: Timestamp, by: &Actor, command: &Command) -> Result<Vec<Event>, Refusal> {
        if let Command::Found(founding) = command {
            return govern::found(self, founding);
        }
        if self.id.is_none() {
            return Err(Refusal::new(Code::TreasuryAbsent, "there is no treasury here yet"));
        }
        match command {
            Command::Found(founding) => govern::found(self, founding),
            Command::Draft(id, wanted) => draft::draft(self, self.person(by)?, *id, wanted),
            Command::Amend(id, wanted) => draft::amend(self, self.person(by)?, *id, wanted),
            Command::Propose(id, quote) => propose::propose(self, at, self.person(by)?, *id, quote),
            Command::ProposeChange(id, change) => govern::propose(self, at, self.person(by)?, *id, change),
            Command::Vote(ballot) => voting::vote(self, at, self.person(by)?, ballot),
            Command::Withdraw(id) => draft::withdraw(self, self.person(by)?, *id),
            Command::Freeze(scope, reason) => govern::freeze(self, self.person(by)?, scope, reason),
            Command::Report(id, outcome) => {
                desk_only(by)?;
                self.report(at, *id, outcome)
            }
            Command::ReportForeign(wallet, nonce) => {
                desk_only(by)?;
                flight::foreign_nonce(self, wallet, *nonce)
            }
        }
    }

    fn report(&self, at: Timestamp, id: RequestId, outcome: &Outcome) -> Result<Vec<Event>, Refusal> {
        match outcome {
            Outcome::Built(built, chain_nonce) => order::order(self, at, id, built, *chain_nonce),
            Outcome::Signed { attempt, raw, hash } => order::signed(self, at, id, *attempt, (raw, *hash)),
            Outcome::Sending(attempt, node) => flight::sending(self, id, *attempt, node),
            Outcome::Sent(attempt, node, answer) => flight::sent(self, id, *attempt, (node, answer)),
            Outcome::Stuck => flight::stuck(self, id),
            Outcome::Dropped => flight::dropped(self, id),
            Outcome::Included(inclusion) => flight::included(self, id, inclusion),
            Outcome::Reorged => flight::reorged(self, id),
            Outcome::Final(inclusion) => flight::settled(self, id, inclusion),
            Outcome::Foreign => flight::foreign(self, id),
            Outcome::Expired => draft::expire(self, at, id),
        }
    }

    /// What is owed at `at`, in the order of the requests.
    #[must_use]
    pub fn owed(&self, at: Timestamp) -> Vec<Effect> {
        let mut open: Vec<_> = self.requests.values().filter(|request| !request.is_over()).collect();
        // In the order people asked: ids made within one second sort by chance.
        open.sort_by_key(|request| request.number);
        open.into_iter().flat_map(|request| self.owed_for(request, at)).collect()
    }

    fn owed_for(&self, request: &Request, at: Timestamp) -> Vec<Effect> {
        let id = request.id;
        let late = request.not_after().is_some_and(|end| at > end);
        let transfer = match &request.body {
            Body::Transfer(transfer) => transfer,
            Body::Change(_) => return late.then_some(Effect::Expire(id)).into_iter().collect(),
        };
        let frozen = self.freeze_on(&transfer.draft.from).is_some();
        let newest = |flight: &Flight| flight.attempts.len().saturating_sub(1);
        // An earlier attempt that left may be included while a later one waits for the signer or a freeze.
        let follow = |flight: &Flight| flight.attempts.iter().any(|a| !a.sends.is_empty()).then_some(Effect::Follow(id));
        match &transfer.stage {
            Stage::Proposed(_) | Stage::Approved(_) if late => vec![Effect::Expire(id)],
            Stage::Approved(_) if !frozen => vec![Effect::Build(id)],
            Stage::Ordered(flight) => {
                let sign = (!frozen).then(|| Effect::Sign(id, newest(flight)));
                sign.into_iter().chain(follow(flight)).collect()
            }
            Stage::Signed(flight) | Stage::Dropped(flight) if !frozen => vec![Effect::Send(id, newest(flight))],
            Stage::Signed(flight) | Stage::Dropped(flight) => follow(flight).into_iter().collect(),
            Stage::Broadcast(_) | Stage::Stuck(_) | Stage::Included(..) => vec![Effect::Follow(id)],
            Stage::Drafted | Stage::Proposed(_) | Stage::Approved(_) => Vec::new(),
            Stage::Settled(..) | Stage::Foreign(_) | Stage::Refused { .. } | Stage::Withdrawn { .. } | Stage::Expired => {
                Vec::new()
            }
        }
    }

    fn person(&self, by: &Actor) -> Result<&Member, Refusal> {
        match by {
            Actor::Desk => Err(Refusal::new(Code::NotAMember, "only a member may ask for this")),
            Actor::Member(id) => self.active(id),
        }
    }

    fn active(&self, id: &MemberId) -> Result<&Member, Refusal> {
        let unknown = || Refusal::new(Code::MemberUnknown, format!("there is no active member {id}"));
        self.members.get(id).filter(|m| !m.revoked).ok_or_else(unknown)
    }
}

fn desk_only(by: &Actor) -> Result<(), Refusal> {
    match by {
        Actor::Desk => Ok(()),
        Actor::Member(id) => Err(Refusal::new(Code::NotTheDesk, format!("{id} cannot report outcomes"))),
    }
}

pub(in crate::domain) fn needs(member: &Member, roles: &[Role]) -> Result<(), Refusal> {
    if roles.iter().any(|role| member.has(*role)) {
        return Ok(());
    }
    let words: Vec<&str> = roles.iter().map(|role| role.word()).collect();
    let message = format!("{} is not {}", member.id, words.join(" or "));
    Err(Refusal::new(Code::MemberRole, message))
}

#[cfg(test)]
pub(crate) mod tests;
