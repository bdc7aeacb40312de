//! The built-in themes keep every promise; broken files are refused with their line.

use super::*;

const DEPTHS: [Depth; 4] = [Depth::True, Depth::C256, Depth::C16, Depth::Mono];
const HEAD: &str = "[meta]\nname = \"mine\"\nappearance = \"dark\"\ninherits = \"terminal\"\nversion = 1\n";

fn built_in(name: &str, depth: Depth) -> Theme {
    Theme::built_in(name).expect("a built-in theme").fitted(depth, Charset::Unicode)
}

fn refused(rest: &str) -> ThemeError {
    Theme::parse(&format!("{HEAD}{rest}")).expect_err("this file must be refused")
}

#[test]
fn every_built_in_theme_is_readable() {
    for (name, source) in BUILT_IN.iter().zip(SOURCES) {
        let theme = Theme::parse(source).expect("a built-in theme parses");
        assert_eq!(theme.name(), *name);
        assert!(theme.warnings().is_empty(), "{name}: {:?}", theme.warnings());
    }
    assert_eq!(Theme::built_in("nord"), None);
    assert_eq!(Theme::default().name(), "terminal");
}

#[test]
fn roles_and_their_numbers_agree() {
    for (at, role) in Role::ALL.into_iter().enumerate() {
        assert_eq!(role as usize, at);
        assert_eq!(Role::named(role.name()), Some(role));
    }
    assert_eq!(Role::named("custody"), None);
}

#[test]
fn mono_never_sends_a_colour() {
    for name in BUILT_IN {
        let theme = built_in(name, Depth::Mono);
        assert!(Role::ALL.into_iter().all(|role| !theme.is_coloured(role)), "{name}");
    }
    for depth in DEPTHS {
        let theme = built_in("mono", depth);
        assert!(Role::ALL.into_iter().all(|role| !theme.is_coloured(role)), "{depth:?}");
    }
}

#[test]
fn what_must_stand_out_does_so_at_every_depth() {
    for (name, depth) in BUILT_IN.into_iter().flat_map(|name| DEPTHS.map(|depth| (name, depth))) {
        let theme = built_in(name, depth);
        let plain = theme.style(Role::Text);
        for role in [Role::StateWarn, Role::StateCrit, Role::StateBlocked, Role::RowSelected, Role::EnvTest, Role::InputFocus] {
            assert_ne!(theme.style(role), plain, "{name} {depth:?} {role:?}");
        }
        assert_ne!(theme.style(Role::StateWarn), theme.style(Role::StateCrit), "{name} {depth:?}");
    }
}

#[test]
fn terminal_uses_names_only_and_no_ground() {
    for depth in DEPTHS {
        let theme = built_in("terminal", depth);
        for role in Role::ALL {
            let style = theme.style(role);
            assert_eq!(style.bg, None);
            assert!(!matches!(style.fg, Some(Color::Rgb(..) | Color::Indexed(_))));
        }
    }
}

#[test]
fn each_depth_gets_its_own_colour() {
    let hot = |depth| built_in("harbour", depth).style(Role::CustodyHot).fg;
    assert_eq!(hot(Depth::True), Some(Color::Rgb(255, 135, 0)));
    assert_eq!(hot(Depth::C256), Some(Color::Indexed(208)));
    assert_eq!(hot(Depth::C16), Some(Color::Yellow));
    assert_eq!(hot(Depth::Mono), None);
    let row = |depth| built_in("harbour", depth).style(Role::RowSelected);
    assert_eq!(row(Depth::C256).bg, Some(Color::Indexed(236)));
    assert_eq!(row(Depth::C16), Style::new().add_modifier(Modifier::REVERSED));
}

#[test]
fn money_in_and_out_is_not_green_and_red() {
    for (name, depth) in BUILT_IN.into_iter().flat_map(|name| DEPTHS.map(|depth| (name, depth))) {
        let theme = built_in(name, depth);
        assert_eq!(theme.style(Role::MoneyIn), theme.style(Role::MoneyOut), "{name}");
    }
}

