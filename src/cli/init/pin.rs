//! What the nodes say the networks are: chain id and hash of block 0, pinned for the life of the treasury.

use std::collections::BTreeMap;

use alloy_primitives::{B256, hex};

use crate::cli::init::InitArgs;
use crate::cli::report::{Kind, Report};
use crate::cli::spec;
use crate::config::{Finality, NodeSettings};
use crate::desk::open::connect;
use crate::desk::world::Trouble;
use crate::domain::asset::NetworkId;

/// Deepest finality that can be given, in blocks.
const DEPTH_MAX: u64 = 100_000;

/// A network as its nodes describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// CAIP-2.
    pub id: NetworkId,
    /// Hash of block 0.
    pub genesis: B256,
    /// When a block is final.
    pub finality: Finality,
    /// In the order given.
    pub nodes: Vec<NodeSettings>,
}

/// Asks every node who it is.
///
/// # Errors
/// Usage for wrong words; unavailable where a node gives no answer; refused where it serves what was not expected.
pub async fn networks(args: &InitArgs) -> Result<Vec<Pinned>, Report> {
    let wanted = args.network.iter().map(|text| NetworkId::parse(text)).collect::<Result<Vec<_>, _>>()?;
    let finality = finality(&args.finality)?;
    if args.node.is_empty() {
        return Err(Report::usage("usage.node", "a treasury needs a node")
            .hint("--node NAME=URL, as in --node own=http://127.0.0.1:8545"));
    }
    let mut found: Vec<Pinned> = Vec::new();
    for text in &args.node {
        let (id, url) = spec::node(text)?;
        // The network is not known before the node has answered; the settings get it then.
        let mut settings = NodeSettings::standard(id, NetworkId::Eip155(1), url);
        let (network, genesis) = ask(&settings).await?;
        settings.network = network;
        if !wanted.is_empty() && !wanted.contains(&network) {
            return Err(unexpected(&settings, format!("serves {network}, expected one of --network: {}", list(&wanted))));
        }
        match found.iter_mut().find(|p| p.id == network) {
            None => found.push(Pinned { id: network, genesis, finality, nodes: vec![settings] }),
            Some(pinned) if pinned.genesis == genesis => pinned.nodes.push(settings),
            Some(pinned) => {
                return Err(unexpected(
                    &settings,
                    format!("has block 0 {genesis}, node {} has {}", pinned.nodes[0].id, pinned.genesis),
                ));
            }
        }
    }
    if let Some(dark) = wanted.iter().find(|id| !found.iter().any(|p| p.id == **id)) {
        return Err(Report::usage("usage.node", format!("no --node serves {dark}")).hint("add a node of that network"));
    }
    check_genesis(&found, &args.genesis)?;
    // The first network named is the one that wallets and assets without @NETWORK are on.
    found.sort_by_key(|p| wanted.iter().position(|id| *id == p.id).unwrap_or(usize::MAX));
    Ok(found)
}

async fn ask(settings: &NodeSettings) -> Result<(NetworkId, B256), Report> {
    let node = connect(settings)?;
    let named = |report: Report| Report {
        message: format!("node {} at {}: {}", settings.id, settings.url.origin(), report.message),
        ..report
    };
    let chain = node.chain_id().await.map_err(|e| named(Trouble::from(e).into()))?;
    let network = NetworkId::parse(&format!("eip155:{chain}"))
        .map_err(|_| unexpected(settings, format!("says its chain id is {chain}")))?;
    Ok((network, node.genesis().await.map_err(|e| named(Trouble::from(e).into()))?))
}

fn unexpected(settings: &NodeSettings, what: String) -> Report {
    Report::new(
        Kind::Unavailable,
        "node.unexpected",
        format!("node {} at {} {what}; nothing was made", settings.id, settings.url.origin()),
    )
    .hint("look whether it is the right node")
}

