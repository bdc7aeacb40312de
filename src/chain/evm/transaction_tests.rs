//! Transactions against vectors of another implementation, and every byte that must be refused.

use super::*;
use crate::chain::evm::erc20;
use crate::chain::evm::signature::tests::sign;
use alloy_primitives::{address, b256, hex};
use proptest::prelude::*;

// Made with Python's eth-account 0.14.0 (`Account.sign_transaction`) and the key of `signature::tests::KEY`: an independent encoder.
const RAW_1559: [u8; 182] = hex!(
    "02f8b30182019c8459682f008509502f900083015f9094a0b86991c6218b36c1d19d4a2e9eb0ce3606eb4880b844a9059cbb0000000000000000000000005aaeb6053f3e94c9b9a09f33669435e7ef1beaed000000000000000000000000000000000000000000000000000000009502f900c001a06ebbbb77bb7323eb2117036686704f7dbdc26a9e855bc3abccfabe7a8cb10020a02d8f5ffba806cd579e4d1ba73efadde503694fdd7ea251cb1775b0f4720b2780"
);
const HASH_1559: B256 = b256!("3757deaf8b25f06c631dc33bc42583df40495c858a1da032efe3ee3b98d16c2b");
const RAW_LEGACY: [u8; 112] = hex!(
    "f86e078506fc23ac00825208945aaeb6053f3e94c9b9a09f33669435e7ef1beaed880de0b6b3a764000080820136a0db43def736dda13a1a2d7a6b96785e859cd806316c8bbe8875103a98f727ae1ba05373ffc5e951bf369f4bf567b65a5f1576dde11638777275b4c107e46752971c"
);
const HASH_LEGACY: B256 = b256!("725ae990b256df13e6bb50ffe714fd639b65d6a06c39e04937a5f4195166d010");
const SENDER: Address = address!("2c7536E3605D9C16a7a3D7b1898e529396a65c23");
const PAYEE: Address = address!("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");

fn token_call() -> (Call, Fees) {
    let input = erc20::transfer(PAYEE, U256::from(2_500_000_000u64));
    let to = address!("A0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48");
    let call = Call { chain_id: 1, nonce: 412, to, value: U256::ZERO, input, gas_limit: 90_000 };
    (call, Fees::Eip1559 { fee_cap: 40_000_000_000, tip_cap: 1_500_000_000 })
}

fn native_call() -> (Call, Fees) {
    let value = U256::from(10).pow(U256::from(18));
    let call = Call { chain_id: 137, nonce: 7, to: PAYEE, value, input: Bytes::new(), gas_limit: 21_000 };
    (call, Fees::Legacy { gas_price: 30_000_000_000 })
}

#[test]
fn both_types_match_an_independent_encoder() {
    for ((call, fees), raw, hash) in [(token_call(), &RAW_1559[..], HASH_1559), (native_call(), &RAW_LEGACY[..], HASH_LEGACY)] {
        let unsigned = Unsigned::build(&call, &fees).expect("valid");
        let signed = assemble(&unsigned.bytes, &sign(unsigned.digest)).expect("signed");
        assert_eq!(hex::encode(&signed.raw), hex::encode(raw), "deterministic nonces (RFC 6979) on both sides");
        assert_eq!((signed.hash, signed.sender), (hash, SENDER));
        let decoded = Decoded { call, fees };
        assert_eq!(decode_unsigned(&unsigned.bytes), Ok(decoded.clone()));
        assert_eq!(decode_signed(raw), Ok((decoded, SENDER, hash)));
    }
}

#[test]
fn every_cut_and_every_extra_byte_is_refused() {
    for (call, fees) in [token_call(), native_call()] {
        let unsigned = Unsigned::build(&call, &fees).expect("valid").bytes;
        for end in 0..unsigned.len() {
            assert!(decode_unsigned(&unsigned[..end]).is_err(), "cut at {end}");
        }
        let longer = [&unsigned[..], &[0]].concat();
        assert!(decode_unsigned(&longer).is_err());
    }
    for raw in [&RAW_1559[..], &RAW_LEGACY[..]] {
        for end in 0..raw.len() {
            assert!(decode_signed(&raw[..end]).is_err(), "cut at {end}");
        }
        assert!(decode_signed(&[raw, &[0]].concat()).is_err());
    }
}

#[test]
fn eip155_sentinels_must_be_zero() {
    let (call, fees) = native_call();
    let mut bytes = Unsigned::build(&call, &fees).expect("valid").bytes.to_vec();
    let last = bytes.len() - 1;
    assert_eq!(bytes[last], 0x80);
    bytes[last] = 0x01;
    assert_eq!(decode_unsigned(&bytes), Err(EvmError::NotCanonical));
}

