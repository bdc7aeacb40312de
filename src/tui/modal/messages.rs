//! What is wrong now, then everything that was said in this session and what the desk noticed; newest first.

use std::collections::VecDeque;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::snapshot::Level;
use crate::domain::time::Timestamp;
use crate::theme::{Role, Theme};
use crate::tui::alert::{safe, standing};
use crate::tui::keymap::{Action, Context};
use crate::tui::pane::{Hint, Pane, Pressed, Step};
use crate::tui::scene::{Scene, clock};
use crate::tui::ui::Said;
use crate::tui::widget::{put, wrap};

/// Columns in front of the text: mark and time.
const INDENT: u16 = 14;

/// Which line is on top.
#[derive(Clone, Debug, Default)]
pub struct State {
    said: Vec<Said>,
    from: usize,
}

impl State {
    /// The messages so far.
    pub fn of(said: &VecDeque<Said>) -> Self {
        Self { said: said.iter().cloned().collect(), from: 0 }
    }

    fn lines(&self, scene: &Scene<'_>) -> Vec<(Option<Timestamp>, Level, String)> {
        let said = self.said.iter().map(|said| (Some(said.at), said.say.level, said.say.text.clone()));
        let noticed = scene.snap.notices.iter().map(|notice| (Some(notice.at), notice.level, safe(&notice.text)));
        let mut lines: Vec<_> = said.chain(noticed).collect();
        lines.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
        let now = standing(scene).into_iter().map(|alert| (None, alert.level, alert.text));
        now.chain(lines).collect()
    }
}

impl Pane for State {
    fn context(&self) -> Context {
        Context::Page
    }

    fn title(&self, scene: &Scene<'_>) -> (String, String) {
        ("Messages".to_owned(), format!("{}, newest first", self.lines(scene).len()))
    }

    fn hints(&self, _scene: &Scene<'_>) -> &'static [Hint] {
        &[Hint::Of(&[Action::Down, Action::Up], "scroll"), Hint::Of(&[Action::Back], "close")]
    }

    fn press(&mut self, scene: &Scene<'_>, pressed: Pressed) -> Option<Vec<Step>> {
        let last = self.lines(scene).len().saturating_sub(1);
        self.from = match pressed.action? {
            Action::Down => self.from + 1,
            Action::Up => self.from.saturating_sub(1),
            Action::PageDown => self.from + usize::from(scene.areas().body.height / 2),
            Action::PageUp => self.from.saturating_sub(usize::from(scene.areas().body.height / 2)),
            Action::Top => 0,
            Action::Bottom => last,
            Action::Back | Action::Messages => return Some(vec![Step::Close]),
            _ => return None,
        }
        .min(last);
        Some(Vec::new())
    }

    fn view(&self, scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let lines = self.lines(scene);
        if lines.is_empty() {
            put(buf, area.x + 2.min(area.width), area.y, "Nothing was said yet.", theme.style(Role::TextDim));
        }
        let mut y = area.y;
        for (at, level, text) in lines.iter().skip(self.from) {
            let role = level_role(*level);
            for (nth, part) in wrap(text, usize::from(area.width.saturating_sub(INDENT))).iter().enumerate() {
                if y >= area.bottom() {
                    return None;
                }
                if nth == 0 {
                    put(buf, area.x + 2.min(area.width), y, role.tag(), theme.style(role));
                    put(
                        buf,
                        area.x.saturating_add(5),
                        y,
                        &at.map_or_else(|| "now".to_owned(), clock),
                        theme.style(Role::TextDim),
                    );
                }
                put(buf, area.x.saturating_add(INDENT + 1), y, part, theme.style(Role::Text));
                y += 1;
            }
        }
        None
    }
}

/// The role that carries a level's tag and colour.
pub fn level_role(level: Level) -> Role {
    match level {
        Level::Info => Role::TextDim,
        Level::Warning => Role::StateWarn,
        Level::Critical => Role::StateCrit,
    }
}
