//! The journal and the state that is folded from it. One order of things: decide, append, apply.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::desk::ask::DeskError;
use crate::desk::snapshot::RECENT_MAX;
use crate::domain::command::Command;
use crate::domain::event::Event;
use crate::domain::journal::{Entry, Record, Tip};
use crate::domain::member::Actor;
use crate::domain::time::Timestamp;
use crate::domain::treasury::Treasury;
use crate::store::{Kept, READ_MAX, Store, StoreError};

/// Entries after which the state is kept again.
pub const KEEP_EVERY: u64 = 1000;
/// How often a decision is taken anew because someone else was faster.
pub const RACES_MAX: usize = 64;

impl From<StoreError> for DeskError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Broken(broken) => Self::Journal(broken),
            other => Self::Unavailable { what: "store", why: other.to_string(), retry: other.retry() },
        }
    }
}

/// The journal, its tip, and the state after it.
pub struct Core {
    store: Box<dyn Store>,
    tip: Tip,
    kept: u64,
    treasury: Arc<Treasury>,
    recent: VecDeque<Record>,
    last_at: Timestamp,
}

impl Core {
    /// Loads the state: from the last snapshot where there is one, then from the entries after it.
    ///
    /// # Errors
    /// [`DeskError`] where the store cannot be read or an entry does not follow.
    pub fn load(store: Box<dyn Store>) -> Result<Self, DeskError> {
        let mut core = Self {
            store,
            tip: Tip::EMPTY,
            kept: 0,
            treasury: Arc::new(Treasury::unfounded()),
            recent: VecDeque::new(),
            last_at: Timestamp::from_unix(0),
        };
        // A snapshot of another version does not parse, and is made again from the journal.
        if let Some(kept) = core.store.kept()?
            && let Ok(treasury) = serde_json::from_slice::<Treasury>(&kept.state)
        {
            core.treasury = Arc::new(treasury);
            core.tip = kept.tip;
            core.kept = kept.tip.seq;
            core.read_recent()?;
        }
        core.catch_up()?;
        Ok(core)
    }

    fn read_recent(&mut self) -> Result<(), DeskError> {
        let from = self.tip.seq.saturating_sub(RECENT_MAX as u64).saturating_add(1);
        for entry in self.store.read(from, RECENT_MAX)? {
            if entry.seq <= self.tip.seq {
                let record = entry.record()?;
                self.note(record);
            }
        }
        Ok(())
    }

    /// Reads and applies what others appended. The number of new entries.
    ///
    /// # Errors
    /// [`DeskError`] where the store cannot be read or an entry does not follow.
    pub fn catch_up(&mut self) -> Result<u64, DeskError> {
        let before = self.tip.seq;
        loop {
            let page = self.store.read(self.tip.seq.saturating_add(1), READ_MAX)?;
            let full = page.len() == READ_MAX;
            for entry in page {
                let tip = entry.check(self.tip)?;
                let record = entry.record()?;
                Arc::make_mut(&mut self.treasury).apply(&record);
                self.tip = tip;
                self.note(record);
            }
            if !full {
                self.keep_if_due();
                return Ok(self.tip.seq.saturating_sub(before));
            }
        }
    }

    /// Decides a command and makes it so. The new records; none where it was so already.
    ///
    /// # Errors
    /// [`DeskError::Refused`], or the store's error: then nothing became true.
    pub fn commit(&mut self, now: Timestamp, by: &Actor, command: &Command) -> Result<Vec<Record>, DeskError> {
        for _ in 0..RACES_MAX {
            // The journal's time never runs back, whatever the machine's clock does.
            let at = now.max(self.last_at);
            let events = self.treasury.decide(at, by, command)?;
            if events.is_empty() {
                return Ok(Vec::new());
            }
            let batch = self.batch(at, by, events);
            match self.store.append(self.tip, &batch) {
                Ok(()) => return Ok(self.accept(batch)),
                Err(StoreError::Conflict { .. }) => {
                    self.catch_up()?;
                }
                Err(other) => return Err(other.into()),
            }
        }
        let why = format!("{RACES_MAX} others were faster");
        Err(DeskError::Unavailable { what: "store", why, retry: true })
    }

    fn batch(&self, at: Timestamp, by: &Actor, events: Vec<Event>) -> Vec<(Entry, Record)> {
        let mut tip = self.tip;
        events
            .into_iter()
            .map(|event| {
                let pair = Entry::after(tip, at, by.clone(), event);
                tip = pair.0.tip();
                pair
            })
            .collect()
    }

    fn accept(&mut self, batch: Vec<(Entry, Record)>) -> Vec<Record> {
        let mut records = Vec::with_capacity(batch.len());
        for (entry, record) in batch {
            Arc::make_mut(&mut self.treasury).apply(&record);
            self.tip = entry.tip();
            self.note(record.clone());
            records.push(record);
        }
        self.keep_if_due();
        records
    }

    fn note(&mut self, record: Record) {
        self.last_at = self.last_at.max(record.at);
        if self.recent.len() >= RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back(record);
    }

    fn keep_if_due(&mut self) {
        if self.tip.seq.saturating_sub(self.kept) >= KEEP_EVERY {
            self.keep();
        }
    }

    /// Keeps the state beside the journal, so that the next start need not replay it. Failure costs time only.
    pub fn keep(&mut self) {
        if self.tip.seq == self.kept {
            return;
        }
        let kept = serde_json::to_vec(&*self.treasury)
            .map_err(|e| e.to_string())
            .and_then(|state| self.store.keep(&Kept { tip: self.tip, state }).map_err(|e| e.to_string()));
        match kept {
            Ok(()) => self.kept = self.tip.seq,
            Err(why) => tracing::warn!(why, "the state could not be kept beside the journal"),
        }
    }

    /// Where the journal ends.
    #[must_use]
    pub const fn tip(&self) -> Tip {
        self.tip
    }

    /// The state after that.
    #[must_use]
    pub const fn treasury(&self) -> &Arc<Treasury> {
        &self.treasury
    }

    /// The last records, newest last.
    #[must_use]
    pub fn recent(&self) -> Vec<Record> {
        self.recent.iter().cloned().collect()
    }

    /// Entries from a sequence number on, unchecked.
    ///
    /// # Errors
    /// [`DeskError`] where they cannot be read.
    pub fn read(&self, from: u64, limit: usize) -> Result<Vec<Entry>, DeskError> {
        Ok(self.store.read(from, limit)?)
    }
}
