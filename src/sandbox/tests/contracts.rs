//! The practice token and the practice multisig, driven through the chain as a console would.

use alloy_primitives::{U256, b256};
use alloy_sol_types::{SolEvent, SolStruct, eip712_domain, sol};
use serde_json::json;

use super::*;
use crate::sandbox::{ChainError, practice_multisig, practice_token};

sol! {
    function name() external view returns (string);
    function symbol() external view returns (string);
    function decimals() external view returns (uint8);
    function totalSupply() external view returns (uint256);
    function balanceOf(address) external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
    function transfer(address to, uint256 value) external returns (bool);
    function approve(address spender, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
    event Transfer(address indexed from, address indexed to, uint256 value);

    function VERSION() external view returns (string);
    function getOwners() external view returns (address[]);
    function getThreshold() external view returns (uint256);
    function isOwner(address) external view returns (bool);
    function nonce() external view returns (uint256);
    function domainSeparator() external view returns (bytes32);
    function getTransactionHash(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, uint256 _nonce) external view returns (bytes32);
    #[derive(Debug)]
    function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) external payable returns (bool);
    event ExecutionSuccess(bytes32 indexed txHash, uint256 payment);
    event ExecutionFailure(bytes32 indexed txHash, uint256 payment);
    event SafeReceived(address indexed sender, uint256 value);

    struct SafeTx {
        address to;
        uint256 value;
        bytes data;
        uint8 operation;
        uint256 safeTxGas;
        uint256 baseGas;
        uint256 gasPrice;
        address gasToken;
        address refundReceiver;
        uint256 nonce;
    }
}

fn token(chain: &Chain, owner: Signer) -> Address {
    let code = practice_token("Practice Dollar", "pUSD", 6, owner.address(), U256::from(1_000_000));
    chain.deploy(code, Signer::new(4).address()).unwrap()
}

#[test]
fn the_token_moves_and_tells() {
    let (chain, alice, bob) = (chain(), Signer::new(1), Signer::new(2));
    let token = token(&chain, alice);
    assert_eq!(view(&chain, token, nameCall {}), "Practice Dollar");
    assert_eq!(view(&chain, token, symbolCall {}), "pUSD");
    assert_eq!(view(&chain, token, decimalsCall {}), 6);
    assert_eq!(view(&chain, token, totalSupplyCall {}), U256::from(1_000_000));

    let call = transferCall { to: PAYEE, value: U256::from(400) }.abi_encode();
    let estimate = ok(
        &chain,
        "eth_estimateGas",
        json!([{ "from": h(alice.address()), "to": h(token), "data": hex::encode_prefixed(&call) }]),
    );
    let gas_limit = u64::try_from(number(&estimate)).unwrap();
    let tight = json!([{ "from": h(alice.address()), "to": h(token), "data": hex::encode_prefixed(&call), "gas": format!("{:#x}", gas_limit - 1) }]);
    let text = refusal(&chain, "eth_estimateGas", tight).1;
    assert_eq!(text, format!("gas required exceeds allowance ({})", gas_limit - 1), "the estimate is the smallest limit");
    let receipt = run(&chain, alice, TxEip1559 { gas_limit, ..contract_call(0, token, call.clone()) });
    assert_eq!(receipt["status"], "0x1");
    assert_eq!(receipt["logs"][0]["topics"][0], json!(h(Transfer::SIGNATURE_HASH)));
    assert_eq!(receipt["logs"][0]["logIndex"], "0x0");
    assert_eq!(receipt["logs"][0]["removed"], false);
    assert_eq!(view(&chain, token, balanceOfCall(PAYEE)), U256::from(400));
    // Writing to a used slot is cheaper by 17,100, and still it runs out.
    let starved = run(&chain, alice, TxEip1559 { gas_limit: gas_limit - 17_200, ..contract_call(1, token, call) });
    assert_eq!((&starved["status"], &starved["logs"]), (&json!("0x0"), &json!([])));

    let approve = approveCall { spender: bob.address(), value: U256::from(100) }.abi_encode();
    run(&chain, alice, contract_call(2, token, approve));
    assert_eq!(view(&chain, token, allowanceCall { owner: alice.address(), spender: bob.address() }), U256::from(100));
    let take = |value| transferFromCall { from: alice.address(), to: PAYEE, value: U256::from(value) }.abi_encode();
    assert_eq!(run(&chain, bob, contract_call(0, token, take(101)))["status"], "0x0");
    assert_eq!(run(&chain, bob, contract_call(1, token, take(100)))["status"], "0x1");
    assert_eq!(view(&chain, token, balanceOfCall(PAYEE)), U256::from(500));
    assert_eq!(view(&chain, token, allowanceCall { owner: alice.address(), spender: bob.address() }), U256::ZERO);
}

