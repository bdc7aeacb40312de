//! Which room may use which: every path out of a room goes through a `use` line, and through a door of the table.

use super::source::{Finding, Line, Source};

/// A room and the doors it has. A door may lead to one part of a room only.
struct Room {
    name: &'static str,
    doors: &'static [&'static str],
}

/// What wires rooms together may use everything.
const WIRES: [&str; 2] = ["sandbox", "main"];

/// Every other room; `text` is open to all. `durable` opens the files that the journal and the signer's table live in.
const ROOMS: [Room; 14] = [
    Room { name: "text", doors: &[] },
    Room { name: "domain", doors: &[] },
    Room { name: "chain", doors: &["domain"] },
    Room { name: "keystore", doors: &["domain::id"] },
    Room { name: "signer", doors: &["domain", "chain", "keystore", "durable"] },
    Room { name: "node", doors: &["domain", "chain"] },
    Room { name: "durable", doors: &[] },
    Room { name: "store", doors: &["domain", "durable"] },
    Room { name: "desk", doors: &["domain", "chain", "keystore", "signer", "node", "store", "config"] },
    Room { name: "config", doors: &["domain"] },
    Room { name: "theme", doors: &["domain"] },
    Room { name: "tui", doors: &["domain", "desk", "theme", "config", "keystore"] },
    Room { name: "cli", doors: &["domain", "desk", "config", "keystore", "theme", "tui", "sandbox"] },
    Room { name: "telemetry", doors: &[] },
];

/// Crates that stay in the rooms named.
const CRATE_HOMES: [(&str, &[&str]); 12] = [
    ("aes_gcm", &["keystore"]),
    ("anyhow", &["main", "cli"]),
    ("argon2", &["keystore"]),
    ("clap", &["main", "cli"]),
    ("crossterm", &["tui", "theme", "main", "cli"]),
    ("hyper", &["signer", "sandbox"]),
    ("ratatui", &["tui", "theme"]),
    ("reqwest", &["node", "signer"]),
    ("revm", &["sandbox"]),
    ("rusqlite", &["durable", "store", "signer"]),
    ("secp256k1", &["chain", "keystore", "signer", "sandbox"]),
    ("tokio", &["desk", "node", "signer", "tui", "cli", "sandbox", "main", "store"]),
];

/// The only crates that the domain may name. `jiff` formats times; its clock is banned by clippy.
const DOMAIN_CRATES: [&str; 13] = [
    "std",
    "core",
    "serde",
    "serde_json",
    "sha2",
    "thiserror",
    "jiff",
    "ulid",
    "alloy_primitives",
    "crate",
    "self",
    "super",
    "Self",
];

/// What a pure room must not name: machines, unordered iteration, floats, waiting.
const IMPURE: [&str; 16] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::io",
    "std::time",
    "std::sync::mpsc",
    "std::sync::Mutex",
    "std::sync::RwLock",
    "HashMap",
    "HashSet",
    "f32",
    "f64",
    "async",
    "await",
];

/// What a room without a network must not name.
const NETWORK: [&str; 4] = ["std::net", "TcpStream", "UdpSocket", "TcpListener"];

/// The room a file belongs to.
pub fn room_of(path: &str) -> &str {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    let first = inside.split('/').next().unwrap_or(inside);
    match first.strip_suffix(".rs") {
        Some("lib" | "main") => "main",
        Some(file) => file,
        None => first,
    }
}

