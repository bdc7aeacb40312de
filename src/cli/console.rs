//! No verb: the full screen. Opens at once on what the journal says; the network is asked afterwards.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinHandle;

use crate::cli::answer::Answer;
use crate::cli::report::{Kind, Report};
use crate::cli::session::Session;
use crate::config::General;
use crate::desk::Desk;
use crate::domain::time::Seconds;
use crate::text::Charset;
use crate::theme::{Depth, Theme, detect_depth};
use crate::tui;
use crate::tui::keymap::Keymap;
use crate::tui::run::{Left, Setup};
use crate::tui::terminal::TerminalError;

/// Journals up to this many entries are checked behind the first frame; longer ones by `v` and by `bursar audit verify`.
const CHECKED_AT_START_MAX: u64 = 100_000;
/// Largest theme file, in bytes.
const THEME_MAX: u64 = 64 * 1024;

/// Opens the console on the session's treasury.
///
/// # Errors
/// Where there is no treasury, no terminal, or a theme that cannot be used.
pub async fn run(session: &Session) -> Result<Answer, Report> {
    let general = &session.config.general;
    let read_only = session.common.read_only || general.read_only;
    let desk = if read_only { session.look()? } else { session.write()? };
    let errands = Errands::begin(&desk, general.refresh_s, read_only);
    let left = show(desk, general).await;
    drop(errands);
    left
}

/// Shows a desk on this terminal until somebody leaves.
///
/// # Errors
/// As [`run`].
pub async fn show(desk: Arc<Desk>, general: &General) -> Result<Answer, Report> {
    let setup = setup(general)?;
    let left = tui::run(desk.clone(), setup).await?;
    desk.lock();
    desk.keep();
    let text = match left {
        Left::Quit => String::new(),
        Left::Gone(why) => format!("bursar: the terminal is gone ({why:?}); keys are wiped, nothing is lost"),
    };
    Ok(Answer::new(json!({ "left": text }), text))
}

impl From<TerminalError> for Report {
    fn from(error: TerminalError) -> Self {
        let kind = match error {
            TerminalError::Io(_) => Kind::Unavailable,
            TerminalError::NoTty | TerminalError::Dumb | TerminalError::TooSmall { .. } => Kind::Usage,
        };
        Self::new(kind, "terminal", error.to_string())
            .hint("every screen has a verb: `bursar --help` lists them, `bursar overview` is a start")
    }
}

/// How this terminal is drawn on.
///
/// # Errors
/// Where the theme or the colours of the configuration are not known.
pub fn setup(general: &General) -> Result<Setup, Report> {
    let env = |name: &str| std::env::var(name).ok();
    let wanted = match general.color.as_str() {
        "auto" => None,
        name => Some(
            Depth::named(name).ok_or_else(|| Report::usage("usage.color", format!("general.color {name:?} is not a depth")))?,
        ),
    };
    let utf8 = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| env(name).filter(|v| !v.is_empty()));
    let utf8 = utf8.is_some_and(|locale| locale.to_ascii_lowercase().replace('-', "").contains("utf8"));
    let charset = if general.ascii || !utf8 { Charset::Ascii } else { Charset::Unicode };
    Ok(Setup {
        theme: theme(&general.theme)?.fitted(detect_depth(env, wanted), charset),
        keymap: Keymap::default(),
        term: env("TERM").unwrap_or_default(),
        in_tmux: env("TMUX").is_some_and(|v| !v.is_empty()),
        idle_lock_ms: Some(general.idle_lock_s.saturating_mul(1000)),
    })
}

/// A built-in theme by its name, or a theme file by its path.
///
/// # Errors
/// What is wrong with it, and where.
pub fn theme(name: &str) -> Result<Theme, Report> {
    if let Some(theme) = Theme::built_in(name) {
        return Ok(theme);
    }
    let path = Path::new(name);
    let bad = |why: String| {
        Report::usage("usage.theme", format!("theme {name:?}: {why}")).hint("`bursar theme list` names the built-in ones")
    };
    let length = std::fs::metadata(path).map_err(|e| bad(e.to_string()))?.len();
    if length > THEME_MAX {
        return Err(bad(format!("{length} bytes, at most {THEME_MAX} are read")));
    }
    let text = std::fs::read_to_string(path).map_err(|e| bad(e.to_string()))?;
    Theme::parse(&text).map_err(|e| bad(e.to_string()))
}

/// What goes on behind the screen: errands, balances, nodes. It ends with the screen.
pub struct Errands(Vec<JoinHandle<()>>);

impl Errands {
    /// Begins it.
    #[must_use]
    pub fn begin(desk: &Arc<Desk>, refresh_s: Seconds, read_only: bool) -> Self {
        let (reader, worker) = (desk.clone(), desk.clone());
        let refreshing = tokio::spawn(async move {
            loop {
                reader.probe().await;
                if let Err(error) = reader.refresh().await {
                    tracing::warn!(%error, "balances could not be read");
                }
                tokio::time::sleep(Duration::from_secs(refresh_s)).await;
            }
        });
        let checker = desk.clone();
        let checking = tokio::task::spawn_blocking(move || {
            let entries = checker.snapshot().tip.seq;
            if entries <= CHECKED_AT_START_MAX
                && let Err(error) = checker.verify(&mut |_| {})
            {
                tracing::error!(%error, "the journal cannot be checked");
            }
        });
        let working = tokio::spawn(async move {
            if !read_only {
                let error = worker.work().await;
                tracing::error!(%error, "errands ended");
                return;
            }
            loop {
                if let Err(error) = worker.catch_up() {
                    tracing::error!(%error, "the journal cannot be read");
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        Self(vec![refreshing, checking, working])
    }
}

impl Drop for Errands {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}
