//! Errands: what the state says is owed, done one step at a time. Every step is safe to repeat after a crash:
//! building anew changes nothing before the order, the same bytes get the same signature, the same bytes are sent again.

use std::sync::Arc;

use alloy_primitives::Address;

use crate::desk::Desk;
use crate::desk::ask::DeskError;
use crate::desk::snapshot::{Level, Waiting};
use crate::desk::vote;
use crate::desk::world::{Found, World};
use crate::domain::Effect;
use crate::domain::asset::AssetKind;
use crate::domain::command::{Command, Outcome};
use crate::domain::id::RequestId;
use crate::domain::member::Actor;
use crate::domain::money::Amount;
use crate::domain::time::Seconds;
use crate::domain::transfer::{Flight, Inclusion, SendAnswer, Stage};
use crate::domain::treasury::Treasury;
use crate::signer::{Signer, SignerError};

/// Longest pause between two looks at what is owed, in milliseconds.
pub const PACE_MS: u64 = 1000;

/// Seconds before bytes that a node answered for, and does not show, go out again. A node may take a while to show what it took,
/// and private ones never show it: sending again at once would fill the journal and help nobody.
pub const RESEND_S: Seconds = 15;

impl From<SignerError> for DeskError {
    fn from(error: SignerError) -> Self {
        match error {
            SignerError::Locked(_) => Self::Locked(error.to_string()),
            // A full or busy disk damages nothing: the same order can be signed when there is room.
            SignerError::File(file) => Self::Unavailable { what: "signer", why: file.to_string(), retry: file.retry() },
            other => {
                let hint = "nothing was sent; look at the signer's table and at this program's version before you go on";
                Self::Damaged { code: other.code(), why: other.to_string(), hint }
            }
        }
    }
}

/// What one round of errands came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Effects that were owed.
    pub owed: usize,
    /// Effects that moved something on.
    pub moved: usize,
    /// Effects that cannot move on without a person: keys are locked, or a refusal stands against it.
    pub blocked: usize,
}

impl Desk {
    /// One round over everything that is owed.
    ///
    /// # Errors
    /// Only where the journal itself cannot be read or written; what stands in the way of one request is noted beside it.
    pub async fn round(&self) -> Result<Round, DeskError> {
        self.catch_up()?;
        let mut round = Round::default();
        let owed = self.snapshot().treasury.owed(self.clock.now());
        for effect in owed {
            round.owed = round.owed.saturating_add(1);
            let id = request_of(&effect);
            match self.errand(&effect).await {
                Ok(moved) => {
                    round.moved = round.moved.saturating_add(usize::from(moved));
                    self.clear_waiting(id, moved);
                }
                Err(DeskError::Journal(broken)) => return Err(broken.into()),
                Err(error @ DeskError::Unavailable { what: "store", .. }) => return Err(error),
                // Another console was faster: what was owed is done.
                Err(DeskError::Refused(_)) if !self.still_owed(&effect)? => round.moved = round.moved.saturating_add(1),
                Err(error) => {
                    round.blocked = round.blocked.saturating_add(usize::from(!error.retry()));
                    self.note_waiting(id, &error);
                }
            }
        }
        Ok(round)
    }

    fn still_owed(&self, effect: &Effect) -> Result<bool, DeskError> {
        self.catch_up()?;
        Ok(self.snapshot().treasury.owed(self.clock.now()).contains(effect))
    }

    /// Does what is owed until nothing is, or only what waits for a person or for the chain beyond the deadline.
    ///
    /// # Errors
    /// The journal's errors.
    pub async fn run_until_idle(&self, deadline_s: Option<u64>) -> Result<Round, DeskError> {
        let start = self.clock.monotonic_ms();
        loop {
            let round = self.round().await?;
            let late = deadline_s.is_some_and(|s| self.clock.monotonic_ms().saturating_sub(start) >= s.saturating_mul(1000));
            if round.owed == round.blocked || (late && round.moved == 0) {
                return Ok(round);
            }
            if round.moved == 0 {
                self.pause(PACE_MS / 4).await;
            }
        }
    }

