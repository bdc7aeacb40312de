//! A frame as text: glyphs, styles and a legend, for snapshot files and `bursar screen`; and as SVG for the manual.
//!
//! ```text
//! 12x2
//! > R-0411  ok
//!   R-0412  !
//! styles
//! aaaaaaaaaabb
//!           c
//! legend
//! a reverse
//! b green reverse
//! c yellow bold
//! ```

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier, Style};

use crate::text::width;
use crate::theme::palette_rgb;

/// Letters for styles, in order of appearance. A frame with more styles than letters shares the last one, and the legend says so.
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// The characters of a frame alone, trailing blanks cut.
#[must_use]
pub fn plain(buf: &Buffer) -> String {
    let row = |y| cells(buf, y).map(|(_, cell)| cell.symbol()).collect::<String>();
    (buf.area.top()..buf.area.bottom()).map(|y| format!("{}\n", row(y).trim_end())).collect()
}

/// The frame as text. Trailing blanks are trimmed; cells in the terminal's own style have no letter.
pub fn picture(buf: &Buffer) -> String {
    let mut styles: Vec<Style> = Vec::new();
    let (mut glyphs, mut letters) = (String::new(), String::new());
    for y in buf.area.top()..buf.area.bottom() {
        let (mut glyph_line, mut letter_line) = (String::new(), String::new());
        for (_, cell) in cells(buf, y) {
            glyph_line.push_str(cell.symbol());
            let letter = letter(&mut styles, cell);
            letter_line.extend(std::iter::repeat_n(letter, width(cell.symbol()).max(1)));
        }
        let _ = writeln!(glyphs, "{}", glyph_line.trim_end());
        let _ = writeln!(letters, "{}", letter_line.trim_end());
    }
    let mut picture = format!("{}x{}\n{glyphs}", buf.area.width, buf.area.height);
    if styles.is_empty() {
        return picture;
    }
    let _ = write!(picture, "styles\n{letters}legend\n");
    for (at, style) in styles.iter().enumerate() {
        let _ = writeln!(picture, "{} {}", char::from(LETTERS[at.min(LETTERS.len() - 1)]), words(*style));
    }
    picture
}

/// The cells of a row that are really drawn: not those behind a wide one.
fn cells(buf: &Buffer, y: u16) -> impl Iterator<Item = (u16, &Cell)> {
    let mut next = buf.area.left();
    (buf.area.left()..buf.area.right()).filter_map(move |x| {
        let cell = &buf[(x, y)];
        if x < next {
            return None;
        }
        next = x.saturating_add(u16::try_from(width(cell.symbol())).unwrap_or(1).max(1));
        Some((x, cell))
    })
}

fn letter(styles: &mut Vec<Style>, cell: &Cell) -> char {
    let style = cell.style();
    if cell.fg == Color::Reset && cell.bg == Color::Reset && cell.modifier.is_empty() {
        return ' ';
    }
    let at = styles.iter().position(|known| *known == style).unwrap_or_else(|| {
        styles.push(style);
        styles.len() - 1
    });
    char::from(LETTERS[at.min(LETTERS.len() - 1)])
}

fn words(style: Style) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend(style.fg.filter(|fg| *fg != Color::Reset).map(name));
    words.extend(style.bg.filter(|bg| *bg != Color::Reset).map(|bg| format!("on {}", name(bg))));
    let mods = [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::ITALIC, "italic"),
        (Modifier::UNDERLINED, "underline"),
        (Modifier::REVERSED, "reverse"),
    ];
    words.extend(mods.iter().filter(|(modifier, _)| style.add_modifier.contains(*modifier)).map(|(_, word)| (*word).to_owned()));
    words.join(" ")
}

fn name(colour: Color) -> String {
    colour.to_string().to_lowercase()
}

/// Cell size and margin of the SVG, in its own units.
const CELL: (u16, u16) = (8, 17);
const MARGIN: u16 = 8;
const INK: &str = "#d0d0d0";
const GROUND: &str = "#1c1c1c";

/// The frame as an SVG image in a monospace font on a dark ground. Every run of one style is placed by its column, so that a font
/// with other metrics cannot shift the columns.
pub fn svg(buf: &Buffer) -> String {
    let (w, h) = (buf.area.width * CELL.0 + 2 * MARGIN, buf.area.height * CELL.1 + 2 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" \
         font-size=\"13\">\n<rect width=\"{w}\" height=\"{h}\" rx=\"6\" fill=\"{GROUND}\"/>\n"
    );
    for y in buf.area.top()..buf.area.bottom() {
        let row: Vec<(u16, &Cell)> = cells(buf, y).collect();
        for run in row.chunk_by(|a, b| a.1.style() == b.1.style()) {
            svg_run(&mut out, buf, y, run);
        }
    }
    out.push_str("</svg>\n");
    out
}

