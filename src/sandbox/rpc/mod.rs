//! Ethereum JSON-RPC 2.0: envelopes, batches and the method table. Texts and codes follow go-ethereum's.

mod call;
mod json;
mod logs;
pub(super) mod params;

use alloy_primitives::Bytes;
use serde_json::{Value, json};

use self::params::{BlockRef, Params, quantity};
use crate::sandbox::chain::Chain;
use crate::sandbox::fees;
use crate::sandbox::ledger::Ledger;
use crate::sandbox::transaction::SignedTx;

/// Most requests in one batch.
const MAX_BATCH: usize = 1_000;
/// Most bytes of one answer; what comes later in a batch is refused.
const MAX_ANSWER_BYTES: usize = 25_000_000;
/// What `web3_clientVersion` answers.
const CLIENT: &str = concat!("bursar-practice/v", env!("CARGO_PKG_VERSION"));

/// JSON-RPC 2.0 error codes, and go-ethereum's for failed calls and answers that grow too long.
mod code {
    pub(super) const PARSE: i64 = -32_700;
    pub(super) const INVALID_REQUEST: i64 = -32_600;
    pub(super) const UNKNOWN_METHOD: i64 = -32_601;
    pub(super) const INVALID_PARAMS: i64 = -32_602;
    pub(super) const TOO_LONG: i64 = -32_003;
    pub(super) const SERVER: i64 = -32_000;
    pub(super) const REVERTED: i64 = 3;
}

/// An error as the client sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RpcError {
    code: i64,
    message: String,
    /// Revert data of a failed call.
    data: Option<Bytes>,
}

impl RpcError {
    fn new(code: i64, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    /// The node refused or failed (code -32000).
    pub(super) fn server(message: impl Into<String>) -> Self {
        Self::new(code::SERVER, message)
    }

    /// The parameters do not fit the method (code -32602).
    pub(super) fn params(message: impl Into<String>) -> Self {
        Self::new(code::INVALID_PARAMS, message)
    }

    /// A call ran and reverted (code 3).
    fn reverted(message: String, data: Bytes) -> Self {
        Self { code: code::REVERTED, message, data: Some(data) }
    }

    fn to_json(&self) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(data) = &self.data {
            error["data"] = json!(data.to_string());
        }
        error
    }
}

/// Answers one HTTP body. `None` when nothing is owed: the body held notifications only.
pub(super) fn answer(chain: &Chain, body: &[u8]) -> Option<String> {
    let request: Value = match serde_json::from_slice(body) {
        Ok(request) => request,
        Err(_) => return Some(failure(&Value::Null, &RpcError::new(code::PARSE, "parse error"))),
    };
    let Value::Array(batch) = request else { return single(chain, &request) };
    let invalid = |why: &str| Some(failure(&Value::Null, &RpcError::new(code::INVALID_REQUEST, why)));
    if batch.is_empty() {
        return invalid("empty batch");
    }
    if batch.len() > MAX_BATCH {
        return invalid("batch too large");
    }
    let mut answers: Vec<String> = Vec::new();
    let mut bytes = 0;
    for request in &batch {
        let answer = if bytes > MAX_ANSWER_BYTES {
            let id = request.get("id").unwrap_or(&Value::Null);
            Some(failure(id, &RpcError::new(code::TOO_LONG, "response too large")))
        } else {
            single(chain, request)
        };
        bytes += answer.as_ref().map_or(0, String::len);
        answers.extend(answer);
    }
    (!answers.is_empty()).then(|| format!("[{}]", answers.join(",")))
}

fn single(chain: &Chain, request: &Value) -> Option<String> {
    let id = request.get("id").filter(|id| id.is_string() || id.is_number() || id.is_null());
    let version_ok = request.get("jsonrpc").and_then(Value::as_str) == Some("2.0");
    let method = request.get("method").and_then(Value::as_str).filter(|m| !m.is_empty());
    let (true, Some(method)) = (version_ok, method) else {
        let error = RpcError::new(code::INVALID_REQUEST, "invalid request");
        return Some(failure(id.unwrap_or(&Value::Null), &error));
    };
    let outcome = match request.get("params") {
        None | Some(Value::Null) => dispatch(&mut chain.lock(), method, &Params(&[])),
        Some(Value::Array(list)) => dispatch(&mut chain.lock(), method, &Params(list)),
        Some(_) => Err(RpcError::params("non-array args")),
    };
    // A request without an id is a notification: it runs and is not answered.
    let id = id?;
    Some(match outcome {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string(),
        Err(error) => failure(id, &error),
    })
}

