//! One broadcast to one node, and what the node's words are worth.
//!
//! Nodes word their answers differently and may lie, so words decide nothing: only "I took it" and "I have it" count as that
//! the node has it, and even then the transaction is looked up by its hash. Everything else means that the outcome is unknown.
//! The caller records its intent before it calls.

use crate::node::error::{NodeError, words};
use crate::node::evm::Node;
use crate::node::wire::Read;
use crate::text::Untrusted;
use alloy_primitives::{B256, hex, keccak256};
use serde_json::json;

/// Words of the clients in use (geth, Nethermind, Erigon, Besu, Reth, anvil) for "I have this very transaction".
const KNOWN: [&str; 5] = ["already known", "already imported", "alreadyknown", "known transaction", "already in mempool"];
/// Words for a nonce that is used up: by this transaction, or by another.
const NONCE_TOO_LOW: [&str; 3] = ["nonce too low", "nonce is too low", "oldnonce"];
/// Words for a replacement that does not pay enough more, or a fee below the node's floor.
const UNDERPRICED: [&str; 3] = ["underpriced", "fee too low", "gas price too low"];
/// Words for a transaction the node says it will never take.
const REJECTED: [&str; 8] = [
    "insufficient funds",
    "intrinsic gas",
    "exceeds block gas limit",
    "gas limit too high",
    "invalid sender",
    "invalid signature",
    "max fee per gas less than block base fee",
    "invalid chain id",
];

/// What one node said to one broadcast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendAnswer {
    /// It took the transaction and named the same hash as was computed here.
    Accepted(B256),
    /// It says that it has this very transaction.
    Known,
    /// It says that the slot is used up. That may have been this transaction.
    NonceTooLow,
    /// It says that the fee does not suffice.
    Underpriced,
    /// It says that it will not take it. Another node, or the same one later, may have or take it nevertheless.
    Rejected(Untrusted),
    /// A time-out, a broken connection, another hash, words nobody knows.
    Unknown(Untrusted),
}

impl SendAnswer {
    /// Whether the node claims to have these bytes. `false` never means that the transaction is nowhere.
    #[must_use]
    pub const fn node_has_it(&self) -> bool {
        match self {
            Self::Accepted(_) | Self::Known => true,
            Self::NonceTooLow | Self::Underpriced | Self::Rejected(_) | Self::Unknown(_) => false,
        }
    }
}

impl Node {
    /// Hands signed bytes to this node, once. Never fails: once sent, every failure is an unknown outcome.
    pub async fn send_raw(&self, raw: &[u8]) -> SendAnswer {
        let hash = keccak256(raw);
        match self.rpc().ask("eth_sendRawTransaction", json!([hex::encode_prefixed(raw)])).await {
            Ok(value) => match Read::new("eth_sendRawTransaction", &value).hash() {
                Ok(found) if found == hash => SendAnswer::Accepted(hash),
                Ok(_) => SendAnswer::Unknown(words("the node named another hash than that of the bytes it was sent")),
                Err(error) => SendAnswer::Unknown(words(&error.to_string())),
            },
            Err(NodeError::Rpc { text, .. }) => classify(text),
            Err(error) => SendAnswer::Unknown(words(&error.to_string())),
        }
    }
}

fn classify(text: Untrusted) -> SendAnswer {
    let lower = text.raw_for_storage().to_ascii_lowercase();
    let says = |list: &[&str]| list.iter().any(|words| lower.contains(words));
    if says(&KNOWN) {
        SendAnswer::Known
    } else if says(&NONCE_TOO_LOW) {
        SendAnswer::NonceTooLow
    } else if says(&UNDERPRICED) {
        SendAnswer::Underpriced
    } else if says(&REJECTED) {
        SendAnswer::Rejected(text)
    } else {
        SendAnswer::Unknown(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::fake::{Fake, Say, node};
    use serde_json::Value;

    const RAW: [u8; 3] = [2, 3, 4];

    async fn send(say: impl Fn(&Value) -> Say + Send + Sync + 'static) -> SendAnswer {
        let fake = Fake::start(say).await;
        node("n", &fake.url()).send_raw(&RAW).await
    }

    #[tokio::test]
    async fn only_the_same_hash_is_accepted() {
        let right = keccak256(RAW);
        assert_eq!(send(move |_| Say::Result(json!(right.to_string()))).await, SendAnswer::Accepted(right));
        for wrong in [json!(B256::ZERO.to_string()), json!("0x12"), json!(null), json!(true)] {
            let answer = send(move |_| Say::Result(wrong.clone())).await;
            assert!(matches!(answer, SendAnswer::Unknown(_)) && !answer.node_has_it());
        }
    }

    #[tokio::test]
    async fn words_are_sorted_and_only_known_counts() {
        let said = |text: &'static str| send(move |_| Say::Error(-32000, text));
        assert_eq!(said("already known").await, SendAnswer::Known);
        assert_eq!(said("transaction already imported").await, SendAnswer::Known);
        assert_eq!(said("nonce too low: next nonce 5, tx nonce 4").await, SendAnswer::NonceTooLow);
        assert_eq!(said("replacement transaction underpriced").await, SendAnswer::Underpriced);
        let funds = "insufficient funds for gas * price + value";
        assert_eq!(said(funds).await, SendAnswer::Rejected(Untrusted::new(funds)));
        assert_eq!(said("out of coffee").await, SendAnswer::Unknown(Untrusted::new("out of coffee")));
        assert!(!said("nonce too low").await.node_has_it());
    }

    #[tokio::test]
    async fn silence_and_nonsense_are_unknown() {
        for say in [|| Say::Silence, || Say::Html, || Say::Half, || Say::Status(503, "")] {
            assert!(matches!(send(move |_| say()).await, SendAnswer::Unknown(_)));
        }
    }
}
