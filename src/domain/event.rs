//! Events: what became true. The journal keeps these and nothing else.

use serde::{Deserialize, Serialize};

use crate::domain::asset::{Asset, Network};
use crate::domain::change::{Change, ChangeTerms, Scope};
use crate::domain::id::{Label, MemberId, NodeId, RequestId, RequestNumber, TreasuryId, TreasuryName, WalletId};
use crate::domain::member::Member;
use crate::domain::policy::Policy;
use crate::domain::policy::rule::Quorum;
use crate::domain::terms::Terms;
use crate::domain::transfer::{Built, Call, Draft, Ending, Inclusion, SendAnswer, SignedBytes};
use crate::domain::vote::Vote;
use crate::domain::wallet::{Contact, Wallet};

/// What kind of money is at stake; drawn as a word on every screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Real money.
    Prod,
    /// A test network.
    Test,
    /// The embedded practice chain.
    Demo,
}

impl Profile {
    /// The word in the header.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Prod => "PROD",
            Self::Test => "TEST",
            Self::Demo => "DEMO",
        }
    }
}

/// The facts a treasury begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Founding {
    /// Drawn once.
    pub treasury: TreasuryId,
    /// For people.
    pub name: TreasuryName,
    /// What is at stake.
    pub profile: Profile,
    /// At least one.
    pub networks: Vec<Network>,
    /// At least one, with an admin among them.
    pub members: Vec<Member>,
    /// Ours.
    pub wallets: Vec<Wallet>,
    /// Destinations.
    pub contacts: Vec<Contact>,
    /// What may be sent.
    pub assets: Vec<Asset>,
    /// The first rules, version 1.
    pub policy: Policy,
}

/// What became true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The treasury began.
    Founded(Box<Founding>),
    /// A draft was written.
    Drafted {
        /// Which request.
        request: RequestId,
        /// Its number for people.
        number: RequestNumber,
        /// What is wanted.
        draft: Draft,
    },
    /// A draft was replaced.
    Amended {
        /// Which request.
        request: RequestId,
        /// What is wanted now.
        draft: Draft,
    },
    /// A transfer was put to the policy; its nonce is held from here on unless the text says `late`.
    Proposed {
        /// Which request.
        request: RequestId,
        /// What people see and sign.
        terms: Box<Terms>,
        /// How it will be carried out.
        call: Call,
        /// Votes it needs; none where the policy lets it pass.
        quorums: Vec<Quorum>,
    },
    /// A change was put to the vote.
    ChangeProposed {
        /// Its number for people.
        number: RequestNumber,
        /// What people see and sign.
        terms: Box<ChangeTerms>,
        /// Votes it needs.
        quorum: Quorum,
    },
    /// A vote was counted.
    Voted {
        /// Which request.
        request: RequestId,
        /// Whose.
        member: MemberId,
        /// What it says.
        vote: Vote,
    },
    /// Every quorum is met, or none was asked for.
    Approved {
        /// Which request.
        request: RequestId,
    },
    /// A change came into force.
    Enacted {
        /// Which request.
        request: RequestId,
        /// What is different now.
        change: Change,
    },
    /// A valid objection ended it.
    Refused {
        /// Which request.
        request: RequestId,
        /// Whose.
        by: MemberId,
    },
    /// Taken back.
    Withdrawn {
        /// Which request.
        request: RequestId,
        /// By whom.
        by: MemberId,
    },
    /// Its time was over.
    Expired {
        /// Which request.
        request: RequestId,
    },
    /// No return: these exact bytes for this nonce. A later one is a fee bump.
    Ordered {
        /// Which request.
        request: RequestId,
        /// The wallet whose nonce it is.
        wallet: WalletId,
        /// The nonce, for life.
        nonce: u64,
        /// Exact unsigned bytes.
        built: Box<Built>,
    },
    /// Signed bytes are stored.
    Signed {
        /// Which request.
        request: RequestId,
        /// Which attempt, from 0.
        attempt: usize,
        /// The bytes and their hash.
        signed: SignedBytes,
    },
    /// A node is about to be handed the bytes.
    Sending {
        /// Which request.
        request: RequestId,
        /// Which attempt.
        attempt: usize,
        /// Which node.
        node: NodeId,
    },
    /// What it said.
    Sent {
        /// Which request.
        request: RequestId,
        /// Which attempt.
        attempt: usize,
        /// Which node.
        node: NodeId,
        /// Its answer.
        answer: SendAnswer,
    },
    /// Not included for too long.
    Stuck {
        /// Which request.
        request: RequestId,
    },
    /// A quorum of nodes lost it.
    Dropped {
        /// Which request.
        request: RequestId,
    },
    /// In a block.
    Included {
        /// Which request.
        request: RequestId,
        /// Where and how.
        inclusion: Inclusion,
    },
    /// Not in that block any more.
    Reorged {
        /// Which request.
        request: RequestId,
    },
    /// Final.
    Settled {
        /// Which request.
        request: RequestId,
        /// Where and how.
        inclusion: Inclusion,
        /// How it ended.
        ending: Ending,
    },
    /// A nonce of ours was consumed by a transaction that is not ours.
    ForeignSeen {
        /// Which wallet.
        wallet: WalletId,
        /// Which nonce.
        nonce: u64,
        /// The transfer that held it.
        request: Option<RequestId>,
    },
    /// Payments stopped.
    Frozen {
        /// What.
        scope: Scope,
        /// By whom; none where the desk saw a foreign transaction.
        by: Option<MemberId>,
        /// Why.
        reason: Label,
    },
}

