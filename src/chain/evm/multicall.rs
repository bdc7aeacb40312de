//! Multicall3: many reads in one `eth_call`. For reading only; nothing signed ever goes through it.
//!
//! `multicall3.hex` is the runtime code of Multicall3 (MIT, mds1/multicall), cut from the creation code in npm `viem` 2.57.20
//! (MIT), `constants/contracts.ts`, after its 32-byte constructor. Its sha-256 and keccak-256 are pinned in the test below. It
//! is put in place by a state override, so that the network need not have the contract.

use crate::chain::evm::error::EvmError;
use alloy_primitives::{Address, B256, Bytes, address, b256};
use alloy_sol_types::{SolCall, sol};

sol! {
    struct Call3 { address target; bool allowFailure; bytes callData; }
    struct Answer { bool success; bytes returnData; }
    function aggregate3(Call3[] calls) returns (Answer[] answers);
    function getEthBalance(address account) returns (uint256);
}

/// Where Multicall3 is deployed on the networks that have it.
pub const MULTICALL3: Address = address!("cA11bde05977b3631167028862bE2a173976CA11");
/// keccak-256 of the deployed runtime code (3,808 bytes, the same on the networks that have it).
pub const MULTICALL3_CODE_HASH: B256 = b256!("d5c15df687b16f2ff992fc8d767b4216323184a2bbc6ee2f9c398c318e770891");
/// Runtime code for a state override, hex without `0x`.
const RUNTIME_HEX: &str = include_str!("multicall3.hex");
/// Most calls of one batch.
pub const CALLS_MAX: usize = 1_000;

/// The runtime code for a state override, `0x`-hex as JSON-RPC wants it.
#[must_use]
pub fn runtime_hex() -> String {
    format!("0x{}", RUNTIME_HEX.trim_end())
}

/// Call data of `aggregate3`; each call may fail alone.
///
/// # Errors
/// [`EvmError::TooLong`] for more than [`CALLS_MAX`] calls.
pub fn aggregate(calls: &[(Address, Bytes)]) -> Result<Bytes, EvmError> {
    if calls.len() > CALLS_MAX {
        return Err(EvmError::TooLong { what: "the batch of calls", found: calls.len(), most: CALLS_MAX });
    }
    let calls =
        calls.iter().map(|(target, data)| Call3 { target: *target, allowFailure: true, callData: data.clone() }).collect();
    Ok(aggregate3Call { calls }.abi_encode().into())
}

/// The answers in the order of the calls; `None` where a call reverted.
///
/// # Errors
/// [`EvmError::Answer`] for anything but exactly `expected` answers.
pub fn decode_aggregate(answer: &[u8], expected: usize) -> Result<Vec<Option<Bytes>>, EvmError> {
    let wrong = |why| EvmError::Answer { call: "aggregate3", why };
    // The decoder forgives missing padding; a cut answer is not forgiven here.
    if !answer.len().is_multiple_of(32) {
        return Err(wrong("not whole words of 32 bytes"));
    }
    let answers = aggregate3Call::abi_decode_returns_validate(answer).map_err(|_| wrong("not a list of results"))?;
    if answers.len() != expected {
        return Err(wrong("another number of results than of calls"));
    }
    Ok(answers.into_iter().map(|a| a.success.then_some(a.returnData)).collect())
}

/// Call data of Multicall3's own `getEthBalance`, to be sent to [`MULTICALL3`] inside the batch.
#[must_use]
pub fn native_balance(account: Address) -> Bytes {
    getEthBalanceCall { account }.abi_encode().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{hex, keccak256};
    use sha2::{Digest, Sha256};

    #[test]
    fn the_runtime_code_is_the_pinned_one() {
        let code = hex::decode(runtime_hex()).expect("hex");
        assert_eq!(hex::encode(Sha256::digest(&code)), "cef296d5215a54a73d653871b73745c0ddd513071f66297e72397459f96b3d4e");
        assert_eq!(keccak256(&code), b256!("5a29a1eb2f59e45e4249b938c8192cac0d2bd32398e1afa03f302a867db692ea"));
    }

    #[test]
    fn selectors_are_the_published_ones() {
        assert_eq!(aggregate(&[]).expect("small")[..4], hex!("82ad56cb"));
        assert_eq!(native_balance(Address::ZERO)[..4], hex!("4d2301cc"));
    }

    #[test]
    fn answers_keep_their_order_and_failures() {
        let answers =
            vec![Answer { success: true, returnData: vec![1].into() }, Answer { success: false, returnData: vec![2].into() }];
        let bytes = aggregate3Call::abi_encode_returns(&answers);
        assert_eq!(decode_aggregate(&bytes, 2), Ok(vec![Some(vec![1].into()), None]));
        assert!(decode_aggregate(&bytes, 1).is_err());
        assert!(decode_aggregate(&bytes[..bytes.len() - 1], 2).is_err());
        assert!(decode_aggregate(&[], 0).is_err());
        assert!(decode_aggregate(&[0xff; 64], 2).is_err());
    }

    #[test]
    fn a_list_that_claims_a_gigantic_length_is_refused_at_once() {
        let mut bytes = vec![0u8; 64];
        bytes[31] = 32;
        bytes[40] = 0xff;
        assert!(decode_aggregate(&bytes, 1).is_err());
    }

    #[test]
    fn too_many_calls_are_refused() {
        assert!(aggregate(&vec![(Address::ZERO, Bytes::new()); CALLS_MAX + 1]).is_err());
    }
}
