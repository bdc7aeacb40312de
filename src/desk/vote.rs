//! Votes as signatures: EIP-712 over the fields of the canonical text.

use alloy_primitives::{Address, B256, Bytes};

use serde_json::{Map, Value, json};

use crate::chain::evm::ballot::{DOMAIN_NAME, DOMAIN_VERSION, PRIMARY_TYPE, approval_digest, member_name, recover};
use crate::desk::Desk;
use crate::desk::ask::DeskError;
use crate::domain::command::Command;
use crate::domain::id::{MemberId, RequestId};
use crate::domain::member::{Actor, VotingKey};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::terms::{Decision, Digest};
use crate::domain::treasury::{Body, Request, Treasury};
use crate::domain::vote::{Ballot, Statement, VoteSignature};
use crate::text::Untrusted;

/// The network whose chain id stands in the EIP-712 domain of a request.
fn chain_id(treasury: &Treasury, request: &Request) -> u64 {
    let network = match &request.body {
        Body::Transfer(transfer) => Some(transfer.draft.asset.network),
        Body::Change(_) => treasury.networks().keys().next().copied(),
    };
    network.map_or(0, |n| n.chain_id())
}

/// The salt of the EIP-712 domain: the treasury's id, then zeros.
fn salt(treasury: &Treasury) -> [u8; 32] {
    let mut salt = [0; 32];
    if let Some(id) = treasury.id() {
        salt[..16].copy_from_slice(&id.bytes());
    }
    salt
}

/// What a voter signs: the EIP-712 digest of a proposed request. None before it is proposed.
#[must_use]
pub fn digest_to_sign(treasury: &Treasury, request: &Request, decision: Decision) -> Option<B256> {
    let fields = request.fields(decision)?;
    eip712(&fields, chain_id(treasury, request), salt(treasury))
}

/// The same as an `eth_signTypedData_v4` document, for wallets that show each field before they sign. None before it is proposed.
#[must_use]
pub fn typed_data(treasury: &Treasury, request: &Request, decision: Decision) -> Option<Value> {
    let fields = request.fields(decision)?;
    let member = |name: &str, kind: &str| json!({ "name": name, "type": kind });
    let (mut members, mut message) = (Vec::new(), Map::new());
    for (key, value) in fields {
        let name = member_name(key)?;
        members.push(member(&name, "string"));
        message.insert(name, Value::String(value));
    }
    let domain = [member("name", "string"), member("version", "string"), member("chainId", "uint256"), member("salt", "bytes32")];
    Some(json!({
        "types": { "EIP712Domain": domain, PRIMARY_TYPE: members },
        "primaryType": PRIMARY_TYPE,
        "domain": {
            "name": DOMAIN_NAME,
            "version": DOMAIN_VERSION,
            "chainId": chain_id(treasury, request),
            "salt": B256::from(salt(treasury)).to_string(),
        },
        "message": message,
    }))
}

/// Checks a signature over a request and names its signer's key. None where it recovers to nobody.
#[must_use]
pub fn check(treasury: &Treasury, request: &Request, vote: (Decision, &VoteSignature, Option<Untrusted>)) -> Option<Ballot> {
    let (decision, signature, reason) = vote;
    let fields = request.fields(decision)?;
    let statement = Statement {
        request: request.id,
        digest: request.digest()?,
        decision,
        fields: &fields,
        chain_id: chain_id(treasury, request),
        salt: salt(treasury),
    };
    Ballot::check(&statement, signature.clone(), reason, recover_signer)
}

/// Whether the votes on a transfer carry it: every signature checked again, and as many approvals as each quorum of its proposal
/// asked for. The journal lies in a file, and whoever can write the file can write any entry; a signature they cannot write.
///
/// # Errors
/// `vote.signature` for a vote that its member's key did not sign, `quorum.unmet` for too few.
pub fn proven(treasury: &Treasury, request: &Request) -> Result<(), Refusal> {
    let Some(proposal) = request.transfer().and_then(|t| t.stage.proposal()) else { return Ok(()) };
    for (member, vote) in &proposal.votes {
        let key = treasury.members().get(member).map(|m| m.key);
        let signed = check(treasury, request, (vote.decision, &vote.signature, None)).map(|ballot| ballot.key());
        if key.is_none() || signed != key || *member == request.by {
            let message = format!("the journal counts a vote of {member} on {} that their key did not sign", request.number);
            return Err(Refusal::new(Code::VoteSignature, message));
        }
    }
    carried(request)
}

