//! Pages: lines of styled text that wrap and scroll. Nothing on a page is ever cut: what is too long goes on in the next row.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_segmentation::UnicodeSegmentation;

use crate::text::width;
use crate::theme::{Role, Theme};
use crate::tui::widget::put;

/// Text of one meaning. It must be safe to draw: our own words, or out of [`crate::text::Untrusted::show`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// What it means.
    pub role: Role,
    /// The text.
    pub text: String,
}

/// One line, and how far its continuation is indented when it wraps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// From left to right.
    pub spans: Vec<Span>,
    /// Columns in front of every row but the first.
    pub hang: usize,
}

impl Line {
    /// An empty line.
    #[must_use]
    pub fn blank() -> Self {
        Self::default()
    }

    /// Ordinary text.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self::of(Role::Text, text)
    }

    /// Text of second rank.
    #[must_use]
    pub fn dim(text: impl Into<String>) -> Self {
        Self::of(Role::TextDim, text)
    }

    /// Text with a meaning.
    #[must_use]
    pub fn of(role: Role, text: impl Into<String>) -> Self {
        Self::default().and(role, text)
    }

    /// `key     value`: the value begins `indent` columns from the left and wraps below itself.
    #[must_use]
    pub fn pair(indent: usize, key: &str, role: Role, value: impl Into<String>) -> Self {
        Self::of(Role::TextDim, format!("{key:<indent$}")).and(role, value).hung(indent)
    }

    /// With more text behind.
    #[must_use]
    pub fn and(mut self, role: Role, text: impl Into<String>) -> Self {
        self.spans.push(Span { role, text: text.into() });
        self
    }

    /// With its continuation indented.
    #[must_use]
    pub fn hung(mut self, columns: usize) -> Self {
        self.hang = columns;
        self
    }

    /// Columns it takes in one row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.spans.iter().map(|span| width(&span.text)).sum()
    }

    /// Its text without meanings.
    #[must_use]
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }

    fn push(&mut self, role: Role, piece: &str) {
        match self.spans.last_mut() {
            Some(last) if last.role == role => last.text.push_str(piece),
            Some(_) | None => self.spans.push(Span { role, text: piece.to_owned() }),
        }
    }
}

/// The lines as rows of at most `columns` columns: broken at blanks where that is possible, inside words where it is not.
#[must_use]
pub fn wrap(lines: &[Line], columns: usize) -> Vec<Line> {
    lines.iter().flat_map(|line| wrap_line(line, columns.max(4))).collect()
}

fn wrap_line(line: &Line, columns: usize) -> Vec<Line> {
    if line.width() <= columns {
        return vec![line.clone()];
    }
    let pieces: Vec<(Role, &str)> =
        line.spans.iter().flat_map(|span| span.text.graphemes(true).map(|grapheme| (span.role, grapheme))).collect();
    let (mut rows, mut from) = (Vec::new(), 0);
    while from < pieces.len() {
        let hang = if rows.is_empty() { 0 } else { line.hang.min(columns / 2) };
        let end = row_end(&pieces, from, columns - hang);
        let mut row = Line { spans: Vec::new(), hang: 0 };
        if hang > 0 {
            row.push(Role::Text, &" ".repeat(hang));
        }
        pieces[from..end].iter().for_each(|(role, piece)| row.push(*role, piece));
        rows.push(row);
        from = end;
        while pieces.get(from).is_some_and(|(_, piece)| *piece == " ") {
            from += 1;
        }
    }
    rows
}

/// Where the row that begins at `from` ends.
fn row_end(pieces: &[(Role, &str)], from: usize, room: usize) -> usize {
    let mut used = 0;
    let mut last_blank = None;
    for (at, (_, piece)) in pieces.iter().enumerate().skip(from) {
        used += width(piece);
        if used > room {
            // A blank right at the edge lets the whole row stand.
            let at_edge = (*piece == " ").then_some(at);
            return at_edge.or(last_blank).unwrap_or_else(|| at.max(from + 1));
        }
        if *piece == " " && at > from && pieces[from..at].iter().any(|(_, piece)| *piece != " ") {
            last_blank = Some(at);
        }
    }
    pieces.len()
}

/// Draws rows from `start` on into `area` and returns how many were drawn.
pub fn draw_rows(buf: &mut Buffer, area: Rect, theme: &Theme, rows: &[Line], start: usize) -> usize {
    let shown = rows.iter().skip(start).take(usize::from(area.height));
    let mut drawn = 0;
    for (y, row) in (area.top()..area.bottom()).zip(shown) {
        let mut x = area.x;
        for span in &row.spans {
            x = put(buf, x, y, &span.text, theme.style(span.role));
        }
        drawn += 1;
    }
    drawn
}

/// The furthest that `rows` rows can be scrolled in a window of `height` rows.
#[must_use]
pub fn scroll_end(rows: usize, height: u16) -> usize {
    rows.saturating_sub(usize::from(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(line: &Line, columns: usize) -> Vec<String> {
        wrap(std::slice::from_ref(line), columns).iter().map(Line::text).collect()
    }

    #[test]
    fn words_wrap_below_their_value() {
        let line = Line::pair(6, "why", Role::Text, "invoice of the ninth month");
        assert_eq!(rows(&line, 18), ["why   invoice of", "      the ninth", "      month"]);
        assert_eq!(rows(&line, 80), ["why   invoice of the ninth month"]);
    }

    #[test]
    fn what_has_no_blanks_goes_on_in_the_next_row_whole() {
        let digest = "0123456789abcdef".repeat(4);
        let line = Line::pair(4, "raw", Role::Text, &digest);
        let got = rows(&line, 24);
        assert!(got.iter().all(|row| width(row) <= 24));
        let joined: String = got.concat().replace(' ', "").replace("raw", "");
        assert_eq!(joined, digest);
    }

    #[test]
    fn wide_characters_and_tiny_windows_end() {
        for columns in 0..8 {
            let got = rows(&Line::plain("漢字漢字 and more").hung(3), columns);
            assert!(got.concat().contains('漢'), "{columns}");
        }
    }

    #[test]
    fn only_the_window_is_drawn() {
        let area = Rect::new(1, 1, 6, 2);
        let mut buf = Buffer::empty(Rect::new(0, 0, 8, 4));
        let rows: Vec<Line> = (0..5).map(|at| Line::plain(format!("row {at}"))).collect();
        assert_eq!(draw_rows(&mut buf, area, &Theme::default(), &rows, 2), 2);
        assert_eq!(buf[(5, 1)].symbol(), "2");
        assert_eq!(buf[(5, 2)].symbol(), "3");
        assert_eq!(scroll_end(5, 2), 3);
        assert_eq!(draw_rows(&mut buf, area, &Theme::default(), &rows, 4), 1);
    }
}
