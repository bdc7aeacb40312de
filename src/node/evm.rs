//! Typed questions to one EVM node (Ethereum execution API). Answers are checked for form and for being about what was asked.

use crate::chain::evm::erc20;
use crate::chain::evm::fee::{HISTORY_BLOCKS, TIP_PERCENTILE};
use crate::node::balances::Way;
use crate::node::error::NodeError;
use crate::node::rpc::{Client, Headers, Limits};
use crate::node::wire::{Head, Known, Read, Receipt};
use crate::text::Untrusted;
use alloy_primitives::{Address, B256, Bytes, U256};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

/// Most bytes of a node's name.
const NAME_MAX: usize = 32;

/// Which state a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// The newest block.
    Latest,
    /// The newest block and the node's own pool.
    Pending,
    /// The newest block that cannot be undone, where the network has it.
    Finalized,
    /// A height.
    Number(u64),
}

impl At {
    pub(crate) fn tag(self) -> Value {
        match self {
            Self::Latest => json!("latest"),
            Self::Pending => json!("pending"),
            Self::Finalized => json!("finalized"),
            Self::Number(number) => json!(quantity(number)),
        }
    }
}

/// What fee choice needs from a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeeHistory {
    /// Base fee of the next block, wei per gas.
    pub next_base_fee: u128,
    /// One tip per block at the 50th percentile, wei per gas, oldest first; 0 for an empty block.
    pub tips: Vec<u128>,
}

/// What a token contract says about itself. For proposing an asset; the signed asset list is what counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenFacts {
    /// The contract's own words.
    pub symbol: Untrusted,
    /// 0 to 36.
    pub decimals: u8,
}

/// One configured EVM node.
pub struct Node {
    name: String,
    rpc: Client,
    pub(crate) way: OnceCell<Way>,
}

impl Node {
    /// Prepares a node; nothing is sent.
    ///
    /// # Errors
    /// [`NodeError::Config`] for a name outside `a-z 0-9 - . _` (1 to 32) or an unusable URL.
    pub fn new(name: &str, url: &str, headers: Headers, limits: Limits) -> Result<Self, NodeError> {
        Self::trusting(name, url, (headers, None), limits)
    }

