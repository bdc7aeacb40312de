//! The only part of the screen that touches the machine: raw mode, bytes in, bytes out, signals, and leaving it all as it was.
//!
//! [`Session::enter`] takes the terminal, [`restore`] gives it back; the latter is idempotent and runs on drop, on panic, on hang-up
//! and on suspend. Nothing here asks the terminal a question.

mod modes;
mod reader;
mod writer;

pub use modes::restore;
pub use writer::TtyWriter;

use std::io::{self, IsTerminal};

use rustix::process::{Pid, Signal as ProcessSignal, getpgid, getppid, getsid, kill_current_process_group};
use rustix::termios::tcgetwinsize;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::Receiver;
use zeroize::Zeroizing;

use super::layout;
use reader::Chunk;

/// Why there can be no full screen here. Retrying helps only after the terminal was changed; the verbs of the command line always work.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// Standard input or output is a file or a pipe.
    #[error("standard input and output are not both a terminal: use a verb, such as `bursar overview`")]
    NoTty,
    /// `TERM=dumb` or empty.
    #[error("this terminal (TERM=dumb) cannot show a full screen: use a verb, such as `bursar overview`")]
    Dumb,
    /// Below the smallest layout.
    #[error(
        "the terminal is {width}x{height}, a full screen needs {}x{}: enlarge it, or use a verb such as `bursar overview`",
        layout::WIDTH_MIN,
        layout::HEIGHT_MIN
    )]
    TooSmall {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// The system refused.
    #[error("the terminal could not be set up: {0}")]
    Io(#[from] io::Error),
}

/// Why the terminal is gone. Lock, save drafts, [`restore`] and leave within 200 ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hangup {
    /// End of input.
    Eof,
    /// Reading or writing failed (EIO): the line is cut.
    Lost,
    /// SIGHUP.
    Hup,
    /// SIGTERM.
    Term,
    /// SIGINT or SIGQUIT from outside; in raw mode keys do not send them.
    Interrupt,
}

/// What the terminal has for the screen. No `Debug`: the bytes may be a passphrase.
pub enum TerminalEvent {
    /// One read. Feed it to the tokenizer.
    Bytes(Zeroizing<Vec<u8>>),
    /// The size changed (or a multiplexer was attached): set the backend's size and repaint everything.
    Resize {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// A slow link took the last frame: draw the newest state now.
    OutputReady,
    /// SIGTSTP from outside: lock, then [`Session::suspend`].
    Suspend,
    /// The end.
    Hangup(Hangup),
}

/// The terminal while the screen has it. Dropping it restores the terminal.
pub struct Session {
    title: &'static str,
    chunks: Receiver<Chunk>,
    writer: TtyWriter,
    resized: Signal,
    suspended: Signal,
    hup: Signal,
    term: Signal,
    int: Signal,
    quit: Signal,
}

impl Session {
    /// Takes the terminal: raw mode, alternate screen, bracketed paste, focus reports, hidden cursor, and a fixed window title
    /// (never from data). `term` is the value of `TERM`. Must run inside a tokio runtime.
    ///
    /// # Errors
    /// See [`TerminalError`]; the terminal is then as it was.
    pub fn enter(title: &'static str, term: &str) -> Result<Self, TerminalError> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(TerminalError::NoTty);
        }
        if term.is_empty() || term == "dumb" {
            return Err(TerminalError::Dumb);
        }
        let (width, height) = size()?;
        if !layout::is_large_enough(width, height) {
            return Err(TerminalError::TooSmall { width, height });
        }
        // Signals first: from here on none of them may end the process with the terminal in raw mode.
        let (resized, suspended) =
            (signal(SignalKind::window_change())?, signal(SignalKind::from_raw(ProcessSignal::TSTP.as_raw()))?);
        let (hup, term) = (signal(SignalKind::hangup())?, signal(SignalKind::terminate())?);
        let (int, quit) = (signal(SignalKind::interrupt())?, signal(SignalKind::quit())?);
        let writer = TtyWriter::start()?;
        modes::install_panic_hook();
        modes::enter(title)?;
        let chunks = reader::start().inspect_err(|_| restore())?;
        Ok(Self { title, chunks, writer, resized, suspended, hup, term, int, quit })
    }

    /// The writer for the backend. All handles write through one thread.
    pub fn writer(&self) -> TtyWriter {
        self.writer.clone()
    }

    /// Columns and rows, as the kernel knows them.
    ///
    /// # Errors
    /// When the line is cut.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        size()
    }

    /// Waits for the next event. Cancelling it loses nothing.
    pub async fn next(&mut self) -> TerminalEvent {
        tokio::select! {
            biased;
            Some(()) = self.hup.recv() => TerminalEvent::Hangup(Hangup::Hup),
            Some(()) = self.term.recv() => TerminalEvent::Hangup(Hangup::Term),
            Some(()) = self.int.recv() => TerminalEvent::Hangup(Hangup::Interrupt),
            Some(()) = self.quit.recv() => TerminalEvent::Hangup(Hangup::Interrupt),
            Some(()) = self.suspended.recv() => TerminalEvent::Suspend,
            Some(()) = self.resized.recv() => size().map_or(TerminalEvent::Hangup(Hangup::Lost), |(width, height)| TerminalEvent::Resize { width, height }),
            chunk = self.chunks.recv() => match chunk {
                Some(Chunk::Bytes(bytes)) => TerminalEvent::Bytes(bytes),
                Some(Chunk::Eof) => TerminalEvent::Hangup(Hangup::Eof),
                Some(Chunk::Lost) | None => TerminalEvent::Hangup(Hangup::Lost),
            },
            () = self.writer.ready_again() => if self.writer.is_lost() { TerminalEvent::Hangup(Hangup::Lost) } else { TerminalEvent::OutputReady },
        }
    }

    /// Gives the terminal back, stops this job, and takes the terminal again when it is continued. Lock before calling.
    /// Returns false, without stopping, where no shell could continue it (an orphaned process group). Repaint afterwards either way.
    ///
    /// # Errors
    /// When the terminal cannot be set up again.
    pub fn suspend(&mut self) -> io::Result<bool> {
        if !has_job_control() {
            return Ok(false);
        }
        restore();
        // SIGTSTP is handled here as an event, so it would not stop anything; SIGSTOP does.
        kill_current_process_group(ProcessSignal::STOP)?;
        modes::enter(self.title)?;
        Ok(true)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        restore();
    }
}

/// Asks the kernel, not `tput` and not the terminal.
fn size() -> io::Result<(u16, u16)> {
    let size = tcgetwinsize(io::stdout())?;
    Ok((size.ws_col, size.ws_row))
}

/// POSIX: a process group is orphaned unless some member's parent is in another group of the same session.
fn has_job_control() -> bool {
    let parent: Option<Pid> = getppid();
    let same_session = parent.is_some() && getsid(parent).ok() == getsid(None).ok();
    same_session && getpgid(parent).ok() != getpgid(None).ok()
}

#[cfg(test)]
mod tests;
