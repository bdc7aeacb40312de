//! Helpers of the practice chain's tests: keys, signing, and asking over JSON-RPC.

mod contracts;
mod pool;
mod reads;
mod wire;

use std::fmt::Display;

use alloy_consensus::{SignableTransaction as _, TxEip1559, TxEnvelope, TxLegacy};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, address, hex, keccak256};
use alloy_sol_types::SolCall;
use secp256k1::{Message, Secp256k1, SecretKey};
use serde_json::{Value, json};

use super::{Chain, Genesis, rpc};

const CHAIN_ID: u64 = 31_337;
const START: u64 = 1_800_000_000;
const GWEI: u128 = 1_000_000_000;
const ETHER: u128 = 1_000_000_000_000_000_000;
const PAYEE: Address = address!("00000000000000000000000000000000000a11ce");

/// A test signer; its key is its number.
#[derive(Clone, Copy)]
struct Signer(SecretKey);

impl Signer {
    fn new(number: u8) -> Self {
        let mut key = [0u8; 32];
        key[31] = number;
        Self(SecretKey::from_slice(&key).unwrap())
    }

    fn address(&self) -> Address {
        let key = self.0.public_key(&Secp256k1::new()).serialize_uncompressed();
        Address::from_slice(&keccak256(&key[1..])[12..])
    }

    fn sign(&self, digest: B256) -> Signature {
        let signature = Secp256k1::new().sign_ecdsa_recoverable(&Message::from_digest(digest.0), &self.0);
        let (id, compact) = signature.serialize_compact();
        Signature::from_bytes_and_parity(&compact, id.to_i32() == 1)
    }

    fn raw(&self, tx: TxEip1559) -> String {
        let signature = self.sign(tx.signature_hash());
        hex::encode_prefixed(TxEnvelope::from(tx.into_signed(signature)).encoded_2718())
    }

    fn raw_legacy(&self, tx: TxLegacy) -> String {
        let signature = self.sign(tx.signature_hash());
        hex::encode_prefixed(TxEnvelope::from(tx.into_signed(signature)).encoded_2718())
    }
}

fn genesis() -> Genesis {
    let rich = U256::from(1_000 * ETHER);
    Genesis {
        chain_id: CHAIN_ID,
        timestamp: START,
        balances: (1..=4).map(|n| (Signer::new(n).address(), rich)).collect(),
        block_gas_limit: 30_000_000,
        base_fee: GWEI as u64,
        finality: 2,
    }
}

fn chain() -> Chain {
    Chain::new(genesis())
}

fn transfer(nonce: u64) -> TxEip1559 {
    TxEip1559 {
        chain_id: CHAIN_ID,
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: 10 * GWEI,
        max_priority_fee_per_gas: GWEI,
        to: TxKind::Call(PAYEE),
        value: U256::from(ETHER),
        ..TxEip1559::default()
    }
}

fn contract_call(nonce: u64, to: Address, data: Vec<u8>) -> TxEip1559 {
    TxEip1559 { gas_limit: 500_000, to: TxKind::Call(to), value: U256::ZERO, input: data.into(), ..transfer(nonce) }
}

/// Asks the chain and returns the whole answer.
fn ask(chain: &Chain, method: &str, params: Value) -> Value {
    let request = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
    let answer = rpc::answer(chain, request.to_string().as_bytes()).expect("a request with an id is answered");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["id"], 7);
    answer
}

/// An address or hash as JSON shows it.
fn h(value: impl Display) -> String {
    value.to_string()
}

fn ok(chain: &Chain, method: &str, params: Value) -> Value {
    let answer = ask(chain, method, params);
    assert!(answer.get("error").is_none(), "{method}: {answer}");
    answer["result"].clone()
}

/// Code and message of the error the chain answers.
fn refusal(chain: &Chain, method: &str, params: Value) -> (i64, String) {
    let answer = ask(chain, method, params);
    let error = answer.get("error").unwrap_or_else(|| panic!("{method} was not refused: {answer}"));
    (error["code"].as_i64().unwrap(), error["message"].as_str().unwrap().to_owned())
}

fn send(chain: &Chain, raw: &str) -> String {
    ok(chain, "eth_sendRawTransaction", json!([raw])).as_str().unwrap().to_owned()
}

fn send_refused(chain: &Chain, raw: &str) -> String {
    let (code, message) = refusal(chain, "eth_sendRawTransaction", json!([raw]));
    assert_eq!(code, -32_000, "{message}");
    message
}

fn number(value: &Value) -> u128 {
    let digits = value.as_str().unwrap().strip_prefix("0x").unwrap();
    assert!(digits == "0" || !digits.starts_with('0'), "leading zero in {value}");
    u128::from_str_radix(digits, 16).unwrap()
}

fn balance(chain: &Chain, address: Address) -> u128 {
    number(&ok(chain, "eth_getBalance", json!([h(address), "latest"])))
}

/// Sends a call, mines it and returns the receipt.
fn run(chain: &Chain, signer: Signer, tx: TxEip1559) -> Value {
    let hash = send(chain, &signer.raw(tx));
    chain.mine_after(12).unwrap();
    ok(chain, "eth_getTransactionReceipt", json!([hash]))
}

fn view<C: SolCall>(chain: &Chain, to: Address, call: C) -> C::Return {
    let data = Bytes::from(call.abi_encode());
    let out = ok(chain, "eth_call", json!([{ "to": h(to), "data": data.to_string() }, "latest"]));
    C::abi_decode_returns(&hex::decode(out.as_str().unwrap()).unwrap()).unwrap()
}
