//! Several nodes of one network: who is asked, in which order, and who is never asked again.
//!
//! Reads fail over in the configured order, healthy nodes first. A broadcast goes to one named node at a time: raced or
//! repeated broadcasts would leave no record of who was told what.

use crate::node::agree::{Agreement, Seen, agree};
use crate::node::error::NodeError;
use crate::node::evm::Node;
use crate::node::health::{Health, State, Status, lag};
use crate::node::send::SendAnswer;
use alloy_primitives::B256;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::task::JoinSet;

/// Most nodes of one network.
pub const NODES_MAX: usize = 16;

/// The network that every node must serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Hash of block 0.
    pub genesis: B256,
    /// A head older than this is stale, seconds.
    pub stale_after_s: u64,
}

/// A monotonic clock, milliseconds: for latencies and rests only, never for decisions about money.
pub type Clock = fn() -> u64;

/// The nodes of one network, in order of preference.
pub struct Pool {
    network: Network,
    members: Vec<Arc<Member>>,
    clock: Clock,
}

struct Member {
    node: Arc<Node>,
    health: Mutex<Health>,
}

impl Pool {
    /// Takes nodes in order of preference; nothing is sent.
    ///
    /// # Errors
    /// [`NodeError::Config`] for no or too many nodes, a name used twice, or two nodes at one scheme, host and port: they
    /// would agree with themselves.
    pub fn new(network: Network, nodes: Vec<Node>, clock: Clock) -> Result<Self, NodeError> {
        if nodes.is_empty() || nodes.len() > NODES_MAX {
            return Err(NodeError::Config(format!("a network needs 1 to {NODES_MAX} nodes")));
        }
        let (mut names, mut places) = (BTreeSet::new(), BTreeSet::new());
        for node in &nodes {
            if !names.insert(node.name().to_owned()) {
                return Err(NodeError::Config(format!("two nodes are named {}", node.name())));
            }
            if !places.insert(node.redacted_url()) {
                return Err(NodeError::Config(format!(
                    "two nodes are at {}: one machine would confirm itself",
                    node.redacted_url()
                )));
            }
        }
        let member = |node| Arc::new(Member { node: Arc::new(node), health: Mutex::default() });
        Ok(Self { network, members: nodes.into_iter().map(member).collect(), clock })
    }

    /// The nodes' names in order of preference.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.members.iter().map(|m| m.node.name().to_owned()).collect()
    }

    /// Asks every node who it is and where its head is, all at once; then [`Pool::statuses`] is fresh.
    pub async fn check(&self) {
        let mut tasks = JoinSet::new();
        for member in &self.members {
            let (member, network, clock) = (Arc::clone(member), self.network, self.clock);
            tasks.spawn(async move { member.check(network, clock).await });
        }
        while tasks.join_next().await.is_some() {}
    }

    /// How every node does, in configured order. `now_s` is UTC seconds.
    #[must_use]
    pub fn statuses(&self, now_s: u64) -> Vec<Status> {
        let best = self.best();
        let status = |member: &Arc<Member>| {
            let health = member.health();
            let head = health.head.map(|head| head.number);
            Status {
                name: member.node.name().to_owned(),
                url: member.node.redacted_url(),
                state: health.state(best, self.network.stale_after_s, now_s),
                head,
                lag: head.map(|number| lag(best, number)),
                latency_ms: health.latency_ms,
                error: health.error.as_ref().map(ToString::to_string),
            }
        };
        self.members.iter().map(status).collect()
    }

    /// Asks one node after the other until one answers; gives the answer and that node's name.
    ///
    /// A node is identified (chain id and block 0) before its first answer counts. Also an error object moves on to the next
    /// node, for not every node offers every method. `now_s` is UTC seconds.
    ///
    /// # Errors
    /// [`NodeError::AllFailed`] with the last node's error.
    pub async fn read<T, F, Fut>(&self, now_s: u64, ask: F) -> Result<(T, String), NodeError>
    where
        F: Fn(Arc<Node>) -> Fut,
        Fut: Future<Output = Result<T, NodeError>>,
    {
        let mut last = NodeError::Config("no node serves this network".to_owned());
        let order = self.order(now_s);
        for member in &order {
            if let Err(error) = member.identify(self.network, self.clock).await {
                last = error;
                continue;
            }
            match member.timed(self.clock, ask(Arc::clone(&member.node))).await {
                Ok(value) => return Ok((value, member.node.name().to_owned())),
                Err(error) => last = error,
            }
        }
        Err(NodeError::AllFailed { tried: order.len(), last: Box::new(last) })
    }

    /// Hands signed bytes to one node, identified before. The caller has recorded the intent before it calls.
    ///
    /// # Errors
    /// An error means that **nothing was sent**: no such node, or it is not (or cannot be shown to be) on this network. After
    /// sending there are no errors, only [`SendAnswer`]s.
    pub async fn send_to(&self, name: &str, raw: &[u8]) -> Result<SendAnswer, NodeError> {
        let member = self.members.iter().find(|m| m.node.name() == name).ok_or(NodeError::NoSuchNode)?;
        member.identify(self.network, self.clock).await?;
        Ok(member.node.send_raw(raw).await)
    }

    /// What every node knows of a transaction, asked all at once, in configured order.
    pub async fn look(&self, hash: B256) -> Vec<(String, Seen)> {
        let mut tasks = JoinSet::new();
        for (at, member) in self.members.iter().enumerate() {
            let (member, network, clock) = (Arc::clone(member), self.network, self.clock);
            tasks.spawn(async move { (at, member.look(hash, network, clock).await) });
        }
        let failed = || Seen::Failed(NodeError::Answer { method: "look", why: "the question was given up" });
        let mut seen: Vec<(String, Seen)> = self.names().into_iter().map(|name| (name, failed())).collect();
        while let Some(done) = tasks.join_next().await {
            if let Ok((at, found)) = done
                && let Some(place) = seen.get_mut(at)
            {
                place.1 = found;
            }
        }
        seen
    }

    /// Asks every node of this network the same at once, in no order of preference. A node of another network answers with its error.
    pub async fn each<T, F, Fut>(&self, ask: F) -> Vec<(String, Result<T, NodeError>)>
    where
        F: Fn(Arc<Node>) -> Fut,
        Fut: Future<Output = Result<T, NodeError>>,
    {
        let ask = &ask;
        let answers = self.members.iter().map(|member| async move {
            let answer = match member.identify(self.network, self.clock).await {
                Ok(()) => member.timed(self.clock, ask(Arc::clone(&member.node))).await,
                Err(error) => Err(error),
            };
            (member.node.name().to_owned(), answer)
        });
        futures_util::future::join_all(answers).await
    }

    /// Names and head times (seconds since 1970) of nodes that were asked.
    #[must_use]
    pub fn head_times(&self) -> Vec<(String, u64)> {
        let time = |m: &Arc<Member>| m.health().head.map(|head| (m.node.name().to_owned(), head.timestamp_s));
        self.members.iter().filter_map(time).collect()
    }

    /// Whether `want` nodes agree about a transaction.
    pub async fn quorum_receipt(&self, hash: B256, want: usize) -> Agreement {
        agree(&self.look(hash).await, want)
    }

    /// Healthy nodes first, then as configured; nodes of another network not at all, resting nodes last.
    fn order(&self, now_s: u64) -> Vec<Arc<Member>> {
        let (best, now_ms) = (self.best(), (self.clock)());
        let rank = |member: &Arc<Member>| {
            let health = member.health();
            (health.rest_until_ms > now_ms, health.state(best, self.network.stale_after_s, now_s))
        };
        let mut ranked: Vec<((bool, State), Arc<Member>)> = self.members.iter().map(|m| (rank(m), Arc::clone(m))).collect();
        ranked.retain(|((_, state), _)| !state.is_foreign());
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.into_iter().map(|(_, member)| member).collect()
    }

    /// The height to measure lag by, from nodes that are known to be on this network: the highest head, or with three nodes
    /// and more the second highest, so that one node's invention cannot make all others look stale and itself first.
    fn best(&self) -> Option<u64> {
        let identified = |m: &Arc<Member>| {
            let health = m.health();
            health.head.filter(|_| health.identified).map(|head| head.number)
        };
        let mut heads: Vec<u64> = self.members.iter().filter_map(identified).collect();
        heads.sort_unstable_by(|a, b| b.cmp(a));
        heads.get(usize::from(heads.len() > 2)).copied()
    }
}

