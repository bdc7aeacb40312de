//! An EVM network behind several nodes, as the desk sees it: questions fail over, evidence needs witnesses.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Mutex;

use alloy_primitives::{Address, B256, Bytes};

use crate::chain::evm::EvmError;
use crate::chain::evm::erc20::decode_transfer_log;
use crate::chain::evm::fee::{FeeLimits, choose, choose_legacy, gas_limit};
use crate::chain::evm::transaction::Fees;
use crate::config::{Finality, NetworkSettings};
use crate::desk::clock::monotonic_ms;
use crate::desk::snapshot::{NodeStatus, STALE_S};
use crate::desk::world::{Answer, Found, Nonces, Prospects, Sheet, Trouble, World};
use crate::domain::asset::{AssetKind, NetworkId};
use crate::domain::id::NodeId;
use crate::domain::money::Amount;
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::transfer::{Call, SendAnswer};
use crate::node::NodeError;
use crate::node::agree::Agreement;
use crate::node::balances::Wanted;
use crate::node::evm::{At, Node};
use crate::node::health::Status;
use crate::node::pool::{Network, Pool};
use crate::node::rpc::{Headers, Limits};
use crate::node::send;
use crate::node::wire::Receipt;
use crate::text::Untrusted;

/// One EVM network.
pub struct Evm {
    settings: NetworkSettings,
    witnesses: usize,
    pool: Pool,
    asked: Mutex<Option<Timestamp>>,
}

impl From<NodeError> for Trouble {
    fn from(error: NodeError) -> Self {
        Self { retry: error.retry_helps(), why: error.to_string() }
    }
}

impl Evm {
    /// A network with its nodes in order of use. `genesis` pins it; `witnesses` nodes must agree on what counts.
    ///
    /// # Errors
    /// [`Trouble`] where the nodes contradict each other, such as one place under two names.
    pub fn new(settings: NetworkSettings, genesis: B256, witnesses: u32, nodes: Vec<Node>) -> Result<Self, Trouble> {
        let network = Network { chain_id: settings.id.chain_id(), genesis, stale_after_s: STALE_S };
        let pool = Pool::new(network, nodes, monotonic_ms)?;
        let witnesses = usize::try_from(witnesses.max(1)).unwrap_or(usize::MAX);
        Ok(Self { settings, witnesses, pool, asked: Mutex::new(None) })
    }

    fn asked(&self) -> u64 {
        self.asked.lock().map_or(0, |asked| asked.map_or(0, Timestamp::unix))
    }

    async fn look_ahead(&self, from: Address, call: &Call) -> Result<Prospects, Trouble> {
        let NetworkSettings { fee_ceiling, tip_floor, legacy, .. } = self.settings;
        // The slot is never chosen on one node's word: a nonce that is too high would leave a gap that nothing fills.
        let nonce = self.nonces_of(from).await?.latest;
        let ask = async |node: std::sync::Arc<Node>| {
            let gas = node.estimate_gas(from, call.to, call.value, &call.input).await?;
            let market = if legacy {
                (node.gas_price().await?, Vec::new())
            } else {
                let history = node.fee_history().await?;
                (history.next_base_fee, history.tips)
            };
            Ok((gas, market))
        };
        let ((gas, (base, tips)), _) = self.pool.read(self.asked(), ask).await.map_err(would_fail)?;
        // The tip's ceiling is the fee's: what is approved is a bound on the whole.
        let limits = FeeLimits { tip_floor, tip_ceiling: fee_ceiling, fee_ceiling };
        let fail = |e: EvmError| Trouble { why: e.to_string(), retry: true };
        let offer = if legacy { choose_legacy(base, &limits) } else { choose(base, &tips, &limits) };
        let now = match offer.map_err(fail)? {
            Fees::Eip1559 { fee_cap, tip_cap } => (fee_cap, tip_cap),
            Fees::Legacy { gas_price } => (gas_price, gas_price),
        };
        let gas_limit = gas_limit(gas, &call.input).map_err(fail)?;
        Ok(Prospects { nonce, now, ceiling: ceiling(now, fee_ceiling), gas_limit, legacy })
    }

