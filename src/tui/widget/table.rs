//! Tables that build only the rows they show, and drop columns rather than digits.
//!
//! Widths: every column gets its minimum; while that does not fit, the column with the highest priority number goes. What is left
//! over widens the columns up to their ideal, from left to right. A column that must never be cut is as wide as its widest visible
//! cell; where even that has no room, the cell is filled with `#`, as spreadsheets do: wrong digits are worse than none.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{cut, put};
use crate::text::width;
use crate::theme::{Role, Theme};

/// Columns in front of the first: the row's mark and a blank.
const MARK_WIDTH: u16 = 2;
/// Blanks between columns.
const GAP: u16 = 1;

/// On which side of its column a cell stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A column and how it behaves when room is short. Widths in terminal columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column<'a> {
    /// Head.
    pub title: &'a str,
    /// Dropped from the highest number down; 0 is never dropped.
    pub priority: u8,
    /// Below this width the column is not worth having.
    pub min: u16,
    /// With this width nothing is cut.
    pub ideal: u16,
    /// Side.
    pub align: Align,
    /// Amounts, votes, full hashes and addresses: never cut.
    pub whole: bool,
}

/// A cell: text that is safe to draw, and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableCell {
    /// The text.
    pub text: String,
    /// The meaning.
    pub role: Role,
}

impl TableCell {
    /// An ordinary cell.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), role: Role::Text }
    }
}

/// A row: its mark and one cell per column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// One character in front of the row, such as `!`, `X`, `*`; the selected row shows the theme's selection mark instead.
    pub mark: &'static str,
    /// In the order of the columns; missing cells are blank.
    pub cells: Vec<TableCell>,
}

/// What to draw.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    /// Columns from left to right.
    pub columns: &'a [Column<'a>],
    /// Rows there are.
    pub total: usize,
    /// The first row to show, from [`window_start`].
    pub start: usize,
    /// The row under the cursor, if any.
    pub selected: Option<usize>,
}

/// Where the window of `height` rows begins so that `selected` is inside and as little moves as possible.
pub fn window_start(start: usize, selected: usize, height: usize, total: usize) -> usize {
    let last = total.saturating_sub(height);
    let lowest = (selected + 1).saturating_sub(height);
    start.clamp(lowest.min(selected), selected).min(last)
}

/// Draws head and rows into `area`; `row` is asked only for the rows that fit. Returns how many rows were drawn.
pub fn draw_table(buf: &mut Buffer, area: Rect, theme: &Theme, table: &Table<'_>, row: impl FnMut(usize) -> Row) -> usize {
    let [head, body @ ..] = &rows_of(area)[..] else { return 0 };
    let end = table.total.min(table.start.saturating_add(body.len()));
    let rows: Vec<Row> = (table.start..end).map(row).collect();
    let widths = widths(table.columns, &rows, area.width);
    let heads = table.columns.iter().map(|column| TableCell { text: column.title.to_owned(), role: Role::TextDim }).collect();
    draw_row(buf, *head, theme, (&Row { mark: "", cells: heads }, false), (table.columns, &widths));
    for ((at, row), area) in (table.start..).zip(&rows).zip(body) {
        draw_row(buf, *area, theme, (row, table.selected == Some(at)), (table.columns, &widths));
    }
    rows.len()
}

fn rows_of(area: Rect) -> Vec<Rect> {
    (area.top()..area.bottom()).map(|y| Rect { y, height: 1, ..area }).collect()
}

/// The width of each column, `None` for dropped ones.
fn widths(columns: &[Column<'_>], rows: &[Row], room: u16) -> Vec<Option<u16>> {
    let needed = |at: usize, column: &Column<'_>| {
        let widest = rows.iter().filter_map(|row| row.cells.get(at)).map(|cell| width(&cell.text)).max().unwrap_or(0);
        if column.whole { column.min.max(u16::try_from(widest).unwrap_or(u16::MAX)) } else { column.min }
    };
    let mut widths: Vec<Option<u16>> = columns.iter().enumerate().map(|(at, column)| Some(needed(at, column))).collect();
    while taken(&widths) > u32::from(room) {
        let droppable = columns.iter().enumerate().filter(|(at, column)| widths[*at].is_some() && column.priority > 0);
        let Some((worst, _)) = droppable.max_by_key(|(at, column)| (column.priority, *at)) else { break };
        widths[worst] = None;
    }
    for (at, column) in columns.iter().enumerate() {
        let spare = u32::from(room).saturating_sub(taken(&widths));
        if let Some(now) = widths[at] {
            let more = u32::from(column.ideal.saturating_sub(now)).min(spare);
            widths[at] = Some(now.saturating_add(u16::try_from(more).unwrap_or(0)));
        }
    }
    widths
}

/// Columns in use: mark, kept columns and the gaps between them.
fn taken(widths: &[Option<u16>]) -> u32 {
    let kept = widths.iter().flatten();
    let gaps = u32::try_from(kept.clone().count()).unwrap_or(0).saturating_sub(1) * u32::from(GAP);
    u32::from(MARK_WIDTH) + gaps + kept.map(|width| u32::from(*width)).sum::<u32>()
}