    /// Does what is owed for ever, woken by every act. Ends only with the process or with a journal that cannot be used.
    pub async fn work(self: Arc<Self>) -> DeskError {
        loop {
            match self.round().await {
                Ok(round) if round.moved > 0 => {}
                Ok(_) => self.pause(PACE_MS).await,
                Err(error) => {
                    self.notice(Level::Critical, None, error.to_string());
                    self.publish();
                    if !error.retry() {
                        return error;
                    }
                    self.pause(PACE_MS).await;
                }
            }
        }
    }

    async fn pause(&self, ms: u64) {
        tokio::select! {
            () = self.wake.notified() => {}
            () = tokio::time::sleep(std::time::Duration::from_millis(ms)) => {}
        }
    }

    async fn errand(&self, effect: &Effect) -> Result<bool, DeskError> {
        match effect {
            Effect::Build(id) => {
                let treasury = self.snapshot().treasury.clone();
                vote::proven(&treasury, treasury.request(*id)?)?;
                let outcome = self.build(*id).await?;
                self.report(*id, outcome)
            }
            Effect::Sign(id, attempt) => self.sign(*id, *attempt),
            Effect::Send(id, attempt) => self.send(*id, *attempt).await,
            Effect::Follow(id) => self.follow(*id).await,
            Effect::Expire(id) => self.report(*id, Outcome::Expired),
        }
    }

    fn report(&self, id: RequestId, outcome: Outcome) -> Result<bool, DeskError> {
        self.commit(&Actor::Desk, &Command::Report(id, outcome)).map(|records| !records.is_empty())
    }

    fn sign(&self, id: RequestId, attempt: usize) -> Result<bool, DeskError> {
        let treasury = self.snapshot().treasury.clone();
        vote::proven(&treasury, treasury.request(id)?)?;
        let order = treasury.signing_order(id)?;
        let signed = {
            let mut keys = self.keys();
            let signer = keys.signer.as_mut().ok_or_else(|| DeskError::Locked("this process has no signer".to_owned()))?;
            signer.sign(&order, self.clock.now().unix())?
        };
        self.report(id, Outcome::Signed { attempt, raw: signed.raw, hash: signed.hash })
    }

    /// One node after the other, each intent on record before the bytes leave and each answer after. Never a race.
    async fn send(&self, id: RequestId, attempt: usize) -> Result<bool, DeskError> {
        let treasury = self.snapshot().treasury.clone();
        let Some(flight) = flight_of(&treasury, id) else { return Ok(false) };
        let Some(signed) = flight.attempts.get(attempt).and_then(|a| a.signed.clone()) else { return Ok(false) };
        let world = self.world(flight.proposal.terms.network)?;
        let mut moved = false;
        for node in world.nodes() {
            self.report(id, Outcome::Sending(attempt, node.clone()))?;
            let answer = world.send(&node, &signed.raw, signed.hash).await;
            if let SendAnswer::Unclear(_) = &answer {
                tracing::warn!(request = %id, %node, "a node's answer to a broadcast is unclear");
            }
            self.report(id, Outcome::Sent(attempt, node, answer))?;
            moved = true;
        }
        Ok(moved)
    }

    async fn follow(&self, id: RequestId) -> Result<bool, DeskError> {
        let treasury = self.snapshot().treasury.clone();
        let Some((stage, flight)) = treasury.request(id)?.transfer().and_then(|t| t.stage.flight().map(|f| (&t.stage, f))) else {
            return Ok(false);
        };
        let world = self.world(flight.proposal.terms.network)?;
        match world.find(flight.hashes()).await? {
            Found::Unsure(why) => Err(DeskError::Unavailable { what: "node", why, retry: true }),
            Found::Included { hash, block, block_hash, success, fee, transfers, witnesses, is_final } => {
                let effect = success && has_effect(flight, &transfers);
                let inclusion = Inclusion { hash, block, block_hash, success, fee, effect, witnesses };
                self.included(id, stage, inclusion, is_final)
            }
            Found::Waiting | Found::Nowhere if matches!(stage, Stage::Included(..)) => self.report(id, Outcome::Reorged),
            Found::Waiting => self.maybe_stuck(id, stage, flight, &*world),
            Found::Nowhere => self.lost(id, stage, flight, &*world).await,
        }
    }