    async fn nonces_of(&self, account: Address) -> Result<Nonces, Trouble> {
        let finality = self.settings.finality;
        let ask = async |node: std::sync::Arc<Node>| {
            let latest = node.nonce(account, At::Latest).await?;
            let finalized = match finality {
                Finality::Finalized => node.nonce(account, At::Finalized).await?,
                Finality::Depth(depth) => {
                    let head = node.head().await?.number;
                    // Before the network is as long as the depth, nothing is final.
                    match head.checked_sub(depth) {
                        None => 0,
                        Some(height) => node.nonce(account, At::Number(height)).await?,
                    }
                }
            };
            Ok(Nonces { latest, finalized })
        };
        let (mut known, mut failed): (Vec<Nonces>, Vec<(String, NodeError)>) = (Vec::new(), Vec::new());
        for (name, answer) in self.pool.each(ask).await {
            match answer {
                Ok(nonces) => known.push(nonces),
                Err(error) => failed.push((name, error)),
            }
        }
        if known.len() < self.witnesses {
            let what = format!("{} of {} nodes told the account's nonce", known.len(), self.witnesses);
            let retry = failed.iter().any(|(_, error)| error.retry_helps());
            let why = failed.first().map_or(what.clone(), |(name, error)| format!("{what}; {name}: {error}"));
            return Err(Trouble { why, retry });
        }
        // The most careful reading: consumed only where every node that answered says so.
        let least = |pick: fn(&Nonces) -> u64| known.iter().map(pick).min().unwrap_or(0);
        Ok(Nonces { latest: least(|n| n.latest), finalized: least(|n| n.finalized) })
    }

    async fn find_any(&self, hashes: Vec<B256>) -> Result<Found, Trouble> {
        let (mut waiting, mut unsure) = (false, None);
        for hash in hashes {
            match self.pool.quorum_receipt(hash, self.witnesses).await {
                Agreement::Included { receipt, by } => return Ok(self.included(receipt, by).await),
                Agreement::Waiting { .. } => waiting = true,
                Agreement::Absent { .. } => {}
                Agreement::Conflict { among } => unsure = Some(format!("{} contradict each other", among.join(" and "))),
                Agreement::Unsettled { included, answered } => {
                    unsure =
                        Some(format!("{answered} nodes answered, {included} have it in a block, {} must agree", self.witnesses));
                }
            }
        }
        Ok(match (unsure, waiting) {
            (Some(why), _) => Found::Unsure(why),
            (None, true) => Found::Waiting,
            (None, false) => Found::Nowhere,
        })
    }

    async fn included(&self, receipt: Receipt, by: Vec<String>) -> Found {
        let is_final = self.is_final(&receipt, &by).await;
        let price = receipt.effective_price.unwrap_or(0);
        let fee = alloy_primitives::U256::from(receipt.gas_used).saturating_mul(alloy_primitives::U256::from(price));
        let transfers = receipt.logs.iter().filter_map(|log| {
            let moved = decode_transfer_log(&log.topics, &log.data)?;
            Some((log.address, moved.from, moved.to, Amount::from_base(moved.amount)))
        });
        Found::Included {
            hash: receipt.hash,
            block: receipt.block_number,
            block_hash: receipt.block_hash,
            success: receipt.succeeded,
            fee: Amount::from_base(fee),
            transfers: transfers.collect(),
            witnesses: by.iter().filter_map(|name| NodeId::parse(name).ok()).collect(),
            is_final,
        }
    }

    /// Enough of the nodes that saw the receipt say that its block is final, and is still the block at its height.
    async fn is_final(&self, receipt: &Receipt, by: &[String]) -> bool {
        let finality = self.settings.finality;
        let height = receipt.block_number;
        let ask = async |node: std::sync::Arc<Node>| {
            let last = match finality {
                Finality::Finalized => node.finalized().await?.map(|head| head.number),
                Finality::Depth(depth) => node.head().await?.number.saturating_add(1).checked_sub(depth),
            };
            let hash = node.block_hash(height).await?;
            Ok((last, hash))
        };
        let agrees = |answer: &Result<(Option<u64>, Option<B256>), NodeError>| matches!(answer, Ok((Some(last), Some(hash))) if *last >= height && *hash == receipt.block_hash);
        let answers = self.pool.each(ask).await;
        answers.iter().filter(|(name, answer)| by.contains(name) && agrees(answer)).count() >= self.witnesses
    }

    async fn read_balances(&self, wanted: Vec<(Address, AssetKind)>) -> Result<Sheet, Trouble> {
        let wanted: Vec<Wanted> = wanted
            .into_iter()
            .map(|(owner, kind)| Wanted {
                owner,
                token: match kind {
                    AssetKind::Native => None,
                    AssetKind::Erc20(token) => Some(token),
                },
            })
            .collect();
        let ask = async |node: std::sync::Arc<Node>| {
            // One height for the whole sheet.
            let block = node.head().await?.number;
            let amounts = node.balances(&wanted, At::Number(block)).await?;
            Ok((block, amounts))
        };
        let ((block, outcomes), name) = self.pool.read(self.asked(), ask).await?;
        let source = NodeId::parse(&name).map_err(|e| Trouble { why: e.to_string(), retry: false })?;
        if let Some(Err(first)) = outcomes.iter().find(|o| o.is_err()) {
            tracing::warn!(%source, error = %first, "a balance could not be read");
        }
        let amounts = outcomes.into_iter().map(|o| o.ok().map(Amount::from_base)).collect();
        Ok(Sheet { source, block, amounts })
    }
}

