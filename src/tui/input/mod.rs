//! Bytes of the terminal to keys: an own tokenizer, pure, with time as an argument.
//!
//! Two things must never happen on a console that guards money: that an answer of the terminal (device attributes, colours, mode
//! reports, clipboard) arrives as typed letters, and that a key torn apart by a slow link arrives as other keys. So every control
//! sequence is recognised whole, whatever its pieces; only the few that are keys come out, everything else is counted and dropped.
//!
//! A lone ESC is held for [`ESC_HOLD_MS`]; after that it *is* the Esc key (which is never destructive), and for [`GHOST_MS`] more
//! the rest of a torn sequence is still recognised and swallowed.

mod machine;
mod sequence;

pub use machine::Tokenizer;

use crate::text::Untrusted;

/// How long a lone ESC waits for the rest of a sequence, in milliseconds.
pub const ESC_HOLD_MS: u64 = 120;
/// How long after a lone ESC the rest of a torn sequence is still recognised, in milliseconds.
pub const GHOST_MS: u64 = 1_000;
/// Silence after which an unfinished sequence is given up, in milliseconds.
pub const SEQUENCE_SILENCE_MS: u64 = 2_000;
/// Silence after which an unfinished paste is given up, in milliseconds. Long: what follows would be taken for keys.
pub const PASTE_SILENCE_MS: u64 = 10_000;
/// Largest paste, in bytes. A longer one is refused whole: half an address is worse than none.
pub const PASTE_BYTES_MAX: usize = 64 * 1024;

/// What a person did at the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key went down.
    Key(KeyPress),
    /// Text was pasted (bracketed paste, mode 2004). Never keys.
    Paste(Untrusted),
    /// A paste was longer than [`PASTE_BYTES_MAX`] or broke off; nothing of it is kept.
    PasteRefused,
    /// The terminal window got (`true`) or lost the focus (mode 1004).
    Focus(bool),
}

/// A key and its modifiers. Shift is part of the character, or of [`KeyCode::BackTab`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPress {
    /// Which key.
    pub code: KeyCode,
    /// Control was held.
    pub ctrl: bool,
    /// Alt was held (or ESC came right before). Nothing is bound to it.
    pub alt: bool,
}

impl KeyPress {
    /// The key without modifiers.
    pub const fn plain(code: KeyCode) -> Self {
        Self { code, ctrl: false, alt: false }
    }

    /// A printable character.
    pub const fn char(c: char) -> Self {
        Self::plain(KeyCode::Char(c))
    }

    /// A letter with Control.
    pub const fn ctrl(c: char) -> Self {
        Self { code: KeyCode::Char(c), ctrl: true, alt: false }
    }
}

/// The keys that the console knows. Others are dropped and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyCode {
    /// A printable character (never a control code).
    Char(char),
    /// Return, also on the keypad.
    Enter,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// Backspace (DEL or BS).
    Backspace,
    /// Delete.
    Delete,
    /// Escape.
    Esc,
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// F1: help.
    F1,
}

#[cfg(test)]
mod tests;
