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
#[cfg(test)]
mod fixture;
pub mod custody;
pub mod figures;
pub mod frame;
#[cfg(test)]
mod frames;
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
pub mod scene;
pub mod screen;
pub mod terminal;
pub mod ui;
pub mod widget;
pub mod wish;
pub mod words;
