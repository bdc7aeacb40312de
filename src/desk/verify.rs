//! The journal checked from its first entry: the chain, the records, and every vote's signature again.

use std::sync::mpsc::{SyncSender, sync_channel};

use alloy_primitives::B256;

use crate::desk::Desk;
use crate::desk::ask::{AuditReport, DeskError};
use crate::desk::snapshot::{JournalCheck, Level};
use crate::desk::vote;
use crate::domain::event::Event;
use crate::domain::id::{MemberId, RequestId};
use crate::domain::journal::{Entry, Record, Tip};
use crate::domain::treasury::Treasury;
use crate::domain::vote::Vote;

/// Entries read at once: few, because several pages are in memory at a time.
const PAGE: usize = 512;
/// Pages that may be read before the first is applied.
const PAGES_AHEAD: usize = 4;

/// Records that follow each other, each with its own entry's tip, and what is wrong with the entry after them.
type Page = (Vec<(Tip, Record)>, Option<(u64, String)>);

fn page(tip: &mut Tip, entries: &[Entry]) -> Page {
    let mut records = Vec::with_capacity(entries.len());
    for entry in entries {
        match entry.check(*tip).and_then(|after| Ok((after, entry.record()?))) {
            Ok((after, record)) => {
                *tip = after;
                records.push((after, record));
            }
            Err(why) => return (records, Some((tip.seq.saturating_add(1), why.to_string()))),
        }
    }
    (records, None)
}

/// A replay from nothing that trusts no snapshot.
pub struct Replay {
    tip: Tip,
    treasury: Treasury,
    votes: u64,
}

impl Default for Replay {
    fn default() -> Self {
        Self { tip: Tip::EMPTY, treasury: Treasury::unfounded(), votes: 0 }
    }
}

impl Replay {
    /// Checks a record's signatures and applies it, and whether the votes carry what it says; `tip` is its own entry's.
    fn take(&mut self, tip: Tip, record: &Record) -> Result<(), String> {
        if let Event::Voted { request, member, vote } = &record.event {
            self.check_vote(tip.seq, *request, member, vote)?;
            self.votes = self.votes.saturating_add(1);
        }
        self.treasury.apply(record);
        if let Event::Approved { request } | Event::Ordered { request, .. } = &record.event {
            let request = self.treasury.request(*request).map_err(|e| e.to_string())?;
            vote::carried(request).map_err(|e| format!("entry {} goes on without the votes it needs: {e}", tip.seq))?;
        }
        self.tip = tip;
        Ok(())
    }

    fn check_vote(&self, seq: u64, id: RequestId, member: &MemberId, vote: &Vote) -> Result<(), String> {
        let wrong = || format!("entry {seq} counts a vote of {member} whose signature is not theirs");
        let request = self.treasury.request(id).map_err(|e| e.to_string())?;
        let key = self.treasury.members().get(member).ok_or_else(wrong)?.key;
        let ballot = vote::check(&self.treasury, request, (vote.decision, &vote.signature, None)).ok_or_else(wrong)?;
        if ballot.key() == key { Ok(()) } else { Err(wrong()) }
    }

    /// The state after what was checked.
    #[must_use]
    pub const fn treasury(&self) -> &Treasury {
        &self.treasury
    }

    /// What was found so far.
    #[must_use]
    pub const fn report(&self, broken: Option<(u64, String)>) -> AuditReport {
        let Tip { seq, hash } = self.tip;
        AuditReport { entries: seq, tip: hash, votes: self.votes, broken }
    }
}

impl Desk {
    /// Checks the whole journal; `progress` is told how many entries are done.
    ///
    /// # Errors
    /// [`DeskError`] where the store cannot be read. What is wrong in the journal is in the report.
    pub fn verify(&self, progress: &mut dyn FnMut(u64)) -> Result<AuditReport, DeskError> {
        let mut replay = Replay::default();
        let mut broken = None;
        // Reading, hashing and parsing go ahead in a thread of their own; applying and the votes follow here.
        std::thread::scope(|scope| {
            let (sender, pages) = sync_channel(PAGES_AHEAD);
            scope.spawn(move || self.read_ahead(&sender));
            for page in pages {
                let (records, wrong) = page?;
                for (tip, record) in &records {
                    if let Err(why) = replay.take(*tip, record) {
                        broken = Some((tip.seq, why));
                        return Ok(());
                    }
                }
                progress(replay.tip.seq);
                broken = wrong;
            }
            Ok::<(), DeskError>(())
        })?;
        if broken.is_none() {
            broken = self.compare(&replay);
        }
        self.note_check(&replay, broken.as_ref());
        Ok(replay.report(broken))
    }

    /// Sends pages until the journal or the listener ends, or an entry does not follow; that is said after what is before it.
    fn read_ahead(&self, to: &SyncSender<Result<Page, DeskError>>) {
        let mut tip = Tip::EMPTY;
        loop {
            // The lock is held for this read only: whoever works meanwhile waits for one page at most.
            let entries = self.core().read(tip.seq.saturating_add(1), PAGE);
            let page = entries.map(|entries| page(&mut tip, &entries));
            let last = page.as_ref().map_or(true, |(records, wrong)| records.len() < PAGE || wrong.is_some());
            if to.send(page).is_err() || last {
                return;
            }
        }
    }

    /// The state that the console works with must be the one that the journal gives.
    fn compare(&self, replay: &Replay) -> Option<(u64, String)> {
        let core = self.core();
        let same = core.tip().seq != replay.tip.seq || (core.tip() == replay.tip && **core.treasury() == replay.treasury);
        (!same).then(|| {
            let why = "the state kept beside the journal is not what the journal says; delete the snapshot".to_owned();
            (replay.tip.seq, why)
        })
    }

    fn note_check(&self, replay: &Replay, broken: Option<&(u64, String)>) {
        let at = self.clock.now();
        let check = match broken {
            None => JournalCheck::Sound { upto: replay.tip.seq, at },
            Some((seq, why)) => JournalCheck::Broken { seq: *seq, why: why.clone() },
        };
        self.seen().check = Some(check);
        if let Some((seq, why)) = broken {
            self.notice(Level::Critical, None, format!("journal broken at entry {seq}: {why}"));
        }
        self.publish();
    }

    /// The last hash of the journal, for a checkpoint outside.
    #[must_use]
    pub fn tip_hash(&self) -> B256 {
        self.snapshot().tip.hash
    }
}
