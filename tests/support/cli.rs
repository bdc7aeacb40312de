//! The real binary, a treasury in a folder of its own, and a real node.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;

use alloy_primitives::{Address, U256, address};
use bursar::keystore::{Cost, Factor, KeyKind, Keystore, Label, NewKey, Password, Unlocker};
use bursar::sandbox::practice_token;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::anvil::Anvil;
use super::deadline::Deadline;

/// Seconds that one command may take on a busy machine.
const COMMAND_SECONDS_MAX: u64 = 60;
/// The network of all these tests.
pub const CHAIN_ID: u64 = 31_337;
/// Whom the treasury pays.
pub const SUPPLIER: Address = address!("00000000000000000000000000000000000a11cE");
/// A contact that may not be paid by this policy.
pub const BARRED: Address = address!("0000000000000000000000000000000000000BaD");
/// Members with keys of their own, each under a password of their own, on the machine that this home is on.
pub const MEMBERS: [(&str, &str); 4] =
    [("alice", "operator,admin"), ("bob", "approver,admin"), ("carol", "approver,admin"), ("dan", "approver")];
/// Base units of the token, with six decimals.
pub const TOKEN_SUPPLY: u64 = 1_000_000_000_000;

const POLICY: &str = r#"vote_time = "24h"
governance = { group = "admins", needed = 2 }

[groups]
admins = ["alice", "bob", "carol"]
approvers = ["alice", "bob", "carol", "dan"]

[[rule]]
id = "small-eth"
tiers = ["hot"]
to = ["supplier", "exchange"]
asset = "ETH"
up_to = "1"
allow = true

[[rule]]
id = "large-eth"
to = ["supplier", "exchange"]
asset = "ETH"
over = "1"
require = [{ group = "approvers", needed = 2 }]

[[rule]]
id = "small-usd"
tiers = ["hot"]
to = ["supplier", "exchange"]
asset = "TUSD"
up_to = "1000"
allow = true

[[rule]]
id = "large-usd"
to = ["supplier", "exchange"]
asset = "TUSD"
over = "1000"
require = [{ group = "approvers", needed = 2 }]

[[rule]]
id = "not-this-one"
to = ["barred"]
block = "no contract with them"
"#;

/// What a command came to.
#[derive(Debug, Clone)]
pub struct Said {
    /// Exit code; none where it was killed.
    pub exit: Option<i32>,
    /// Everything on stdout.
    pub out: Vec<u8>,
    /// Everything on stderr.
    pub err: Vec<u8>,
}

impl Said {
    /// The one document on stdout.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.out).unwrap_or_else(|error| panic!("no single document ({error}): {self:?}"))
    }

    /// The document of a success.
    pub fn ok(&self) -> Value {
        assert_eq!(self.exit, Some(0), "{}\n{}", self.text(), String::from_utf8_lossy(&self.err));
        self.json()
    }

    /// Kind, code and exit code of a failure that says what to do.
    pub fn failure(&self) -> (String, String, i32) {
        let document = self.json();
        let error = &document["error"];
        let word = |key: &str| error[key].as_str().unwrap_or_else(|| panic!("{key}: {document}")).to_owned();
        assert!(!word("message").is_empty() && error["retry"].is_boolean(), "{document}");
        assert!(error["hints"].as_array().is_some_and(|hints| !hints.is_empty()), "no hint: {document}");
        (word("kind"), word("code"), self.exit.expect("an exit code"))
    }

    /// The message of a failure.
    pub fn message(&self) -> String {
        self.json()["error"]["message"].as_str().expect("a message").to_owned()
    }

    /// Stdout as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    /// Whether nothing in the raw bytes can steer a terminal: no escape, no C1 control, no direction mark.
    pub fn is_harmless(&self) -> bool {
        let all = [self.out.as_slice(), self.err.as_slice()].concat();
        let text = String::from_utf8(all).expect("only UTF-8 is written");
        let steers = |c: char| {
            (c.is_control() && c != '\n')
                || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        !text.chars().any(steers)
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self { exit: output.status.code(), out: output.stdout, err: output.stderr }
    }
}

/// A running command. It is killed with the value, if it still runs.
pub struct Running(Option<Child>);

impl Running {
    /// Ends it as `kill -9` does.
    pub fn kill_at_once(mut self) -> Said {
        let mut child = self.0.take().expect("it runs");
        // It may have ended by itself.
        drop(child.kill());
        child.wait_with_output().expect("our own child").into()
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.0.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(Some(_))))
    }

    /// Waits for its end, with a deadline.
    pub fn wait(mut self) -> Said {
        let child = self.0.take().expect("it runs");
        let id = rustix::process::Pid::from_child(&child);
        let (sender, ended) = mpsc::channel();
        let waiter = thread::spawn(move || drop(sender.send(child.wait_with_output())));
        let output = Deadline::in_seconds(COMMAND_SECONDS_MAX).left().and_then(|left| ended.recv_timeout(left).ok());
        let Some(output) = output else {
            rustix::process::kill_process(id, rustix::process::Signal::KILL).expect("our own child");
            waiter.join().expect("the waiter ends with the child");
            panic!("a command took more than {COMMAND_SECONDS_MAX} s");
        };
        output.expect("our own child").into()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            drop(child.kill().and_then(|()| child.wait()));
        }
    }
}

