//! One wallet: the whole address, every balance with age and source, its lane, its last transfers.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::id::RequestId;
use crate::domain::request::Request;
use crate::domain::wallet::{Lane, Party, Wallet};
use crate::text::width;
use crate::theme::{Role, Theme};
use crate::tui::alert::safe;
use crate::tui::custody::Custody;
use crate::tui::frame::network_word;
use crate::tui::request_line::{party, standing};
use crate::tui::scene::{Scene, grouped};
use crate::tui::widget::{Rule, cut, put, rule_title};

/// Columns of the keys on the left.
const KEY: u16 = 12;
/// Held slots that are told one by one.
const SLOTS_MAX: usize = 6;

/// Draws into `area`, downwards; `titled`: under a rule with the wallet's name.
pub(super) fn draw(wallet: &Wallet, scene: &Scene<'_>, theme: &Theme, (area, titled): (Rect, bool), buf: &mut Buffer) {
    let mut pen = Pen { theme, area, y: area.y, buf };
    if titled {
        rule_title(pen.buf, Rect { height: area.height.min(1), ..area }, theme, Rule::Plain, (wallet.id.as_str(), ""));
        pen.y += 1;
    }
    let custody = Custody::of(wallet);
    if let Some((scope, freeze)) = scene.snap.treasury.freeze_on(&wallet.id) {
        let by = freeze.by.as_ref().map_or("the desk", |by| by.as_str());
        pen.field(
            "!! FROZEN",
            Role::StateCrit,
            &format!("{scope}, by {by}, {} ago: \"{}\"", scene.age(freeze.at), freeze.reason),
        );
    }
    pen.address(wallet);
    let held = custody.label().split_whitespace().next().unwrap_or_default();
    pen.field("Held", Role::TextDim, &format!("{held}, {}, on {}", wallet.kind.word(), network_word(wallet.network)));
    balances(wallet, scene, &mut pen);
    lane(wallet, scene, &mut pen);
    recent(wallet, scene, &mut pen);
}

/// Writes line after line until the area is full.
struct Pen<'a> {
    theme: &'a Theme,
    area: Rect,
    y: u16,
    buf: &'a mut Buffer,
}

impl Pen<'_> {
    fn is_full(&self) -> bool {
        self.y >= self.area.bottom()
    }

    fn line(&mut self, indent: u16, text: &str, role: Role) {
        if !self.is_full() {
            let room = usize::from(self.area.width.saturating_sub(indent));
            put(self.buf, self.area.x + indent, self.y, &cut(text, room), self.theme.style(role));
        }
        self.y = self.y.saturating_add(1);
    }

    fn field(&mut self, key: &str, key_role: Role, value: &str) {
        if !self.is_full() {
            put(self.buf, self.area.x + 2, self.y, key, self.theme.style(key_role));
        }
        self.line(KEY, value, Role::Text);
    }

    /// The whole address, on two lines where one is too short. Never cut.
    fn address(&mut self, wallet: &Wallet) {
        let text = grouped(wallet.address);
        if width(&text) + usize::from(KEY) <= usize::from(self.area.width) {
            return self.field("Address", Role::TextDim, &text);
        }
        let (first, second) = text.split_at(text.len() / 2);
        if width(second) + usize::from(KEY) <= usize::from(self.area.width) {
            self.field("Address", Role::TextDim, first.trim_end());
            self.field("", Role::TextDim, second.trim_start());
        } else {
            self.field("Address", Role::TextDim, "too narrow to show it whole");
        }
    }
}

