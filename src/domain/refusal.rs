//! Refusals: the treasury said no. Codes are stable; scripts and tests name them.

use std::fmt;

use serde::Serialize;

use crate::domain::policy::verdict::Verdict;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $hint:literal;)*) => {
        /// Stable refusal codes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable text.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What to do about it.
            #[must_use]
            pub const fn hint(self) -> &'static str {
                match self { $(Self::$name => $hint,)* }
            }
        }
    };
}

codes! {
    /// Founded twice.
    TreasuryFounded = "treasury.founded", "this home already has a treasury; choose another --home";
    /// Not founded yet.
    TreasuryAbsent = "treasury.absent", "run `bursar init` first";
    /// The founding facts contradict each other.
    TreasuryUnsound = "treasury.unsound", "mend what the message names and run init again";
    /// No such member, or revoked.
    MemberUnknown = "member.unknown", "`bursar member list` shows who is who";
    /// The member lacks the role.
    MemberRole = "member.role", "ask a member who has the role, or propose a change of roles";
    /// A name, key or address is taken.
    NameTaken = "name.taken", "choose another name, key or address; nothing is ever reused";
    /// The change would do nothing or harm.
    ChangeUnsound = "change.unsound", "mend what the message names and propose again";
    /// The policy fails its lint.
    PolicyUnsound = "policy.unsound", "mend each point; `bursar policy lint FILE` lists them";
    /// No such network.
    NetworkUnknown = "network.unknown", "`bursar doctor` lists the treasury's networks";
    /// No such wallet.
    WalletUnknown = "wallet.unknown", "`bursar wallet list` shows ours";
    /// The wallet cannot pay this way.
    WalletKeyless = "wallet.keyless", "watch-only wallets and Safes do not pay by this path; choose a single-key wallet";
    /// No such contact.
    ContactUnknown = "contact.unknown", "`bursar contact list` shows the address book; `contact propose` adds to it";
    /// Not on the signed list.
    AssetUnknown = "asset.unknown", "`bursar asset list` shows what may be sent; `asset propose` adds to it";
    /// Wallet, asset and destination are not on one network.
    NetworkMismatch = "network.mismatch", "choose a wallet, an asset and a destination of the same network";
    /// To itself.
    DestinationSelf = "destination.self", "choose another destination than the paying wallet";
    /// Nothing to send.
    AmountZero = "amount.zero", "give an amount above zero";
    /// Too long a memo.
    MemoLength = "memo.length", "shorten the memo to 4,096 bytes";
    /// The expiry is out of range.
    ExpiryRange = "expiry.range", "give an expiry between one minute and 31 days";
    /// No such request.
    RequestUnknown = "request.unknown", "`bursar queue` and `bursar transfer list` show what there is";
    /// The id is taken.
    RequestDuplicate = "request.duplicate", "the request is already there; look at it before you send it again";
    /// The reference is taken by other details.
    ReferenceConflict = "reference.conflict", "the same --ref names another payment; look at it, or use a new reference";
    /// The stage does not allow it.
    StageWrong = "stage.wrong", "look at the request: it has moved on";
    /// Someone else's.
    NotYours = "request.not_yours", "only its author or an admin may do this";
    /// The policy bars it.
    PolicyBlocked = "policy.blocked", "the verdict names the deciding rule; a vote cannot help";
    /// No rule names it.
    PolicyUnmatched = "policy.unmatched", "the policy bars what no rule names; propose a rule, or change the transfer";
    /// A limit over time is reached.
    LimitExceeded = "limit.exceeded", "wait until the window has moved on, or send less";
    /// Votes are missing.
    QuorumUnmet = "quorum.unmet", "the verdict names who may still vote";
    /// Frozen.
    Frozen = "frozen", "a quorum unfreezes: `bursar unfreeze`; look at the reason first";
    /// The vote is about another version.
    VoteDigest = "vote.digest", "review the request again: it is not what was voted on";
    /// The signature is not that member's.
    VoteSignature = "vote.signature", "sign the exported text with the member's enrolled key";
    /// The requester never votes.
    VoteRequester = "vote.requester", "someone else of the group must vote";
    /// A person counts once.
    VoteTwice = "vote.twice", "your vote is already counted";
    /// Not in a group that votes on this.
    VoteIneligible = "vote.ineligible", "the verdict names who may vote";
    /// Too late.
    RequestExpired = "request.expired", "propose it again";
    /// The nonce belongs to another request, or is not the next.
    SlotTaken = "slot.taken", "try again: the slot is chosen anew";
    /// The built transaction is not what was approved.
    BuildMismatch = "build.mismatch", "nothing was signed; look at the node and at this program's version";
    /// Fees are above what was approved.
    FeeCeiling = "fee.ceiling", "wait for lower fees, or propose again with a higher ceiling";
    /// The bump is too small or the fees fell.
    FeeBump = "fee.bump", "raise both fee and tip by at least 12.5 %";
    /// Too many attempts.
    AttemptsSpent = "attempts.spent", "32 attempts were made; wait for one of them";
    /// The bytes are not what was ordered.
    SignatureMismatch = "signature.mismatch", "nothing was sent; the signer gave back something else than was ordered";
    /// Nodes do not agree enough.
    EvidenceShort = "evidence.short", "wait, or mend the nodes: too few of them agree";
    /// Only the desk reports outcomes.
    NotTheDesk = "actor.not_desk", "outcomes are recorded by the program, not by people";
    /// Only a person may.
    NotAMember = "actor.not_member", "act as a member: --as NAME";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The treasury said no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Stable.
    pub code: Code,
    /// One sentence: what was asked, what stands against it.
    pub message: String,
    /// The policy's tree, where it decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Box<Verdict>>,
}

impl Refusal {
    /// A refusal without a verdict.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), verdict: None }
    }

    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        self.code.hint()
    }
}
