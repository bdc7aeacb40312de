//! A file as the rules see it: every line split into code, comment and strings, and marked as product or test.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// Something a rule objects to: where, and why.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub path: String,
    /// Counted from 1.
    pub line: usize,
    pub reason: String,
}

impl Finding {
    pub fn new(source: &Source, index: usize, reason: impl Into<String>) -> Self {
        Self { path: source.path.clone(), line: index + 1, reason: reason.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.path, self.line, self.reason)
    }
}

/// One line of a file.
#[derive(Debug, Default, Clone)]
pub struct Line {
    pub raw: String,
    /// Without comments; string and character literals are emptied, so braces and words in them do not count.
    pub code: String,
    /// What the comments on this line say, with their marks.
    pub comment: String,
    /// Inside an item that only tests compile.
    pub is_test: bool,
}

/// One file, its path relative to the repository with `/` between the parts.
#[derive(Debug, Clone)]
pub struct Source {
    pub path: String,
    pub lines: Vec<Line>,
}

impl Source {
    /// Reads Rust: literals and comments are told apart, test items are marked.
    pub fn rust(path: &str, text: &str) -> Self {
        let mut lines = Lexer::split(text);
        mark_tests(&mut lines);
        if path.ends_with("/tests.rs") {
            lines.iter_mut().for_each(|line| line.is_test = true);
        }
        Self { path: path.to_owned(), lines }
    }

    /// Reads anything else: every line is all code.
    pub fn plain(path: &str, text: &str) -> Self {
        let line = |raw: &str| Line { raw: raw.to_owned(), code: raw.to_owned(), ..Line::default() };
        Self { path: path.to_owned(), lines: text.lines().map(line).collect() }
    }

    /// The lines that end up in the program.
    pub fn product(&self) -> impl Iterator<Item = (usize, &Line)> {
        self.lines.iter().enumerate().filter(|(_, line)| !line.is_test)
    }

    /// The folder its `mod x;` declarations speak of.
    fn child_folder(&self) -> &str {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        match self.path.rsplit('/').next() {
            Some("mod.rs" | "lib.rs" | "main.rs") => folder,
            _ => self.path.strip_suffix(".rs").unwrap_or(folder),
        }
    }
}

/// Where this repository lies.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below one folder of the repository, in order; files that only tests declare are marked as tests.
pub fn rust_files(folder: &str) -> Vec<Source> {
    let mut paths = Vec::new();
    walk(&root().join(folder), &mut paths);
    let mut sources: Vec<Source> = paths
        .iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .map(|path| Source::rust(&relative(path), &read(path)))
        .collect();
    mark_test_files(&mut sources);
    sources
}

/// One file of the repository that is not Rust, if it is there.
pub fn plain_file(path: &str) -> Option<Source> {
    let full = root().join(path);
    full.is_file().then(|| Source::plain(path, &read(&full)))
}

/// Every file with one of these endings at the top level and below the given folders.
pub fn plain_files(folders: &[&str], endings: &[&str]) -> Vec<Source> {
    let mut paths: Vec<PathBuf> = entries(root()).into_iter().filter(|path| path.is_file()).collect();
    folders.iter().for_each(|folder| walk(&root().join(folder), &mut paths));
    let wanted = |path: &&PathBuf| endings.iter().any(|ending| path.to_string_lossy().ends_with(ending));
    paths.iter().filter(wanted).map(|path| Source::plain(&relative(path), &read(path))).collect()
}

/// Marks files that a `#[cfg(test)] mod x;` brings in, and everything below them.
pub fn mark_test_files(sources: &mut [Source]) {
    let mut only_tests = BTreeSet::new();
    for source in sources.iter() {
        for (index, line) in source.lines.iter().enumerate().filter(|(_, line)| line.is_test) {
            let Some(name) = declared_module(&line.code) else { continue };
            let folder = source.child_folder();
            let file = declared_path(&source.lines, index).unwrap_or_else(|| name.to_owned());
            let beside = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            only_tests.extend([format!("{folder}/{name}.rs"), format!("{folder}/{name}/"), format!("{beside}/{file}")]);
        }
    }
    for source in sources.iter_mut() {
        if only_tests.iter().any(|only| source.path == *only || (only.ends_with('/') && source.path.starts_with(only))) {
            source.lines.iter_mut().for_each(|line| line.is_test = true);
        }
    }
}

