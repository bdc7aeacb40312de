//! The list of entries and one entry whole.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::State;
use crate::domain::journal::Record;
use crate::text::width;
use crate::theme::{Role, Theme};
use crate::tui::layout::Class;
use crate::tui::record_line::{fields, subject};
use crate::tui::scene::{Scene, clock, day, grouped_hash};
use crate::tui::widget::{Align, Column, Row, Rule, Table, TableCell, cut, draw_table, put, rule_title, wrap};

/// Columns of the keys on the left.
const KEY: u16 = 12;

const COLUMNS: [Column<'static>; 5] = [
    Column { title: "Entry", priority: 0, min: 5, ideal: 6, align: Align::Right, whole: true },
    Column { title: "Time UTC", priority: 2, min: 9, ideal: 9, align: Align::Left, whole: true },
    Column { title: "Who", priority: 1, min: 6, ideal: 8, align: Align::Left, whole: false },
    Column { title: "What", priority: 0, min: 19, ideal: 19, align: Align::Left, whole: false },
    Column { title: "About", priority: 0, min: 6, ideal: 60, align: Align::Left, whole: false },
];

fn record<'a>(state: &'a State, scene: &Scene<'a>, seq: u64) -> Option<&'a Record> {
    let recent = || scene.snap.recent.binary_search_by_key(&seq, |record| record.seq).ok().map(|at| &scene.snap.recent[at]);
    state.links.get(&seq).map(|link| &link.record).or_else(recent)
}

pub(super) fn list(state: &State, ids: &[u64], scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let (start, selected) = state.list.window(ids, usize::from(area.height.saturating_sub(1)));
    draw_table(buf, area, theme, &Table { columns: &COLUMNS, total: ids.len(), start, selected }, |at| {
        let Some(record) = record(state, scene, ids[at]) else { return Row::default() };
        let cells = [
            record.seq.to_string(),
            clock(record.at),
            record.by.to_string(),
            record.event.word().to_owned(),
            subject(scene, record),
        ];
        Row { mark: "", cells: cells.map(TableCell::plain).to_vec() }
    });
}

/// What an entry says, then its hashes: those are drawn first at the bottom, so that they never fall off.
pub(super) fn detail(state: &State, seq: u64, scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(record) = record(state, scene, seq) else { return };
    let head = Rect { height: area.height.min(1), ..area };
    rule_title(
        buf,
        head,
        theme,
        Rule::Plain,
        (&format!("entry {seq}  {}", record.event.word()), &format!("{} by {}", day(record.at), record.by)),
    );
    let hashes = hash_lines(state, seq, scene);
    let room = usize::from(area.width.saturating_sub(KEY));
    let mut lines: Vec<(&str, String)> = Vec::new();
    for (key, value) in fields(scene, &record.event, room) {
        // Long values go on below each other: nothing of an entry is cut.
        let mut parts = wrap(&value, room);
        if parts.iter().any(|part| part.ends_with("..")) || parts.is_empty() {
            parts = chunks(&value, room);
        }
        lines.extend(parts.into_iter().enumerate().map(|(nth, part)| (if nth == 0 { key } else { "" }, part)));
    }
    let space = usize::from(area.height.saturating_sub(1)).saturating_sub(hashes.len());
    if lines.len() > space {
        lines.truncate(space.saturating_sub(1));
        lines.push(("", "enter shows the rest".to_owned()));
    }
    let tight = scene.class == Class::S;
    let gap = usize::from(!tight && lines.len() < space);
    lines.extend(std::iter::repeat_n(("", String::new()), gap));
    for ((key, value), row) in lines.iter().chain(&hashes).zip(area.rows().skip(1)) {
        put(buf, row.x + 2, row.y, key, theme.style(Role::TextDim));
        put(buf, row.x + KEY.min(row.width), row.y, &cut(value, room), theme.style(Role::Text));
    }
}

fn hash_lines(state: &State, seq: u64, scene: &Scene<'_>) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    let mut add = |key: &'static str, hash| {
        let [first, second] = grouped_hash(hash);
        lines.extend([(key, first), ("", second)]);
    };
    match state.links.get(&seq) {
        Some(link) => {
            add("prev", link.prev);
            add("this", link.hash);
        }
        None if seq == scene.snap.tip.seq => add("this", scene.snap.tip.hash),
        None => lines.push(("hashes", "being loaded".to_owned())),
    }
    lines
}

/// A text without blanks in pieces of `columns`.
fn chunks(text: &str, columns: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for c in text.chars() {
        if pieces.last().is_some_and(|piece| width(piece) >= columns.max(1)) {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    pieces
}
