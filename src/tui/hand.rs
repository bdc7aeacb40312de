//! Who does what the screen wishes for: a desk, or a stand-in in tests.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::spawn_blocking;

use crate::desk::Desk;
use crate::desk::ask::{Ask, AuditReport, DeskError, Done};
use crate::desk::snapshot::Snapshot;
use crate::domain::id::MemberId;
use crate::domain::journal::{Broken, Entry};
use crate::domain::time::Timestamp;
use crate::tui::wish::{Link, PAGE_ENTRIES, Passphrase};

/// Does what the screen wishes for. Every call may take as long as it needs: the screen goes on meanwhile.
pub trait Hand: Clone + Send + Sync + 'static {
    /// What there is to see, and when that changes.
    fn watch(&self) -> watch::Receiver<Arc<Snapshot>>;

    /// The time by the desk's clock.
    fn now(&self) -> Timestamp;

    /// An act of a member.
    fn ask(&self, by: MemberId, ask: Ask) -> impl Future<Output = Result<Done, DeskError>> + Send;

    /// Opens the keys.
    fn unlock(&self, passphrase: Passphrase) -> impl Future<Output = Result<(), DeskError>> + Send;

    /// Wipes the keys, at once.
    fn lock(&self);

    /// Asks the nodes for balances.
    fn refresh(&self) -> impl Future<Output = Result<(), DeskError>> + Send;

    /// Checks the whole journal.
    fn verify(&self) -> impl Future<Output = Result<AuditReport, DeskError>> + Send;

    /// Up to [`PAGE_ENTRIES`] entries, the last of which has this number.
    fn page(&self, upto: u64) -> impl Future<Output = Result<Vec<Link>, DeskError>> + Send;
}

impl Hand for Arc<Desk> {
    fn watch(&self) -> watch::Receiver<Arc<Snapshot>> {
        Desk::watch(self)
    }

    fn now(&self) -> Timestamp {
        Desk::now(self)
    }

    async fn ask(&self, by: MemberId, ask: Ask) -> Result<Done, DeskError> {
        Desk::ask(self, &by, ask).await
    }

    async fn unlock(&self, passphrase: Passphrase) -> Result<(), DeskError> {
        let desk = Self::clone(self);
        blocking(move || desk.unlock_typed(passphrase.expose())).await
    }

    fn lock(&self) {
        Desk::lock(self);
    }

    async fn refresh(&self) -> Result<(), DeskError> {
        Desk::refresh(self).await
    }

    async fn verify(&self) -> Result<AuditReport, DeskError> {
        let desk = Self::clone(self);
        blocking(move || Desk::verify(&desk, &mut |_| {})).await
    }

    async fn page(&self, upto: u64) -> Result<Vec<Link>, DeskError> {
        let desk = Self::clone(self);
        blocking(move || {
            let first = upto.saturating_sub(PAGE_ENTRIES as u64 - 1).max(1);
            let count = usize::try_from(upto.saturating_sub(first) + 1).unwrap_or(PAGE_ENTRIES);
            let entries = desk.entries(first, count)?;
            entries.iter().map(link).collect::<Result<Vec<_>, Broken>>().map_err(DeskError::from)
        })
        .await
    }
}

fn link(entry: &Entry) -> Result<Link, Broken> {
    Ok(Link { record: entry.record()?, prev: entry.prev, hash: entry.hash })
}

/// Key stretching and reading a journal take their time; they must not hold up the screen.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, DeskError> + Send + 'static) -> Result<T, DeskError> {
    spawn_blocking(work).await.unwrap_or_else(|why| Err(DeskError::Internal(why.to_string())))
}
