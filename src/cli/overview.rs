//! `bursar overview`: what there is per tier, what is wrong, what waits.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::answer::Answer;
use crate::cli::json as shape;
use crate::cli::report::Report;
use crate::cli::session::Session;
use crate::cli::table::table;
use crate::desk::snapshot::{STALE_S, Snapshot};
use crate::domain::asset::{Asset, AssetId};
use crate::domain::money::Amount;
use crate::domain::time::Seconds;
use crate::domain::wallet::Tier;

/// What to ask.
#[derive(Debug, Args)]
pub struct OverviewArgs {
    /// Do not ask any node; balances are unknown then
    #[arg(long)]
    pub offline: bool,
}

/// The sum of one asset over one tier.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sum {
    known: Amount,
    wallets: usize,
    unknown: usize,
    oldest_s: Option<Seconds>,
}

/// Does it.
///
/// # Errors
/// Where the journal cannot be read; nodes that fail are alerts, not failures.
pub async fn run(args: &OverviewArgs, session: &Session) -> Result<Answer, Report> {
    let desk = session.look()?;
    if !args.offline {
        desk.refresh().await?;
    }
    let snapshot = desk.snapshot();
    let sums = sums(&snapshot);
    let alerts = alerts(&snapshot);
    let treasury = &*snapshot.treasury;
    let waiting: Vec<Value> = treasury
        .requests()
        .values()
        .filter(|r| r.is_open())
        .map(|r| json!({ "id": r.id, "number": r.number.to_string() }))
        .collect();
    let totals: Vec<Value> =
        sums.iter().filter_map(|((tier, id), sum)| treasury.assets().get(id).map(|asset| total(*tier, asset, sum))).collect();
    let document = json!({ "treasury": { "id": treasury.id(), "name": treasury.name(), "profile": treasury.profile() }, "at": snapshot.at.to_string(),
        "journal": { "seq": snapshot.tip.seq, "hash": snapshot.tip.hash.to_string() }, "totals": totals, "alerts": alerts, "open": waiting });
    let mut text = format!("{}  {}  at {}\n\n", treasury.profile().word(), treasury.name(), snapshot.at);
    let rows: Vec<Vec<String>> =
        sums.iter().filter_map(|((tier, id), sum)| treasury.assets().get(id).map(|asset| row(*tier, asset, sum))).collect();
    text.push_str(&table(&["tier", "total", "wallets", "age"], &rows));
    text.push_str(&format!("\n{} requests wait for votes\n", waiting.len()));
    for alert in &alerts {
        text.push_str(&format!("! {alert}\n"));
    }
    Ok(Answer::new(document, text))
}

fn sums(snapshot: &Snapshot) -> BTreeMap<(Tier, AssetId), Sum> {
    let mut sums: BTreeMap<(Tier, AssetId), Sum> = BTreeMap::new();
    for wallet in snapshot.treasury.wallets().values() {
        for asset in snapshot.treasury.assets().values().filter(|a| a.id.network == wallet.network) {
            let sum = sums.entry((wallet.tier, asset.id)).or_default();
            sum.wallets = sum.wallets.saturating_add(1);
            let reading = snapshot.balances.get(&wallet.id, &asset.id);
            let added = reading.and_then(|r| sum.known.checked_add(r.amount).map(|known| (known, snapshot.at.since(r.at))));
            match added {
                Some((known, age)) => {
                    sum.known = known;
                    sum.oldest_s = Some(sum.oldest_s.map_or(age, |old| old.max(age)));
                }
                // What is not known is counted as unknown, never as nothing.
                None => sum.unknown = sum.unknown.saturating_add(1),
            }
        }
    }
    sums
}

fn total(tier: Tier, asset: &Asset, sum: &Sum) -> Value {
    json!({ "tier": tier, "amount": shape::amount(sum.known, asset), "symbol": asset.symbol, "wallets": sum.wallets, "unknown": sum.unknown,
        "complete": sum.unknown == 0, "oldest_s": sum.oldest_s, "stale": sum.oldest_s.is_some_and(|age| age > STALE_S) })
}

fn row(tier: Tier, asset: &Asset, sum: &Sum) -> Vec<String> {
    let amount = match (sum.unknown, sum.wallets) {
        (0, _) => asset.human(sum.known),
        (unknown, wallets) if unknown == wallets => format!("unknown {}", asset.symbol),
        (unknown, _) => format!("at least {} ({unknown} unknown)", asset.human(sum.known)),
    };
    let age = sum.oldest_s.map_or_else(|| "-".to_owned(), |age| format!("{age} s{}", if age > STALE_S { " STALE" } else { "" }));
    vec![tier.word().to_owned(), amount, sum.wallets.to_string(), age]
}

fn alerts(snapshot: &Snapshot) -> Vec<String> {
    let treasury = &*snapshot.treasury;
    let frozen = treasury.frozen().map(|(scope, freeze)| format!("{scope} is frozen since {}: {}", freeze.at, freeze.reason));
    let failed = snapshot.balances.failed.iter().map(|(network, why)| format!("{network}: {why}"));
    let stuck = treasury.requests().values().filter(|r| matches!(r.stage_word(), "stuck" | "dropped" | "foreign"));
    let stuck = stuck.map(|r| format!("{} is {}", r.number, r.stage_word()));
    frozen.chain(failed).chain(stuck).collect()
}
