//! Draws snapshots, sends commands.
//!
//! The ground floor, from the wire upwards: [`terminal`] is the only part that touches the machine; [`input`] turns bytes into keys
//! and swallows what terminals say about themselves; [`keymap`] turns keys into actions; [`layout`] cuts the screen into areas;
//! [`widget`] draws the pieces that screens share; [`backend`] checks every cell and sends one write per changed frame;
//! [`picture`] turns a frame into text for tests, files and the manual.
//!
//! Upstairs: [`ui`] is the state of the screen and what an input makes of it; a [`pane`] is a [`screen`] or a [`modal`]; [`scene`] is
//! what panes look at, [`wish`] what they want done, [`outcome`] what really happened; [`frame`] draws it all.

pub mod act;
pub mod alert;
pub mod backend;
pub mod clipboard;
pub mod custody;
pub mod figures;
#[cfg(test)]
mod fixture;
pub mod frame;
#[cfg(test)]
mod frames;
pub mod hand;
pub mod input;
pub mod keymap;
pub mod layout;
pub mod list;
pub mod modal;
pub mod outcome;
pub mod page;
pub mod pane;
pub mod picture;
pub mod record_line;
pub mod request_line;
pub mod run;
pub mod scene;
pub mod screen;
pub mod terminal;
pub mod ui;
pub mod widget;
pub mod wish;
pub mod words;

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::desk::Desk;
use crate::desk::snapshot::Snapshot;
use crate::theme::Theme;
use crate::tui::run::{Left, Setup};
use crate::tui::screen::Tab;
use crate::tui::terminal::TerminalError;
use crate::tui::ui::Ui;

/// Runs the full screen on a desk until somebody leaves or the terminal is gone.
///
/// # Errors
/// [`TerminalError`] where there can be no full screen; its message names the way out.
pub async fn run(desk: Arc<Desk>, setup: Setup) -> Result<Left, TerminalError> {
    run::run(desk, setup).await
}

/// Why there is no such picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPicture {
    /// The name is none of a screen.
    #[error("there is no screen {0:?}: choose overview, transfers, queue, wallets or audit")]
    Unknown(String),
    /// Below the smallest layout.
    #[error("a screen needs at least 40x10")]
    TooSmall,
}

/// One frame of a screen as it would be drawn: `bursar screen`. For text see [`picture::picture`], for an image [`picture::svg`].
///
/// # Errors
/// [`NoPicture`].
pub fn screen(name: &str, size: (u16, u16), theme: &Theme, snap: &Snapshot) -> Result<Buffer, NoPicture> {
    let tab = Tab::named(name).ok_or_else(|| NoPicture::Unknown(name.chars().take(40).collect()))?;
    if !layout::is_large_enough(size.0, size.1) {
        return Err(NoPicture::TooSmall);
    }
    let mut ui = Ui::new(size, snap, 0);
    ui.go(tab);
    let mut buf = Buffer::empty(Rect::new(0, 0, size.0, size.1));
    frame::draw(&ui, snap, theme, &mut buf);
    Ok(buf)
}