fn draw_row(
    buf: &mut Buffer,
    area: Rect,
    theme: &Theme,
    (row, selected): (&Row, bool),
    (columns, widths): (&[Column<'_>], &[Option<u16>]),
) {
    let over = if selected { theme.style(Role::RowSelected) } else { Style::new() };
    if selected {
        buf.set_style(area, over);
    }
    let glyphs = theme.glyphs();
    let mark = if selected { glyphs.select.as_str() } else { row.mark };
    put(buf, area.x, area.y, &cut(mark, usize::from(area.width.min(1))), theme.style(Role::Title).patch(over));
    let mut x = area.x.saturating_add(MARK_WIDTH);
    for (at, column_width) in widths.iter().enumerate() {
        let Some(column_width) = *column_width else { continue };
        let fits = column_width.min(area.right().saturating_sub(x));
        if let Some(cell) = row.cells.get(at) {
            draw_cell(buf, Rect { x, width: fits, ..area }, (&columns[at], cell), theme.style(cell.role).patch(over));
        }
        x = x.saturating_add(column_width).saturating_add(GAP);
    }
}

fn draw_cell(buf: &mut Buffer, area: Rect, (column, cell): (&Column<'_>, &TableCell), style: Style) {
    let room = usize::from(area.width);
    let text = if column.whole && cell.text != column.title && width(&cell.text) > room {
        "#".repeat(room)
    } else {
        cut(&cell.text, room)
    };
    let blank = room.saturating_sub(width(&text));
    let shift = match column.align {
        Align::Left => 0,
        Align::Right => u16::try_from(blank).unwrap_or(0),
    };
    if room > 0 {
        put(buf, area.x.saturating_add(shift), area.y, &text, style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Charset;
    use crate::theme::Depth;
    use crate::tui::picture::picture;

    const fn column(title: &'static str, priority: u8, (min, ideal): (u16, u16), align: Align, whole: bool) -> Column<'static> {
        Column { title, priority, min, ideal, align, whole }
    }

    const COLUMNS: [Column<'static>; 4] = [
        column("ID", 0, (6, 6), Align::Left, true),
        column("What", 0, (8, 30), Align::Left, false),
        column("USD", 0, (4, 12), Align::Right, true),
        column("Exp", 2, (5, 5), Align::Left, false),
    ];

    fn row(at: usize) -> Row {
        let cells =
            [format!("R-{at:04}"), "transfer to Exch A deposit".to_owned(), format!("{}50,000.00", at % 100), "4h52".to_owned()];
        Row { mark: if at == 2 { "!" } else { "" }, cells: cells.map(TableCell::plain).to_vec() }
    }

    fn drawn(width: u16, height: u16, table: &Table<'_>) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        draw_table(&mut buf, area, &Theme::default().fitted(Depth::Mono, Charset::Ascii), table, row);
        picture(&buf).lines().skip(1).take(usize::from(height)).map(str::to_owned).collect()
    }

    fn table(start: usize, selected: usize) -> Table<'static> {
        Table { columns: &COLUMNS, total: 10_000, start, selected: Some(selected) }
    }

    #[test]
    fn ideal_widths_where_there_is_room() {
        assert_eq!(
            drawn(64, 4, &table(0, 1)),
            [
                "  ID     What                                    USD Exp",
                "  R-0000 transfer to Exch A deposit       050,000.00 4h52",
                "> R-0001 transfer to Exch A deposit       150,000.00 4h52",
                "! R-0002 transfer to Exch A deposit       250,000.00 4h52",
            ]
        );
    }

    #[test]
    fn columns_go_before_labels_and_digits_never() {
        assert_eq!(drawn(40, 2, &table(5, 5))[1], "> R-0005 transfer to .. 550,000.00 4h52");
        assert_eq!(drawn(33, 2, &table(5, 5))[1], "> R-0005 transfer to.. 550,000.00");
        assert_eq!(drawn(28, 2, &table(5, 5))[1], "> R-0005 transf.. 550,000.00");
        assert_eq!(drawn(24, 2, &table(5, 5))[1], "> R-0005 transf.. ######");
    }

    #[test]
    fn only_visible_rows_are_built() {
        let area = Rect::new(0, 0, 80, 12);
        let mut asked = Vec::new();
        let shown = draw_table(&mut Buffer::empty(area), area, &Theme::default(), &table(9_995, 9_999), |at| {
            asked.push(at);
            row(at)
        });
        assert_eq!(shown, 5);
        assert_eq!(asked, (9_995..10_000).collect::<Vec<_>>());
    }

    #[test]
    fn the_window_follows_the_cursor_and_no_further() {
        assert_eq!(window_start(0, 5, 10, 100), 0);
        assert_eq!(window_start(0, 10, 10, 100), 1);
        assert_eq!(window_start(50, 49, 10, 100), 49);
        assert_eq!(window_start(95, 99, 10, 100), 90);
        assert_eq!(window_start(7, 2, 10, 3), 0);
        assert_eq!(window_start(0, 0, 0, 0), 0);
        assert_eq!(window_start(3, 5, 0, 10), 5);
    }

    #[test]
    fn no_size_makes_it_panic() {
        for (width, height) in (0..30).flat_map(|width| (0..4).map(move |height| (width, height))) {
            assert_eq!(drawn(width, height, &table(0, 1)).len(), usize::from(height));
        }
    }
}