impl Event {
    /// The request it is about.
    #[must_use]
    pub const fn request(&self) -> Option<RequestId> {
        match self {
            Self::Founded(_) | Self::Frozen { .. } => None,
            Self::ForeignSeen { request, .. } => *request,
            Self::ChangeProposed { terms, .. } => Some(terms.request),
            Self::Drafted { request, .. }
            | Self::Amended { request, .. }
            | Self::Proposed { request, .. }
            | Self::Voted { request, .. }
            | Self::Approved { request }
            | Self::Enacted { request, .. }
            | Self::Refused { request, .. }
            | Self::Withdrawn { request, .. }
            | Self::Expired { request }
            | Self::Ordered { request, .. }
            | Self::Signed { request, .. }
            | Self::Sending { request, .. }
            | Self::Sent { request, .. }
            | Self::Stuck { request }
            | Self::Dropped { request }
            | Self::Included { request, .. }
            | Self::Reorged { request }
            | Self::Settled { request, .. } => Some(*request),
        }
    }

    /// The word for it in lists: `transfer.drafted`, `vote.counted`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Founded(_) => "treasury.founded",
            Self::Drafted { .. } => "transfer.drafted",
            Self::Amended { .. } => "transfer.amended",
            Self::Proposed { .. } => "transfer.proposed",
            Self::ChangeProposed { .. } => "change.proposed",
            Self::Voted { .. } => "vote.counted",
            Self::Approved { .. } => "transfer.approved",
            Self::Enacted { .. } => "change.enacted",
            Self::Refused { .. } => "request.refused",
            Self::Withdrawn { .. } => "request.withdrawn",
            Self::Expired { .. } => "request.expired",
            Self::Ordered { .. } => "transfer.ordered",
            Self::Signed { .. } => "transfer.signed",
            Self::Sending { .. } => "broadcast.intended",
            Self::Sent { .. } => "broadcast.answered",
            Self::Stuck { .. } => "transfer.stuck",
            Self::Dropped { .. } => "transfer.dropped",
            Self::Included { .. } => "transfer.included",
            Self::Reorged { .. } => "transfer.reorged",
            Self::Settled { .. } => "transfer.settled",
            Self::ForeignSeen { .. } => "wallet.foreign",
            Self::Frozen { .. } => "frozen",
        }
    }
}