fn balances(wallet: &Wallet, scene: &Scene<'_>, pen: &mut Pen<'_>) {
    let assets: Vec<_> = scene.snap.treasury.assets().values().filter(|asset| asset.id.network == wallet.network).collect();
    let texts: Vec<String> = assets
        .iter()
        .map(|asset| {
            scene
                .snap
                .balances
                .get(&wallet.id, &asset.id)
                .map_or_else(|| "unread".to_owned(), |reading| scene.digits(asset, reading.amount))
        })
        .collect();
    let wide = texts.iter().map(|text| width(text)).max().unwrap_or(0).max(7);
    pen.y = pen.y.saturating_add(u16::from(pen.area.height > 12));
    pen.line(2, &format!("{:<10}{:>wide$}     Read  Source", "Asset", "Balance"), Role::TextDim);
    for (asset, text) in assets.iter().zip(&texts) {
        let reading = scene.snap.balances.get(&wallet.id, &asset.id);
        let stale = reading.is_some_and(|reading| scene.is_stale(reading));
        let behind = reading.map_or_else(String::new, |reading| {
            format!(
                "{:>6}  {} at {}",
                format!("{}{}", if stale { "~ " } else { "" }, scene.age(reading.at)),
                reading.source,
                reading.block
            )
        });
        let role = if stale || reading.is_none() { Role::StateStale } else { Role::Text };
        pen.line(2, &format!("{:<10}{text:>wide$}   {behind}", cut(asset.symbol.as_str(), 9)), role);
    }
    if let Some(why) = scene.snap.balances.failed.get(&wallet.network) {
        pen.line(2, &format!("! not read: {}", safe(why)), Role::StateWarn);
    }
}

fn lane(wallet: &Wallet, scene: &Scene<'_>, pen: &mut Pen<'_>) {
    pen.y = pen.y.saturating_add(u16::from(pen.area.height > 12));
    let Some(lane) = scene.snap.treasury.lane(&wallet.id) else {
        return pen.field("Slots", Role::TextDim, "none used from here yet");
    };
    if lane.held.is_empty() {
        return pen.field("Slots", Role::TextDim, &format!("none held; the next is nonce {}", lane.alive_from(0)));
    }
    for (nth, (nonce, id)) in lane.held.iter().take(SLOTS_MAX).enumerate() {
        pen.field(if nth == 0 { "Slots" } else { "" }, Role::TextDim, &slot(scene, lane, *nonce, *id));
    }
    if lane.held.len() > SLOTS_MAX {
        pen.field("", Role::TextDim, &format!("and {} more", lane.held.len() - SLOTS_MAX));
    }
}

fn slot(scene: &Scene<'_>, lane: &Lane, nonce: u64, id: RequestId) -> String {
    let name =
        |id: RequestId| scene.snap.treasury.request(id).map_or_else(|_| id.to_string(), |request| request.number.to_string());
    let word = scene.snap.treasury.request(id).map_or("", |request| request.stage_word());
    let waits = lane.waits_for(nonce).map(|before| format!(", waits for {}", name(before))).unwrap_or_default();
    format!("nonce {nonce}  {} {word}{waits}", name(id))
}

/// Its last transfers, newest first: out of it, and into it from wallets of ours.
fn recent(wallet: &Wallet, scene: &Scene<'_>, pen: &mut Pen<'_>) {
    pen.y = pen.y.saturating_add(u16::from(pen.area.height > 12));
    let own = |request: &&Arc<Request>| {
        request
            .transfer()
            .is_some_and(|transfer| transfer.draft.from == wallet.id || transfer.draft.to == Party::Wallet(wallet.id.clone()))
    };
    let mut any = false;
    for request in scene.snap.treasury.requests().values().rev().filter(own) {
        if pen.is_full() {
            return;
        }
        let Some(transfer) = request.transfer() else { continue };
        let out = transfer.draft.from == wallet.id;
        let (sign, other) = if out { ("-", party(scene, &transfer.draft.to)) } else { ("+", transfer.draft.from.to_string()) };
        let (stands, _) = standing(scene, request);
        let text = format!(
            "{} {sign}{} {} {other}  {stands} {}",
            request.number,
            scene.money_of(&transfer.draft.asset, transfer.draft.amount),
            if out { "to" } else { "from" },
            scene.age(request.touched)
        );
        pen.field(if any { "" } else { "Transfers" }, Role::TextDim, &text);
        any = true;
    }
    if !any {
        pen.field("Transfers", Role::TextDim, "none");
    }
}
