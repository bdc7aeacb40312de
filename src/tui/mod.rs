//! Draws snapshots, sends commands.
//!
//! The ground floor, from the wire upwards: [`terminal`] is the only part that touches the machine; [`input`] turns bytes into keys
//! and swallows what terminals say about themselves; [`keymap`] turns keys into actions; [`layout`] cuts the screen into areas;
//! [`widget`] draws the pieces that screens share; [`backend`] checks every cell and sends one write per changed frame;
//! [`picture`] turns a frame into text for tests, files and the manual.

pub mod backend;
pub mod input;
pub mod keymap;
pub mod layout;
pub mod picture;
pub mod terminal;
pub mod widget;
