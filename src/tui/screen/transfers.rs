//! Transfers: every one of them, from draft to settlement, and the form that drafts are written in.

pub mod detail;
pub mod form;
pub mod rows;
pub mod sheet;
pub mod typed;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::ask::Ask;
use crate::domain::id::RequestId;
use crate::domain::transfer::Stage;
use crate::text::{Charset, Untrusted};
use crate::theme::{Role, Theme};
use crate::tui::act::sheet::MEMBER_KEY;
use crate::tui::act::{ActSheet, seat};
use crate::tui::figures;
use crate::tui::input::KeyPress;
use crate::tui::keymap::{Action, Context};
use crate::tui::layout::Class;
use crate::tui::list::List;
use crate::tui::modal::Modal;
use crate::tui::page::{draw_rows, scroll_end, wrap};
use crate::tui::pane::{Hint, Pane, Pressed, Step};
use crate::tui::scene::Scene;
use crate::tui::screen::transfers::form::{Form, Mode};
use crate::tui::screen::transfers::rows::{COLUMNS, ids, row};
use crate::tui::screen::{Screen, review};
use crate::tui::ui::Say;
use crate::tui::widget::{Row, Rule, Table, draw_table, put, rule_title};
use crate::tui::wish::{Answer, Told, Wish};

/// Rows that the verdict under a form scrolls by.
const SCROLL: usize = 4;
/// Rows that details take below the list at class S.
const DETAILS: u16 = 11;

/// What is selected, and the form.
#[derive(Clone, Debug, Default)]
pub struct State {
    list: List<RequestId>,
    form: Option<Form>,
    /// Whether the form is shown; a form that could not be stored stays here.
    writing: bool,
    /// What was asked to be stored, until the answer comes.
    storing: Option<Wish>,
    /// Whether its acts are opened once it is stored.
    then_acts: bool,
    /// The details fill the screen, scrolled by so many rows.
    zoom: Option<usize>,
}

impl State {
    fn shown_form(&self) -> Option<&Form> {
        self.form.as_ref().filter(|_| self.writing)
    }

    fn areas(scene: &Scene<'_>, body: Rect) -> (Rect, Option<Rect>) {
        match scene.class {
            Class::Xs => (body, None),
            Class::S => {
                let list = body.height.saturating_sub(DETAILS + 1).max(4).min(body.height);
                let rest = Rect { y: body.y + list, height: body.height - list, ..body };
                (Rect { height: list, ..body }, (rest.height > 3).then_some(rest))
            }
            Class::M | Class::L => scene.areas().panes().map_or((body, None), |(list, rest)| (list, Some(rest))),
        }
    }

