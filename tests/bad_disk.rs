//! A full disk, a file that may not grow, a home that cannot be written: a clear message, and a journal as it was.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::cli::{SUPPLIER, Treasury, word};

/// Room on the small disk, in KiB: more than a home needs.
const DISK_KIB: u32 = 8192;

/// A script with the binary as `$bursar`, in a mount namespace of its own where the home can be another disk.
/// None where this user may not make one.
fn in_own_mounts(treasury: &Treasury, script: &str) -> Option<Output> {
    for unshare in [["--mount"].as_slice(), &["--mount", "--map-root-user"]] {
        let probe = "mount -t tmpfs tmpfs \"$home\"";
        if shell(treasury, &[&["unshare"], unshare, &["sh", "-euc"]].concat(), probe).status.success() {
            return Some(shell(treasury, &[&["unshare"], unshare, &["sh", "-euc"]].concat(), script));
        }
    }
    None
}

fn shell(treasury: &Treasury, program: &[&str], script: &str) -> Output {
    let home = &treasury.home;
    let mut command = Command::new(program[0]);
    command.args(&program[1..]).arg(script).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", home.beside(""));
    let kib = DISK_KIB.to_string();
    for (name, value) in [
        ("bursar", Path::new(env!("CARGO_BIN_EXE_bursar"))),
        ("home", &home.path()),
        ("out", &home.beside("")),
        ("aside", &home.beside("aside")),
        ("alice", &home.config_of("alice")),
        ("password", &home.password_file("alice")),
        ("ops", &home.password_file("ops")),
        ("kib", Path::new(&kib)),
    ] {
        command.env(name, value);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).output().expect("a shell")
}

/// What a script left behind: exit code and document.
fn left(treasury: &Treasury, name: &str) -> (i32, Value) {
    let read = |end: &str| fs::read_to_string(treasury.home.beside(&format!("{name}.{end}"))).expect("the script wrote it");
    let text = read("json");
    let document = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: no single document ({error}): {text}"));
    (read("exit").trim().parse().expect("a number"), document)
}

fn is_unavailable(what: &str, said: &(i32, Value), words: &str) {
    let error = &said.1["error"];
    assert_eq!((said.0, word(error, "kind")), (4, "unavailable"), "{what}: {said:?}");
    // Whichever of the two files is opened first: the journal, or the signer's table.
    assert!(["store.unavailable", "signer.unavailable"].contains(&word(error, "code")), "{what}: {error}");
    assert!(word(error, "message").contains(words), "{what}: {error}");
}

/// Shell functions that both scripts use.
const SAY: &str = r#"
say() { name=$1; shift; set +e; "$bursar" --home "$home" --json "$@" >"$out/$name.json" 2>"$out/$name.err"; echo $? >"$out/$name.exit"; set -e; }
send() { say "$1" --config "$alice" --password-file "$password" transfer send --from hot --to supplier --asset TUSD --amount 5; }
"#;

#[test]
fn a_full_disk_stops_writing_and_loses_nothing() {
    let treasury = Treasury::start();
    let script = format!(
        r#"{SAY}
        cp -a "$home" "$aside"
        mount -t tmpfs -o size="$kib"k,mode=0700 tmpfs "$home"
        cp -a "$aside/." "$home/"
        for room in 0 8 40 72 104; do
            dd if=/dev/zero of="$home/filler" bs=1024 2>/dev/null || true
            truncate -s -"$room"K "$home/filler"
            send "full-$room"
            rm "$home/filler"
            say "verify-$room" audit verify
        done
        send after
        dd if=/dev/zero of="$home/filler" bs=1024 2>/dev/null || true
        say run-full --password-file "$ops" run --until-idle --deadline 5s
        rm "$home/filler"
        say run-after --password-file "$ops" run --until-idle --deadline 20s
        say list transfer list
        "#
    );
    let Some(output) = in_own_mounts(&treasury, &script) else {
        // Where nobody may mount, the limit on file sizes below stands for it.
        println!("no mount is permitted here: a full disk is not tried");
        return;
    };
    assert!(output.status.success(), "{output:?}");
    let (mut refused, mut sent) = (0, 0);
    for room in [0, 8, 40, 72, 104] {
        let said = left(&treasury, &format!("full-{room}"));
        if said.0 == 0 {
            sent += 1;
        } else {
            is_unavailable(&format!("{room} KiB left"), &said, "full");
            assert_eq!(said.1["error"]["retry"], true);
            refused += 1;
        }
        let verified = left(&treasury, &format!("verify-{room}"));
        assert_eq!((verified.0, &verified.1["sound"]), (0, &Value::Bool(true)), "{room}: {verified:?}");
    }
    assert!(refused >= 2, "{refused} refused, {sent} sent");
    assert_eq!(left(&treasury, "after").0, 0);
    is_unavailable("run", &left(&treasury, "run-full"), "full");
    assert_eq!(left(&treasury, "run-after").0, 0);
    let list = left(&treasury, "list").1;
    let transfers = list["transfers"].as_array().expect("transfers");
    assert!(transfers.iter().all(|t| t["stage"] == "settled" || t["stage"] == "drafted"), "{list}");
    let settled = transfers.iter().filter(|t| t["stage"] == "settled").count() as u64;
    assert_eq!((settled, treasury.nonce(treasury.hot)), (sent + 1, sent + 1));
    assert_eq!(treasury.tokens(SUPPLIER).to::<u64>(), 5_000_000 * (sent + 1));
}

