//! Between the domain's transactions and EVM bytes: what is built is decoded again, and only the decoded form goes on.

use alloy_primitives::{Address, Bytes};

use crate::chain::evm::decode::{Meaning as Decoded, meaning};
use crate::chain::evm::erc20;
use crate::chain::evm::error::EvmError;
use crate::chain::evm::transaction::{self, Fees, Unsigned, decode_unsigned};
use crate::domain::asset::AssetKind;
use crate::domain::money::Amount;
use crate::domain::transfer::{Built, Call, Meaning};

/// The call that moves an amount of an asset to a beneficiary.
#[must_use]
pub fn call(asset: AssetKind, to: Address, amount: Amount) -> Call {
    match asset {
        AssetKind::Native => Call { to, value: amount.base(), input: Bytes::new(), meaning: Meaning::Native { to, amount } },
        AssetKind::Erc20(token) => Call {
            to: token,
            value: alloy_primitives::U256::ZERO,
            input: erc20::transfer(to, amount.base()),
            meaning: Meaning::Erc20Transfer { token, to, amount },
        },
    }
}

/// Builds the unsigned bytes of a call and reads them back.
///
/// # Errors
/// [`EvmError`] where the parts make no transaction that may be signed.
pub fn build(chain_id: u64, nonce: u64, call: &Call, gas_limit: u64, fees: &Fees) -> Result<Built, EvmError> {
    let parts = transaction::Call { chain_id, nonce, to: call.to, value: call.value, input: call.input.clone(), gas_limit };
    decode(&Unsigned::build(&parts, fees)?.bytes)
}

/// Reads unsigned bytes: strict, everything decoded from them and nothing else.
///
/// # Errors
/// [`EvmError`] on any byte that is not understood.
pub fn decode(unsigned: &Bytes) -> Result<Built, EvmError> {
    let read = decode_unsigned(unsigned)?;
    let meaning = match meaning(&read) {
        Decoded::Native { to, amount } => Meaning::Native { to, amount: Amount::from_base(amount) },
        Decoded::Erc20Transfer { token, to, amount } => Meaning::Erc20Transfer { token, to, amount: Amount::from_base(amount) },
        Decoded::Unknown { .. } => Meaning::Unknown,
    };
    let (fee_cap, tip_cap) = match read.fees {
        Fees::Eip1559 { fee_cap, tip_cap } => (fee_cap, tip_cap),
        Fees::Legacy { gas_price } => (gas_price, gas_price),
    };
    Ok(Built {
        unsigned: unsigned.clone(),
        digest: alloy_primitives::keccak256(unsigned),
        chain_id: read.call.chain_id,
        nonce: read.call.nonce,
        call: Call { to: read.call.to, value: read.call.value, input: read.call.input.clone(), meaning },
        gas_limit: read.call.gas_limit,
        fee_cap,
        tip_cap,
    })
}
