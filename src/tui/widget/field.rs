//! A one-line text field. What is typed or pasted into it is as safe to draw as our own text: anything else is refused at the door.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::put;
use crate::text::{Untrusted, cell_is_safe, width};
use crate::theme::{Role, Theme};
use crate::tui::input::{KeyCode, KeyPress};

/// Text being typed, with a cursor. Characters are single cells or wide ones; combining marks are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextField {
    chars: Vec<char>,
    cursor: usize,
    max_chars: usize,
}

impl TextField {
    /// An empty field for at most `max_chars` characters.
    pub fn new(max_chars: usize) -> Self {
        Self { max_chars, ..Self::default() }
    }

    /// A field that starts with a text of ours; characters that could not be typed and those beyond the limit are left out.
    pub fn with_text(max_chars: usize, text: &str) -> Self {
        let chars: Vec<char> = text.chars().filter(|c| is_typable(*c)).take(max_chars).collect();
        Self { cursor: chars.len(), chars, max_chars }
    }

    /// What was typed.
    pub fn text(&self) -> String {
        self.chars.iter().collect()
    }

    /// True when nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.chars.is_empty()
    }

    /// Empties the field.
    pub fn clear(&mut self) {
        self.chars.clear();
        self.cursor = 0;
    }

    /// Edits. Returns false when the key means nothing here, so that the screen can look at it.
    pub fn key(&mut self, key: KeyPress) -> bool {
        if key.alt || (key.ctrl && key != KeyPress::ctrl('u')) {
            return false;
        }
        match key.code {
            KeyCode::Char('u') if key.ctrl => self.clear(),
            KeyCode::Char(c) => return self.insert(c),
            KeyCode::Backspace if self.cursor > 0 => {
                self.cursor -= 1;
                self.chars.remove(self.cursor);
            }
            KeyCode::Delete if self.cursor < self.chars.len() => drop(self.chars.remove(self.cursor)),
            KeyCode::Left => self.cursor = self.cursor.saturating_sub(1),
            KeyCode::Right => self.cursor = self.chars.len().min(self.cursor + 1),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = self.chars.len(),
            KeyCode::Backspace | KeyCode::Delete => {}
            KeyCode::Enter
            | KeyCode::Tab
            | KeyCode::BackTab
            | KeyCode::Esc
            | KeyCode::Up
            | KeyCode::Down
            | KeyCode::PageUp
            | KeyCode::PageDown
            | KeyCode::F1 => return false,
        }
        true
    }

    /// Puts pasted text at the cursor, whole or not at all: surrounding white space aside, every character must be typable and
    /// there must be room. Returns whether it was taken.
    #[must_use]
    pub fn paste(&mut self, text: &Untrusted) -> bool {
        let chars: Vec<char> = text.raw_for_storage().trim().chars().collect();
        if !chars.iter().all(|c| is_typable(*c)) || self.chars.len() + chars.len() > self.max_chars {
            return false;
        }
        let behind = self.cursor + chars.len();
        self.chars.splice(self.cursor..self.cursor, chars);
        self.cursor = behind;
        true
    }

    fn insert(&mut self, c: char) -> bool {
        if is_typable(c) && self.chars.len() < self.max_chars {
            self.chars.insert(self.cursor, c);
            self.cursor += 1;
        }
        true
    }

    /// Draws the field over the first row of `area` and returns where the cursor belongs. Long text scrolls under the cursor.
    pub fn draw(&self, buf: &mut Buffer, area: Rect, theme: &Theme, focused: bool) -> Position {
        let room = usize::from(area.width).saturating_sub(1);
        let columns = |from: usize, to: usize| width(&self.chars[from..to].iter().collect::<String>());
        let start = (0..=self.cursor).find(|start| columns(*start, self.cursor) <= room).unwrap_or(self.cursor);
        let end = (self.cursor..=self.chars.len()).rev().find(|end| columns(start, *end) <= room).unwrap_or(self.cursor);
        let style = theme.style(if focused { Role::InputFocus } else { Role::Text });
        if area.is_empty() {
            return area.as_position();
        }
        put(buf, area.x, area.y, &" ".repeat(usize::from(area.width)), style);
        put(buf, area.x, area.y, &self.chars[start..end].iter().collect::<String>(), style);
        Position { x: area.x + u16::try_from(columns(start, self.cursor)).unwrap_or(0), y: area.y }
    }
}

