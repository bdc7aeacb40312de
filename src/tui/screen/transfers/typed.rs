//! Values as they are typed: amounts, lengths of time, addresses that could be taken for others.

use alloy_primitives::Address;

use crate::domain::asset::Asset;
use crate::domain::time::Seconds;
use crate::domain::transfer::Draft;
use crate::domain::treasury::Treasury;
use crate::tui::scene::short;

/// The amount as it is typed: without grouping, without zeros that say nothing.
#[must_use]
pub fn plain(asset: &Asset, draft: &Draft) -> String {
    draft.amount.human(asset.decimals, 0).replace(',', "")
}

/// `90s`, `30m`, `6h`, `2d` as seconds; none for an empty text.
///
/// # Errors
/// How it is written.
pub fn seconds(text: &str) -> Result<Option<Seconds>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let bad = || "write how long it may wait for votes as 30m, 6h or 2d".to_owned();
    let (digits, unit) = text.split_at(text.trim_end_matches(|c: char| !c.is_ascii_digit()).len());
    let number: u64 = digits.parse().map_err(|_| bad())?;
    let scale = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(bad()),
    };
    number.checked_mul(scale).map(Some).ok_or_else(bad)
}

/// Known places that an address could be taken for: the same first and last four digits, and yet another address.
#[must_use]
pub fn look_alikes(treasury: &Treasury, address: Address) -> Vec<String> {
    let ends = |address: Address| short(address).to_lowercase();
    let contacts = treasury.contacts().values().map(|contact| (format!("\"{}\"", contact.label), contact.address));
    let wallets = treasury.wallets().values().map(|wallet| (format!("wallet {}", wallet.id), wallet.address));
    contacts
        .chain(wallets)
        .filter(|(_, known)| *known != address && ends(*known) == ends(address))
        .map(|(name, _)| name)
        .collect()
}
