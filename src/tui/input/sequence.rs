//! What a complete control sequence means (ECMA-48, xterm). Most mean nothing to us: those are dropped.

use super::{Input, KeyCode, KeyPress};

/// Longest parameter part that is looked at, in bytes. Longer sequences are swallowed whole.
const PARAMS_MAX: usize = 32;

/// A control sequence `CSI params intermediates final`, while it is being read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Csi {
    params: Vec<u8>,
    strange: bool,
}

/// What a finished sequence asks the tokenizer to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Is(Input),
    PasteBegins,
    /// So many raw bytes follow that belong to it (X10 mouse).
    Swallow(u8),
    /// A function key of the Linux console: one more byte says which.
    LinuxKey,
    Nothing,
}

impl Csi {
    /// A byte between introducer and final byte.
    pub fn push(&mut self, byte: u8) {
        let parameter = byte.is_ascii_digit() || byte == b';';
        if parameter && self.params.len() < PARAMS_MAX {
            self.params.push(byte);
        } else {
            self.strange = true;
        }
    }

    /// The meaning with this final byte.
    pub fn finish(&self, last: u8) -> Meaning {
        if self.strange {
            return Meaning::Nothing;
        }
        let params: Vec<u32> = self.params.split(|b| *b == b';').map(number).collect();
        match (last, params.as_slice()) {
            (b'[', [0]) => Meaning::LinuxKey,
            (b'M', [0]) => Meaning::Swallow(3),
            (b'I', [0]) => Meaning::Is(Input::Focus(true)),
            (b'O', [0]) => Meaning::Is(Input::Focus(false)),
            (b'Z', [0] | [1, _]) => key(KeyCode::BackTab, 1),
            (b'~', [200]) => Meaning::PasteBegins,
            (b'~', [n]) => tilde(*n).map_or(Meaning::Nothing, |code| key(code, 1)),
            (b'~', [n, mods]) => tilde(*n).map_or(Meaning::Nothing, |code| key(code, *mods)),
            (_, [0]) => letter(last).map_or(Meaning::Nothing, |code| key(code, 1)),
            (_, [1, mods]) => letter(last).map_or(Meaning::Nothing, |code| key(code, *mods)),
            _ => Meaning::Nothing,
        }
    }
}

/// The key behind `SS3 byte`.
pub(super) fn ss3(byte: u8) -> Meaning {
    match byte {
        b'P' => key(KeyCode::F1, 1),
        b'M' => key(KeyCode::Enter, 1),
        _ => letter(byte).map_or(Meaning::Nothing, |code| key(code, 1)),
    }
}

/// The key behind the Linux console's `CSI [ byte`.
pub(super) fn linux(byte: u8) -> Meaning {
    if byte == b'A' { key(KeyCode::F1, 1) } else { Meaning::Nothing }
}

fn letter(byte: u8) -> Option<KeyCode> {
    match byte {
        b'A' => Some(KeyCode::Up),
        b'B' => Some(KeyCode::Down),
        b'C' => Some(KeyCode::Right),
        b'D' => Some(KeyCode::Left),
        b'H' => Some(KeyCode::Home),
        b'F' => Some(KeyCode::End),
        _ => None,
    }
}

fn tilde(number: u32) -> Option<KeyCode> {
    match number {
        1 | 7 => Some(KeyCode::Home),
        4 | 8 => Some(KeyCode::End),
        3 => Some(KeyCode::Delete),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        11 => Some(KeyCode::F1),
        _ => None,
    }
}

/// xterm's modifier number is 1 plus shift 1, alt 2, control 4; anything beyond is not from a keyboard we know.
fn key(code: KeyCode, mods: u32) -> Meaning {
    match mods {
        1..=8 => {
            let bits = mods - 1;
            Meaning::Is(Input::Key(KeyPress { code, ctrl: bits & 4 != 0, alt: bits & 2 != 0 }))
        }
        _ => Meaning::Nothing,
    }
}

/// Decimal, 0 when empty; larger than any known parameter when it does not fit.
fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |n: u32, digit| n.saturating_mul(10).saturating_add(u32::from(digit - b'0')))
}
