//! A colour as a theme gives it: one value per depth.

use ratatui::style::Color;

use super::depth::Depth;

/// Red, green, blue, 0 to 255.
pub type Rgb = (u8, u8, u8);

/// Levels of the 6x6x6 cube in the xterm palette.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The sixteen names, by their number in the palette.
const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];
const ANSI: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

/// A colour per depth; unset means the terminal's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Paint {
    pub full: Option<Color>,
    pub c256: Option<Color>,
    pub c16: Option<Color>,
}

impl Paint {
    /// The best that was given for this depth: each depth falls back to the next poorer one.
    pub fn at(self, depth: Depth) -> Option<Color> {
        match depth {
            Depth::True => self.full.or(self.c256).or(self.c16),
            Depth::C256 => self.c256.or(self.full.and_then(nearest)).or(self.c16),
            Depth::C16 => self.c16,
            Depth::Mono => None,
        }
    }
}

/// The colour of an ANSI name.
pub(super) fn named(name: &str) -> Option<Color> {
    NAMES.iter().position(|known| *known == name).map(|at| ANSI[at])
}

/// `#rrggbb`.
pub(super) fn hex(text: &str) -> Option<Color> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some(Color::Rgb(byte(0)?, byte(2)?, byte(4)?))
}

/// What the eye gets, where it can be known: `None` for the first sixteen, which belong to the user's own palette.
pub fn rgb(colour: Color) -> Option<Rgb> {
    match colour {
        Color::Rgb(r, g, b) => Some((r, g, b)),
        Color::Indexed(at @ 16..=231) => {
            let at = usize::from(at) - 16;
            Some((CUBE[at / 36], CUBE[at / 6 % 6], CUBE[at % 6]))
        }
        Color::Indexed(at @ 232..=255) => {
            let level = 8 + 10 * (at - 232);
            Some((level, level, level))
        }
        _ => None,
    }
}

/// The entry of the 256 palette (without the user's sixteen) that is nearest to a 24 bit colour.
fn nearest(colour: Color) -> Option<Color> {
    let (r, g, b) = rgb(colour)?;
    let apart = |other: Rgb| {
        let part = |x: u8, y: u8| u32::from(x.abs_diff(y)).pow(2);
        part(r, other.0) + part(g, other.1) + part(b, other.2)
    };
    (16..=255).map(Color::Indexed).min_by_key(|entry| rgb(*entry).map_or(u32::MAX, apart))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_takes_six_digits_and_nothing_else() {
        assert_eq!(hex("#ff8700"), Some(Color::Rgb(255, 135, 0)));
        for bad in ["ff8700", "#ff870", "#ff87000", "#gg8700", "#é8700"] {
            assert_eq!(hex(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_true_colour_finds_its_neighbour_in_the_palette() {
        let paint = Paint { full: hex("#ff8700"), ..Paint::default() };
        assert_eq!(paint.at(Depth::C256), Some(Color::Indexed(208)));
        assert_eq!(paint.at(Depth::C16), None, "sixteen colours are never guessed");
        assert_eq!(paint.at(Depth::Mono), None);
        assert_eq!(rgb(Color::Indexed(208)), Some((255, 135, 0)));
        assert_eq!(rgb(Color::Indexed(236)), Some((48, 48, 48)));
        assert_eq!(rgb(Color::Red), None);
    }
}
