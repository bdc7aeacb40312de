//! Every file says what it is for, every public item what it does, and no file is forgotten.

use super::source::{Finding, Source, declared_module, declared_path};

/// How public items begin that must say what they do.
const PUBLIC: [&str; 8] = [
    "pub fn ",
    "pub async fn ",
    "pub const fn ",
    "pub unsafe fn ",
    "pub struct ",
    "pub enum ",
    "pub trait ",
    "pub async unsafe fn ",
];

/// The files a build starts from.
const ROOTS: [&str; 3] = ["src/lib.rs", "src/main.rs", "tests/main.rs"];

/// Files that deny overflow and floats for the whole room below them.
const MONEY_ROOMS: [&str; 2] = ["src/domain/mod.rs", "src/chain/mod.rs"];

/// The line that does it. Tests may add and subtract as they like.
const MONEY_LINE: &str = "#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::float_arithmetic))]";

/// Rule: a file opens with `//!`.
pub fn opening(source: &Source) -> Vec<Finding> {
    let opens = source.lines.first().is_some_and(|line| line.raw.starts_with("//! "));
    if opens { Vec::new() } else { vec![Finding::new(source, 0, "opens without `//!`: say what the file is for")] }
}

/// Rule: a public item has a doc comment.
pub fn public_items(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, line) in source.product() {
        let code = line.code.trim_start();
        if PUBLIC.iter().any(|start| code.starts_with(start)) && !is_documented(source, index) {
            let name = code.split(['(', '{', '<', ';', ':']).next().unwrap_or(code).trim();
            found.push(Finding::new(source, index, format!("`{name}` has no doc comment")));
        }
    }
    found
}

/// Rule: every file is declared by its parent; one that is not would never be compiled, and a test in it never run.
pub fn orphans(sources: &[Source]) -> Vec<Finding> {
    let declared = |source: &Source| sources.iter().any(|parent| declares(parent, &source.path));
    let lost = sources.iter().filter(|source| !ROOTS.contains(&source.path.as_str()) && !declared(source));
    lost.map(|source| Finding::new(source, 0, "no `mod` line declares this file, so it is never compiled")).collect()
}

/// Rule: where money is counted, overflow and floats do not compile.
pub fn money_rooms(source: &Source) -> Vec<Finding> {
    let denies = source.lines.iter().any(|line| line.raw.trim() == MONEY_LINE);
    if !MONEY_ROOMS.contains(&source.path.as_str()) || denies {
        return Vec::new();
    }
    vec![Finding::new(source, 0, format!("lacks the line `{MONEY_LINE}`"))]
}

/// Whether a doc comment stands above the item, with any attributes between; in a macro `$(#[$doc])*` hands it on.
fn is_documented(source: &Source, index: usize) -> bool {
    let mut inside_attribute = false;
    for line in source.lines[..index].iter().rev() {
        let code = line.code.trim();
        if code.starts_with("$(#[") {
            return true;
        } else if code.starts_with("#[") {
            inside_attribute = false;
        } else if code.ends_with(")]") || inside_attribute {
            inside_attribute = true;
        } else if !(code.is_empty() && line.comment.starts_with("//") && !line.comment.starts_with("///")) {
            return line.comment.starts_with("///");
        }
    }
    false
}

fn declares(parent: &Source, child: &str) -> bool {
    let folder = parent.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_root = ["mod.rs", "lib.rs", "main.rs"].iter().any(|name| parent.path.ends_with(&format!("/{name}")));
    let below = if is_root { folder } else { parent.path.strip_suffix(".rs").unwrap_or(folder) };
    parent.lines.iter().enumerate().any(|(index, line)| {
        let Some(name) = declared_module(&line.code) else { return false };
        match declared_path(&parent.lines, index) {
            Some(path) => child == format!("{folder}/{path}"),
            None => child == format!("{below}/{name}.rs") || child == format!("{below}/{name}/mod.rs"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_an_opening_is_named() {
        let found = opening(&Source::rust("src/a.rs", "use std::fmt;\n"));
        assert_eq!(found[0].to_string(), "src/a.rs:1: opens without `//!`: say what the file is for");
        assert_eq!(opening(&Source::rust("src/a.rs", "")).len(), 1);
        assert_eq!(opening(&Source::rust("src/a.rs", "//! A.\n")), []);
    }

    #[test]
    fn a_public_item_without_a_doc_comment_is_named() {
        for start in PUBLIC {
            let found = public_items(&Source::rust("src/a.rs", &format!("//! a\n// b\n#[must_use]\n{start}c<D>()\n")));
            assert_eq!(found[0].to_string(), format!("src/a.rs:4: `{start}c` has no doc comment"));
        }
    }

    #[test]
    fn attributes_between_the_comment_and_the_item_are_fine() {
        let text = "/// A.\n#[derive(\n    Debug,\n    Clone,\n)]\n#[must_use]\npub struct A;\nimpl B for A {\n    fn c() {}\n}\npub(crate) fn d() {}\n";
        assert_eq!(public_items(&Source::rust("src/a.rs", text)), []);
    }

    #[test]
    fn a_file_nobody_declares_is_named() {
        let sources = [
            Source::rust("src/lib.rs", "pub mod a;\n"),
            Source::rust("src/a/mod.rs", "mod b;\n#[cfg(test)]\n#[path = \"odd.rs\"]\nmod tests;\n"),
            Source::rust("src/a/b.rs", "mod c;\n"),
            Source::rust("src/a/b/c.rs", ""),
            Source::rust("src/a/odd.rs", ""),
            Source::rust("src/a/lost.rs", ""),
        ];
        let found = orphans(&sources);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].path, "src/a/lost.rs");
    }

    #[test]
    fn a_money_room_that_lets_overflow_compile_is_named() {
        let found = money_rooms(&Source::rust(MONEY_ROOMS[0], "//! a\n"));
        assert!(found[0].to_string().starts_with("src/domain/mod.rs:1: lacks the line"));
        assert_eq!(money_rooms(&Source::rust(MONEY_ROOMS[0], &format!("//! a\n\n{MONEY_LINE}\n"))), []);
        assert_eq!(money_rooms(&Source::rust("src/tui/mod.rs", "//! a\n")), []);
    }
}