/// Whether a transfer has as many approvals as each quorum of its proposal asks for. Signatures are not looked at.
///
/// # Errors
/// `quorum.unmet`.
pub fn carried(request: &Request) -> Result<(), Refusal> {
    let Some(proposal) = request.transfer().and_then(|t| t.stage.proposal()) else { return Ok(()) };
    let approvals = proposal.votes.values().filter(|vote| vote.decision == Decision::Approve).count();
    match proposal.quorums.iter().find(|quorum| approvals < quorum.needed as usize) {
        None => Ok(()),
        Some(short) => {
            let message = format!("{} has {approvals} signed approvals, {} needs {}", request.number, short.group, short.needed);
            Err(Refusal::new(Code::QuorumUnmet, message))
        }
    }
}

fn eip712(fields: &[(&'static str, String)], chain_id: u64, salt: [u8; 32]) -> Option<B256> {
    let fields: Vec<(String, String)> = fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    approval_digest(&fields, chain_id, salt).ok()
}

fn recover_signer(statement: &Statement<'_>, signature: &VoteSignature) -> Option<Address> {
    let VoteSignature::Eip712(bytes) = signature;
    let bytes: [u8; 65] = bytes.as_ref().try_into().ok()?;
    recover(eip712(statement.fields, statement.chain_id, statement.salt)?, &bytes).ok()
}

impl Desk {
    /// Signs a vote with the member's open key and counts it.
    pub(crate) fn vote(
        &self,
        by: &MemberId,
        of: (RequestId, Digest),
        decision: Decision,
        reason: Option<Untrusted>,
    ) -> Result<u64, DeskError> {
        let (id, digest) = of;
        let treasury = self.snapshot().treasury.clone();
        let request = treasury.request(id)?;
        if request.digest() != Some(digest) {
            let message = format!("the vote names {digest}, {} is another version", request.number);
            return Err(Refusal::new(Code::VoteDigest, message).into());
        }
        let to_sign = digest_to_sign(&treasury, request, decision).ok_or_else(|| not_proposed(request))?;
        let signature = self.sign_vote(&treasury, by, to_sign)?;
        let ballot = check(&treasury, request, (decision, &signature, reason))
            .ok_or_else(|| DeskError::Internal("our own signature does not recover".to_owned()))?;
        self.count(by, ballot)
    }

    /// Counts a vote that was signed elsewhere; the signature names the member.
    pub(crate) fn vote_signed(&self, id: RequestId, decision: Decision, signature: &VoteSignature) -> Result<u64, DeskError> {
        let treasury = self.snapshot().treasury.clone();
        let request = treasury.request(id)?;
        if request.digest().is_none() {
            return Err(not_proposed(request).into());
        }
        let unknown = || {
            Refusal::new(Code::VoteSignature, format!("the signature is by no member's key over the text of {}", request.number))
        };
        let ballot = check(&treasury, request, (decision, signature, None)).ok_or_else(unknown)?;
        let member = treasury.member_by_key(ballot.key()).ok_or_else(unknown)?.id.clone();
        self.count(&member, ballot)
    }

    fn count(&self, by: &MemberId, ballot: Ballot) -> Result<u64, DeskError> {
        let records = self.commit(&Actor::Member(by.clone()), &Command::Vote(ballot))?;
        Ok(records.last().map_or(0, |r| r.seq))
    }

    fn sign_vote(&self, treasury: &Treasury, by: &MemberId, digest: B256) -> Result<VoteSignature, DeskError> {
        let member = treasury.members().get(by).ok_or_else(|| DeskError::NotFound(format!("there is no member {by}")))?;
        let VotingKey::Evm(address) = member.key;
        let keys = self.keys();
        let key = keys.signer.as_ref().and_then(|s| s.keys.voting(address));
        let key = key.ok_or_else(|| {
            DeskError::Locked(format!("{by}'s voting key {address} is not open here; unlock it with {by}'s password"))
        })?;
        Ok(VoteSignature::Eip712(Bytes::copy_from_slice(&key.sign_digest(&digest.0))))
    }
}

fn not_proposed(request: &Request) -> Refusal {
    Refusal::new(Code::StageWrong, format!("{} is {}: there is nothing to vote on", request.number, request.stage_word()))
}