#[test]
fn foreign_types_have_an_error_each() {
    assert_eq!(decode_unsigned(&[]), Err(EvmError::Empty));
    assert_eq!(decode_unsigned(&[1, 0xc0]), Err(EvmError::AccessList));
    assert_eq!(decode_unsigned(&[3, 0xc0]), Err(EvmError::Blob));
    assert_eq!(decode_unsigned(&[4, 0xc0]), Err(EvmError::SetCode));
    assert_eq!(decode_unsigned(&[5, 0xc0]), Err(EvmError::UnknownType(5)));
    assert_eq!(decode_unsigned(&[0x80]), Err(EvmError::UnknownType(0x80)));
    let huge = vec![2u8; RAW_MAX + 1];
    assert!(matches!(decode_unsigned(&huge), Err(EvmError::TooLong { .. })));
}

#[test]
fn creation_access_lists_and_unprotected_legacy_are_refused() {
    let (call, _) = token_call();
    let mut tx = dynamic(&call, 2, 1);
    let mut bytes = Vec::new();
    tx.to = TxKind::Create;
    tx.encode_for_signing(&mut bytes);
    assert_eq!(decode_unsigned(&bytes), Err(EvmError::ContractCreation));

    let mut tx = dynamic(&call, 2, 1);
    tx.access_list = AccessList(vec![alloy_eips::eip2930::AccessListItem { address: PAYEE, storage_keys: vec![] }]);
    let mut bytes = Vec::new();
    tx.encode_for_signing(&mut bytes);
    assert_eq!(decode_unsigned(&bytes), Err(EvmError::AccessList));

    let mut tx = legacy(&call, 2);
    tx.chain_id = None;
    let mut bytes = Vec::new();
    tx.encode_for_signing(&mut bytes);
    assert_eq!(decode_unsigned(&bytes), Err(EvmError::Replayable));
}

#[test]
fn values_outside_their_standard_are_not_built() {
    let (good, fees) = token_call();
    let refuse = |change: &dyn Fn(&mut Call)| {
        let mut call = good.clone();
        change(&mut call);
        Unsigned::build(&call, &fees).expect_err("refused")
    };
    assert_eq!(refuse(&|c| c.chain_id = 0), EvmError::ChainId(0));
    assert_eq!(refuse(&|c| c.chain_id = u64::MAX), EvmError::ChainId(u64::MAX));
    assert_eq!(refuse(&|c| c.nonce = u64::MAX), EvmError::NonceLimit);
    assert!(matches!(refuse(&|c| c.gas_limit = GAS_CAP + 1), EvmError::GasLimit { .. }));
    assert!(matches!(refuse(&|c| c.gas_limit = 21_000), EvmError::GasLimit { .. }), "below the call's own floor");
    assert!(matches!(refuse(&|c| c.input = vec![0; INPUT_MAX + 1].into()), EvmError::TooLong { .. }));
    assert!(matches!(refuse(&|c| c.value = U256::MAX), EvmError::Overflow(_)));
    let odd = Fees::Eip1559 { fee_cap: 1, tip_cap: 2 };
    assert_eq!(Unsigned::build(&good, &odd), Err(EvmError::TipAboveCap { tip: 2, cap: 1 }));
}

#[test]
fn a_signature_over_other_bytes_shows_another_sender() {
    let (call, fees) = token_call();
    let unsigned = Unsigned::build(&call, &fees).expect("valid");
    match assemble(&unsigned.bytes, &sign(keccak256("something else"))) {
        Ok(signed) => assert_ne!(signed.sender, SENDER),
        Err(error) => assert_eq!(error, EvmError::NotRecoverable),
    }
}

proptest! {
    #[test]
    fn what_is_built_reads_back_as_it_was(
        chain_id in 1..=CHAIN_ID_MAX, nonce in 0..u64::MAX, to: [u8; 20], value: u128,
        input in proptest::collection::vec(any::<u8>(), 0..200), tip: u64, more: u64, dynamic: bool,
    ) {
        let call = Call { chain_id, nonce, to: to.into(), value: U256::from(value), input: input.into(), gas_limit: 100_000 };
        let cap = u128::from(tip) + u128::from(more);
        let fees = if dynamic { Fees::Eip1559 { fee_cap: cap, tip_cap: tip.into() } } else { Fees::Legacy { gas_price: cap } };
        let unsigned = Unsigned::build(&call, &fees).expect("valid");
        let signed = assemble(&unsigned.bytes, &sign(unsigned.digest)).expect("signed");
        prop_assert_eq!(signed.sender, SENDER);
        let (again, _, hash) = decode_signed(&signed.raw).expect("reads back");
        prop_assert_eq!(again, Decoded { call, fees });
        prop_assert_eq!(hash, signed.hash);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), first in prop::sample::select(vec![0x02u8, 0xc0, 0xf8, 0xf9])) {
        let bytes = [&[first][..], &bytes].concat();
        let _ = decode_unsigned(&bytes);
        let _ = decode_signed(&bytes);
    }
}
