//! The review of one request: six sections (four for a change), all on one page where there is room, else a page at a time.
//! Votes are cast from here, and only after every section stood on the screen.

pub mod ballots;
pub mod gate;
pub mod sections;

use alloy_primitives::B256;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::id::RequestId;
use crate::domain::request::Request;
use crate::text::Charset;
use crate::theme::{Role, Theme};
use crate::tui::act::{ActSheet, seat};
use crate::tui::keymap::{Action, Context};
use crate::tui::layout::Class;
use crate::tui::modal::Modal;
use crate::tui::page::{Line, draw_rows, scroll_end, wrap};
use crate::tui::pane::{Hint, Pane, Pressed, Step};
use crate::tui::scene::Scene;
use crate::tui::screen::review::gate::{Drawn, Gate, Version};
use crate::tui::screen::review::sections::{Section, Source, lines};

pub use sections::sections_of;

/// The review of one request.
#[derive(Clone, Debug)]
pub struct State {
    request: RequestId,
    /// First section of the page, or the column with the focus.
    at: usize,
    /// Rows scrolled, per column.
    scroll: [usize; 2],
    typed: Option<B256>,
    gate: Gate,
}

/// A column of the page: its rows, each with the section it belongs to, and how far it is scrolled.
struct ColumnOf {
    area: Rect,
    rows: Vec<(Section, Line)>,
    scroll: usize,
}

impl ColumnOf {
    fn visible(&self) -> std::ops::Range<usize> {
        self.scroll..self.rows.len().min(self.scroll + usize::from(self.area.height))
    }

    fn drawn(&self) -> Vec<Drawn> {
        let visible = self.visible();
        let mut parts: Vec<Drawn> = Vec::new();
        for (at, (section, _)) in self.rows.iter().enumerate() {
            let known = parts.iter().position(|part| part.section == *section).unwrap_or_else(|| {
                parts.push(Drawn { section: *section, total: 0, rows: 0..0 });
                parts.len() - 1
            });
            let part = &mut parts[known];
            if visible.contains(&at) {
                let start = if part.rows.is_empty() { part.total } else { part.rows.start };
                part.rows = start..part.total + 1;
            }
            part.total += 1;
        }
        parts.retain(|part| !part.rows.is_empty());
        parts
    }
}

impl State {
    /// The review of this request.
    #[must_use]
    pub fn of(request: RequestId) -> Self {
        Self { request, at: 0, scroll: [0; 2], typed: None, gate: Gate::default() }
    }

    /// With the EIP-712 digest of the approving statement, where somebody computed it.
    #[must_use]
    pub const fn with_typed_digest(mut self, typed: Option<B256>) -> Self {
        self.typed = typed;
        self
    }

    /// Sections seen of this version, and how many there are.
    #[must_use]
    pub fn seen(&self, request: &Request) -> (usize, usize) {
        let all = sections_of(request);
        (all.iter().filter(|section| self.gate.has(**section)).count(), all.len())
    }