#[test]
fn logs_are_found_by_address_topic_and_range() {
    let (chain, alice) = (chain(), Signer::new(1));
    let token = token(&chain, alice);
    for nonce in 0..3 {
        let call = transferCall { to: PAYEE, value: U256::from(nonce + 1) }.abi_encode();
        run(&chain, alice, contract_call(nonce, token, call));
    }
    let count = |filter: Value| ok(&chain, "eth_getLogs", json!([filter])).as_array().unwrap().len();
    let payee = B256::left_padding_from(PAYEE.as_slice());
    assert_eq!(count(json!({ "fromBlock": "earliest" })), 3);
    assert_eq!(count(json!({})), 1, "both ends default to the head");
    assert_eq!(count(json!({ "fromBlock": "0x1", "toBlock": "0x2", "address": h(token) })), 2);
    assert_eq!(count(json!({ "fromBlock": "0x0", "address": [h(PAYEE)] })), 0);
    assert_eq!(count(json!({ "fromBlock": "0x0", "topics": [h(Transfer::SIGNATURE_HASH), null, h(payee)] })), 3);
    assert_eq!(count(json!({ "fromBlock": "0x0", "topics": [[h(payee), h(Transfer::SIGNATURE_HASH)]] })), 3);
    assert_eq!(count(json!({ "fromBlock": "0x0", "topics": [null, h(payee)] })), 0);
    assert_eq!(count(json!({ "fromBlock": "0x0", "topics": [null, null, null, null] })), 0, "no log has four topics");
    assert_eq!(count(json!({ "blockHash": h(chain.head().hash) })), 1);
    let (_, text) = refusal(&chain, "eth_getLogs", json!([{ "fromBlock": "0x3", "toBlock": "0x1" }]));
    assert_eq!(text, "invalid block range params");
    assert_eq!(refusal(&chain, "eth_getLogs", json!([{ "blockHash": h(B256::ZERO) }])).1, "unknown block");
}

#[test]
fn a_failing_constructor_is_reported() {
    let chain = chain();
    let owner = Signer::new(1).address();
    let refused = chain.deploy(practice_multisig(&[owner], 2), PAYEE);
    assert!(matches!(refused, Err(ChainError::DeployFailed { .. })), "{refused:?}");
    let refused = chain.deploy(practice_multisig(&[owner, owner], 1), PAYEE);
    assert!(matches!(refused, Err(ChainError::DeployFailed { .. })), "{refused:?}");
    assert_eq!(number(&ok(&chain, "eth_getTransactionCount", json!([h(PAYEE), "latest"]))), 0);
}

/// A two-of-three multisig that holds ten ether, and its owners in ascending order.
fn multisig(chain: &Chain) -> (Address, Vec<Signer>) {
    let mut owners: Vec<Signer> = (1..=3).map(Signer::new).collect();
    owners.sort_by_key(Signer::address);
    let addresses: Vec<Address> = owners.iter().map(Signer::address).collect();
    let wallet = chain.deploy(practice_multisig(&addresses, 2), Signer::new(4).address()).unwrap();
    chain.fund(wallet, U256::from(10 * ETHER)).unwrap();
    (wallet, owners)
}

fn payout(value: u128, nonce: u64) -> SafeTx {
    SafeTx {
        to: PAYEE,
        value: U256::from(value),
        data: Bytes::new(),
        operation: 0,
        safeTxGas: U256::ZERO,
        baseGas: U256::ZERO,
        gasPrice: U256::ZERO,
        gasToken: Address::ZERO,
        refundReceiver: Address::ZERO,
        nonce: U256::from(nonce),
    }
}

fn digest(wallet: Address, tx: &SafeTx) -> B256 {
    tx.eip712_signing_hash(&eip712_domain! { chain_id: CHAIN_ID, verifying_contract: wallet, })
}

fn signatures(signers: &[Signer], digest: B256) -> Vec<u8> {
    signers.iter().flat_map(|s| s.sign(digest).as_bytes()).collect()
}

fn exec(tx: &SafeTx, signatures: Vec<u8>) -> Vec<u8> {
    execTransactionCall {
        to: tx.to,
        value: tx.value,
        data: tx.data.clone(),
        operation: tx.operation,
        safeTxGas: tx.safeTxGas,
        baseGas: tx.baseGas,
        gasPrice: tx.gasPrice,
        gasToken: tx.gasToken,
        refundReceiver: tx.refundReceiver,
        signatures: signatures.into(),
    }
    .abi_encode()
}

