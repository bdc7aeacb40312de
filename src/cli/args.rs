//! The words of the command line. What each verb takes stands in the verb's own file.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::cli::asset::AssetVerb;
use crate::cli::audit::AuditVerb;
use crate::cli::contact::ContactVerb;
use crate::cli::demo::DemoArgs;
use crate::cli::freeze::FreezeArgs;
use crate::cli::init::InitArgs;
use crate::cli::key::KeyVerb;
use crate::cli::member::MemberVerb;
use crate::cli::node::NodeVerb;
use crate::cli::overview::OverviewArgs;
use crate::cli::policy::PolicyVerb;
use crate::cli::queue::QueueArgs;
use crate::cli::run::RunArgs;
use crate::cli::screen::ScreenArgs;
use crate::cli::theme::ThemeVerb;
use crate::cli::transfer::TransferVerb;
use crate::cli::vote::{ApproveArgs, ObjectArgs, VoteVerb};
use crate::cli::wallet::WalletVerb;

/// bursar: a console for teams that hold funds on public blockchains. Without a verb: the full screen.
#[derive(Debug, Parser)]
#[command(name = "bursar", version, disable_help_subcommand = true, max_term_width = 100)]
pub struct Cli {
    /// What all verbs share.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// Options of every verb.
#[derive(Debug, Clone, Default, Args)]
pub struct Common {
    /// The treasury's folder; else BURSAR_HOME, else the platform's data folder
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Another configuration file than config.toml in the treasury's folder
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Who acts
    #[arg(long = "as", global = true, value_name = "MEMBER")]
    pub member: Option<String>,
    /// Exactly one JSON document on stdout, in success and failure
    #[arg(long, global = true)]
    pub json: bool,
    /// A file with the password in one line, mode 600
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "password_fd")]
    pub password_file: Option<PathBuf>,
    /// An open file descriptor to read the password from
    #[arg(long, global = true, value_name = "N")]
    pub password_fd: Option<u32>,
    /// No verb that writes; the keystore is not even opened
    #[arg(long, global = true)]
    pub read_only: bool,
    /// How much goes to the log file: off, error, warn, info, debug, trace
    #[arg(long, global = true, value_name = "LEVEL", value_parser = ["off", "error", "warn", "info", "debug", "trace"])]
    pub log_level: Option<String>,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// A complete practice treasury on an embedded chain; nothing to install
    Demo(DemoArgs),
    /// Make a new treasury: by flags, or by questions on a terminal
    Init(Box<InitArgs>),
    /// Verbs of a treasury that stands.
    #[command(flatten)]
    Treasury(TreasuryVerb),
    /// Look at everything that must be in order
    Doctor,
    /// One frame of a screen, for documents and reviews
    Screen(ScreenArgs),
    /// Themes
    #[command(subcommand)]
    Theme(ThemeVerb),
}

/// What can be done with a treasury that stands.
#[derive(Debug, Subcommand)]
pub enum TreasuryVerb {
    /// Balances by tier, alerts, and what waits
    Overview(OverviewArgs),
    /// Wallets of ours
    #[command(subcommand)]
    Wallet(WalletVerb),
    /// The address book
    #[command(subcommand)]
    Contact(ContactVerb),
    /// What may be sent
    #[command(subcommand)]
    Asset(AssetVerb),
    /// People, their roles and voting keys
    #[command(subcommand)]
    Member(MemberVerb),
    /// The rules
    #[command(subcommand)]
    Policy(PolicyVerb),
    /// Payments, from draft to settlement
    #[command(subcommand)]
    Transfer(Box<TransferVerb>),
    /// What waits, for whom, with the verdict tree
    Queue(QueueArgs),
    /// Vote for a request
    Approve(ApproveArgs),
    /// Vote against a request; ends it
    Object(ObjectArgs),
    /// Votes that are signed elsewhere
    #[command(subcommand)]
    Vote(VoteVerb),
    /// Stop payments at once
    Freeze(FreezeArgs),
    /// Propose that payments move again
    Unfreeze(FreezeArgs),
    /// Do what is owed now: order, sign, broadcast, confirm
    Run(RunArgs),
    /// Keys of this machine
    #[command(subcommand)]
    Key(KeyVerb),
    /// The nodes that are asked
    #[command(subcommand)]
    Node(NodeVerb),
    /// The journal
    #[command(subcommand)]
    Audit(AuditVerb),
}
