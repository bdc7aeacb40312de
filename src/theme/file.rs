//! The theme file: TOML to a validated [`Theme`], every error with its line.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier};
use serde::Deserialize;
use toml::Spanned;

use super::colour::{self, Paint};
use super::contrast;
use super::depth::Depth;
use super::role::Role;
use super::{Appearance, BUILT_IN, Glyphs, Look, SOURCES, Theme};
use crate::text::{Charset, Context, Untrusted, cell_is_safe, width};

/// Largest theme file, in bytes.
pub const FILE_BYTES_MAX: usize = 64 * 1024;
/// The version of the format that this program reads.
const VERSION: u32 = 1;
/// How many themes may inherit from each other in a row.
const INHERIT_MAX: usize = 4;
/// The palette name under which a theme says which background it was made for; only the contrast check uses it.
const GROUND: &str = "background";
/// Longest theme name, in characters.
const NAME_CHARS_MAX: usize = 32;

/// Why a theme file was refused. Trying again without editing the file cannot help.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("theme file, line {line}: {what}")]
pub struct ThemeError {
    /// Line in the file, from 1.
    pub line: usize,
    /// What is wrong and what was expected; sanitised.
    pub what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    meta: Spanned<Meta>,
    #[serde(default)]
    palette: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    roles: BTreeMap<String, Spanned<RoleLook>>,
    glyphs: Option<Spanned<GlyphNames>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Meta {
    name: String,
    appearance: AppearanceName,
    inherits: Option<String>,
    version: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum AppearanceName {
    Dark,
    Light,
    Any,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleLook {
    fg: Option<Colour>,
    bg: Option<Colour>,
    mods: Option<Vec<Mod>>,
    c16_mods: Option<Vec<Mod>>,
    mono: Option<Vec<Mod>>,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected a colour: \"#rrggbb\", \"$name\" of the palette, an ANSI name, 0 to 255, or { true, c256, c16 }"
)]
enum Colour {
    Index(u8),
    Name(String),
    PerDepth(PerDepth),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PerDepth {
    #[serde(rename = "true")]
    full: Option<String>,
    c256: Option<u8>,
    c16: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mod {
    Bold,
    Dim,
    Italic,
    Underline,
    Reverse,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GlyphNames {
    rule: Option<String>,
    bar_full: Option<String>,
    bar_empty: Option<String>,
    select: Option<String>,
}

type Palette = BTreeMap<String, Color>;

impl Theme {
    /// Reads a theme file. It may inherit from a built-in theme.
    ///
    /// # Errors
    /// An unknown key, role, colour or glyph, a foreground equal to its background, a version this program does not know:
    /// each with its line. Low contrast is no error: see [`Theme::warnings`].
    pub fn parse(text: &str) -> Result<Self, ThemeError> {
        parse_within(text, INHERIT_MAX)
    }
}

fn parse_within(text: &str, depth_left: usize) -> Result<Theme, ThemeError> {
    let fail = |at: usize, what: String| ThemeError { line: line_of(text, at), what };
    if text.len() > FILE_BYTES_MAX {
        return Err(fail(0, format!("the file has {} bytes, at most {FILE_BYTES_MAX} are read", text.len())));
    }
    let file: File = toml::from_str(text).map_err(|e| fail(e.span().map_or(0, |span| span.start), clean(e.message())))?;
    let meta_at = file.meta.span().start;
    let mut theme = base(file.meta.get_ref(), depth_left).map_err(|what| fail(meta_at, what))?;
    let palette = palette(&file.palette).map_err(|(at, what)| fail(at, what))?;
    let fallback = theme.looks;
    for (name, role_look) in &file.roles {
        let at = role_look.span().start;
        let role =
            Role::named(name).ok_or_else(|| fail(at, format!("{} is no role; `bursar theme roles` lists them", quoted(name))))?;
        let look = look(role_look.get_ref(), &palette).map_err(|what| fail(at, format!("{name}: {what}")))?;
        let warning = contrast::check(role, &look, palette.get(GROUND).copied(), line_of(text, at));
        theme.looks[role as usize] = if warning.is_some() { fallback[role as usize] } else { look };
        theme.warnings.extend(warning);
    }
    if let Some(glyphs) = file.glyphs {
        let at = glyphs.span().start;
        set_glyphs(&mut theme.glyphs, glyphs.into_inner()).map_err(|what| fail(at, what))?;
    }
    Ok(theme)
}

/// What the file starts from: the theme it inherits, or nothing but the terminal's own colours.
fn base(meta: &Meta, depth_left: usize) -> Result<Theme, String> {
    if meta.version != VERSION {
        return Err(format!("version {} is not known, this program reads version {VERSION}", meta.version));
    }
    let well_named = meta.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !well_named || meta.name.is_empty() || meta.name.len() > NAME_CHARS_MAX {
        return Err(format!("name must be 1 to {NAME_CHARS_MAX} of a-z, 0-9 and -"));
    }
    let appearance = match meta.appearance {
        AppearanceName::Dark => Appearance::Dark,
        AppearanceName::Light => Appearance::Light,
        AppearanceName::Any => Appearance::Any,
    };
    let parent = match &meta.inherits {
        None => None,
        Some(name) => {
            let at = BUILT_IN.iter().position(|built_in| built_in == name);
            let at = at.ok_or_else(|| {
                format!("inherits {}, but only built-in themes can be inherited: {}", quoted(name), BUILT_IN.join(", "))
            })?;
            let left = depth_left.checked_sub(1).ok_or("themes inherit from each other in a ring")?;
            Some(parse_within(SOURCES[at], left).map_err(|e| e.to_string())?)
        }
    };
    let (looks, glyphs) = parent.map_or_else(|| ([Look::default(); Role::ALL.len()], Glyphs::ascii()), |p| (p.looks, p.glyphs));
    let (depth, charset) = (Depth::C16, Charset::Unicode);
    Ok(Theme { name: meta.name.clone(), appearance, looks, glyphs, depth, charset, warnings: Vec::new() })
}

fn palette(file: &BTreeMap<String, Spanned<String>>) -> Result<Palette, (usize, String)> {
    let entry = |(name, value): (&String, &Spanned<String>)| {
        let colour = colour::hex(value.get_ref());
        let bad = || (value.span().start, format!("palette {}: expected \"#rrggbb\"", quoted(name)));
        Ok((name.clone(), colour.ok_or_else(bad)?))
    };
    file.iter().map(entry).collect()
}

fn look(file: &RoleLook, palette: &Palette) -> Result<Look, String> {
    let paint = |colour: &Option<Colour>| colour.as_ref().map_or(Ok(Paint::default()), |colour| paint(colour, palette));
    let look = Look {
        fg: paint(&file.fg)?,
        bg: paint(&file.bg)?,
        mods: file.mods.as_deref().map(modifier).unwrap_or_default(),
        c16_mods: file.c16_mods.as_deref().map(modifier),
        mono: file.mono.as_deref().map(modifier),
    };
    for depth in [Depth::True, Depth::C256, Depth::C16] {
        if look.fg.at(depth).is_some_and(|fg| look.bg.at(depth) == Some(fg)) {
            return Err(format!("fg and bg are the same at depth {}: nothing could be read", depth.name()));
        }
    }
    Ok(look)
}

fn paint(colour: &Colour, palette: &Palette) -> Result<Paint, String> {
    let true_colour = |text: &str| match text.strip_prefix('$') {
        Some(name) => palette.get(name).copied().ok_or_else(|| format!("{} is not in the palette", quoted(text))),
        None => colour::hex(text).ok_or_else(|| format!("{} is no colour: expected \"#rrggbb\" or \"$name\"", quoted(text))),
    };
    let ansi = |text: &str| {
        colour::named(text).ok_or_else(|| format!("{} is no ANSI colour name, such as \"bright-black\"", quoted(text)))
    };
    match colour {
        Colour::Index(index) => Ok(Paint { c256: Some(Color::Indexed(*index)), ..Paint::default() }),
        Colour::Name(name) if name.starts_with(['#', '$']) => Ok(Paint { full: Some(true_colour(name)?), ..Paint::default() }),
        Colour::Name(name) => Ok(Paint { c16: Some(ansi(name)?), ..Paint::default() }),
        Colour::PerDepth(per) => Ok(Paint {
            full: per.full.as_deref().map(true_colour).transpose()?,
            c256: per.c256.map(Color::Indexed),
            c16: per.c16.as_deref().map(ansi).transpose()?,
        }),
    }
}

fn modifier(mods: &[Mod]) -> Modifier {
    mods.iter().fold(Modifier::empty(), |all, one| {
        all | match one {
            Mod::Bold => Modifier::BOLD,
            Mod::Dim => Modifier::DIM,
            Mod::Italic => Modifier::ITALIC,
            Mod::Underline => Modifier::UNDERLINED,
            Mod::Reverse => Modifier::REVERSED,
        }
    })
}

fn set_glyphs(glyphs: &mut Glyphs, file: GlyphNames) -> Result<(), String> {
    let pairs = [
        ("rule", file.rule, &mut glyphs.rule),
        ("bar_full", file.bar_full, &mut glyphs.bar_full),
        ("bar_empty", file.bar_empty, &mut glyphs.bar_empty),
        ("select", file.select, &mut glyphs.select),
    ];
    for (name, sign, place) in pairs {
        let Some(sign) = sign else { continue };
        if !cell_is_safe(&sign) || width(&sign) != 1 || sign == " " {
            return Err(format!("glyph {name}: {} is not one visible column wide", quoted(&sign)));
        }
        *place = sign;
    }
    if glyphs.bar_full == glyphs.bar_empty {
        return Err("glyphs bar_full and bar_empty are the same: a gauge could not be read".to_owned());
    }
    Ok(())
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

/// Words of the file within our own sentences.
fn quoted(text: &str) -> String {
    Untrusted::new(text).quoted(Context::Label, NAME_CHARS_MAX + 2, Charset::Unicode).text
}

/// A parser's message can hold pieces of the file.
fn clean(message: &str) -> String {
    Untrusted::new(message).show(Context::Diag, 200).text
}
