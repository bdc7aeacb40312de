//! What a transaction may cost: choosing, bumping, gas limits (EIP-1559, EIP-7623, EIP-7825). All prices are wei per gas.

use crate::chain::evm::error::EvmError;
use crate::chain::evm::transaction::Fees;
use alloy_primitives::U256;

/// EIP-7825: most gas of one transaction.
pub const GAS_CAP: u64 = 16_777_216;
/// Blocks of fee history that are looked at.
pub const HISTORY_BLOCKS: u64 = 20;
/// Percentile of tips asked of each block.
pub const TIP_PERCENTILE: u8 = 50;
/// Gas of every transaction.
const BASE_GAS: u64 = 21_000;
/// Gas of a token of call data; a zero byte is one token, any other four.
const GAS_PER_TOKEN: u64 = 4;
/// EIP-7623: least gas of a token.
const FLOOR_PER_TOKEN: u64 = 10;
/// An estimate is raised by one part in this many: state moves between estimate and inclusion.
const GAS_MARGIN: u64 = 5;

/// What a network's settings and the policy allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeLimits {
    /// Least tip worth offering on this network.
    pub tip_floor: u128,
    /// Most tip ever offered.
    pub tip_ceiling: u128,
    /// Most that `maxFeePerGas` (or a legacy gas price) may be.
    pub fee_ceiling: u128,
}

/// Choice for type 0x02: `maxFee = 2·base + tip`, which outlasts about six full blocks, cut to the ceiling.
///
/// `base` is the next block's base fee; `tips` one reward per block at [`TIP_PERCENTILE`], in any order.
///
/// # Errors
/// [`EvmError::BaseFeeAboveCeiling`] (also when base and tip together do not fit under it), [`EvmError::Fee`] for limits that contradict each other.
pub fn choose(base: u128, tips: &[u128], limits: &FeeLimits) -> Result<Fees, EvmError> {
    consistent(limits)?;
    let tip_cap = median(tips).clamp(limits.tip_floor, limits.tip_ceiling);
    let least = base.saturating_add(tip_cap);
    if least > limits.fee_ceiling {
        return Err(EvmError::BaseFeeAboveCeiling { base, ceiling: limits.fee_ceiling });
    }
    let wanted = least.saturating_add(base);
    Ok(Fees::Eip1559 { fee_cap: wanted.min(limits.fee_ceiling), tip_cap })
}

/// Choice for type 0x00 from the network's going gas price.
///
/// # Errors
/// As [`choose`].
pub fn choose_legacy(gas_price: u128, limits: &FeeLimits) -> Result<Fees, EvmError> {
    consistent(limits)?;
    if gas_price > limits.fee_ceiling {
        return Err(EvmError::BaseFeeAboveCeiling { base: gas_price, ceiling: limits.fee_ceiling });
    }
    Ok(Fees::Legacy { gas_price: gas_price.max(limits.tip_floor) })
}

/// The next attempt's fees: at least `old` raised by an eighth and by what geth asks of a replacement, at least `market`.
///
/// # Errors
/// [`EvmError::BumpAboveCeiling`] names what is missing; [`EvmError::Fee`] when `market` is of the other type.
pub fn bump(old: &Fees, market: Option<&Fees>, limits: &FeeLimits) -> Result<Fees, EvmError> {
    match (old, market.unwrap_or(old)) {
        (Fees::Eip1559 { fee_cap, tip_cap }, Fees::Eip1559 { fee_cap: fee_now, tip_cap: tip_now }) => {
            let tip_cap = within("tip", raised(*tip_cap)?.max(*tip_now), limits.tip_ceiling)?;
            let fee_cap = within("fee cap", raised(*fee_cap)?.max(*fee_now).max(tip_cap), limits.fee_ceiling)?;
            Ok(Fees::Eip1559 { fee_cap, tip_cap })
        }
        (Fees::Legacy { gas_price }, Fees::Legacy { gas_price: now }) => {
            Ok(Fees::Legacy { gas_price: within("gas price", raised(*gas_price)?.max(*now), limits.fee_ceiling)? })
        }
        (Fees::Eip1559 { .. }, Fees::Legacy { .. }) | (Fees::Legacy { .. }, Fees::Eip1559 { .. }) => {
            Err(EvmError::Fee("a replacement keeps its transaction type"))
        }
    }
}

/// Least gas of any transaction with this call data: the ordinary intrinsic gas or EIP-7623's floor, whichever is larger.
#[must_use]
pub fn intrinsic_gas(input: &[u8]) -> u64 {
    let tokens = input.iter().fold(0u64, |sum, byte| sum.saturating_add(if *byte == 0 { 1 } else { 4 }));
    BASE_GAS.saturating_add(tokens.saturating_mul(FLOOR_PER_TOKEN.max(GAS_PER_TOKEN)))
}

