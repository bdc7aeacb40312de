//! What a transaction means, read from its bytes and from nothing else.

use crate::chain::evm::erc20;
use crate::chain::evm::transaction::Decoded;
use alloy_primitives::{Address, U256};

/// The effect of a call, from an allow-list: what is not on it is unknown, and unknown is refused by those who sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The network's own coin goes to `to`.
    Native {
        /// The payee.
        to: Address,
        /// Wei.
        amount: U256,
    },
    /// `transfer` of an ERC-20, with no coin attached.
    Erc20Transfer {
        /// The token contract: the transaction's own `to`.
        token: Address,
        /// The payee, from the call data.
        to: Address,
        /// Base units.
        amount: U256,
    },
    /// Anything else.
    Unknown {
        /// The first four bytes, where there are four.
        selector: Option<[u8; 4]>,
    },
}

/// Reads a transaction's effect. A token transfer that also sends coin is unknown: the coin would be lost in the token contract.
#[must_use]
pub fn meaning(decoded: &Decoded) -> Meaning {
    let call = &decoded.call;
    if call.input.is_empty() {
        return Meaning::Native { to: call.to, amount: call.value };
    }
    match erc20::decode_transfer(&call.input) {
        Some((to, amount)) if call.value.is_zero() => Meaning::Erc20Transfer { token: call.to, to, amount },
        Some(_) | None => Meaning::Unknown { selector: call.input.first_chunk().copied() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::evm::transaction::{Call, Fees};
    use alloy_primitives::{Bytes, address, hex};

    const TOKEN: Address = address!("A0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48");
    const PAYEE: Address = address!("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");

    fn read(value: u64, input: Bytes) -> Meaning {
        let call = Call { chain_id: 1, nonce: 0, to: TOKEN, value: U256::from(value), input, gas_limit: 90_000 };
        meaning(&Decoded { call, fees: Fees::Legacy { gas_price: 1 } })
    }

    #[test]
    fn payments_are_told_apart() {
        assert_eq!(read(5, Bytes::new()), Meaning::Native { to: TOKEN, amount: U256::from(5) });
        let input = erc20::transfer(PAYEE, U256::from(9));
        assert_eq!(read(0, input.clone()), Meaning::Erc20Transfer { token: TOKEN, to: PAYEE, amount: U256::from(9) });
        assert_eq!(read(1, input), Meaning::Unknown { selector: Some(erc20::TRANSFER) });
    }

    #[test]
    fn approvals_and_scraps_are_unknown() {
        let approve = hex!("095ea7b3").iter().copied().chain([0; 64]).collect::<Vec<_>>();
        assert_eq!(read(0, approve.into()), Meaning::Unknown { selector: Some(hex!("095ea7b3")) });
        assert_eq!(read(0, vec![0xa9, 0x05, 0x9c].into()), Meaning::Unknown { selector: None });
        let longer = [&erc20::transfer(PAYEE, U256::from(9))[..], &[0]].concat();
        assert_eq!(read(0, longer.into()), Meaning::Unknown { selector: Some(erc20::TRANSFER) });
    }
}
