//! The one error of this room. What a node wrote is [`Untrusted`]; a URL is never part of a message.

use crate::chain::evm::EvmError;
use crate::text::{Context, Untrusted};
use alloy_primitives::B256;

/// Columns of a node's own words inside a message.
const QUOTE_WIDTH: usize = 120;
/// Most characters of a node's own words that are kept.
pub const WORDS_MAX: usize = 2_048;

/// Why a question to a node has no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    /// The configured URL, header or name cannot be used.
    #[error("the node's configuration cannot be used: {0}")]
    Config(String),
    /// No connection, or it broke.
    #[error("the node cannot be reached or broke the connection: {}", quote(.0))]
    Unreachable(Untrusted),
    /// Nothing complete within the deadline. The question may have been heard.
    #[error("no complete answer to {method} within {ms} ms")]
    Deadline {
        /// The JSON-RPC method.
        method: &'static str,
        /// The deadline.
        ms: u128,
    },
    /// An HTTP status other than 200.
    #[error("HTTP status {status}{}", after(.retry_after_s))]
    Http {
        /// The status.
        status: u16,
        /// Seconds from a `Retry-After` header, at most [`crate::node::rpc::RETRY_AFTER_MAX_S`].
        retry_after_s: Option<u64>,
    },
    /// A redirect, which is never followed.
    #[error("HTTP status {0} points to another place; bursar connects to configured hosts only: configure the final URL")]
    Redirect(u16),
    /// A compressed body, which could unfold without bound.
    #[error("the answer is compressed, which was not asked for")]
    Compressed,
    /// More bytes than allowed.
    #[error("the answer is larger than {most} bytes")]
    TooLarge {
        /// The limit.
        most: usize,
    },
    /// Not JSON: a web page, a cut-off body, nesting without end.
    #[error("the answer is not JSON-RPC; it begins {}", quote(.0))]
    NotJson(Untrusted),
    /// JSON, but no proper JSON-RPC 2.0 answer to what was asked.
    #[error("the answer breaks JSON-RPC 2.0: {0}")]
    Protocol(&'static str),
    /// The node answered with an error object.
    #[error("the node answered error {code}: {}", quote(.text))]
    Rpc {
        /// JSON-RPC's code.
        code: i64,
        /// The node's words.
        text: Untrusted,
    },
    /// The answer has another shape or content than the method promises.
    #[error("the answer to {method} cannot be trusted: {why}")]
    Answer {
        /// The JSON-RPC method.
        method: &'static str,
        /// What was expected.
        why: &'static str,
    },
    /// Another network.
    #[error("the node serves chain {found}, expected {expected}: it is not used")]
    WrongChain {
        /// From the configuration.
        expected: u64,
        /// From the node.
        found: u64,
    },
    /// Another network with the same chain id.
    #[error("the node's block 0 is {found}, expected {expected}: it is not used")]
    WrongGenesis {
        /// From the configuration.
        expected: B256,
        /// From the node.
        found: B256,
    },
    /// A contract's answer.
    #[error(transparent)]
    Evm(#[from] EvmError),
    /// No node of that name.
    #[error("no node has this name; see `bursar node list`")]
    NoSuchNode,
    /// Every node was tried.
    #[error("none of {tried} nodes gave a usable answer; the last: {last}")]
    AllFailed {
        /// Nodes that were asked.
        tried: usize,
        /// The last one's error.
        last: Box<Self>,
    },
}

impl NodeError {
    /// Whether asking again later, with nothing changed, can help.
    #[must_use]
    pub fn retry_helps(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Deadline { .. } | Self::NotJson(_) | Self::Protocol(_) | Self::Rpc { .. } => true,
            Self::Http { status, .. } => matches!(status, 408 | 425 | 429) || *status >= 500,
            Self::AllFailed { last, .. } => last.retry_helps(),
            Self::Config(_) | Self::Redirect(_) | Self::Compressed | Self::TooLarge { .. } | Self::Answer { .. } => false,
            Self::WrongChain { .. } | Self::WrongGenesis { .. } | Self::Evm(_) | Self::NoSuchNode => false,
        }
    }

    /// Whether the node answered in form and merely said no (a revert, a missing method): the node itself is well.
    #[must_use]
    pub const fn node_is_well(&self) -> bool {
        matches!(self, Self::Rpc { .. } | Self::Evm(_) | Self::NoSuchNode)
    }
}

/// A node's own words, cut to [`WORDS_MAX`] characters.
#[must_use]
pub fn words(text: &str) -> Untrusted {
    Untrusted::new(text.chars().take(WORDS_MAX).collect::<String>())
}

fn quote(text: &Untrusted) -> String {
    format!("\"{}\"", text.show(Context::Diag, QUOTE_WIDTH).text)
}

fn after(seconds: &Option<u64>) -> String {
    seconds.map_or_else(String::new, |s| format!(", ask again in {s} s"))
}
