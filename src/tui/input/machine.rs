//! The state machine: one byte at a time, nothing looked at twice.

use zeroize::Zeroize;

use super::sequence::{self, Csi, Meaning};
use super::{ESC_HOLD_MS, GHOST_MS, Input, KeyCode, KeyPress, PASTE_BYTES_MAX, PASTE_SILENCE_MS, SEQUENCE_SILENCE_MS};
use crate::text::Untrusted;

const ESC: u8 = 0x1B;
const BEL: u8 = 0x07;
/// Cancel, substitute and interrupt: what gets a person out of an unfinished sequence. Swallowed with it.
const ABORT: [u8; 3] = [0x03, 0x18, 0x1A];
const PASTE_END: &[u8] = b"\x1b[201~";

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Ground,
    /// ESC came; what it is depends on the next byte or on silence.
    Escape,
    /// ESC was given out as the Esc key, and then came a byte that may continue a torn sequence.
    Ghost(u8),
    Csi(Csi),
    Ss3,
    /// A key of the Linux console.
    Linux,
    /// OSC, DCS, APC, PM or SOS: the last byte tells its end. Never kept.
    Text {
        last: u8,
    },
    /// Raw bytes that belong to a mouse report.
    Swallow(u8),
    Paste {
        bytes: Vec<u8>,
        matched: usize,
        too_long: bool,
    },
    Utf8(Utf8),
}

/// A character whose bytes are still arriving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Utf8 {
    bytes: [u8; 4],
    have: usize,
    want: usize,
}

/// Turns bytes into [`Input`]. Any split of the same bytes gives the same inputs, as long as no gap is longer than the holds.
#[derive(Debug, Default)]
pub struct Tokenizer {
    state: State,
    /// The sequence being read continues an ESC that was already given out: it may not become a key.
    torn: bool,
    last_ms: u64,
    ghost_until_ms: u64,
    dropped: u64,
}

impl Tokenizer {
    /// Nothing read yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Terminal answers, unknown sequences and undecodable bytes that were dropped so far.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// When [`Tokenizer::timeout`] should be called if nothing arrives before; `None` when nothing is held.
    pub fn deadline_ms(&self) -> Option<u64> {
        let hold = match &self.state {
            State::Ground => return None,
            State::Ghost(_) => return Some(self.ghost_until_ms),
            State::Escape => ESC_HOLD_MS,
            State::Paste { .. } => PASTE_SILENCE_MS,
            State::Csi(_) | State::Ss3 | State::Linux | State::Text { .. } | State::Swallow(_) | State::Utf8(_) => {
                SEQUENCE_SILENCE_MS
            }
        };
        Some(self.last_ms.saturating_add(hold))
    }

    /// Bytes that one read brought at `now_ms` (monotonic milliseconds).
    pub fn feed(&mut self, bytes: &[u8], now_ms: u64) -> Vec<Input> {
        let mut out = self.timeout(now_ms);
        if !bytes.is_empty() {
            self.last_ms = now_ms;
        }
        for byte in bytes {
            self.step(*byte, now_ms, &mut out);
        }
        out
    }

    /// What silence until `now_ms` decides: a held ESC becomes the Esc key, an unfinished sequence is dropped.
    pub fn timeout(&mut self, now_ms: u64) -> Vec<Input> {
        let mut out = Vec::new();
        if self.deadline_ms().is_none_or(|deadline| now_ms < deadline) {
            return out;
        }
        match std::mem::take(&mut self.state) {
            State::Ground => {}
            State::Escape => {
                out.push(plain(KeyCode::Esc));
                self.ghost_until_ms = now_ms.saturating_add(GHOST_MS);
            }
            State::Ghost(byte) => out.push(plain(KeyCode::Char(char::from(byte)))),
            State::Paste { mut bytes, .. } => {
                bytes.zeroize();
                out.push(Input::PasteRefused);
            }
            State::Csi(_) | State::Ss3 | State::Linux | State::Text { .. } | State::Swallow(_) | State::Utf8(_) => {
                self.dropped += 1
            }
        }
        self.torn = false;
        out
    }