/// A gas limit from a node's estimate: a fifth more, at least the call's floor. A plain payment to an account needs no margin.
///
/// # Errors
/// [`EvmError::GasLimit`] when the estimate alone is above [`GAS_CAP`].
pub fn gas_limit(estimate: u64, input: &[u8]) -> Result<u64, EvmError> {
    let least = intrinsic_gas(input);
    if estimate > GAS_CAP || least > GAS_CAP {
        return Err(EvmError::GasLimit { found: estimate, least, most: GAS_CAP });
    }
    if input.is_empty() && estimate == BASE_GAS {
        return Ok(BASE_GAS);
    }
    Ok(estimate.saturating_add(estimate.div_ceil(GAS_MARGIN)).max(least).min(GAS_CAP))
}

/// What a transaction will cost, in wei.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// At the present base fee and the estimated gas.
    pub likely: U256,
    /// All gas at the cap: what is approved and what the balance must cover.
    pub maximal: U256,
}

/// Likely and maximal cost of `gas_limit` gas, of which `gas_estimate` is expected to be used, at base fee `base`.
#[must_use]
pub fn cost(fees: &Fees, base: u128, gas_estimate: u64, gas_limit: u64) -> Cost {
    let price = match *fees {
        Fees::Eip1559 { fee_cap, tip_cap } => base.saturating_add(tip_cap).min(fee_cap),
        Fees::Legacy { gas_price } => gas_price,
    };
    // 64 bits times 128 bits always fit 256: saturation cannot happen, it only keeps the operation total.
    let times = |gas: u64, price: u128| U256::from(gas).saturating_mul(U256::from(price));
    Cost { likely: times(gas_estimate.min(gas_limit), price), maximal: times(gas_limit, fees.ceiling()) }
}

/// An eighth more, rounded up, and never less than geth's rule: +10 % by integer division, and strictly more.
fn raised(old: u128) -> Result<u128, EvmError> {
    let eighth = old.checked_add(old.div_ceil(8));
    let tenth = old.checked_mul(110).and_then(|v| v.checked_div(100));
    let next = old.checked_add(1);
    match (eighth, tenth, next) {
        (Some(a), Some(b), Some(c)) => Ok(a.max(b).max(c)),
        (None, ..) | (_, None, _) | (.., None) => Err(EvmError::Overflow("the raised fee")),
    }
}

fn within(what: &'static str, needed: u128, ceiling: u128) -> Result<u128, EvmError> {
    match needed.checked_sub(ceiling) {
        None | Some(0) => Ok(needed),
        Some(missing) => Err(EvmError::BumpAboveCeiling { what, needed, ceiling, missing }),
    }
}

fn consistent(limits: &FeeLimits) -> Result<(), EvmError> {
    if limits.tip_floor > limits.tip_ceiling {
        return Err(EvmError::Fee("the tip's floor is above its ceiling"));
    }
    if limits.tip_floor > limits.fee_ceiling {
        return Err(EvmError::Fee("the tip's floor is above the fee ceiling"));
    }
    Ok(())
}

