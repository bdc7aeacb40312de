//! A real EVM node on loopback, one per test that asks for it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use alloy_primitives::{Address, U256};
use serde_json::{Value, json};

use super::deadline::Deadline;

/// Seconds that the node may take to listen; it needs about 0.2 on a quiet machine.
const START_SECONDS_MAX: u64 = 30;

/// Seconds that one answer may take.
const ANSWER_SECONDS_MAX: u64 = 30;

/// How the node says where it listens.
const LISTENING: &str = "Listening on ";

/// A running node. It ends with the value.
pub struct Anvil {
    child: Child,
    address: SocketAddr,
}

impl Anvil {
    /// Starts a node that puts every transaction into a block of its own at once.
    pub fn start(chain_id: u64) -> Self {
        Self::launch(chain_id, &[])
    }

    /// Starts a node that makes a block every so many seconds, so that a transaction can be seen waiting.
    pub fn start_with_block_time(chain_id: u64, block_time_s: u32) -> Self {
        Self::launch(chain_id, &["--block-time", &block_time_s.to_string()])
    }

    /// Starts a node of the same chain id with another block 0. Two nodes that start within one second share theirs otherwise.
    pub fn start_with_another_beginning(chain_id: u64) -> Self {
        Self::launch(chain_id, &["--timestamp", "1700000000"])
    }

    /// The node picks its own port and says which; nobody else can take it in between.
    fn launch(chain_id: u64, more: &[&str]) -> Self {
        let mut child = Command::new(binary())
            .args(["--host", "127.0.0.1", "--port", "0", "--chain-id", &chain_id.to_string(), "--slots-in-an-epoch", "1"])
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("anvil starts");
        let addresses = listen(child.stdout.take().expect("stdout is a pipe"));
        match addresses.recv_timeout(Duration::from_secs(START_SECONDS_MAX)) {
            Ok(address) => Self { child, address },
            Err(why) => {
                end(&mut child);
                panic!("anvil did not listen within {START_SECONDS_MAX} s: {why}")
            }
        }
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address and the port of that.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// One JSON-RPC call; the error object comes back as it is.
    pub fn try_call(&self, method: &str, params: &Value) -> Result<Value, Value> {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut answer = post(self.address, &request.to_string());
        match answer.get_mut("error") {
            Some(error) => Err(error.take()),
            None => Ok(answer.get_mut("result").expect("a result or an error").take()),
        }
    }

    /// The receipt of a transaction, once it is in a block.
    pub fn receipt(&self, hash: &Value) -> Value {
        let deadline = Deadline::in_seconds(ANSWER_SECONDS_MAX);
        loop {
            let receipt = self.call("eth_getTransactionReceipt", &json!([hash]));
            if !receipt.is_null() {
                return receipt;
            }
            assert!(deadline.left().is_some(), "{hash} is in no block after {ANSWER_SECONDS_MAX} s");
        }
    }

    /// One JSON-RPC call that must succeed.
    pub fn call(&self, method: &str, params: &Value) -> Value {
        self.try_call(method, params).unwrap_or_else(|error| panic!("{method} {params}: {error}"))
    }

    /// The balance at the head, in wei.
    pub fn balance(&self, of: Address) -> U256 {
        let answer = self.call("eth_getBalance", &json!([of, "latest"]));
        serde_json::from_value(answer).expect("a quantity")
    }

    /// Gives an account a balance in wei, out of nothing.
    pub fn fund(&self, account: Address, wei: U256) {
        self.call("anvil_setBalance", &json!([account, wei]));
    }

    /// Makes blocks.
    pub fn mine(&self, blocks: u64) {
        self.call("anvil_mine", &json!([U256::from(blocks)]));
    }
}

impl Drop for Anvil {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// By its own handle, and waited for: no other process is touched and none is left behind.
fn end(child: &mut Child) {
    child.kill().and_then(|()| child.wait()).expect("our own child ends");
}

/// Where `tests/run` puts the node.
fn binary() -> PathBuf {
    let machine = if cfg!(target_arch = "aarch64") { "linux-arm64" } else { "linux-amd64" };
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("target/tools/npm/node_modules/@foundry-rs/anvil-{machine}/bin/anvil"));
    assert!(path.is_file(), "run tests/run once: it installs anvil into target/tools");
    path
}

/// Reads what the node prints until it ends, so that it never waits for us; sends where it listens.
fn listen(stdout: ChildStdout) -> Receiver<SocketAddr> {
    let (found, addresses) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if let Some(address) = line.strip_prefix(LISTENING) {
                // The test may have given up; then there is nobody to tell.
                let _ = found.send(address.trim().parse().expect("an address and a port"));
            }
        }
    });
    addresses
}

/// One question to a node, by HTTP/1.0, so that the answer is one body that ends with the connection.
pub fn post(address: SocketAddr, body: &str) -> Value {
    let deadline = Deadline::in_seconds(ANSWER_SECONDS_MAX);
    let mut stream = TcpStream::connect(address).expect("the node listens");
    stream.set_read_timeout(deadline.left()).expect("a time-out");
    let head = format!("POST / HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).expect("the node reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the node answers in time");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    serde_json::from_str(body).unwrap_or_else(|error| panic!("no JSON ({error}): {answer}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_of_our_own_answers_and_ends() {
        let anvil = Anvil::start(4242);
        assert_eq!(anvil.call("eth_chainId", &json!([])), "0x1092");
        let account = Address::repeat_byte(7);
        anvil.fund(account, U256::from(5));
        anvil.mine(3);
        assert_eq!(anvil.balance(account), U256::from(5));
        assert_eq!(anvil.call("eth_blockNumber", &json!([])), "0x3");
        assert!(anvil.try_call("eth_nonsense", &json!([])).is_err());
        let address = anvil.address;
        assert_eq!(anvil.url(), format!("http://{address}"));
        drop(anvil);
        assert!(TcpStream::connect(address).is_err(), "the node outlived its value");
    }

    #[test]
    fn two_nodes_do_not_meet() {
        let (one, two) = (Anvil::start_with_block_time(1, 1), Anvil::start(2));
        assert_ne!(one.url(), two.url());
        assert_eq!((one.call("eth_chainId", &json!([])), two.call("eth_chainId", &json!([]))), (json!("0x1"), json!("0x2")));
    }
}
