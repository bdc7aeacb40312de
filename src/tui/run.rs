//! The loop: inputs, snapshots and time in; wishes and frames out.
//!
//! Nothing here waits for anything but the next event: acts run in tasks of their own, and their answers are events too. A frame is
//! drawn only when something changed, at most ten times a second, and only when the terminal has taken the one before.

use std::future::Future;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use ratatui::Terminal;
use ratatui::layout::Rect;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until};

use crate::desk::ask::DeskError;
use crate::desk::snapshot::Snapshot;
use crate::domain::event::Profile;
use crate::theme::Theme;
use crate::tui::backend::FrameBackend;
use crate::tui::clipboard::{osc52, to_tmux};
use crate::tui::frame::draw;
use crate::tui::hand::Hand;
use crate::tui::input::{Input, Tokenizer};
use crate::tui::keymap::Keymap;
use crate::tui::modal::unlock::Why;
use crate::tui::scene::AGE_STEP_S;
use crate::tui::terminal::{Hangup, Session, TerminalError, TerminalEvent};
use crate::tui::ui::Ui;
use crate::tui::wish::{Answer, Failure, Wish, WishId};

/// Milliseconds between frames while somebody works here.
pub const FRAME_MS: u64 = 100;
/// Milliseconds between frames when nobody has pressed a key for [`QUIET_MS`].
pub const QUIET_FRAME_MS: u64 = 333;
/// See [`QUIET_FRAME_MS`].
pub const QUIET_MS: u64 = 60_000;
/// Milliseconds between ticks.
const TICK_MS: u64 = 1_000;

/// What the loop needs to know beside the desk.
#[derive(Clone, Debug)]
pub struct Setup {
    /// How to draw, fitted to this terminal.
    pub theme: Theme,
    /// The keys.
    pub keymap: Keymap,
    /// The value of `TERM`.
    pub term: String,
    /// Whether the terminal is inside tmux (`TMUX` is set).
    pub in_tmux: bool,
    /// Idle milliseconds after which the screen locks; `None`: never.
    pub idle_lock_ms: Option<u64>,
}

/// How the loop ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// Somebody left by `y` at the prompt.
    Quit,
    /// The terminal is gone.
    Gone(Hangup),
}

/// The terminal as the loop sees it.
pub trait Line {
    /// The next event. Cancelling it loses nothing.
    fn next(&mut self) -> impl Future<Output = TerminalEvent> + Send;

    /// Whether the last frame was taken.
    fn is_ready(&self) -> bool;

    /// Gives the terminal to the shell until it is given back; then tells the size.
    ///
    /// # Errors
    /// When the terminal cannot be set up again.
    fn suspend(&mut self) -> io::Result<(u16, u16)>;
}

impl Line for Session {
    async fn next(&mut self) -> TerminalEvent {
        Session::next(self).await
    }

    fn is_ready(&self) -> bool {
        self.writer().is_ready()
    }

    fn suspend(&mut self) -> io::Result<(u16, u16)> {
        Session::suspend(self)?;
        self.size()
    }
}

/// Takes the terminal, runs the screen, gives the terminal back.
///
/// # Errors
/// [`TerminalError`] where there can be no full screen; it names the command line as the way out.
pub async fn run<H: Hand>(hand: H, setup: Setup) -> Result<Left, TerminalError> {
    let profile = hand.watch().borrow().treasury.profile();
    let session = Session::enter(title(profile), &setup.term)?;
    let (size, out) = (session.size()?, session.writer());
    let console = Console::new(hand, setup, (session, out), size)?;
    // Dropping the console restores the terminal on every way out.
    Ok(console.run().await?)
}

/// The window title: never from data.
const fn title(profile: Profile) -> &'static str {
    match profile {
        Profile::Prod => "bursar PROD",
        Profile::Test => "bursar TEST",
        Profile::Demo => "bursar DEMO",
    }
}

type Answered = (WishId, Result<Answer, Failure>);

/// The loop and all it owns.
pub struct Console<H: Hand, L: Line, W: Write> {
    hand: H,
    ui: Ui,
    snap: Arc<Snapshot>,
    snaps: watch::Receiver<Arc<Snapshot>>,
    line: L,
    out: W,
    terminal: Terminal<FrameBackend<W>>,
    tokenizer: Tokenizer,
    answers: (UnboundedSender<Answered>, UnboundedReceiver<Answered>),
    setup: Setup,
    started: Instant,
    input_ms: u64,
    drawn_ms: Option<u64>,
    dirty: bool,
    left: Option<Left>,
}