#[test]
fn the_multisig_says_what_a_console_asks() {
    let chain = chain();
    let (wallet, owners) = multisig(&chain);
    assert_eq!(view(&chain, wallet, VERSIONCall {}), "1.4.1");
    let addresses: Vec<Address> = owners.iter().map(Signer::address).collect();
    assert_eq!(view(&chain, wallet, getOwnersCall {}), addresses);
    assert_eq!(view(&chain, wallet, getThresholdCall {}), U256::from(2));
    assert!(view(&chain, wallet, isOwnerCall(addresses[0])));
    assert!(!view(&chain, wallet, isOwnerCall(PAYEE)));
    let slot = |n: u64| {
        let word = ok(&chain, "eth_getStorageAt", json!([h(wallet), format!("{n:#x}"), "latest"]));
        U256::from_str_radix(&word.as_str().unwrap()[2..], 16).unwrap()
    };
    assert_eq!((slot(3), slot(4), slot(5)), (U256::from(3), U256::from(2), U256::ZERO));
    assert_eq!(Address::from_word(slot(0).into()), wallet);
    let domain = eip712_domain! { chain_id: CHAIN_ID, verifying_contract: wallet, };
    assert_eq!(view(&chain, wallet, domainSeparatorCall {}), domain.hash_struct());
    let tx = SafeTx { data: Bytes::from_static(&[1, 2, 3]), safeTxGas: U256::from(9), refundReceiver: PAYEE, ..payout(77, 5) };
    assert_eq!(tx.eip712_type_hash(), b256!("bb8310d486368db6bd6f849402fdd73ad53d316b5a4b2644ad6efe0f941286d8"));
    let hash = view(
        &chain,
        wallet,
        getTransactionHashCall {
            to: tx.to,
            value: tx.value,
            data: tx.data.clone(),
            operation: 0,
            safeTxGas: tx.safeTxGas,
            baseGas: tx.baseGas,
            gasPrice: tx.gasPrice,
            gasToken: tx.gasToken,
            refundReceiver: tx.refundReceiver,
            _nonce: tx.nonce,
        },
    );
    assert_eq!(hash, digest(wallet, &tx));
}

#[test]
fn two_of_three_can_pay_once() {
    let (chain, relayer) = (chain(), Signer::new(4));
    let (wallet, owners) = multisig(&chain);
    let tx = payout(ETHER, 0);
    let hash = digest(wallet, &tx);
    let start = number(&ok(&chain, "eth_getTransactionCount", json!([h(relayer.address()), "latest"]))) as u64;
    let receipt = run(&chain, relayer, contract_call(start, wallet, exec(&tx, signatures(&[owners[0], owners[2]], hash))));
    assert_eq!(receipt["status"], "0x1");
    assert_eq!(receipt["logs"][0]["topics"], json!([h(ExecutionSuccess::SIGNATURE_HASH), h(hash)]));
    assert_eq!((balance(&chain, PAYEE), balance(&chain, wallet)), (ETHER, 9 * ETHER));
    assert_eq!(view(&chain, wallet, nonceCall {}), U256::from(1));
    // The same signatures again: the hash has another nonce by now.
    let again = run(&chain, relayer, contract_call(start + 1, wallet, exec(&tx, signatures(&[owners[0], owners[2]], hash))));
    assert_eq!(again["status"], "0x0");
    assert_eq!(balance(&chain, PAYEE), ETHER);
    let deposit = run(&chain, relayer, TxEip1559 { gas_limit: 60_000, to: TxKind::Call(wallet), ..transfer(start + 2) });
    assert_eq!(deposit["logs"][0]["topics"][0], json!(h(SafeReceived::SIGNATURE_HASH)));
}

#[test]
fn the_multisig_moves_tokens_too() {
    let (chain, relayer) = (chain(), Signer::new(1));
    let (wallet, owners) = multisig(&chain);
    let code = practice_token("Practice Dollar", "pUSD", 6, wallet, U256::from(50));
    let token = chain.deploy(code, Signer::new(4).address()).unwrap();
    let call = transferCall { to: PAYEE, value: U256::from(20) }.abi_encode();
    let tx = SafeTx { to: token, data: call.into(), ..payout(0, 0) };
    let signed = signatures(&owners[..2], digest(wallet, &tx));
    assert_eq!(run(&chain, relayer, contract_call(0, wallet, exec(&tx, signed)))["status"], "0x1");
    assert_eq!(view(&chain, token, balanceOfCall(PAYEE)), U256::from(20));
}

/// Why a call of `execTransaction` from a stranger fails.
fn refused(chain: &Chain, wallet: Address, tx: &SafeTx, signatures: Vec<u8>) -> String {
    let data = hex::encode_prefixed(exec(tx, signatures));
    let (code, text) =
        refusal(chain, "eth_call", json!([{ "from": h(Signer::new(4).address()), "to": h(wallet), "data": data }, "latest"]));
    assert_eq!(code, 3, "{text}");
    text
}