/// The name in `mod name;`, if the line declares one.
pub fn declared_module(code: &str) -> Option<&str> {
    let (_, rest) = code.rsplit_once("mod ").filter(|(before, _)| before.is_empty() || before.ends_with([' ', ']']))?;
    rest.trim().strip_suffix(';').filter(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_'))
}

/// The file named by `#[path = "…"]` just above a declaration.
pub fn declared_path(lines: &[Line], index: usize) -> Option<String> {
    let above = lines[..index].iter().rev().take_while(|line| line.code.trim().starts_with("#["));
    let raw = above.map(|line| &line.raw).find(|raw| raw.contains("#[path"))?;
    raw.split('"').nth(1).map(str::to_owned)
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).expect("walked from the root").to_string_lossy().into_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(found) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = found.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    paths
}

fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
    for path in entries(folder) {
        if path.is_dir() { walk(&path, into) } else { into.push(path) }
    }
}

/// Marks every item under `#[cfg(test)]`, up to its closing brace or semicolon.
fn mark_tests(lines: &mut [Line]) {
    let mut index = 0;
    while index < lines.len() {
        if !lines[index].code.trim_start().starts_with("#[cfg(test)]") {
            index += 1;
            continue;
        }
        let end = item_end(lines, index);
        lines[index..=end].iter_mut().for_each(|line| line.is_test = true);
        index = end + 1;
    }
}

/// Words that open an item; what opens with none of them is a field or a variant and ends at its comma.
const ITEM_WORDS: [&str; 11] = ["fn", "mod", "use", "struct", "enum", "trait", "impl", "const", "static", "type", "macro_rules"];

/// The last line of the item that starts, attributes included, at `start`.
pub fn item_end(lines: &[Line], start: usize) -> usize {
    let (mut braces, mut brackets) = (0_i32, 0_i32);
    let head = lines[start..].iter().find(|line| !line.code.trim_start().starts_with("#[")).map_or("", |line| &line.code);
    let is_item = head.split(|c: char| !c.is_alphanumeric()).any(|word| ITEM_WORDS.contains(&word));
    for (index, line) in lines.iter().enumerate().skip(start) {
        for c in line.code.chars() {
            match c {
                '{' => braces += 1,
                '(' | '[' => brackets += 1,
                ')' | ']' => brackets -= 1,
                '}' if braces <= 1 => return index,
                '}' => braces -= 1,
                ';' if braces == 0 && brackets == 0 => return index,
                ',' if braces == 0 && brackets == 0 && !is_item => return index,
                _ => {}
            }
        }
    }
    lines.len() - 1
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Code,
    LineComment,
    BlockComment { depth: u32 },
    Text,
    RawText { hashes: usize },
}

struct Lexer {
    state: State,
    line: Line,
    lines: Vec<Line>,
}

impl Lexer {
    fn split(text: &str) -> Vec<Line> {
        let mut lexer = Self { state: State::Code, line: Line::default(), lines: Vec::new() };
        let chars: Vec<char> = text.chars().collect();
        let mut at = 0;
        while at < chars.len() {
            at += lexer.step(&chars[at..]);
        }
        if !lexer.line.raw.is_empty() {
            lexer.end_line();
        }
        lexer.lines
    }

    fn end_line(&mut self) {
        if self.state == State::LineComment {
            self.state = State::Code;
        }
        self.lines.push(std::mem::take(&mut self.line));
    }

    /// Takes one piece of the text and says how many characters it was.
    fn step(&mut self, rest: &[char]) -> usize {
        if rest[0] == '\n' {
            self.end_line();
            return 1;
        }
        let taken = match self.state {
            State::Code => self.code(rest),
            State::LineComment => self.comment(rest, 1),
            State::BlockComment { depth } => self.block(rest, depth),
            State::Text => self.text(rest),
            State::RawText { hashes } => self.raw_text(rest, hashes),
        };
        self.line.raw.extend(&rest[..taken]);
        taken
    }

