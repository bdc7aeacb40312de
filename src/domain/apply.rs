//! Applying: what became true is so. Only decided events reach this, so it cannot fail; where an event does not fit the
//! state, the journal is not ours, and the money invariants stop the program in release builds too.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::change::{Change, ChangeRequest, ChangeStage, ChangeTerms, Freeze, Scope};
use crate::domain::event::{Event, Founding};
use crate::domain::id::{Label, MemberId, NodeId, RequestId, RequestNumber, WalletId};
use crate::domain::journal::Record;
use crate::domain::member::Actor;
use crate::domain::policy::rule::Quorum;
use crate::domain::terms::{Slot, Terms};
use crate::domain::time::Timestamp;
use crate::domain::transfer::{Attempt, Built, Call, Draft, Flight, Proposal, Send, SignedBytes, Stage, Transfer};
use crate::domain::treasury::{Body, OVER_KEPT, Request, Treasury};
use crate::domain::wallet::{Lane, Party};

impl Treasury {
    /// Makes a recorded fact so.
    ///
    /// # Panics
    /// Where a money invariant is broken: one slot for one transfer for life.
    pub fn apply(&mut self, record: &Record) {
        let at = record.at;
        match &record.event {
            Event::Founded(founding) => self.begin(founding),
            Event::Drafted { request, number, draft } => self.open_draft((*request, *number), draft, record),
            Event::ChangeProposed { number, terms, quorum } => self.open_change(*number, terms, quorum, record),
            Event::Enacted { request, change } => {
                self.change(*request, at, |stage| *stage = ChangeStage::Enacted { at });
                self.enact(change, at);
            }
            Event::ForeignSeen { wallet, nonce, request } => self.see_foreign(wallet, *nonce, *request, at),
            Event::Frozen { scope, by, reason } => self.freeze(scope, by.clone(), reason, at),
            Event::Voted { request, member, vote } => {
                self.touch(*request, at, |body| match body {
                    Body::Transfer(Transfer { stage: Stage::Proposed(proposal), .. }) => {
                        proposal.votes.insert(member.clone(), vote.clone());
                    }
                    Body::Transfer(_) => {}
                    Body::Change(change) => {
                        change.votes.insert(member.clone(), vote.clone());
                    }
                });
            }
            Event::Refused { request, by } => {
                let by = by.clone();
                self.end(*request, at, Stage::Refused { by: by.clone() }, ChangeStage::Refused { by });
            }
            Event::Withdrawn { request, by } => {
                let by = by.clone();
                self.end(*request, at, Stage::Withdrawn { by: by.clone() }, ChangeStage::Withdrawn { by });
            }
            Event::Expired { request } => self.end(*request, at, Stage::Expired, ChangeStage::Expired),
            event => self.apply_to_transfer(event, at),
        }
    }