#[test]
fn bad_signatures_are_refused() {
    let chain = chain();
    let (wallet, owners) = multisig(&chain);
    let (stranger, tx) = (Signer::new(8), payout(ETHER, 0));
    let hash = digest(wallet, &tx);
    let check = |signers: &[Signer], digest: B256| refused(&chain, wallet, &tx, signatures(signers, digest));
    let invalid = "execution reverted: GS026";
    assert_eq!(check(&[owners[1], owners[0]], hash), invalid, "wrong order");
    assert_eq!(check(&[owners[0], owners[0]], hash), invalid, "duplicate");
    let mut pair = [owners[0], stranger];
    pair.sort_by_key(Signer::address);
    assert_eq!(check(&pair, hash), invalid, "stranger");
    assert_eq!(check(&owners[..2], digest(wallet, &payout(ETHER, 1))), invalid, "another nonce");
    assert_eq!(check(&owners[..2], digest(PAYEE, &tx)), invalid, "another wallet");
    assert_eq!(check(&owners[..1], hash), "execution reverted: GS020");
    assert_eq!(refused(&chain, wallet, &tx, Vec::new()), "execution reverted: GS020");
    // A recovery byte that the curve does not know recovers nobody, and nobody is not an owner.
    let mut garbled = signatures(&owners[..2], hash);
    garbled[64] = 29;
    assert_eq!(refused(&chain, wallet, &tx, garbled), invalid);
    // Pre-validated parts speak for their owner only when the owner is the caller.
    let mut borrowed = B256::left_padding_from(owners[0].address().as_slice()).to_vec();
    borrowed.extend([0; 32]);
    borrowed.push(1);
    borrowed.extend(signatures(&owners[1..2], hash));
    assert_eq!(refused(&chain, wallet, &tx, borrowed), "execution reverted: GS025");
}

#[test]
fn delegate_calls_and_refunds_are_refused() {
    let chain = chain();
    let (wallet, owners) = multisig(&chain);
    let check = |tx: SafeTx| refused(&chain, wallet, &tx, signatures(&owners[..2], digest(wallet, &tx)));
    assert_eq!(check(SafeTx { operation: 1, ..payout(0, 0) }), "execution reverted: practice: plain calls only");
    assert_eq!(check(SafeTx { gasPrice: U256::from(1), ..payout(0, 0) }), "execution reverted: practice: no gas refund");
    assert_eq!(check(payout(11 * ETHER, 0)), "execution reverted: GS013");
}

#[test]
fn a_gas_promise_decides_what_a_failure_costs() {
    let (chain, relayer) = (chain(), Signer::new(1));
    let (wallet, owners) = multisig(&chain);
    // More than the wallet holds: the inner call fails.
    let kept = payout(11 * ETHER, 0);
    let signed = signatures(&owners[..2], digest(wallet, &kept));
    assert_eq!(run(&chain, relayer, contract_call(0, wallet, exec(&kept, signed)))["status"], "0x0");
    assert_eq!(view(&chain, wallet, nonceCall {}), U256::ZERO, "the signatures stay live");
    let promised = SafeTx { safeTxGas: U256::from(50_000), ..kept };
    let signed = signatures(&owners[..2], digest(wallet, &promised));
    let receipt = run(&chain, relayer, contract_call(1, wallet, exec(&promised, signed)));
    assert_eq!(receipt["status"], "0x1");
    assert_eq!(receipt["logs"][0]["topics"][0], json!(h(ExecutionFailure::SIGNATURE_HASH)));
    assert_eq!(view(&chain, wallet, nonceCall {}), U256::from(1));
}

#[test]
fn a_console_can_simulate_with_one_prevalidated_part_and_an_overridden_threshold() {
    let chain = chain();
    let (wallet, owners) = multisig(&chain);
    let mut part = B256::left_padding_from(owners[0].address().as_slice()).to_vec();
    part.extend([0; 32]);
    part.push(1);
    let data = hex::encode_prefixed(exec(&payout(ETHER, 0), part));
    let call = json!({ "from": h(owners[0].address()), "to": h(wallet), "data": data });
    let word = |n: u64| format!("0x{n:064x}");
    let overrides = json!({ wallet.to_string(): { "stateDiff": { word(4): word(1) } } });
    assert_eq!(ok(&chain, "eth_call", json!([call, "latest", overrides])), json!(word(1)));
    assert_eq!(refusal(&chain, "eth_call", json!([call, "latest"])).1, "execution reverted: GS020");
    // A call in the wallet's own name is possible too, though the wallet has code.
    let own = json!({ "from": h(wallet), "to": h(PAYEE), "value": "0x1" });
    assert_eq!(ok(&chain, "eth_call", json!([own, "latest"])), "0x");
}
