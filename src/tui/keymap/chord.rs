//! How keys are written, and which of them cannot travel.

use crate::tui::input::{KeyCode, KeyPress};

const NAMES: [(KeyCode, &str); 16] = [
    (KeyCode::Enter, "enter"),
    (KeyCode::Tab, "tab"),
    (KeyCode::BackTab, "s-tab"),
    (KeyCode::Backspace, "backspace"),
    (KeyCode::Delete, "delete"),
    (KeyCode::Esc, "esc"),
    (KeyCode::Up, "up"),
    (KeyCode::Down, "down"),
    (KeyCode::Left, "left"),
    (KeyCode::Right, "right"),
    (KeyCode::Home, "home"),
    (KeyCode::End, "end"),
    (KeyCode::PageUp, "pgup"),
    (KeyCode::PageDown, "pgdn"),
    (KeyCode::F1, "f1"),
    (KeyCode::Char(' '), "space"),
];

/// A key as help and `keys.toml` write it: `j`, `^d`, `pgdn`, `space`.
pub fn chord_name(key: KeyPress) -> String {
    let name = NAMES.iter().find(|(code, _)| *code == key.code).map(|(_, name)| (*name).to_owned());
    let name = name.unwrap_or_else(|| if let KeyCode::Char(c) = key.code { c.to_string() } else { String::new() });
    format!("{}{}{name}", if key.alt { "alt-" } else { "" }, if key.ctrl { "^" } else { "" })
}

/// The key behind a name; `None` for anything else. Alt is never required, so it cannot be written.
pub fn parse_chord(text: &str) -> Option<KeyPress> {
    let single = |text: &str| {
        let mut chars = text.chars();
        chars.next().filter(|c| chars.next().is_none() && c.is_ascii_graphic())
    };
    if let Some((code, _)) = NAMES.iter().find(|(_, name)| *name == text) {
        return Some(KeyPress::plain(*code));
    }
    match text.strip_prefix('^').filter(|rest| !rest.is_empty()) {
        Some(rest) => single(rest).filter(char::is_ascii_lowercase).map(KeyPress::ctrl),
        None => single(text).map(KeyPress::char),
    }
}

/// Why a key cannot be bound, if so. `with_text`: where it is open, printable keys are text.
pub(super) fn cannot_travel(key: KeyPress, with_text: bool) -> Option<&'static str> {
    match (key.ctrl, key.code) {
        (true, KeyCode::Char('i')) => Some("terminals send it as Tab"),
        (true, KeyCode::Char('m')) => Some("terminals send it as Enter"),
        (true, KeyCode::Char('j')) => Some("some terminals send it as Enter"),
        (true, KeyCode::Char('h')) => Some("terminals send it as Backspace"),
        (true, KeyCode::Char('a' | 'b')) => Some("screen and tmux take it"),
        (true, KeyCode::Char('s')) => Some("flow control can take it and stop the terminal"),
        (true, KeyCode::Char('c' | 'x' | 'z')) => Some("it belongs to the session"),
        (false, KeyCode::Char(_)) if with_text => Some("it is text where this action is open"),
        _ => None,
    }
}
