//! How a verb fails: one report, one exit code per kind, one shape in JSON. Scripts depend on all three.

use serde::Serialize;
use serde_json::{Value, json};

use crate::config::ConfigError;
use crate::desk::ask::DeskError;
use crate::desk::world::Trouble;
use crate::domain::id::BadId;
use crate::domain::money::BadAmount;
use crate::domain::refusal::{Code, Refusal};

/// What kind of failure it is; the exit code follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A defect of ours.
    Internal,
    /// Wrong words on the command line.
    Usage,
    /// Wrong configuration or policy file.
    Config,
    /// The treasury or the signer said no.
    Refused,
    /// Node, signer or store not reachable, or not to be trusted.
    Unavailable,
    /// No such wallet, request, member.
    NotFound,
    /// A file or the journal fails its check.
    Damaged,
}

impl Kind {
    /// The exit code.
    #[must_use]
    pub const fn exit(self) -> u8 {
        match self {
            Self::Internal => 1,
            Self::Usage | Self::Config => 2,
            Self::Refused => 3,
            Self::Unavailable => 4,
            Self::NotFound => 5,
            Self::Damaged => 6,
        }
    }
}

/// A failure, as people and scripts see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// What kind.
    pub kind: Kind,
    /// Stable and dotted.
    pub code: String,
    /// One sentence: what, where, what was expected.
    pub message: String,
    /// What to do about it.
    pub hints: Vec<String>,
    /// Whether the same command may succeed later.
    pub retry: bool,
    /// What a script may want to know more; an object.
    pub detail: Value,
}

impl Report {
    /// A report without hints.
    pub fn new(kind: Kind, code: &str, message: impl Into<String>) -> Self {
        Self { kind, code: code.to_owned(), message: message.into(), hints: Vec::new(), retry: false, detail: json!({}) }
    }

    /// Wrong words.
    pub fn usage(code: &str, message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, code, message)
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds what a script may want to know.
    #[must_use]
    pub fn detail(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }

    /// Lines for people, on stderr.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("error: {} [{}]\n", self.message, self.code);
        if let Some(lines) = self.detail.get("lines").and_then(Value::as_array) {
            for line in lines.iter().filter_map(Value::as_str) {
                text.push_str(&format!("  {line}\n"));
            }
        }
        for hint in &self.hints {
            text.push_str(&format!("hint: {hint}\n"));
        }
        text
    }

    /// The failure document.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({ "error": self })
    }
}

impl From<ConfigError> for Report {
    fn from(error: ConfigError) -> Self {
        let kind = match error {
            ConfigError::NoHome | ConfigError::BadHome { .. } => Kind::Usage,
            ConfigError::Missing { .. }
            | ConfigError::Unreadable { .. }
            | ConfigError::TooLarge { .. }
            | ConfigError::Invalid(_) => Kind::Config,
        };
        let detail = error.fault().map_or(json!({}), |fault| {
            json!({ "file": fault.file.to_string_lossy(), "line": fault.line, "column": fault.column, "key": fault.key,
                "expected": fault.message, "nearest": fault.nearest })
        });
        Self::new(kind, error.code(), error.to_string()).hint(error.hint()).detail(detail)
    }
}

impl From<Refusal> for Report {
    fn from(refusal: Refusal) -> Self {
        let kind = if names_nothing(refusal.code) { Kind::NotFound } else { Kind::Refused };
        let detail =
            refusal.verdict.as_ref().map_or(json!({}), |verdict| json!({ "verdict": verdict, "lines": verdict.lines() }));
        Self::new(kind, refusal.code.as_str(), refusal.message.clone()).hint(refusal.hint()).detail(detail)
    }
}

const fn names_nothing(code: Code) -> bool {
    matches!(
        code,
        Code::TreasuryAbsent
            | Code::MemberUnknown
            | Code::NetworkUnknown
            | Code::WalletUnknown
            | Code::ContactUnknown
            | Code::AssetUnknown
            | Code::RequestUnknown
    )
}

impl From<DeskError> for Report {
    fn from(error: DeskError) -> Self {
        let retry = error.retry();
        match error {
            DeskError::Refused(refusal) => refusal.into(),
            DeskError::Unavailable { what, .. } => {
                let report = Self::new(Kind::Unavailable, &format!("{what}.unavailable"), error.to_string());
                Self { retry, ..report.hint("`bursar doctor` looks at nodes, store and keystore") }
            }
            DeskError::Locked(why) => Self::new(Kind::Refused, "keys.locked", why)
                .hint("give the password: a prompt on a terminal, --password-file FILE or --password-fd N"),
            DeskError::Journal(ref broken) => Self::new(Kind::Damaged, "journal.damaged", error.to_string())
                .hint("stop paying, keep the file, and compare it with a backup or a checkpoint")
                .detail(json!({ "entry": broken.seq() })),
            DeskError::Damaged { code, why, hint } => Self::new(kind_of_file(code), code, why).hint(hint),
            DeskError::NotFound(why) => Self::new(Kind::NotFound, "not_found", why),
            DeskError::Internal(_) => {
                Self::new(Kind::Internal, "internal", error.to_string()).hint("this is a defect; the log file says more")
            }
        }
    }
}

