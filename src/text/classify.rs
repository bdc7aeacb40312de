//! What a single code point may do on a terminal. Every other file of this room asks here.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeEmoji, UnicodeGeneralCategory};
use unicode_width::UnicodeWidthChar;

/// Marks that may sit on one base character, in text and in a cell.
pub(super) const MARKS_MAX: usize = 2;
/// Code points that one screen cell may hold. Real graphemes of living scripts stay far below.
const CELL_CHARS_MAX: usize = 8;

/// Why a code point is not shown as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Control,
    Bidi,
    Invisible,
    Marks,
    Emoji,
    Rtl,
    Script,
    Charset,
}

/// C0, DEL and C1: these talk to the terminal.
pub(super) fn is_control(c: char) -> bool {
    c.is_control()
}

/// Direction marks, embeddings, overrides and isolates (Unicode Annex 9).
pub(super) fn is_bidi(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Code points without ink of their own, or whose ink nobody can know (private use, unassigned), and every space but U+0020.
pub(super) fn is_invisible(c: char) -> bool {
    let listed = matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200D}'
        | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E0FFF}');
    listed
        || match c.general_category() {
            GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::PrivateUse
            | GeneralCategory::Unassigned
            | GeneralCategory::Surrogate => true,
            GeneralCategory::SpaceSeparator => c != ' ',
            _ => !is_mark(c) && !is_control(c) && UnicodeWidthChar::width(c).unwrap_or(0) == 0,
        }
}

/// A combining mark of any kind (Mn, Mc, Me).
pub(super) fn is_mark(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Mark
}

/// Enclosing marks: terminals disagree on where the ring goes.
pub(super) fn is_enclosing(c: char) -> bool {
    c.general_category() == GeneralCategory::EnclosingMark
}

/// Pictures whose width terminals disagree about: dingbats, emoji, and everything from U+1F000 on.
pub(super) fn is_picture(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27BF}') || c >= '\u{1F000}' || (c > '\u{FF}' && c.is_emoji_char())
}

/// Letters of scripts written from right to left, by block. Terminals with bidi support would move their neighbours.
pub(super) fn is_rtl(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}' | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

/// Code points that normalisation would quietly replace by a different one, as KELVIN SIGN by the letter K.
pub(super) fn is_singleton(c: char) -> bool {
    let mut normal = std::iter::once(c).nfc();
    matches!((normal.next(), normal.next()), (Some(only), None) if only != c)
}

/// The check on the doorstep of the terminal: may this cell's symbol be printed as it is?
///
/// False for an empty symbol, for control, bidi and invisible code points, for a mark without a base and for stacked marks.
/// Whatever [`super::Untrusted::show`] returns passes; a cell that does not pass is a bug in a screen.
pub fn cell_is_safe(symbol: &str) -> bool {
    if let [byte] = symbol.as_bytes() {
        return (0x20..0x7F).contains(byte);
    }
    let mut marks = 0;
    for (at, c) in symbol.chars().enumerate() {
        if at >= CELL_CHARS_MAX || is_control(c) || is_bidi(c) || is_invisible(c) {
            return false;
        }
        if !is_mark(c) {
            marks = 0;
            continue;
        }
        marks += 1;
        if at == 0 || marks > MARKS_MAX || is_enclosing(c) {
            return false;
        }
    }
    !symbol.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_cells_pass() {
        for symbol in ["a", " ", "~", "é", "e\u{301}", "─", "█", "▸", "▄", "ü", "漢", "⣿"] {
            assert!(cell_is_safe(symbol), "{symbol}");
        }
    }

    #[test]
    fn cells_that_could_move_or_hide_something_do_not_pass() {
        for symbol in [
            "",
            "\u{1b}",
            "\u{7f}",
            "\u{9b}",
            "a\u{200b}",
            "\u{202e}",
            "\u{301}",
            "a\u{301}\u{301}\u{301}",
            "\u{feff}",
            "\u{2800}",
            "\u{e0041}",
            "\u{ad}",
            "\u{a0}",
            "\u{e000}",
            "a\u{20dd}",
            "\u{1160}",
            "\u{fe0f}",
            "x\u{fe0f}",
        ] {
            assert!(!cell_is_safe(symbol), "{symbol:?}");
        }
    }

    #[test]
    fn kelvin_is_not_k() {
        assert!(is_singleton('\u{212A}'));
        assert!(!is_singleton('K'));
        assert!(!is_singleton('é'));
    }
}
