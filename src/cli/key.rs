//! `bursar key`: keys that rest on this machine.

use alloy_primitives::{Address, hex};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::cli::answer::Answer;
use crate::cli::password;
use crate::cli::report::{Kind, Report};
use crate::cli::session::Session;
use crate::cli::table::table;
use crate::desk::entropy::{Entropy, SystemEntropy};
use crate::domain::event::Profile;
use crate::domain::id::TreasuryId;
use crate::domain::member::VotingKey;
use crate::domain::treasury::Treasury;
use crate::keystore::{Cost, Factor, KeyInfo, KeyKind, Keystore, KeystoreError, Label, Listed, NewKey, Password, Unlocker};

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub enum KeyVerb {
    /// Make a key; then propose the member or wallet it is for
    New(NewArgs),
    /// Every key file, readable or not; no password is needed
    List,
}

/// A key to make.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// For votes, or for transactions
    #[arg(long, value_enum)]
    pub kind: Word,
    /// What it is for, such as the member's or wallet's name
    #[arg(long)]
    pub label: String,
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Word {
    /// Signs votes.
    Voting,
    /// Signs transactions.
    Signing,
}

impl From<Word> for KeyKind {
    fn from(word: Word) -> Self {
        match word {
            Word::Voting => Self::Voting,
            Word::Signing => Self::Signing,
        }
    }
}

impl From<KeystoreError> for Report {
    fn from(error: KeystoreError) -> Self {
        let retry = error.retry_helps();
        let kind = match error {
            KeystoreError::Damaged { .. }
            | KeystoreError::Unsupported { .. }
            | KeystoreError::WrongMachine { .. }
            | KeystoreError::WrongPassword { .. }
            | KeystoreError::Tampered { .. } => Kind::Damaged,
            KeystoreError::Io { .. } => Kind::Unavailable,
            KeystoreError::Exists { .. }
            | KeystoreError::WeakPassword { .. }
            | KeystoreError::Label { .. }
            | KeystoreError::Cost { .. } => Kind::Usage,
            KeystoreError::Permissions { .. } => Kind::Config,
            KeystoreError::NotFound { .. } => Kind::NotFound,
        };
        Self { retry, ..Self::new(kind, error.code(), error.to_string()).hint(error.hint()) }
    }
}

/// Does it.
///
/// # Errors
/// The keystore's errors, each with its own code.
pub fn run(verb: KeyVerb, session: &Session) -> Result<Answer, Report> {
    match verb {
        KeyVerb::New(args) => new(session, &args),
        KeyVerb::List => list(session),
    }
}

/// Makes keys under one password.
pub struct Maker {
    keystore: Keystore,
    factor: Factor,
    unlocker: Unlocker,
    namespace: TreasuryId,
    cost: Cost,
}

impl Maker {
    /// Opens the folder and this machine's secret, making both for the first key.
    ///
    /// # Errors
    /// The keystore's errors; wrong machine where there are keys and the secret they need is gone.
    pub fn new(
        paths: (&std::path::Path, &std::path::Path),
        password: Password,
        namespace: TreasuryId,
        profile: Profile,
    ) -> Result<Self, Report> {
        let (folder, factor_file) = paths;
        let keystore = Keystore::at_or_new(folder)?;
        let factor = if factor_file.exists() {
            Factor::from_host_file(factor_file)?
        } else if keystore.list()?.is_empty() {
            Factor::create_host_file(factor_file, &mut draw)?
        } else {
            let message =
                format!("there are keys in {folder:?}, and this machine's secret {factor_file:?} that opens them is missing");
            return Err(Report::new(Kind::Damaged, "keystore.wrong_machine", message)
                .hint("put the secret back from its own backup; a new one opens no old key"));
        };
        let cost = match profile {
            Profile::Prod | Profile::Test => Cost::STANDARD,
            Profile::Demo => Cost::PRACTICE,
        };
        Ok(Self { keystore, factor, unlocker: Unlocker::new(password), namespace, cost })
    }

    /// Makes one key and proves that it opens.
    ///
    /// # Errors
    /// The keystore's errors; then no key was made.
    pub fn make(&mut self, kind: KeyKind, label: &str) -> Result<Address, Report> {
        let new = NewKey { kind, namespace: self.namespace.bytes(), label: Label::parse(label)?, cost: self.cost };
        Ok(self.keystore.create(new, &mut self.unlocker, &self.factor, &mut draw)?.address)
    }
}

fn draw(bytes: &mut [u8]) {
    SystemEntropy.fill(bytes);
}

fn new(session: &Session, args: &NewArgs) -> Result<Answer, Report> {
    let treasury = session.write()?.snapshot().treasury.clone();
    let namespace = treasury.id().ok_or_else(|| {
        Report::new(Kind::NotFound, "treasury.absent", "there is no treasury here yet").hint("run `bursar init` first")
    })?;
    Label::parse(&args.label)?;
    let password = password::read(&session.password_from(), "password for the new key", true)?;
    let (folder, factor) = (session.config.keystore.folder(&session.home), session.config.keystore.factor_file(&session.home));
    let address = Maker::new((&folder, &factor), password, namespace, treasury.profile())?.make(args.kind.into(), &args.label)?;
    let next = match args.kind {
        Word::Voting => format!("next: bursar member propose {}:ROLES:{address}", args.label),
        Word::Signing => format!("next: bursar wallet propose {}:TIER:single-key:{address}", args.label),
    };
    let document = json!({ "key": { "address": address.to_string(), "kind": word(args.kind.into()), "label": args.label } });
    Ok(Answer::new(document, format!("{} key {address} \"{}\"\n{next}\n", word(args.kind.into()), args.label)))
}

const fn word(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Signing => "signing",
        KeyKind::Voting => "voting",
    }
}

fn list(session: &Session) -> Result<Answer, Report> {
    let folder = session.config.keystore.folder(&session.home);
    let listed = if folder.exists() { Keystore::at(&folder)?.list()? } else { Vec::new() };
    let treasury = session.look()?.snapshot().treasury.clone();
    let (mut rows, mut documents) = (Vec::new(), Vec::new());
    for Listed { path, info } in listed {
        match info {
            Ok(info) => {
                let whose = whose(&treasury, &info);
                rows.push(vec![
                    word(info.kind).to_owned(),
                    info.address.to_string(),
                    info.label.as_str().to_owned(),
                    whose.clone().unwrap_or_else(|| "-".to_owned()),
                ]);
                documents.push(json!({ "id": info.id.to_string(), "kind": word(info.kind), "address": info.address.to_string(),
                    "label": info.label.as_str(), "cost": info.cost.to_string(), "factor": hex::encode(info.factor_id), "of": whose }));
            }
            Err(error) => {
                rows.push(vec!["UNREADABLE".to_owned(), format!("{path:?}"), error.code().to_owned(), error.to_string()]);
                documents.push(
                    json!({ "path": path.to_string_lossy(), "error": { "code": error.code(), "message": error.to_string() } }),
                );
            }
        }
    }
    Ok(Answer::new(json!({ "keys": Value::Array(documents) }), table(&["kind", "address", "label", "of"], &rows)))
}

/// The member or wallet that a key belongs to.
fn whose(treasury: &Treasury, info: &KeyInfo) -> Option<String> {
    match info.kind {
        KeyKind::Voting => treasury.member_by_key(VotingKey::Evm(info.address)).map(|m| m.id.to_string()),
        KeyKind::Signing => treasury.wallets().values().find(|w| w.address == info.address).map(|w| w.id.to_string()),
    }
}