fn failure(id: &Value, error: &RpcError) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "error": error.to_json() }).to_string()
}

fn dispatch(ledger: &mut Ledger, method: &str, params: &Params<'_>) -> Result<Value, RpcError> {
    match method {
        "web3_clientVersion" => Ok(json!(CLIENT)),
        "net_version" => Ok(json!(ledger.chain_id.to_string())),
        "eth_chainId" => Ok(quantity(ledger.chain_id)),
        "eth_blockNumber" => Ok(quantity(ledger.head_number())),
        "eth_gasPrice" => Ok(quantity(fees::suggested_tip(ledger) + u128::from(ledger.head().base_fee()))),
        "eth_maxPriorityFeePerGas" => Ok(quantity(fees::suggested_tip(ledger))),
        "eth_feeHistory" => fee_history(ledger, params),
        "eth_getBlockByNumber" => block_by_number(ledger, params),
        "eth_getBlockByHash" => {
            let (hash, full) = (params.hash(0)?, params.flag(1)?);
            Ok(ledger.block_by_hash(&hash).map_or(Value::Null, |block| json::block(block, full)))
        }
        "eth_getBalance" | "eth_getTransactionCount" | "eth_getCode" => account(ledger, method, params),
        "eth_getStorageAt" => {
            let (address, slot) = (params.address(0)?, params.word(1)?);
            let (_, state) = params::state(ledger, params.block(2)?)?;
            Ok(json!(format!("0x{:064x}", state.slot(address, slot))))
        }
        "eth_call" => call::call(ledger, params),
        "eth_estimateGas" => call::estimate(ledger, params),
        "eth_sendRawTransaction" => {
            let raw = params.bytes(0)?;
            let tx = SignedTx::decode(&raw, ledger.chain_id).map_err(|e| RpcError::server(e.to_string()))?;
            let hash = ledger.submit(tx).map_err(|e| RpcError::server(e.to_string()))?;
            Ok(json!(hash.to_string()))
        }
        "eth_getTransactionByHash" => {
            let hash = params.hash(0)?;
            let mined = ledger.mined(&hash).map(|(block, index)| json::transaction(&block.txs[index], Some((block, index))));
            let waiting = || ledger.pool.get(&hash).map(|tx| json::transaction(tx, None));
            Ok(mined.or_else(waiting).unwrap_or(Value::Null))
        }
        "eth_getTransactionReceipt" => {
            let hash = params.hash(0)?;
            Ok(ledger.mined(&hash).map_or(Value::Null, |(block, index)| json::receipt(block, index)))
        }
        "eth_getLogs" => logs::logs(ledger, params),
        unknown => {
            let message = format!("the method {unknown} does not exist/is not available");
            Err(RpcError::new(code::UNKNOWN_METHOD, message))
        }
    }
}

fn block_by_number(ledger: &Ledger, params: &Params<'_>) -> Result<Value, RpcError> {
    let (at, full) = (params.block(0)?, params.flag(1)?);
    // Since the merge a node does not build a pending block by itself.
    if at == BlockRef::Pending {
        return Ok(Value::Null);
    }
    Ok(params::block(ledger, at).map_or(Value::Null, |block| json::block(block, full)))
}

fn account(ledger: &Ledger, method: &str, params: &Params<'_>) -> Result<Value, RpcError> {
    let (address, at) = (params.address(0)?, params.block(1)?);
    let (_, state) = params::state(ledger, at)?;
    Ok(match method {
        "eth_getBalance" => quantity(state.balance(address)),
        "eth_getCode" => json!(state.code(address).to_string()),
        _ if at == BlockRef::Pending => quantity(ledger.pool.pending_nonce(address, state.nonce(address))),
        _ => quantity(state.nonce(address)),
    })
}

fn fee_history(ledger: &Ledger, params: &Params<'_>) -> Result<Value, RpcError> {
    let (count, newest) = (params.count(0)?, params.block(1)?);
    let block = params::block(ledger, newest).ok_or_else(|| RpcError::server("request beyond head block"))?;
    let percentiles = params.percentiles(2)?;
    fees::history(ledger, count, block.header.number, percentiles.as_deref())
}
