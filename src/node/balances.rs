//! Many balances in few round trips: Multicall3 put in place by a state override, the deployed Multicall3 where its code is the
//! known one, JSON-RPC batches elsewhere. Every balance has its own outcome.

use crate::chain::evm::multicall::{self, MULTICALL3, MULTICALL3_CODE_HASH};
use crate::chain::evm::{EvmError, erc20};
use crate::node::error::NodeError;
use crate::node::evm::{At, Node, call_object, hex};
use crate::node::rpc::Question;
use crate::node::wire::Read;
use alloy_primitives::{Address, Bytes, U256, keccak256};
use serde_json::{Value, json};

/// Balances per round trip: below the body and gas limits of the nodes in use.
pub const CHUNK: usize = 500;
/// Most balances of one refresh.
pub const BALANCES_MAX: usize = 50_000;

/// Whose balance of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Wanted {
    /// The account.
    pub owner: Address,
    /// A token contract, or `None` for the network's own coin.
    pub token: Option<Address>,
}

/// How a node is asked for many balances; found out once per node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// `eth_call` with a state override: one round trip, wherever the node supports it.
    Override,
    /// `eth_call` to the deployed contract, whose code hash was checked.
    Deployed,
    /// A JSON-RPC batch.
    Batch,
}

/// One outcome per wanted balance, in order.
pub type Outcomes = Vec<Result<U256, NodeError>>;

impl Node {
    /// Balances at one state, in base units. A failing chunk fails alone; a revert fails one balance alone.
    ///
    /// For a consistent picture over several chunks pass [`At::Number`].
    ///
    /// # Errors
    /// [`NodeError::Answer`] for more than [`BALANCES_MAX`] questions; transport errors while finding out the way.
    pub async fn balances(&self, wanted: &[Wanted], at: At) -> Result<Outcomes, NodeError> {
        if wanted.len() > BALANCES_MAX {
            return Err(NodeError::Answer { method: "balances", why: "more than 50,000 balances in one refresh" });
        }
        let mut out = Vec::with_capacity(wanted.len());
        for chunk in wanted.chunks(CHUNK) {
            let way = self.way().await?;
            let found = match way {
                Way::Override | Way::Deployed => match self.by_multicall(chunk, at, way).await {
                    // Out of gas, a pruned state, a proxy that drops the override: the slower way may still do.
                    Err(error) if refused(&error) => Ok(self.by_batch(chunk, at).await),
                    outcome => outcome,
                },
                Way::Batch => Ok(self.by_batch(chunk, at).await),
            };
            match found {
                Ok(found) => out.extend(found),
                Err(error) => out.extend(chunk.iter().map(|_| Err(error.clone()))),
            }
        }
        Ok(out)
    }

    /// How this node is asked; found out once, then remembered.
    ///
    /// # Errors
    /// Transport errors; nothing is remembered then.
    pub async fn way(&self) -> Result<Way, NodeError> {
        self.way.get_or_try_init(|| self.find_way()).await.copied()
    }

    async fn find_way(&self) -> Result<Way, NodeError> {
        let probe = [Wanted { owner: MULTICALL3, token: None }];
        match self.by_multicall(&probe, At::Latest, Way::Override).await {
            Ok(_) => return Ok(Way::Override),
            Err(error) if refused(&error) => {}
            Err(error) => return Err(error),
        }
        match self.code(MULTICALL3, At::Latest).await {
            Ok(code) if keccak256(&code) == MULTICALL3_CODE_HASH => Ok(Way::Deployed),
            Ok(_) => Ok(Way::Batch),
            Err(error) if refused(&error) => Ok(Way::Batch),
            Err(error) => Err(error),
        }
    }

    async fn by_multicall(&self, wanted: &[Wanted], at: At, way: Way) -> Result<Outcomes, NodeError> {
        let calls: Vec<(Address, Bytes)> = wanted
            .iter()
            .map(|w| match w.token {
                None => (MULTICALL3, multicall::native_balance(w.owner)),
                Some(token) => (token, erc20::balance_of(w.owner)),
            })
            .collect();
        let mut params = vec![call_object(MULTICALL3, &multicall::aggregate(&calls)?), at.tag()];
        if way == Way::Override {
            params.push(json!({ hex(MULTICALL3): {"code": multicall::runtime_hex()} }));
        }
        let value = self.rpc().ask("eth_call", Value::Array(params)).await?;
        let answers = multicall::decode_aggregate(&Read::new("eth_call", &value).data()?, wanted.len())?;
        Ok(answers.into_iter().map(balance_of).collect())
    }

    async fn by_batch(&self, wanted: &[Wanted], at: At) -> Outcomes {
        let questions: Vec<Question> = wanted
            .iter()
            .map(|w| match w.token {
                None => Question { method: "eth_getBalance", params: json!([hex(w.owner), at.tag()]) },
                Some(token) => {
                    Question { method: "eth_call", params: json!([call_object(token, &erc20::balance_of(w.owner)), at.tag()]) }
                }
            })
            .collect();
        let mut out = Vec::with_capacity(wanted.len());
        let mut size = wanted.len();
        while out.len() < wanted.len() {
            let end = wanted.len().min(out.len() + size);
            match self.rpc().ask_many(&questions[out.len()..end]).await {
                Ok(answers) => {
                    let part = &wanted[out.len()..end];
                    out.extend(part.iter().zip(answers).map(|(w, answer)| read(w, answer)));
                }
                // Many nodes take small batches only, and do not say how small.
                Err(error) if refused(&error) && size > 1 => size = size.div_ceil(2),
                Err(error) => out.extend(wanted[out.len()..].iter().map(|_| Err(error.clone()))),
            }
        }
        out
    }
}

fn read(wanted: &Wanted, answer: Result<Value, NodeError>) -> Result<U256, NodeError> {
    let value = answer?;
    match wanted.token {
        None => Read::new("eth_getBalance", &value).quantity(),
        Some(_) => Ok(erc20::decode_balance(&Read::new("eth_call", &value).data()?)?),
    }
}

/// Whether the node merely said no to this way of asking; gateways say it with an HTTP status.
fn refused(error: &NodeError) -> bool {
    error.node_is_well() || matches!(error, NodeError::Http { status: 400 | 404 | 405 | 413 | 422 | 501, .. })
}

fn balance_of(answer: Option<Bytes>) -> Result<U256, NodeError> {
    let data = answer.ok_or(EvmError::Answer { call: "balanceOf", why: "a revert" })?;
    Ok(erc20::decode_balance(&data)?)
}

#[cfg(test)]
#[path = "balances_tests.rs"]
mod tests;
