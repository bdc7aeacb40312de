//! The picture of the overview: one column, or two and an event strip where there is room.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{State, custody, in_flight, needs_me, needs_others, rows};
use crate::desk::snapshot::{JournalCheck, NodeStatus};
use crate::domain::id::RequestId;
use crate::domain::journal::Record;
use crate::text::width;
use crate::theme::{Role, Theme};
use crate::tui::alert::{Alert, alerts};
use crate::tui::layout::Class;
use crate::tui::modal::messages::level_role;
use crate::tui::record_line::subject;
use crate::tui::request_line::{standing, what};
use crate::tui::scene::{Scene, clock, hour};
use crate::tui::widget::{Rule, cut, put, rule_title, wrap};

/// Rows of the event strip, its rule included.
const EVENTS: u16 = 9;
/// Columns of the right side, the line between included.
const RIGHT: u16 = 54;
/// Columns of a request's standing, of the mark behind it, and of its time.
const STANDS: usize = 10;
/// See [`STANDS`].
const MARK: usize = 2;
/// See [`STANDS`].
const TIME: usize = 7;
/// Body rows from which the custody table is worth its room.
const CUSTODY_ROWS: u16 = 14;
/// Most rows of "in flight" before the alerts get theirs.
const FLIGHT_MAX: usize = 5;

pub(super) fn draw(state: &State, scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    if scene.class < Class::L {
        let y = if area.height >= CUSTODY_ROWS { custody::draw(scene, theme, area, buf) + 1 } else { area.y };
        let y = requests(state, scene, theme, from(area, y), buf);
        if scene.class > Class::Xs {
            alert_list(scene, theme, from(area, y + 1), buf);
        }
        return;
    }
    let upper = Rect { height: area.height - EVENTS, ..area };
    let left = Rect { width: area.width - RIGHT - 2, ..upper };
    let right = Rect { x: area.x + left.width + 3, width: RIGHT - 1, ..upper };
    for y in upper.top()..upper.bottom() {
        put(buf, right.x - 2, y, "|", theme.style(Role::TextDim));
    }
    let y = custody::draw(scene, theme, left, buf);
    requests(state, scene, theme, from(left, y + 1), buf);
    let y = alert_list(scene, theme, Rect { height: right.height / 2, ..right }, buf);
    let y = nodes(scene, theme, from(right, y + 1), buf);
    journal(scene, theme, from(right, y + 1), buf);
    events(scene, theme, Rect { y: upper.bottom(), height: EVENTS, ..area }, buf);
}

/// What is left of `area` from row `y` on.
fn from(area: Rect, y: u16) -> Rect {
    let y = y.min(area.bottom());
    Rect { y, height: area.bottom() - y, ..area }
}

/// A heading with a count; returns the row behind it.
fn heading(text: &str, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    if !area.is_empty() {
        put(buf, area.x + 2, area.y, text, theme.style(Role::Title));
    }
    area.y.saturating_add(1)
}

fn requests(state: &State, scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    let (mine, flying) = (needs_me(scene), in_flight(scene));
    let selected = state.list.selected(&rows(scene)).copied();
    // The list that is short leaves its rows to the other; alerts keep at least three.
    let room = usize::from(area.height.saturating_sub(if scene.class > Class::Xs { 6 } else { 2 }));
    let flights = flying.len().min(FLIGHT_MAX).min(room / 2);
    let votes = mine.len().min(room.saturating_sub(flights)).max(usize::from(!mine.is_empty()));
    let others = match needs_others(scene) {
        0 => String::new(),
        1 => "1 waits for others".to_owned(),
        count => format!("{count} wait for others"),
    };
    let title = format!("Needs me ({})", mine.len());
    let mut y = heading(&title, theme, area, buf);
    if !area.is_empty() && !others.is_empty() {
        let x = area.x + 5 + u16::try_from(width(&title)).unwrap_or(0);
        let place = if scene.class > Class::Xs { " (3 Queue)" } else { "" };
        put(buf, x, area.y, &format!("{others}{place}"), theme.style(Role::TextDim));
    }
    y = lines(
        scene,
        theme,
        (&mine, selected),
        from(Rect { height: area.height.min(u16::try_from(votes).unwrap_or(0) + 1), ..area }, y),
        buf,
    );
    y = y.saturating_add(u16::from(scene.class > Class::Xs));
    y = heading(&format!("In flight ({})", flying.len()), theme, from(area, y), buf);
    let end = y.saturating_add(u16::try_from(flights).unwrap_or(0)).min(area.bottom());
    lines(scene, theme, (&flying, selected), Rect { y: y.min(end), height: end.saturating_sub(y), ..area }, buf)
}

