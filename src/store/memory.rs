//! A journal in memory: for tests and for judging what would happen. Same promises, no durability.

use std::collections::BTreeMap;

use crate::domain::id::{RequestId, WalletId};
use crate::domain::journal::{Entry, Record, Tip};
use crate::store::{Kept, READ_MAX, Store, StoreError, follows, slots};

/// A journal that ends with the process.
#[derive(Debug, Default)]
pub struct Memory {
    entries: Vec<Entry>,
    slots: BTreeMap<(WalletId, u64), RequestId>,
    kept: Option<Kept>,
}

impl Memory {
    /// An empty journal.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Store for Memory {
    fn tip(&self) -> Result<Tip, StoreError> {
        Ok(self.entries.last().map_or(Tip::EMPTY, Entry::tip))
    }

    fn append(&mut self, before: Tip, batch: &[(Entry, Record)]) -> Result<(), StoreError> {
        let tip = self.tip()?;
        if tip != before {
            return Err(StoreError::Conflict { expected: before.seq, found: tip.seq });
        }
        follows(before, batch)?;
        let mut bound = self.slots.clone();
        for (wallet, nonce, request) in slots(batch) {
            let holder = *bound.entry((wallet.clone(), nonce)).or_insert(request);
            let elsewhere = bound.iter().any(|(slot, id)| *id == request && *slot != (wallet.clone(), nonce));
            if holder != request || elsewhere {
                return Err(StoreError::SlotTaken { wallet: wallet.clone(), nonce });
            }
        }
        self.slots = bound;
        self.entries.extend(batch.iter().map(|(entry, _)| entry.clone()));
        Ok(())
    }

    fn read(&self, from: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let start = usize::try_from(from.saturating_sub(1)).unwrap_or(usize::MAX);
        Ok(self.entries.iter().skip(start).take(limit.min(READ_MAX)).cloned().collect())
    }

    fn keep(&mut self, kept: &Kept) -> Result<(), StoreError> {
        self.kept = Some(kept.clone());
        Ok(())
    }

    fn kept(&self) -> Result<Option<Kept>, StoreError> {
        let there = |kept: &Kept| {
            kept.tip.seq.checked_sub(1).and_then(|i| self.entries.get(i as usize)).is_some_and(|e| e.tip() == kept.tip)
        };
        Ok(self.kept.clone().filter(there))
    }
}
