//! Signatures a second against bare libsecp256k1, in the same run and in turns.
//!
//! `cargo bench --bench signing`

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops where anything is otherwise than expected")]

mod support;

use std::fs;
use std::hint::black_box;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use alloy_primitives::{Address, Bytes, U256, keccak256};
use bursar::chain::evm::transaction::{Call, Fees, Unsigned, assemble};
use bursar::keystore::{Cost, Factor, KeyKind, Keystore, Label, NewKey, OpenKey, Password, Unlocker};
use secp256k1::{Message, Secp256k1, SecretKey};
use zeroize::Zeroizing;

use support::machine::timed;
use support::table::{Table, Times};

/// Signatures in one run.
const SIGNATURES: u32 = 2_000;
/// Runs of each, in turns, so that a busy moment of the machine hits both.
const RUNS: usize = 15;

fn main() {
    let home = tempfile::tempdir().expect("a folder");
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).expect("our own folder");
    let key = open_key(home.path());
    let secp = Secp256k1::new();
    let raw_key = SecretKey::from_slice(&[0x42; 32]).expect("a valid scalar");
    let unsigned = transaction();
    let raw_sign = |n: u32| secp.sign_ecdsa_recoverable(&Message::from_digest(keccak256(n.to_be_bytes()).0), &raw_key);
    let raw_check = |n: u32| {
        let message = Message::from_digest(keccak256(n.to_be_bytes()).0);
        secp.recover_ecdsa(&message, &secp.sign_ecdsa_recoverable(&message, &raw_key)).expect("it recovers")
    };
    let ours = |n: u32| key.sign_digest(&keccak256(n.to_be_bytes()).0);
    let whole = |_| assemble(&unsigned.bytes, &key.sign_digest(&unsigned.digest.0)).expect("ours");
    let mut times: [Vec<Duration>; 4] = Default::default();
    for _ in 0..RUNS {
        times[0].push(run(raw_sign));
        times[1].push(run(ours));
        times[2].push(run(raw_check));
        times[3].push(run(whole));
    }
    let [raw, own, raw_checked, assembled] = times.map(Times::of);
    let mut table = Table::default();
    table.row("libsecp256k1, signature alone", rate(&raw), "the limit");
    table.row("an open key, signature alone", rate(&own), &share(&own, &raw));
    table.row("libsecp256k1, signature and recovery", rate(&raw_checked), "the limit");
    table.row("signed transaction, sender recovered, bytes read again", rate(&assembled), &share(&assembled, &raw_checked));
    table.print();
}

fn run<T>(sign: impl Fn(u32) -> T) -> Duration {
    timed(|| (0..SIGNATURES).for_each(|n| drop(black_box(sign(n))))).1
}

fn rate(times: &Times) -> String {
    let each = |time: Duration| f64::from(SIGNATURES) / time.as_secs_f64();
    format!("{:.0}/s (median of {RUNS} runs; best {:.0}/s)", each(times.at(50)), each(times.at(0)))
}

fn share(ours: &Times, raw: &Times) -> String {
    let of = |percent| raw.at(percent).as_secs_f64() / ours.at(percent).as_secs_f64() * 100.0;
    format!("{:.0} % of the limit by medians, {:.0} % by best runs; at least 80 %", of(50), of(0))
}

/// A key as the console has it: out of its file, at practice cost.
fn open_key(home: &std::path::Path) -> OpenKey {
    let keystore = Keystore::at_or_new(&home.join("keystore")).expect("a folder");
    let entropy = bursar::desk::entropy::SeededEntropy::new(7);
    let mut draw = |buffer: &mut [u8]| bursar::desk::entropy::Entropy::fill(&entropy, buffer);
    let password = Password::new(Zeroizing::new("a password of a benchmark".to_owned())).expect("long enough");
    let mut unlocker = Unlocker::new(password);
    let factor = Factor::create_host_file(&home.join("factor.key"), &mut draw).expect("a new factor");
    let new = NewKey {
        kind: KeyKind::Signing,
        namespace: [9; 16],
        label: Label::parse("bench").expect("a label"),
        cost: Cost::PRACTICE,
    };
    let info = keystore.create(new, &mut unlocker, &factor, &mut draw).expect("a new key");
    keystore.open(info.id, &mut unlocker, &factor).expect("it opens")
}

fn transaction() -> Unsigned {
    let call = Call {
        chain_id: 1,
        nonce: 7,
        to: Address::repeat_byte(9),
        value: U256::from(1_000_000_u64),
        input: Bytes::new(),
        gas_limit: 21_000,
    };
    Unsigned::build(&call, &Fees::Eip1559 { fee_cap: 40_000_000_000, tip_cap: 1_000_000_000 }).expect("a transaction")
}
