//! The type that holds text written by somebody else.

use serde::{Deserialize, Serialize};
use std::fmt;

use super::show::{self, Charset, Context, Shown};

/// Text from outside: kept as received, shown only through [`Untrusted::show`].
///
/// There is no `Display`, `Deref` or `AsRef<str>` on purpose, and `Debug` prints the sanitised form. Serde writes the plain
/// string: stores and wires keep what was received.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Untrusted(String);

impl Untrusted {
    /// Wraps text as it came.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Decodes bytes as UTF-8; every byte that is none becomes the four characters `\xNN`.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut text = String::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            for byte in chunk.invalid() {
                text.push_str(&format!("\\x{byte:02x}"));
            }
        }
        Self(text)
    }

    /// The text as received, for journals, hashes and comparisons. Never for a screen, a message or a file name.
    pub fn raw_for_storage(&self) -> &str {
        &self.0
    }

    /// True when nothing at all was received.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The only way to a screen: escaped for `context` and cut with `..` to at most `max_width` columns. Without quotes.
    pub fn show(&self, context: Context, max_width: usize) -> Shown {
        show::show(&self.0, context, max_width, Charset::Unicode)
    }

    /// Like [`Untrusted::show`], for terminals that may only be sent ASCII.
    pub fn show_as(&self, context: Context, max_width: usize, charset: Charset) -> Shown {
        show::show(&self.0, context, max_width, charset)
    }

    /// Like [`Untrusted::show_as`], within double quotes that count towards `max_width`: how untrusted text stands in a sentence.
    pub fn quoted(&self, context: Context, max_width: usize, charset: Charset) -> Shown {
        let mut shown = show::show(&self.0, context, max_width.saturating_sub(2), charset);
        if max_width >= 2 {
            shown.text = format!("\"{}\"", shown.text);
        }
        shown
    }

    /// A memo line by line: real line breaks are kept, each line is shown on its own, at most `max_lines` of them.
    /// The second part says whether lines were left out.
    pub fn memo_lines(&self, max_width: usize, max_lines: usize, charset: Charset) -> (Vec<Shown>, bool) {
        let mut lines = self.0.split('\n');
        let shown = lines.by_ref().take(max_lines).map(|line| show::show(line, Context::Memo, max_width, charset)).collect();
        (shown, lines.next().is_some())
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.quoted(Context::Diag, usize::MAX, Charset::Ascii);
        write!(f, "Untrusted({})", shown.text)
    }
}

impl From<String> for Untrusted {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serde_is_the_plain_string_and_keeps_every_byte() {
        let text = Untrusted::new("US\u{0}DC\u{202e}");
        let json = serde_json::to_string(&text).expect("a string serialises");
        assert_eq!(json, "\"US\\u0000DC\u{202e}\"");
        assert_eq!(serde_json::from_str::<Untrusted>(&json).expect("a string reads back"), text);
    }

    #[test]
    fn debug_is_sanitised_too() {
        assert_eq!(format!("{:?}", Untrusted::new("a\u{1b}[2J\u{202e}")), r#"Untrusted("a\u{1b}[2J\u{202e}")"#);
    }

    #[test]
    fn bytes_that_are_not_utf8_stay_visible() {
        assert_eq!(Untrusted::from_bytes(b"a\xffb\xc3").raw_for_storage(), r"a\xffb\xc3");
    }

    #[test]
    fn memo_keeps_line_breaks_and_says_when_lines_are_missing() {
        let memo = Untrusted::new("one\ntwo\tthree\r\nfour");
        let (lines, more) = memo.memo_lines(40, 2, Charset::Unicode);
        assert_eq!(lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), ["one", r"two three\u{d}"]);
        assert!(more);
        assert!(!memo.memo_lines(40, 3, Charset::Unicode).1);
    }

    #[test]
    fn quotes_count_towards_the_width() {
        assert_eq!(Untrusted::new("Exchange").quoted(Context::Label, 8, Charset::Unicode).text, "\"Exch..\"");
        assert_eq!(Untrusted::new("say \"hi\"").quoted(Context::Label, 40, Charset::Unicode).text, r#""say \"hi\"""#);
    }
}
