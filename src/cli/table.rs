//! Plain columns for people.

use crate::text::width;

/// Lines of columns, two blanks apart, under their headings.
#[must_use]
pub fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = headings.iter().map(|h| width(h)).collect();
    for row in rows {
        for (cell, most) in row.iter().zip(&mut widths) {
            *most = (*most).max(width(cell));
        }
    }
    let heading: Vec<String> = headings.iter().map(|h| h.to_uppercase()).collect();
    let mut text = String::new();
    for row in std::iter::once(&heading).chain(rows) {
        let mut line = String::new();
        for (cell, most) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(most.saturating_sub(width(cell)) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let text = table(&["id", "amount"], &[vec!["a".into(), "1".into()], vec!["long".into(), "2".into()]]);
        assert_eq!(text, "ID    AMOUNT\na     1\nlong  2\n");
    }
}
