//! The treasury's state: a fold over the journal. Lookups only; what may change it is decided elsewhere.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

use crate::domain::asset::{Asset, AssetId, Network, NetworkId, Symbol};
use crate::domain::change::{ChangeRequest, Freeze, Scope};
use crate::domain::event::Profile;
use crate::domain::id::{
    ContactId, GroupId, Label, MemberId, Reference, RequestId, RequestNumber, TreasuryId, TreasuryName, WalletId,
};
use crate::domain::member::{Member, Role, VotingKey};
use crate::domain::policy::Policy;
use crate::domain::policy::judge::{Case, Electorate, judge, quorums, tally};
use crate::domain::policy::rule::Quorum;
use crate::domain::policy::verdict::{Standing, Tally, Verdict};
use crate::domain::policy::window::{Spend, Spends};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::register::Register;
use crate::domain::terms::Decision;
use crate::domain::time::Timestamp;
use crate::domain::transfer::Draft;
use crate::domain::vote::Vote;
use crate::domain::wallet::{Contact, Lane, Party, Wallet};

pub use crate::domain::request::{Body, Request};

/// Requests that are over stay in memory until this many came after them; the journal keeps all.
pub const OVER_KEPT: usize = 500;

/// Everything that is true of a treasury after some number of entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Treasury {
    pub(in crate::domain) id: Option<TreasuryId>,
    pub(in crate::domain) name: Option<TreasuryName>,
    pub(in crate::domain) profile: Profile,
    pub(in crate::domain) networks: BTreeMap<NetworkId, Network>,
    pub(in crate::domain) members: BTreeMap<MemberId, Member>,
    pub(in crate::domain) wallets: Arc<BTreeMap<WalletId, Wallet>>,
    pub(in crate::domain) contacts: Arc<BTreeMap<ContactId, Contact>>,
    pub(in crate::domain) assets: Arc<BTreeMap<AssetId, Asset>>,
    pub(in crate::domain) policy: Arc<Policy>,
    pub(in crate::domain) lanes: BTreeMap<WalletId, Lane>,
    pub(in crate::domain) requests: BTreeMap<RequestId, Arc<Request>>,
    pub(in crate::domain) over: VecDeque<RequestId>,
    /// Ids that left memory: an id is the idempotency key, so none is ever accepted again.
    pub(in crate::domain) forgotten: Register<16>,
    pub(in crate::domain) count: u64,
    /// The digest of every reference ever used, followed by the id of the request it names.
    pub(in crate::domain) references: Register<32>,
    pub(in crate::domain) spends: Spends,
    pub(in crate::domain) frozen: BTreeMap<String, (Scope, Freeze)>,
}

impl Treasury {
    /// Before its first entry.
    ///
    /// # Panics
    /// Never: the name of the empty governance group is a slug.
    #[must_use]
    pub fn unfounded() -> Self {
        let nobody = Quorum { group: GroupId::parse("nobody").expect("a slug"), needed: 1 };
        Self {
            id: None,
            name: None,
            profile: Profile::Prod,
            networks: BTreeMap::new(),
            members: BTreeMap::new(),
            wallets: Arc::default(),
            contacts: Arc::default(),
            assets: Arc::default(),
            policy: Arc::new(Policy { version: 0, groups: BTreeMap::new(), governance: nobody, vote_s: 0, rules: Vec::new() }),
            lanes: BTreeMap::new(),
            requests: BTreeMap::new(),
            over: VecDeque::new(),
            forgotten: Register::default(),
            count: 0,
            references: Register::default(),
            spends: Spends::default(),
            frozen: BTreeMap::new(),
        }
    }

    /// Its id, once founded.
    #[must_use]
    pub const fn id(&self) -> Option<TreasuryId> {
        self.id
    }

