//! Making it: folder, keys, configuration, tables, and last the journal's first entry.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use alloy_primitives::Address;
use serde_json::{Value, json};

use crate::cli::answer::Answer;
use crate::cli::args::Common;
use crate::cli::init::pin::Pinned;
use crate::cli::init::plan::Plan;
use crate::cli::json as shape;
use crate::cli::key::Maker;
use crate::cli::open::{Purpose, open};
use crate::cli::password;
use crate::cli::report::{Kind, Report};
use crate::cli::session::password_from;
use crate::cli::spec::Key;
use crate::config::{Config, Finality, Home};
use crate::desk::entropy::{Entropy, SystemEntropy};
use crate::desk::open::prepare;
use crate::domain::event::Founding;
use crate::domain::id::TreasuryId;
use crate::keystore::{KeyKind, Password};

/// Makes a planned treasury.
///
/// # Errors
/// The keystore's and the system's errors. What was made until then is named in the message and founds nothing.
pub fn make(plan: Plan, home: &Home, common: &Common) -> Result<Answer, Report> {
    let password =
        if plan.makes_keys() { Some(password::read(&password_from(common), "password for the new keys", true)?) } else { None };
    let mut id = [0; 16];
    SystemEntropy.fill(&mut id);
    let id = TreasuryId::from_bytes(id);
    let text = config_text(&plan);
    // Our own text must pass our own reader before anything is written.
    let config = Config::parse(&home.config_file(), &text)?;
    folder(home.folder())?;
    let keys = keys(&plan, home, id, password)?;
    write_new(&home.config_file(), &text)?;
    prepare(home)?;
    let founding = plan.founding(id, &keys);
    open(home, &config, Purpose::Act, None)?.found(founding.clone())?;
    let members: Vec<Value> =
        founding.members.iter().map(|m| json!({ "id": m.id, "roles": m.roles, "key": m.key.to_string() })).collect();
    let wallets: Vec<Value> = founding.wallets.iter().map(shape::wallet).collect();
    let document = json!({ "home": home.folder().to_string_lossy(), "treasury": { "id": id, "name": plan.name, "profile": plan.profile },
        "networks": founding.networks, "members": members, "wallets": wallets });
    Ok(Answer::new(document, told(&plan, home, &founding)))
}

fn told(plan: &Plan, home: &Home, founding: &Founding) -> String {
    let mut text = format!("treasury {} ({}) in {:?}\n", plan.name, plan.profile.word(), home.folder());
    for network in &founding.networks {
        text.push_str(&format!("  network {}  block 0 {}  {} must agree\n", network.id, network.genesis, network.witnesses));
    }
    for member in &founding.members {
        let roles: Vec<&str> = member.roles.iter().map(|r| r.word()).collect();
        text.push_str(&format!("  member {}  {}  {}\n", member.id, roles.join(", "), member.key));
    }
    for wallet in &founding.wallets {
        text.push_str(&format!("  wallet {}  {} {}  {}\n", wallet.id, wallet.tier.word(), wallet.kind.word(), wallet.address));
    }
    text.push_str("next: compare block 0 with a source you trust, back up keystore and machine secret apart from each other, then `bursar doctor`\n");
    text
}

fn system(path: &Path) -> impl Fn(std::io::Error) -> Report {
    move |e| Report::new(Kind::Unavailable, "home.unavailable", format!("{path:?} cannot be made: {e}"))
}

fn folder(path: &Path) -> Result<(), Report> {
    if path.exists() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(system(parent))?;
    }
    DirBuilder::new().mode(0o700).create(path).map_err(system(path))
}

fn write_new(path: &Path, text: &str) -> Result<(), Report> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(system(path))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(system(path))
}

/// An address for each member and wallet, made where it is to be made.
fn keys(plan: &Plan, home: &Home, id: TreasuryId, password: Option<Password>) -> Result<Vec<Address>, Report> {
    let mut maker = match password {
        Some(password) => Some(Maker::new((&home.keystore_folder(), &home.factor_file()), password, id, plan.profile)?),
        None => None,
    };
    let members = plan.members.iter().map(|m| (m.key, KeyKind::Voting, m.id.as_str()));
    let wallets = plan.wallets.iter().map(|w| (w.key, KeyKind::Signing, w.id.as_str()));
    let mut addresses = Vec::new();
    for (key, kind, label) in members.chain(wallets) {
        addresses.push(match (key, maker.as_mut()) {
            (Key::Known(address), _) => address,
            (Key::New, Some(maker)) => maker.make(kind, label)?,
            (Key::New, None) => {
                return Err(Report::new(Kind::Internal, "internal", "a key is to be made and no password was read"));
            }
        });
    }
    Ok(addresses)
}

/// `config.toml` of a new home: what was said, with a word on everything else.
fn config_text(plan: &Plan) -> String {
    let mut text = String::from(
        "# bursar: configuration of this treasury. config.example.toml of the project explains every key.\n\
         # Facts (members, wallets, contacts, assets, rules) are not here: they stand in the journal and change by vote.\n\n\
         [general]\n# Who acts when --as does not say.\n",
    );
    // Where only one member's key was made here, that member acts here.
    let mut here = plan.members.iter().filter(|m| matches!(m.key, Key::New));
    text.push_str(&match (here.next(), here.next()) {
        (Some(only), None) => format!("me = \"{}\"\n\n", only.id),
        _ => "# me = \"alice\"\n\n".to_owned(),
    });
    for network in &plan.networks {
        let finality = match network.finality {
            Finality::Finalized => "\"finalized\"".to_owned(),
            Finality::Depth(depth) => format!("{{ depth = {depth} }}"),
        };
        text.push_str(&format!(
            "[[network]]\nid = \"{}\"\n# When a transfer counts as settled: \"finalized\", or {{ depth = N }} blocks.\nfinality = {finality}\n\
             # Highest fee cap ever offered, gwei per gas.\nfee_ceiling_gwei = 200\n\n",
            network.id
        ));
    }
    text.push_str("# In order of use: the first that answers well is asked first; a broadcast goes to each.\n");
    for node in plan.networks.iter().flat_map(|network: &Pinned| &network.nodes) {
        text.push_str(&format!(
            "[[node]]\nid = \"{}\"\nnetwork = \"{}\"\nurl = \"{}\"\n\n",
            node.id,
            node.network,
            node.url.for_requests()
        ));
    }
    text
}
