//! What members ask, one act at a time. The TUI and the CLI both come through here.

use crate::desk::Desk;
use crate::desk::ask::{Ask, DeskError, Done};
use crate::domain::command::Command;
use crate::domain::id::{MemberId, RequestId};
use crate::domain::journal::Record;
use crate::domain::member::{Actor, VotingKey};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::transfer::Draft;

impl Desk {
    /// Does what a member asks. Except for a vote that was signed elsewhere, the member's own key must be open here:
    /// whoever drafts is known, so that nobody votes on their own request under another name.
    ///
    /// # Errors
    /// [`DeskError`] says what stands against it and whether trying again can help. Nothing became true.
    pub async fn ask(&self, by: &MemberId, ask: Ask) -> Result<Done, DeskError> {
        if !matches!(ask, Ask::VoteSigned { .. }) {
            self.present(by)?;
        }
        let actor = Actor::Member(by.clone());
        match ask {
            Ask::Draft(draft) => self.draft(&actor, draft),
            Ask::Amend(id, draft) => self.act(&actor, id, &Command::Amend(id, draft)),
            Ask::Propose(id) => {
                let quote = self.quote(id).await?;
                self.act(&actor, id, &Command::Propose(id, quote))
            }
            Ask::ProposeChange(change) => {
                let id = self.new_id();
                self.act(&actor, id, &Command::ProposeChange(id, change))
            }
            Ask::Vote { request, digest, decision, reason } => {
                let seq = self.vote(by, (request, digest), decision, reason)?;
                Ok(Done { request: Some(request), already: false, seq })
            }
            Ask::VoteSigned { request, decision, signature } => {
                let seq = self.vote_signed(request, decision, &signature)?;
                Ok(Done { request: Some(request), already: false, seq })
            }
            Ask::Withdraw(id) => self.act(&actor, id, &Command::Withdraw(id)),
            Ask::Freeze(scope, reason) => {
                let records = self.commit(&actor, &Command::Freeze(scope, reason))?;
                Ok(self.done(None, &records))
            }
            Ask::Bump(id) => self.bump(by, id).await,
        }
    }

    /// A new id: the clock's milliseconds and eighty random bits.
    #[must_use]
    pub fn new_id(&self) -> RequestId {
        RequestId::from_parts(self.clock.now().unix().saturating_mul(1000), self.entropy.request_bits())
    }

    /// Whether this member can act here: active, and their key open.
    pub(crate) fn present(&self, by: &MemberId) -> Result<(), DeskError> {
        let treasury = self.snapshot().treasury.clone();
        let member = treasury.members().get(by).filter(|m| !m.revoked);
        let member = member.ok_or_else(|| Refusal::new(Code::MemberUnknown, format!("there is no active member {by}")))?;
        let VotingKey::Evm(address) = member.key;
        let open = self.keys().signer.as_ref().is_some_and(|s| s.keys.voting(address).is_some());
        if open {
            return Ok(());
        }
        Err(DeskError::Locked(format!("{by}'s key is not open here; unlock the keystore with {by}'s password")))
    }

    /// The same reference with the same details answers with the first request.
    fn draft(&self, actor: &Actor, draft: Draft) -> Result<Done, DeskError> {
        if let Some(first) = draft.reference.as_ref().and_then(|r| self.snapshot().treasury.by_reference(r)) {
            return self.same_as_before(first, &draft);
        }
        let id = self.new_id();
        match self.act(actor, id, &Command::Draft(id, draft.clone())) {
            // Another console was faster with the same reference.
            Err(DeskError::Refused(refusal)) if refusal.code == Code::ReferenceConflict => {
                let first = draft.reference.as_ref().and_then(|r| self.snapshot().treasury.by_reference(r));
                first.map_or(Err(refusal.into()), |first| self.same_as_before(first, &draft))
            }
            other => other,
        }
    }

    fn same_as_before(&self, first: RequestId, draft: &Draft) -> Result<Done, DeskError> {
        let snapshot = self.snapshot();
        let same = snapshot.treasury.request(first)?.transfer().is_some_and(|t| t.draft == *draft);
        if same {
            return Ok(Done { request: Some(first), already: true, seq: snapshot.tip.seq });
        }
        Err(Refusal::new(Code::ReferenceConflict, format!("the reference already names {first} with other details")).into())
    }

    fn act(&self, actor: &Actor, id: RequestId, command: &Command) -> Result<Done, DeskError> {
        let records = self.commit(actor, command)?;
        Ok(self.done(Some(id), &records))
    }

    pub(crate) fn done(&self, request: Option<RequestId>, records: &[Record]) -> Done {
        let seq = records.last().map_or(self.snapshot().tip.seq, |r| r.seq);
        Done { request, already: records.is_empty(), seq }
    }
}
