//! Rules with titles, key and value lines, gauges.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{cut, put};
use crate::text::width;
use crate::theme::{Role, Theme};

/// Which kind of rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// `-- Title ----`: screens and panes.
    Plain,
    /// `== TITLE ====`: screens that act. Always `=`, in every glyph set and theme.
    Act,
}

/// A rule over the whole width of `area`'s first row: the title on the left, freshness or filter on the right.
/// Where both do not fit, the right part is left out first, then the title is cut with `..`.
pub fn rule_title(buf: &mut Buffer, area: Rect, theme: &Theme, rule: Rule, (left, right): (&str, &str)) {
    if area.is_empty() {
        return;
    }
    let glyphs = theme.glyphs();
    let sign = match rule {
        Rule::Plain => glyphs.rule.as_str(),
        Rule::Act => "=",
    };
    let columns = usize::from(area.width);
    put(buf, area.x, area.y, &sign.repeat(columns), theme.style(Role::TextDim));
    let left = cut(left, columns.saturating_sub(6));
    let behind = put(buf, area.x + 2.min(area.width), area.y, &format!(" {left} "), theme.style(Role::Title));
    let right_width = width(right) + 2;
    let from = usize::from(area.right()).saturating_sub(right_width + 2);
    if !right.is_empty() && from > usize::from(behind) {
        put(buf, u16::try_from(from).unwrap_or(area.x), area.y, &format!(" {right} "), theme.style(Role::Text));
    }
}

/// `key     value` on the first row of `area`; the value begins `indent` columns from the left. Returns the column behind it.
/// Values are cut with `..`: whatever must never be cut goes on a line that is wide enough.
pub fn key_value(buf: &mut Buffer, area: Rect, theme: &Theme, indent: u16, (key, value, role): (&str, &str, Role)) -> u16 {
    if area.is_empty() {
        return area.x;
    }
    put(buf, area.x, area.y, &cut(key, usize::from(indent.min(area.width))), theme.style(Role::TextDim));
    let room = usize::from(area.width.saturating_sub(indent));
    put(buf, area.x.saturating_add(indent), area.y, &cut(value, room), theme.style(role))
}

/// Keys and their words on the first row of `area`, from [`crate::tui::keymap::Keymap::footer`], after one blank.
pub fn footer(buf: &mut Buffer, area: Rect, theme: &Theme, items: &[(String, &str)]) {
    let mut x = area.x.saturating_add(1);
    for (keys, word) in items.iter().filter(|_| !area.is_empty()) {
        x = put(buf, x, area.y, keys, theme.style(Role::Key));
        x = put(buf, x.saturating_add(1), area.y, word, theme.style(Role::TextDim)).saturating_add(2);
    }
}

/// `[####----]` with `cells` signs between the brackets, filled for `part` of `whole`. Anything above zero shows at least one sign,
/// anything below full at least one gap, and more than full is full.
pub fn gauge(theme: &Theme, cells: usize, part: u64, whole: u64) -> String {
    let glyphs = theme.glyphs();
    let share = (u128::from(part) * cells as u128).checked_div(u128::from(whole));
    let beyond = if part > 0 { cells } else { 0 };
    let mut full = share.map_or(beyond, |share| usize::try_from(share).unwrap_or(cells).min(cells));
    if part > 0 && full == 0 {
        full = 1.min(cells);
    }
    if part < whole && full == cells {
        full = full.saturating_sub(1);
    }
    format!("[{}{}]", glyphs.bar_full.repeat(full), glyphs.bar_empty.repeat(cells - full))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Charset;
    use crate::theme::Depth;
    use crate::tui::picture::picture;

    fn ascii() -> Theme {
        Theme::default().fitted(Depth::Mono, Charset::Ascii)
    }

    fn line(columns: u16, draw: impl Fn(&mut Buffer, Rect)) -> String {
        let area = Rect::new(0, 0, columns, 1);
        let mut buf = Buffer::empty(area);
        draw(&mut buf, area);
        picture(&buf).lines().nth(1).unwrap_or_default().to_owned()
    }

    #[test]
    fn a_rule_carries_title_and_freshness() {
        let rule = |columns, left, right| line(columns, |buf, area| rule_title(buf, area, &ascii(), Rule::Plain, (left, right)));
        assert_eq!(rule(40, "Overview", "as of 14:02Z"), "-- Overview ------------ as of 14:02Z --");
        assert_eq!(rule(22, "Overview", "as of 14:02Z"), "-- Overview ----------", "the right part goes first");
        assert_eq!(rule(12, "Overview", ""), "-- Over.. --");
        assert_eq!(rule(20, "", ""), "--  ----------------");
        assert_eq!(rule(1, "Overview", "x"), "-");
    }

    #[test]
    fn the_rule_of_an_act_is_unmistakable() {
        let drawn = line(24, |buf, area| rule_title(buf, area, &Theme::default(), Rule::Act, ("APPROVE R-0412", "")));
        assert_eq!(drawn, "== APPROVE R-0412 ======");
    }

    #[test]
    fn values_line_up() {
        let drawn = |columns| {
            line(columns, |buf, area| {
                key_value(buf, area, &ascii(), 9, ("nonce", "117, operation CALL", Role::Text));
            })
        };
        assert_eq!(drawn(40), "nonce    117, operation CALL");
        assert_eq!(drawn(20), "nonce    117, oper..");
        assert_eq!(drawn(4), "no..");
    }

    #[test]
    fn the_footer_names_keys_and_words() {
        let items = [("j/k".to_owned(), "move"), ("?".to_owned(), "help")];
        assert_eq!(line(30, |buf, area| footer(buf, area, &ascii(), &items)), " j/k move  ? help");
        assert_eq!(line(8, |buf, area| footer(buf, area, &ascii(), &items)), " j/k mov");
    }

    #[test]
    fn a_gauge_never_says_empty_or_full_when_it_is_not() {
        let bar = |part, whole| gauge(&ascii(), 10, part, whole);
        assert_eq!(bar(0, 100), "[----------]");
        assert_eq!(bar(1, 1_000), "[#---------]");
        assert_eq!(bar(55, 100), "[#####-----]");
        assert_eq!(bar(999, 1_000), "[#########-]");
        assert_eq!(bar(1_000, 1_000), "[##########]");
        assert_eq!(bar(5_000, 1_000), "[##########]");
        assert_eq!(bar(5, 0), "[##########]", "no limit left at all");
        assert_eq!(bar(0, 0), "[----------]");
        assert_eq!(bar(u64::MAX, u64::MAX), "[##########]");
        assert_eq!(gauge(&ascii(), 0, 1, 2), "[]");
    }
}
