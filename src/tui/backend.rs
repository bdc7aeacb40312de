//! The doorstep of the terminal: one write per changed frame, none when nothing changed, no unsafe cell.
//!
//! A frame is collected, wrapped in synchronized output (DEC mode 2026, sent without asking) and written at once. The size is told
//! from outside and no query is ever sent, so a `Vec<u8>` stands in for the terminal in tests: byte budgets are unit tests.

use std::io::{self, Write};

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::style::force_color_output;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use crate::text::cell_is_safe;

/// What stands in the place of a cell that must not reach the terminal.
static ALARM: Cell = Cell::new("?");

/// What was sent so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Frames that changed something.
    pub frames: u64,
    /// Bytes.
    pub bytes: u64,
    /// Calls to the writer.
    pub writes: u64,
    /// Cells drawn as `?` because their symbol held a control, bidi or invisible code point. Above 0: a bug in a screen.
    pub unsafe_cells: u64,
}

/// The cursor as the terminal has it, or as the next frame wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cursor {
    shown: bool,
    at: Position,
}

/// A ratatui backend over any writer.
#[derive(Debug)]
pub struct FrameBackend<W: Write> {
    out: W,
    size: Size,
    frame: Vec<u8>,
    wanted: Cursor,
    /// `None` when unknown: at the start and after cells were drawn.
    actual: Option<Cursor>,
    sent: Sent,
}

impl<W: Write> FrameBackend<W> {
    /// A backend for a terminal of `width` x `height` cells.
    pub fn new(out: W, width: u16, height: u16) -> Self {
        // Otherwise NO_COLOR makes crossterm send full resets, and reverse and bold vanish. Depth is the theme's business.
        force_color_output(true);
        let wanted = Cursor { shown: false, at: Position::ORIGIN };
        Self { out, size: Size::new(width, height), frame: Vec::new(), wanted, actual: None, sent: Sent::default() }
    }

    /// The terminal has a new size; ratatui notices at the next draw and repaints.
    pub fn set_size(&mut self, width: u16, height: u16) {
        self.size = Size::new(width, height);
    }

    /// Counters since the start.
    pub fn sent(&self) -> Sent {
        self.sent
    }

    /// The writer.
    pub fn out(&self) -> &W {
        &self.out
    }

    /// Clears the screen at once, before anything else is done: locking. Follow with `Terminal::resize(same area)` to repaint.
    pub fn blank(&mut self) -> io::Result<()> {
        self.frame.clear();
        self.clear_region(ClearType::All)?;
        self.wanted.shown = false;
        self.flush()
    }

    fn queue_cursor(&self, wire: &mut Vec<u8>) -> io::Result<()> {
        match (self.wanted.shown, self.actual.map(|actual| actual.shown)) {
            (true, Some(true)) => queue!(wire, MoveTo(self.wanted.at.x, self.wanted.at.y)),
            (true, _) => queue!(wire, MoveTo(self.wanted.at.x, self.wanted.at.y), Show),
            (false, Some(false)) => Ok(()),
            (false, _) => queue!(wire, Hide),
        }
    }

    fn cursor_is_right(&self) -> bool {
        self.actual.is_some_and(|actual| actual == self.wanted || (!actual.shown && !self.wanted.shown))
    }
}

