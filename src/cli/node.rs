//! `bursar node`: the nodes that are asked, in order of use.

use clap::Subcommand;
use serde_json::{Value, json};

use crate::cli::answer::Answer;
use crate::cli::json as shape;
use crate::cli::report::{Kind, Report};
use crate::cli::session::Session;
use crate::cli::table::table;
use crate::desk::snapshot::NodeStatus;

/// What can be done with nodes.
#[derive(Debug, Subcommand)]
pub enum NodeVerb {
    /// The nodes of the configuration; none is asked
    List,
    /// Ask each node: chain id, genesis, head, age, latency
    Check,
}

/// Does it.
///
/// # Errors
/// Unavailable where no node of a network can be used.
pub async fn run(verb: NodeVerb, session: &Session) -> Result<Answer, Report> {
    match verb {
        NodeVerb::List => Ok(list(session)),
        NodeVerb::Check => check(session).await,
    }
}

fn list(session: &Session) -> Answer {
    let nodes = &session.config.nodes;
    let rows: Vec<Vec<String>> =
        nodes.iter().map(|n| vec![n.id.to_string(), n.network.to_string(), n.url.origin().to_owned()]).collect();
    let documents: Vec<Value> =
        nodes.iter().map(|n| json!({ "id": n.id, "network": n.network, "url": n.url.origin() })).collect();
    Answer::new(json!({ "nodes": documents }), table(&["node", "network", "url"], &rows))
}

async fn check(session: &Session) -> Result<Answer, Report> {
    let desk = session.look()?;
    desk.probe().await;
    let snapshot = desk.snapshot();
    let row = |n: &NodeStatus| {
        let head = n.head.map_or_else(|| "-".to_owned(), |h| h.to_string());
        let age = n.head_at.map_or_else(|| "-".to_owned(), |at| format!("{} s", snapshot.at.since(at)));
        let latency = n.latency_ms.map_or_else(|| "-".to_owned(), |ms| format!("{ms} ms"));
        vec![
            n.id.to_string(),
            n.network.to_string(),
            n.url.clone(),
            n.state.to_owned(),
            head,
            age,
            latency,
            n.error.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<Vec<String>> = snapshot.nodes.iter().map(row).collect();
    let text = table(&["node", "network", "url", "state", "head", "head age", "latency", "error"], &rows);
    let document = json!({ "nodes": snapshot.nodes.iter().map(shape::node).collect::<Vec<_>>() });
    let dark = snapshot.treasury.networks().keys().find(|id| !snapshot.nodes.iter().any(|n| n.network == **id && n.usable));
    match dark {
        None => Ok(Answer::new(document, text)),
        Some(network) => {
            let report = Report::new(Kind::Unavailable, "node.unavailable", format!("no node of {network} can be used"));
            let lines: Vec<&str> = text.lines().collect();
            let detail = json!({ "nodes": document["nodes"], "lines": lines });
            Err(Report {
                retry: true,
                ..report.hint("look at each node's state; add or mend a [[node]] in the configuration").detail(detail)
            })
        }
    }
}
