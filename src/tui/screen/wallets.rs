//! The wallets screen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::id::RequestId;
use crate::theme::Theme;
use crate::tui::act::ActSheet;
use crate::tui::keymap::Action;
use crate::tui::list::List;
use crate::tui::modal::Modal;
use crate::tui::pane::{Hint, Pane, Pressed, Step};
use crate::tui::scene::Scene;
use crate::tui::widget::{Align, Column, Row, Table, TableCell, draw_table};

/// Which request is selected.
#[derive(Clone, Debug, Default)]
pub struct State {
    list: List<RequestId>,
}

const COLUMNS: [Column<'static>; 3] = [
    Column { title: "ID", priority: 0, min: 6, ideal: 6, align: Align::Left, whole: true },
    Column { title: "What", priority: 0, min: 20, ideal: 60, align: Align::Left, whole: false },
    Column { title: "Stage", priority: 0, min: 9, ideal: 9, align: Align::Left, whole: false },
];

fn ids(scene: &Scene<'_>) -> Vec<RequestId> {
    scene.snap.treasury.requests().keys().rev().copied().collect()
}

impl Pane for State {
    fn title(&self, _scene: &Scene<'_>) -> (String, String) {
        ("Wallets".to_owned(), String::new())
    }

    fn hints(&self) -> &'static [Hint] {
        &[Hint::Of(&[Action::Down, Action::Up], "move"), Hint::Of(&[Action::Acts], "acts"), Hint::Of(&[Action::Help], "help")]
    }

    fn press(&mut self, scene: &Scene<'_>, pressed: Pressed) -> Option<Vec<Step>> {
        let (ids, action) = (ids(scene), pressed.action?);
        let height = usize::from(scene.areas().body.height.saturating_sub(1));
        if self.list.step(action, &ids, height) {
            return Some(Vec::new());
        }
        (action == Action::Acts).then(|| vec![Step::Open(Modal::Acts(ActSheet::new(self.list.selected(&ids).copied())))])
    }

    fn view(&self, scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let ids = ids(scene);
        let (start, selected) = self.list.window(&ids, usize::from(area.height.saturating_sub(1)));
        draw_table(buf, area, theme, &Table { columns: &COLUMNS, total: ids.len(), start, selected }, |at| {
            let Ok(request) = scene.snap.treasury.request(ids[at]) else { return Row::default() };
            let what = request.transfer().map_or_else(
                || request.change().map(|change| change.terms.change.summary()).unwrap_or_default(),
                |transfer| format!("{} {} > {}", scene.money_of(&transfer.draft.asset, transfer.draft.amount), transfer.draft.from, transfer.draft.to),
            );
            Row { mark: "", cells: [request.number.to_string(), what, request.stage_word().to_owned()].map(TableCell::plain).to_vec() }
        });
        None
    }
}
