//! The house rules as tests: each rule is a function that names file, line and reason, tried here on the whole tree
//! and beside its definition on a sample that breaks it.

mod docs;
mod doors;
mod manifest;
mod size;
mod source;
mod words;

use std::fmt::Write;

use self::source::{Finding, Source};

/// These files speak of the banned words, so the rules about words pass them by.
const SPEAKS_OF_RULES: &str = "tests/tidy";

/// Endings of files that people read.
const READ_BY_PEOPLE: [&str; 6] = [".md", ".toml", ".yml", ".sh", "justfile", "/run"];

fn product() -> Vec<Source> {
    let sources = source::rust_files("src");
    assert!(sources.len() > 10, "the rules found no tree to judge under {}", source::root().display());
    sources
}

fn everything() -> Vec<Source> {
    ["src", "tests", "benches"].into_iter().flat_map(source::rust_files).collect()
}

fn texts() -> Vec<Source> {
    source::plain_files(&["src", "tests", "benches", "themes", "docs", ".ci"], &READ_BY_PEOPLE)
}

/// Fails with every finding on a line of its own, so that one run shows all there is to mend.
fn clean(rule: fn(&Source) -> Vec<Finding>, sources: &[Source]) {
    report(sources.iter().flat_map(rule).collect());
}

fn report(found: Vec<Finding>) {
    let mut text = String::new();
    for finding in &found {
        writeln!(text, "  {finding}").expect("a string grows");
    }
    assert!(found.is_empty(), "{} findings:\n{text}", found.len());
}

fn manifest_file(path: &str) -> Source {
    source::plain_file(path).unwrap_or_else(|| panic!("{path} is missing"))
}

#[test]
fn rooms_use_only_their_doors() {
    clean(doors::doors, &product());
}

#[test]
fn crate_paths_stand_on_use_lines() {
    clean(doors::inline_paths, &product());
}

#[test]
fn crates_stay_in_their_rooms() {
    let names = manifest::dependency_names(&manifest_file("Cargo.toml"));
    report(product().iter().flat_map(|source| doors::crate_homes(source, &names)).collect());
}

#[test]
fn pure_rooms_know_no_machine() {
    clean(doors::purity, &product());
}

#[test]
fn files_are_small() {
    clean(size::file_size, &product());
}

#[test]
fn functions_are_small() {
    clean(size::function_size, &everything());
}

#[test]
fn nothing_is_left_for_later() {
    clean(words::unfinished, &product());
    clean(words::unfinished, &texts());
}

#[test]
fn product_code_does_not_unwrap() {
    clean(words::unwraps, &product());
}

#[test]
fn every_test_runs_and_none_sleeps() {
    clean(words::test_manners, &everything());
}

#[test]
fn only_front_doors_print() {
    clean(words::prints, &product());
}

#[test]
fn time_and_chance_are_arguments() {
    clean(words::clock_and_chance, &product());
}

#[test]
fn unsafe_stays_in_its_file() {
    clean(words::unsafety, &everything());
}

#[test]
fn no_file_names_one_machine() {
    let speaks = |source: &&Source| !source.path.starts_with(SPEAKS_OF_RULES);
    let sources: Vec<Source> = everything().iter().filter(speaks).cloned().collect();
    clean(words::machine_paths, &sources);
    clean(words::machine_paths, &texts());
}

#[test]
fn every_file_says_what_it_is_for() {
    clean(docs::opening, &everything());
}

#[test]
fn public_items_are_documented() {
    clean(docs::public_items, &product());
}

#[test]
fn no_file_is_forgotten() {
    report(docs::orphans(&product()));
    report(docs::orphans(&source::rust_files("tests")));
}

#[test]
fn overflow_and_floats_do_not_compile_where_money_is_counted() {
    clean(docs::money_rooms, &product());
}

#[test]
fn every_dependency_has_a_reason() {
    clean(manifest::reasons, &[manifest_file("Cargo.toml")]);
}

#[test]
fn banned_crates_stay_out() {
    clean(manifest::banned, &[manifest_file("Cargo.lock")]);
}