    /// As [`Node::new`], trusting only the certificates of a PEM text instead of the system's where one is given.
    ///
    /// # Errors
    /// As [`Node::new`], and for a text without a certificate.
    pub fn trusting(name: &str, url: &str, with: (Headers, Option<&str>), limits: Limits) -> Result<Self, NodeError> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'_');
        if name.is_empty() || name.len() > NAME_MAX || !name.bytes().all(plain) {
            return Err(NodeError::Config("a node's name has 1 to 32 of a-z, 0-9, dash, dot, underscore".to_owned()));
        }
        Ok(Self { name: name.to_owned(), rpc: Client::trusting(url, with, limits)?, way: OnceCell::new() })
    }

    /// The configured name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn redacted_url(&self) -> String {
        self.rpc.redacted()
    }

    pub(crate) const fn rpc(&self) -> &Client {
        &self.rpc
    }

    /// `eth_chainId`.
    ///
    /// # Errors
    /// Any [`NodeError`]; so for all questions below.
    pub async fn chain_id(&self) -> Result<u64, NodeError> {
        let value = self.rpc.ask("eth_chainId", json!([])).await?;
        Read::new("eth_chainId", &value).small()
    }

    /// The hash of block 0: tells networks apart that share a chain id.
    ///
    /// # Errors
    /// Any [`NodeError`].
    pub async fn genesis(&self) -> Result<B256, NodeError> {
        Ok(self.block(At::Number(0)).await?.ok_or(no_block("the node has no block 0"))?.hash)
    }

    /// The newest block.
    ///
    /// # Errors
    /// Any [`NodeError`].
    pub async fn head(&self) -> Result<Head, NodeError> {
        self.block(At::Latest).await?.ok_or(no_block("the node has no newest block"))
    }

    /// The newest final block; `None` where the network has none yet.
    ///
    /// # Errors
    /// Any [`NodeError`]; a network without finality answers with [`NodeError::Rpc`].
    pub async fn finalized(&self) -> Result<Option<Head>, NodeError> {
        self.block(At::Finalized).await
    }

    /// The hash of the block at a height now; `None` above the head.
    ///
    /// # Errors
    /// Any [`NodeError`].
    pub async fn block_hash(&self, number: u64) -> Result<Option<B256>, NodeError> {
        Ok(self.block(At::Number(number)).await?.map(|head| head.hash))
    }

    /// A block's header fields.
    ///
    /// # Errors
    /// Any [`NodeError`], also when a height was asked and another one came.
    pub async fn block(&self, at: At) -> Result<Option<Head>, NodeError> {
        let value = self.rpc.ask("eth_getBlockByNumber", json!([at.tag(), false])).await?;
        let read = Read::new("eth_getBlockByNumber", &value);
        if read.is_null() {
            return Ok(None);
        }
        let head = read.head()?;
        match at {
            At::Number(number) if head.number != number => Err(read.wrong("a block of another height")),
            At::Number(_) | At::Latest | At::Pending | At::Finalized => Ok(Some(head)),
        }
    }

    /// A native balance, wei.
    ///
    /// # Errors
    /// Any [`NodeError`].
    pub async fn balance(&self, account: Address, at: At) -> Result<U256, NodeError> {
        let value = self.rpc.ask("eth_getBalance", json!([hex(account), at.tag()])).await?;
        Read::new("eth_getBalance", &value).quantity()
    }

    /// The next nonce: of the chain with [`At::Latest`], of chain and pool with [`At::Pending`].
    ///
    /// # Errors
    /// Any [`NodeError`].
    pub async fn nonce(&self, account: Address, at: At) -> Result<u64, NodeError> {
        let value = self.rpc.ask("eth_getTransactionCount", json!([hex(account), at.tag()])).await?;
        Read::new("eth_getTransactionCount", &value).small()
    }

    /// The code at an address; empty for an account. An account with an EIP-7702 delegation has 23 bytes from `0xef0100`.
    ///
    /// # Errors
    /// Any [`NodeError`].
    pub async fn code(&self, account: Address, at: At) -> Result<Bytes, NodeError> {
        let value = self.rpc.ask("eth_getCode", json!([hex(account), at.tag()])).await?;
        Read::new("eth_getCode", &value).data()
    }

    /// `eth_call` without a sender.
    ///
    /// # Errors
    /// Any [`NodeError`]; a revert is [`NodeError::Rpc`].
    pub async fn call(&self, to: Address, input: &Bytes, at: At) -> Result<Bytes, NodeError> {
        let value = self.rpc.ask("eth_call", json!([call_object(to, input), at.tag()])).await?;
        Read::new("eth_call", &value).data()
    }

    /// Gas units that a call needs now.
    ///
    /// # Errors
    /// Any [`NodeError`]; a call that would revert is [`NodeError::Rpc`].
    pub async fn estimate_gas(&self, from: Address, to: Address, value: U256, input: &Bytes) -> Result<u64, NodeError> {
        let call = json!({"from": hex(from), "to": hex(to), "value": format!("0x{value:x}"), "input": input.to_string()});
        let value = self.rpc.ask("eth_estimateGas", json!([call])).await?;
        Read::new("eth_estimateGas", &value).small()
    }

    /// Base fee of the next block and the tips of the last 20.
    ///
    /// # Errors
    /// Any [`NodeError`].
    pub async fn fee_history(&self) -> Result<FeeHistory, NodeError> {
        let params = json!([quantity(HISTORY_BLOCKS), "latest", [TIP_PERCENTILE]]);
        let value = self.rpc.ask("eth_feeHistory", params).await?;
        fee_history(&Read::new("eth_feeHistory", &value))
    }

    /// The going gas price, wei, for networks without EIP-1559.
    ///
    /// # Errors
    /// Any [`NodeError`].
    pub async fn gas_price(&self) -> Result<u128, NodeError> {
        let value = self.rpc.ask("eth_gasPrice", json!([])).await?;
        Read::new("eth_gasPrice", &value).price()
    }

    /// What the node knows of a transaction; `None`: nothing.
    ///
    /// # Errors
    /// Any [`NodeError`].
    pub async fn transaction(&self, hash: B256) -> Result<Option<Known>, NodeError> {
        let value = self.rpc.ask("eth_getTransactionByHash", json!([hash.to_string()])).await?;
        let read = Read::new("eth_getTransactionByHash", &value);
        if read.is_null() { Ok(None) } else { read.known(hash).map(Some) }
    }

    /// The receipt; `None` while it is in no block.
    ///
    /// # Errors
    /// Any [`NodeError`].
    pub async fn receipt(&self, hash: B256) -> Result<Option<Receipt>, NodeError> {
        let value = self.rpc.ask("eth_getTransactionReceipt", json!([hash.to_string()])).await?;
        let read = Read::new("eth_getTransactionReceipt", &value);
        if read.is_null() { Ok(None) } else { read.receipt(hash).map(Some) }
    }

    /// Symbol and decimals by the token contract's own claim.
    ///
    /// # Errors
    /// Any [`NodeError`]; answers that are not ERC-20's are [`NodeError::Evm`].
    pub async fn token(&self, token: Address) -> Result<TokenFacts, NodeError> {
        let symbol = self.call(token, &erc20::symbol(), At::Latest).await?;
        let decimals = self.call(token, &erc20::decimals(), At::Latest).await?;
        Ok(TokenFacts { symbol: erc20::decode_symbol(&symbol)?, decimals: erc20::decode_decimals(&decimals)? })
    }
}

/// EIP-1474's hex quantity.
pub(crate) fn quantity(value: u64) -> String {
    format!("0x{value:x}")
}

/// An address for the wire: lower case, since a few nodes refuse checksums.
pub(crate) fn hex(account: Address) -> String {
    format!("{account:#x}")
}

/// The first parameter of `eth_call`.
pub(crate) fn call_object(to: Address, input: &Bytes) -> Value {
    json!({"to": hex(to), "input": input.to_string()})
}

const fn no_block(why: &'static str) -> NodeError {
    NodeError::Answer { method: "eth_getBlockByNumber", why }
}

fn fee_history(read: &Read<'_>) -> Result<FeeHistory, NodeError> {
    let most = HISTORY_BLOCKS as usize;
    let bases = read.member("baseFeePerGas")?.list(most + 1)?;
    let next = bases.last().ok_or_else(|| read.wrong("no base fee"))?.price()?;
    let rewards = read.optional("reward").map(|r| r.list(most)).transpose()?.unwrap_or_default();
    let mut tips = Vec::with_capacity(rewards.len());
    for block in &rewards {
        tips.push(block.list(1)?.first().ok_or_else(|| read.wrong("a block without the asked percentile"))?.price()?);
    }
    Ok(FeeHistory { next_base_fee: next, tips })
}

#[cfg(test)]
#[path = "evm_tests.rs"]
mod tests;