    fn step(&mut self, byte: u8, now_ms: u64, out: &mut Vec<Input>) {
        match std::mem::take(&mut self.state) {
            State::Ground => self.ground(byte, now_ms, out),
            State::Escape => self.escape(byte, now_ms, out),
            State::Ghost(intro) => self.ghost(intro, byte, now_ms, out),
            State::Csi(csi) => self.csi(csi, byte, out),
            State::Ss3 if byte == ESC => self.restart(),
            State::Ss3 => self.finish(sequence::ss3(byte), out),
            State::Linux => self.finish(sequence::linux(byte), out),
            State::Text { last } => self.text(last, byte),
            State::Swallow(1) => self.finish(Meaning::Nothing, out),
            State::Swallow(left) => self.state = State::Swallow(left - 1),
            State::Paste { bytes, matched, too_long } => self.paste(bytes, matched, too_long, byte, out),
            State::Utf8(part) => self.utf8(part, byte, now_ms, out),
        }
    }

    fn ground(&mut self, byte: u8, now_ms: u64, out: &mut Vec<Input>) {
        let ghost = std::mem::take(&mut self.ghost_until_ms);
        match byte {
            b'[' | b']' | b'O' | b'P' | b'_' if now_ms < ghost => {
                self.ghost_until_ms = ghost;
                self.state = State::Ghost(byte);
            }
            ESC => self.state = State::Escape,
            b'\r' => out.push(plain(KeyCode::Enter)),
            b'\t' => out.push(plain(KeyCode::Tab)),
            0x08 | 0x7F => out.push(plain(KeyCode::Backspace)),
            0x01..=0x1A => out.push(Input::Key(KeyPress::ctrl(char::from(byte - 1 + b'a')))),
            0x20..=0x7E => out.push(plain(KeyCode::Char(char::from(byte)))),
            0x80..=0x9F => self.c1(byte),
            0xC2..=0xDF => self.begin_utf8(byte, 2),
            0xE0..=0xEF => self.begin_utf8(byte, 3),
            0xF0..=0xF4 => self.begin_utf8(byte, 4),
            _ => self.dropped += 1,
        }
    }

    /// An 8 bit introducer, raw or as UTF-8. Other C1 codes mean nothing.
    fn c1(&mut self, code: u8) {
        match code {
            0x9B => self.state = State::Csi(Csi::default()),
            0x8F => self.state = State::Ss3,
            0x90 | 0x98 | 0x9D..=0x9F => self.state = State::Text { last: 0 },
            _ => self.dropped += 1,
        }
    }

    fn escape(&mut self, byte: u8, now_ms: u64, out: &mut Vec<Input>) {
        match byte {
            b'[' => self.state = State::Csi(Csi::default()),
            b'O' => self.state = State::Ss3,
            b']' | b'P' | b'_' | b'^' | b'X' => self.state = State::Text { last: 0 },
            // A stray end of a string whose beginning was given up.
            b'\\' => self.dropped += 1,
            0x20..=0x7E => out.push(Input::Key(KeyPress { alt: true, ..KeyPress::char(char::from(byte)) })),
            _ => {
                out.push(plain(KeyCode::Esc));
                self.ground(byte, now_ms, out);
            }
        }
    }

    /// Does `byte` after `intro` look like the rest of a torn sequence? If not, both were typed.
    fn ghost(&mut self, intro: u8, byte: u8, now_ms: u64, out: &mut Vec<Input>) {
        let torn = match intro {
            b'[' => {
                matches!(byte, b'0'..=b'9' | b';' | b'?' | b'>' | b'<' | b'=' | b'A'..=b'D' | b'F' | b'H' | b'I' | b'M' | b'O' | b'Z' | b'[')
            }
            b']' => byte.is_ascii_digit(),
            b'O' => matches!(byte, b'A'..=b'D' | b'F' | b'H' | b'M' | b'P'..=b'S'),
            b'P' => matches!(byte, b'0'..=b'9' | b'>' | b'$' | b'!' | b'+'),
            _ => byte == b'G',
        };
        if !torn {
            out.push(plain(KeyCode::Char(char::from(intro))));
            self.ghost_until_ms = 0;
            return self.ground(byte, now_ms, out);
        }
        self.torn = true;
        self.state = match intro {
            b'[' => State::Csi(Csi::default()),
            b'O' => State::Ss3,
            _ => State::Text { last: 0 },
        };
        self.step(byte, now_ms, out);
    }