/// The middle value, the lower of two; nothing when there is nothing.
fn median(tips: &[u128]) -> u128 {
    let mut sorted = tips.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len().saturating_sub(1) / 2;
    sorted.get(middle).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GWEI: u128 = 1_000_000_000;
    const LIMITS: FeeLimits = FeeLimits { tip_floor: GWEI / 10, tip_ceiling: 5 * GWEI, fee_ceiling: 100 * GWEI };

    fn dynamic(fee_cap: u128, tip_cap: u128) -> Fees {
        Fees::Eip1559 { fee_cap, tip_cap }
    }

    #[test]
    fn the_cap_is_twice_the_base_plus_the_median_tip() {
        let tips = [9 * GWEI, GWEI, 2 * GWEI];
        assert_eq!(choose(20 * GWEI, &tips, &LIMITS), Ok(dynamic(42 * GWEI, 2 * GWEI)));
    }

    #[test]
    fn floor_and_ceilings_hold() {
        assert_eq!(choose(10 * GWEI, &[], &LIMITS), Ok(dynamic(20 * GWEI + GWEI / 10, GWEI / 10)), "no history: the floor");
        assert_eq!(choose(10 * GWEI, &[50 * GWEI], &LIMITS), Ok(dynamic(25 * GWEI, 5 * GWEI)));
        assert_eq!(choose(80 * GWEI, &[GWEI], &LIMITS), Ok(dynamic(100 * GWEI, GWEI)), "cut to the ceiling");
        let dear = choose(100 * GWEI, &[GWEI], &LIMITS).expect_err("too dear");
        assert_eq!(dear, EvmError::BaseFeeAboveCeiling { base: 100 * GWEI, ceiling: 100 * GWEI });
        assert!(dear.retry_helps());
        assert!(choose(u128::MAX, &[u128::MAX], &LIMITS).is_err());
        let odd = FeeLimits { tip_floor: 6 * GWEI, ..LIMITS };
        assert!(matches!(choose(GWEI, &[], &odd), Err(EvmError::Fee(_))));
        assert_eq!(choose_legacy(0, &LIMITS), Ok(Fees::Legacy { gas_price: GWEI / 10 }));
        assert!(choose_legacy(101 * GWEI, &LIMITS).is_err());
    }

    #[test]
    fn a_bump_is_an_eighth_rounded_up_on_both() {
        assert_eq!(bump(&dynamic(801, 9), None, &LIMITS), Ok(dynamic(902, 11)));
        assert_eq!(bump(&dynamic(0, 0), None, &LIMITS), Ok(dynamic(1, 1)), "strictly more, even from nothing");
        assert_eq!(
            bump(&dynamic(800, 8), Some(&dynamic(5_000, 2)), &LIMITS),
            Ok(dynamic(5_000, 9)),
            "the market, where it is higher"
        );
        assert_eq!(bump(&Fees::Legacy { gas_price: 8 }, None, &LIMITS), Ok(Fees::Legacy { gas_price: 9 }));
        assert!(matches!(bump(&dynamic(8, 8), Some(&Fees::Legacy { gas_price: 9 }), &LIMITS), Err(EvmError::Fee(_))));
        assert!(matches!(bump(&dynamic(u128::MAX, 1), None, &LIMITS), Err(EvmError::Overflow(_))));
    }

    #[test]
    fn a_bump_above_the_ceiling_names_what_is_missing() {
        let error = bump(&dynamic(96 * GWEI, GWEI), None, &LIMITS).expect_err("above");
        let wanted = EvmError::BumpAboveCeiling { what: "fee cap", needed: 108 * GWEI, ceiling: 100 * GWEI, missing: 8 * GWEI };
        assert_eq!(error, wanted);
    }

    #[test]
    fn call_data_has_its_floor() {
        assert_eq!(intrinsic_gas(&[]), 21_000);
        assert_eq!(intrinsic_gas(&[0, 1]), 21_000 + 10 + 40);
    }

    #[test]
    fn gas_limits_have_a_margin_a_floor_and_a_cap() {
        assert_eq!(gas_limit(21_000, &[]), Ok(21_000));
        assert_eq!(gas_limit(50_001, &[1]), Ok(60_002));
        assert_eq!(gas_limit(21_000, &[1; 1_000]), Ok(61_000));
        assert_eq!(gas_limit(GAS_CAP, &[1]), Ok(GAS_CAP));
        assert!(gas_limit(GAS_CAP + 1, &[1]).is_err());
        assert!(gas_limit(u64::MAX, &[]).is_err());
    }

    #[test]
    fn likely_is_below_maximal() {
        let found = cost(&dynamic(42 * GWEI, 2 * GWEI), 20 * GWEI, 50_000, 60_000);
        let gwei = |v: u128| U256::from(v * GWEI);
        assert_eq!(found, Cost { likely: gwei(22 * 50_000), maximal: gwei(42 * 60_000) });
        let most = cost(&Fees::Legacy { gas_price: u128::MAX }, 0, u64::MAX, u64::MAX).maximal;
        assert_eq!(most, U256::from(u64::MAX) * U256::from(u128::MAX), "no saturation");
    }

    proptest! {
        #[test]
        fn geth_takes_every_bump(fee in 0..u128::MAX / 200, tip in 0..u128::MAX / 200) {
            let limits = FeeLimits { tip_floor: 0, tip_ceiling: u128::MAX, fee_ceiling: u128::MAX };
            let (fee, tip) = (fee.max(tip), fee.min(tip));
            let Ok(Fees::Eip1559 { fee_cap, tip_cap }) = bump(&dynamic(fee, tip), None, &limits) else { panic!("bumps") };
            prop_assert!(fee_cap > fee && tip_cap > tip && tip_cap <= fee_cap);
            prop_assert!(fee_cap >= fee * 110 / 100 && tip_cap >= tip * 110 / 100);
        }
    }
}
