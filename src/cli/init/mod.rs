//! `bursar init`: a new treasury, by flags or by questions. Every question has a flag.
//!
//! Read in this order: `mod` (the words) · `questions` (a terminal instead of flags) · `pin` (what the nodes say the networks are)
//! · `plan` (everything decided, checked against the treasury's own rules) · `make` (keys, files, journal).
//!
//! Order is the point: everything is asked and checked before the first byte is written, the journal is founded last, and
//! nothing that exists is ever overwritten.

mod make;
mod pin;
mod plan;
mod questions;

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::answer::Answer;
use crate::cli::args::Common;
use crate::cli::report::{Kind, Report};
use crate::config::Home;
use crate::domain::event::Profile;

/// What a new treasury is made of.
#[derive(Debug, Clone, Default, Args)]
pub struct InitArgs {
    /// The treasury's short name: a-z, 0-9 and '-'
    #[arg(long)]
    pub name: Option<String>,
    /// What is at stake; drawn on every screen
    #[arg(long, value_enum, default_value_t = Word::Prod)]
    pub profile: Word,
    /// A network, such as eip155:1; may be given several times. Without it: whatever the nodes serve
    #[arg(long, value_name = "NETWORK")]
    pub network: Vec<String>,
    /// A node as NAME=URL, in order of use; may be given several times. Its chain id says which network it serves
    #[arg(long, value_name = "NAME=URL")]
    pub node: Vec<String>,
    /// What block 0 must be: HASH, or NETWORK=HASH where there are several networks
    #[arg(long, value_name = "[NETWORK=]HASH")]
    pub genesis: Vec<String>,
    /// How many nodes must agree that a transfer is included or settled; without it 2, or 1 where there is one node
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=16))]
    pub witnesses: Option<u32>,
    /// When a block is final: `finalized`, or a depth in blocks
    #[arg(long, default_value = "finalized")]
    pub finality: String,
    /// A member as NAME:ROLES:KEY, KEY an address or `new`; may be given several times
    #[arg(long, value_name = "NAME:ROLES:KEY")]
    pub member: Vec<String>,
    /// A wallet as NAME:TIER:KIND:ADDRESS[@NETWORK], ADDRESS may be `new`; may be given several times
    #[arg(long, value_name = "NAME:TIER:KIND:ADDRESS")]
    pub wallet: Vec<String>,
    /// A contact as NAME:LABEL:ADDRESS[@NETWORK]; may be given several times
    #[arg(long, value_name = "NAME:LABEL:ADDRESS")]
    pub contact: Vec<String>,
    /// An asset as SYMBOL:native:DECIMALS or SYMBOL:TOKEN-ADDRESS:DECIMALS; may be given several times
    #[arg(long, value_name = "SYMBOL:KIND:DECIMALS")]
    pub asset: Vec<String>,
    /// The first policy; without it every transfer to contacts or own wallets is voted on, and everything else barred
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
}

/// What is at stake.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Word {
    /// Real money.
    #[default]
    Prod,
    /// A test network.
    Test,
    /// Practice; keys are made quickly and guard nothing.
    Demo,
}

impl From<Word> for Profile {
    fn from(word: Word) -> Self {
        match word {
            Word::Prod => Self::Prod,
            Word::Test => Self::Test,
            Word::Demo => Self::Demo,
        }
    }
}

/// Makes a treasury.
///
/// # Errors
/// Usage and config errors, what the nodes have against it, or what the treasury's own rules have.
pub async fn run(args: InitArgs, common: &Common) -> Result<Answer, Report> {
    let home = Home::resolve(common.home.as_deref(), |name| std::env::var_os(name))?;
    if common.read_only {
        return Err(Report::new(Kind::Refused, "session.read_only", "this session is read-only; nothing was made"));
    }
    if common.config.is_some() {
        return Err(Report::usage("usage.arguments", "init writes config.toml into the treasury's folder; expected no --config"));
    }
    if home.is_taken() {
        let message = format!("there is a treasury, or a part of one, in {:?} already; nothing was changed", home.folder());
        return Err(Report::new(Kind::Refused, "treasury.founded", message).hint("choose another --home"));
    }
    let args = if asked_for_nothing(&args) { questions::fill(args)? } else { args };
    let networks = pin::networks(&args).await?;
    let plan = plan::Plan::of(&args, networks)?;
    make::make(plan, &home, common)
}

/// Without any flag that names something: questions, where there is somebody to answer.
fn asked_for_nothing(args: &InitArgs) -> bool {
    args.name.is_none() && args.node.is_empty() && args.member.is_empty() && std::io::stdin().is_terminal()
}
