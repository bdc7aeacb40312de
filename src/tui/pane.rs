//! What a screen and a modal have in common: they say what stands in the furniture, answer keys with steps, and draw themselves.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::id::MemberId;
use crate::text::Untrusted;
use crate::theme::Theme;
use crate::tui::input::KeyPress;
use crate::tui::keymap::{Action, Context};
use crate::tui::modal::Modal;
use crate::tui::scene::Scene;
use crate::tui::screen::Screen;
use crate::tui::ui::Say;
use crate::tui::wish::{Told, Wish};

/// One item of the footer, most important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Actions that share an item, and its word; the keys come from the key map.
    Of(&'static [Action], &'static str),
    /// A key that only this pane knows, and its word.
    Key(&'static str, &'static str),
}

/// A key with its meaning where it was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pressed {
    /// The key itself, for text fields and keys of a single pane.
    pub key: KeyPress,
    /// Its meaning in [`Pane::context`].
    pub action: Option<Action>,
}

/// What a pane wants to happen.
#[expect(clippy::large_enum_variant, reason = "a handful exist at a time; a box each would be noise")]
#[derive(Debug)]
pub enum Step {
    /// Show this screen; the one before it is kept as it is.
    Go(Screen),
    /// Open a modal on top.
    Open(Modal),
    /// Close this modal, or go back from this screen.
    Close,
    /// Have something done.
    Wish(Wish),
    /// Tell the status line.
    Say(Say),
    /// Act as another member from now on (practice treasuries let one person play all).
    ActAs(MemberId),
}

/// A screen or a modal.
pub trait Pane {
    /// Where keys are pressed: decides what they mean.
    fn context(&self) -> Context {
        Context::Browse
    }

    /// Left and right part of the title rule: `("Queue  7 open, 3 need me", "sort exp")`.
    fn title(&self, scene: &Scene<'_>) -> (String, String);

    /// The status line while there is nothing to report. Our own words only, never text of others.
    fn status(&self, _scene: &Scene<'_>) -> String {
        String::new()
    }

    /// The footer.
    fn hints(&self, scene: &Scene<'_>) -> &'static [Hint];

    /// A key. `None`: it means nothing here, look at the global keys.
    fn press(&mut self, scene: &Scene<'_>, pressed: Pressed) -> Option<Vec<Step>>;

    /// Text was pasted. Returns false where nothing takes it.
    fn paste(&mut self, _scene: &Scene<'_>, _text: &Untrusted) -> bool {
        false
    }

    /// The window lost the focus (`false`) or has it again, where the terminal reports it.
    fn focus(&mut self, _scene: &Scene<'_>, _here: bool) -> Vec<Step> {
        Vec::new()
    }

    /// When [`Pane::tick`] should come at the latest, in milliseconds of [`Scene::now_ms`]; the usual beat is enough where `None`.
    fn due_ms(&self) -> Option<u64> {
        None
    }

    /// A wish was answered: told to every open pane. Steps of a pane that is not on top are done as well.
    fn told(&mut self, _scene: &Scene<'_>, _told: &Told) -> Vec<Step> {
        Vec::new()
    }

    /// The pane is on the screen now (again): what it needs to be loaded.
    fn shown(&mut self, _scene: &Scene<'_>) -> Vec<Step> {
        Vec::new()
    }

    /// Time passed (about once a second). Returns steps such as closing after a time-out.
    fn tick(&mut self, _scene: &Scene<'_>) -> Vec<Step> {
        Vec::new()
    }

    /// Draws into `area` and returns where the cursor belongs, if a field takes text. Pure: same state and scene, same cells.
    fn view(&self, scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position>;
}