fn svg_run(out: &mut String, buf: &Buffer, y: u16, run: &[(u16, &Cell)]) {
    let [(first, cell), ..] = run else { return };
    let text: String = run.iter().map(|(_, cell)| cell.symbol()).collect();
    let columns = u16::try_from(width(&text)).unwrap_or(buf.area.width);
    let (x, top) = (MARGIN + (first - buf.area.left()) * CELL.0, MARGIN + (y - buf.area.top()) * CELL.1);
    let (mut fg, mut bg) = (hex(cell.fg, INK), hex(cell.bg, GROUND));
    if cell.modifier.contains(Modifier::REVERSED) {
        std::mem::swap(&mut fg, &mut bg);
    }
    if bg != GROUND {
        let _ = writeln!(out, "<rect x=\"{x}\" y=\"{top}\" width=\"{}\" height=\"{}\" fill=\"{bg}\"/>", columns * CELL.0, CELL.1);
    }
    if text.trim().is_empty() {
        return;
    }
    let mut extra = String::new();
    for (modifier, attribute) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::DIM, " opacity=\"0.6\""),
        (Modifier::ITALIC, " font-style=\"italic\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
    ] {
        if cell.modifier.contains(modifier) {
            extra.push_str(attribute);
        }
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let (baseline, length) = (top + 13, columns * CELL.0);
    let _ = writeln!(
        out,
        "<text x=\"{x}\" y=\"{baseline}\" textLength=\"{length}\" xml:space=\"preserve\" fill=\"{fg}\"{extra}>{text}</text>"
    );
}

/// A colour for the image; the terminal's sixteen are those of a common dark palette.
fn hex(colour: Color, reset: &str) -> String {
    let fixed = match colour {
        Color::Reset => reset,
        Color::Black => "#262626",
        Color::Red => "#d75f5f",
        Color::Green => "#5faf5f",
        Color::Yellow => "#d7af5f",
        Color::Blue => "#5f87d7",
        Color::Magenta => "#af87d7",
        Color::Cyan => "#5fafaf",
        Color::Gray => "#bcbcbc",
        Color::DarkGray => "#767676",
        Color::LightRed => "#ff8787",
        Color::LightGreen => "#87d787",
        Color::LightYellow => "#ffd787",
        Color::LightBlue => "#87afff",
        Color::LightMagenta => "#d7afff",
        Color::LightCyan => "#87d7d7",
        Color::White => "#ffffff",
        Color::Rgb(r, g, b) => return format!("#{r:02x}{g:02x}{b:02x}"),
        Color::Indexed(_) => {
            return palette_rgb(colour).map_or_else(|| reset.to_owned(), |(r, g, b)| format!("#{r:02x}{g:02x}{b:02x}"));
        }
    };
    fixed.to_owned()
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;
    use crate::tui::widget::put;

    fn frame() -> Buffer {
        let mut buf = Buffer::empty(Rect::new(0, 0, 14, 3));
        put(&mut buf, 0, 0, "> R-0411  ", Style::new().add_modifier(Modifier::REVERSED));
        put(&mut buf, 10, 0, "ok", Style::new().fg(Color::Green).add_modifier(Modifier::REVERSED));
        put(&mut buf, 2, 1, "漢 <&>", Style::new());
        put(&mut buf, 10, 1, "!", Style::new().fg(Color::Indexed(220)).bg(Color::Rgb(1, 2, 3)));
        buf
    }

    #[test]
    fn glyphs_styles_and_legend() {
        let expected = "14x3\n> R-0411  ok\n  漢 <&>  !\n\nstyles\naaaaaaaaaabb\n          c\n\nlegend\na reverse\nb green reverse\nc 220 on #010203\n";
        assert_eq!(picture(&frame()), expected);
    }

    #[test]
    fn a_plain_frame_has_no_legend() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 4, 1));
        put(&mut buf, 0, 0, "ab", Style::new());
        assert_eq!(picture(&buf), "4x1\nab\n");
    }

    #[test]
    fn the_image_escapes_markup_and_swaps_reversed_colours() {
        let image = svg(&frame());
        assert!(image.contains("&lt;&amp;&gt;") && !image.contains("<&>"));
        assert!(image.contains("fill=\"#5faf5f\"/>"), "a reversed green is a green ground");
        assert!(image.contains("#ffd700"), "220 is a known colour of the palette");
    }
}
