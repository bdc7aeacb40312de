//! The loop against a line that is a channel, a desk that is a list of calls, and a clock that stands until it is moved.

use std::sync::Mutex;

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use super::*;
use crate::desk::ask::{Ask, AuditReport, Done};
use crate::domain::id::MemberId;
use crate::domain::time::Timestamp;
use crate::text::Charset;
use crate::theme::Depth;
use crate::tui::fixture::snapshot;
use crate::tui::wish::{Link, Passphrase};

/// What was sent to the terminal, and what the desk was asked, in one order.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Seen {
    Bytes(Vec<u8>),
    Lock,
}

#[derive(Clone)]
struct Log(Arc<Mutex<Vec<Seen>>>);

impl Log {
    fn push(&self, seen: Seen) {
        self.0.lock().expect("no test panics inside").push(seen);
    }

    fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.0.lock().expect("no test panics inside"))
    }

    fn bytes(&self) -> usize {
        self.take().iter().map(|seen| if let Seen::Bytes(bytes) = seen { bytes.len() } else { 0 }).sum()
    }
}

impl Write for Log {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.push(Seen::Bytes(buf.to_vec()));
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Clone)]
struct Stand {
    snaps: Arc<watch::Sender<Arc<Snapshot>>>,
    log: Log,
    start: (Timestamp, Instant),
}

impl Hand for Stand {
    fn watch(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.snaps.subscribe()
    }

    fn now(&self) -> Timestamp {
        self.start.0.plus(self.start.1.elapsed().as_secs())
    }

    async fn ask(&self, _by: MemberId, _ask: Ask) -> Result<Done, DeskError> {
        Err(DeskError::Internal("not asked in these tests".to_owned()))
    }

    async fn unlock(&self, _passphrase: Passphrase) -> Result<(), DeskError> {
        Ok(())
    }

    fn lock(&self) {
        self.log.push(Seen::Lock);
    }

    /// A node that never answers.
    async fn refresh(&self) -> Result<(), DeskError> {
        std::future::pending().await
    }

    async fn verify(&self) -> Result<AuditReport, DeskError> {
        Err(DeskError::Internal("not asked in these tests".to_owned()))
    }

    async fn page(&self, _upto: u64) -> Result<Vec<Link>, DeskError> {
        Ok(Vec::new())
    }
}

struct Wire(Receiver<TerminalEvent>);

impl Line for Wire {
    async fn next(&mut self) -> TerminalEvent {
        self.0.recv().await.unwrap_or(TerminalEvent::Hangup(Hangup::Eof))
    }

    fn is_ready(&self) -> bool {
        true
    }

    fn suspend(&mut self) -> io::Result<(u16, u16)> {
        Ok((80, 24))
    }
}

struct Rig {
    log: Log,
    keys: Sender<TerminalEvent>,
    snaps: Arc<watch::Sender<Arc<Snapshot>>>,
    task: JoinHandle<io::Result<Left>>,
}

fn rig() -> Rig {
    let log = Log(Arc::default());
    let snap = Arc::new(snapshot());
    let (snaps, _) = watch::channel(snap.clone());
    let snaps = Arc::new(snaps);
    let hand = Stand { snaps: snaps.clone(), log: log.clone(), start: (snap.at, Instant::now()) };
    let theme = Theme::default().fitted(Depth::C16, Charset::Ascii);
    let setup = Setup { theme, keymap: Keymap::default(), term: "xterm".to_owned(), in_tmux: false, idle_lock_ms: Some(300_000) };
    let (keys, events) = channel(16);
    let console = Console::new(hand, setup, (Wire(events), log.clone()), (80, 24)).expect("a log takes everything");
    Rig { log, keys, snaps, task: tokio::spawn(console.run()) }
}

impl Rig {
    async fn press(&self, bytes: &[u8]) {
        let event = TerminalEvent::Bytes(Zeroizing::new(bytes.to_vec()));
        self.keys.send(event).await.expect("the loop runs");
        self.pass(200).await;
    }