/// One line per request; the window follows the cursor.
fn lines(
    scene: &Scene<'_>,
    theme: &Theme,
    (ids, selected): (&[RequestId], Option<RequestId>),
    area: Rect,
    buf: &mut Buffer,
) -> u16 {
    let height = usize::from(area.height);
    let at = ids.iter().position(|id| Some(*id) == selected);
    let start = at.map_or(0, |at| (at + 1).saturating_sub(height));
    for (id, row) in ids.iter().skip(start).zip(area.rows()) {
        line(scene, theme, (*id, Some(*id) == selected), row, buf);
    }
    area.y.saturating_add(u16::try_from(ids.len().min(height)).unwrap_or(0))
}

fn line(scene: &Scene<'_>, theme: &Theme, (id, selected): (RequestId, bool), row: Rect, buf: &mut Buffer) {
    let Ok(request) = scene.snap.treasury.request(id) else { return };
    let over = if selected { theme.style(Role::RowSelected) } else { Style::new() };
    if selected {
        buf.set_style(row, over);
        put(buf, row.x, row.y, &theme.glyphs().select, theme.style(Role::Title).patch(over));
    }
    let (stands, role) = standing(scene, request);
    let time = match request.not_after().filter(|_| request.is_open()) {
        Some(end) => scene.left(end),
        None => scene.age(request.touched),
    };
    let waits = scene.snap.waiting.contains_key(&id);
    let (mark, mark_role) = if waits { ("!", Role::StateWarn) } else { ("", Role::Text) };
    let tail = if scene.class > Class::Xs { STANDS + MARK + TIME } else { TIME };
    let room = usize::from(row.width).saturating_sub(10 + tail + 1);
    put(buf, row.x + 2, row.y, &request.number.to_string(), theme.style(Role::Text).patch(over));
    put(buf, row.x + 10, row.y, &cut(&what(scene, request), room), theme.style(Role::Text).patch(over));
    let mut x = row.right().saturating_sub(u16::try_from(tail).unwrap_or(0));
    if scene.class > Class::Xs {
        x = put(buf, x, row.y, &format!("{stands:>STANDS$}"), theme.style(role).patch(over));
        x = put(buf, x, row.y, &format!(" {mark:<1}"), theme.style(mark_role).patch(over));
    }
    put(buf, x, row.y, &format!("{time:>TIME$}"), theme.style(Role::TextDim).patch(over));
}

fn alert_list(scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    let alerts = alerts(scene);
    if alerts.is_empty() {
        heading("Alerts (0)  all quiet", theme, area, buf);
        return area.y.saturating_add(1);
    }
    let mut y = heading(&format!("Alerts ({})", alerts.len()), theme, area, buf);
    for (nth, alert) in alerts.iter().enumerate() {
        let left = alerts.len() - nth;
        if y + 1 >= area.bottom() && left > 1 {
            if y < area.bottom() {
                put(buf, area.x + 2, y, &format!("and {left} more: m"), theme.style(Role::TextDim));
            }
            return area.bottom();
        }
        y = alert_lines(scene, theme, alert, from(area, y), buf);
    }
    y
}