    fn apply_to_transfer(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::Amended { request, draft } => self.touch(*request, at, |body| {
                if let Body::Transfer(transfer) = body {
                    transfer.draft = draft.clone();
                }
            }),
            Event::Proposed { request, terms, call, quorums } => self.propose(*request, at, terms, (call, quorums)),
            Event::Approved { request } => self.stage(*request, at, |stage| match stage {
                Stage::Proposed(proposal) => Stage::Approved(proposal),
                other => other,
            }),
            Event::Ordered { request, nonce, built, .. } => self.order(*request, at, *nonce, built),
            Event::Signed { request, attempt, signed } => self.stage(*request, at, |stage| sign(stage, *attempt, signed)),
            Event::Sending { request, attempt, node } => self.stage(*request, at, |stage| hand_over(stage, *attempt, node, at)),
            Event::Sent { request, attempt, node, answer } => self.stage(*request, at, |stage| {
                map_flight(stage, |flight| {
                    with_attempt(flight, *attempt, |a| {
                        if let Some(send) = a.sends.get_mut(node) {
                            send.answer = Some(answer.clone());
                        }
                    })
                })
            }),
            Event::Stuck { request } => self.stage(*request, at, |stage| match stage {
                Stage::Broadcast(flight) => Stage::Stuck(flight),
                other => other,
            }),
            Event::Dropped { request } => self.stage(*request, at, |stage| match stage {
                Stage::Broadcast(flight) | Stage::Stuck(flight) => Stage::Dropped(flight),
                other => other,
            }),
            Event::Included { request, inclusion } => self.stage(*request, at, |stage| match stage {
                Stage::Ordered(f) | Stage::Signed(f) | Stage::Broadcast(f) | Stage::Stuck(f) | Stage::Dropped(f) => {
                    Stage::Included(f, inclusion.clone())
                }
                other => other,
            }),
            Event::Reorged { request } => self.stage(*request, at, |stage| match stage {
                Stage::Included(flight, _) => Stage::Broadcast(flight),
                other => other,
            }),
            Event::Settled { request, inclusion, ending } => {
                self.stage(*request, at, |stage| match stage {
                    Stage::Included(flight, _) => Stage::Settled(flight, inclusion.clone(), *ending),
                    other => other,
                });
                self.consume(*request);
                self.retire(*request);
            }
            Event::Founded(_)
            | Event::Drafted { .. }
            | Event::ChangeProposed { .. }
            | Event::Enacted { .. }
            | Event::ForeignSeen { .. }
            | Event::Frozen { .. }
            | Event::Voted { .. }
            | Event::Refused { .. }
            | Event::Withdrawn { .. }
            | Event::Expired { .. } => {}
        }
    }

    fn begin(&mut self, founding: &Founding) {
        let Founding { treasury, name, profile, networks, members, wallets, contacts, assets, policy } = founding.clone();
        self.id = Some(treasury);
        self.name = Some(name);
        self.profile = profile;
        self.networks = networks.into_iter().map(|n| (n.id, n)).collect();
        self.members = members.into_iter().map(|m| (m.id.clone(), m)).collect();
        self.wallets = Arc::new(wallets.into_iter().map(|w| (w.id.clone(), w)).collect());
        self.contacts = Arc::new(contacts.into_iter().map(|c| (c.id.clone(), c)).collect());
        self.assets = Arc::new(assets.into_iter().map(|a| (a.id, a)).collect());
        self.policy = Arc::new(policy);
    }

    fn open(&mut self, id: (RequestId, RequestNumber), record: &Record, body: Body) {
        let (id, number) = id;
        let by = match &record.by {
            Actor::Member(member) => member.clone(),
            Actor::Desk => return,
        };
        self.count = number.0;
        self.requests.insert(id, Arc::new(Request { id, number, by, at: record.at, touched: record.at, body }));
    }

    fn open_draft(&mut self, id: (RequestId, RequestNumber), draft: &Draft, record: &Record) {
        if let Some(reference) = &draft.reference {
            let mut key = [0; 32];
            key[..16].copy_from_slice(&reference.digest());
            key[16..].copy_from_slice(&id.0.bytes());
            self.references.insert(key);
        }
        self.open(id, record, Body::Transfer(Transfer { draft: draft.clone(), stage: Stage::Drafted }));
    }

    fn open_change(&mut self, number: RequestNumber, terms: &ChangeTerms, quorum: &Quorum, record: &Record) {
        let change = ChangeRequest {
            terms: terms.clone(),
            digest: terms.digest(),
            quorum: quorum.clone(),
            votes: BTreeMap::new(),
            stage: ChangeStage::Proposed,
        };
        self.open((terms.request, number), record, Body::Change(change));
    }

    fn touch(&mut self, id: RequestId, at: Timestamp, f: impl FnOnce(&mut Body)) {
        if let Some(request) = self.requests.get_mut(&id) {
            let request = Arc::make_mut(request);
            request.touched = at;
            f(&mut request.body);
        }
    }

    fn stage(&mut self, id: RequestId, at: Timestamp, f: impl FnOnce(Stage) -> Stage) {
        self.touch(id, at, |body| {
            if let Body::Transfer(transfer) = body {
                transfer.stage = f(std::mem::replace(&mut transfer.stage, Stage::Drafted));
            }
        });
    }

    fn change(&mut self, id: RequestId, at: Timestamp, f: impl FnOnce(&mut ChangeStage)) {
        self.touch(id, at, |body| {
            if let Body::Change(change) = body {
                f(&mut change.stage);
            }
        });
        self.retire(id);
    }

    fn propose(&mut self, id: RequestId, at: Timestamp, terms: &Terms, with: (&Call, &Vec<Quorum>)) {
        let (call, quorums) = with;
        let digest = terms.digest();
        let proposal =
            Proposal { terms: terms.clone(), digest, quorums: quorums.clone(), votes: BTreeMap::new(), call: call.clone() };
        self.stage(id, at, |_| Stage::Proposed(proposal));
        if let Some((by, draft)) = self.requests.get(&id).and_then(|r| r.transfer().map(|t| (r.by.clone(), t.draft.clone()))) {
            let spend = self.spend(&by, &draft, at);
            self.spends.add(id, spend);
        }
        if let Slot::Nonce(nonce) = terms.slot {
            self.hold(&terms.from_wallet, nonce, id);
        }
    }

    /// One slot for one transfer, for life.
    fn hold(&mut self, wallet: &WalletId, nonce: u64, id: RequestId) {
        let lane = self.lanes.entry(wallet.clone()).or_insert_with(|| Lane::beginning_at(nonce));
        let holder = *lane.held.entry(nonce).or_insert(id);
        assert!(holder == id && !lane.is_spent(nonce), "nonce {nonce} of {wallet} belongs to {holder}, not {id}, or is consumed");
    }

    fn order(&mut self, id: RequestId, at: Timestamp, nonce: u64, built: &Built) {
        let mut holder = None;
        self.stage(id, at, |stage| {
            let attempt = Attempt { built: built.clone(), ordered_at: at, signed: None, sends: BTreeMap::new() };
            match stage {
                Stage::Approved(mut proposal) => {
                    holder = Some(proposal.terms.from_wallet.clone());
                    if proposal.quorums.is_empty() {
                        // Nobody voted on a text, so the text may name the slot it now has.
                        proposal.terms.slot = Slot::Nonce(nonce);
                        proposal.digest = proposal.terms.digest();
                    }
                    Stage::Ordered(Flight { proposal, nonce, attempts: vec![attempt] })
                }
                Stage::Signed(mut f) | Stage::Broadcast(mut f) | Stage::Stuck(mut f) | Stage::Dropped(mut f) => {
                    assert_eq!(f.nonce, nonce, "a bump keeps its nonce");
                    f.attempts.push(attempt);
                    Stage::Ordered(f)
                }
                other => other,
            }
        });
        if let Some(wallet) = holder {
            self.spends.order(id, at);
            self.hold(&wallet, nonce, id);
        }
    }

    /// A settled or foreign nonce is behind us for ever.
    fn consume(&mut self, id: RequestId) {
        let flight = self.requests.get(&id).and_then(|r| r.transfer()).and_then(|t| t.stage.flight());
        let Some((wallet, nonce)) = flight.map(|f| (f.proposal.terms.from_wallet.clone(), f.nonce)) else { return };
        self.pass(&wallet, nonce);
    }

    fn pass(&mut self, wallet: &WalletId, nonce: u64) {
        if let Some(lane) = self.lanes.get_mut(wallet) {
            lane.consume(nonce);
        }
    }

    fn see_foreign(&mut self, wallet: &WalletId, nonce: u64, request: Option<RequestId>, at: Timestamp) {
        if let Some(id) = request {
            if self.requests.get(&id).is_some_and(|r| r.is_flying()) {
                self.stage(id, at, |stage| match stage.flight().cloned() {
                    Some(flight) => Stage::Foreign(flight),
                    None => stage,
                });
                self.spends.remove(id);
                self.retire(id);
            } else {
                self.redraft(id, at);
            }
        }
        self.pass(wallet, nonce);
    }

    fn end(&mut self, id: RequestId, at: Timestamp, transfer_end: Stage, change_end: ChangeStage) {
        self.touch(id, at, |body| match body {
            Body::Transfer(transfer) => transfer.stage = transfer_end,
            Body::Change(change) => change.stage = change_end,
        });
        self.release(id);
        self.retire(id);
    }

    /// Frees what a request held that was never ordered, and so never signed.
    fn release(&mut self, id: RequestId) {
        self.spends.remove(id);
        for lane in self.lanes.values_mut() {
            lane.held.retain(|_, holder| *holder != id);
        }
    }

    fn retire(&mut self, id: RequestId) {
        self.over.push_back(id);
        while self.over.len() > OVER_KEPT {
            if let Some(old) = self.over.pop_front() {
                self.requests.remove(&old);
                self.forgotten.insert(old.bytes());
            }
        }
    }

    fn freeze(&mut self, scope: &Scope, by: Option<MemberId>, reason: &Label, at: Timestamp) {
        let freeze = Freeze { by, reason: reason.clone(), at };
        self.frozen.entry(scope.to_string()).or_insert((scope.clone(), freeze));
    }

    fn enact(&mut self, change: &Change, at: Timestamp) {
        match change {
            Change::AddNetwork(network) => drop(self.networks.insert(network.id, network.clone())),
            Change::AddMember(member) => drop(self.members.insert(member.id.clone(), member.clone())),
            Change::RevokeMember(id) => {
                if let Some(member) = self.members.get_mut(id) {
                    member.revoked = true;
                }
                self.back_to_draft(at, |request, _| request.by == *id);
            }
            Change::AddWallet(wallet) => drop(Arc::make_mut(&mut self.wallets).insert(wallet.id.clone(), wallet.clone())),
            Change::SetTier(id, tier) => {
                if let Some(wallet) = Arc::make_mut(&mut self.wallets).get_mut(id) {
                    wallet.tier = *tier;
                }
                // A late slot that a hot wallet was allowed is not allowed a cold one.
                self.back_to_draft(at, |_, transfer| transfer.draft.from == *id);
            }
            Change::AddContact(contact) => drop(Arc::make_mut(&mut self.contacts).insert(contact.id.clone(), contact.clone())),
            Change::RemoveContact(id) => {
                Arc::make_mut(&mut self.contacts).remove(id);
                self.back_to_draft(at, |_, transfer| transfer.draft.to == Party::Contact(id.clone()));
            }
            Change::AddAsset(asset) => drop(Arc::make_mut(&mut self.assets).insert(asset.id, asset.clone())),
            Change::SetPolicy(policy) => {
                self.policy = Arc::new(policy.clone());
                self.back_to_draft(at, |_, _| true);
                self.end_open_changes(at);
            }
            Change::Unfreeze(scope) => drop(self.frozen.remove(&scope.to_string())),
        }
    }

    /// A change keeps the quorum it was proposed under, so none may outlive that policy: a stricter one would not bind it.
    fn end_open_changes(&mut self, at: Timestamp) {
        let open: Vec<RequestId> = self.requests.values().filter(|r| r.change().is_some() && r.is_open()).map(|r| r.id).collect();
        for id in open {
            self.change(id, at, |stage| *stage = ChangeStage::Expired);
        }
    }

    /// Votes were cast under what is not so any more: the request becomes a draft again and its slot is free.
    fn back_to_draft(&mut self, at: Timestamp, concerned: impl Fn(&Request, &Transfer) -> bool) {
        let waiting = |t: &Transfer| matches!(t.stage, Stage::Proposed(_) | Stage::Approved(_));
        let ids: Vec<RequestId> = self
            .requests
            .values()
            .filter(|r| r.transfer().is_some_and(|t| waiting(t) && concerned(r, t)))
            .map(|r| r.id)
            .collect();
        for id in ids {
            self.redraft(id, at);
        }
    }

    fn redraft(&mut self, id: RequestId, at: Timestamp) {
        self.stage(id, at, |_| Stage::Drafted);
        self.release(id);
    }
}

