//! What is switched on when the screen takes the terminal, and switched off again, exactly once.

use std::io::{self, Write};
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::queue;
use crossterm::style::ResetColor;
use crossterm::terminal::{
    Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, SetTitle, disable_raw_mode,
    enable_raw_mode,
};

use super::writer::tty;

/// XTPUSHTITLE and XTPOPTITLE: the window gets its old title back.
const TITLE_PUSH: &[u8] = b"\x1b[22;0t";
const TITLE_POP: &[u8] = b"\x1b[23;0t";
/// How long a link that takes no more bytes may hold up leaving.
const LEAVE_WAIT: Duration = Duration::from_millis(120);

/// True while the terminal is ours.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// Whether frames may be written.
pub(super) fn is_entered() -> bool {
    ENTERED.load(Ordering::SeqCst)
}

pub(super) fn enter(title: &'static str) -> io::Result<()> {
    let mut bytes = TITLE_PUSH.to_vec();
    queue!(bytes, SetTitle(title), EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange, Hide, Clear(ClearType::All))?;
    enable_raw_mode()?;
    ENTERED.store(true, Ordering::SeqCst);
    tty()?.write_all(&bytes).inspect_err(|_| restore())
}

/// Gives the terminal back: a blank screen first (a multiplexer keeps and can capture the alternate screen), then every mode off,
/// the main screen, the cursor, the title, cooked mode. Does nothing when the terminal is not ours. Safe to call from anywhere but
/// a signal handler; never blocks longer than a fraction of a second.
pub fn restore() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut bytes = Vec::new();
    let queued = queue!(
        bytes,
        EndSynchronizedUpdate,
        ResetColor,
        Clear(ClearType::All),
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Show,
        ResetColor
    );
    bytes.extend_from_slice(TITLE_POP);
    if queued.is_ok() {
        write_within(bytes, LEAVE_WAIT);
    }
    // There is nobody left to tell, and the shell resets what it can.
    let _ = disable_raw_mode();
}

/// A cut or stalled line must not keep the process: the thread is left behind.
fn write_within(bytes: Vec<u8>, wait: Duration) {
    let (done, finished) = mpsc::channel();
    let spawned = thread::Builder::new().spawn(move || {
        let _ = tty().and_then(|mut tty| tty.write_all(&bytes));
        let _ = done.send(());
    });
    if spawned.is_ok() {
        let _ = finished.recv_timeout(wait);
    }
}

/// A panic message belongs on a restored terminal.
pub(super) fn install_panic_hook() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            restore();
            before(info);
        }));
    });
}