fn is_typable(c: char) -> bool {
    cell_is_safe(c.encode_utf8(&mut [0; 4]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(field: &mut TextField, text: &str) {
        text.chars().for_each(|c| assert!(field.key(KeyPress::char(c))));
    }

    fn press(field: &mut TextField, code: KeyCode) {
        assert!(field.key(KeyPress::plain(code)));
    }

    #[test]
    fn editing() {
        let mut field = TextField::new(20);
        typed(&mut field, "190.00");
        press(&mut field, KeyCode::Home);
        press(&mut field, KeyCode::Delete);
        typed(&mut field, "2");
        press(&mut field, KeyCode::End);
        press(&mut field, KeyCode::Backspace);
        press(&mut field, KeyCode::Left);
        typed(&mut field, "5");
        assert_eq!(field.text(), "290.50");
        assert!(field.key(KeyPress::ctrl('u')));
        assert!(field.is_empty());
        press(&mut field, KeyCode::Backspace);
        press(&mut field, KeyCode::Delete);
        assert!(field.is_empty());
    }

    #[test]
    fn keys_of_the_screen_are_left_to_the_screen() {
        let mut field = TextField::new(5);
        for key in [
            KeyPress::ctrl('x'),
            KeyPress::plain(KeyCode::Enter),
            KeyPress::plain(KeyCode::Esc),
            KeyPress { alt: true, ..KeyPress::char('a') },
        ] {
            assert!(!field.key(key), "{key:?}");
        }
        assert!(field.is_empty());
    }

    #[test]
    fn what_cannot_be_drawn_cannot_be_typed_or_pasted() {
        let mut field = TextField::new(8);
        for c in ['\u{202e}', '\u{200b}', '\u{301}', '\u{a0}'] {
            field.key(KeyPress::char(c));
        }
        assert!(field.is_empty());
        assert!(!field.paste(&Untrusted::new("a\nb")));
        assert!(!field.paste(&Untrusted::new("a\u{1b}[A")));
        assert!(!field.paste(&Untrusted::new("123456789")), "half of it is worse than nothing");
        assert!(field.paste(&Untrusted::new(" 1234567\n")));
        assert!(!field.paste(&Untrusted::new("89")));
        assert_eq!(field.text(), "1234567");
        typed(&mut field, "89");
        assert_eq!(field.text(), "12345678");
        assert_eq!(TextField::with_text(3, "a\u{7}bcd").text(), "abc");
    }

    #[test]
    fn long_text_scrolls_under_the_cursor() {
        let area = Rect::new(3, 0, 6, 1);
        let mut field = TextField::with_text(40, "abcdefghij");
        let show = |field: &TextField| {
            let mut buf = Buffer::empty(Rect::new(0, 0, 12, 1));
            let at = field.draw(&mut buf, area, &Theme::default(), true);
            let text: String = (area.left()..area.right()).map(|x| buf[(x, 0)].symbol().to_owned()).collect();
            (text, at.x)
        };
        assert_eq!(show(&field), ("fghij ".to_owned(), 8));
        press(&mut field, KeyCode::Home);
        assert_eq!(show(&field), ("abcde ".to_owned(), 3));
        field = TextField::with_text(40, "漢字漢字");
        assert_eq!(show(&field), ("漢 字   ".to_owned(), 7), "two wide characters, each with the cell behind it, and the cursor");
    }
}
