//! Names that an eye takes for each other (UTS 39).

use unicode_normalization::UnicodeNormalization;

use super::classify::{is_bidi, is_control, is_invisible};

/// The skeleton of a name: NFKC, hidden characters and spaces removed, confusables folded (UTS 39), case folded.
/// Two names with one skeleton are drawn alike by some font.
pub fn skeleton(name: &str) -> String {
    confusables(&visible(name)).to_lowercase()
}

/// True when the two names are not the same but can be taken for each other. Symmetric.
///
/// Case is folded after and, for pairs such as `l` and `I` in lower case words, also before the confusables.
pub fn looks_like(a: &str, b: &str) -> bool {
    if a == b {
        return false;
    }
    let (a, b) = (visible(a), visible(b));
    confusables(&a).to_lowercase() == confusables(&b).to_lowercase()
        || confusables(&a.to_lowercase()) == confusables(&b.to_lowercase())
}

fn visible(name: &str) -> String {
    name.chars().filter(|c| !is_hidden(*c)).nfkc().filter(|c| !is_hidden(*c)).collect()
}

fn is_hidden(c: char) -> bool {
    c.is_whitespace() || is_control(c) || is_bidi(c) || is_invisible(c)
}

fn confusables(name: &str) -> String {
    unicode_security::skeleton(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disguises_of_a_known_symbol_are_seen() {
        for disguise in [
            "U\u{405}DC",
            "ＵＳＤＣ",
            "\u{1D414}\u{1D412}\u{1D403}\u{1D402}",
            "USDC\u{200b}",
            "US\u{0}DC",
            "USDC\u{e0041}",
            "USDC\u{2800}",
            "usdc",
            "USD\u{421}",
            "USDC ",
            "\u{202e}USDC",
            "USDC\u{fe0f}",
            "US\u{ad}DC",
        ] {
            assert!(looks_like("USDC", disguise), "{disguise:?}");
            assert!(looks_like(disguise, "USDC"), "{disguise:?}");
            assert_eq!(skeleton("USDC"), skeleton(disguise), "{disguise:?}");
        }
    }

    #[test]
    fn letters_that_share_a_shape_are_seen_in_both_cases() {
        assert!(looks_like("IRIS", "lRlS"));
        assert!(looks_like("vault-1", "vault-l"));
        assert!(looks_like("Exch A", "Exch \u{410}"));
        assert!(looks_like("modern", "rnodern"));
    }

    #[test]
    fn the_same_and_the_different_are_not_alike() {
        assert!(!looks_like("USDC", "USDC"));
        assert!(!looks_like("USDC", "USDT"));
        assert!(!looks_like("pay-eu-1", "pay-us-1"));
        assert!(!looks_like("", "a"));
    }
}
