//! Frames to the terminal through a thread, so that a stalled link never stops the clock that locks the screen.
//!
//! Before drawing, ask [`TtyWriter::is_ready`]. While it says no, draw nothing: the state goes on, and when
//! [`super::TerminalEvent::OutputReady`] comes the newest state is drawn in one frame. So no frame is ever queued behind another.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use tokio::sync::Notify;

use super::modes;

/// A handle to the terminal's output: each `write` is handed over whole and becomes one write to the terminal.
#[derive(Clone)]
pub struct TtyWriter {
    frames: Sender<Vec<u8>>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    busy: AtomicBool,
    /// Somebody was told to wait.
    awaited: AtomicBool,
    lost: AtomicBool,
    ready: Notify,
}

impl TtyWriter {
    pub(super) fn start() -> io::Result<Self> {
        let out = tty()?;
        let (frames, receiver) = channel();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        thread::Builder::new().name("tty-write".to_owned()).spawn(move || run(out, &receiver, &shared))?;
        Ok(Self { frames, state })
    }

    /// Whether the terminal has taken everything that was written. After a no, [`super::TerminalEvent::OutputReady`] will come.
    pub fn is_ready(&self) -> bool {
        if !self.state.busy.load(Ordering::SeqCst) {
            return true;
        }
        self.state.awaited.store(true, Ordering::SeqCst);
        // It may have finished between the two steps; then nobody will be told.
        !self.state.busy.load(Ordering::SeqCst)
    }

    /// Whether writing failed: the line is cut.
    pub fn is_lost(&self) -> bool {
        self.state.lost.load(Ordering::SeqCst)
    }

    pub(super) async fn ready_again(&self) {
        self.state.ready.notified().await;
    }
}

impl Write for TtyWriter {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let cut = || io::Error::new(io::ErrorKind::BrokenPipe, "the terminal is gone");
        if self.is_lost() {
            return Err(cut());
        }
        self.state.busy.store(true, Ordering::SeqCst);
        self.frames.send(buf.to_vec()).map_err(|_| cut())?;
        Ok(buf.len())
    }

    /// Nothing to do: every write is on its way at once.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn run(mut out: File, frames: &Receiver<Vec<u8>>, state: &State) {
    while let Ok(frame) = frames.recv() {
        // A frame after restoring would land in the shell.
        let written = if modes::is_entered() { out.write_all(&frame) } else { Ok(()) };
        if written.is_err() {
            state.lost.store(true, Ordering::SeqCst);
        }
        state.busy.store(false, Ordering::SeqCst);
        if state.awaited.swap(false, Ordering::SeqCst) || written.is_err() {
            state.ready.notify_one();
        }
    }
}

/// Standard output without the line buffer of the standard library, which would split frames.
pub(super) fn tty() -> io::Result<File> {
    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}
