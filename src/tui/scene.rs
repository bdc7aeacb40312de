//! What every screen may look at beside its own state, and the few ways in which times, amounts and addresses are written.

use alloy_primitives::{Address, B256, hex};

use crate::desk::snapshot::{Reading, STALE_S, Snapshot};
use crate::domain::asset::{Asset, AssetId};
use crate::domain::id::MemberId;
use crate::domain::money::Amount;
use crate::domain::time::{Seconds, Timestamp};
use crate::tui::layout::{Areas, Class};

/// Ages below a minute are told in steps of this many seconds, so that an idle screen stays as it is.
pub const AGE_STEP_S: Seconds = 5;
/// What stands for an amount while amounts are hidden.
pub const HIDDEN: &str = "***";

/// The world as a frame sees it.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The read model.
    pub snap: &'a Snapshot,
    /// Who acts here.
    pub me: Option<&'a MemberId>,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Size class of the terminal.
    pub class: Class,
    /// Amounts are not to be drawn.
    pub hide_amounts: bool,
    /// Time of the frame.
    pub now: Timestamp,
    /// Milliseconds of the monotonic clock; for delays, never shown.
    pub now_ms: u64,
}

impl Scene<'_> {
    /// The fixed rows and the body.
    pub fn areas(&self) -> Areas {
        Areas::of(ratatui::layout::Rect::new(0, 0, self.size.0, self.size.1))
    }

    /// `2,500.00 USDC`, or stars while amounts are hidden. The unit always shows.
    pub fn money(&self, asset: &Asset, amount: Amount) -> String {
        if self.hide_amounts { format!("{HIDDEN} {}", asset.symbol) } else { asset.human(amount) }
    }

    /// Like [`Scene::money`], for an id; an asset that is not on our list is named whole, in base units.
    pub fn money_of(&self, asset: &AssetId, amount: Amount) -> String {
        match self.snap.treasury.assets().get(asset) {
            Some(asset) => self.money(asset, amount),
            None => format!("{amount} base units of {asset}"),
        }
    }

    /// The digits alone: `2,500.00`.
    pub fn digits(&self, asset: &Asset, amount: Amount) -> String {
        if self.hide_amounts { HIDDEN.to_owned() } else { amount.human(asset.decimals, 2) }
    }

    /// Digits for columns, cut to a few decimals so that points line up: `1,850.1234+`. A `+` says that there is a little more, a
    /// blank that there is not; nothing is ever rounded up. Details show every digit.
    pub fn summary(&self, asset: &Asset, amount: Amount) -> String {
        if self.hide_amounts {
            return format!("{HIDDEN} ");
        }
        let places = places(asset.decimals);
        let text = amount.human(asset.decimals, usize::from(asset.decimals));
        let cut = usize::from(asset.decimals) - places;
        let (shown, rest) = text.split_at(text.len() - cut);
        let more = rest.bytes().any(|digit| digit != b'0');
        format!("{}{}", shown.trim_end_matches('.'), if more { '+' } else { ' ' })
    }

    /// How old something is: see [`age`].
    pub fn age(&self, at: Timestamp) -> String {
        age(self.now.since(at))
    }

    /// Whether a balance is too old to act on.
    pub fn is_stale(&self, reading: &Reading) -> bool {
        self.now.since(reading.at) > STALE_S
    }

    /// Time left until `at`: `4h52`, `0h41`, `3d 4h`, `over`.
    pub fn left(&self, at: Timestamp) -> String {
        let minutes = at.since(self.now) / 60;
        match (minutes / 1440, minutes / 60, minutes % 60) {
            _ if self.now >= at => "over".to_owned(),
            (0, hours, minutes) => format!("{hours}h{minutes:02}"),
            (days, hours, _) => format!("{days}d {}h", hours % 24),
        }
    }
}

/// Decimals of an asset in columns: two for those that count like money, four for coins with many.
fn places(decimals: u8) -> usize {
    usize::from(decimals).min(if decimals <= 6 { 2 } else { 4 })
}

/// An age for people, in steps: `0s`, `5s` .. `55s`, `1m` .. `59m`, `1h` .. `23h`, `1d`.
pub fn age(seconds: Seconds) -> String {
    match seconds {
        0..60 => format!("{}s", seconds / AGE_STEP_S * AGE_STEP_S),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// `14:02:11Z`.
pub fn clock(at: Timestamp) -> String {
    at.to_string().get(11..).unwrap_or_default().to_owned()
}

/// `14:02Z`.
pub fn hour(at: Timestamp) -> String {
    format!("{}Z", at.to_string().get(11..16).unwrap_or_default())
}

/// `2026-11-22`.
pub fn day(at: Timestamp) -> String {
    at.to_string().get(..10).unwrap_or_default().to_owned()
}

/// The whole address in groups of four, EIP-55: `0x71C7 656E C7ab 88b0 98de fB75 1B74 01B5 f6d8 976F` (51 columns).
pub fn grouped(address: Address) -> String {
    let text = address.to_string();
    let digits: Vec<&str> = (2..text.len()).step_by(4).filter_map(|at| text.get(at..at + 4)).collect();
    format!("0x{}", digits.join(" "))
}

/// An address where the whole one is one key away: `0x71C7..976F`.
pub fn short(address: Address) -> String {
    let text = address.to_string();
    format!("{}..{}", text.get(..6).unwrap_or_default(), text.get(38..).unwrap_or_default())
}

/// A hash where the whole one is one key away: `9d02e7b1..3d578c16`.
pub fn short_hash(hash: B256) -> String {
    format!("{}..{}", hex::encode(&hash[..4]), hex::encode(&hash[28..]))
}

/// A whole hash in two rows of eight groups (39 columns each).
pub fn grouped_hash(hash: B256) -> [String; 2] {
    [0, 16].map(|from| (from..from + 16).step_by(2).map(|at| hex::encode(&hash[at..at + 2])).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{address, b256};

    use super::*;

    #[test]
    fn ages_step_so_that_an_idle_screen_stays_as_it_is() {
        for (seconds, text) in
            [(0, "0s"), (4, "0s"), (5, "5s"), (59, "55s"), (60, "1m"), (119, "1m"), (3_599, "59m"), (3_600, "1h"), (86_400, "1d")]
        {
            assert_eq!(age(seconds), text);
        }
    }

    #[test]
    fn addresses_and_hashes_are_whole_in_groups() {
        let address = address!("71C7656EC7ab88b098defB751B7401B5f6d8976F");
        assert_eq!(grouped(address), "0x71C7 656E C7ab 88b0 98de fB75 1B74 01B5 f6d8 976F");
        assert_eq!(short(address), "0x71C7..976F");
        let hash = b256!("9d02e7b155ac0f38b1d9a6d74c9021fe73bb08e5c03af1c46a2db9e03d578c16");
        assert_eq!(
            grouped_hash(hash).join("/"),
            "9d02 e7b1 55ac 0f38 b1d9 a6d7 4c90 21fe/73bb 08e5 c03a f1c4 6a2d b9e0 3d57 8c16"
        );
        assert_eq!(short_hash(hash), "9d02e7b1..3d578c16");
    }

    #[test]
    fn times_are_utc_and_cut_from_rfc_3339() {
        let at = Timestamp::from_unix(1_795_410_131);
        assert_eq!((day(at).as_str(), clock(at).as_str(), hour(at).as_str()), ("2026-11-23", "05:02:11Z", "05:02Z"));
    }
}
