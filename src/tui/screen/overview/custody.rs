//! The custody table: how much of each asset lies how close to the network.

use std::collections::BTreeMap;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::desk::snapshot::STALE_S;
use crate::domain::asset::{Asset, AssetId};
use crate::domain::money::Amount;
use crate::domain::time::Timestamp;
use crate::domain::wallet::Wallet;
use crate::text::width;
use crate::theme::{Role, Theme};
use crate::tui::custody::Custody;
use crate::tui::scene::Scene;
use crate::tui::widget::put;

/// What one row adds up.
#[derive(Default)]
struct Sum {
    wallets: usize,
    totals: BTreeMap<AssetId, Amount>,
    oldest: Option<Timestamp>,
    missing: bool,
}

impl Sum {
    fn add(&mut self, scene: &Scene<'_>, wallet: &Wallet) {
        self.wallets += 1;
        let own = scene.snap.treasury.assets().keys().filter(|asset| asset.network == wallet.network);
        for asset in own {
            let Some(reading) = scene.snap.balances.get(&wallet.id, asset) else {
                self.missing = true;
                continue;
            };
            let total = self.totals.entry(*asset).or_default();
            // A sum beyond 256 bits is no sum: the cell then says so.
            match total.checked_add(reading.amount) {
                Some(sum) => *total = sum,
                None => self.missing = true,
            }
            self.oldest = Some(self.oldest.map_or(reading.at, |oldest| oldest.min(reading.at)));
        }
    }

    fn join(&mut self, other: &Self) {
        self.wallets += other.wallets;
        for (asset, amount) in &other.totals {
            let total = self.totals.entry(*asset).or_default();
            match total.checked_add(*amount) {
                Some(sum) => *total = sum,
                None => self.missing = true,
            }
        }
        self.missing |= other.missing;
    }
}

fn sums(scene: &Scene<'_>) -> BTreeMap<Custody, Sum> {
    let mut sums: BTreeMap<Custody, Sum> = BTreeMap::new();
    for wallet in scene.snap.treasury.wallets().values() {
        sums.entry(Custody::of(wallet)).or_default().add(scene, wallet);
    }
    sums
}

/// The assets that get a column, and the width of each: as many as fit whole. The others are counted in the head.
fn columns<'a>(scene: &Scene<'a>, sums: &BTreeMap<Custody, Sum>, total: &Sum, room: usize) -> Vec<(&'a Asset, usize)> {
    let mut used = 0;
    let mut kept = Vec::new();
    for asset in scene.snap.treasury.assets().values() {
        let cells = sums.values().chain([total]).map(|sum| width(&cell(scene, sum, asset).0));
        let wide = cells.max().unwrap_or(0).max(width(asset.symbol.as_str())).max(8);
        if used + wide + 2 > room {
            break;
        }
        used += wide + 2;
        kept.push((asset, wide));
    }
    kept
}

fn cell(scene: &Scene<'_>, sum: &Sum, asset: &Asset) -> (String, Role) {
    match sum.totals.get(&asset.id) {
        Some(amount) if sum.missing => {
            (format!("{}?", scene.summary(asset, *amount).trim_end_matches(['+', ' '])), Role::StateStale)
        }
        Some(amount) => (scene.summary(asset, *amount), Role::Text),
        None => ("- ".to_owned(), Role::TextDim),
    }
}

/// Columns in front of the amounts: custody and number of wallets.
const FRONT: usize = 2 + 9 + 2 + 7;
/// Columns behind them: the age.
const BEHIND: usize = 8;

/// Draws the table and returns the row behind it.
pub fn draw(scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    let sums = sums(scene);
    let mut total = Sum::default();
    sums.values().for_each(|sum| total.join(sum));
    let columns = columns(scene, &sums, &total, usize::from(area.width).saturating_sub(FRONT + BEHIND));
    let hidden = scene.snap.treasury.assets().len() - columns.len();
    let head = columns.iter().map(|(asset, wide)| format!("  {:>wide$} ", asset.symbol, wide = wide - 1)).collect::<String>();
    let more = if hidden > 0 { format!("  +{hidden} more") } else { "    Read".to_owned() };
    put(buf, area.x, area.y, &format!("  Custody    Wallets{head}{more}"), theme.style(Role::TextDim));
    let mut y = area.y + 1;
    for (custody, sum) in &sums {
        if y >= area.bottom() {
            return y;
        }
        put(buf, area.x + 2, y, custody.label(), theme.style(custody.role()));
        row(scene, theme, (buf, area.x, y), sum, &columns);
        y += 1;
    }
    if y < area.bottom() && sums.len() > 1 {
        put(buf, area.x + 2, y, "Total", theme.style(Role::Title));
        row(scene, theme, (buf, area.x, y), &total, &columns);
        y += 1;
    }
    y
}

fn row(scene: &Scene<'_>, theme: &Theme, (buf, x, y): (&mut Buffer, u16, u16), sum: &Sum, columns: &[(&Asset, usize)]) {
    let mut at = put(buf, x + 13, y, &format!("{:>7}", sum.wallets), theme.style(Role::Text));
    for (asset, wide) in columns {
        let (text, role) = cell(scene, sum, asset);
        at = put(buf, at, y, &format!("  {text:>wide$}"), theme.style(role));
    }
    if let Some(oldest) = sum.oldest {
        let stale = scene.now.since(oldest) > STALE_S;
        let (mark, role) = if stale { ("~ ", Role::StateStale) } else { ("", Role::TextDim) };
        put(buf, at, y, &format!("{:>8}", format!("{mark}{}", scene.age(oldest))), theme.style(role));
    } else if sum.missing {
        put(buf, at, y, "  unread", theme.style(Role::StateStale));
    }
}