/// Rule: a room uses only the rooms that the table allows, whether it says `crate::` or climbs out with `super::`.
pub fn doors(source: &Source) -> Vec<Finding> {
    let name = room_of(&source.path);
    let Some(room) = ROOMS.iter().find(|room| room.name == name) else {
        let known = WIRES.contains(&name);
        return if known {
            Vec::new()
        } else {
            vec![Finding::new(source, 0, format!("room `{name}` is not in the table of doors"))]
        };
    };
    let mut found = Vec::new();
    for (index, path) in uses(source).into_iter().chain(climbs(source)) {
        let Some(target) = absolute(&source.path, &path) else { continue };
        let open = |door: &str| target == door || target.starts_with(&format!("{door}::"));
        let allowed = open(room.name) || open("text") || room.doors.iter().any(|door| open(door));
        if !allowed {
            found.push(Finding::new(
                source,
                index,
                format!("room `{}` has no door to `{target}` (design.md section 3)", room.name),
            ));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Rule: `crate::` stands on `use` lines only, so the doors can be read at the top of the file.
pub fn inline_paths(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut in_use = false;
    for (index, line) in source.lines.iter().enumerate() {
        let code = line.code.trim_start();
        in_use = in_use || is_use(code);
        let hidden = line.raw.contains("\"crate::") && code.starts_with("#[");
        let inline =
            !in_use && code.match_indices("crate::").any(|(at, _)| starts_path(code, at) && !code[..at].ends_with("in "));
        if hidden || inline {
            found.push(Finding::new(source, index, "an inline `crate::` path: import it at the top with `use`"));
        }
        if in_use && code.contains(';') {
            in_use = false;
        }
    }
    found
}

/// Rule: some crates live in one room, and the domain names only the few that are pure.
pub fn crate_homes(source: &Source, dependencies: &[String]) -> Vec<Finding> {
    let room = room_of(&source.path);
    let mut found = Vec::new();
    for (index, line) in source.product() {
        for name in outside_names(line, dependencies) {
            let home = CRATE_HOMES.iter().find(|(krate, _)| *krate == name);
            if room == "domain" && !DOMAIN_CRATES.contains(&name.as_str()) {
                found.push(Finding::new(source, index, format!("the domain may not use the crate `{name}`")));
            } else if home.is_some_and(|(_, rooms)| !rooms.contains(&room)) {
                found.push(Finding::new(source, index, format!("the crate `{name}` has no place in room `{room}`")));
            }
        }
    }
    found
}

/// Rule: the domain and the chain room know no machine, and chain and keystore no network.
pub fn purity(source: &Source) -> Vec<Finding> {
    let room = room_of(&source.path);
    let banned: &[&str] = match room {
        "domain" | "chain" => &IMPURE,
        "keystore" | "text" | "config" | "theme" => &NETWORK,
        _ => return Vec::new(),
    };
    let mut found = Vec::new();
    for (index, line) in source.product() {
        let imported = if is_use(line.code.trim_start()) { expand(line.code.trim()).join(" ") } else { line.code.clone() };
        for word in banned.iter().filter(|word| contains_word(&imported, word)) {
            found.push(Finding::new(
                source,
                index,
                format!("`{word}` in room `{room}`: it knows no machine, no order but sorted, no float"),
            ));
        }
    }
    found
}

/// Whether `word` stands in `code` with no letter, digit or underscore on either side.
pub fn contains_word(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| !code[..at].ends_with(part) && !code[at + word.len()..].starts_with(part))
}

/// Names of dependencies that a line uses, as `name::`, or as `use name;`.
fn outside_names(line: &Line, dependencies: &[String]) -> Vec<String> {
    let code = &line.code;
    let named = |name: &&String| code.match_indices(&format!("{name}::")).any(|(at, _)| starts_path(code, at));
    let imported = |name: &&String| is_use(code.trim_start()) && code.trim_end().ends_with(&format!("use {name};"));
    dependencies.iter().filter(|name| named(name) || imported(name)).cloned().collect()
}

/// Whether the name at this place begins a path: `other_crate::`, `$crate::` and `a::crate::` do not.
fn starts_path(code: &str, at: usize) -> bool {
    !code[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '$'))
}

fn is_use(code: &str) -> bool {
    let rest = match code.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(')').map_or(rest, |(_, rest)| rest),
        Some(rest) => rest,
        None => code,
    };
    rest.trim_start().starts_with("use ")
}

/// Every path that `use` lines import, with its line, groups spelled out.
fn uses(source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, line) in source.lines.iter().enumerate() {
        let code = line.code.trim();
        if open.is_none() && is_use(code) {
            open = Some((index, String::new()));
        }
        let Some((_, text)) = &mut open else { continue };
        text.push(' ');
        text.push_str(code);
        if code.contains(';') {
            let (start, text) = open.take().expect("just seen");
            found.extend(expand(text.trim()).into_iter().map(|path| (start, path)));
        }
    }
    found
}

/// Paths in code bodies that climb with `super::super::`.
fn climbs(source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, line) in source.lines.iter().enumerate().filter(|(_, line)| !is_use(line.code.trim_start())) {
        let code = &line.code;
        for (at, _) in code.match_indices("super::super::").filter(|(at, _)| starts_path(code, *at)) {
            let path = code[at..].split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':'))).next().unwrap_or_default();
            found.push((index, path.to_owned()));
        }
    }
    found
}

/// `use a::{b, c::{d, e as f}};` becomes `a::b`, `a::c::d`, `a::c::e`.
fn expand(line: &str) -> Vec<String> {
    let Some((_, tree)) = line.split_once("use ") else { return Vec::new() };
    let mut paths = Vec::new();
    spread("", tree.split(';').next().unwrap_or(tree).trim(), &mut paths);
    paths
}

fn spread(prefix: &str, tree: &str, into: &mut Vec<String>) {
    let Some((head, group)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or(tree).trim();
        into.push(format!("{prefix}{path}").trim_end_matches("::self").to_owned());
        return;
    };
    let prefix = format!("{prefix}{}", head.trim());
    let group = group.trim_end().strip_suffix('}').unwrap_or(group);
    let (mut depth, mut start) = (0_i32, 0);
    for (at, c) in group.char_indices().chain([(group.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let part = group[start..at].trim();
                if !part.is_empty() {
                    spread(&prefix, part, into);
                }
                start = (at + 1).min(group.len());
            }
            _ => {}
        }
    }
}

