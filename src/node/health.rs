//! How a node does: a small record per node, and one word for it.

use crate::node::error::NodeError;
use crate::node::wire::Head;

/// Slower than this is *slow*, milliseconds.
pub const SLOW_MS: u64 = 2_000;
/// A head this many blocks behind the best one is *stale*.
pub const LAG_MAX: u64 = 5;

/// The word for a node's condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Answers, right network, fresh head.
    Ok,
    /// As ok, but the last answer took more than [`SLOW_MS`].
    Slow,
    /// Not asked yet.
    Unchecked,
    /// Its head is old, or far behind another node's.
    Stale,
    /// The last question failed.
    Failing,
    /// Another chain id: never used.
    WrongChain,
    /// Another block 0: never used.
    WrongGenesis,
}

impl State {
    /// One word for screens and `--json`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Slow => "slow",
            Self::Unchecked => "unchecked",
            Self::Stale => "stale",
            Self::Failing => "failing",
            Self::WrongChain => "wrong-chain",
            Self::WrongGenesis => "wrong-genesis",
        }
    }

    /// Whether the node serves another network and must not be asked.
    #[must_use]
    pub const fn is_foreign(self) -> bool {
        matches!(self, Self::WrongChain | Self::WrongGenesis)
    }
}

/// What is remembered of a node. Times are milliseconds of a monotonic clock.
#[derive(Debug, Clone, Default)]
pub struct Health {
    /// Chain id and block 0 were the right ones since the last failure.
    pub identified: bool,
    /// Last head.
    pub head: Option<Head>,
    /// Duration of the last answered question.
    pub latency_ms: Option<u64>,
    /// The last failure, if nothing succeeded since.
    pub error: Option<NodeError>,
    /// Not asked first before this time: the node said to wait.
    pub rest_until_ms: u64,
}

impl Health {
    /// Remembers an answer that took `took_ms`.
    pub fn succeeded(&mut self, took_ms: u64) {
        self.latency_ms = Some(took_ms);
        self.error = None;
    }

    /// Remembers a failure at `now_ms`. A node that failed is identified anew: another machine may answer next time.
    pub fn failed(&mut self, error: &NodeError, now_ms: u64) {
        if let NodeError::Http { retry_after_s: Some(seconds), .. } = error {
            self.rest_until_ms = now_ms.saturating_add(seconds.saturating_mul(1_000));
        }
        self.identified = false;
        self.error = Some(error.clone());
    }

    /// The node's condition, given the best head of all nodes, the age a head may have and the time (UTC seconds).
    #[must_use]
    pub fn state(&self, best: Option<u64>, stale_after_s: u64, now_s: u64) -> State {
        match &self.error {
            Some(NodeError::WrongChain { .. }) => return State::WrongChain,
            Some(NodeError::WrongGenesis { .. }) => return State::WrongGenesis,
            Some(_) => return State::Failing,
            None => {}
        }
        let (Some(head), Some(latency)) = (self.head, self.latency_ms) else { return State::Unchecked };
        if lag(best, head.number) > LAG_MAX || now_s.saturating_sub(head.timestamp_s) > stale_after_s {
            State::Stale
        } else if latency > SLOW_MS {
            State::Slow
        } else {
            State::Ok
        }
    }
}

/// Blocks behind the best known head.
#[must_use]
pub fn lag(best: Option<u64>, number: u64) -> u64 {
    best.map_or(0, |best| best.saturating_sub(number))
}

/// A node as the screens show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Configured name.
    pub name: String,
    /// Scheme, host and port.
    pub url: String,
    /// The condition; [`State::word`] is its word.
    pub state: State,
    /// Height of its last head.
    pub head: Option<u64>,
    /// Blocks behind the best node.
    pub lag: Option<u64>,
    /// Of the last answered question.
    pub latency_ms: Option<u64>,
    /// The last failure's sentence, already safe to show.
    pub error: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::B256;

    fn health(number: u64, timestamp_s: u64, latency_ms: u64) -> Health {
        let head = Some(Head { number, hash: B256::ZERO, timestamp_s, base_fee: None });
        Health { identified: true, head, latency_ms: Some(latency_ms), ..Health::default() }
    }

    #[test]
    fn each_condition_has_its_word() {
        let best = Some(100);
        assert_eq!(health(100, 1_000, 10).state(best, 60, 1_060), State::Ok);
        assert_eq!(health(95, 1_000, 10).state(best, 60, 1_060), State::Ok);
        assert_eq!(health(94, 1_000, 10).state(best, 60, 1_060), State::Stale, "six behind");
        assert_eq!(health(100, 1_000, 10).state(best, 60, 1_061), State::Stale, "too old");
        assert_eq!(health(100, 1_000, 2_001).state(best, 60, 1_000), State::Slow);
        assert_eq!(Health::default().state(best, 60, 1_000), State::Unchecked);
    }

    #[test]
    fn a_failure_ends_identification_and_a_success_ends_the_failure() {
        let mut node = health(100, 1_000, 10);
        node.failed(&NodeError::Http { status: 429, retry_after_s: Some(7) }, 5_000);
        assert_eq!(node.state(None, 60, 1_000), State::Failing);
        assert!(!node.identified);
        assert_eq!(node.rest_until_ms, 12_000);
        node.succeeded(3);
        assert_eq!(node.state(None, 60, 1_000), State::Ok);
        node.failed(&NodeError::WrongChain { expected: 1, found: 2 }, 0);
        assert!(node.state(None, 60, 1_000).is_foreign());
    }
}
