//! What the manifest and the lock file may hold.

use super::source::{Finding, Source};

/// Crates that must not be in the lock file, and why.
const BANNED: [(&str, &str); 6] = [
    ("openssl-sys", "TLS is rustls with ring"),
    ("native-tls", "TLS is rustls with ring"),
    ("aws-lc-sys", "one crypto provider: ring"),
    ("aws-lc-rs", "one crypto provider: ring"),
    ("tui-textarea", "brings ratatui 0.29"),
    ("alloy-provider", "a JSON-RPC client of our own redacts, retries and asks a quorum"),
];

/// The version of ratatui that passes escape sequences to the terminal.
const RATATUI_BANNED: &str = "0.29.";

/// Words that a reason has at least.
const REASON_WORDS_MIN: usize = 3;

/// Rule: every dependency says in one line why it is here.
pub fn reasons(manifest: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, name) in dependency_lines(manifest) {
        let line = manifest.lines[index].raw.as_str();
        let above = index.checked_sub(1).map_or("", |above| manifest.lines[above].raw.trim());
        let at_end = line.rsplit_once(" # ").map_or("", |(_, reason)| reason);
        let reason = above.strip_prefix('#').unwrap_or(at_end);
        if reason.split_whitespace().count() < REASON_WORDS_MIN {
            found.push(Finding::new(
                manifest,
                index,
                format!("dependency `{name}` has no reason: one line above it or at its end"),
            ));
        }
    }
    found
}

/// Rule: crates that were decided against stay out, also as somebody else's dependency.
pub fn banned(lock: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, line) in lock.lines.iter().enumerate() {
        let Some(name) = line.raw.strip_prefix("name = \"").and_then(|rest| rest.strip_suffix('"')) else { continue };
        let version = lock.lines.get(index + 1).and_then(|line| line.raw.strip_prefix("version = \"")).unwrap_or_default();
        if let Some((_, why)) = BANNED.iter().find(|(banned, _)| *banned == name) {
            found.push(Finding::new(lock, index, format!("crate `{name}` is banned: {why}")));
        }
        if name == "ratatui" && version.starts_with(RATATUI_BANNED) {
            found.push(Finding::new(lock, index, "ratatui 0.29 is banned: it passes escape sequences to the terminal"));
        }
    }
    found
}

/// The names that code uses for the manifest's dependencies.
pub fn dependency_names(manifest: &Source) -> Vec<String> {
    dependency_lines(manifest).into_iter().map(|(_, name)| name.replace('-', "_")).collect()
}

/// Lines that name a dependency, in any table of dependencies.
fn dependency_lines(manifest: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut inside = false;
    for (index, line) in manifest.lines.iter().enumerate() {
        let raw = line.raw.trim();
        if let Some(table) = raw.strip_prefix('[') {
            inside = table.split(']').next().is_some_and(|name| name.ends_with("dependencies"));
            if let Some((_, name)) = table.split_once("dependencies.") {
                found.push((index, name.trim_end_matches(']').to_owned()));
            }
        } else if let Some((name, _)) = raw.split_once('=').filter(|_| inside && !raw.starts_with('#')) {
            found.push((index, name.trim().split('.').next().unwrap_or(name).to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_without_a_reason_is_named() {
        let text = "[package]\nname = \"a\"\n[dependencies]\nb = \"1\"\n# Reads the file c.\nc = \"1\"\nd = \"1\" # counts the d\n[dev-dependencies]\n# short\ne-f = { version = \"1\" }\n[target.'cfg(unix)'.dependencies]\ng = \"1\"\n[dependencies.h]\nversion = \"1\"\n";
        let manifest = Source::plain("Cargo.toml", text);
        let found: Vec<String> = reasons(&manifest).iter().map(Finding::to_string).collect();
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found[0].starts_with("Cargo.toml:4: dependency `b` has no reason"));
        assert!(found[1].starts_with("Cargo.toml:10: dependency `e-f`"));
        assert_eq!(dependency_names(&manifest), ["b", "c", "d", "e_f", "g", "h"]);
    }

    #[test]
    fn a_banned_crate_is_named() {
        for (name, why) in BANNED {
            let lock = Source::plain("Cargo.lock", &format!("[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n"));
            assert_eq!(banned(&lock)[0].to_string(), format!("Cargo.lock:2: crate `{name}` is banned: {why}"));
        }
        let old =
            Source::plain("Cargo.lock", "name = \"ratatui\"\nversion = \"0.29.1\"\nname = \"ratatui\"\nversion = \"0.30.2\"\n");
        assert_eq!(banned(&old).len(), 1);
    }
}
