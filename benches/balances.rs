//! 1,000 addresses with 3 tokens in one round of batched calls, against `cast` asking one by one, on the same node.
//!
//! `tests/run tools` installs the node; then `cargo bench --bench balances`

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark stops where anything is otherwise than expected")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use alloy_primitives::{Address, U256, hex};
use bursar::node::balances::Wanted;
use bursar::node::evm::{At, Node};
use bursar::node::rpc::{Headers, Limits};
use bursar::sandbox::practice_token;
use serde_json::json;

use support::anvil::Anvil;
use support::machine::{timed, times};
use support::people::address;
use support::table::{Table, Times, short};

const ADDRESSES: usize = 1_000;
const RUNS: usize = 9;
/// Calls by `cast` that are really made; the rest is reckoned from them.
const CAST_CALLS: usize = 40;

fn main() {
    let Some(cast) = tool("cast").filter(|_| tool("anvil").is_some()) else {
        println!("not measured: anvil and cast are missing from target/tools; `tests/run tools` installs them");
        return;
    };
    bursar::node::install_tls();
    let anvil = Anvil::start(31_337);
    let tokens = ["ONE", "TWO", "TRE"].map(|symbol| token(&anvil, symbol));
    let owners: Vec<Address> = (0..ADDRESSES).map(|n| address(&format!("owner {n}"))).collect();
    let wanted: Vec<Wanted> =
        owners.iter().flat_map(|owner| tokens.map(|token| Wanted { owner: *owner, token: Some(token) })).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads");
    let node = Node::new("anvil", &anvil.url(), Headers::default(), Limits::USUAL).expect("a node");
    let refresh = || runtime.block_on(node.balances(&wanted, At::Latest)).expect("an answer");
    let (first, way_found) = timed(refresh);
    assert!(first.len() == wanted.len() && first.iter().all(|one| *one == Ok(U256::ZERO)), "every balance is read");
    let ours = Times::of(times(RUNS, refresh));
    let way = runtime.block_on(node.way()).expect("known by now");
    let (_, looped) = timed(|| (0..CAST_CALLS).for_each(|n| ask(&cast, &anvil.url(), (tokens[n % 3], owners[n]))));
    let all = looped * u32::try_from(wanted.len() / CAST_CALLS).expect("small");
    let mut table = Table::default();
    table.row(&format!("{} balances, first time ({way:?} found out)", wanted.len()), short(way_found), "-");
    table.row(&format!("{} balances", wanted.len()), ours.text(), "-");
    let times_faster = all.as_secs_f64() / ours.at(50).as_secs_f64();
    table.row(
        "`cast call` in a loop over the same",
        format!("{} for {CAST_CALLS}, so about {} for all", short(looped), short(all)),
        &format!("{times_faster:.0} times as long"),
    );
    table.print();
}

/// One balance, as an operator's shell loop reads it.
fn ask(cast: &Path, url: &str, (token, owner): (Address, Address)) {
    let out = Command::new(cast)
        .args(["call", &token.to_string(), "balanceOf(address)(uint256)", &owner.to_string(), "--rpc-url", url])
        .output()
        .expect("cast starts");
    assert_eq!(String::from_utf8_lossy(&out.stdout).trim(), "0", "{}", String::from_utf8_lossy(&out.stderr));
}

/// The practice chain's token, made on this node.
fn token(anvil: &Anvil, symbol: &str) -> Address {
    let from = address("deployer");
    anvil.fund(from, U256::from(10).pow(U256::from(20)));
    anvil.call("anvil_impersonateAccount", &json!([from]));
    let code = practice_token("Bench", symbol, 6, from, U256::from(1_000_000));
    let deploy = json!([{ "from": from, "data": format!("0x{}", hex::encode(code)), "gas": "0x4c4b40" }]);
    let hash = anvil.call("eth_sendTransaction", &deploy);
    anvil.mine(1);
    let receipt = anvil.call("eth_getTransactionReceipt", &json!([hash]));
    serde_json::from_value(receipt["contractAddress"].clone()).expect("an address")
}

fn tool(name: &str) -> Option<PathBuf> {
    let machine = if cfg!(target_arch = "aarch64") { "linux-arm64" } else { "linux-amd64" };
    let path = format!("target/tools/npm/node_modules/@foundry-rs/{name}-{machine}/bin/{name}");
    Some(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).filter(|path| path.is_file())
}
