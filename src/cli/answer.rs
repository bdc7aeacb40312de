//! What a verb answers, and the one place that prints.

use std::io::{ErrorKind, Write};

use serde::Serialize;
use serde_json::{Serializer, Value, json};

use crate::cli::report::{Kind, Report};

/// A verb's answer: for people and for scripts.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Lines for people, on stdout.
    pub text: String,
    /// The one document for scripts.
    pub json: Value,
    /// Not 0 where the answer itself is bad news, as in `doctor`.
    pub exit: u8,
}

impl Answer {
    /// An answer in both shapes. Lines end with a line break each.
    pub fn new(json: Value, text: impl Into<String>) -> Self {
        let mut text = text.into();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        Self { text, json, exit: 0 }
    }
}

/// Prints an answer or a failure and gives the exit code. With `--json`, stdout gets exactly one document.
pub fn render(result: Result<Answer, Report>, as_json: bool, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let (text, code, failed) = match (&result, as_json) {
        (Ok(answer), true) => (document(&answer.json), answer.exit, false),
        (Ok(answer), false) => (answer.text.clone(), answer.exit, false),
        (Err(report), true) => (document(&report.json()), report.kind.exit(), false),
        (Err(report), false) => (report.text(), report.kind.exit(), true),
    };
    let target: &mut dyn Write = if failed { err } else { out };
    match target.write_all(text.as_bytes()).and_then(|()| target.flush()) {
        Ok(()) => code,
        // Whoever read our output has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => code,
        // A full disk behind stdout: the act is done, and the caller must not think that it was told so.
        Err(_) => code.max(Kind::Internal.exit()),
    }
}

/// One JSON document in ASCII: text from elsewhere keeps every character and can drive no terminal.
#[must_use]
pub fn document(value: &Value) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, Ascii(serde_json::ser::PrettyFormatter::new()));
    value.serialize(&mut serializer).expect("a JSON value serialises");
    bytes.push(b'\n');
    String::from_utf8(bytes).unwrap_or_else(|_| json!({}).to_string())
}

struct Ascii<'a>(serde_json::ser::PrettyFormatter<'a>);

impl serde_json::ser::Formatter for Ascii<'_> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> std::io::Result<()> {
        let mut units = [0; 2];
        for c in fragment.chars() {
            if c.is_ascii() && c != '\u{7f}' {
                writer.write_all(&[c as u8])?;
                continue;
            }
            for unit in c.encode_utf16(&mut units) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, w: &mut W) -> std::io::Result<()> {
        self.0.begin_array(w)
    }

    fn end_array<W: ?Sized + Write>(&mut self, w: &mut W) -> std::io::Result<()> {
        self.0.end_array(w)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, w: &mut W, first: bool) -> std::io::Result<()> {
        self.0.begin_array_value(w, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, w: &mut W) -> std::io::Result<()> {
        self.0.end_array_value(w)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, w: &mut W) -> std::io::Result<()> {
        self.0.begin_object(w)
    }

    fn end_object<W: ?Sized + Write>(&mut self, w: &mut W) -> std::io::Result<()> {
        self.0.end_object(w)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, w: &mut W, first: bool) -> std::io::Result<()> {
        self.0.begin_object_key(w, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, w: &mut W) -> std::io::Result<()> {
        self.0.begin_object_value(w)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, w: &mut W) -> std::io::Result<()> {
        self.0.end_object_value(w)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn rendered(result: Result<Answer, Report>, as_json: bool) -> (u8, String, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = render(result, as_json, &mut out, &mut err);
        (code, String::from_utf8(out).expect("text"), String::from_utf8(err).expect("text"))
    }

    #[test]
    fn json_is_exactly_one_document_on_stdout_in_success_and_failure() {
        let failure = Report::new(Kind::NotFound, "wallet.unknown", "no");
        for (result, code) in [(Ok(Answer::new(json!({ "a": [1, {}] }), "a")), 0), (Err(failure), 5)] {
            let (exit, out, err) = rendered(result, true);
            assert_eq!((exit, err.as_str()), (code, ""));
            let documents: Vec<Value> =
                serde_json::Deserializer::from_str(&out).into_iter().collect::<Result<_, _>>().expect("JSON");
            assert_eq!(documents.len(), 1, "{out}");
        }
    }

    #[test]
    fn failures_go_to_stderr_for_people() {
        let (exit, out, err) = rendered(Err(Report::usage("usage.id", "what is this").hint("look")), false);
        assert_eq!((exit, out.as_str(), err.as_str()), (2, "", "error: what is this [usage.id]\nhint: look\n"));
    }

    #[test]
    fn hostile_text_in_json_keeps_every_character_and_is_ascii() {
        let memo = "a\u{1b}[2J\u{9b}31m\u{202e}\u{7f}\u{1f600}\"\\";
        let text = document(&json!({ "memo": memo }));
        assert!(text.bytes().all(|b| b == b'\n' || (b' '..0x7f).contains(&b)), "{text:?}");
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON")["memo"], memo);
    }

    #[test]
    fn a_closed_pipe_is_no_panic_and_changes_no_exit_code() {
        let mut err = Vec::new();
        assert_eq!(render(Ok(Answer::new(json!({}), "x")), false, &mut Closed, &mut err), 0);
        let failure = Report::new(Kind::Damaged, "a", "b");
        assert_eq!(render(Err(failure), true, &mut Closed, &mut err), 6);
    }
}