    fn open(&mut self, scene: &Scene<'_>, id: RequestId) -> Vec<Step> {
        let Ok(request) = scene.snap.treasury.request(id) else { return Vec::new() };
        match request.transfer().map(|transfer| (&transfer.stage, &transfer.draft)) {
            Some((Stage::Drafted, draft)) if Some(&request.by) == scene.me => {
                if self.form.as_ref().is_none_or(|form| form.id != Some(id) || !form.is_changed()) {
                    self.form = Some(Form::of(&scene.snap.treasury, id, draft));
                }
                self.writing = true;
                Vec::new()
            }
            Some((Stage::Drafted, _)) => vec![Step::Say(Say::info(format!("Only {} can edit this draft.", request.by)))],
            Some((Stage::Proposed(_), _)) => vec![Step::Go(Screen::Review(review::State::of(id)))],
            Some(_) => {
                self.zoom = Some(0);
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    /// Has the form stored, where it is complete, sound and changed.
    fn store(&mut self, scene: &Scene<'_>) -> Vec<Step> {
        let Some(form) = &self.form else { return Vec::new() };
        if !form.is_changed() || self.storing.is_some() {
            return Vec::new();
        }
        let me = match seat::able(scene.snap, scene.me) {
            Ok(me) => me.id.clone(),
            Err(why) => return vec![Step::Say(Say::warning(format!("Kept on this screen, not stored: {why}.")))],
        };
        match form.draft(&scene.snap.treasury) {
            Ok(draft) => {
                let ask = form.id.map_or_else(|| Ask::Draft(draft.clone()), |id| Ask::Amend(id, draft.clone()));
                let wish = Wish::Ask(me, ask);
                self.storing = Some(wish.clone());
                vec![Step::Wish(wish)]
            }
            Err(missing) => vec![Step::Say(Say::info(format!("Kept on this screen, not stored yet: {missing}.")))],
        }
    }

    fn leave(&mut self, scene: &Scene<'_>) -> Vec<Step> {
        self.writing = false;
        if self.form.as_ref().is_some_and(|form| !form.is_changed()) {
            self.form = None;
            return Vec::new();
        }
        self.store(scene)
    }

    fn submit(&mut self, scene: &Scene<'_>) -> Vec<Step> {
        match self.form.as_ref().map(|form| (form.id, form.is_changed())) {
            Some((Some(id), false)) => vec![Step::Open(Modal::Acts(ActSheet::new(Some(id))))],
            Some(_) => {
                let steps = self.store(scene);
                self.then_acts = self.storing.is_some();
                steps
            }
            None => Vec::new(),
        }
    }

    fn press_moving(&mut self, scene: &Scene<'_>, action: Action) -> Option<Vec<Step>> {
        let form = self.form.as_mut()?;
        match action {
            Action::Down | Action::NextPane => form.go(true),
            Action::Up | Action::PreviousPane => form.go(false),
            Action::Open | Action::Right => form.edit(),
            Action::PageDown => form.scroll = form.scroll.saturating_add(SCROLL),
            Action::PageUp => form.scroll = form.scroll.saturating_sub(SCROLL),
            Action::Undo => _ = form.undo(),
            Action::Redo => _ = form.redo(),
            Action::MaxAmount => form.set_max(scene.snap),
            Action::Acts => return Some(self.submit(scene)),
            Action::Back => return Some(self.leave(scene)),
            _ => return None,
        }
        Some(Vec::new())
    }

    fn press_editing(&mut self, scene: &Scene<'_>, pressed: Pressed) -> Option<Vec<Step>> {
        let treasury = &scene.snap.treasury;
        let form = self.form.as_mut()?;
        let picking = matches!(form.mode, Mode::Picking(..));
        match pressed.action {
            Some(Action::Open) => {
                form.accept(treasury);
                if picking {
                    form.go(true);
                }
            }
            Some(Action::NextPane) if picking => {
                form.accept(treasury);
                form.go(true);
            }
            Some(Action::NextPane) => form.go(true),
            Some(Action::PreviousPane) => form.go(false),
            Some(Action::Cancel) => form.cancel(),
            Some(Action::Down) => form.step(treasury, true),
            Some(Action::Up) => form.step(treasury, false),
            Some(_) => return None,
            None => return form.key(pressed.key).then(Vec::new),
        }
        Some(Vec::new())
    }

    fn press_list(&mut self, scene: &Scene<'_>, pressed: Pressed) -> Option<Vec<Step>> {
        if pressed.key == MEMBER_KEY && seat::has_choice(scene.snap) {
            return Some(vec![Step::Open(Modal::Acts(ActSheet::members(scene)))]);
        }
        if pressed.key == KeyPress::char('n') {
            self.form.get_or_insert_with(Form::empty);
            self.writing = true;
            return Some(Vec::new());
        }
        let (ids, action) = (ids(scene), pressed.action?);
        if let Some(scroll) = self.zoom {
            return self.press_zoom(scene, action, scroll);
        }
        let height = usize::from(Self::areas(scene, scene.areas().body).0.height.saturating_sub(1));
        if self.list.step(action, &ids, height) {
            return Some(Vec::new());
        }
        let selected = self.list.selected(&ids).copied();
        match action {
            Action::Open => Some(selected.map_or_else(Vec::new, |id| self.open(scene, id))),
            Action::Zoom => {
                self.zoom = selected.map(|_| 0);
                Some(Vec::new())
            }
            Action::Acts => Some(vec![Step::Open(Modal::Acts(ActSheet::new(selected)))]),
            _ => None,
        }
    }

    fn press_zoom(&mut self, scene: &Scene<'_>, action: Action, scroll: usize) -> Option<Vec<Step>> {
        let ids = ids(scene);
        let body = scene.areas().body;
        let selected = self.list.selected(&ids).and_then(|id| scene.snap.treasury.request(*id).ok());
        let rows = selected.map_or(0, |request| {
            wrap(&detail::lines(scene, request, Charset::Unicode), usize::from(body.width.saturating_sub(3))).len()
        });
        let end = scroll_end(rows, body.height);
        let half = usize::from(body.height / 2).max(1);
        self.zoom = match action {
            Action::Back | Action::Zoom => None,
            Action::Down => Some((scroll + 1).min(end)),
            Action::Up => Some(scroll.saturating_sub(1)),
            Action::PageDown => Some((scroll + half).min(end)),
            Action::PageUp => Some(scroll.saturating_sub(half)),
            Action::Top => Some(0),
            Action::Bottom => Some(end),
            Action::Acts => return Some(vec![Step::Open(Modal::Acts(ActSheet::new(selected.map(|request| request.id))))]),
            _ => return None,
        };
        Some(Vec::new())
    }

    fn view_list(&self, scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) {
        let ids = ids(scene);
        let request = self.list.selected(&ids).and_then(|id| scene.snap.treasury.request(*id).ok());
        if let (Some(scroll), Some(request)) = (self.zoom, request) {
            let below = Rect { x: area.x + 2, width: area.width.saturating_sub(3), ..area };
            draw_rows(
                buf,
                below,
                theme,
                &wrap(&detail::lines(scene, request, theme.charset()), usize::from(below.width)),
                scroll,
            );
            return;
        }
        let (list, rest) = Self::areas(scene, area);
        let (start, selected) = self.list.window(&ids, usize::from(list.height.saturating_sub(1)));
        draw_table(buf, list, theme, &Table { columns: &COLUMNS, total: ids.len(), start, selected }, |at| {
            scene.snap.treasury.request(ids[at]).map_or_else(|_| Row::default(), |request| row(scene, request))
        });
        if ids.is_empty() {
            put(buf, list.x + 2, list.y + 1, "No transfers yet: n writes the first draft.", theme.style(Role::TextDim));
        }
        if let (Some(rest), Some(request)) = (rest, request) {
            let lines = wrap(&detail::lines(scene, request, theme.charset()), usize::from(rest.width.saturating_sub(3)));
            let more = if lines.len() > usize::from(rest.height - 1) { "z shows all" } else { "" };
            rule_title(buf, Rect { height: 1, ..rest }, theme, Rule::Plain, (&request.number.to_string(), more));
            let below = Rect { x: rest.x + 2, y: rest.y + 1, width: rest.width.saturating_sub(3), height: rest.height - 1 };
            draw_rows(buf, below, theme, &lines, 0);
        }
    }
}

impl Pane for State {
    fn context(&self) -> Context {
        match self.shown_form().map(|form| &form.mode) {
            Some(Mode::Moving) => Context::Draft,
            Some(Mode::Typing(_)) => Context::Typing,
            Some(Mode::Picking(..)) => Context::Palette,
            None => Context::Browse,
        }
    }

    fn title(&self, scene: &Scene<'_>) -> (String, String) {
        if let Some(form) = self.shown_form() {
            let name = form
                .id
                .map_or_else(|| "new draft".to_owned(), |id| format!("draft {}", figures::number(&scene.snap.treasury, id)));
            let state = match (self.storing.is_some(), form.is_changed(), form.id) {
                (true, ..) => "being stored",
                (false, true, _) => "not stored yet",
                (false, false, Some(_)) => "stored, not proposed",
                (false, false, None) => "empty",
            };
            return (format!("Transfers > {name}"), state.to_owned());
        }
        let ids = ids(scene);
        if let (Some(_), Some(id)) = (self.zoom, self.list.selected(&ids)) {
            return (format!("Transfers > {}", figures::number(&scene.snap.treasury, *id)), String::new());
        }
        let kept = if self.form.is_some() { "an unfinished draft is kept here: n" } else { "newest first" };
        (format!("Transfers  {}", ids.len()), kept.to_owned())
    }

    fn status(&self, scene: &Scene<'_>) -> String {
        if self.shown_form().is_some() {
            return "Draft only: nothing leaves this machine before it is proposed.".to_owned();
        }
        seat::sentence(scene.snap, scene.me).unwrap_or_default()
    }

    fn hints(&self, _scene: &Scene<'_>) -> &'static [Hint] {
        match self.shown_form().map(|form| &form.mode) {
            Some(Mode::Moving) => &[
                Hint::Of(&[Action::NextPane, Action::PreviousPane], "field"),
                Hint::Of(&[Action::Open], "edit"),
                Hint::Of(&[Action::Acts], "propose.."),
                Hint::Of(&[Action::Undo, Action::Redo], "undo/redo"),
                Hint::Of(&[Action::MaxAmount], "max"),
                Hint::Of(&[Action::Back], "leave, draft kept"),
            ],
            Some(Mode::Typing(_)) => &[
                Hint::Of(&[Action::NextPane], "next"),
                Hint::Of(&[Action::Open], "keep"),
                Hint::Of(&[Action::Cancel], "as it was"),
            ],
            Some(Mode::Picking(..)) => &[
                Hint::Of(&[Action::Open], "pick"),
                Hint::Of(&[Action::Down, Action::Up], "choose"),
                Hint::Of(&[Action::Cancel], "as it was"),
            ],
            None if self.zoom.is_some() => &[
                Hint::Of(&[Action::Down, Action::Up], "scroll"),
                Hint::Of(&[Action::Acts], "acts"),
                Hint::Of(&[Action::Back], "back"),
            ],
            None => &[
                Hint::Key("n", "new draft"),
                Hint::Of(&[Action::Open], "open"),
                Hint::Of(&[Action::Down, Action::Up], "move"),
                Hint::Of(&[Action::Zoom], "all details"),
                Hint::Of(&[Action::Acts], "acts"),
                Hint::Of(&[Action::Back], "back"),
                Hint::Of(&[Action::Help], "help"),
            ],
        }
    }

    fn press(&mut self, scene: &Scene<'_>, pressed: Pressed) -> Option<Vec<Step>> {
        match self.shown_form().map(|form| matches!(form.mode, Mode::Moving)) {
            Some(true) => self.press_moving(scene, pressed.action?),
            Some(false) => self.press_editing(scene, pressed),
            None => self.press_list(scene, pressed),
        }
    }

    fn paste(&mut self, _scene: &Scene<'_>, text: &Untrusted) -> bool {
        self.writing && self.form.as_mut().is_some_and(|form| form.paste(text))
    }

    fn told(&mut self, _scene: &Scene<'_>, told: &Told) -> Vec<Step> {
        if self.storing.is_none() || told.wish != self.storing {
            return Vec::new();
        }
        self.storing = None;
        let acts = std::mem::take(&mut self.then_acts) && self.writing;
        if let (Ok(Answer::Done(done)), Some(form)) = (&told.result, &mut self.form) {
            form.stored(done.request);
            if let Some(id) = done.request {
                self.list.select(id);
            }
            if !self.writing {
                self.form = None;
            }
            if acts {
                return vec![Step::Open(Modal::Acts(ActSheet::new(done.request)))];
            }
        }
        Vec::new()
    }

    fn tick(&mut self, scene: &Scene<'_>) -> Vec<Step> {
        self.form.take_if(|form| !form.is_draft(&scene.snap.treasury));
        Vec::new()
    }

    fn shown(&mut self, scene: &Scene<'_>) -> Vec<Step> {
        self.tick(scene)
    }

    fn view(&self, scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
        match self.shown_form() {
            Some(form) => sheet::draw(form, scene, theme, area, buf),
            None => {
                self.view_list(scene, theme, area, buf);
                None
            }
        }
    }
}

#[cfg(test)]
#[path = "transfers/tests.rs"]
mod tests;