    async fn pass(&self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

fn text(seen: &[Seen]) -> String {
    seen.iter()
        .map(|seen| if let Seen::Bytes(bytes) = seen { String::from_utf8_lossy(bytes).into_owned() } else { "<lock>".to_owned() })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn the_first_frame_is_there_at_once_and_an_idle_screen_is_silent() {
    let rig = rig();
    rig.pass(1).await;
    assert!(text(&rig.log.take()).contains("Overview"));
    rig.pass(1_000).await;
    rig.snaps.send_replace(Arc::new(snapshot()));
    rig.pass(500).await;
    assert_eq!(rig.log.bytes(), 0, "a new snapshot that looks the same");
    rig.pass(3_000).await;
    assert_eq!(rig.log.bytes(), 0, "nothing changed within one step of the ages");
}

#[tokio::test(start_paused = true)]
async fn at_most_ten_frames_a_second() {
    let rig = rig();
    rig.pass(1).await;
    rig.log.take();
    for _ in 0..50 {
        rig.keys.send(TerminalEvent::Bytes(Zeroizing::new(b"j".to_vec()))).await.expect("the loop runs");
        rig.keys.send(TerminalEvent::Bytes(Zeroizing::new(b"4".to_vec()))).await.expect("the loop runs");
        rig.keys.send(TerminalEvent::Bytes(Zeroizing::new(b"1".to_vec()))).await.expect("the loop runs");
        rig.pass(20).await;
    }
    let writes = rig.log.take().len();
    assert!(writes <= 11, "{writes} writes in a second");
}

#[tokio::test(start_paused = true)]
async fn locking_blanks_before_the_keys_are_wiped() {
    let rig = rig();
    rig.pass(1).await;
    rig.log.take();
    rig.pass(300_500).await;
    let seen = rig.log.take();
    let lock = seen.iter().position(|seen| *seen == Seen::Lock).expect("it locked");
    assert!(text(&seen[..lock]).ends_with("\u{1b}[2J\u{1b}[?2026l"), "{}", text(&seen[..lock]));
    let after = text(&seen[lock..]);
    assert!(after.contains("locked") && !after.contains("acme-ops") && !after.contains("48,250"), "{after}");
}

#[tokio::test(start_paused = true)]
async fn a_node_that_never_answers_does_not_hold_up_a_key() {
    let rig = rig();
    rig.press(b"r").await;
    rig.log.take();
    rig.press(b"4").await;
    assert!(text(&rig.log.take()).contains("Wallets"));
}

#[tokio::test(start_paused = true)]
async fn an_arrow_torn_by_the_network_is_one_arrow() {
    let rig = rig();
    rig.press(b"4").await;
    rig.log.take();
    rig.keys.send(TerminalEvent::Bytes(Zeroizing::new(b"\x1b".to_vec()))).await.expect("the loop runs");
    rig.pass(60).await;
    rig.press(b"[B").await;
    let shown = text(&rig.log.take());
    assert!(shown.contains("pay-gas") && !shown.contains("Overview"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_cut_line_locks_and_ends_within_a_moment() {
    for event in [Hangup::Eof, Hangup::Hup, Hangup::Term] {
        let rig = rig();
        rig.pass(1).await;
        rig.log.take();
        let before = Instant::now();
        rig.keys.send(TerminalEvent::Hangup(event)).await.expect("the loop runs");
        assert_eq!(rig.task.await.expect("it ends").expect("in order"), Left::Gone(event));
        assert!(before.elapsed() < Duration::from_millis(200));
        assert_eq!(rig.log.take().first(), Some(&Seen::Lock));
    }
}

#[tokio::test(start_paused = true)]
async fn leaving_and_suspending() {
    let rig = rig();
    rig.press(b"\x1a").await;
    let seen = rig.log.take();
    assert!(seen.contains(&Seen::Lock) && text(&seen).contains("suspended"), "{}", text(&seen));
    rig.press(b"\x11").await;
    rig.press(b"y").await;
    assert_eq!(rig.task.await.expect("it ends").expect("in order"), Left::Quit);
}
