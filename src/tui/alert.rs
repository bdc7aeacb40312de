//! What somebody should look at: one list, counted in the header and told on the overview.

use crate::desk::snapshot::{JournalCheck, Level};
use crate::domain::time::{Seconds, Timestamp};
use crate::text::{Charset, Context, Untrusted};
use crate::tui::scene::Scene;

/// A request that cannot move for this long is worth an alert.
const WAITS_S: Seconds = 60;
/// Notices older than this are history: `m` and the journal have them.
const NOTICE_S: Seconds = 24 * 3_600;
/// Columns of an error of somebody else within one of our sentences.
const ERROR_WIDTH: usize = 120;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// How serious; never `Info`.
    pub level: Level,
    /// Since when, where that is known.
    pub at: Option<Timestamp>,
    /// One sentence.
    pub text: String,
}

/// Everything that is wrong now, worst first, newest first within a level.
pub fn alerts(scene: &Scene<'_>) -> Vec<Alert> {
    let mut all = standing(scene);
    let recent = scene.snap.notices.iter().filter(|notice| notice.level > Level::Info && scene.now.since(notice.at) < NOTICE_S);
    all.extend(recent.map(|notice| Alert { level: notice.level, at: Some(notice.at), text: safe(&notice.text) }));
    all.sort_by_key(|alert| (std::cmp::Reverse(alert.level), std::cmp::Reverse(alert.at)));
    all
}

/// How many are critical, how many are warnings.
pub fn counts(alerts: &[Alert]) -> (usize, usize) {
    let of = |level| alerts.iter().filter(|alert| alert.level == level).count();
    (of(Level::Critical), of(Level::Warning))
}

/// Conditions that hold until somebody mends them.
pub fn standing(scene: &Scene<'_>) -> Vec<Alert> {
    let snap = scene.snap;
    let mut all = Vec::new();
    if let JournalCheck::Broken { seq, why } = &snap.check {
        all.push(Alert {
            level: Level::Critical,
            at: None,
            text: format!("The journal is broken at entry {seq}: {}", safe(why)),
        });
    }
    for (scope, freeze) in snap.treasury.frozen() {
        let by = freeze.by.as_ref().map_or("the desk", |by| by.as_str());
        all.push(Alert {
            level: Level::Critical,
            at: Some(freeze.at),
            text: format!("Frozen: {scope}, by {by}: \"{}\"", freeze.reason),
        });
    }
    for (network, why) in &snap.balances.failed {
        all.push(Alert { level: Level::Warning, at: None, text: format!("Balances of {network} were not read: {}", safe(why)) });
    }
    for node in snap.nodes.iter().filter(|node| !node.usable && node.asked_at.is_some()) {
        let why = node.error.as_deref().map(|error| format!(": {}", safe(error))).unwrap_or_default();
        all.push(Alert { level: Level::Warning, at: None, text: format!("Node {} is {}{why}", node.id, node.state) });
    }
    for (id, waiting) in snap.waiting.iter().filter(|(_, waiting)| scene.now.since(waiting.since) >= WAITS_S) {
        let name = snap.treasury.request(*id).map_or_else(|_| id.to_string(), |request| request.number.to_string());
        all.push(Alert { level: Level::Warning, at: Some(waiting.since), text: format!("{name} waits: {}", safe(&waiting.why)) });
    }
    all
}

/// Texts that the desk has sanitised pass unchanged; should one ever not be, it is escaped here.
pub fn safe(text: &str) -> String {
    Untrusted::new(text).show_as(Context::Diag, ERROR_WIDTH, Charset::Unicode).text
}
