//! `eth_call` and `eth_estimateGas`: executions that leave nothing behind.

use alloy_consensus::Header;
use alloy_primitives::{Address, Bytes, TxKind, U256};
use alloy_sol_types::{Panic, Revert, SolError as _};
use revm::context::TxEnv;
use revm::context::result::{ExecutionResult, InvalidTransaction};
use serde_json::{Map, Value, json};

use super::RpcError;
use super::params::{self, Params, quantity};
use crate::sandbox::execute::{ExecuteError, Rules, execute, halt_text};
use crate::sandbox::ledger::Ledger;
use crate::sandbox::pool::MAX_TX_GAS;
use crate::sandbox::state::State;

/// Most gas one `eth_call` may burn.
const CALL_GAS: u64 = 30_000_000;
/// The least any transaction costs.
const PLAIN_TRANSFER_GAS: u64 = 21_000;
/// Most accounts one call may override.
const MAX_OVERRIDES: usize = 1_000;

/// One question: what to run, on which state, inside which block.
struct Question<'a> {
    ledger: &'a Ledger,
    header: &'a Header,
    state: State,
    tx: TxEnv,
    /// Gas limit the client named.
    gas: Option<u64>,
}

impl<'a> Question<'a> {
    /// Reads `[call, block, overrides]`; the last two may be left out.
    fn read(ledger: &'a Ledger, params: &Params<'_>) -> Result<Self, RpcError> {
        let call = params.required(0)?;
        let (block, state) = params::state(ledger, params.block_or_latest(1)?)?;
        let mut state = state.clone();
        if let Some(overrides) = params.optional(2) {
            apply_overrides(&mut state, overrides).map_err(|why| RpcError::params(format!("invalid argument 2: {why}")))?;
        }
        let (mut tx, gas) = transaction(call).map_err(|why| RpcError::params(format!("invalid argument 0: {why}")))?;
        if tx.chain_id.is_some_and(|have| have != ledger.chain_id) {
            let have = tx.chain_id.unwrap_or_default();
            return Err(RpcError::server(format!("chainId does not match node's (have={have}, want={})", ledger.chain_id)));
        }
        // The EVM wants a dynamic-fee transaction to name its chain, which callers usually leave to the node.
        tx.chain_id = Some(ledger.chain_id);
        Ok(Self { ledger, header: &block.header, state, tx, gas })
    }

    fn run(&self, gas_limit: u64) -> Result<ExecutionResult, ExecuteError> {
        let view = self.ledger.view(&self.state, self.header.number);
        let tx = TxEnv { gas_limit, ..self.tx.clone() };
        execute(view, self.header, self.ledger.chain_id, tx, Rules::Simulation).map(|outcome| outcome.result)
    }

    /// The error of a transaction that could not even start, in go-ethereum's words.
    fn refused(&self, error: &ExecuteError) -> RpcError {
        let sender = self.tx.caller;
        let ExecuteError::Invalid(why) = error else { return RpcError::server(error.to_string()) };
        RpcError::server(match why {
            InvalidTransaction::LackOfFundForMaxFee { fee, balance } => {
                format!("insufficient funds for gas * price + value: address {sender} have {balance} want {fee}")
            }
            InvalidTransaction::GasPriceLessThanBasefee => {
                let (cap, base) = (self.tx.gas_price, self.header.base_fee_per_gas.unwrap_or_default());
                format!("max fee per gas less than block base fee: address {sender}, maxFeePerGas: {cap}, baseFee: {base}")
            }
            InvalidTransaction::CallGasCostMoreThanGasLimit { initial_gas, gas_limit } => {
                format!("intrinsic gas too low: have {gas_limit}, want {initial_gas}")
            }
            InvalidTransaction::GasFloorMoreThanGasLimit { gas_floor, gas_limit } => {
                format!("insufficient gas for floor data gas cost: have {gas_limit}, want {gas_floor}")
            }
            other => other.to_string(),
        })
    }
}

/// `eth_call`.
pub(super) fn call(ledger: &Ledger, params: &Params<'_>) -> Result<Value, RpcError> {
    let question = Question::read(ledger, params)?;
    let gas = question.gas.unwrap_or(CALL_GAS).min(CALL_GAS);
    match question.run(gas).map_err(|e| question.refused(&e))? {
        ExecutionResult::Success { output, .. } => Ok(json!(output.into_data().to_string())),
        ExecutionResult::Revert { output, .. } => Err(reverted(output)),
        ExecutionResult::Halt { reason, .. } => Err(RpcError::server(halt_text(&reason))),
    }
}

/// `eth_estimateGas`: the smallest gas limit with which the transaction succeeds.
pub(super) fn estimate(ledger: &Ledger, params: &Params<'_>) -> Result<Value, RpcError> {
    let question = Question::read(ledger, params)?;
    let ceiling = question.gas.filter(|gas| *gas >= PLAIN_TRANSFER_GAS).unwrap_or(MAX_TX_GAS).min(MAX_TX_GAS);
    let mut high = ceiling.min(question.header.gas_limit).min(affordable(&question)?);
    let spent = match question.run(high) {
        Ok(ExecutionResult::Success { gas, .. }) => gas.tx_gas_used(),
        Ok(ExecutionResult::Revert { output, .. }) => return Err(reverted(output)),
        Ok(ExecutionResult::Halt { reason, .. }) if halt_text(&reason) != "out of gas" => {
            return Err(RpcError::server(halt_text(&reason)));
        }
        Ok(ExecutionResult::Halt { .. })
        | Err(ExecuteError::Invalid(
            InvalidTransaction::CallGasCostMoreThanGasLimit { .. } | InvalidTransaction::GasFloorMoreThanGasLimit { .. },
        )) => return Err(RpcError::server(format!("gas required exceeds allowance ({high})"))),
        Err(error) => return Err(question.refused(&error)),
    };
    // The limit may have to be above what is spent: a call keeps a sixty-fourth back, and refunds come last.
    let mut low = spent.saturating_sub(1);
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        match question.run(middle) {
            Ok(result) if result.is_success() => high = middle,
            _ => low = middle,
        }
    }
    Ok(quantity(high))
}

