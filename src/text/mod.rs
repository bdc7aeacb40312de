//! Untrusted text: one type, one sanitiser.
//!
//! Whatever was written by somebody else (token symbols, memos, labels, node errors, file contents, device strings) is an
//! [`Untrusted`]. It has no `Display`: the only way to the screen is [`Untrusted::show`], which replaces whatever could lie about
//! its own identity or move the cursor by a visible escape, `\u{hex}`. Nothing is dropped silently: a removed character would turn
//! `US<NUL>DC` into the name of another asset.
//!
//! [`cell_is_safe`] is the last wall: the screen's backend asks it once more for every cell. [`looks_like`] compares two names the
//! way an eye does (Unicode Technical Standard 39, confusable skeletons).

mod classify;
mod look_alike;
mod show;
mod untrusted;

pub use classify::cell_is_safe;
pub use look_alike::{looks_like, skeleton};
pub use show::{Charset, Context, Flags, Shown};
pub use untrusted::Untrusted;

use unicode_width::UnicodeWidthStr;

/// Columns that `text` takes on a terminal (Unicode Annex 11, ambiguous characters are narrow).
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}