fn alert_lines(scene: &Scene<'_>, theme: &Theme, alert: &Alert, area: Rect, buf: &mut Buffer) -> u16 {
    if area.is_empty() {
        return area.y;
    }
    let role = level_role(alert.level);
    put(buf, area.x + 2, area.y, role.tag(), theme.style(role));
    let time = alert.at.map(hour).unwrap_or_else(|| "now".to_owned());
    put(buf, area.x + 5, area.y, &time, theme.style(Role::TextDim));
    let room = usize::from(area.width.saturating_sub(12));
    let most = if scene.class >= Class::L { 2 } else { 1 };
    let mut parts = wrap(&alert.text, room);
    if parts.len() > most {
        parts.truncate(most);
        if let Some(last) = parts.last_mut() {
            *last = cut(&format!("{last} {}", "x".repeat(room)), room.min(width(last) + 3));
        }
    }
    let mut y = area.y;
    for (part, row) in parts.iter().zip(area.rows()) {
        put(buf, row.x + 12, row.y, part, theme.style(Role::Text));
        y = row.y + 1;
    }
    y
}

fn nodes(scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    let usable = scene.snap.nodes.iter().filter(|node| node.usable).count();
    let mut y = heading(&format!("Nodes ({usable} of {} in use)", scene.snap.nodes.len()), theme, area, buf);
    for (node, row) in scene.snap.nodes.iter().zip(from(area, y).rows()) {
        node_line(scene, theme, node, row, buf);
        y = row.y + 1;
    }
    y
}

fn node_line(scene: &Scene<'_>, theme: &Theme, node: &NodeStatus, row: Rect, buf: &mut Buffer) {
    let (tag, role) = if node.usable { ("ok", Role::StateOk) } else { ("!", Role::StateWarn) };
    put(buf, row.x + 2, row.y, tag, theme.style(role));
    put(buf, row.x + 5, row.y, &cut(node.id.as_str(), 12), theme.style(Role::Text));
    let head = node.head.map_or_else(|| "-".to_owned(), |head| head.to_string());
    let age = node.head_at.map(|at| format!("+{}", scene.age(at))).unwrap_or_default();
    let speed = node.latency_ms.map(|ms| format!("{ms} ms")).unwrap_or_default();
    let text = format!("{head:>10} {age:>4} {speed:>8}  {}", node.state);
    put(buf, row.x + 18, row.y, &cut(&text, usize::from(row.width.saturating_sub(18))), theme.style(Role::Text));
}

fn journal(scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    let y = heading("Journal", theme, area, buf);
    let area = from(area, y);
    if area.is_empty() {
        return y;
    }
    let tip = scene.snap.tip.seq;
    let (tag, role, text) = match &scene.snap.check {
        JournalCheck::NotYet => ("..", Role::StatePending, format!("{tip} entries, not checked yet")),
        JournalCheck::Running(upto) => ("..", Role::StatePending, format!("checking: {upto} of {tip}")),
        JournalCheck::Sound { upto, at } => {
            ("ok", Role::StateOk, format!("sound to entry {upto} of {tip}, checked {}", hour(*at)))
        }
        JournalCheck::Broken { seq, .. } => ("!!", Role::StateCrit, format!("broken at entry {seq}: see Alerts")),
    };
    put(buf, area.x + 2, area.y, tag, theme.style(role));
    put(buf, area.x + 5, area.y, &cut(&text, usize::from(area.width.saturating_sub(5))), theme.style(Role::Text));
    y + 1
}

fn events(scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    rule_title(buf, area, theme, Rule::Plain, ("Events", "5 Audit for all"));
    let body = from(area, area.y + 1);
    let half = body.width / 2;
    let rows = usize::from(body.height);
    for (nth, record) in scene.snap.recent.iter().rev().take(rows * 2).enumerate() {
        let column = u16::from(nth >= rows);
        let y = body.y + u16::try_from(nth % rows.max(1)).unwrap_or(0);
        event_line(scene, theme, record, Rect { x: body.x + column * half, y, width: half, height: 1 }, buf);
    }
}

fn event_line(scene: &Scene<'_>, theme: &Theme, record: &Record, row: Rect, buf: &mut Buffer) {
    put(buf, row.x + 2, row.y, &clock(record.at), theme.style(Role::TextDim));
    put(buf, row.x + 13, row.y, &cut(&record.by.to_string(), 8), theme.style(Role::Text));
    let text = format!("{:<19} {}", record.event.word(), subject(scene, record));
    put(buf, row.x + 22, row.y, &cut(&text, usize::from(row.width.saturating_sub(23))), theme.style(Role::Text));
}