    fn request<'a>(&self, scene: &Scene<'a>) -> Option<&'a Request> {
        scene.snap.treasury.request(self.request).ok().map(AsRef::as_ref)
    }

    /// Sections with their rows at this width, a blank row behind each.
    fn rows(&self, source: &Source<'_>, section: Section, columns: u16) -> Vec<(Section, Line)> {
        let number = sections_of(source.request).iter().position(|known| *known == section).unwrap_or(0) + 1;
        let mut all = vec![Line::of(Role::Title, format!("{number} {}", section.word().to_uppercase()))];
        all.extend(wrap(&lines(source, section), usize::from(columns)));
        all.push(Line::blank());
        all.into_iter().map(|line| (section, line)).collect()
    }

    /// What is on the page: two columns at L, else as many sections as fit, beginning with the chosen one's page.
    fn columns(&self, source: &Source<'_>, body: Rect) -> Vec<ColumnOf> {
        let all = sections_of(source.request);
        if source.scene.class == Class::L {
            let left = Rect { x: body.x + 1, width: body.width / 2, ..body };
            let right = Rect { x: left.right() + 3, width: body.right().saturating_sub(left.right() + 4), ..body };
            let is_left = |section: &&Section| matches!(section, Section::What | Section::Hash | Section::Call);
            let (one, two): (Vec<&Section>, Vec<&Section>) = all.iter().partition(is_left);
            let column = |area: Rect, of: Vec<&Section>, scroll: usize| {
                let rows: Vec<_> = of.into_iter().flat_map(|section| self.rows(source, *section, area.width)).collect();
                ColumnOf { area, scroll: scroll.min(scroll_end(rows.len(), area.height)), rows }
            };
            return vec![column(left, one, self.scroll[0]), column(right, two, self.scroll[1])];
        }
        let area = Rect { x: body.x + 1, width: body.width.saturating_sub(2), ..body };
        let rows: Vec<_> =
            self.page(source, area).into_iter().flat_map(|section| self.rows(source, section, area.width)).collect();
        let scroll = self.scroll[0].min(scroll_end(rows.len(), area.height));
        vec![ColumnOf { area, rows, scroll }]
    }

    /// The sections that share a page with the chosen one: in order, as many as fit.
    fn page(&self, source: &Source<'_>, area: Rect) -> Vec<Section> {
        let pages = self.pages(source, area);
        let chosen = sections_of(source.request).get(self.at).copied();
        pages.into_iter().find(|page| chosen.is_some_and(|section| page.contains(&section))).unwrap_or_default()
    }

    fn pages(&self, source: &Source<'_>, area: Rect) -> Vec<Vec<Section>> {
        let mut pages: Vec<(Vec<Section>, usize)> = Vec::new();
        for section in sections_of(source.request) {
            let rows = self.rows(source, *section, area.width).len();
            match pages.last_mut() {
                // The blank row behind the last section of a page may fall off.
                Some((page, used)) if *used + rows <= usize::from(area.height) + 1 => {
                    page.push(*section);
                    *used += rows;
                }
                Some(_) | None => pages.push((vec![*section], rows)),
            }
        }
        pages.into_iter().map(|(page, _)| page).collect()
    }

    fn source<'a>(&self, scene: &'a Scene<'a>, request: &'a Request, charset: Charset) -> Source<'a> {
        Source { scene, request, typed: self.typed, charset }
    }

    /// Tells the gate what is on the screen.
    fn observe(&mut self, scene: &Scene<'_>) {
        let Some(request) = self.request(scene) else { return };
        let body = scene.areas().body;
        let source = self.source(scene, request, Charset::Unicode);
        let drawn: Vec<Drawn> = self.columns(&source, body).iter().flat_map(ColumnOf::drawn).collect();
        self.gate.observe(Version::of(scene, request), drawn, scene.now_ms);
    }

    fn turn(&mut self, scene: &Scene<'_>, forward: bool) {
        let Some(request) = self.request(scene) else { return };
        if scene.class == Class::L {
            self.at = usize::from(forward);
            return;
        }
        let area = scene.areas().body;
        let area = Rect { width: area.width.saturating_sub(2), ..area };
        let source = self.source(scene, request, Charset::Unicode);
        let pages = self.pages(&source, area);
        let chosen = sections_of(request).get(self.at);
        let here = pages.iter().position(|page| chosen.is_some_and(|section| page.contains(section))).unwrap_or(0);
        let to = if forward { (here + 1) % pages.len().max(1) } else { (here + pages.len().max(1) - 1) % pages.len().max(1) };
        let first = pages.get(to).and_then(|page| page.first());
        self.at = sections_of(request).iter().position(|section| Some(section) == first).unwrap_or(0);
        self.scroll = [0; 2];
    }

    fn scroll(&mut self, scene: &Scene<'_>, action: Action) -> bool {
        let Some(request) = self.request(scene) else { return false };
        let focus = if scene.class == Class::L { self.at.min(1) } else { 0 };
        let source = self.source(scene, request, Charset::Unicode);
        let columns = self.columns(&source, scene.areas().body);
        let Some(column) = columns.get(focus) else { return false };
        let end = scroll_end(column.rows.len(), column.area.height);
        let half = usize::from(column.area.height / 2).max(1);
        let to = match action {
            Action::Down => column.scroll + 1,
            Action::Up => column.scroll.saturating_sub(1),
            Action::PageDown => column.scroll + half,
            Action::PageUp => column.scroll.saturating_sub(half),
            Action::Top => 0,
            Action::Bottom => end,
            _ => return false,
        };
        self.scroll[focus] = to.min(end);
        true
    }

    fn act(&mut self, scene: &Scene<'_>) -> Vec<Step> {
        let Some(request) = self.request(scene) else { return Vec::new() };
        let sheet = ActSheet::reviewed(self.request, self.gate.version(), self.seen(request));
        self.gate.covered();
        vec![Step::Open(Modal::Acts(sheet))]
    }
}