    fn code(&mut self, rest: &[char]) -> usize {
        match rest {
            ['/', '/', ..] => self.enter(State::LineComment, rest, 2),
            ['/', '*', ..] => self.enter(State::BlockComment { depth: 1 }, rest, 2),
            ['"', ..] => self.enter(State::Text, rest, 1),
            ['r', '"' | '#', ..] if !self.line.code.ends_with(|c: char| c.is_alphanumeric() && c != 'b' || c == '_') => {
                let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
                match rest.get(1 + hashes) {
                    Some('"') => self.enter(State::RawText { hashes }, rest, 2 + hashes),
                    _ => self.keep('r'),
                }
            }
            ['\'', ..] => self.quote(rest),
            [first, ..] => self.keep(*first),
            [] => 0,
        }
    }

    /// A character literal is emptied; a lifetime stays.
    fn quote(&mut self, rest: &[char]) -> usize {
        let close = match rest {
            ['\'', '\\', _, tail @ ..] => tail.iter().take(10).position(|c| *c == '\'').map(|at| at + 4),
            ['\'', _, '\'', ..] => Some(3),
            _ => None,
        };
        match close {
            Some(len) => {
                self.line.code.push_str("''");
                len
            }
            None => self.keep('\''),
        }
    }

    fn keep(&mut self, c: char) -> usize {
        self.line.code.push(c);
        1
    }

    fn enter(&mut self, state: State, rest: &[char], len: usize) -> usize {
        self.state = state;
        match state {
            State::Text | State::RawText { .. } => self.line.code.push('"'),
            _ => self.line.comment.extend(&rest[..len]),
        }
        len
    }

    fn comment(&mut self, rest: &[char], len: usize) -> usize {
        self.line.comment.extend(&rest[..len]);
        len
    }

    fn block(&mut self, rest: &[char], depth: u32) -> usize {
        match rest {
            ['/', '*', ..] => self.state = State::BlockComment { depth: depth + 1 },
            ['*', '/', ..] if depth > 1 => self.state = State::BlockComment { depth: depth - 1 },
            ['*', '/', ..] => self.state = State::Code,
            _ => return self.comment(rest, 1),
        }
        self.comment(rest, 2)
    }

    fn text(&mut self, rest: &[char]) -> usize {
        match rest {
            ['\\', next, ..] if *next != '\n' => 2,
            ['"', ..] => {
                self.state = State::Code;
                self.keep('"')
            }
            _ => 1,
        }
    }

    fn raw_text(&mut self, rest: &[char], hashes: usize) -> usize {
        if rest[0] != '"' || rest.len() <= hashes || rest[1..=hashes].iter().any(|c| *c != '#') {
            return 1;
        }
        self.state = State::Code;
        self.line.code.push('"');
        1 + hashes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Vec<String> {
        Source::rust("src/a.rs", text).lines.into_iter().map(|line| line.code).collect()
    }

    #[test]
    fn literals_and_comments_are_not_code() {
        assert_eq!(code("let a = \"// { \\\" }\"; // b"), ["let a = \"\"; "]);
        assert_eq!(code("let a = r#\"x \" {\"#; b"), ["let a = \"\"; b"]);
        assert_eq!(code("a /* b /* c */ d */ e"), ["a  e"]);
        assert_eq!(code("'{' '\\'' '\\u{7b}' &'a str"), ["'' '' '' &'a str"]);
        assert_eq!(code("a \"one\ntwo {\" b"), ["a \"", "\" b"]);
    }

    #[test]
    fn a_test_item_ends_where_it_ends() {
        let source =
            Source::rust("src/a.rs", "#[cfg(test)]\nmod t;\nfn a() {}\n#[cfg(test)]\nmod u {\n fn b() {}\n}\nfn c() {}\n");
        let product: Vec<usize> = source.product().map(|(index, _)| index + 1).collect();
        assert_eq!(product, [3, 8]);
    }

    #[test]
    fn files_that_only_tests_declare_are_tests() {
        let parent = "#[cfg(test)]\nmod kit;\n#[cfg(test)]\n#[path = \"odd.rs\"]\nmod t;\nmod real;\n";
        let mut sources = [
            Source::rust("src/r/mod.rs", parent),
            Source::rust("src/r/kit.rs", "fn a() {}"),
            Source::rust("src/r/odd.rs", "fn a() {}"),
            Source::rust("src/r/real.rs", "fn a() {}"),
        ];
        mark_test_files(&mut sources);
        let tested: Vec<bool> = sources[1..].iter().map(|source| source.product().next().is_none()).collect();
        assert_eq!(tested, [true, true, false]);
    }
}