impl<H: Hand, L: Line, W: Write + Clone> Console<H, L, W> {
    /// A console on this line. The first frame is drawn from the snapshot there is, before any network answers.
    ///
    /// # Errors
    /// Where the line is cut.
    pub fn new(hand: H, setup: Setup, (line, out): (L, W), size: (u16, u16)) -> io::Result<Self> {
        let mut snaps = hand.watch();
        let snap = snaps.borrow_and_update().clone();
        let mut ui = Ui::new(size, &snap, 0);
        (ui.idle_lock_ms, ui.keymap, ui.now) = (setup.idle_lock_ms, setup.keymap.clone(), hand.now());
        let terminal = Terminal::new(FrameBackend::new(out.clone(), size.0, size.1))?;
        Ok(Self {
            hand,
            ui,
            snap,
            snaps,
            line,
            out,
            terminal,
            tokenizer: Tokenizer::new(),
            answers: unbounded_channel(),
            setup,
            started: Instant::now(),
            input_ms: 0,
            drawn_ms: None,
            dirty: true,
            left: None,
        })
    }

    /// Runs until somebody leaves or the terminal is gone.
    ///
    /// # Errors
    /// Where the terminal cannot be written to.
    pub async fn run(mut self) -> io::Result<Left> {
        let mut tick_ms = TICK_MS;
        loop {
            if self.dirty && self.now_ms() >= self.frame_due_ms() && self.line.is_ready() {
                self.draw()?;
            }
            if let Some(left) = self.left {
                self.leave();
                return Ok(left);
            }
            let wake = self.wake_ms(tick_ms);
            tokio::select! {
                biased;
                event = self.line.next() => self.terminal_event(event)?,
                Some((id, result)) = self.answers.1.recv() => {
                    let wishes = self.ui.answer(&self.snap, id, result);
                    self.dirty = true;
                    self.perform(wishes)?;
                }
                changed = self.snaps.changed() => if changed.is_err() { self.left = Some(Left::Quit) } else { self.take_snapshot() },
                () = sleep_until(self.started + Duration::from_millis(wake)) => {
                    let inputs = self.tokenizer.timeout(self.now_ms());
                    self.inputs(inputs)?;
                    if self.now_ms() >= tick_ms || self.ui.due_ms().is_some_and(|due| due <= self.now_ms()) {
                        self.tick()?;
                        tick_ms = self.now_ms() + TICK_MS;
                    }
                }
            }
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// When the next frame may be drawn.
    fn frame_due_ms(&self) -> u64 {
        let quiet = self.now_ms().saturating_sub(self.input_ms) >= QUIET_MS;
        self.drawn_ms.map_or(0, |drawn| drawn + if quiet { QUIET_FRAME_MS } else { FRAME_MS })
    }

    /// The nearest of: a tick, a held ESC, a pane's own time-out, a frame that had to wait.
    fn wake_ms(&self, tick_ms: u64) -> u64 {
        let now = self.now_ms();
        let frame = (self.dirty && self.line.is_ready()).then(|| self.frame_due_ms());
        // A due time in the past was served already; it must not spin.
        let due = self.ui.due_ms().filter(|due| *due > now);
        [Some(tick_ms), self.tokenizer.deadline_ms(), due, frame].into_iter().flatten().min().unwrap_or(tick_ms)
    }

    fn take_snapshot(&mut self) {
        self.snap = self.snaps.borrow_and_update().clone();
        self.dirty = true;
    }

    fn tick(&mut self) -> io::Result<()> {
        let (before, now) = (self.ui.now, self.hand.now());
        // Asked before the tick: afterwards what was due is served and says no more that something changed.
        let due = self.ui.due_ms().is_some();
        let wishes = self.ui.tick(&self.snap, now, self.now_ms());
        let stepped = before.unix() / AGE_STEP_S != now.unix() / AGE_STEP_S;
        self.dirty |= stepped || !wishes.is_empty() || due;
        self.perform(wishes)
    }

    fn terminal_event(&mut self, event: TerminalEvent) -> io::Result<()> {
        match event {
            TerminalEvent::Bytes(bytes) => {
                self.input_ms = self.now_ms();
                let inputs = self.tokenizer.feed(&bytes, self.input_ms);
                self.inputs(inputs)
            }
            TerminalEvent::Resize { width, height } => self.resize((width, height)),
            TerminalEvent::OutputReady => Ok(()),
            TerminalEvent::Suspend => self.suspend(),
            TerminalEvent::Hangup(why) => {
                self.left = Some(Left::Gone(why));
                Ok(())
            }
        }
    }

    fn inputs(&mut self, inputs: Vec<Input>) -> io::Result<()> {
        for input in inputs {
            let wishes = self.ui.update(&self.snap, input, self.now_ms());
            self.dirty = true;
            self.perform(wishes)?;
        }
        Ok(())
    }

    fn resize(&mut self, size: (u16, u16)) -> io::Result<()> {
        self.ui.size = size;
        self.terminal.backend_mut().set_size(size.0, size.1);
        self.repaint()
    }

    /// Forgets what the terminal shows, so that the next frame is whole.
    fn repaint(&mut self) -> io::Result<()> {
        let (width, height) = self.ui.size;
        self.terminal.resize(Rect::new(0, 0, width, height))?;
        self.dirty = true;
        Ok(())
    }

    fn draw(&mut self) -> io::Result<()> {
        let (ui, snap, theme) = (&self.ui, &self.snap, &self.setup.theme);
        self.terminal.draw(|frame| {
            if let Some(cursor) = draw(ui, snap, theme, frame.buffer_mut()) {
                frame.set_cursor_position(cursor);
            }
        })?;
        self.drawn_ms = Some(self.now_ms());
        self.dirty = false;
        Ok(())
    }

    fn perform(&mut self, wishes: Vec<(WishId, Wish)>) -> io::Result<()> {
        for (id, wish) in wishes {
            let hand = self.hand.clone();
            match wish {
                Wish::Ask(by, ask) => self.spawn(id, async move { hand.ask(by, ask).await.map(Answer::Done) }),
                Wish::Unlock(passphrase) => {
                    self.spawn(id, async move { hand.unlock(passphrase).await.map(|()| Answer::Unlocked) })
                }
                Wish::Refresh => self.spawn(id, async move { hand.refresh().await.map(|()| Answer::Refreshed) }),
                Wish::Verify => self.spawn(id, async move { hand.verify().await.map(Answer::Verified) }),
                Wish::Page(upto) => self.spawn(id, async move { hand.page(upto).await.map(Answer::Page) }),
                Wish::Lock => {
                    self.blank()?;
                    self.hand.lock();
                    self.tell(id, Ok(Answer::Locked));
                }
                Wish::Copy(text) => self.copy(id, text),
                Wish::Suspend => self.suspend()?,
                Wish::Redraw => self.repaint()?,
                Wish::Quit => self.left = Some(Left::Quit),
            }
        }
        Ok(())
    }

    fn spawn(&self, id: WishId, work: impl Future<Output = Result<Answer, DeskError>> + Send + 'static) {
        let answers = self.answers.0.clone();
        // Nobody listens any more once the screen is left; the act itself goes on and is in the journal.
        tokio::spawn(async move { drop(answers.send((id, work.await.map_err(|error| Failure::from(&error))))) });
    }

    fn tell(&self, id: WishId, result: Result<Answer, Failure>) {
        // The receiver lives as long as this loop.
        drop(self.answers.0.send((id, result)));
    }

    /// Before anything else is done about locking, the screen is empty.
    fn blank(&mut self) -> io::Result<()> {
        self.terminal.backend_mut().blank()?;
        self.drawn_ms = None;
        self.repaint()
    }

    fn suspend(&mut self) -> io::Result<()> {
        let wishes = if self.ui.is_covered() { Vec::new() } else { self.ui.lock(&self.snap, Why::Suspended) };
        self.blank()?;
        self.perform(wishes)?;
        let size = self.line.suspend()?;
        self.resize(size)
    }

    fn copy(&mut self, id: WishId, text: String) {
        let sequence = osc52(&text);
        if self.setup.in_tmux {
            let answers = self.answers.0.clone();
            spawn_blocking(move || {
                let result = to_tmux(&text).map(|()| Answer::Sent("the tmux buffer")).map_err(|why| not_sent(why.to_string()));
                drop(answers.send((id, result)));
            });
            return;
        }
        let sent = match sequence {
            Some(sequence) => {
                self.out.write_all(&sequence).map(|()| Answer::Sent("the terminal")).map_err(|why| not_sent(why.to_string()))
            }
            None => Err(not_sent("the text is too long for a terminal's clipboard".to_owned())),
        };
        self.tell(id, sent);
    }

    /// The way out, within a moment: keys first, then whatever the terminal still takes.
    fn leave(&mut self) {
        self.hand.lock();
        // The line may be cut; there is nothing left to tell it.
        drop(self.terminal.backend_mut().blank());
    }
}

fn not_sent(message: String) -> Failure {
    Failure { code: "copy.failed", message, hint: "select the value with the terminal instead", retry: false }
}

#[cfg(test)]
mod tests;
