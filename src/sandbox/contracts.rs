//! Creation code of the practice contracts. Sources and compiled code are in `contracts/`; `tests/contracts/build.mjs`
//! compiles them again and compares.

use alloy_primitives::{Address, Bytes, U256, hex};
use alloy_sol_types::SolValue as _;

const TOKEN_HEX: &str = include_str!("contracts/PracticeToken.hex");
const MULTISIG_HEX: &str = include_str!("contracts/PracticeMultisig.hex");

/// Creation code of an ERC-20 whose whole `supply` (base units) belongs to `owner`.
pub fn practice_token(name: &str, symbol: &str, decimals: u8, owner: Address, supply: U256) -> Bytes {
    creation(TOKEN_HEX, &(name, symbol, U256::from(decimals), owner, supply).abi_encode_params())
}

/// Creation code of a multisig with `owners`, of which `threshold` must sign. The constructor refuses a threshold of
/// zero or above the number of owners, zero addresses and duplicates.
pub fn practice_multisig(owners: &[Address], threshold: u64) -> Bytes {
    creation(MULTISIG_HEX, &(owners.to_vec(), U256::from(threshold)).abi_encode_params())
}

fn creation(code: &str, arguments: &[u8]) -> Bytes {
    let digits: String = code.split_ascii_whitespace().collect();
    let mut bytes = hex::decode(digits).expect("the build script writes hex digits only, and a test decodes them");
    bytes.extend_from_slice(arguments);
    bytes.into()
}
