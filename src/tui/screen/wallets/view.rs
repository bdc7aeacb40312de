//! The list of wallets: one column per asset, as many as fit whole.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::desk::snapshot::STALE_S;
use crate::domain::asset::Asset;
use crate::domain::id::WalletId;
use crate::domain::wallet::Wallet;
use crate::theme::{Role, Theme};
use crate::tui::custody::Custody;
use crate::tui::list::List;
use crate::tui::scene::Scene;
use crate::tui::widget::{Align, Column, Row, Table, TableCell, draw_table};

/// Most asset columns; the detail has all assets.
const ASSETS_MAX: usize = 6;

pub(super) fn list(list: &List<WalletId>, ids: &[WalletId], scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let assets: Vec<&Asset> = scene.snap.treasury.assets().values().take(ASSETS_MAX).collect();
    let mut columns = vec![
        Column { title: "Wallet", priority: 0, min: 9, ideal: 16, align: Align::Left, whole: false },
        Column { title: "Held", priority: 0, min: 4, ideal: 4, align: Align::Left, whole: true },
    ];
    let titles: Vec<String> = assets.iter().map(|asset| format!("{} ", asset.symbol)).collect();
    for (nth, title) in (1_u8..).zip(&titles) {
        columns.push(Column { title, priority: nth, min: 6, ideal: 14, align: Align::Right, whole: true });
    }
    columns.push(Column { title: "Read", priority: 10, min: 5, ideal: 6, align: Align::Right, whole: true });
    columns.push(Column { title: "Slots", priority: 11, min: 6, ideal: 7, align: Align::Left, whole: true });
    let (start, selected) = list.window(ids, usize::from(area.height.saturating_sub(1)));
    draw_table(buf, area, theme, &Table { columns: &columns, total: ids.len(), start, selected }, |at| {
        scene.snap.treasury.wallets().get(&ids[at]).map_or_else(Row::default, |wallet| row(wallet, scene, &assets))
    });
}

fn row(wallet: &Wallet, scene: &Scene<'_>, assets: &[&Asset]) -> Row {
    let custody = Custody::of(wallet);
    let mut cells =
        vec![TableCell::plain(wallet.id.to_string()), TableCell { text: custody.tag().to_owned(), role: custody.role() }];
    let mut oldest = None;
    for asset in assets {
        let reading = scene.snap.balances.get(&wallet.id, &asset.id);
        oldest = oldest.min(reading.map(|reading| reading.at)).or(reading.map(|reading| reading.at));
        cells.push(match reading {
            Some(reading) => {
                let role = if scene.is_stale(reading) { Role::StateStale } else { Role::Text };
                TableCell { text: scene.summary(asset, reading.amount), role }
            }
            None if asset.id.network != wallet.network => TableCell { text: String::new(), role: Role::Text },
            None => TableCell { text: "? ".to_owned(), role: Role::StateStale },
        });
    }
    let stale = oldest.is_some_and(|at| scene.now.since(at) > STALE_S);
    let read = oldest.map_or_else(|| "unread".to_owned(), |at| format!("{}{}", if stale { "~" } else { "" }, scene.age(at)));
    cells.push(TableCell { text: read, role: if stale || oldest.is_none() { Role::StateStale } else { Role::TextDim } });
    let held = scene.snap.treasury.lane(&wallet.id).map_or(0, |lane| lane.held.len());
    cells.push(TableCell::plain(if held == 0 { String::new() } else { format!("{held} held") }));
    let frozen = scene.snap.treasury.freeze_on(&wallet.id).is_some();
    Row { mark: if frozen { "X" } else { "" }, cells }
}