/// A home, founded or not yet.
pub struct Home {
    folder: TempDir,
}

impl Home {
    /// An empty folder with password files beside the home.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Self { folder };
        for who in MEMBERS.map(|(name, _)| name).into_iter().chain(["ops", "nobody"]) {
            write(&home.password_file(who), &format!("{}\n", password(who)), 0o600);
        }
        home
    }

    /// Where the treasury lies.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// A file beside the home.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The file with somebody's password.
    pub fn password_file(&self, who: &str) -> PathBuf {
        self.beside(&format!("{who}.password"))
    }

    /// Runs a line of words with `--json`, without any password.
    pub fn json(&self, words: &[&str]) -> Said {
        self.start(&[words, &["--json"]].concat()).wait()
    }

    /// Runs a line of words with `--json`, with somebody's password.
    pub fn with(&self, who: &str, words: &[&str]) -> Said {
        self.start_with(who, words).wait()
    }

    /// As [`Home::with`], and lets it run.
    pub fn start_with(&self, who: &str, words: &[&str]) -> Running {
        let file = self.password_file(who);
        let file = file.to_str().expect("UTF-8");
        let mut all = vec!["--json", "--password-file", file];
        if who != "ops" && who != "nobody" {
            all.extend(["--as", who]);
        }
        self.start(&[words, &all].concat())
    }

    /// Starts the binary with this home.
    pub fn start(&self, words: &[&str]) -> Running {
        self.start_under(&[], words)
    }

    /// Starts the binary with this home under another program, such as one that limits it.
    pub fn start_under(&self, program: &[&str], words: &[&str]) -> Running {
        let binary = env!("CARGO_BIN_EXE_bursar");
        let mut line = program.iter().copied().chain([binary]);
        let mut command = Command::new(line.next().expect("at least the binary"));
        command.args(line).args(words).arg("--home").arg(self.path());
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", self.folder.path()).env("TZ", "UTC");
        command.current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Running(Some(command.spawn().expect("the binary starts")))
    }

    /// The journal, for reading.
    pub fn journal(&self) -> Connection {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Connection::open_with_flags(self.path().join("journal.db"), flags).expect("a journal")
    }

    /// Makes a member's key under their own password, as it is done on their own machine.
    fn make_key(&self, who: &str) -> Address {
        let mut draw = |bytes: &mut [u8]| {
            fs::File::open("/dev/urandom")
                .and_then(|mut file| std::io::Read::read_exact(&mut file, bytes))
                .expect("random bytes");
        };
        let keystore = Keystore::at_or_new(&self.path().join("keystore")).expect("a keystore");
        let factor = self.path().join("factor.key");
        let factor = if factor.exists() { Factor::from_host_file(&factor) } else { Factor::create_host_file(&factor, &mut draw) };
        let mut unlocker = Unlocker::new(Password::new(Zeroizing::new(password(who))).expect("long enough"));
        let label = Label::parse(who).expect("a label");
        let new = NewKey { kind: KeyKind::Voting, namespace: [0; 16], label, cost: Cost::PRACTICE };
        keystore.create(new, &mut unlocker, &factor.expect("a factor"), &mut draw).expect("a key").address
    }
}

/// Somebody's password.
pub fn password(who: &str) -> String {
    format!("the password of {who} is long")
}

/// Writes a file with a mode.
pub fn write(path: &Path, text: &str, mode: u32) {
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(path).expect("a file");
    file.write_all(text.as_bytes()).expect("written");
}

/// A founded treasury in front of a node, with money in its wallets.
pub struct Treasury {
    /// Its home.
    pub home: Home,
    /// Its network.
    pub anvil: Anvil,
    /// The token's contract.
    pub token: Address,
    /// The hot wallet.
    pub hot: Address,
    /// The cold wallet.
    pub cold: Address,
}

impl Treasury {
    /// Founded by flags alone, on a node of its own that makes a block for each transaction.
    pub fn start() -> Self {
        Self::on(Anvil::start(CHAIN_ID), &|url| url)
    }