/// The kind behind the stable code of a file's error: not every one of them is about damage.
fn kind_of_file(code: &str) -> Kind {
    match code.rsplit('.').next().unwrap_or_default() {
        "weak_password" | "label" | "cost" | "exists" => Kind::Usage,
        "permissions" => Kind::Config,
        "io" => Kind::Unavailable,
        "not_found" => Kind::NotFound,
        _ => Kind::Damaged,
    }
}

impl From<Trouble> for Report {
    fn from(trouble: Trouble) -> Self {
        let report = Self::new(Kind::Unavailable, "node.unavailable", trouble.why);
        Self { retry: trouble.retry, ..report.hint("`bursar node check` asks each node how it does") }
    }
}

impl From<BadId> for Report {
    fn from(error: BadId) -> Self {
        Self::usage("usage.id", error.to_string())
    }
}

impl From<BadAmount> for Report {
    fn from(error: BadAmount) -> Self {
        Self::usage("usage.amount", error.to_string())
            .hint("amounts are in the asset's own units, with a point before the decimals: 1250.50")
    }
}

/// Whether a clap error is an answer (help, version) instead of a failure.
#[must_use]
pub fn is_answer(error: &clap::Error) -> bool {
    use clap::error::ErrorKind::{DisplayHelp, DisplayVersion};
    matches!(error.kind(), DisplayHelp | DisplayVersion)
}

impl From<clap::Error> for Report {
    fn from(error: clap::Error) -> Self {
        let text = error.render().to_string();
        // Words of the command line come back in these sentences, and they may be pasted from anywhere.
        let fine = |c: char| c == '\n' || c == ' ' || c.is_ascii_graphic();
        let text: String = text.chars().flat_map(|c| if fine(c) { vec![c] } else { c.escape_unicode().collect() }).collect();
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let message = lines.next().unwrap_or("wrong arguments").trim_start_matches("error: ").to_owned();
        let rest: Vec<String> = lines.map(str::to_owned).collect();
        Self { hints: rest, ..Self::usage("usage.arguments", message) }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;
    use crate::domain::journal::Broken;

    #[test]
    fn each_kind_has_its_exit_code() {
        let kinds = [Kind::Internal, Kind::Usage, Kind::Config, Kind::Refused, Kind::Unavailable, Kind::NotFound, Kind::Damaged];
        assert_eq!(kinds.map(Kind::exit), [1, 2, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn a_failure_document_has_the_agreed_shape() {
        let report: Report = Refusal::new(Code::QuorumUnmet, "two votes are missing").into();
        assert_eq!(
            report.json(),
            json!({ "error": { "kind": "refused", "code": "quorum.unmet", "message": "two votes are missing",
                "hints": [Code::QuorumUnmet.hint()], "retry": false, "detail": {} } })
        );
    }

    #[test]
    fn unknown_things_are_not_refusals() {
        for code in Code::ALL {
            let report: Report = Refusal::new(*code, "x").into();
            let unknown = code.as_str().ends_with(".unknown") || *code == Code::TreasuryAbsent;
            assert_eq!(report.kind == Kind::NotFound, unknown, "{code}");
            assert!(!report.hints.is_empty(), "{code}");
        }
    }

    #[test]
    fn desk_errors_keep_their_distinctions() {
        let report = |error: DeskError| {
            let report = Report::from(error);
            (report.kind.exit(), report.code, report.retry)
        };
        let damaged = |code| DeskError::Damaged { code, why: "w".into(), hint: "h" };
        for code in ["keystore.damaged", "keystore.wrong_machine", "keystore.wrong_password", "keystore.tampered"] {
            assert_eq!(report(damaged(code)), (6, code.to_owned(), false));
        }
        assert_eq!(report(damaged("keystore.weak_password")).0, 2);
        assert_eq!(
            report(DeskError::Unavailable { what: "node", why: "w".into(), retry: true }),
            (4, "node.unavailable".into(), true)
        );
        assert_eq!(report(DeskError::Locked("w".into())), (3, "keys.locked".into(), false));
        assert_eq!(report(DeskError::Journal(Broken::Hash(7))), (6, "journal.damaged".into(), false));
        assert_eq!(report(DeskError::NotFound("w".into())).0, 5);
        assert_eq!(report(DeskError::Internal("w".into())).0, 1);
    }

    #[test]
    fn a_wrong_configuration_names_its_place_for_scripts() {
        let error = Config::parse(Path::new("c.toml"), "[general]\nidle_lock = 1\n").expect_err("unknown key");
        let report = Report::from(error);
        assert_eq!((report.kind.exit(), report.code.as_str()), (2, "config.invalid"));
        assert_eq!(report.detail["line"], 2);
        assert_eq!(report.detail["key"], "general.idle_lock");
        assert_eq!(report.detail["nearest"], "idle_lock_s");
    }
}