fn with_attempt(mut flight: Flight, attempt: usize, f: impl FnOnce(&mut Attempt)) -> Flight {
    if let Some(attempt) = flight.attempts.get_mut(attempt) {
        f(attempt);
    }
    flight
}

fn hand_over(stage: Stage, attempt: usize, node: &NodeId, at: Timestamp) -> Stage {
    let send = Send { intended_at: at, answer: None };
    match map_flight(stage, |flight| with_attempt(flight, attempt, |a| drop(a.sends.insert(node.clone(), send)))) {
        Stage::Signed(flight) | Stage::Dropped(flight) => Stage::Broadcast(flight),
        other => other,
    }
}

fn sign(stage: Stage, attempt: usize, signed: &SignedBytes) -> Stage {
    match map_flight(stage, |flight| with_attempt(flight, attempt, |a| a.signed = Some(signed.clone()))) {
        // An answer about an earlier attempt is kept, but does not answer for the newest.
        Stage::Ordered(flight) if flight.current().signed.is_some() => Stage::Signed(flight),
        other => other,
    }
}

fn map_flight(stage: Stage, f: impl FnOnce(Flight) -> Flight) -> Stage {
    match stage {
        Stage::Ordered(flight) => Stage::Ordered(f(flight)),
        Stage::Signed(flight) => Stage::Signed(f(flight)),
        Stage::Broadcast(flight) => Stage::Broadcast(f(flight)),
        Stage::Stuck(flight) => Stage::Stuck(f(flight)),
        Stage::Dropped(flight) => Stage::Dropped(f(flight)),
        Stage::Included(flight, inclusion) => Stage::Included(f(flight), inclusion),
        other => other,
    }
}