fn list(ids: &[NetworkId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// `finalized`, or a depth.
fn finality(text: &str) -> Result<Finality, Report> {
    let depth = text.parse().ok().filter(|depth| (1..=DEPTH_MAX).contains(depth)).map(Finality::Depth);
    let known = if text == "finalized" { Some(Finality::Finalized) } else { depth };
    known.ok_or_else(|| Report::usage("usage.finality", format!("--finality: expected finalized, or 1 to {DEPTH_MAX} blocks")))
}

fn check_genesis(found: &[Pinned], given: &[String]) -> Result<(), Report> {
    let mut expected: BTreeMap<NetworkId, B256> = BTreeMap::new();
    for text in given {
        let (network, hash) = match (text.split_once('='), found) {
            (Some((network, hash)), _) => (NetworkId::parse(network)?, hash),
            (None, [only]) => (only.id, text.as_str()),
            (None, _) => {
                return Err(Report::usage("usage.genesis", "--genesis: there are several networks; expected NETWORK=HASH"));
            }
        };
        let bytes = hash.strip_prefix("0x").and_then(|digits| hex::decode_to_array::<_, 32>(digits).ok());
        let bytes = bytes.ok_or_else(|| Report::usage("usage.genesis", "--genesis: expected 0x and 64 hex digits"))?;
        expected.insert(network, B256::new(bytes));
    }
    for (network, hash) in expected {
        let Some(pinned) = found.iter().find(|p| p.id == network) else {
            return Err(Report::usage("usage.genesis", format!("--genesis names {network}, which no --node serves")));
        };
        if pinned.genesis != hash {
            return Err(unexpected(&pinned.nodes[0], format!("has block 0 {}, expected {hash}", pinned.genesis)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::NodeUrl;
    use crate::domain::id::NodeId;

    fn pinned(chain: u64, byte: u8) -> Pinned {
        let id = NetworkId::Eip155(chain);
        let node =
            NodeSettings::standard(NodeId::parse("n").expect("slug"), id, NodeUrl::parse("http://127.0.0.1:1").expect("a URL"));
        Pinned { id, genesis: B256::repeat_byte(byte), finality: Finality::Finalized, nodes: vec![node] }
    }

    #[test]
    fn finality_is_a_word_or_a_depth() {
        assert_eq!(finality("finalized"), Ok(Finality::Finalized));
        assert_eq!(finality("2"), Ok(Finality::Depth(2)));
        for bad in ["", "0", "-1", "safe", "100001"] {
            assert!(finality(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_genesis_is_compared_with_what_the_node_says() {
        let (one, two) = (pinned(1, 1), pinned(2, 2));
        let hash = |byte: u8| B256::repeat_byte(byte).to_string();
        let only = std::slice::from_ref(&one);
        let both = [one.clone(), two];
        assert!(check_genesis(only, &[hash(1)]).is_ok());
        assert!(check_genesis(&both, &[format!("eip155:2={}", hash(2))]).is_ok());
        assert_eq!(check_genesis(only, &[hash(2)]).expect_err("wrong").kind.exit(), 4);
        assert_eq!(check_genesis(&both, &[hash(1)]).expect_err("which").kind.exit(), 2);
        assert_eq!(check_genesis(only, &[format!("eip155:9={}", hash(1))]).expect_err("unknown").kind.exit(), 2);
        assert_eq!(check_genesis(only, &["0x12".to_owned()]).expect_err("short").kind.exit(), 2);
    }

    #[tokio::test]
    async fn a_node_that_is_not_there_is_named_and_nothing_is_made() {
        // An error only says that another test was faster.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let args =
            InitArgs { node: vec!["own=http://127.0.0.1:9".to_owned()], finality: "finalized".to_owned(), ..InitArgs::default() };
        let report = networks(&args).await.expect_err("nobody listens there");
        assert_eq!((report.kind.exit(), report.code.as_str(), report.retry), (4, "node.unavailable", true));
        assert!(report.message.starts_with("node own at http://127.0.0.1:9: "), "{}", report.message);
    }
}
