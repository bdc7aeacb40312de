//! `bursar screen`: one frame of a screen on stdout, for documents and reviews.

use clap::{Args, ValueEnum};
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::args::Common;
use crate::cli::console::theme;
use crate::cli::demo::Folder;
use crate::cli::report::{Kind, Report};
use crate::cli::session::Session;
use crate::domain::time::Timestamp;
use crate::sandbox::practice::Practice;
use crate::text::Charset;
use crate::theme::Depth;
use crate::tui;
use crate::tui::picture::{picture, plain, svg};

/// When the practice treasury of a picture begins: always the same.
const PICTURE_START: u64 = 1_795_410_000;

/// How a picture is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// The characters alone
    Text,
    /// Characters, styles and a legend, as tests keep them
    Styles,
    /// A drawing for a document
    Svg,
}

/// Which frame.
#[derive(Debug, Args)]
pub struct ScreenArgs {
    /// overview, transfers, queue, wallets or audit
    pub name: String,
    /// Columns and rows
    #[arg(long, default_value = "80x24", value_name = "WxH")]
    pub size: String,
    /// truecolor, 256, 16 or mono
    #[arg(long, default_value = "mono", value_name = "DEPTH")]
    pub depth: String,
    /// A built-in theme, or a theme file
    #[arg(long, default_value = "terminal", value_name = "THEME")]
    pub theme: String,
    /// How the picture is written
    #[arg(long, value_enum, default_value_t = Form::Text)]
    pub form: Form,
    /// Of the practice treasury instead of the home's
    #[arg(long)]
    pub demo: bool,
}

/// Draws it.
///
/// # Errors
/// Usage for a name, size, depth or theme that is not one; else as opening a home to look.
pub async fn run(args: &ScreenArgs, common: Common) -> Result<Answer, Report> {
    let usage = |what: &str, got: &str| Report::usage("usage.screen", format!("{what}: {got:?}"));
    let size = args.size.split_once('x').and_then(|(w, h)| Some((w.parse::<u16>().ok()?, h.parse::<u16>().ok()?)));
    let size = size
        .filter(|(w, h)| *w <= 500 && *h <= 200)
        .ok_or_else(|| usage("--size is columns x rows, such as 140x40", &args.size))?;
    let depth = Depth::named(&args.depth).ok_or_else(|| usage("--depth is truecolor, 256, 16 or mono", &args.depth))?;
    let theme = theme(&args.theme)?.fitted(depth, Charset::Ascii);
    let snapshot = if args.demo {
        let folder = Folder::make()?;
        let practice = Practice::prepare(folder.path(), Timestamp::from_unix(PICTURE_START)).await?;
        practice.desk.probe().await;
        practice.desk.refresh().await?;
        practice.desk.snapshot()
    } else {
        Session::begin(common)?.look()?.snapshot()
    };
    let frame =
        tui::screen(&args.name, size, &theme, &snapshot).map_err(|e| Report::new(Kind::Usage, "usage.screen", e.to_string()))?;
    let text = match args.form {
        Form::Text => plain(&frame),
        Form::Styles => picture(&frame),
        Form::Svg => svg(&frame),
    };
    Ok(Answer::new(json!({ "screen": args.name, "size": args.size, "frame": text }), text))
}