    /// Its name; `-` before it is founded.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_ref().map_or("-", TreasuryName::as_str)
    }

    /// What is at stake.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// Networks by id.
    #[must_use]
    pub const fn networks(&self) -> &BTreeMap<NetworkId, Network> {
        &self.networks
    }

    /// Members by name, revoked ones included.
    #[must_use]
    pub const fn members(&self) -> &BTreeMap<MemberId, Member> {
        &self.members
    }

    /// Wallets by name.
    #[must_use]
    pub fn wallets(&self) -> &BTreeMap<WalletId, Wallet> {
        &self.wallets
    }

    /// The address book.
    #[must_use]
    pub fn contacts(&self) -> &BTreeMap<ContactId, Contact> {
        &self.contacts
    }

    /// The signed asset list.
    #[must_use]
    pub fn assets(&self) -> &BTreeMap<AssetId, Asset> {
        &self.assets
    }

    /// The asset of that symbol.
    #[must_use]
    pub fn asset_by_symbol(&self, symbol: &Symbol) -> Option<&Asset> {
        self.assets.values().find(|asset| asset.symbol == *symbol)
    }

    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// A wallet's nonces.
    #[must_use]
    pub fn lane(&self, wallet: &WalletId) -> Option<&Lane> {
        self.lanes.get(wallet)
    }

    /// Requests by id: all that are not over, and the last that are.
    #[must_use]
    pub const fn requests(&self) -> &BTreeMap<RequestId, Arc<Request>> {
        &self.requests
    }

    /// How many requests there ever were.
    #[must_use]
    pub const fn request_count(&self) -> u64 {
        self.count
    }

    /// What is frozen, and why.
    pub fn frozen(&self) -> impl Iterator<Item = &(Scope, Freeze)> {
        self.frozen.values()
    }

    /// What was spent in the last 31 days.
    #[must_use]
    pub const fn spends(&self) -> &Spends {
        &self.spends
    }

    /// A request by its id.
    ///
    /// # Errors
    /// `request.unknown`.
    pub fn request(&self, id: RequestId) -> Result<&Arc<Request>, Refusal> {
        self.requests
            .get(&id)
            .ok_or_else(|| Refusal::new(Code::RequestUnknown, format!("there is no request {id} (or it was over long ago)")))
    }

    pub(in crate::domain) fn id_is_new(&self, id: RequestId) -> Result<(), Refusal> {
        if self.requests.contains_key(&id) || self.forgotten.contains(&id.bytes()) {
            return Err(Refusal::new(Code::RequestDuplicate, format!("request {id} exists already")));
        }
        Ok(())
    }

    /// A request by the number people use.
    #[must_use]
    pub fn by_number(&self, number: RequestNumber) -> Option<&Arc<Request>> {
        self.requests.values().find(|request| request.number == number)
    }

    /// The request that the requester's own reference names.
    #[must_use]
    pub fn by_reference(&self, reference: &Reference) -> Option<RequestId> {
        let key = self.references.starting_with(&reference.digest())?;
        key.last_chunk().map(|id| RequestId::from_bytes(*id))
    }

    /// The active member with that key.
    #[must_use]
    pub fn member_by_key(&self, key: VotingKey) -> Option<&Member> {
        self.members.values().find(|m| m.key == key && !m.revoked)
    }

    /// The freeze that stops this wallet, if any.
    #[must_use]
    pub fn freeze_on(&self, wallet: &WalletId) -> Option<&(Scope, Freeze)> {
        let own = || self.frozen.get(&Scope::Wallet(wallet.clone()).to_string());
        self.frozen.get(&Scope::Treasury.to_string()).or_else(own)
    }

    /// Address and label of a destination.
    #[must_use]
    pub fn resolve(&self, party: &Party) -> Option<(Address, Label, Option<NetworkId>)> {
        match party {
            Party::Contact(id) => self.contacts.get(id).map(|c| (c.address, c.label.clone(), Some(c.network))),
            Party::Wallet(id) => {
                let wallet = self.wallets.get(id)?;
                Some((wallet.address, Label::parse(id.as_str()).ok()?, Some(wallet.network)))
            }
            Party::Address(address) => Some((*address, Label::parse("-").ok()?, None)),
        }
    }

    /// Our name for an address on a network, where we have one.
    #[must_use]
    pub fn name_of(&self, network: NetworkId, address: Address) -> Option<Party> {
        let wallet = self.wallets.values().find(|w| w.network == network && w.address == address);
        let contact = || self.contacts.values().find(|c| c.network == network && c.address == address);
        wallet.map(|w| Party::Wallet(w.id.clone())).or_else(|| contact().map(|c| Party::Contact(c.id.clone())))
    }

    /// What the policy says of a draft, as if it were proposed at `at` by `by`. `None` where wallet or asset are unknown.
    #[must_use]
    pub fn verdict_of_draft(&self, id: RequestId, by: &MemberId, draft: &Draft, at: Timestamp) -> Option<Verdict> {
        self.judge_draft((id, by, None), draft, at)
    }

    /// What the policy says of a transfer request now, votes counted.
    #[must_use]
    pub fn verdict(&self, request: &Request, at: Timestamp) -> Option<Verdict> {
        match &request.body {
            Body::Transfer(transfer) => self.judge_draft((request.id, &request.by, request.votes()), &transfer.draft, at),
            Body::Change(change) => Some(self.verdict_of_change(request, change)),
        }
    }

    fn judge_draft(
        &self,
        who: (RequestId, &MemberId, Option<&BTreeMap<MemberId, Vote>>),
        draft: &Draft,
        at: Timestamp,
    ) -> Option<Verdict> {
        let (id, by, votes) = who;
        let voters = Voters { treasury: self, requester: by, role: Role::Approver, votes };
        self.with_case((id, by), draft, at, |case| judge(&self.policy, case, &voters))
    }

    fn verdict_of_change(&self, request: &Request, change: &ChangeRequest) -> Verdict {
        let tally = self.tally_of_change(request, change);
        let (standing, reason) = if tally.is_met() {
            (Standing::Met, "the governance quorum is met".to_owned())
        } else if tally.can_be_met() {
            (Standing::Pending, format!("changes need {} more of {}", tally.missing(), tally.group))
        } else {
            (Standing::Barred, format!("changes need {} of {}, fewer may vote", tally.needed, tally.group))
        };
        let policy = self.policy.version;
        Verdict { standing, policy, deciding: None, reason, tallies: vec![tally], findings: Vec::new(), late_slot: false }
    }

    /// Votes on a change under the governance quorum.
    #[must_use]
    pub fn tally_of_change(&self, request: &Request, change: &ChangeRequest) -> Tally {
        let voters = Voters { treasury: self, requester: &request.by, role: Role::Admin, votes: Some(&change.votes) };
        tally(&change.quorum, &voters)
    }

    /// Whether this member's vote would count on the request now.
    #[must_use]
    pub fn may_vote(&self, request: &Request, member: &MemberId, at: Timestamp) -> bool {
        let open = request.is_open() && request.not_after().is_some_and(|end| at <= end);
        let voted = request.votes().is_some_and(|votes| votes.contains_key(member));
        open && !voted
            && self.asked_for(request, at).iter().any(|(quorum, role)| {
                let voters = Voters { treasury: self, requester: &request.by, role: *role, votes: None };
                voters.eligible(quorum).contains(member)
            })
    }

    /// The quorums a request needs now, and the role that votes in them.
    fn asked_for(&self, request: &Request, at: Timestamp) -> Vec<(Quorum, Role)> {
        match &request.body {
            Body::Change(change) => vec![(change.quorum.clone(), Role::Admin)],
            Body::Transfer(transfer) => {
                let quorums = self.with_case((request.id, &request.by), &transfer.draft, at, |case| quorums(&self.policy, case));
                quorums.unwrap_or_default().into_iter().map(|quorum| (quorum, Role::Approver)).collect()
            }
        }
    }

    fn with_case<T>(
        &self,
        who: (RequestId, &MemberId),
        draft: &Draft,
        at: Timestamp,
        f: impl FnOnce(&Case<'_>) -> T,
    ) -> Option<T> {
        let (id, by) = who;
        let wallet = self.wallets.get(&draft.from)?;
        let asset = self.assets.get(&draft.asset)?;
        let spend = self.spend(by, draft, at);
        let human = |amount| asset.human(amount);
        Some(f(&Case { id, spend: &spend, tier: wallet.tier, before: &self.spends, at, human: &human }))
    }

    pub(in crate::domain) fn spend(&self, by: &MemberId, draft: &Draft, at: Timestamp) -> Spend {
        let Draft { from, to, asset, amount, .. } = draft;
        Spend { at, by: by.clone(), wallet: from.clone(), to: to.clone(), asset: *asset, amount: *amount }
    }

    /// The nonce below the chain's next one that no transfer of ours was ordered for: someone else used our key.
    /// `None` where the lane has no history yet, because then nothing can be told.
    #[must_use]
    pub fn foreign_nonce(&self, wallet: &WalletId, chain_nonce: u64) -> Option<u64> {
        let lane = self.lanes.get(wallet)?;
        let flying = |id: &RequestId| self.requests.get(id).is_some_and(|r| r.is_flying());
        (lane.floor..chain_nonce).find(|nonce| !lane.is_spent(*nonce) && !lane.held.get(nonce).is_some_and(flying))
    }
}

struct Voters<'a> {
    treasury: &'a Treasury,
    requester: &'a MemberId,
    role: Role,
    votes: Option<&'a BTreeMap<MemberId, Vote>>,
}

impl Electorate for Voters<'_> {
    fn eligible(&self, quorum: &Quorum) -> BTreeSet<MemberId> {
        let able = |id: &MemberId| self.treasury.members.get(id).is_some_and(|m| m.has(self.role));
        self.treasury.policy.group(&quorum.group).into_iter().filter(|id| able(id) && id != self.requester).collect()
    }

    fn approved(&self) -> BTreeSet<MemberId> {
        let yes = |vote: &Vote| vote.decision == Decision::Approve;
        self.votes.into_iter().flatten().filter(|(_, vote)| yes(vote)).map(|(id, _)| id.clone()).collect()
    }
}
