//! One frame: the furniture around the screen, and what is open on top of it.
//!
//! ```text
//!  bursar  PROD ops-eu  alice:approver  UNLOCKED 4m  eth 21402118 +5s  Q3 !!1 !1
//! [1 Over] 2 Transfers  3 Queue(3)  4 Wallets  5 Audit
//! -- Overview ------------------------------------------- as of 14:02:11Z fresh --
//!   ...
//!  R-0411 reached its threshold. Press x for the acts you may take.
//!  j/k move  enter open  x acts  . hide amounts  ? help
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::snapshot::{Level, Lock, NodeStatus, Snapshot};
use crate::domain::asset::NetworkId;
use crate::domain::event::Profile;
use crate::text::width;
use crate::theme::{Role, Theme};
use crate::tui::alert::{alerts, counts};
use crate::tui::keymap::Keymap;
use crate::tui::layout::{Areas, Class, is_large_enough};
use crate::tui::modal::messages::level_role;
use crate::tui::modal::{Cover, Modal};
use crate::tui::pane::{Hint, Pane};
use crate::tui::scene::Scene;
use crate::tui::screen::Tab;
use crate::tui::ui::Ui;
use crate::tui::widget::{Rule, cut, put, rule_title};

/// Draws the whole screen into an empty buffer and returns where the cursor belongs.
pub fn draw(ui: &Ui, snap: &Snapshot, theme: &Theme, buf: &mut Buffer) -> Option<Position> {
    let area = buf.area;
    if !is_large_enough(area.width, area.height) {
        put(buf, area.x, area.y, &cut("bursar needs 40x10", usize::from(area.width)), theme.style(Role::Text));
        return None;
    }
    let me = ui.me.clone();
    let scene = ui.scene(snap, me.as_ref());
    let areas = Areas::of(area);
    if let Some(cover) = ui.modals.iter().rev().find(|modal| modal.cover() == Cover::All) {
        let top = Rect { height: area.height.saturating_sub(2), ..area };
        let cursor = cover.pane().view(&scene, theme, top, buf);
        foot(ui, &scene, theme, &areas, buf, cover.pane());
        return cursor;
    }
    header(ui, &scene, theme, areas.header, buf);
    if let Some(row) = areas.tabs {
        tabs(ui, &scene, theme, row, buf);
    }
    foot(ui, &scene, theme, &areas, buf, ui.top());
    let Some(modal) = ui.modals.last() else {
        return with_title(ui.screen.pane(), (&scene, theme), Rule::Plain, (areas.title, areas.body), buf);
    };
    over(ui, modal, (&scene, theme), &areas, buf)
}

