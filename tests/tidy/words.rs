//! Words and calls that have no place in the project, or in one file only.

use super::doors::{contains_word, room_of};
use super::source::{Finding, Line, Source};

/// Marks of unfinished work; found in code, comments and text alike.
const UNFINISHED: [&str; 9] =
    ["todo!", "unimplemented!", "TODO", "FIXME", "XXX", "placeholder", "not yet implemented", "for now", "simplified for"];

/// The only files with `unsafe`; each block says above it why it holds.
const UNSAFE_FILES: [&str; 1] = ["src/keystore/memory.rs"];

/// The one file that asks for the time, and the one that asks for chance.
const CLOCK_FILE: &str = "src/desk/clock.rs";
/// The screen's loop asks the runtime's clock, which its tests stop and move by hand; nothing there waits for real.
const LOOP_FILES: &str = "src/tui/run";
const ENTROPY_FILE: &str = "src/desk/entropy.rs";

/// Calls that ask for the time.
const CLOCK_CALLS: [&str; 4] = ["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now"];

/// Macros that write past the screen and the log.
const PRINTS: [&str; 5] = ["println!", "print!", "eprintln!", "eprint!", "dbg!"];

/// How far above a line of `unsafe` its reason may stand.
const SAFETY_DISTANCE: usize = 6;

/// Where this machine keeps things; spelled in parts so that this file does not name them itself.
const MACHINE_PATHS: [&str; 3] = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/tm", "p/wt")];

/// Rule: nothing is left for later in what ships.
pub fn unfinished(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, line) in source.lines.iter().enumerate() {
        for word in UNFINISHED.iter().filter(|word| says(&line.raw, word)) {
            found.push(Finding::new(source, index, format!("`{word}`: finish it or file an issue")));
        }
    }
    found
}

/// Rule: product code does not unwrap; `expect` says why it cannot fail.
pub fn unwraps(source: &Source) -> Vec<Finding> {
    let guilty =
        |line: &Line| line.code.contains(".unwrap()") || line.code.contains(".expect(") && line.raw.contains(".expect(\"\")");
    let lines = source.product().filter(|(_, line)| guilty(line));
    lines
        .map(|(index, _)| Finding::new(source, index, "`.unwrap()` in product code: a typed error, or `expect` with the reason"))
        .collect()
}

/// Rule: every test runs, and none sleeps.
pub fn test_manners(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    let all_tests = source.path.starts_with("tests/");
    for (index, line) in source.lines.iter().enumerate() {
        if line.code.trim_start().starts_with("#[ignore") {
            found.push(Finding::new(source, index, "`#[ignore`: a test that does not run guards nothing"));
        }
        if (all_tests || line.is_test)
            && !source.path.starts_with(LOOP_FILES)
            && ["thread::sleep(", "time::sleep("].iter().any(|call| line.code.contains(call))
        {
            found.push(Finding::new(source, index, "a test that sleeps: wait for the event itself, with a deadline"));
        }
    }
    found
}

/// Rule: the screen belongs to the console; only the front doors print.
pub fn prints(source: &Source) -> Vec<Finding> {
    if matches!(room_of(&source.path), "cli" | "main") {
        return Vec::new();
    }
    let named = |code: &str| PRINTS.into_iter().find(|print| contains_word(code, print));
    let hits = source.product().filter_map(|(index, line)| named(&line.code).map(|print| (index, print)));
    hits.map(|(index, print)| Finding::new(source, index, format!("`{print}` outside src/cli and src/main.rs: use tracing")))
        .collect()
}

/// Rule: time and chance are arguments; one file asks the machine for each.
pub fn clock_and_chance(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, line) in source.lines.iter().enumerate() {
        if source.path != CLOCK_FILE
            && !source.path.starts_with(LOOP_FILES)
            && CLOCK_CALLS.iter().any(|call| contains_word(&line.code, call))
        {
            found.push(Finding::new(source, index, format!("asks for the time: an argument, or {CLOCK_FILE}")));
        }
        if source.path != ENTROPY_FILE && contains_word(&line.code, "getrandom") {
            found.push(Finding::new(source, index, format!("asks for chance: an argument, or {ENTROPY_FILE}")));
        }
    }
    found
}

/// Rule: `unsafe` lives in the files of the list, each block under a comment that says why it holds.
pub fn unsafety(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, line) in source.lines.iter().enumerate().filter(|(_, line)| contains_word(&line.code, "unsafe")) {
        let above = &source.lines[index.saturating_sub(SAFETY_DISTANCE)..=index];
        if !UNSAFE_FILES.contains(&source.path.as_str()) {
            found.push(Finding::new(source, index, format!("`unsafe` outside {}", UNSAFE_FILES.join(", "))));
        } else if !line.is_test && !above.iter().any(|line| line.comment.contains("SAFETY:")) {
            found.push(Finding::new(source, index, "`unsafe` without a `SAFETY:` comment above it"));
        }
    }
    found
}