/// What works everywhere: the system lets no file grow beyond so many blocks of 512 bytes.
#[test]
fn a_file_that_may_not_grow_loses_nothing() {
    let treasury = Treasury::start();
    let mut sent = 0;
    for blocks in [0, 8, 64, 72, 96] {
        let limit = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
        let (alice, password) = (treasury.home.config_of("alice"), treasury.home.password_file("alice"));
        let words = ["--json", "--config", alice.to_str().expect("UTF-8"), "--password-file", password.to_str().expect("UTF-8")];
        let send = ["transfer", "send", "--from", "hot", "--to", "supplier", "--asset", "TUSD", "--amount", "5"];
        let said = treasury.home.start_under(&["sh", "-c", &limit, "sh"], &[words.as_slice(), &send].concat()).wait();
        if said.exit == Some(0) {
            sent += 1;
        } else {
            let failure = said.failure();
            let codes = ["store.unavailable", "signer.unavailable"];
            assert!(
                failure.0 == "unavailable" && codes.contains(&failure.1.as_str()) && failure.2 == 4,
                "{blocks}: {}",
                said.text()
            );
        }
        assert_eq!(treasury.home.json(&["audit", "verify"]).ok()["sound"], true, "{blocks}");
    }
    assert!(sent < 5, "a limit that nobody notices");
    treasury.send("5", "TUSD");
    let ran = treasury.home.with("ops", &["run", "--until-idle", "--deadline", "20s"]).ok();
    assert_eq!(ran["owed"], 0);
    assert_eq!(treasury.nonce(treasury.hot), sent + 1);
    assert_eq!(treasury.tokens(SUPPLIER).to::<u64>(), 5_000_000 * (sent + 1));
}

#[test]
fn a_read_only_home_can_be_looked_at_and_not_changed() {
    let treasury = Treasury::start();
    treasury.send("5", "TUSD");
    let script = format!(
        r#"{SAY}
        mount --bind "$home" "$home"
        mount -o remount,bind,ro "$home"
        send send
        say run --password-file "$ops" run --until-idle --deadline 5s
        say verify audit verify
        say queue queue
        "#
    );
    let done = in_own_mounts(&treasury, &script).is_some_and(|output| output.status.success()) || as_somebody_else(&treasury);
    assert!(done, "neither a mount nor another user is possible here");
    is_unavailable("send", &left(&treasury, "send"), "read-only");
    is_unavailable("run", &left(&treasury, "run"), "read-only");
    for look in ["verify", "queue"] {
        assert_eq!(left(&treasury, look).0, 0, "{:?}", left(&treasury, look).1);
    }
    assert_eq!(word(&treasury.settle(&treasury.send("5", "TUSD")), "stage"), "settled");
    assert_eq!(treasury.nonce(treasury.hot), 2);
}

/// Without mounts: a folder whose mode forbids it binds everybody but the superuser.
fn as_somebody_else(treasury: &Treasury) -> bool {
    let folder = treasury.home.path();
    let mode = |mode| fs::set_permissions(&folder, PermissionsExt::from_mode(mode)).expect("ours");
    let script = format!("{SAY}\nsend send\nsay run --password-file \"$ops\" run\nsay verify audit verify\nsay queue queue\n");
    let root = rustix::process::geteuid().is_root();
    if root {
        // Its files belong to root: another user could not even read its keys, which is another refusal.
        return false;
    }
    mode(0o500);
    fs::set_permissions(folder.join("journal.db"), PermissionsExt::from_mode(0o400)).expect("ours");
    let output = shell(treasury, &["sh", "-euc"], &script);
    mode(0o700);
    fs::set_permissions(folder.join("journal.db"), PermissionsExt::from_mode(0o600)).expect("ours");
    output.status.success()
}
