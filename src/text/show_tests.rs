//! The rules one by one, then a hostile corpus and properties over arbitrary text.

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::*;
use crate::text::classify::cell_is_safe;

const CONTEXTS: [Context; 4] = [Context::Symbol, Context::Label, Context::Memo, Context::Diag];
const CHARSETS: [Charset; 2] = [Charset::Unicode, Charset::Ascii];

fn label(raw: &str) -> Shown {
    show(raw, Context::Label, 200, Charset::Unicode)
}

#[test]
fn plain_names_stay_as_they_are() {
    for name in ["Exch A deposit 2", "Müller & Söhne", "Nordwind AG", "株式会社ひまわり", "Ёлка", "한국은행", "हिन्दी", "Ελλάδα"]
    {
        let shown = label(name);
        assert_eq!(shown.text, name);
        assert!(shown.flags.is_clean(), "{name}: {:?}", shown.flags);
    }
}

#[test]
fn nothing_is_dropped_silently() {
    let shown = show("US\u{0}DC", Context::Symbol, 40, Charset::Unicode);
    assert_eq!(shown.text, r"US\u{0}DC");
    assert_eq!(shown.flags.control, 1);
    assert!(!shown.flags.is_clean());
}

#[test]
fn each_family_is_escaped_and_counted() {
    assert_eq!(label("a\u{202e}b").flags.bidi, 1);
    assert_eq!(label("a\u{200b}\u{feff}\u{a0}b").flags.invisible, 3);
    assert_eq!(label("a\u{1f600}\u{2603}").flags.emoji, 2);
    assert_eq!(label("\u{5d0}\u{5d1}").flags.rtl, 2);
    assert_eq!(label("\u{5d0}").text, r"\u{5d0}");
    assert_eq!(label("\u{301}a").flags.marks, 1);
    assert_eq!(label("a\u{323}\u{301}\u{302}\u{303}").flags.marks, 1, "one composes, two stay, one is too many");
    assert_eq!(label("\u{212a}elvin").text, r"\u{212a}elvin");
    assert_eq!(label("a\u{202e}").flags.words(), ["BIDI"]);
}

#[test]
fn a_foreign_letter_is_printed_escaped() {
    let shown = label("Exch \u{410} deposit");
    assert_eq!(shown.text, r"Exch \u{410} deposit");
    assert_eq!(shown.flags.mixed_script, 1);
    let shown = label("\u{440}\u{430}\u{443}pal");
    assert_eq!(shown.text, r"\u{440}\u{430}\u{443}pal", "Latin is home wherever it occurs");
    assert_eq!(label("東京とソウル서").flags.mixed_script, 1);
}

#[test]
fn a_symbol_is_ascii_and_short() {
    let symbol = |raw: &str| show(raw, Context::Symbol, 200, Charset::Unicode);
    assert!(symbol("USDC.e").flags.is_clean());
    assert!(symbol("aEthUSDT-v2_$+").flags.is_clean());
    assert_eq!(symbol("US DC").text, r"US\u{20}DC");
    assert_eq!(symbol("ÜSD").flags.charset, 1);
    assert!(symbol("ABCDEFGHIJKLMNOPQ").flags.too_long);
    assert!(!symbol("ABCDEFGHIJKLMNOP").flags.too_long);
}

#[test]
fn caps_come_before_work_and_are_told() {
    for context in CONTEXTS {
        let cap = context.chars_max();
        let within = show(&"a".repeat(cap), context, usize::MAX, Charset::Unicode);
        let beyond = show(&"a".repeat(cap + 1), context, usize::MAX, Charset::Unicode);
        assert_eq!(within.flags.too_long, context == Context::Symbol);
        assert!(beyond.flags.too_long);
        assert_eq!(beyond.text.len(), cap);
    }
}

#[test]
fn a_cut_ends_in_two_dots_and_never_splits_an_escape() {
    let cut = |raw: &str, width| show(raw, Context::Label, width, Charset::Unicode).text;
    assert_eq!(cut("abcdef", 6), "abcdef");
    assert_eq!(cut("abcdef", 5), "abc..");
    assert_eq!(cut("ab\u{202e}cd", 9), "ab..");
    assert_eq!(cut("漢字漢字", 7), "漢字..");
    assert_eq!(cut("漢字漢字", 5), "漢..");
    assert_eq!(cut("abc", 1), ".");
    assert_eq!(cut("abc", 0), "");
    assert_eq!(cut("", 0), "");
}