/// Rule: nothing in the project names the machine it was written on.
pub fn machine_paths(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, line) in source.lines.iter().enumerate() {
        for path in MACHINE_PATHS.iter().filter(|path| line.raw.contains(**path)) {
            found.push(Finding::new(source, index, format!("names `{path}`, a path of one machine")));
        }
    }
    found
}

/// Capitals are looked for as they are, sentences in any case.
fn says(text: &str, word: &str) -> bool {
    match word.chars().all(char::is_uppercase) {
        true => contains_word(text, word),
        false => contains_word(&text.to_lowercase(), word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(found: &[Finding]) -> Vec<usize> {
        found.iter().map(|found| found.line).collect()
    }

    #[test]
    fn unfinished_work_is_named() {
        for word in UNFINISHED {
            let bad = Source::rust("src/a.rs", &format!("//! a\n// b {word} c\n"));
            let found = unfinished(&bad);
            assert_eq!(found[0].to_string(), format!("src/a.rs:2: `{word}`: finish it or file an issue"));
        }
        assert_eq!(lines(&unfinished(&Source::plain("README.md", "a\nFor now, b\n"))), [2]);
        assert_eq!(unfinished(&Source::rust("src/a.rs", "// for nowhere, XXXL, placeholders\n")), []);
    }

    #[test]
    fn an_unwrap_in_the_product_is_named() {
        let bad = Source::rust(
            "src/a.rs",
            "let a = b.unwrap();\n// c.unwrap()\nf.expect(\"\");\nf.expect(\"why\");\n#[cfg(test)]\nmod t { fn d() { e.unwrap() } }\n",
        );
        assert_eq!(lines(&unwraps(&bad)), [1, 3]);
        assert!(unwraps(&bad)[0].to_string().starts_with("src/a.rs:1: `.unwrap()`"));
    }

    #[test]
    fn a_skipped_or_sleeping_test_is_named() {
        let bad = "#[test]\n#[ignore = \"slow\"]\nfn a() {\n    std::thread::sleep(b);\n    \"thread::sleep(\";\n}\n";
        assert_eq!(lines(&test_manners(&Source::rust("tests/a.rs", bad))), [2, 4]);
        assert_eq!(lines(&test_manners(&Source::rust("src/a.rs", &format!("#[cfg(test)]\nmod t {{\n{bad}}}\n")))), [4, 6]);
        assert_eq!(test_manners(&Source::rust("src/a.rs", "async fn a() { tokio::time::sleep(b).await }\n")), []);
    }

    #[test]
    fn a_print_outside_the_front_doors_is_named() {
        for print in PRINTS {
            let text = format!("//! a\nfn b() {{ {print}(\"c\") }}\n");
            assert_eq!(lines(&prints(&Source::rust("src/desk/run.rs", &text))), [2]);
            assert_eq!(prints(&Source::rust("src/cli/report.rs", &text)), []);
            assert_eq!(prints(&Source::rust("src/main.rs", &text)), []);
        }
    }

    #[test]
    fn asking_for_time_or_chance_is_named() {
        for call in CLOCK_CALLS.iter().chain(&["getrandom"]) {
            let text = format!("//! a\nlet b = {call}();\n");
            assert_eq!(lines(&clock_and_chance(&Source::rust("src/node/pool.rs", &text))), [2]);
        }
        assert_eq!(clock_and_chance(&Source::rust(CLOCK_FILE, "Instant::now()\n")), []);
        assert_eq!(clock_and_chance(&Source::rust(ENTROPY_FILE, "getrandom::fill(a)\n")), []);
        assert_eq!(lines(&clock_and_chance(&Source::rust(CLOCK_FILE, "getrandom::fill(a)\n"))), [1]);
    }

    #[test]
    fn unsafe_outside_its_file_or_without_a_reason_is_named() {
        let text = "fn a() {\n    unsafe { b() }\n}\n";
        assert!(unsafety(&Source::rust("src/a.rs", text))[0].to_string().starts_with("src/a.rs:2: `unsafe` outside"));
        assert!(unsafety(&Source::rust(UNSAFE_FILES[0], text))[0].to_string().contains("without a `SAFETY:`"));
        let fine = "fn a() {\n    // SAFETY: b has no effect\n    unsafe { b() }\n}\n#![forbid(unsafe_op_in_unsafe_fn)]\n";
        assert_eq!(unsafety(&Source::rust(UNSAFE_FILES[0], fine)), []);
    }

    #[test]
    fn a_path_of_one_machine_is_named() {
        for path in MACHINE_PATHS {
            let found = machine_paths(&Source::plain("README.md", &format!("a\nb {path}c\n")));
            assert_eq!(found[0].to_string(), format!("README.md:2: names `{path}`, a path of one machine"));
        }
    }
}
