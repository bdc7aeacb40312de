//! `bursar asset`: the signed list of what may be sent.

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
use crate::domain::asset::Asset;
use crate::domain::change::Change;

/// What can be done with assets.
#[derive(Debug, Subcommand)]
pub enum AssetVerb {
    /// Every asset
    List,
    /// Put a new asset to the vote
    Propose(ProposeArgs),
}

/// An asset to add.
#[derive(Debug, Args)]
pub struct ProposeArgs {
    /// SYMBOL:native:DECIMALS or SYMBOL:TOKEN-ADDRESS:DECIMALS, with @NETWORK where there are several
    pub asset: String,
}

/// Does it.
///
/// # Errors
/// What stands against it.
pub async fn run(verb: AssetVerb, session: &Session) -> Result<Answer, Report> {
    let treasury = session.look()?.snapshot().treasury.clone();
    match verb {
        AssetVerb::List => {
            let row = |a: &Asset| vec![a.symbol.to_string(), a.decimals.to_string(), a.id.to_string()];
            let rows: Vec<Vec<String>> = treasury.assets().values().map(row).collect();
            let documents: Vec<Value> = treasury.assets().values().map(shape::asset).collect();
            Ok(Answer::new(json!({ "assets": documents }), table(&["symbol", "decimals", "asset"], &rows)))
        }
        AssetVerb::Propose(args) => {
            let asset = spec::asset(&args.asset, || find::network(&treasury, None))?;
            change(session, Change::AddAsset(asset)).await
        }
    }
}