    fn included(&self, id: RequestId, stage: &Stage, inclusion: Inclusion, is_final: bool) -> Result<bool, DeskError> {
        match stage {
            Stage::Included(_, known) if (known.hash, known.block_hash) != (inclusion.hash, inclusion.block_hash) => {
                self.report(id, Outcome::Reorged)?;
                self.report(id, Outcome::Included(inclusion))
            }
            Stage::Included(..) if is_final => self.report(id, Outcome::Final(inclusion)),
            Stage::Included(..) => Ok(false),
            _ => self.report(id, Outcome::Included(inclusion)),
        }
    }

    /// No node has it and no block has it: either the slot is gone, or the same bytes go out again.
    async fn lost(&self, id: RequestId, stage: &Stage, flight: &Flight, world: &dyn World) -> Result<bool, DeskError> {
        let nonces = world.nonces(flight.proposal.terms.from).await?;
        if nonces.finalized > flight.nonce {
            // Looked for again after the nonce: an inclusion between the two looks is ours, not a stranger's.
            if world.find(flight.hashes()).await? == Found::Nowhere {
                return self.report(id, Outcome::Foreign);
            }
            return Ok(false);
        }
        if nonces.latest > flight.nonce {
            return Ok(false);
        }
        match stage {
            Stage::Broadcast(_) | Stage::Stuck(_) if self.resend_is_due(flight) => self.report(id, Outcome::Dropped),
            _ => Ok(false),
        }
    }

    /// At once where an answer is missing: the process that asked is gone, and nobody knows whether the bytes left.
    fn resend_is_due(&self, flight: &Flight) -> bool {
        let sends = &flight.current().sends;
        let last = sends.values().map(|send| send.intended_at).max();
        sends.values().any(|send| send.answer.is_none()) || last.is_none_or(|last| self.clock.now().since(last) >= RESEND_S)
    }

    fn maybe_stuck(&self, id: RequestId, stage: &Stage, flight: &Flight, world: &dyn World) -> Result<bool, DeskError> {
        let age = self.clock.now().since(flight.current().ordered_at);
        match stage {
            Stage::Broadcast(_) if age >= world.stuck_after_s() => self.report(id, Outcome::Stuck),
            _ => Ok(false),
        }
    }

    fn note_waiting(&self, id: RequestId, error: &DeskError) {
        let since = self.clock.now();
        let changed = {
            let mut seen = self.seen();
            let waiting = Arc::make_mut(&mut seen.waiting);
            let why = error.to_string();
            match waiting.get_mut(&id) {
                Some(known) if known.why == why => false,
                Some(known) => {
                    known.why = why;
                    true
                }
                None => waiting.insert(id, Waiting { since, why }).is_none(),
            }
        };
        if changed {
            tracing::warn!(request = %id, %error, "an errand waits");
            self.publish();
        }
    }

    fn clear_waiting(&self, id: RequestId, moved: bool) {
        let cleared = Arc::make_mut(&mut self.seen().waiting).remove(&id).is_some();
        if cleared && !moved {
            self.publish();
        }
    }
}

const fn request_of(effect: &Effect) -> RequestId {
    match effect {
        Effect::Build(id) | Effect::Sign(id, _) | Effect::Send(id, _) | Effect::Follow(id) | Effect::Expire(id) => *id,
    }
}

fn flight_of(treasury: &Treasury, id: RequestId) -> Option<&Flight> {
    treasury.request(id).ok().and_then(|r| r.transfer()).and_then(|t| t.stage.flight())
}

/// Whether the receipt shows the movement that was approved: a `Transfer` log for tokens, success for the native coin.
fn has_effect(flight: &Flight, transfers: &[(Address, Address, Address, Amount)]) -> bool {
    let terms = &flight.proposal.terms;
    match terms.asset.0.kind {
        AssetKind::Native => true,
        AssetKind::Erc20(token) => transfers.contains(&(token, terms.from, terms.beneficiary, terms.amount)),
    }
}
