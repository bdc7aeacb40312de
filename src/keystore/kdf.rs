//! Key stretching: Argon2id version 0x13 (RFC 9106), with floors for what is written and bounds for what is read.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::Zeroize;

use super::error::{Fault, KeystoreError};
use super::secret::{KEY_LEN, SecretKey32, no_memory};

/// Bytes of an Argon2id salt.
pub const KDF_SALT_LEN: usize = 32;

const KIB_PER_MIB: u32 = 1024;
const NEW_MEMORY_KIB_MIN: u32 = 64 * KIB_PER_MIB;
const NEW_PASSES_MIN: u32 = 3;
const NEW_LANES_MIN: u32 = 4;
const READ_MEMORY_KIB_MIN: u32 = 19 * KIB_PER_MIB;
const READ_MEMORY_KIB_MAX: u32 = 4096 * KIB_PER_MIB;
const READ_PASSES_MIN: u32 = 2;
const READ_PASSES_MAX: u32 = 64;
const READ_LANES_MIN: u32 = 1;
const READ_LANES_MAX: u32 = 16;

/// What it costs to try one password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    /// RFC 9106's second recommended option, and the least a new key file may have: 64 MiB, 3 passes, 4 lanes.
    pub const STANDARD: Self = Self { memory_kib: NEW_MEMORY_KIB_MIN, passes: NEW_PASSES_MIN, lanes: NEW_LANES_MIN };
    /// The least that is accepted on read. For practice treasuries and tests only: it guards nothing of value.
    pub const PRACTICE: Self = Self { memory_kib: READ_MEMORY_KIB_MIN, passes: READ_PASSES_MIN, lanes: READ_LANES_MIN };

    /// The cost of a new key file: `memory_kib` KiB (65,536 to 4,194,304), `passes` (3 to 64), `lanes` (4 to 16).
    ///
    /// # Errors
    /// [`KeystoreError::Cost`] outside these ranges.
    pub fn for_new_file(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, KeystoreError> {
        let cost = Self { memory_kib, passes, lanes };
        let low = memory_kib < NEW_MEMORY_KIB_MIN || passes < NEW_PASSES_MIN || lanes < NEW_LANES_MIN;
        if low {
            return Err(KeystoreError::Cost { why: format!("{cost} is below the floor for new keys, {}", Self::STANDARD) });
        }
        Self::from_file(memory_kib, passes, lanes).map_err(|why| KeystoreError::Cost { why })
    }

    /// The cost found in a file: 19 MiB/2/1 to 4 GiB/64/16, so that a hostile file can eat neither memory nor hours.
    pub(super) fn from_file(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, String> {
        let cost = Self { memory_kib, passes, lanes };
        let on_scale = (READ_MEMORY_KIB_MIN..=READ_MEMORY_KIB_MAX).contains(&memory_kib)
            && (READ_PASSES_MIN..=READ_PASSES_MAX).contains(&passes)
            && (READ_LANES_MIN..=READ_LANES_MAX).contains(&lanes);
        if on_scale {
            Ok(cost)
        } else {
            Err(format!("Argon2id parameters off the scale ({cost}; accepted are 19456 KiB/2/1 to 4194304 KiB/64/16)"))
        }
    }

    /// Memory in KiB.
    pub fn memory_kib(&self) -> u32 {
        self.memory_kib
    }

    /// Passes over the memory.
    pub fn passes(&self) -> u32 {
        self.passes
    }

    /// Lanes (the degree of parallelism an attacker can use too).
    pub fn lanes(&self) -> u32 {
        self.lanes
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} KiB/{}/{}", self.memory_kib, self.passes, self.lanes)
    }
}

/// Argon2id(password, salt) to 32 bytes. The work memory is wiped before it is given back.
pub(super) fn stretch(password: &[u8], salt: &[u8; KDF_SALT_LEN], cost: Cost) -> Result<SecretKey32, Fault> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(KEY_LEN))
        .map_err(|why| Fault::Unsupported(format!("Argon2id refuses {cost}: {why}")))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let mut blocks: Vec<Block> = Vec::new();
    blocks
        .try_reserve_exact(params.block_count())
        .map_err(|why| no_memory(std::io::Error::new(std::io::ErrorKind::OutOfMemory, why)))?;
    blocks.resize(params.block_count(), Block::new());
    let mut out = SecretKey32::zeroed()?;
    let done = argon2.hash_password_into_with_memory(password, salt, out.expose_mut(), &mut blocks);
    blocks.iter_mut().for_each(Zeroize::zeroize);
    done.map_err(|why| Fault::Unsupported(format!("Argon2id refuses {cost}: {why}")))?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use alloy_primitives::hex;

    use super::*;

    #[test]
    fn keystore_cost_has_a_floor_for_new_files() {
        assert_eq!(Cost::for_new_file(65_536, 3, 4).unwrap(), Cost::STANDARD);
        for (memory, passes, lanes) in
            [(65_535, 3, 4), (65_536, 2, 4), (65_536, 3, 3), (4_194_305, 3, 4), (65_536, 65, 4), (65_536, 3, 17), (0, 0, 0)]
        {
            assert_eq!(Cost::for_new_file(memory, passes, lanes).unwrap_err().code(), "keystore.cost");
        }
    }

    /// Computed with the reference C implementation (argon2-cffi 25.1).
    #[test]
    fn argon2id_matches_the_reference_implementation() {
        let salt = std::array::from_fn(|i| i as u8);
        for (cost, expected) in [
            (Cost::PRACTICE, "092d6e91987840e63e2fac5e187ac5d29b489f05597971fd6554555a1a20ce2a"),
            (Cost::STANDARD, "0b220637b2f1ea0425e3c3e4ea5c5c14fd91b0f26b5726839a04f2e387f75f73"),
        ] {
            let key = stretch(b"correct horse battery staple", &salt, cost).unwrap();
            assert_eq!(hex::encode(key.expose()), expected, "{cost}");
        }
    }

    #[test]
    fn read_bounds_are_exact() {
        assert_eq!(Cost::from_file(19_456, 2, 1).unwrap(), Cost::PRACTICE);
        assert!(Cost::from_file(4_194_304, 64, 16).is_ok());
        for (memory, passes, lanes) in [
            (19_455, 2, 1),
            (19_456, 1, 1),
            (19_456, 2, 0),
            (4_194_305, 2, 1),
            (19_456, 65, 1),
            (19_456, 2, 17),
            (u32::MAX, u32::MAX, u32::MAX),
        ] {
            assert!(Cost::from_file(memory, passes, lanes).is_err(), "{memory}/{passes}/{lanes}");
        }
    }
}
