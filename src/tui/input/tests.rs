//! Every key and every answer, torn at every byte.

use proptest::prelude::*;

use super::*;

/// Keys as terminals send them: xterm, VT, application mode, rxvt, the Linux console, with modifiers.
fn keys() -> Vec<(&'static [u8], KeyPress)> {
    use KeyCode::*;
    let with = |code, ctrl, alt| KeyPress { code, ctrl, alt };
    let mut keys: Vec<(&'static [u8], KeyPress)> = vec![
        (b"\x1b[1;5C", with(Right, true, false)),
        (b"\x1b[1;3A", with(Up, false, true)),
        (b"\x1b[3;5~", with(Delete, true, false)),
        (b"\x1bj", with(Char('j'), false, true)),
        (b"\x03", KeyPress::ctrl('c')),
        (b"\x18", KeyPress::ctrl('x')),
        (b"\x0a", KeyPress::ctrl('j')),
        (b"j", KeyPress::char('j')),
        (b"?", KeyPress::char('?')),
        ("é".as_bytes(), KeyPress::char('é')),
        ("漢".as_bytes(), KeyPress::char('漢')),
        ("\u{1f600}".as_bytes(), KeyPress::char('\u{1f600}')),
    ];
    let plain: &[(&'static [u8], KeyCode)] = &[
        (b"\x1b[A", Up),
        (b"\x1b[B", Down),
        (b"\x1b[C", Right),
        (b"\x1b[D", Left),
        (b"\x1b[H", Home),
        (b"\x1b[F", End),
        (b"\x1bOA", Up),
        (b"\x1bOB", Down),
        (b"\x1bOC", Right),
        (b"\x1bOD", Left),
        (b"\x1bOH", Home),
        (b"\x1bOF", End),
        (b"\x1b[1~", Home),
        (b"\x1b[7~", Home),
        (b"\x1b[4~", End),
        (b"\x1b[8~", End),
        (b"\x1b[5~", PageUp),
        (b"\x1b[6~", PageDown),
        (b"\x1b[3~", Delete),
        (b"\x1b[Z", BackTab),
        (b"\x1bOP", F1),
        (b"\x1b[11~", F1),
        (b"\x1b[[A", F1),
        (b"\x1bOM", Enter),
        (b"\x1b[1;2A", Up),
        (b"\r", Enter),
        (b"\t", Tab),
        (b"\x7f", Backspace),
        (b"\x08", Backspace),
    ];
    keys.extend(plain.iter().map(|(bytes, code)| (*bytes, KeyPress::plain(*code))));
    keys
}

/// What terminals say without being typed on: answers to queries of other programs, reports, mouse, unknown keys.
const REPLIES: &[&[u8]] = &[
    b"\x1b[?1;2c",
    b"\x1b[?62;1;6;22c",
    b"\x1b[>0;276;0c",
    b"\x1b[=0c",
    b"\x1b[0n",
    b"\x1b[3n",
    b"\x1b[24;80R",
    b"\x1b[1;1R",
    b"\x1b[?24;80R",
    b"\x1b[?2026;2$y",
    b"\x1b[?2004;1$y",
    b"\x1b[4;2$y",
    b"\x1b[8;24;80t",
    b"\x1b[4;600;800t",
    b"\x1b[6;18;9t",
    b"\x1b[?0u",
    b"\x1b[?997;1n",
    b"\x1b[?1;0;256S",
    b"\x1b]11;rgb:1c1c/1c1c/1c1c\x1b\\",
    b"\x1b]11;rgb:1c1c/1c1c/1c1c\x07",
    b"\x1b]10;rgb:ffff/ffff/ffff\x07",
    b"\x1b]4;1;rgb:cdcd/0000/0000\x1b\\",
    b"\x1b]52;c;eSBqIGsgeA==\x07",
    b"\x1b]52;c;DQoNCg==\x1b\\",
    b"\x1b]lyes\x1b\\",
    b"\x1b]Lxq\x1b\\",
    b"\x1bP>|tmux 3.3a\x1b\\",
    b"\x1bP>|XTerm(390)\x1b\\",
    b"\x1bP1$r0m\x1b\\",
    b"\x1bP1+r544e=787465726d\x1b\\",
    b"\x1bP!|00000000\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b^pm yx\x1b\\",
    b"\x1bXsos\x1b\\",
    b"\x1b[<0;10;5M",
    b"\x1b[<0;10;5m",
    b"\x1b[M !!",
    b"\x1b[M yq",
    b"\x1b[32;10;5M",
    b"\x1b[201~",
    b"\x1b[2~",
    b"\x1b[15~",
    b"\x1bOQ",
    b"\x1b[97;5u",
    b"\x1b[27;5;97~",
    b"\x1b[1;99A",
    b"\x1b[99999999999999999999A",
    b"\x1b[?1A",
    b"\x1b[ A",
    b"\xc2\x9b?1;2c",
    b"\x9b?1;2c",
    b"\xc2\x9d11;rgb:0/0/0\xc2\x9c",
    b"\x1b\\",
    b"\x1b[5;5A",
    b"\x1b[I\x1b[O",
    b"\x1b]0;\xc3\x9c title with Umlaut\x07",
];

/// The bytes in one read per part, `gap_ms` apart, and then long silence.
fn read(parts: &[&[u8]], gap_ms: u64) -> (Vec<Input>, Tokenizer) {
    let mut tokenizer = Tokenizer::new();
    let mut inputs = Vec::new();
    let mut now_ms = 1_000_000;
    for part in parts {
        inputs.extend(tokenizer.feed(part, now_ms));
        now_ms += gap_ms;
    }
    inputs.extend(tokenizer.timeout(now_ms + PASTE_SILENCE_MS));
    assert_eq!(tokenizer.deadline_ms(), None, "back to the ground");
    (inputs, tokenizer)
}

fn bytewise(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.chunks(1).collect()
}

#[test]
fn every_key_is_itself_however_it_is_torn() {
    for (bytes, key) in keys() {
        let expected = vec![Input::Key(key)];
        assert_eq!(read(&[bytes], 0).0, expected, "{bytes:02x?}");
        assert_eq!(read(&bytewise(bytes), ESC_HOLD_MS - 1).0, expected, "{bytes:02x?} in single bytes");
        for at in 1..bytes.len() {
            let (head, tail) = bytes.split_at(at);
            assert_eq!(read(&[head, tail], ESC_HOLD_MS - 1).0, expected, "{bytes:02x?} torn at {at}");
        }
    }
}

#[test]
fn no_answer_of_the_terminal_is_ever_a_key() {
    let is_key = |input: &Input| matches!(input, Input::Key(_) | Input::Paste(_) | Input::PasteRefused);
    for bytes in REPLIES {
        let (inputs, tokenizer) = read(&[bytes], 0);
        assert!(!inputs.iter().any(is_key), "{bytes:02x?}: {inputs:?}");
        assert!(
            tokenizer.dropped() > 0 || inputs.iter().all(|input| matches!(input, Input::Focus(_))),
            "{bytes:02x?} was not counted"
        );
        for gap_ms in [0, 20, ESC_HOLD_MS - 1] {
            let (inputs, _) = read(&bytewise(bytes), gap_ms);
            assert!(!inputs.iter().any(is_key), "{bytes:02x?} in single bytes: {inputs:?}");
            for at in 1..bytes.len() {
                let (head, tail) = bytes.split_at(at);
                let (inputs, _) = read(&[head, tail], gap_ms);
                assert!(!inputs.iter().any(is_key), "{bytes:02x?} torn at {at}: {inputs:?}");
            }
        }
    }
}

#[test]
fn on_a_very_slow_link_a_torn_sequence_is_at_most_an_esc() {
    let harmless = |input: &Input| matches!(input, Input::Focus(_)) || *input == Input::Key(KeyPress::plain(KeyCode::Esc));
    let common: Vec<&[u8]> = REPLIES
        .iter()
        .copied()
        .filter(|r| matches!(r[..2], [0x1b, b'[' | b'P' | b'_']) || r.starts_with(b"\x1b]1") || r.starts_with(b"\x1b]5"))
        .collect();
    // No terminal starts an answer with an intermediate byte; a person may type `[` and a space after Esc.
    let common: Vec<&[u8]> = common.into_iter().filter(|r| !r.starts_with(b"\x1b[ ")).collect();
    assert!(common.len() > 30);
    let torn_keys: Vec<&[u8]> = vec![b"\x1b[A", b"\x1bOA", b"\x1b[1;5C", b"\x1b[5~"];
    for bytes in common.into_iter().chain(torn_keys) {
        for gap_ms in [ESC_HOLD_MS, 300, 700] {
            let (inputs, _) = read(&[&bytes[..1], &bytes[1..]], gap_ms);
            assert!(inputs.iter().all(harmless), "{bytes:02x?} after {gap_ms} ms: {inputs:?}");
        }
    }
}

#[test]
fn a_lone_esc_waits_and_then_is_the_esc_key() {
    let mut tokenizer = Tokenizer::new();
    assert_eq!(tokenizer.feed(b"\x1b", 1_000), []);
    assert_eq!(tokenizer.deadline_ms(), Some(1_000 + ESC_HOLD_MS));
    assert_eq!(tokenizer.timeout(1_000 + ESC_HOLD_MS - 1), []);
    assert_eq!(tokenizer.timeout(1_000 + ESC_HOLD_MS), [Input::Key(KeyPress::plain(KeyCode::Esc))]);
    assert_eq!(tokenizer.timeout(5_000), []);
}

#[test]
fn keys_after_an_esc_are_still_keys() {
    let esc = Input::Key(KeyPress::plain(KeyCode::Esc));
    let typed = |c| Input::Key(KeyPress::char(c));
    assert_eq!(read(&[b"\x1b", b"j"], 200).0, [esc.clone(), typed('j')]);
    assert_eq!(read(&[b"\x1b", b"P", b"a"], 200).0, [esc.clone(), typed('P'), typed('a')]);
    assert_eq!(read(&[b"\x1b", b"["], 200).0, [esc.clone(), typed('[')]);
    assert_eq!(read(&[b"\x1b", b"[", b"x"], 200).0, [esc.clone(), typed('['), typed('x')]);
    assert_eq!(read(&[b"\x1b\x1b"], 0).0, [esc.clone(), esc.clone()]);
    assert_eq!(read(&[b"\x1b\x18"], 0).0, [esc, Input::Key(KeyPress::ctrl('x'))]);
}

#[test]
fn a_paste_is_text_and_never_keys() {
    for gap_ms in [0, 1_500] {
        let bytes = b"\x1b[200~x\x03\r\n\x1b[A\x1b[20~\x1b\x1b[201~q";
        let expected = [Input::Paste(Untrusted::new("x\u{3}\r\n\u{1b}[A\u{1b}[20~\u{1b}")), Input::Key(KeyPress::char('q'))];
        let head: &[u8] = &bytes[..6];
        let parts: Vec<&[u8]> = std::iter::once(head).chain(bytes[6..].chunks(1)).collect();
        assert_eq!(read(&parts, gap_ms).0, expected);
    }
}

#[test]
fn a_paste_that_is_too_long_or_breaks_off_is_refused_whole() {
    let paste = |len: usize| [b"\x1b[200~".to_vec(), vec![b'y'; len], b"\x1b[201~".to_vec()].concat();
    assert!(matches!(&read(&[&paste(PASTE_BYTES_MAX)], 0).0[..], [Input::Paste(_)]));
    assert_eq!(read(&[&paste(PASTE_BYTES_MAX + 1)], 0).0, [Input::PasteRefused]);
    assert_eq!(read(&[b"\x1b[200~y y y"], 0).0, [Input::PasteRefused]);
}

#[test]
fn an_unfinished_sequence_does_not_lock_the_keyboard() {
    for bytes in [&b"\x1b]11;rgb:"[..], b"\x1bP>|", b"\x1b[?1", b"\x1bO", b"\xe6\xbc", b"\x1b[M ", b"\x1b[["] {
        let mut tokenizer = Tokenizer::new();
        assert_eq!(tokenizer.feed(bytes, 0), []);
        assert_eq!(tokenizer.feed(b"j", SEQUENCE_SILENCE_MS), [Input::Key(KeyPress::char('j'))], "{bytes:02x?}");
    }
    let mut tokenizer = Tokenizer::new();
    assert_eq!(tokenizer.feed(b"\x1b]11;\x03j", 0), [Input::Key(KeyPress::char('j'))], "control-c ends it at once");
}

#[test]
fn bytes_that_are_no_text_are_dropped_and_counted() {
    let (inputs, tokenizer) = read(&[b"a\xff\xc0\x00\xc3(\xed\xa0\x80b"], 0);
    assert_eq!(inputs, [KeyPress::char('a'), KeyPress::char('('), KeyPress::char('b')].map(Input::Key));
    assert_eq!(tokenizer.dropped(), 5);
}

#[test]
fn focus_is_reported() {
    assert_eq!(read(&[b"\x1b[I\x1b[O"], 0).0, [Input::Focus(true), Input::Focus(false)]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Known traffic in any order, torn anywhere, with gaps below the hold: the same inputs as in one read.
    #[test]
    fn any_split_gives_the_same_inputs(
        picks in prop::collection::vec(0_usize..200, 1..8),
        cuts in prop::collection::vec((0_usize..200, 0_u64..ESC_HOLD_MS), 0..12),
    ) {
        let known: Vec<&[u8]> = keys().iter().map(|(bytes, _)| *bytes).chain(REPLIES.iter().copied()).collect();
        let bytes: Vec<u8> = picks.iter().flat_map(|pick| known[pick % known.len()].iter().copied()).collect();
        let whole = read(&[&bytes], 0);
        let mut cuts: Vec<(usize, u64)> = cuts.into_iter().map(|(at, gap)| (at % (bytes.len() + 1), gap)).collect();
        cuts.sort_unstable();
        // Two gaps at one place would add up to more than the hold.
        cuts.dedup_by_key(|(at, _)| *at);
        let mut tokenizer = Tokenizer::new();
        let (mut inputs, mut from, mut now_ms) = (Vec::new(), 0, 5_000);
        for (at, gap_ms) in cuts {
            inputs.extend(tokenizer.feed(&bytes[from..at], now_ms));
            from = at;
            now_ms += gap_ms;
        }
        inputs.extend(tokenizer.feed(&bytes[from..], now_ms));
        inputs.extend(tokenizer.timeout(now_ms + PASTE_SILENCE_MS));
        prop_assert_eq!(inputs, whole.0);
        prop_assert_eq!(tokenizer.dropped(), whole.1.dropped());
    }

    /// Whatever arrives: no panic, printable characters only, and the ground after silence.
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (inputs, _) = read(&bytewise(&bytes), 1);
        for input in inputs {
            if let Input::Key(KeyPress { code: KeyCode::Char(c), .. }) = input {
                prop_assert!(!c.is_control());
            }
        }
    }
}
