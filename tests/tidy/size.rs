//! Files and functions stay small enough to be read in one go.

use super::doors::contains_word;
use super::source::{Finding, Source, item_end};

/// Lines of a file that end up in the program.
const FILE_LINES_MAX: usize = 400;

/// Lines of a function, from its `fn` to its closing brace.
const FUNCTION_LINES_MAX: usize = 70;

/// Rule: a file holds one concept.
pub fn file_size(source: &Source) -> Vec<Finding> {
    let lines = source.product().count();
    if lines <= FILE_LINES_MAX {
        return Vec::new();
    }
    vec![Finding::new(source, 0, format!("{lines} production lines, at most {FILE_LINES_MAX}: split it by concept"))]
}

/// Rule: a function does one thing.
pub fn function_size(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (index, line) in source.lines.iter().enumerate() {
        let Some(name) = function_name(&line.code) else { continue };
        let lines = item_end(&source.lines, index) - index + 1;
        if lines > FUNCTION_LINES_MAX {
            found.push(Finding::new(source, index, format!("function `{name}` has {lines} lines, at most {FUNCTION_LINES_MAX}")));
        }
    }
    found
}

/// The name behind `fn`; a function pointer type has none.
fn function_name(code: &str) -> Option<&str> {
    if !contains_word(code, "fn") {
        return None;
    }
    let (before, rest) = code.split_once("fn ")?;
    let name = rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next()?;
    (!name.is_empty() && !before.ends_with(|c: char| c.is_alphanumeric() || c == '_')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_named_and_its_tests_do_not_count() {
        let body = "fn a() {}\n".repeat(FILE_LINES_MAX);
        assert_eq!(file_size(&Source::rust("src/a.rs", &format!("{body}#[cfg(test)]\nmod tests {{\n{body}}}\n"))), []);
        let found = file_size(&Source::rust("src/a.rs", &format!("{body}fn b() {{}}\n")));
        assert_eq!(found[0].to_string(), "src/a.rs:1: 401 production lines, at most 400: split it by concept");
        assert_eq!(file_size(&Source::rust("src/a/tests.rs", &body.repeat(2))), []);
    }

    #[test]
    fn a_long_function_is_named() {
        let long = |lines: usize| {
            format!("//! x\npub fn long(\n    a: u8,\n) {{\n{}}}\nfn short() {{}}\n", "    a();\n".repeat(lines - 4))
        };
        assert_eq!(function_size(&Source::rust("src/a.rs", &long(FUNCTION_LINES_MAX))), []);
        let found = function_size(&Source::rust("src/a.rs", &long(FUNCTION_LINES_MAX + 1)));
        assert_eq!(found[0].to_string(), "src/a.rs:2: function `long` has 71 lines, at most 70");
    }

    #[test]
    fn braces_in_text_do_not_end_a_function() {
        let text = format!("fn a() {{\n    let b = \"}}\";\n    let c = '}}'; // }}\n{}}}\n", "    a();\n".repeat(70));
        assert_eq!(function_size(&Source::rust("src/a.rs", &text)).len(), 1);
    }

    #[test]
    fn a_declaration_in_a_trait_is_short() {
        let text = format!("trait A {{\n    fn a<B, C>(&self, b: [u8; 4]);\n{}}}\n", "    // x\n".repeat(90));
        assert_eq!(function_size(&Source::rust("src/a.rs", &text)), []);
    }
}