fn over(ui: &Ui, modal: &Modal, (scene, theme): (&Scene<'_>, &Theme), areas: &Areas, buf: &mut Buffer) -> Option<Position> {
    let rule = if modal.acts() { Rule::Act } else { Rule::Plain };
    let Cover::Sheet(rows) = modal.cover() else {
        return with_title(modal.pane(), (scene, theme), rule, (areas.title, areas.body), buf);
    };
    with_title(ui.screen.pane(), (scene, theme), Rule::Plain, (areas.title, areas.body), buf);
    let rows = rows.min(areas.body.height.saturating_sub(1));
    let sheet = Rect { y: areas.body.bottom() - rows, height: rows, ..areas.body };
    let title = Rect { y: sheet.y.saturating_sub(1), height: 1, ..sheet };
    blank(Rect { y: title.y, height: rows + 1, ..title }, buf);
    with_title(modal.pane(), (scene, theme), rule, (title, sheet), buf)
}

fn blank(area: Rect, buf: &mut Buffer) {
    for position in area.positions() {
        buf[position].reset();
    }
}

fn with_title(
    pane: &dyn Pane,
    (scene, theme): (&Scene<'_>, &Theme),
    rule: Rule,
    (title, body): (Rect, Rect),
    buf: &mut Buffer,
) -> Option<Position> {
    let (left, right) = pane.title(scene);
    rule_title(buf, title, theme, rule, (&left, &right));
    pane.view(scene, theme, body, buf)
}

/// A part of the header and how early it goes when room is short: 0 never goes.
type Part = (String, Role, u8);

fn header(ui: &Ui, scene: &Scene<'_>, theme: &Theme, row: Rect, buf: &mut Buffer) {
    let mut parts = header_parts(ui, scene);
    while header_width(&parts) > usize::from(row.width) {
        let Some(worst) = parts.iter().map(|part| part.2).max().filter(|worst| *worst > 0) else { break };
        parts.retain(|part| part.2 != worst);
    }
    let alarms = counts_from(&parts);
    let mut x = row.x + 1;
    for (text, role, _) in &parts[..alarms] {
        x = put(buf, x, row.y, text, theme.style(*role)) + 2;
    }
    let tail: usize = parts[alarms..].iter().map(|(text, ..)| width(text) + 1).sum();
    let mut at = row.right().saturating_sub(u16::try_from(tail).unwrap_or(0)).max(x);
    for (text, role, _) in &parts[alarms..] {
        at = put(buf, at, row.y, text, theme.style(*role)) + 1;
    }
}

/// Where the counts begin: they stand at the right end.
fn counts_from(parts: &[Part]) -> usize {
    parts.iter().position(|(text, ..)| text.starts_with('Q')).unwrap_or(parts.len())
}

fn header_width(parts: &[Part]) -> usize {
    let alarms = counts_from(parts);
    let columns = |parts: &[Part], gap: usize| parts.iter().map(|(text, ..)| width(text) + gap).sum::<usize>();
    1 + columns(&parts[..alarms], 2) + columns(&parts[alarms..], 1)
}

fn header_parts(ui: &Ui, scene: &Scene<'_>) -> Vec<Part> {
    let snap = scene.snap;
    let profile = snap.treasury.profile();
    let badge = match profile {
        Profile::Prod => Role::EnvProd,
        Profile::Test | Profile::Demo => Role::EnvTest,
    };
    let mut parts = vec![
        ("bursar".to_owned(), Role::Title, 7),
        (profile.word().to_owned(), badge, 0),
        (snap.treasury.name().to_owned(), Role::Text, 2),
        (who(scene), Role::Text, 0),
        (locked_word(snap).to_owned(), Role::Text, 0),
    ];
    if let (Lock::Unlocked { .. }, Some(left)) = (&snap.lock, ui.lock_in_ms()) {
        parts.push((format!("lock in {}", countdown(left.div_ceil(1_000))), Role::TextDim, 4));
    }
    for (nth, (network, node)) in heads(snap).into_iter().enumerate() {
        if let (Some(head), Some(at)) = (node.head, node.head_at) {
            let priority = if nth == 0 { (3, 5) } else { (6, 6) };
            parts.push((format!("{} +{}", network_word(network), scene.age(at)), Role::TextDim, priority.0));
            if scene.class >= Class::S {
                parts.push((format!("#{head}"), Role::TextDim, priority.1));
            }
        }
    }
    let alerts = alerts(scene);
    let (critical, warnings) = counts(&alerts);
    let mine = needs_me(scene);
    parts.push((format!("Q{mine}"), if mine > 0 { Role::Title } else { Role::TextDim }, 0));
    parts.extend((critical > 0).then(|| (format!("!!{critical}"), Role::StateCrit, 0)));
    parts.extend((warnings > 0).then(|| (format!("!{warnings}"), Role::StateWarn, 0)));
    parts
}

/// Time left, rounded up to minutes, and in the last one to ten seconds: a header that does not flicker.
fn countdown(seconds: u64) -> String {
    if seconds > 60 { format!("{}m", seconds.div_ceil(60)) } else { format!("{}s", seconds.div_ceil(10) * 10) }
}

fn who(scene: &Scene<'_>) -> String {
    let Some(me) = scene.me else { return "nobody".to_owned() };
    let roles = scene
        .snap
        .treasury
        .members()
        .get(me)
        .map(|member| member.roles.iter().map(|role| role.word()).collect::<Vec<_>>().join("+"));
    match roles.filter(|_| scene.class >= Class::S) {
        Some(roles) => format!("{me}:{roles}"),
        None => me.to_string(),
    }
}

fn locked_word(snap: &Snapshot) -> &'static str {
    match snap.lock {
        Lock::ReadOnly => "READ-ONLY",
        Lock::Locked => "LOCKED",
        Lock::Unlocked { .. } => "UNLOCKED",
    }
}

/// The node that is used first, per network.
fn heads(snap: &Snapshot) -> Vec<(NetworkId, &NodeStatus)> {
    let networks = snap.treasury.networks().keys();
    networks.filter_map(|id| snap.nodes.iter().find(|node| node.network == *id && node.usable).map(|node| (*id, node))).collect()
}

/// A network's short name.
pub fn network_word(network: NetworkId) -> String {
    match network.chain_id() {
        1 => "eth".to_owned(),
        11_155_111 => "sepolia".to_owned(),
        other => format!("chain {other}"),
    }
}

/// Open requests on which my vote would count.
pub fn needs_me(scene: &Scene<'_>) -> usize {
    let Some(me) = scene.me else { return 0 };
    scene.snap.treasury.requests().values().filter(|request| scene.snap.treasury.may_vote(request, me, scene.now)).count()
}

fn tabs(ui: &Ui, scene: &Scene<'_>, theme: &Theme, row: Rect, buf: &mut Buffer) {
    let open = scene.snap.treasury.requests().values().filter(|request| request.is_open()).count();
    let mut x = row.x;
    for (number, tab) in (1..).zip(Tab::ALL) {
        let count = if tab == Tab::Queue && open > 0 { format!("({open})") } else { String::new() };
        let active = ui.screen.tab() == tab;
        let (left, right) = if active { ("[", "]") } else { (" ", " ") };
        let role = if active { Role::TabActive } else { Role::TextDim };
        x = put(buf, x, row.y, &format!("{left}{number} {}{count}{right}", tab.word()), theme.style(role)) + 1;
    }
}

fn foot(ui: &Ui, scene: &Scene<'_>, theme: &Theme, areas: &Areas, buf: &mut Buffer, pane: &dyn Pane) {
    let room = usize::from(areas.status.width.saturating_sub(1));
    let (text, level) = match &ui.status {
        Some(say) => (say.text.clone(), say.level),
        None => (pane.status(scene), Level::Info),
    };
    let role = if level == Level::Info { Role::Text } else { level_role(level) };
    put(buf, areas.status.x + 1, areas.status.y, &cut(&text, room), theme.style(role));
    let mut x = areas.footer.x + 1;
    for (keys, word) in items(&ui.keymap, pane.hints(scene), room) {
        x = put(buf, x, areas.footer.y, &keys, theme.style(Role::Key));
        x = put(buf, x + 1, areas.footer.y, word, theme.style(Role::TextDim)) + 2;
    }
}

/// The items that fit: they go from the right, and the last one goes last.
fn items(keymap: &Keymap, hints: &'static [Hint], room: usize) -> Vec<(String, &'static str)> {
    let mut items: Vec<_> = hints.iter().map(|hint| hint_text(keymap, *hint)).collect();
    let wide = |items: &[(String, &str)]| items.iter().map(|(keys, word)| width(keys) + width(word) + 3).sum::<usize>();
    while wide(&items) > room + 2 && items.len() > 1 {
        items.remove(items.len() - 2);
    }
    items
}

/// Keys and word of a footer item.
pub fn hint_text(keymap: &Keymap, hint: Hint) -> (String, &'static str) {
    match hint {
        Hint::Of(actions, word) => (actions.iter().map(|action| keymap.key_of(*action)).collect::<Vec<_>>().join("/"), word),
        Hint::Key(key, word) => (key.to_owned(), word),
    }
}
