//! `bursar theme`: which themes there are, and what is wrong with one.

use clap::Subcommand;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::console::theme;
use crate::cli::report::Report;
use crate::theme::BUILT_IN;

/// What to do with themes.
#[derive(Debug, Subcommand)]
pub enum ThemeVerb {
    /// The built-in themes
    List,
    /// Read a theme file and say what is wrong with it
    Check {
        /// Path of the file, or a built-in name
        file: String,
    },
}

/// Does it.
///
/// # Errors
/// Usage, with the line of the file that is wrong.
pub fn run(verb: &ThemeVerb) -> Result<Answer, Report> {
    match verb {
        ThemeVerb::List => Ok(Answer::new(json!({ "themes": BUILT_IN }), BUILT_IN.join("\n"))),
        ThemeVerb::Check { file } => {
            let theme = theme(file)?;
            let warnings: Vec<String> = theme
                .warnings()
                .iter()
                .map(|w| {
                    format!(
                        "line {}: role {}: contrast {:.1}, {:.1} is needed; the terminal theme's look is used",
                        w.line,
                        w.role.name(),
                        w.ratio,
                        w.wanted
                    )
                })
                .collect();
            let text = if warnings.is_empty() { format!("{}: ok", theme.name()) } else { warnings.join("\n") };
            Ok(Answer::new(json!({ "theme": theme.name(), "warnings": warnings }), text))
        }
    }
}