#[test]
fn quotes_and_backslashes_cannot_imitate_our_own_marks() {
    assert_eq!(label(r#"a" b\u{41}"#).text, r#"a\" b\\u{41}"#);
}

#[test]
fn ascii_mode_sends_ascii_only() {
    let shown = show("Müller 漢", Context::Label, 200, Charset::Ascii);
    assert!(shown.text.is_ascii());
    assert_eq!(shown.text, r"M\u{fc}ller \u{6f22}");
}

#[test]
fn line_breaks_do_not_survive_in_one_line() {
    assert_eq!(show("a\nb\tc", Context::Memo, 80, Charset::Unicode).text, r"a\u{a}b c");
    assert_eq!(show("a\nb\tc", Context::Diag, 80, Charset::Unicode).text, r"a\u{a}b\u{9}c");
}

/// What the outside really sends: escape sequences, overrides, tags, jamo fillers, stacked marks, unassigned code points.
const HOSTILE: &[&str] = &[
    "\u{1b}[2J\u{1b}[H",
    "\u{1b}]0;title\u{7}",
    "\u{1b}]52;c;AAAA\u{1b}\\",
    "\u{9b}31m",
    "\u{9d}8;;http://x\u{9c}",
    "\r\nERROR",
    "\u{8}\u{8}\u{8}ok",
    "\u{202e}cdsu\u{202c}",
    "\u{2066}a\u{2069}",
    "a\u{200b}b\u{200c}c\u{200d}d",
    "\u{feff}USDC",
    "\u{e0055}\u{e0053}",
    "\u{115f}\u{1160}",
    "\u{3164}",
    "Z\u{334}\u{335}\u{336}\u{337}\u{338}\u{301}\u{302}",
    "\u{20dd}",
    "1\u{fe0f}\u{20e3}",
    "\u{1f468}\u{200d}\u{1f469}",
    "\u{10ffff}",
    "\u{fdd0}",
    "\u{d7b0}",
    "\u{1100}\u{1161}\u{11a8}",
    "\u{1161}",
    "\u{600}1",
    "\u{d4e}a",
    "\u{0e33}",
    "\u{2028}x\u{2029}",
    "\u{85}",
    "\u{ffa0}",
    "\u{17b4}",
    "\u{180e}",
    "\u{378}",
    "\u{a0}\u{2003}\u{3000}",
    "\u{f900}",
    "\u{344}",
    "\u{1d159}\u{1d165}",
    "\u{0f71}\u{0f72}",
    "\u{1e000}",
    "\u{fb1d}",
    "\u{1d200}\u{11720}",
    "\u{1100}\u{1100}\u{1100}\u{1100}\u{1100}\u{1100}\u{1100}\u{1100}\u{1100}\u{1100}",
];

fn assert_harmless(raw: &str, context: Context, width: usize, charset: Charset) -> Result<(), TestCaseError> {
    let shown = show(raw, context, width, charset);
    prop_assert!(shown.text.width() <= width, "{raw:?} too wide as {context:?}: {:?}", shown.text);
    prop_assert!(charset == Charset::Unicode || shown.text.is_ascii());
    for c in shown.text.chars() {
        prop_assert!(
            !is_control(c) && !is_bidi(c) && !is_invisible(c) && !is_picture(c) && !is_rtl(c),
            "{raw:?} let {c:?} through"
        );
    }
    for grapheme in shown.text.graphemes(true) {
        prop_assert!(cell_is_safe(grapheme), "{raw:?}: cell {grapheme:?} is not safe");
        prop_assert!(grapheme.width() > 0, "{raw:?}: {grapheme:?} takes no room");
    }
    let plain = raw.chars().all(|c| c.is_ascii_alphanumeric());
    prop_assert!(!plain || context == Context::Symbol || shown.flags.too_long || shown.flags.cut || shown.text == raw);
    Ok(())
}

#[test]
fn the_hostile_corpus_comes_out_harmless() {
    for raw in HOSTILE {
        for (context, charset) in CONTEXTS.into_iter().flat_map(|context| CHARSETS.map(|charset| (context, charset))) {
            for width in [0, 1, 2, 5, 20, 400] {
                assert_harmless(raw, context, width, charset).expect("hostile text is harmless");
                let framed = format!("USDC{raw}Exch");
                assert_harmless(&framed, context, width, charset).expect("hostile text is harmless in company");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_arrives_what_is_drawn_is_harmless(
        raw in prop_oneof![any::<String>(), "\\PC{0,40}", "[a\u{300}-\u{36f}\u{590}-\u{8ff}\u{1100}-\u{11ff}\u{200b}-\u{206f}]{0,24}"],
        width in 0_usize..60,
        context in prop::sample::select(&CONTEXTS[..]),
        charset in prop::sample::select(&CHARSETS[..]),
    ) {
        assert_harmless(&raw, context, width, charset)?;
    }

    #[test]
    fn different_texts_without_normalisation_stay_different(a in "[ -~\u{80}-\u{ff}\u{200b}-\u{206f}]{0,12}", b in "[ -~\u{80}-\u{ff}\u{200b}-\u{206f}]{0,12}") {
        let shown = |raw: &str| show(raw, Context::Diag, usize::MAX, Charset::Unicode).text;
        prop_assert_eq!(a == b, shown(&a) == shown(&b));
    }
}

#[test]
fn every_code_point_alone_after_a_letter_and_twice_comes_out_harmless() {
    for c in (0..=0x10_FFFF_u32).filter_map(char::from_u32).filter(|c| *c < '\u{20000}' || (*c as u32) % 0x400 == 1) {
        let raw = format!("{c}a{c}{c}");
        assert_harmless(&raw, Context::Diag, 400, Charset::Unicode).expect("every code point is harmless");
    }
}
