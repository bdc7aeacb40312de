//! What happened, for whoever looks later: a file a day in the home's `log` folder. Nothing is ever written on the screen.
//!
//! Every line passes [`redact`]: log lines quote errors, and errors quote URLs.

use std::fs::DirBuilder;
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::str::FromStr;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Log files kept; the oldest go first.
pub const FILES_MAX: usize = 14;
/// Longest run of token characters that is left readable.
pub const TOKEN_CHARS_MAX: usize = 44;
/// Stands where something was taken out.
const GONE: &str = "[redacted]";
/// Header and parameter names whose value is a secret.
const SECRET_NAMES: [&str; 9] =
    ["authorization", "bearer", "basic", "token", "apikey", "api-key", "api_key", "password", "secret"];

/// Begins to log. Keep the guard until the end: dropping it writes what is left.
///
/// # Errors
/// Where the folder cannot be made or written, or a subscriber is set already.
pub fn start(folder: &Path, level: &str) -> io::Result<Option<WorkerGuard>> {
    let level = LevelFilter::from_str(level).map_err(|e| io::Error::new(io::ErrorKind::InvalidInput, e))?;
    if level == LevelFilter::OFF {
        return Ok(None);
    }
    // The appender itself would complain on stderr, over the screen, if the folder were missing.
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("bursar")
        .filename_suffix("log")
        .max_log_files(FILES_MAX)
        .build(folder)
        .map_err(io::Error::other)?;
    let (writer, guard) = tracing_appender::non_blocking(appender);
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_max_level(level).with_writer(Redacting(writer)).finish();
    tracing::subscriber::set_global_default(subscriber).map_err(io::Error::other)?;
    Ok(Some(guard))
}

/// Takes out what may be a credential: user names and passwords, paths and queries of URLs, values of secret names, and long
/// unbroken tokens. Addresses, hashes and digests (`0x` and hex) stay.
#[must_use]
pub fn redact(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut secret_next = false;
    for piece in line.split_inclusive(|c: char| c.is_whitespace() || "\"'`<>(){}[],;".contains(c)) {
        let word_len = piece.trim_end_matches(|c: char| c.is_whitespace() || "\"'`<>(){}[],;".contains(c)).len();
        let (word, end) = piece.split_at(word_len);
        if word.is_empty() {
            out.push_str(end);
            continue;
        }
        let name = word.trim_end_matches([':', '=']).to_ascii_lowercase();
        let names_secret =
            SECRET_NAMES.contains(&name.rsplit(['.', '-', '_']).next().unwrap_or(&name)) || SECRET_NAMES.contains(&name.as_str());
        if names_secret {
            out.push_str(word);
            secret_next = true;
        } else if secret_next {
            out.push_str(GONE);
            secret_next = false;
        } else {
            out.push_str(&redact_word(word));
        }
        out.push_str(end);
    }
    out
}

fn redact_word(word: &str) -> String {
    if let Some((scheme, rest)) = word.split_once("://") {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        let user = if authority.contains('@') { "[redacted]@" } else { "" };
        let path = if rest.len() > authority.len() { "/[redacted]" } else { "" };
        return format!("{scheme}://{user}{host}{path}");
    }
    if let Some((name, _)) = word.split_once(['=', ':']) {
        let plain = name.to_ascii_lowercase();
        if SECRET_NAMES.iter().any(|secret| plain.ends_with(secret)) {
            return format!("{name}={GONE}");
        }
    }
    let token = |c: char| c.is_ascii_alphanumeric() || "-_+/=.~".contains(c);
    let hex = word
        .rsplit(['=', ':'])
        .next()
        .unwrap_or(word)
        .strip_prefix("0x")
        .is_some_and(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
    if !hex && word.len() > TOKEN_CHARS_MAX && word.chars().all(token) && word.bytes().any(|b| b.is_ascii_digit()) {
        return GONE.to_owned();
    }
    word.to_owned()
}

/// A writer that redacts each line on its way.
#[derive(Clone)]
struct Redacting<W>(W);

impl<W: Write> Write for Redacting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // One event comes in one piece, so that no secret is cut in two and so missed.
        self.0.write_all(redact(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<'a, W: Write + Clone + 'a> MakeWriter<'a> for Redacting<W> {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_do_not_reach_the_file() {
        for line in [
            "GET https://bob:hunter2@node.example/v3/hunter2?key=hunter2 failed",
            "error sending request for url (https://node.example/hunter2)",
            "header Authorization: hunter2",
            "Authorization: Bearer hunter2",
            "x-api-key=hunter2 sent",
            "token=\"hunter2\"",
            "password: hunter2",
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.hunter2.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJVadQssw5c",
        ] {
            assert!(!redact(line).contains("hunter2"), "{}", redact(line));
        }
    }

    #[test]
    fn facts_stay_readable() {
        let line = "2026-11-23T05:00:00Z INFO bursar::desk: R-0412 settled hash=0x88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe6a713944b \
                    from=0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48 node https://node.example:8545 took 12 ms\n";
        assert_eq!(redact(line), line);
    }

    #[test]
    fn lines_pass_the_redaction_on_their_way_to_the_file() {
        let mut bytes = Vec::new();
        Redacting(&mut bytes).write_all(b"see https://node.example/hunter2\n").expect("memory takes everything");
        assert_eq!(String::from_utf8(bytes).expect("text"), "see https://node.example/[redacted]\n");
    }

    #[test]
    fn the_folder_is_made_and_a_wrong_level_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(start(&folder.path().join("log"), "loud").is_err());
        assert!(start(&folder.path().join("log"), "off").expect("nothing to do").is_none());
        assert!(!folder.path().join("log").exists());
    }
}
