//! What opens on top of a screen and takes every key until it is closed.

pub mod help;
pub mod messages;
pub mod quit;
pub mod unlock;

use crate::tui::act::{ActScreen, ActSheet};
use crate::tui::pane::Pane;

/// A modal and its state.
#[expect(clippy::large_enum_variant, reason = "a handful exist at a time; a box each would be noise")]
#[derive(Debug)]
pub enum Modal {
    /// The keys, and what the marks mean.
    Help(help::State),
    /// What could be done with the selected thing.
    Acts(ActSheet),
    /// One act, on a screen of its own.
    Act(ActScreen),
    /// The passphrase.
    Unlock(unlock::State),
    /// Whether to leave.
    Quit(quit::State),
    /// What was said so far.
    Messages(messages::State),
}

/// How much of the screen a modal takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// The body and the title; header and tabs stay.
    Body,
    /// The lower part of the body, this many rows; the screen behind stays visible.
    Sheet(u16),
    /// The whole screen, and nothing else is drawn: no name, balance or hash.
    All,
}

impl Modal {
    /// What it has in common with the others.
    pub fn pane(&self) -> &dyn Pane {
        match self {
            Self::Help(state) => state,
            Self::Acts(state) => state,
            Self::Act(state) => state,
            Self::Unlock(state) => state,
            Self::Quit(state) => state,
            Self::Messages(state) => state,
        }
    }

    /// The same, to be changed.
    pub fn pane_mut(&mut self) -> &mut dyn Pane {
        match self {
            Self::Help(state) => state,
            Self::Acts(state) => state,
            Self::Act(state) => state,
            Self::Unlock(state) => state,
            Self::Quit(state) => state,
            Self::Messages(state) => state,
        }
    }

    /// How much of the screen it takes.
    pub fn cover(&self) -> Cover {
        match self {
            Self::Help(_) | Self::Act(_) | Self::Messages(_) => Cover::Body,
            Self::Acts(sheet) => Cover::Sheet(sheet.rows()),
            Self::Quit(_) => Cover::Sheet(quit::ROWS),
            Self::Unlock(state) => state.cover(),
        }
    }

    /// Whether its title rule is the unmistakable one of acts.
    pub const fn acts(&self) -> bool {
        matches!(self, Self::Act(_))
    }
}
