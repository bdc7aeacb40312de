//! What wallets hold, with age and source.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::desk::Desk;
use crate::desk::ask::DeskError;
use crate::desk::snapshot::Reading;
use crate::desk::world::Sheet;
use crate::domain::asset::{AssetId, NetworkId};
use crate::domain::id::WalletId;
use crate::domain::time::Timestamp;

impl Desk {
    /// Reads every balance of every wallet on every network, one network after the other.
    /// What could not be read keeps its old value and age.
    ///
    /// # Errors
    /// Where no network at all could be read; which failed and why is in the snapshot either way.
    pub async fn refresh(&self) -> Result<(), DeskError> {
        let treasury = self.snapshot().treasury.clone();
        let mut wanted: BTreeMap<NetworkId, Vec<(WalletId, AssetId)>> = BTreeMap::new();
        for wallet in treasury.wallets().values() {
            let assets = treasury.assets().values().filter(|a| a.id.network == wallet.network);
            wanted.entry(wallet.network).or_default().extend(assets.map(|a| (wallet.id.clone(), a.id)));
        }
        let total: usize = wanted.values().map(Vec::len).sum();
        let (mut done, mut read, mut last) = (0, 0_usize, None);
        for (network, cells) in wanted {
            Arc::make_mut(&mut self.seen().balances).progress = Some((done, total));
            let accounts =
                cells.iter().filter_map(|(id, asset)| treasury.wallets().get(id).map(|w| (w.address, asset.kind))).collect();
            let answer = match self.world(network) {
                Ok(world) => world.balances(accounts).await.map_err(DeskError::from),
                Err(error) => Err(error),
            };
            done = done.saturating_add(cells.len());
            match answer {
                Ok(sheet) => {
                    read = read.saturating_add(1);
                    self.store_sheet(network, &cells, &sheet, self.clock.now());
                }
                Err(error) => {
                    Arc::make_mut(&mut self.seen().balances).failed.insert(network, error.to_string());
                    last = Some(error);
                }
            }
        }
        Arc::make_mut(&mut self.seen().balances).progress = None;
        self.publish();
        match last {
            Some(error) if read == 0 => Err(error),
            Some(_) | None => Ok(()),
        }
    }

    fn store_sheet(&self, network: NetworkId, cells: &[(WalletId, AssetId)], sheet: &Sheet, at: Timestamp) {
        let mut seen = self.seen();
        let balances = Arc::make_mut(&mut seen.balances);
        let mut missing = 0_usize;
        for ((wallet, asset), amount) in cells.iter().zip(&sheet.amounts) {
            match amount {
                Some(amount) => {
                    let reading = Reading { amount: *amount, at, source: sheet.source.clone(), block: sheet.block };
                    balances.cells.entry(wallet.clone()).or_default().insert(*asset, reading);
                }
                None => missing = missing.saturating_add(1),
            }
        }
        if missing == 0 {
            balances.failed.remove(&network);
        } else {
            balances.failed.insert(network, format!("{missing} of {} balances could not be read", cells.len()));
        }
    }

    /// Asks every node how it does, and publishes it.
    pub async fn probe(&self) {
        for world in self.worlds.values() {
            world.probe(self.clock.now()).await;
        }
        let statuses = self.worlds.values().flat_map(|w| w.statuses()).collect();
        self.seen().nodes = Arc::new(statuses);
        self.publish();
    }
}