/// How much gas the sender can pay for at the price the call names; without one, gas is free.
fn affordable(question: &Question<'_>) -> Result<u64, RpcError> {
    let tx = &question.tx;
    if tx.gas_price == 0 {
        return Ok(u64::MAX);
    }
    let left = question.state.balance(tx.caller).checked_sub(tx.value);
    let left = left.ok_or_else(|| RpcError::server("insufficient funds for transfer"))?;
    Ok(u64::try_from(left / U256::from(tx.gas_price)).unwrap_or(u64::MAX))
}

/// The error of a reverted call, with its reason where the data holds one.
fn reverted(data: Bytes) -> RpcError {
    let reason = Revert::abi_decode(&data).map(|revert| revert.reason);
    let reason = reason.or_else(|_| Panic::abi_decode(&data).map(|panic| panic_text(panic.code)));
    let message = reason.map_or_else(|_| "execution reverted".to_owned(), |why| format!("execution reverted: {why}"));
    RpcError::reverted(message, data)
}

fn panic_text(code: U256) -> String {
    match code.try_into().unwrap_or(u64::MAX) {
        0x01 => "assert(false)".to_owned(),
        0x11 => "arithmetic underflow or overflow".to_owned(),
        0x12 => "division or modulo by zero".to_owned(),
        0x32 => "out-of-bounds access of an array or bytesN".to_owned(),
        _ => format!("unknown panic code: {code:#x}"),
    }
}

/// A call object as a transaction, and the gas limit it names.
fn transaction(call: &Value) -> Result<(TxEnv, Option<u64>), String> {
    let call = call.as_object().ok_or("expected a call object")?;
    if let Some(list) = present(call, "accessList").and_then(Value::as_array)
        && !list.is_empty()
    {
        return Err("access lists are not taken by calls on the practice chain".to_owned());
    }
    let price = read(call, "gasPrice", params::medium)?;
    let cap = read(call, "maxFeePerGas", params::medium)?;
    let tip = read(call, "maxPriorityFeePerGas", params::medium)?;
    if price.is_some() && (cap.is_some() || tip.is_some()) {
        return Err("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified".to_owned());
    }
    let dynamic = cap.is_some() || tip.is_some();
    let tx = TxEnv {
        tx_type: if dynamic { 2 } else { 0 },
        caller: read(call, "from", params::address)?.unwrap_or(Address::ZERO),
        kind: read(call, "to", params::address)?.map_or(TxKind::Create, TxKind::Call),
        value: read(call, "value", params::large)?.unwrap_or_default(),
        data: input(call)?,
        nonce: read(call, "nonce", params::small)?.unwrap_or_default(),
        chain_id: read(call, "chainId", params::small)?,
        // A tip without a cap is a call that names no price.
        gas_price: price.or(cap).unwrap_or_default(),
        gas_priority_fee: dynamic.then(|| cap.map_or(0, |cap| tip.unwrap_or_default().min(cap))),
        ..TxEnv::default()
    };
    Ok((tx, read(call, "gas", params::small)?))
}

/// Call data under its new name or its old one; both only if they agree.
fn input(call: &Map<String, Value>) -> Result<Bytes, String> {
    match (read(call, "input", params::bytes)?, read(call, "data", params::bytes)?) {
        (Some(input), Some(data)) if input != data => Err("both \"data\" and \"input\" are set and not equal".to_owned()),
        (input, data) => Ok(input.or(data).unwrap_or_default()),
    }
}

/// Replaces parts of accounts for one call: `code`, `balance`, `nonce`, `state` (all of the storage) or `stateDiff`.
fn apply_overrides(state: &mut State, overrides: &Value) -> Result<(), String> {
    let overrides = overrides.as_object().ok_or("expected an object of overrides by address")?;
    if overrides.len() > MAX_OVERRIDES {
        return Err(format!("more than {MAX_OVERRIDES} accounts to override"));
    }
    for (address, change) in overrides {
        let address = params::address(&json!(address))?;
        let change = change.as_object().ok_or("expected an override object")?;
        if let Some(code) = read(change, "code", params::bytes)? {
            state.set_code(address, code);
        }
        if let Some(balance) = read(change, "balance", params::large)? {
            state.set_balance(address, balance);
        }
        if let Some(nonce) = read(change, "nonce", params::small)? {
            state.set_nonce(address, nonce);
        }
        let (whole, diff) = (present(change, "state"), present(change, "stateDiff"));
        if whole.is_some() && diff.is_some() {
            return Err(format!("account {address} has both 'state' and 'stateDiff'"));
        }
        if whole.is_some() {
            state.clear_storage(address);
        }
        for (slot, word) in whole.or(diff).and_then(Value::as_object).into_iter().flatten() {
            let slot = params::hash(&json!(slot))?;
            state.set_slot(address, slot.into(), params::hash(word)?.into());
        }
    }
    Ok(())
}

fn present<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|value| !value.is_null())
}

/// A member of an object, if it is there.
fn read<T>(object: &Map<String, Value>, name: &str, parse: impl Fn(&Value) -> Result<T, String>) -> Result<Option<T>, String> {
    present(object, name).map(|value| parse(value).map_err(|why| format!("{name}: {why}"))).transpose()
}
