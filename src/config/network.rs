//! `[[network]]`: how patient and how generous the program is on one network.

use serde::Deserialize;
use toml::Spanned;

use crate::config::error::ConfigError;
use crate::config::gwei::parse_gwei;
use crate::config::settings::within;
use crate::config::source::Source;
use crate::domain::asset::NetworkId;
use crate::domain::time::Seconds;

/// Deepest configurable finality, in blocks.
const DEPTH_MAX: u64 = 100_000;
const FEE_CEILING_DEFAULT_WEI: u128 = 200 * 1_000_000_000;
const TIP_FLOOR_DEFAULT_WEI: u128 = 10_000_000;
const STUCK_DEFAULT_S: Seconds = 180;
const STUCK_S: std::ops::RangeInclusive<Seconds> = 10..=24 * 60 * 60;

/// When a block counts as final.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finality {
    /// When the network's own `finalized` block has reached it.
    Finalized,
    /// When this many blocks stand on it.
    Depth(u64),
}

/// How to treat one network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkSettings {
    /// CAIP-2.
    pub id: NetworkId,
    /// When a transfer counts as settled.
    pub finality: Finality,
    /// Highest fee cap ever offered, wei per gas.
    pub fee_ceiling: u128,
    /// Least tip offered, wei per gas; never above the ceiling.
    pub tip_floor: u128,
    /// Send type 0 transactions, where a network does not know EIP-1559.
    pub legacy: bool,
    /// A transfer not included after this many seconds counts as stuck, 10 to 86,400.
    pub stuck_after_s: Seconds,
}

impl NetworkSettings {
    /// What holds for a network when nothing else is said.
    #[must_use]
    pub const fn standard(id: NetworkId) -> Self {
        Self {
            id,
            finality: Finality::Finalized,
            fee_ceiling: FEE_CEILING_DEFAULT_WEI,
            tip_floor: TIP_FLOOR_DEFAULT_WEI,
            legacy: false,
            stuck_after_s: STUCK_DEFAULT_S,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NetworkFile {
    pub(super) id: Spanned<String>,
    finality: Option<Spanned<toml::Value>>,
    fee_ceiling_gwei: Option<Spanned<toml::Value>>,
    tip_floor_gwei: Option<Spanned<toml::Value>>,
    legacy: Option<bool>,
    stuck_after_s: Option<Spanned<u64>>,
}

impl NetworkFile {
    pub(super) fn check(self, source: &Source<'_>) -> Result<NetworkSettings, ConfigError> {
        let id = NetworkId::parse(self.id.get_ref()).map_err(|e| source.wrong(self.id.span(), e.to_string()))?;
        let standard = NetworkSettings::standard(id);
        let floor_span = self.tip_floor_gwei.as_ref().map(Spanned::span);
        let ceiling_span = self.fee_ceiling_gwei.as_ref().map(Spanned::span);
        let fee_ceiling = self.fee_ceiling_gwei.map_or(Ok(standard.fee_ceiling), |v| fee(source, &v))?;
        let tip_floor = self.tip_floor_gwei.map_or(Ok(standard.tip_floor), |v| fee(source, &v))?;
        if tip_floor > fee_ceiling {
            let span = floor_span.or(ceiling_span).unwrap_or_else(|| self.id.span());
            return Err(
                source.wrong(span, "the tip floor is above the fee ceiling; expected tip_floor_gwei at most fee_ceiling_gwei")
            );
        }
        Ok(NetworkSettings {
            id,
            finality: self.finality.map_or(Ok(standard.finality), |v| finality(source, &v))?,
            fee_ceiling,
            tip_floor,
            legacy: self.legacy.unwrap_or(standard.legacy),
            stuck_after_s: within(source, self.stuck_after_s, STUCK_S, standard.stuck_after_s)?,
        })
    }
}

fn fee(source: &Source<'_>, value: &Spanned<toml::Value>) -> Result<u128, ConfigError> {
    let text = match value.get_ref() {
        toml::Value::Integer(whole) => whole.to_string(),
        toml::Value::String(text) => text.clone(),
        // A binary fraction is not the decimal one that was typed.
        other => {
            return Err(source.wrong(
                value.span(),
                format!("expected gwei as a whole number or as text such as \"0.05\", found {}", other.type_str()),
            ));
        }
    };
    parse_gwei(&text).map_err(|why| source.wrong(value.span(), why))
}

fn finality(source: &Source<'_>, value: &Spanned<toml::Value>) -> Result<Finality, ConfigError> {
    let expected =
        || source.wrong(value.span(), format!("expected \"finalized\" or {{ depth = N }} with N from 1 to {DEPTH_MAX} blocks"));
    match value.get_ref() {
        toml::Value::String(word) if word == "finalized" => Ok(Finality::Finalized),
        toml::Value::Table(table) if table.len() == 1 => {
            let depth = table.get("depth").and_then(toml::Value::as_integer).and_then(|n| u64::try_from(n).ok());
            depth.filter(|n| (1..=DEPTH_MAX).contains(n)).map(Finality::Depth).ok_or_else(expected)
        }
        _ => Err(expected()),
    }
}