/// A node that answers with an error about the call itself tells of the transfer, not of the node.
fn would_fail(error: NodeError) -> Trouble {
    let about_the_call = match &error {
        NodeError::AllFailed { last, .. } => matches!(**last, NodeError::Rpc { .. }),
        _ => false,
    };
    if about_the_call {
        let why =
            format!("the network says that this transfer would fail; does the wallet hold enough, fees included? ({error})");
        return Trouble { why, retry: false };
    }
    error.into()
}

/// What approvers are asked to allow: four times today's offer, so that a waiting request survives a fee spike and two bumps,
/// but never more than the network's own ceiling.
fn ceiling(now: (u128, u128), most: u128) -> (u128, u128) {
    let (cap, tip) = now;
    let cap = cap.saturating_mul(4).min(most);
    (cap, tip.saturating_mul(4).min(cap))
}

impl World for Evm {
    fn network(&self) -> NetworkId {
        self.settings.id
    }

    fn nodes(&self) -> Vec<NodeId> {
        self.pool.names().iter().filter_map(|name| NodeId::parse(name).ok()).collect()
    }

    fn stuck_after_s(&self) -> Seconds {
        self.settings.stuck_after_s
    }

    fn prospects<'a>(&'a self, from: Address, call: &'a Call) -> Answer<'a, Prospects> {
        Box::pin(self.look_ahead(from, call))
    }

    fn nonces(&self, account: Address) -> Answer<'_, Nonces> {
        Box::pin(self.nonces_of(account))
    }

    fn send<'a>(&'a self, node: &'a NodeId, raw: &'a Bytes, hash: B256) -> Pin<Box<dyn Future<Output = SendAnswer> + Send + 'a>> {
        Box::pin(async move {
            match self.pool.send_to(node.as_str(), raw).await {
                Ok(send::SendAnswer::Accepted(found)) if found == hash => SendAnswer::Accepted,
                Ok(send::SendAnswer::Known) => SendAnswer::Known,
                Ok(send::SendAnswer::Accepted(_)) => SendAnswer::Unclear(Untrusted::new("the node named another hash")),
                Ok(send::SendAnswer::NonceTooLow) => SendAnswer::Unclear(Untrusted::new("the node says the nonce is used up")),
                Ok(send::SendAnswer::Underpriced) => {
                    SendAnswer::Unclear(Untrusted::new("the node says the fee does not suffice"))
                }
                Ok(send::SendAnswer::Rejected(words) | send::SendAnswer::Unknown(words)) => SendAnswer::Unclear(words),
                Err(error) => SendAnswer::Unclear(Untrusted::new(error.to_string())),
            }
        })
    }

    fn find(&self, hashes: Vec<B256>) -> Answer<'_, Found> {
        Box::pin(self.find_any(hashes))
    }

    fn balances(&self, wanted: Vec<(Address, AssetKind)>) -> Answer<'_, Sheet> {
        Box::pin(self.read_balances(wanted))
    }

    fn probe(&self, at: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            self.pool.check().await;
            if let Ok(mut asked) = self.asked.lock() {
                *asked = Some(at);
            }
        })
    }

    fn statuses(&self) -> Vec<NodeStatus> {
        let asked_at = self.asked.lock().map_or(None, |asked| *asked);
        let heads: BTreeMap<String, u64> = self.pool.head_times().into_iter().collect();
        let status = |status: Status| {
            Some(NodeStatus {
                id: NodeId::parse(&status.name).ok()?,
                network: self.settings.id,
                url: status.url,
                state: status.state.word(),
                usable: !status.state.is_foreign(),
                head: status.head,
                head_at: heads.get(&status.name).map(|s| Timestamp::from_unix(*s)),
                latency_ms: status.latency_ms,
                asked_at,
                error: status.error,
            })
        };
        self.pool.statuses(self.asked()).into_iter().filter_map(status).collect()
    }
}

/// The practice network: one node on loopback, one witness, final two blocks behind the head.
///
/// # Errors
/// [`Trouble`] where the address is not one.
pub fn practice(url: &str, network: NetworkId, genesis: B256) -> Result<Evm, Trouble> {
    let settings = NetworkSettings { stuck_after_s: 60, ..NetworkSettings::standard(network) };
    let node = Node::new("practice", url, Headers::default(), Limits::USUAL)?;
    Evm::new(settings, genesis, 1, vec![node])
}