impl Member {
    fn health(&self) -> MutexGuard<'_, Health> {
        // The record is plain data: a panic elsewhere cannot leave it half written in a way that matters.
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs one question and remembers how it went. An error object is no fault of the node's health.
    async fn timed<T>(&self, clock: Clock, question: impl Future<Output = Result<T, NodeError>>) -> Result<T, NodeError> {
        let start = clock();
        let outcome = question.await;
        let now = clock();
        match &outcome {
            Err(error) if !error.node_is_well() => self.health().failed(error, now),
            Ok(_) | Err(_) => self.health().succeeded(now.saturating_sub(start)),
        }
        outcome
    }

    /// Chain id and block 0, unless they were right since the last failure.
    async fn identify(&self, network: Network, clock: Clock) -> Result<(), NodeError> {
        if self.health().identified {
            return Ok(());
        }
        let question = async {
            let found = self.node.chain_id().await?;
            if found != network.chain_id {
                return Err(NodeError::WrongChain { expected: network.chain_id, found });
            }
            let found = self.node.genesis().await?;
            if found != network.genesis {
                return Err(NodeError::WrongGenesis { expected: network.genesis, found });
            }
            Ok(())
        };
        let outcome = self.timed(clock, question).await;
        let mut health = self.health();
        match &outcome {
            Ok(()) => health.identified = true,
            // Also an error object: a node that does not say who it is, is not used.
            Err(error) => health.failed(error, clock()),
        }
        outcome
    }

    /// Identity anew, then the head.
    async fn check(&self, network: Network, clock: Clock) {
        self.health().identified = false;
        if self.identify(network, clock).await.is_ok()
            && let Ok(head) = self.timed(clock, self.node.head()).await
        {
            self.health().head = Some(head);
        }
    }

    async fn look(&self, hash: B256, network: Network, clock: Clock) -> Seen {
        if let Err(error) = self.identify(network, clock).await {
            return Seen::Failed(error);
        }
        let question = async {
            if let Some(receipt) = self.node.receipt(hash).await? {
                return Ok(Seen::Included(receipt));
            }
            Ok(self.node.transaction(hash).await?.map_or(Seen::Absent, Seen::Waiting))
        };
        self.timed(clock, question).await.unwrap_or_else(Seen::Failed)
    }
}

#[cfg(test)]
#[path = "pool_tests.rs"]
mod tests;
