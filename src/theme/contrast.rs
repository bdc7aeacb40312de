//! Can it be read? Contrast after WCAG 2.2, where both colours are known.

use ratatui::style::{Color, Modifier};

use super::Look;
use super::colour::{Rgb, rgb};
use super::depth::Depth;
use super::role::Role;

/// Least ratio for text, and for text that is meant to stand back.
const RATIO_MIN: f64 = 4.5;
const RATIO_MIN_DIM: f64 = 3.0;

/// A role that could not be read against its background; it is drawn as in `terminal` instead.
#[derive(Clone, Debug, PartialEq)]
pub struct ContrastWarning {
    /// The role.
    pub role: Role,
    /// At which depth.
    pub depth: Depth,
    /// Line of the theme file, from 1.
    pub line: usize,
    /// WCAG contrast ratio, 1.0 to 21.0.
    pub ratio: f64,
    /// What it would have to be.
    pub wanted: f64,
}

// The ratio is never NaN: it is a quotient of sums of finite, positive numbers.
impl Eq for ContrastWarning {}

/// The first depth at which `look` cannot be read, if any. `ground` is the background that the theme says it was made for.
pub(super) fn check(role: Role, look: &Look, ground: Option<Color>, line: usize) -> Option<ContrastWarning> {
    let dim = role == Role::TextDim || look.mods.contains(Modifier::DIM);
    let wanted = if dim { RATIO_MIN_DIM } else { RATIO_MIN };
    [Depth::True, Depth::C256].into_iter().find_map(|depth| {
        let fg = look.fg.at(depth).and_then(rgb)?;
        let bg = look.bg.at(depth).or(ground).and_then(rgb)?;
        let ratio = ratio(fg, bg);
        (ratio < wanted).then_some(ContrastWarning { role, depth, line, ratio, wanted })
    })
}

/// WCAG 2.2 contrast ratio of two sRGB colours.
fn ratio(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance((r, g, b): Rgb) -> f64 {
    let linear = |level: u8| {
        let level = f64::from(level) / 255.0;
        if level <= 0.04045 { level / 12.92 } else { ((level + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_the_scale_are_those_of_the_standard() {
        assert!((ratio((0, 0, 0), (255, 255, 255)) - 21.0).abs() < 1e-9);
        assert!((ratio((90, 90, 90), (90, 90, 90)) - 1.0).abs() < 1e-9);
        assert!((ratio((0x77, 0x77, 0x77), (255, 255, 255)) - 4.48).abs() < 0.01, "the standard's known near miss");
    }
}
