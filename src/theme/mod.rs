//! Roles to colours and marks, per terminal depth.
//!
//! A screen never names a colour: it names a [`Role`] and the [`Theme`] answers with a style for the depth of this terminal.
//! What a thing *is* stands on the screen as a tag or a word ([`Role::tag`], [`Role::word`]), which no theme can change: colour only
//! repeats it. Themes are TOML files (see [`Theme::parse`]); five are built in.

mod colour;
mod contrast;
mod depth;
mod file;
mod role;

pub use colour::rgb as palette_rgb;
pub use contrast::ContrastWarning;
pub use depth::{Depth, detect_depth};
pub use file::ThemeError;
pub use role::Role;

use ratatui::style::{Color, Modifier, Style};

use crate::text::Charset;
use colour::Paint;

/// Names of the built-in themes; the first is the default.
pub const BUILT_IN: [&str; 5] = ["terminal", "harbour", "harbour-light", "high-contrast", "mono"];

const SOURCES: [&str; 5] = [
    include_str!("../../themes/terminal.toml"),
    include_str!("../../themes/harbour.toml"),
    include_str!("../../themes/harbour-light.toml"),
    include_str!("../../themes/high-contrast.toml"),
    include_str!("../../themes/mono.toml"),
];

/// For which background a theme was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appearance {
    /// Light text on a dark ground.
    Dark,
    /// Dark text on a light ground.
    Light,
    /// Either.
    Any,
}

/// How one role is drawn, at every depth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Look {
    fg: Paint,
    bg: Paint,
    mods: Modifier,
    c16_mods: Option<Modifier>,
    mono: Option<Modifier>,
}

/// Single-cell signs of the screen's furniture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// Horizontal rules.
    pub rule: String,
    /// The filled part of a gauge.
    pub bar_full: String,
    /// The empty part of a gauge.
    pub bar_empty: String,
    /// The mark in front of the selected row.
    pub select: String,
}

impl Glyphs {
    /// The ASCII set: fixed, not themable.
    pub fn ascii() -> Self {
        let own = str::to_owned;
        Self { rule: own("-"), bar_full: own("#"), bar_empty: own("-"), select: own(">") }
    }
}

/// A parsed and validated theme, set to one colour depth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    name: String,
    appearance: Appearance,
    looks: [Look; Role::ALL.len()],
    glyphs: Glyphs,
    depth: Depth,
    charset: Charset,
    warnings: Vec<ContrastWarning>,
}

impl Theme {
    /// A built-in theme, or `None` for another name.
    pub fn built_in(name: &str) -> Option<Self> {
        let at = BUILT_IN.iter().position(|built_in| *built_in == name)?;
        Some(Self::parse(SOURCES[at]).expect("a test parses every built-in theme"))
    }

    /// The same theme for a terminal of this depth that may be sent this character set.
    pub fn fitted(mut self, depth: Depth, charset: Charset) -> Self {
        (self.depth, self.charset) = (depth, charset);
        self
    }

    /// The theme's name, as its file gives it: letters, digits and `-`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// For which background it was made.
    pub fn appearance(&self) -> Appearance {
        self.appearance
    }

    /// The depth it is set to.
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// The character set it is set to.
    pub fn charset(&self) -> Charset {
        self.charset
    }

    /// Roles whose colours were too close to the background and were replaced by those of `terminal`.
    pub fn warnings(&self) -> &[ContrastWarning] {
        &self.warnings
    }

    /// The signs to draw with, by character set.
    pub fn glyphs(&self) -> Glyphs {
        match self.charset {
            Charset::Unicode => self.glyphs.clone(),
            Charset::Ascii => Glyphs::ascii(),
        }
    }

    /// How to draw `role` on this terminal. Unset colours are the terminal's own.
    pub fn style(&self, role: Role) -> Style {
        let look = &self.looks[role as usize];
        let mods = match self.depth {
            Depth::True | Depth::C256 => look.mods,
            Depth::C16 => look.c16_mods.unwrap_or(look.mods),
            Depth::Mono => look.mono.unwrap_or(look.mods),
        };
        let mut style = Style::new().add_modifier(mods);
        style.fg = look.fg.at(self.depth);
        style.bg = look.bg.at(self.depth);
        style
    }

    /// Whether the role has a colour of its own at this depth (and not only marks).
    pub fn is_coloured(&self, role: Role) -> bool {
        let style = self.style(role);
        [style.fg, style.bg].into_iter().flatten().any(|colour| colour != Color::Reset)
    }
}

impl Default for Theme {
    /// `terminal` at sixteen colours: right on every terminal that can show colour at all.
    fn default() -> Self {
        Self::built_in(BUILT_IN[0]).expect("the first theme is built in")
    }
}

#[cfg(test)]
mod tests;