/// The path from the crate's root that a `crate::` or `super::` path means, without `crate::`.
fn absolute(file: &str, path: &str) -> Option<String> {
    if let Some(rest) = path.strip_prefix("crate::") {
        return Some(rest.to_owned());
    }
    let supers = path.matches("super::").count();
    if supers < 2 {
        return None;
    }
    let module = file.strip_prefix("src/")?.strip_suffix(".rs")?;
    let mut parts: Vec<&str> = module.strip_suffix("/mod").unwrap_or(module).split('/').collect();
    if parts.len() < supers {
        return None;
    }
    parts.truncate(parts.len() - supers);
    let rest = path.rsplit_once("super::").map_or(path, |(_, rest)| rest);
    Some(parts.into_iter().chain([rest]).collect::<Vec<_>>().join("::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source::rust(path, text)
    }

    fn shown(found: &[Finding]) -> Vec<String> {
        found.iter().map(Finding::to_string).collect()
    }

    #[test]
    fn a_door_that_is_not_in_the_table_is_named() {
        let bad = source(
            "src/chain/evm/fee.rs",
            "//! x\n\nuse crate::domain::money::Amount;\nuse crate::{\n    text::Shown,\n    node::Pool,\n};\n",
        );
        assert_eq!(
            shown(&doors(&bad)),
            ["src/chain/evm/fee.rs:4: room `chain` has no door to `node::Pool` (design.md section 3)"]
        );
    }

    #[test]
    fn a_door_to_a_part_of_a_room_is_no_door_to_the_rest() {
        let bad = source("src/keystore/file.rs", "use crate::domain::id::KeyId;\nuse crate::domain::identity::X;\n");
        assert_eq!(doors(&bad).len(), 1);
        assert_eq!(doors(&bad)[0].line, 2);
    }

    #[test]
    fn climbing_out_of_a_room_is_seen() {
        let bad = source(
            "src/store/sqlite/open.rs",
            "use super::super::super::desk::run;\nfn a() { super::super::super::tui::draw() }\n",
        );
        assert_eq!(doors(&bad).iter().map(|found| found.line).collect::<Vec<_>>(), [1, 2]);
        let fine = source("src/store/sqlite/open.rs", "use super::super::record::Record;\nuse super::errors::Fault;\n");
        assert_eq!(doors(&fine), []);
    }

    #[test]
    fn rooms_that_wire_may_use_everything() {
        assert_eq!(doors(&source("src/sandbox/mod.rs", "use crate::keystore::Key;\n")), []);
        assert_eq!(doors(&source("src/main.rs", "use crate::keystore::Key;\n")), []);
    }

    #[test]
    fn a_room_without_a_line_in_the_table_is_named() {
        let found = doors(&source("src/helpers/mod.rs", "//! x\n"));
        assert_eq!(shown(&found), ["src/helpers/mod.rs:1: room `helpers` is not in the table of doors"]);
    }

    #[test]
    fn an_inline_path_is_named() {
        let bad = source(
            "src/desk/run.rs",
            "use crate::domain::id::Id;\nfn a(x: crate::store::Store) {}\n#[serde(with = \"crate::x\")]\n",
        );
        assert_eq!(inline_paths(&bad).iter().map(|found| found.line).collect::<Vec<_>>(), [2, 3]);
        let fine = source(
            "src/desk/run.rs",
            "pub use crate::a::{\n crate::b };\npub(in crate::desk) fn b() { $crate::c!() }\n// crate::d\n",
        );
        assert_eq!(inline_paths(&fine), []);
    }

    #[test]
    fn a_crate_in_the_wrong_room_is_named() {
        let names = ["reqwest".to_owned(), "ulid".to_owned(), "strsim".to_owned()];
        let bad = source("src/tui/input.rs", "use reqwest::Client;\nuse strsim;\n");
        assert_eq!(shown(&crate_homes(&bad, &names)), ["src/tui/input.rs:1: the crate `reqwest` has no place in room `tui`"]);
        let domain = source("src/domain/id.rs", "use ulid::Ulid;\nuse strsim;\nfn a() { strsim::b() }\n");
        assert_eq!(crate_homes(&domain, &names).iter().map(|found| found.line).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn a_machine_in_a_pure_room_is_named() {
        let bad = source(
            "src/domain/a.rs",
            "use std::{fs, fmt};\nlet a: f64 = 1.0;\nuse std::collections::BTreeMap;\nHashMap::new()\n",
        );
        assert_eq!(purity(&bad).iter().map(|found| found.line).collect::<Vec<_>>(), [1, 2, 4]);
        let test_only = source("src/domain/a.rs", "#[cfg(test)]\nmod tests {\n use std::fs;\n}\n");
        assert_eq!(purity(&test_only), []);
        assert_eq!(purity(&source("src/keystore/a.rs", "use std::net::TcpStream;\n")).len(), 2);
    }
}
