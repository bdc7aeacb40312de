//! Wrong words, hostile text, damaged files: each has a clear message, the right exit code, and loses nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use alloy_primitives::Address;
use serde_json::Value;

use crate::support::cli::{BARRED, Home, SUPPLIER, Said, Treasury, password, word, write};

/// What a case is expected to come to.
type Expected = (&'static str, &'static str, i32);

/// Compares every case and tells of all that differ at once.
fn check(cases: Vec<(String, Said, Expected)>) {
    let wrong: Vec<String> = cases
        .into_iter()
        .filter_map(|(what, said, expected)| {
            assert!(said.is_harmless(), "{what}: {said:?}");
            let (kind, code, exit) = said.failure();
            ((kind.as_str(), code.as_str(), exit) != expected)
                .then(|| format!("{what}: {kind} {code} {exit} instead of {expected:?}: {}", said.message()))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn entries(treasury: &Treasury) -> i64 {
    treasury.home.journal().query_row("SELECT max(seq) FROM entry", [], |row| row.get(0)).expect("a number")
}

#[test]
fn amounts_and_destinations_are_read_strictly() {
    let treasury = Treasury::start();
    let before = entries(&treasury);
    let send = |to: &str, amount: &str, asset: &str| {
        let words = ["transfer", "send", "--from", "hot", "--to", to, "--asset", asset, "--amount", amount];
        (words.join(" "), treasury.home.with("alice", &words))
    };
    let usage_amount: Expected = ("usage", "usage.amount", 2);
    let mut cases = Vec::new();
    for amount in ["1.1234567", "-1", "1e18", "1,000", "", "1.", ".", "+1", "0x10", " 1", "1 000", "١", "1.0\u{1b}[2J", "NaN"] {
        let (what, said) = send("supplier", amount, "TUSD");
        cases.push((what, said, usage_amount));
    }
    let huge = "9".repeat(100);
    let (what, said) = send("supplier", &huge, "TUSD");
    cases.push((what, said, usage_amount));
    let zero: Expected = ("refused", "amount.zero", 3);
    let (what, said) = send("supplier", "0", "TUSD");
    cases.push((what, said, zero));
    let typo = SUPPLIER.to_string().replace("cE", "Ce");
    let address: Expected = ("usage", "usage.address", 2);
    let other_network = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
    for to in [typo.as_str(), &SUPPLIER.to_string().to_lowercase(), "0x12", &format!("{SUPPLIER}00")] {
        let (what, said) = send(to, "1", "TUSD");
        cases.push((what, said, address));
    }
    let (what, said) = send(other_network, "1", "TUSD");
    assert!(said.message().contains("eip155:31337"), "it says what was expected: {}", said.message());
    cases.push((what, said, address));
    for (to, code) in [("suplier", "contact.unknown"), ("\u{1b}]0;x\u{7}\u{202e}", "contact.unknown")] {
        let (what, said) = send(to, "1", "TUSD");
        cases.push((what, said, ("not_found", code, 5)));
    }
    let (what, said) = send("supplier", "1", "USDT");
    cases.push((what, said, ("not_found", "asset.unknown", 5)));
    check(cases);
    assert_eq!(entries(&treasury), before, "nothing of it is in the journal");
    let barred = [
        send("barred", "1", "TUSD"),
        send(&BARRED.to_string(), "1", "TUSD"),
        send(&Address::repeat_byte(0x77).to_string(), "1", "TUSD"),
    ];
    let codes = ["policy.blocked", "policy.unmatched", "policy.unmatched"];
    check(barred.into_iter().zip(codes).map(|((what, said), code)| (what, said, ("refused", code, 3))).collect());
    let large = send("supplier", "300000", "TUSD").1.failure();
    assert_eq!((large.0.as_str(), large.2), ("unavailable", 4), "more than the wallet holds: the network says no, {large:?}");
    let ran = treasury.home.with("ops", &["run", "--until-idle", "--deadline", "5s"]).ok();
    assert_eq!(ran["owed"], 0, "none of them is ever paid");
    assert_eq!(treasury.nonce(treasury.hot), 0);
}

#[test]
fn no_text_from_outside_steers_the_terminal() {
    let treasury = Treasury::start();
    let hostile = "\u{1b}[2J\u{1b}]52;c;AAAA\u{7}\u{9b}31m\u{202e}evil\u{2066}\u{200f}\r\nnext";
    let words =
        ["transfer", "send", "--from", "hot", "--to", "supplier", "--asset", "TUSD", "--amount", "2000", "--memo", hostile];
    let request = treasury.home.with("alice", &words).ok()["request"].take();
    assert_eq!(request["transfer"]["memo"], hostile, "no character is lost");
    let number = word(&request, "number");
    let digest = word(&request, "digest");
    treasury.home.with("bob", &["object", number, "--digest", digest, "--reason", hostile]).ok();
    let (dan, password) = (treasury.home.config_of("dan"), treasury.home.password_file("dan"));
    let (dan, password) = (dan.to_str().expect("UTF-8"), password.to_str().expect("UTF-8"));
    for verb in [
        ["transfer", "show", number].as_slice(),
        &["transfer", "list"],
        &["queue"],
        &["audit", "show"],
        &["approve", number, "--digest", digest, "--config", dan, "--password-file", password],
        &["transfer", "show", hostile],
        &["wallet", "show", hostile],
        &["transfer", "list", "--stage", hostile],
        &[hostile],
        &["queue", "--config", "/tmp/\u{1b}[2J\u{202e}none"],
    ] {
        for more in [[].as_slice(), &["--json"]] {
            let said = treasury.home.start(&[verb, more].concat()).wait();
            assert!(said.exit.is_some() && said.is_harmless(), "{verb:?}: {said:?}");
        }
    }
    let token = treasury.token.to_string();
    let symbols = [
        format!("T\u{1b}[31m:{token}:6"),
        format!("T\u{202e}:{token}:6"),
        format!("\u{9b}2J:{token}:6"),
        format!("TÜSD:{token}:6"),
    ];
    let labels = ["\u{1b}[2J", "a\u{202e}b", "a\u{85}b", "a\nb", "pay\u{200b}roll", "раура1"];
    let mut cases = Vec::new();
    for symbol in &symbols {
        let said = treasury.home.with("alice", &["asset", "propose", symbol]);
        cases.push((format!("{symbol:?}"), said, ("usage", "usage.id", 2)));
    }
    for label in labels {
        let contact = format!("new:{label}:{}", Address::repeat_byte(0x55));
        let said = treasury.home.with("alice", &["contact", "propose", &contact]);
        cases.push((format!("{label:?}"), said, ("usage", "usage.id", 2)));
    }
    check(cases);
}

#[test]
fn damaged_keys_and_wrong_passwords_are_told_apart() {
    let treasury = Treasury::start();
    treasury.send("1", "TUSD");
    let folder = treasury.home.path().join("keystore");
    let key = fs::read_dir(&folder)
        .expect("a keystore")
        .map(|f| f.expect("a file").path())
        .find(|p| p.extension().is_some_and(|e| e == "key"));
    let key = key.expect("a key file");
    let sound = fs::read(&key).expect("readable");
    let run = |who: &str| treasury.home.with(who, &["run", "--until-idle", "--deadline", "5s"]);
    let mut flipped = sound.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    fs::write(&key, &flipped).expect("written");
    let damaged = run("ops");
    fs::write(&key, &sound[..sound.len() / 2]).expect("written");
    let half = run("ops");
    fs::write(&key, b"").expect("written");
    let empty = run("ops");
    fs::write(&key, &sound).expect("written");
    let factor = treasury.home.path().join("factor.key");
    let secret = fs::read(&factor).expect("readable");
    fs::rename(&factor, treasury.home.path().join("away")).expect("moved");
    let elsewhere = run("ops");
    fs::rename(treasury.home.path().join("away"), &factor).expect("moved");
    assert_eq!(fs::read(&factor).expect("readable"), secret);
    let open = treasury.home.password_file("ops");
    write(&treasury.home.password_file("nobody"), "short\n", 0o600);
    let wrong = run("nobody");
    fs::set_permissions(&open, PermissionsExt::from_mode(0o644)).expect("changed");
    let readable = run("ops");
    fs::remove_file(&open).expect("gone");
    let missing = run("ops");
    write(&open, "\n", 0o600);
    let blank = run("ops");
    let unasked = treasury.home.json(&["run"]);
    check(vec![
        ("a flipped byte".into(), damaged, ("damaged", "keystore.damaged", 6)),
        ("half a file".into(), half, ("damaged", "keystore.damaged", 6)),
        ("an empty file".into(), empty, ("damaged", "keystore.damaged", 6)),
        ("another machine".into(), elsewhere, ("damaged", "keystore.wrong_machine", 6)),
        ("a wrong password".into(), wrong, ("damaged", "keystore.wrong_password", 6)),
        ("a password file that all may read".into(), readable, ("usage", "usage.password_file", 2)),
        ("no password file".into(), missing, ("usage", "usage.password_file", 2)),
        ("an empty password".into(), blank, ("usage", "usage.password_file", 2)),
        ("no terminal to ask on".into(), unasked, ("usage", "usage.password", 2)),
    ]);
    write(&open, &format!("{}\n", password("ops")), 0o600);
    assert_eq!(run("ops").exit, Some(0), "nothing was lost");
    assert_eq!(treasury.nonce(treasury.hot), 1);
}

#[test]
fn a_wrong_configuration_names_file_line_key_and_what_was_expected() {
    let home = Home::empty();
    let cases = [
        ("[general]\nme = \"alice\"\nidle_lock = 300\n", 3, "general.idle_lock", Some("idle_lock_s")),
        ("[generall]\n", 1, "generall", Some("general")),
        ("[general]\nidle_lock_s = \"five minutes\"\n", 2, "general.idle_lock_s", None),
        ("[general]\nread_only = 1\n", 2, "general.read_only", None),
        ("[general\n", 1, "", None),
        ("[[node]]\nid = \"a\"\nnetwork = \"eip155:1\"\nurl = \"ftp://x\"\n", 4, "node[1].url", None),
        ("[[node]]\nid = \"a\"\nnetwork = \"bitcoin\"\nurl = \"http://x\"\n", 3, "node[1].network", None),
    ];
    for (text, line, key, nearest) in cases {
        let path = home.beside("wrong.toml");
        fs::write(&path, text).expect("written");
        let said = home.json(&["queue", "--config", path.to_str().expect("UTF-8")]);
        assert_eq!(said.failure(), ("config".into(), "config.invalid".into(), 2), "{text}");
        let detail = &said.json()["error"]["detail"];
        assert_eq!((&detail["line"], &detail["key"]), (&Value::from(line), &Value::from(key)), "{text}: {detail}");
        assert_eq!(detail["nearest"].as_str(), nearest, "{text}");
        assert!(word(detail, "file").ends_with("wrong.toml") && said.message().contains(&format!("line {line}")), "{detail}");
    }
    let none = home.beside("none.toml");
    let bytes = home.beside("bytes.toml");
    fs::write(&bytes, [0xff, 0xfe, 0]).expect("written");
    let large = home.beside("large.toml");
    fs::write(&large, "#".repeat(4 * 1024 * 1024)).expect("written");
    let folder = home.beside("folder.toml");
    fs::create_dir(&folder).expect("made");
    let ask = |path: &std::path::Path| home.json(&["queue", "--config", path.to_str().expect("UTF-8")]);
    check(vec![
        ("no file".into(), ask(&none), ("config", "config.missing", 2)),
        ("no text".into(), ask(&bytes), ("config", "config.unreadable", 2)),
        ("too large".into(), ask(&large), ("config", "config.too_large", 2)),
        ("a folder".into(), ask(&folder), ("config", "config.unreadable", 2)),
        ("no home at all".into(), home.json(&["queue"]), ("config", "config.missing", 2)),
    ]);
    assert!(!home.path().exists(), "looking makes nothing");
}

#[test]
fn without_a_terminal_the_console_says_so() {
    let treasury = Treasury::start();
    let said = treasury.home.start(&[]).wait();
    let text = String::from_utf8(said.err.clone()).expect("text");
    assert_eq!((said.exit, said.out.len()), (Some(2), 0), "{said:?}");
    assert!(text.starts_with("error: ") && text.contains("terminal") && text.contains("hint: "), "{text}");
    assert!(said.is_harmless());
}
