//! `bursar wallet`: wallets of ours, what they hold, new ones.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::cli::answer::Answer;
use crate::cli::find;
use crate::cli::json as shape;
use crate::cli::propose::change;
use crate::cli::report::Report;
use crate::cli::session::Session;
use crate::cli::spec;
use crate::cli::table::table;
use crate::desk::snapshot::{STALE_S, Snapshot};
use crate::domain::change::Change;
use crate::domain::wallet::Wallet;

/// What can be done with wallets.
#[derive(Debug, Subcommand)]
pub enum WalletVerb {
    /// Every wallet
    List,
    /// One wallet
    Show(WalletArg),
    /// What one wallet, or each, holds now
    Balance(BalanceArgs),
    /// Put a new wallet to the vote
    Propose(ProposeArgs),
}

/// Names a wallet.
#[derive(Debug, Args)]
pub struct WalletArg {
    /// Its name
    pub wallet: String,
}

/// Whose balance.
#[derive(Debug, Args)]
pub struct BalanceArgs {
    /// One wallet; every wallet where it is left out
    pub wallet: Option<String>,
}

/// A wallet to add.
#[derive(Debug, Args)]
pub struct ProposeArgs {
    /// NAME:TIER:KIND:ADDRESS[@NETWORK]; `bursar key new` makes a key and prints its address
    pub wallet: String,
}

/// Does it.
///
/// # Errors
/// What stands against it.
pub async fn run(verb: WalletVerb, session: &Session) -> Result<Answer, Report> {
    match verb {
        WalletVerb::List => Ok(list(&session.look()?.snapshot())),
        WalletVerb::Show(arg) => {
            let snapshot = session.look()?.snapshot();
            let wallet = find::wallet(&snapshot.treasury, &arg.wallet)?;
            Ok(show(&snapshot, wallet))
        }
        WalletVerb::Balance(args) => balance(session, &args).await,
        WalletVerb::Propose(args) => propose(session, &args).await,
    }
}

fn list(snapshot: &Snapshot) -> Answer {
    let wallets = snapshot.treasury.wallets();
    let row = |w: &Wallet| {
        [w.id.to_string(), w.tier.word().into(), w.kind.word().into(), w.network.to_string(), w.address.to_string()].to_vec()
    };
    let rows: Vec<Vec<String>> = wallets.values().map(row).collect();
    let documents: Vec<Value> = wallets.values().map(shape::wallet).collect();
    Answer::new(json!({ "wallets": documents }), table(&["wallet", "tier", "kind", "network", "address"], &rows))
}

fn show(snapshot: &Snapshot, wallet: &Wallet) -> Answer {
    let treasury = &*snapshot.treasury;
    let lane = treasury.lane(&wallet.id);
    let held: Vec<(u64, String)> = lane.into_iter().flat_map(|l| &l.held).map(|(nonce, id)| (*nonce, id.to_string())).collect();
    let frozen = treasury.freeze_on(&wallet.id).map(|(scope, freeze)| format!("{scope}: {}", freeze.reason));
    let mut document = shape::wallet(wallet);
    document["nonce_floor"] = json!(lane.map(|l| l.floor));
    document["held"] = json!(held.iter().map(|(nonce, id)| json!({ "nonce": nonce, "request": id })).collect::<Vec<_>>());
    document["frozen"] = json!(frozen);
    let mut text =
        format!("{}  {} {} on {}\n  {}\n", wallet.id, wallet.tier.word(), wallet.kind.word(), wallet.network, wallet.address);
    for (nonce, id) in &held {
        text.push_str(&format!("  nonce {nonce} belongs to {id}\n"));
    }
    if let Some(why) = &frozen {
        text.push_str(&format!("  FROZEN: {why}\n"));
    }
    Answer::new(json!({ "wallet": document }), text)
}

async fn balance(session: &Session, args: &BalanceArgs) -> Result<Answer, Report> {
    let desk = session.look()?;
    let only = match &args.wallet {
        Some(name) => Some(find::wallet(&desk.snapshot().treasury, name)?.id.clone()),
        None => None,
    };
    desk.refresh().await?;
    let snapshot = desk.snapshot();
    let (mut rows, mut documents) = (Vec::new(), Vec::new());
    let wallets = snapshot.treasury.wallets().values().filter(|w| only.as_ref().is_none_or(|id| *id == w.id));
    for wallet in wallets {
        let assets: Vec<_> = snapshot.treasury.assets().values().filter(|a| a.id.network == wallet.network).collect();
        let mut cells = Vec::new();
        for asset in assets {
            let reading = snapshot.balances.get(&wallet.id, &asset.id);
            // "Unknown" is never printed as zero.
            let amount = reading.map_or_else(|| format!("unknown {}", asset.symbol), |r| asset.human(r.amount));
            let age = reading.map_or_else(String::new, |r| {
                let age = snapshot.at.since(r.at);
                format!("{age} s old, block {} by {}{}", r.block, r.source, if age > STALE_S { ", STALE" } else { "" })
            });
            rows.push(vec![wallet.id.to_string(), wallet.tier.word().to_owned(), amount, age]);
            cells.push(json!({ "asset": shape::asset(asset), "balance": shape::reading(reading, asset, snapshot.at) }));
        }
        documents.push(json!({ "wallet": shape::wallet(wallet), "balances": cells }));
    }
    let failed: Vec<Value> =
        snapshot.balances.failed.iter().map(|(network, why)| json!({ "network": network, "why": why })).collect();
    let mut text = table(&["wallet", "tier", "balance", "age and source"], &rows);
    for (network, why) in &snapshot.balances.failed {
        text.push_str(&format!("{network}: {why}\n"));
    }
    Ok(Answer::new(json!({ "balances": documents, "failed": failed }), text))
}

async fn propose(session: &Session, args: &ProposeArgs) -> Result<Answer, Report> {
    let spec = spec::wallet(&args.wallet)?;
    let network = match spec.network {
        Some(network) => network,
        None => find::network(&session.look()?.snapshot().treasury, None)?,
    };
    let address = spec.key.known("bursar key new --kind signing")?;
    change(session, Change::AddWallet(Wallet { id: spec.id, network, address, tier: spec.tier, kind: spec.kind })).await
}
