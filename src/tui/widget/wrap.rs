//! Long sentences on several lines.

use super::cut;
use crate::text::width;

/// Our own text in lines of at most `columns`, broken at blanks; a word that is longer than a line is cut.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(cut(word, columns)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_at_blanks_and_cuts_only_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("incomprehensible", 8), ["incomp.."]);
        assert!(wrap("", 8).is_empty() && wrap("a", 0) == [""]);
    }
}