#[test]
fn the_ascii_set_is_fixed() {
    let theme = Theme::default();
    assert_eq!(theme.glyphs().rule, "─");
    assert_eq!(theme.fitted(Depth::C16, Charset::Ascii).glyphs(), Glyphs::ascii());
}

#[test]
fn a_file_changes_only_what_it_names() {
    let theme = Theme::parse(&format!("{HEAD}[roles]\n\"state.ok\" = {{ fg = \"blue\" }}\n[glyphs]\nrule = \"=\"\n"))
        .expect("a good file");
    assert_eq!(theme.style(Role::StateOk).fg, Some(Color::Blue));
    assert_eq!(theme.style(Role::CustodyHot), Theme::default().style(Role::CustodyHot));
    assert_eq!(theme.glyphs().rule, "=");
    assert_eq!(theme.appearance(), Appearance::Dark);
}

#[test]
fn mistakes_are_refused_with_their_line() {
    for (rest, line, word) in [
        ("[roles]\n\"text\" = {}\n\"custody.warm\" = {}\n", 8, "custody.warm"),
        ("[roles]\n\"text\" = { foreground = \"red\" }\n", 7, "foreground"),
        ("[roles]\n\"text\" = { fg = \"crimson\" }\n", 7, "crimson"),
        ("[roles]\n\"text\" = { fg = \"#12345\" }\n", 7, "#12345"),
        ("[roles]\n\"text\" = { fg = \"$missing\" }\n", 7, "$missing"),
        ("[roles]\n\"text\" = { fg = 256 }\n", 7, "colour"),
        ("[roles]\n\"text\" = { mods = [\"blink\"] }\n", 7, "blink"),
        ("[roles]\n\"text\" = { fg = { c256 = 7, c88 = 1 } }\n", 7, "colour"),
        ("[roles]\n\n\"text\" = { fg = \"red\", bg = \"red\" }\n", 8, "same"),
        ("[roles]\n\"text\" = { fg = { c256 = 7 }, bg = 7 }\n", 7, "same"),
        ("[palette]\naccent = \"blue\"\n", 7, "accent"),
        ("[glyphs]\nrule = \"--\"\n", 6, "rule"),
        ("[glyphs]\nselect = \"\u{202e}\"\n", 6, "select"),
        ("[glyphs]\nbar_full = \"#\"\nbar_empty = \"#\"\n", 6, "gauge"),
        ("[tags]\nhot = \"cold\"\n", 6, "tags"),
        ("[roles\n", 6, ""),
    ] {
        let error = refused(rest);
        assert_eq!(error.line, line, "{rest}: {error}");
        assert!(error.what.contains(word), "{rest}: {error}");
    }
}

#[test]
fn the_head_is_checked() {
    let with = |from: &str, to: &str| Theme::parse(&HEAD.replace(from, to)).expect_err("a bad head").what;
    assert!(with("version = 1", "version = 2").contains("version 2"));
    assert!(with("\"terminal\"", "\"nord\"").contains("nord"));
    assert!(with("\"mine\"", "\"Mine\\u202e\"").contains("a-z"));
    assert!(with("\"dark\"", "\"dusk\"").contains("dusk"));
    assert!(Theme::parse(&" ".repeat(file::FILE_BYTES_MAX + 1)).is_err());
    assert!(Theme::parse("").is_err());
}

#[test]
fn what_cannot_be_read_falls_back_and_is_told() {
    let text = format!(
        "{HEAD}[palette]\nbackground = \"#1c1c1c\"\n[roles]\n\"custody.hot\" = {{ fg = \"#333333\" }}\n\"text.dim\" = {{ fg = \"#707070\" }}\n"
    );
    let theme = Theme::parse(&text).expect("low contrast is no error").fitted(Depth::True, Charset::Unicode);
    let [warning] = theme.warnings() else { panic!("one warning, not {:?}", theme.warnings()) };
    assert_eq!((warning.role, warning.line, warning.depth), (Role::CustodyHot, 9, Depth::True));
    assert!(warning.ratio < 1.5 && warning.wanted > 4.0);
    assert_eq!(theme.style(Role::CustodyHot).fg, Some(Color::Yellow));
    assert_eq!(theme.style(Role::TextDim).fg, Some(Color::Rgb(0x70, 0x70, 0x70)));
}
