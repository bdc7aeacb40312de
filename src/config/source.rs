//! A TOML text that knows its places: every complaint names line, column and key.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::error::{ConfigError, Fault};

/// Longest message, in characters.
const MESSAGE_MAX: usize = 1000;
/// A suggestion must be at least this near (Jaro-Winkler, 0 to 1).
const NEAR_MIN: f64 = 0.8;

/// Reads a plain text file of at most `most` bytes.
///
/// # Errors
/// [`ConfigError::Missing`], [`ConfigError::TooLarge`], [`ConfigError::Unreadable`] (folders, pipes, not UTF-8, no permission).
pub fn read_text(path: &Path, what: &'static str, most: u64) -> Result<String, ConfigError> {
    let unreadable = |why: String| ConfigError::Unreadable { path: path.to_path_buf(), why };
    let missing = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::NotFound => ConfigError::Missing { what, path: path.to_path_buf() },
        _ => unreadable(e.to_string()),
    };
    let meta = std::fs::metadata(path).map_err(missing)?;
    // Opening a pipe would wait for a writer.
    if !meta.is_file() {
        return Err(unreadable("it is not a plain file".to_owned()));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(missing)?;
    file.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(|e| unreadable(e.to_string()))?;
    let found = meta.len().max(bytes.len() as u64);
    if bytes.len() as u64 > most {
        return Err(ConfigError::TooLarge { path: path.to_path_buf(), found, most });
    }
    String::from_utf8(bytes).map_err(|e| unreadable(format!("byte {} is not UTF-8 text", e.utf8_error().valid_up_to())))
}

/// A TOML text and the file it came from.
pub struct Source<'a> {
    file: &'a Path,
    text: &'a str,
}

impl<'a> Source<'a> {
    /// The text of a file.
    #[must_use]
    pub const fn new(file: &'a Path, text: &'a str) -> Self {
        Self { file, text }
    }

    /// The file's folder, from which relative paths in it are meant.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.file.parent().map(Path::to_path_buf).unwrap_or_default()
    }

    /// Reads the whole text as one value.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] with the place, and the nearest known key for an unknown one.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        toml::from_str(self.text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            let message = error.message().trim().replace('\n', "; ");
            let nearest = unknown_word(&message).and_then(|(word, known)| nearest(word, known));
            self.fault(span, message, nearest)
        })
    }

    /// A complaint about a place.
    #[must_use]
    pub fn wrong(&self, span: Range<usize>, message: impl Into<String>) -> ConfigError {
        self.fault(span, message.into(), None)
    }

    /// A complaint about a word that is not one of `known`.
    #[must_use]
    pub fn unknown<'k>(
        &self,
        word: &Spanned<String>,
        message: impl Into<String>,
        known: impl IntoIterator<Item = &'k str>,
    ) -> ConfigError {
        self.fault(word.span(), message.into(), nearest(word.get_ref(), known))
    }

    fn fault(&self, span: Range<usize>, message: String, nearest: Option<String>) -> ConfigError {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let key = DeTable::parse(self.text).map(|root| key_at(root.get_ref(), &span)).unwrap_or_default();
        let (key, message) = (plain(&key), plain(&message));
        ConfigError::Invalid(Box::new(Fault { file: self.file.to_path_buf(), line, column, key, message, nearest }))
    }
}

/// Names and words of a file reach terminals and logs as printable ASCII only.
fn plain(text: &str) -> String {
    let fine = |c: char| c == ' ' || c.is_ascii_graphic();
    text.chars().take(MESSAGE_MAX).flat_map(|c| if fine(c) { vec![c] } else { c.escape_unicode().collect() }).collect()
}

/// The unknown word and the known ones in serde's sentence ``unknown field `a`, expected one of `b`, `c` ``.
fn unknown_word(message: &str) -> Option<(&str, impl Iterator<Item = &str>)> {
    let rest = message.strip_prefix("unknown field").or_else(|| message.strip_prefix("unknown variant"))?;
    let mut words = rest.split('`').skip(1).step_by(2);
    Some((words.next()?, words))
}

fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    let scored = known.into_iter().map(|k| (strsim::jaro_winkler(word, k), k));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= NEAR_MIN).then(|| best.1.to_owned())
}

/// Path of the innermost key whose name or value covers the place.
fn key_at(table: &DeTable<'_>, place: &Range<usize>) -> String {
    let covers = |span: Range<usize>| span.start <= place.start && place.end <= span.end;
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let inner = within(value, place);
        let here = covers(key.span()) || covers(value.span());
        match inner {
            Some(rest) => return format!("{name}{rest}"),
            None if here => return name.to_owned(),
            None => {}
        }
    }
    String::new()
}

/// What follows a key's own name: `.child` or `[1].child`, where the place is inside its value.
fn within(value: &Spanned<DeValue<'_>>, place: &Range<usize>) -> Option<String> {
    match value.get_ref() {
        DeValue::Table(table) => {
            let rest = key_at(table, place);
            (!rest.is_empty()).then(|| format!(".{rest}"))
        }
        DeValue::Array(items) => items.iter().enumerate().find_map(|(i, item)| {
            let here = item.span().start <= place.start && place.end <= item.span().end;
            let rest = within(item, place);
            rest.or_else(|| here.then(String::new)).map(|rest| format!("[{}]{rest}", i + 1))
        }),
        DeValue::String(_) | DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => None,
    }
}