    /// Founded by flags alone; `seen_as` says at which URL the treasury sees the node.
    pub fn on(anvil: Anvil, seen_as: &dyn Fn(String) -> String) -> Self {
        let home = Home::empty();
        fs::create_dir(home.path()).expect("made");
        fs::set_permissions(home.path(), PermissionsExt::from_mode(0o700)).expect("ours");
        let token = deploy_token(&anvil);
        let policy = home.beside("policy.toml");
        fs::write(&policy, POLICY).expect("written");
        let member = |(name, roles): (&str, &str)| format!("{name}:{roles}:{}", home.make_key(name));
        let mut words = vec!["init".to_owned(), "--name".into(), "acme".into(), "--profile".into(), "demo".into()];
        let mut add = |flag: &str, value: String| words.extend([flag.to_owned(), value]);
        add("--node", format!("own={}", seen_as(anvil.url())));
        MEMBERS.iter().for_each(|m| add("--member", member(*m)));
        add("--wallet", "hot:hot:single-key:new".into());
        add("--wallet", "cold:cold:single-key:new".into());
        add("--contact", format!("supplier:Supplier 7:{SUPPLIER}"));
        add("--contact", format!("exchange:Exchange A:{}", Address::repeat_byte(0xec)));
        add("--contact", format!("barred:Barred GmbH:{BARRED}"));
        add("--asset", "ETH:native:18".into());
        add("--asset", format!("TUSD:{token}:6"));
        add("--finality", "1".into());
        add("--policy", policy.to_string_lossy().into_owned());
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let founded = home.with("ops", &words).ok();
        let wallet = |at: usize| founded["wallets"][at]["address"].as_str().and_then(|a| a.parse().ok()).expect("an address");
        let treasury = Self { home, anvil, token, hot: wallet(0), cold: wallet(1) };
        for wallet in [treasury.hot, treasury.cold] {
            treasury.anvil.fund(wallet, U256::from(1_000_000_000_000_000_000_u64) * U256::from(50));
            treasury.give_tokens(wallet, 250_000_000_000);
        }
        treasury.anvil.mine(1);
        treasury
    }

    fn give_tokens(&self, to: Address, units: u64) {
        let data = bursar::chain::evm::erc20::transfer(to, U256::from(units));
        let call = json!([{ "from": issuer(&self.anvil), "to": self.token.to_string(), "data": data.to_string() }]);
        let receipt = self.anvil.receipt(&self.anvil.call("eth_sendTransaction", &call));
        assert_eq!(receipt["status"], "0x1", "{receipt}");
    }

    /// Base units of the token that somebody holds.
    pub fn tokens(&self, of: Address) -> U256 {
        let data = bursar::chain::evm::erc20::balance_of(of);
        let answer = self.anvil.call("eth_call", &json!([{ "to": self.token.to_string(), "data": data.to_string() }, "latest"]));
        answer.as_str().and_then(|hex| hex.parse().ok()).expect("a number")
    }

    /// Transactions of an account that are in blocks.
    pub fn nonce(&self, of: Address) -> u64 {
        let answer = self.anvil.call("eth_getTransactionCount", &json!([of.to_string(), "latest"]));
        answer.as_str().and_then(|hex| u64::from_str_radix(&hex[2..], 16).ok()).expect("a number")
    }

    /// Drafts and proposes as alice; the request as it then stands.
    pub fn send(&self, amount: &str, asset: &str) -> Value {
        let words = ["transfer", "send", "--from", "hot", "--to", "supplier", "--asset", asset, "--amount", amount];
        self.home.with("alice", &words).ok()["request"].take()
    }

    /// Votes for a request as it stands.
    pub fn approve(&self, who: &str, request: &Value) -> Said {
        let digest = request["digest"].as_str().expect("a digest");
        self.home.with(who, &["approve", word(request, "number"), "--digest", digest])
    }

    /// The request as it stands.
    pub fn show(&self, request: &Value) -> Value {
        self.home.json(&["transfer", "show", word(request, "number")]).ok()["request"].take()
    }

    /// Does what is owed until a request is over.
    pub fn settle(&self, request: &Value) -> Value {
        let deadline = Deadline::in_seconds(COMMAND_SECONDS_MAX);
        loop {
            let shown = self.show(request);
            if shown["over"] == true {
                return shown;
            }
            assert!(deadline.left().is_some(), "it does not settle: {shown}");
            let said = self.home.with("ops", &["run", "--until-idle", "--deadline", "1s"]);
            assert!(matches!(said.exit, Some(0 | 4)), "{said:?}");
            self.anvil.mine(1);
        }
    }
}

/// A text field of a document.
pub fn word<'a>(document: &'a Value, key: &str) -> &'a str {
    document[key].as_str().unwrap_or_else(|| panic!("{key}: {document}"))
}

fn issuer(anvil: &Anvil) -> String {
    anvil.call("eth_accounts", &json!([]))[0].as_str().expect("an account").to_owned()
}

fn deploy_token(anvil: &Anvil) -> Address {
    let from = issuer(anvil);
    let owner = from.parse().expect("an address");
    let code = practice_token("Test Dollar", "TUSD", 6, owner, U256::from(TOKEN_SUPPLY));
    let hash = anvil.call("eth_sendTransaction", &json!([{ "from": from, "data": code.to_string(), "gas": "0x2dc6c0" }]));
    let receipt = anvil.receipt(&hash);
    receipt["contractAddress"].as_str().and_then(|a| a.parse().ok()).unwrap_or_else(|| panic!("no token: {receipt}"))
}
