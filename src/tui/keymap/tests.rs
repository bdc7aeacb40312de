//! The table is sound, the footers fit, and what a person may not change cannot be changed.

use super::*;
use crate::tui::input::KeyCode;

#[test]
fn no_key_means_two_things_in_one_place() {
    let map = Keymap::default();
    for context in Context::ALL {
        let keys: Vec<(KeyPress, Action)> =
            map.open_in(context).flat_map(|b| b.keys.iter().map(|key| (*key, b.action))).collect();
        for (at, (key, action)) in keys.iter().enumerate() {
            let twice = keys[at + 1..].iter().find(|(other, _)| other == key);
            assert_eq!(twice, None, "{context:?}: {} is {action:?} and more", chord_name(*key));
        }
    }
}

#[test]
fn every_action_has_a_key_and_a_unique_name() {
    let map = Keymap::default();
    for (at, action) in Action::ALL.iter().enumerate() {
        assert_ne!(map.key_of(*action), "", "{action:?}");
        assert!(Action::ALL[at + 1..].iter().all(|other| other.name() != action.name()), "{action:?}");
    }
}

#[test]
fn where_text_is_typed_no_printable_key_is_bound() {
    let map = Keymap::default();
    for context in Context::ALL.into_iter().filter(|context| context.takes_text()) {
        for c in ' '..='~' {
            assert_eq!(map.action(context, KeyPress::char(c)), None, "{context:?} {c}");
        }
    }
}

#[test]
fn the_session_keys_work_wherever_they_must() {
    let map = Keymap::default();
    for context in Context::ALL {
        let lock = map.action(context, KeyPress::ctrl('x'));
        assert_eq!(lock, (context != Context::Locked).then_some(Action::Lock), "{context:?}");
        assert_eq!(map.action(context, KeyPress::ctrl('q')), Some(Action::Quit));
        let alt = KeyPress { alt: true, ..KeyPress::char('x') };
        assert_eq!(map.action(context, alt), None);
    }
}

#[test]
fn a_question_has_no_default_and_a_torn_arrow_answers_nothing() {
    let map = Keymap::default();
    assert_eq!(map.action(Context::Prompt, KeyPress::plain(KeyCode::Enter)), None);
    for torn in ['[', 'A', 'B', 'O', '~'] {
        assert_eq!(map.action(Context::Prompt, KeyPress::char(torn)), None);
    }
    assert_eq!(map.action(Context::Prompt, KeyPress::char('y')), Some(Action::Yes));
}

#[test]
fn keys_of_the_design() {
    let map = Keymap::default();
    let browse = |key| map.action(Context::Browse, key);
    assert_eq!(browse(KeyPress::char('j')), Some(Action::Down));
    assert_eq!(browse(KeyPress::plain(KeyCode::PageDown)), Some(Action::PageDown));
    assert_eq!(browse(KeyPress::char('3')).and_then(Action::screen), Some(3));
    assert_eq!(browse(KeyPress::char('x')), Some(Action::Acts));
    assert_eq!(browse(KeyPress::ctrl('s')), None);
    assert_eq!(map.action(Context::Share, KeyPress::char('t')), Some(Action::CopyTransaction));
    assert_eq!(map.action(Context::Draft, KeyPress::char('m')), Some(Action::MaxAmount));
    assert_eq!(browse(KeyPress::char('m')), Some(Action::Messages));
}

#[test]
fn footers_fit_and_keep_help_to_the_last() {
    let map = Keymap::default();
    for (context, columns) in Context::ALL.into_iter().flat_map(|context| (0..160).map(move |columns| (context, columns))) {
        let items = map.footer(context, columns);
        let used: usize = items.iter().map(|(keys, word)| width(keys) + 1 + width(word) + 2).sum();
        assert!(used <= columns, "{context:?} {columns}: {items:?}");
    }
    let words = |columns| {
        map.footer(Context::Browse, columns)
            .into_iter()
            .map(|(keys, word)| format!("{keys} {word}"))
            .collect::<Vec<_>>()
            .join("  ")
    };
    assert_eq!(words(80), "j/k move  enter open  x acts  / filter  : command  esc back  y copy  ? help");
    assert_eq!(words(20), "j/k move  ? help");
    assert_eq!(words(8), "? help");
    assert_eq!(words(7), "");
}

#[test]
fn help_and_manual_come_from_the_table() {
    let mut map = Keymap::default();
    map.rebind("down", &["J"]).expect("J is free");
    let help = map.help(Context::Browse);
    assert!(help.contains(&(Group::Move, "J".to_owned(), "next row")));
    assert!(help.is_sorted_by_key(|(group, ..)| *group));
    assert!(!help.iter().any(|(_, _, what)| *what == "copy the hash"), "that is open after y only");
    assert!(map.markdown().contains("| lock | `^x` | lock now |"));
    assert_eq!(map.footer(Context::Browse, 80)[0].0, "J/k");
    assert_eq!(map.changed(), 1);
}

#[test]
fn bad_lines_of_keys_toml_are_refused_and_change_nothing() {
    let mut map = Keymap::default();
    let mut refused = |name: &str, keys: &[&str]| map.rebind(name, keys).expect_err("must be refused").to_string();
    assert!(refused("approve", &["a"]).contains("\"approve\" is no action"), "acts are not in the table");
    for fixed in ["acts", "lock", "yes", "no", "cancel", "open"] {
        assert!(refused(fixed, &["!"]).contains("cannot be bound"), "{fixed}");
    }
    for unknown in ["", "^^^", "alt-j", "^X", "f2", "jj", "é", "\u{202e}"] {
        assert!(refused("down", &[unknown]).contains("is no key"), "{unknown:?}");
    }
    for lost in ["^i", "^m", "^h", "^a", "^b", "^s", "^c"] {
        assert!(refused("down", &[lost]).contains("cannot be used"), "{lost}");
    }
    assert!(refused("down", &["k"]).contains("already means up"));
    assert!(refused("redraw", &["!"]).contains("text"), "redraw is open where text is typed");
    assert!(refused("down", &[]).contains("at least one"));
    assert_eq!(map, Keymap::default());
}

#[test]
fn chords_read_back() {
    for binding in Keymap::default().bindings {
        for key in binding.keys {
            assert_eq!(parse_chord(&chord_name(key)), Some(key));
        }
    }
    assert_eq!(parse_chord("^"), Some(KeyPress::char('^')));
}
