//! `eth_getLogs`.

use alloy_primitives::{Address, B256, Log};
use serde_json::Value;

use super::params::{self, BlockRef, Params};
use super::{RpcError, json};
use crate::sandbox::block::Block;
use crate::sandbox::ledger::Ledger;

/// Most logs one answer holds.
const MAX_LOGS: usize = 10_000;
/// Most alternatives in one place of a filter.
const MAX_ALTERNATIVES: usize = 1_000;
/// Places for topics in one log (Yellow Paper, LOG0 to LOG4).
const MAX_TOPICS: usize = 4;

/// Which logs are asked for. An empty list stands for "any".
#[derive(Debug, Default)]
struct Filter {
    addresses: Vec<Address>,
    topics: Vec<Vec<B256>>,
}

impl Filter {
    fn matches(&self, log: &Log) -> bool {
        let address_fits = self.addresses.is_empty() || self.addresses.contains(&log.address);
        let topics = log.topics();
        let topic_fits = |(i, wanted): (usize, &Vec<B256>)| match topics.get(i) {
            Some(topic) => wanted.is_empty() || wanted.contains(topic),
            None => false,
        };
        address_fits && self.topics.iter().enumerate().all(topic_fits)
    }
}

/// All logs of the range that pass the filter, oldest first.
pub(super) fn logs(ledger: &Ledger, params: &Params<'_>) -> Result<Value, RpcError> {
    let question = params.required(0)?;
    let filter = filter(question).map_err(|why| RpcError::params(format!("invalid argument 0: {why}")))?;
    let mut found = Vec::new();
    for block in blocks(ledger, question)? {
        for index in 0..block.txs.len() {
            found.extend(json::logs(block, index).filter(|(log, _)| filter.matches(log)).map(|(_, shown)| shown));
        }
        if found.len() > MAX_LOGS {
            return Err(RpcError::params(format!("query exceeds max results {MAX_LOGS}")));
        }
    }
    Ok(Value::Array(found))
}

/// The blocks in question: one by its hash, or a range; both ends default to the head.
fn blocks<'a>(ledger: &'a Ledger, question: &Value) -> Result<Vec<&'a Block>, RpcError> {
    let present = |name: &str| question.get(name).filter(|value| !value.is_null());
    let (from, to) = (present("fromBlock"), present("toBlock"));
    if let Some(hash) = present("blockHash") {
        if from.is_some() || to.is_some() {
            return Err(RpcError::params("cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other"));
        }
        let hash = params::hash(hash).map_err(RpcError::params)?;
        return ledger.block_by_hash(&hash).map(|b| vec![b]).ok_or_else(|| RpcError::server("unknown block"));
    }
    let number = |value: Option<&Value>| -> Result<u64, RpcError> {
        let at = value.map_or(Ok(BlockRef::Latest), params::block_ref).map_err(RpcError::params)?;
        match at {
            // A range may reach past the head: it ends there.
            BlockRef::Number(number) => Ok(number),
            at => params::block(ledger, at).map(|b| b.header.number).ok_or_else(|| RpcError::server("unknown block")),
        }
    };
    let (from, to) = (number(from)?, number(to)?);
    if from > to {
        return Err(RpcError::params("invalid block range params"));
    }
    Ok((from..=to.min(ledger.head_number())).filter_map(|n| ledger.block(n)).collect())
}

fn filter(question: &Value) -> Result<Filter, String> {
    if !question.is_object() {
        return Err("expected a filter object".to_owned());
    }
    let addresses = alternatives(question.get("address"), params::address)?;
    let topics = match question.get("topics") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(places)) if places.len() <= MAX_TOPICS => {
            places.iter().map(|place| alternatives(Some(place), params::hash)).collect::<Result<_, _>>()?
        }
        Some(Value::Array(_)) => return Err("exceed max topics".to_owned()),
        Some(_) => return Err("expected a list of topics".to_owned()),
    };
    Ok(Filter { addresses, topics })
}

/// One value, a list of values, or nothing.
fn alternatives<T>(value: Option<&Value>, read: impl Fn(&Value) -> Result<T, String>) -> Result<Vec<T>, String> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(list)) if list.len() > MAX_ALTERNATIVES => {
            Err("exceed max addresses or topics per search position".to_owned())
        }
        // Nothing inside a list means "any", for the whole place.
        Some(Value::Array(list)) if list.iter().any(Value::is_null) => Ok(Vec::new()),
        Some(Value::Array(list)) => list.iter().map(read).collect(),
        Some(one) => read(one).map(|one| vec![one]),
    }
}