impl Pane for State {
    fn context(&self) -> Context {
        Context::Review
    }

    fn title(&self, scene: &Scene<'_>) -> (String, String) {
        let Some(request) = self.request(scene) else { return ("Review".to_owned(), String::new()) };
        let (seen, all) = self.seen(request);
        let source = self.source(scene, request, Charset::Unicode);
        let body = scene.areas().body;
        let shown: Vec<Section> = self.columns(&source, body).iter().flat_map(ColumnOf::drawn).map(|part| part.section).collect();
        let tabs = sections_of(request).iter().enumerate().map(|(at, section)| {
            let done = if self.gate.has(*section) { "+" } else { "" };
            let name = format!("{} {}{done}", at + 1, section.word());
            if shown.contains(section) { format!("[{name}]") } else { name }
        });
        let tabs: Vec<String> = tabs.collect();
        let left = if scene.class == Class::L {
            format!("Review {}", request.number)
        } else {
            format!("{} {}", request.number, tabs.join(" "))
        };
        (left, format!("seen {seen}/{all}"))
    }

    fn status(&self, scene: &Scene<'_>) -> String {
        let Some(request) = self.request(scene) else { return "The request is gone.".to_owned() };
        let (seen, all) = self.seen(request);
        let gate = if !request.is_open() {
            format!("It is {}: no votes are counted.", request.stage_word())
        } else if self.gate.was_cleared() && seen < all {
            format!("* It changed since you looked: review again, {seen} of {all} seen.")
        } else if seen < all {
            format!("{seen} of {all} seen; approve is off until all stood here for a second.")
        } else {
            "Every section of this version was seen. Acts are in x.".to_owned()
        };
        let source = self.source(scene, request, Charset::Unicode);
        let hidden: usize =
            self.columns(&source, scene.areas().body).iter().map(|column| column.rows.len() - column.visible().end).sum();
        let more = if hidden > 1 { format!(" {hidden} more: j") } else { String::new() };
        match seat::sentence(scene.snap, scene.me).filter(|_| scene.class == Class::L) {
            Some(sentence) => format!("{gate}{more} {sentence}"),
            None => format!("{gate}{more}"),
        }
    }

    fn hints(&self, _scene: &Scene<'_>) -> &'static [Hint] {
        &[
            Hint::Of(&[Action::NextPane, Action::PreviousPane], "section"),
            Hint::Of(&[Action::Down, Action::Up], "scroll"),
            Hint::Of(&[Action::Acts], "acts"),
            Hint::Of(&[Action::Back], "back"),
            Hint::Of(&[Action::Help], "help"),
        ]
    }

    fn press(&mut self, scene: &Scene<'_>, pressed: Pressed) -> Option<Vec<Step>> {
        // What stood there until this key counts, whatever the key does.
        self.observe(scene);
        let action = pressed.action?;
        let steps = match action {
            Action::Back => {
                self.gate.covered();
                vec![Step::Close]
            }
            Action::Acts => self.act(scene),
            Action::NextPane | Action::Right => {
                self.turn(scene, true);
                Vec::new()
            }
            Action::PreviousPane | Action::Left => {
                self.turn(scene, false);
                Vec::new()
            }
            Action::Help | Action::Messages | Action::Quit | Action::Lock => {
                self.gate.covered();
                return None;
            }
            other if self.scroll(scene, other) => Vec::new(),
            _ => return None,
        };
        if action != Action::Acts && action != Action::Back {
            self.observe(scene);
        }
        Some(steps)
    }

    fn shown(&mut self, scene: &Scene<'_>) -> Vec<Step> {
        self.gate.covered();
        self.observe(scene);
        Vec::new()
    }

    fn tick(&mut self, scene: &Scene<'_>) -> Vec<Step> {
        self.observe(scene);
        Vec::new()
    }

    fn view(&self, scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let Some(request) = self.request(scene) else {
            draw_rows(buf, area, theme, &[Line::plain("  The request is gone.")], 0);
            return None;
        };
        let source = self.source(scene, request, theme.charset());
        for column in self.columns(&source, area) {
            let rows: Vec<Line> = column.rows[column.visible()].iter().map(|(_, line)| line.clone()).collect();
            draw_rows(buf, column.area, theme, &rows, 0);
        }
        None
    }
}

#[cfg(test)]
#[path = "review/tests.rs"]
mod tests;
