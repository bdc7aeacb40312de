//! The field for passphrases: a fixed buffer that is wiped, no undo, no kill ring, no length on the screen.

use std::fmt;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use zeroize::{Zeroize, Zeroizing};

use super::put;
use crate::theme::{Role, Theme};
use crate::tui::input::{KeyCode, KeyPress};

/// Longest secret, in bytes of UTF-8.
pub const SECRET_BYTES_MAX: usize = 1024;
/// What is shown from the first key on, whatever the length.
const ECHO: &str = "************";

/// A secret being typed. The buffer is allocated once, never grows (so nothing is copied about) and is wiped on drop.
pub struct SecretField {
    bytes: Box<Zeroizing<[u8; SECRET_BYTES_MAX]>>,
    len: usize,
}

impl SecretField {
    /// Empty.
    pub fn new() -> Self {
        Self { bytes: Box::new(Zeroizing::new([0; SECRET_BYTES_MAX])), len: 0 }
    }

    /// Types, takes back the last character, or wipes (control-u). Returns false when the key means nothing here.
    /// Characters beyond [`SECRET_BYTES_MAX`] are not taken.
    pub fn key(&mut self, key: KeyPress) -> bool {
        if key == KeyPress::ctrl('u') {
            self.clear();
            return true;
        }
        if key.ctrl || key.alt {
            return false;
        }
        match key.code {
            KeyCode::Char(c) => self.push(c),
            KeyCode::Backspace => self.pop(),
            KeyCode::Enter
            | KeyCode::Tab
            | KeyCode::BackTab
            | KeyCode::Delete
            | KeyCode::Esc
            | KeyCode::Up
            | KeyCode::Down
            | KeyCode::Left
            | KeyCode::Right
            | KeyCode::Home
            | KeyCode::End
            | KeyCode::PageUp
            | KeyCode::PageDown
            | KeyCode::F1 => return false,
        }
        true
    }

    /// True when nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The secret, for the one who unlocks. Do not copy it.
    pub fn expose(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Wipes the buffer.
    pub fn clear(&mut self) {
        self.bytes.zeroize();
        self.len = 0;
    }

    fn push(&mut self, c: char) {
        let behind = self.len + c.len_utf8();
        if let Some(room) = self.bytes.get_mut(self.len..behind) {
            c.encode_utf8(room);
            self.len = behind;
        }
    }

    fn pop(&mut self) {
        let start = self.expose().iter().rposition(|byte| !matches!(byte, 0x80..=0xBF)).unwrap_or(0);
        self.bytes[start..self.len].zeroize();
        self.len = start;
    }

    /// Draws `[ ************ ]` and returns where the cursor belongs: behind the echo, which does not move.
    pub fn draw(&self, buf: &mut Buffer, area: Rect, theme: &Theme) -> Position {
        let echo = if self.is_empty() { " ".repeat(ECHO.len()) } else { ECHO.to_owned() };
        let x = put(buf, area.x, area.y, "[ ", theme.style(Role::Text));
        let behind = put(buf, x, area.y, &echo, theme.style(Role::InputFocus));
        put(buf, behind, area.y, " ]", theme.style(Role::Text));
        Position { x: if self.is_empty() { x } else { behind }, y: area.y }
    }
}

impl Default for SecretField {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for SecretField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretField(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> SecretField {
        let mut field = SecretField::new();
        text.chars().for_each(|c| assert!(field.key(KeyPress::char(c))));
        field
    }

    #[test]
    fn takes_and_takes_back_whole_characters() {
        let mut field = typed("päß漢");
        assert_eq!(field.expose(), "päß漢".as_bytes());
        for left in ["päß", "pä", "p", "", ""] {
            field.key(KeyPress::plain(KeyCode::Backspace));
            assert_eq!(field.expose(), left.as_bytes());
        }
    }

    #[test]
    fn what_was_taken_back_is_wiped() {
        let mut field = typed("secret");
        field.key(KeyPress::plain(KeyCode::Backspace));
        assert_eq!(field.bytes[..7], *b"secre\0\0");
        field.key(KeyPress::ctrl('u'));
        assert!(field.bytes.iter().all(|byte| *byte == 0) && field.is_empty());
    }

    #[test]
    fn the_limit_is_kept_on_whole_characters() {
        let mut field = typed(&"a".repeat(SECRET_BYTES_MAX - 1));
        field.key(KeyPress::char('ä'));
        assert_eq!(field.expose().len(), SECRET_BYTES_MAX - 1);
        field.key(KeyPress::char('a'));
        field.key(KeyPress::char('a'));
        assert_eq!(field.expose().len(), SECRET_BYTES_MAX);
    }

    #[test]
    fn the_echo_does_not_tell_the_length() {
        let drawn = |text: &str| {
            let mut buf = Buffer::empty(Rect::new(0, 0, 20, 1));
            let cursor = typed(text).draw(&mut buf, Rect::new(0, 0, 20, 1), &Theme::default());
            (buf, cursor)
        };
        assert_eq!(drawn("a"), drawn("a much longer passphrase than twelve"));
        assert_ne!(drawn(""), drawn("a"));
    }

    #[test]
    fn debug_tells_nothing() {
        assert_eq!(format!("{:?}", typed("hunter2")), "SecretField(..)");
    }
}