impl<W: Write> Backend for FrameBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        let unsafe_cells = &mut self.sent.unsafe_cells;
        let checked = content.map(|(x, y, cell)| {
            if cell_is_safe(cell.symbol()) {
                return (x, y, cell);
            }
            *unsafe_cells += 1;
            (x, y, &ALARM)
        });
        CrosstermBackend::new(&mut self.frame).draw(checked)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.wanted.shown = false;
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.wanted.shown = true;
        Ok(())
    }

    /// Where the cursor was put last. The terminal is never asked.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.wanted.at)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.wanted.at = position.into();
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        CrosstermBackend::new(&mut self.frame).clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size, pixels: Size::ZERO })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() && self.cursor_is_right() {
            return Ok(());
        }
        let mut wire = Vec::with_capacity(self.frame.len() + 32);
        queue!(wire, BeginSynchronizedUpdate)?;
        wire.append(&mut self.frame);
        self.queue_cursor(&mut wire)?;
        queue!(wire, EndSynchronizedUpdate)?;
        self.out.write_all(&wire)?;
        self.out.flush()?;
        self.actual = Some(self.wanted);
        self.sent.frames += 1;
        self.sent.writes += 1;
        self.sent.bytes += wire.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;
    use crate::text::Charset;
    use crate::theme::{BUILT_IN, Depth, Role, Theme};
    use crate::tui::widget::put;

    /// Counts the calls, as a pseudo-terminal would.
    #[derive(Debug, Default)]
    struct Wire {
        bytes: Vec<u8>,
        calls: usize,
    }

    impl Write for Wire {
        fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
            self.calls += 1;
            self.bytes.extend_from_slice(buf);
            Ok(buf.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn terminal(width: u16, height: u16) -> Terminal<FrameBackend<Wire>> {
        Terminal::new(FrameBackend::new(Wire::default(), width, height)).expect("a vector is always ready")
    }

    /// A list of the density of a real screen, one row selected.
    fn list(buf: &mut Buffer, theme: &Theme, selected: u16) {
        let area = buf.area;
        for y in 0..area.height {
            let style = if y == selected { theme.style(Role::RowSelected) } else { theme.style(Role::Text) };
            let mark = if y == selected { ">" } else { " " };
            let row = format!("{mark} R-04{y:02}  transfer 250,000 USDC > Exch A deposit 2     250k  12   1/3  -   4h52      ");
            let x = put(buf, 0, y, &row, style);
            put(buf, x, y, &" ".repeat(usize::from(area.width)), style);
            put(buf, 2, y, "R-04", style.patch(theme.style(Role::CustodyHot)));
        }
    }

    fn draw(terminal: &mut Terminal<FrameBackend<Wire>>, paint: impl Fn(&mut Buffer)) -> Sent {
        let before = terminal.backend().sent();
        terminal.draw(|frame| paint(frame.buffer_mut())).expect("a vector takes everything");
        let after = terminal.backend().sent();
        Sent {
            frames: after.frames - before.frames,
            bytes: after.bytes - before.bytes,
            writes: after.writes - before.writes,
            unsafe_cells: after.unsafe_cells - before.unsafe_cells,
        }
    }

    #[test]
    fn nothing_changed_nothing_sent() {
        let mut terminal = terminal(80, 24);
        let theme = Theme::default();
        assert_eq!(draw(&mut terminal, |buf| list(buf, &theme, 3)).frames, 1);
        for _ in 0..3 {
            assert_eq!(draw(&mut terminal, |buf| list(buf, &theme, 3)), Sent::default());
        }
        assert_eq!(terminal.backend().out().calls, 1);
    }

    #[test]
    fn a_frame_is_one_write_within_synchronized_output() {
        let mut terminal = terminal(80, 24);
        draw(&mut terminal, |buf| list(buf, &Theme::default(), 3));
        let wire = terminal.backend().out();
        assert_eq!(wire.calls, 1);
        assert!(wire.bytes.starts_with(b"\x1b[?2026h"));
        assert!(wire.bytes.ends_with(b"\x1b[?2026l"));
        assert_eq!(terminal.backend().sent().bytes, wire.bytes.len() as u64);
    }

    #[test]
    fn budgets_hold_for_every_theme_and_depth() {
        for name in BUILT_IN {
            for depth in [Depth::True, Depth::C256, Depth::C16, Depth::Mono] {
                let theme = Theme::built_in(name).expect("built in").fitted(depth, Charset::Unicode);
                let mut small = terminal(80, 24);
                let first = draw(&mut small, |buf| list(buf, &theme, 3));
                let moved = draw(&mut small, |buf| list(buf, &theme, 4));
                assert!(first.bytes <= 5_000, "{name} {depth:?}: a screen took {} bytes", first.bytes);
                assert!(moved.bytes <= 500, "{name} {depth:?}: a cursor move took {} bytes", moved.bytes);
                assert!(draw(&mut terminal(140, 40), |buf| list(buf, &theme, 3)).bytes <= 9_000);
            }
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test plays a screen that breaks the rule")]
    fn an_unsafe_cell_is_a_question_mark_and_is_counted() {
        let mut terminal = terminal(20, 1);
        let sent = draw(&mut terminal, |buf| {
            put(buf, 0, 0, "a\u{a0}x\u{fe0f}", Style::new());
            buf[(4, 0)].set_symbol("\u{1b}[2J");
            buf[(15, 0)].set_symbol("b\u{202e}");
            put(buf, 8, 0, "plain", Style::new());
        });
        assert_eq!(sent.unsafe_cells, 4);
        let wire = String::from_utf8_lossy(&terminal.backend().out().bytes).into_owned();
        assert!(wire.contains("a?") && wire.contains("plain"));
        assert!(!wire.contains(['\u{202e}', '\u{fe0f}', '\u{a0}']) && !wire.contains("\u{1b}[2J"), "{wire:?}");
    }

    #[test]
    fn the_cursor_is_sent_only_when_it_changes() {
        let mut terminal = terminal(20, 2);
        let mut at = |position: Option<(u16, u16)>| {
            let before = terminal.backend().out().bytes.len();
            let show = |frame: &mut ratatui::Frame| position.into_iter().for_each(|at| frame.set_cursor_position(at));
            terminal.draw(show).expect("a vector takes everything");
            String::from_utf8_lossy(&terminal.backend().out().bytes[before..]).into_owned()
        };
        assert_eq!(at(None), "\u{1b}[?2026h\u{1b}[?25l\u{1b}[?2026l");
        assert_eq!(at(None), "");
        assert_eq!(at(Some((3, 1))), "\u{1b}[?2026h\u{1b}[2;4H\u{1b}[?25h\u{1b}[?2026l");
        assert_eq!(at(Some((3, 1))), "");
        assert_eq!(at(Some((4, 1))), "\u{1b}[?2026h\u{1b}[2;5H\u{1b}[?2026l");
    }

    #[test]
    fn a_resize_repaints_everything_without_asking_the_terminal() {
        let mut terminal = terminal(80, 24);
        let theme = Theme::default();
        let full = draw(&mut terminal, |buf| list(buf, &theme, 3)).bytes;
        terminal.resize(Rect::new(0, 0, 80, 24)).expect("the same area");
        assert!(draw(&mut terminal, |buf| list(buf, &theme, 3)).bytes >= full - 16);
        terminal.backend_mut().set_size(60, 16);
        assert_eq!(draw(&mut terminal, |buf| assert_eq!(buf.area, Rect::new(0, 0, 60, 16))).frames, 1);
        for query in ["\u{1b}[6n", "\u{1b}[c", "\u{1b}]11;?"] {
            assert!(!String::from_utf8_lossy(&terminal.backend().out().bytes).contains(query));
        }
    }

    #[test]
    fn blank_goes_out_at_once() {
        let mut terminal = terminal(80, 24);
        draw(&mut terminal, |buf| list(buf, &Theme::default(), 3));
        let before = terminal.backend().out().bytes.len();
        terminal.backend_mut().blank().expect("a vector takes everything");
        assert_eq!(&terminal.backend().out().bytes[before..], b"\x1b[?2026h\x1b[2J\x1b[?2026l");
    }
}