    fn csi(&mut self, mut csi: Csi, byte: u8, out: &mut Vec<Input>) {
        match byte {
            0x20..=0x3F => {
                csi.push(byte);
                self.state = State::Csi(csi);
            }
            0x40..=0x7E => self.finish(csi.finish(byte), out),
            ESC => self.restart(),
            _ => self.finish(Meaning::Nothing, out),
        }
    }

    /// A new ESC in the middle of a sequence: the old one is lost.
    fn restart(&mut self) {
        self.dropped += 1;
        self.torn = false;
        self.state = State::Escape;
    }

    fn finish(&mut self, meaning: Meaning, out: &mut Vec<Input>) {
        match meaning {
            Meaning::Swallow(count) => return self.state = State::Swallow(count),
            Meaning::LinuxKey => return self.state = State::Linux,
            // Even when torn: what follows must not become keys.
            Meaning::PasteBegins => self.state = State::Paste { bytes: Vec::new(), matched: 0, too_long: false },
            Meaning::Is(Input::Key(_)) if self.torn => self.dropped += 1,
            Meaning::Is(input) => out.push(input),
            Meaning::Nothing => self.dropped += 1,
        }
        self.torn = false;
    }

    /// Within a string nothing is a key. It ends with BEL, ST (`ESC \`, or U+009C), or one of [`ABORT`].
    fn text(&mut self, last: u8, byte: u8) {
        let ended = byte == BEL || ABORT.contains(&byte) || (last == ESC && byte == b'\\') || (last == 0xC2 && byte == 0x9C);
        if ended {
            self.dropped += 1;
            self.torn = false;
        } else {
            self.state = State::Text { last: byte };
        }
    }

    fn paste(&mut self, mut bytes: Vec<u8>, matched: usize, mut too_long: bool, byte: u8, out: &mut Vec<Input>) {
        let mut keep = |part: &[u8]| {
            if bytes.len() + part.len() > PASTE_BYTES_MAX {
                too_long = true;
            } else {
                bytes.extend_from_slice(part);
            }
        };
        // ESC stands only at the start of the end mark, so a mismatch can begin anew only at ESC.
        let matched = if byte == PASTE_END[matched] {
            matched + 1
        } else {
            keep(&PASTE_END[..matched]);
            if byte == ESC {
                1
            } else {
                keep(&[byte]);
                0
            }
        };
        if matched < PASTE_END.len() {
            self.state = State::Paste { bytes, matched, too_long };
            return;
        }
        out.push(if too_long { Input::PasteRefused } else { Input::Paste(Untrusted::from_bytes(&bytes)) });
        bytes.zeroize();
    }

    fn begin_utf8(&mut self, byte: u8, want: usize) {
        self.state = State::Utf8(Utf8 { bytes: [byte, 0, 0, 0], have: 1, want });
    }

    fn utf8(&mut self, mut part: Utf8, byte: u8, now_ms: u64, out: &mut Vec<Input>) {
        if !matches!(byte, 0x80..=0xBF) {
            self.dropped += 1;
            return self.ground(byte, now_ms, out);
        }
        part.bytes[part.have] = byte;
        part.have += 1;
        if part.have < part.want {
            self.state = State::Utf8(part);
            return;
        }
        match std::str::from_utf8(&part.bytes[..part.want]).ok().and_then(|text| text.chars().next()) {
            Some(c @ '\u{80}'..='\u{9F}') => self.c1(c as u8),
            Some(c) => out.push(plain(KeyCode::Char(c))),
            None => self.dropped += 1,
        }
    }
}

fn plain(code: KeyCode) -> Input {
    Input::Key(KeyPress::plain(code))
}
