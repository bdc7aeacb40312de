//! The pieces that screens share. All of them draw text that is already safe ([`crate::text`]); none knows a screen.

mod field;
mod line;
mod secret;
mod table;
mod wrap;

pub use field::TextField;
pub use line::{Rule, footer, gauge, key_value, rule_title};
pub use secret::{SECRET_BYTES_MAX, SecretField};
pub use table::{Align, Column, Row, Table, TableCell, draw_table, window_start};
pub use wrap::wrap;

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use crate::text::width;

/// Draws `text` from column `x` of row `y` and returns the column behind it. What lies outside the buffer is left out.
pub fn put(buf: &mut Buffer, x: u16, y: u16, text: &str, style: Style) -> u16 {
    let area = buf.area;
    if x < area.left() || x >= area.right() || y < area.top() || y >= area.bottom() {
        return x;
    }
    buf.set_stringn(x, y, text, usize::from(area.right() - x), style).0
}

/// Our own text in at most `columns` columns: what does not fit ends in `..`. For text of others use [`crate::text::Untrusted`].
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let (mut kept, mut used) = (String::new(), 2);
    for grapheme in text.graphemes(true) {
        used += width(grapheme);
        if used > columns {
            break;
        }
        kept.push_str(grapheme);
    }
    kept.push_str(&".."[..columns.min(2)]);
    kept
}
