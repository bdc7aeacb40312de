//! How many colours this terminal shows: from what it says about itself, never from a query.

/// Colour depth of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// 24 bits per colour.
    True,
    /// The xterm palette of 256.
    C256,
    /// The sixteen names of ECMA-48 with their bright forms.
    C16,
    /// Bold, dim, reverse and underline only.
    Mono,
}

impl Depth {
    /// The depth of that name in `BURSAR_COLOR` and the config file; `None` for `auto` and anything unknown.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "true" => Some(Depth::True),
            "256" => Some(Depth::C256),
            "16" => Some(Depth::C16),
            "mono" => Some(Depth::Mono),
            _ => None,
        }
    }

    /// The name in `BURSAR_COLOR` and the config file.
    pub const fn name(self) -> &'static str {
        match self {
            Depth::True => "true",
            Depth::C256 => "256",
            Depth::C16 => "16",
            Depth::Mono => "mono",
        }
    }
}

/// The depth of the terminal that `env` describes.
///
/// In this order: `BURSAR_COLOR`, the config file, `NO_COLOR` (non-empty, no-color.org) or `TERM=dumb`: mono, `COLORTERM` truecolor or
/// 24bit, `TERM` with 256, else sixteen. Truecolor is never guessed: sshd does not forward `COLORTERM`.
pub fn detect_depth(env: impl Fn(&str) -> Option<String>, config: Option<Depth>) -> Depth {
    let has = |name: &str| env(name).filter(|value| !value.is_empty());
    let term = has("TERM").unwrap_or_default();
    if let Some(depth) = has("BURSAR_COLOR").and_then(|name| Depth::named(&name)).or(config) {
        return depth;
    }
    if has("NO_COLOR").is_some() || term == "dumb" {
        Depth::Mono
    } else if has("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit") {
        Depth::True
    } else if term.contains("256") {
        Depth::C256
    } else {
        Depth::C16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(env: &[(&str, &str)], config: Option<Depth>) -> Depth {
        detect_depth(|name| env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()), config)
    }

    #[test]
    fn the_environment_is_read_in_order() {
        assert_eq!(detect(&[], None), Depth::C16);
        assert_eq!(detect(&[("TERM", "xterm")], None), Depth::C16);
        assert_eq!(detect(&[("TERM", "tmux-256color")], None), Depth::C256);
        assert_eq!(detect(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], None), Depth::True);
        assert_eq!(detect(&[("TERM", "xterm"), ("COLORTERM", "yes")], None), Depth::C16);
        assert_eq!(detect(&[("TERM", "dumb"), ("COLORTERM", "24bit")], None), Depth::Mono);
        assert_eq!(detect(&[("NO_COLOR", "1"), ("COLORTERM", "24bit")], None), Depth::Mono);
        assert_eq!(detect(&[("NO_COLOR", ""), ("COLORTERM", "24bit")], None), Depth::True);
    }

    #[test]
    fn the_operator_wins_over_the_terminal() {
        assert_eq!(detect(&[("NO_COLOR", "1")], Some(Depth::C256)), Depth::C256);
        assert_eq!(detect(&[("BURSAR_COLOR", "mono"), ("COLORTERM", "24bit")], Some(Depth::C256)), Depth::Mono);
        assert_eq!(detect(&[("BURSAR_COLOR", "auto"), ("TERM", "x-256color")], None), Depth::C256);
        assert_eq!(detect(&[("BURSAR_COLOR", "rainbow"), ("TERM", "dumb")], None), Depth::Mono);
    }

    #[test]
    fn names_read_back() {
        for depth in [Depth::True, Depth::C256, Depth::C16, Depth::Mono] {
            assert_eq!(Depth::named(depth.name()), Some(depth));
        }
    }
}
