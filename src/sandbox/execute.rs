//! Running one transaction on revm.

use alloy_consensus::Header;
use alloy_primitives::{B256, U256};
use revm::context::result::{EVMError, ExecutionResult, HaltReason, InvalidTransaction, ResultAndState};
use revm::context::{BlockEnv, TxEnv};
use revm::primitives::hardfork::SpecId;
use revm::{Context, ExecuteEvm as _, MainBuilder as _, MainContext as _};
use thiserror::Error;

use crate::sandbox::state::View;

/// The rules of the practice chain: mainnet's since Osaka.
pub(super) const SPEC: SpecId = SpecId::OSAKA;

/// Under which checks a transaction runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rules {
    /// As part of a block: every check.
    Block,
    /// `eth_call` and `eth_estimateGas`: any caller, any nonce, free gas unless a price was named; value must be covered.
    Simulation,
    /// Development deployment: as a simulation, and nothing is charged for.
    Development,
}

/// Why a transaction did not run at all. A transaction that ran and reverted is a result, not an error.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum ExecuteError {
    #[error("{0}")]
    Invalid(InvalidTransaction),
    #[error("internal error: {0}")]
    Internal(String),
}

/// Runs `tx` on `view` inside the block that `header` describes. The view does not change; the result carries the changes.
pub(super) fn execute(
    view: View<'_>,
    header: &Header,
    chain_id: u64,
    tx: TxEnv,
    rules: Rules,
) -> Result<ResultAndState, ExecuteError> {
    let free_gas = rules != Rules::Block;
    let mut evm = Context::mainnet()
        .with_ref_db(view)
        .with_block(block_env(header))
        .modify_cfg_chained(|cfg| {
            cfg.set_spec_and_mainnet_gas_params(SPEC);
            cfg.chain_id = chain_id;
            cfg.disable_nonce_check = rules == Rules::Simulation;
            cfg.disable_eip3607 = free_gas;
            cfg.disable_block_gas_limit = free_gas;
            cfg.disable_base_fee = free_gas && tx.gas_price == 0;
            cfg.disable_balance_check = rules == Rules::Development;
            cfg.tx_gas_limit_cap = free_gas.then_some(u64::MAX);
        })
        .build_mainnet();
    evm.transact(tx).map_err(|error| match error {
        EVMError::Transaction(why) => ExecuteError::Invalid(why),
        other => ExecuteError::Internal(other.to_string()),
    })
}

fn block_env(header: &Header) -> BlockEnv {
    BlockEnv {
        number: U256::from(header.number),
        beneficiary: header.beneficiary,
        timestamp: U256::from(header.timestamp),
        gas_limit: header.gas_limit,
        basefee: header.base_fee_per_gas.unwrap_or_default(),
        difficulty: U256::ZERO,
        prevrandao: Some(B256::from(header.mix_hash)),
        ..BlockEnv::default()
    }
}

/// What a node says of an execution that used up its gas.
pub(super) fn halt_text(reason: &HaltReason) -> String {
    match reason {
        HaltReason::OutOfGas(_) => "out of gas".to_owned(),
        HaltReason::OpcodeNotFound | HaltReason::InvalidFEOpcode => "invalid opcode".to_owned(),
        HaltReason::InvalidJump => "invalid jump destination".to_owned(),
        other => other.to_string(),
    }
}

/// A short sentence on how an execution failed, for development calls.
pub(super) fn failure_text(result: &ExecutionResult) -> String {
    match result {
        ExecutionResult::Success { .. } => "no contract was left behind".to_owned(),
        ExecutionResult::Revert { output, .. } => format!("execution reverted with {output}"),
        ExecutionResult::Halt { reason, .. } => halt_text(reason),
    }
}
