//! Recovering who signed (SEC 1 public key recovery, secp256k1), with EIP-2's low-s rule.

use crate::chain::evm::error::EvmError;
use alloy_primitives::{Address, B256, U256, keccak256};
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use secp256k1::{Message, Secp256k1, VerifyOnly};
use std::sync::LazyLock;

/// Half of the curve's order, rounded down: the largest s that EIP-2 accepts.
const HALF_ORDER: U256 =
    U256::from_limbs([0xdfe9_2f46_681b_20a0, 0x5d57_6e73_57a4_501d, 0xffff_ffff_ffff_ffff, 0x7fff_ffff_ffff_ffff]);

/// Made once: libsecp256k1 computes its tables and tests itself for every context, which costs as much as a signature.
static CURVE: LazyLock<Secp256k1<VerifyOnly>> = LazyLock::new(Secp256k1::verification_only);

/// A checked 65-byte signature: r, s, and the parity of the recovery point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// Big-endian r.
    pub r: U256,
    /// Big-endian s, at most half the order.
    pub s: U256,
    /// The y coordinate is odd.
    pub odd: bool,
}

impl Parts {
    /// Splits `r ‖ s ‖ v`; v is 27 or 28, or 0 or 1 as some signers return it.
    ///
    /// # Errors
    /// [`EvmError::RecoveryByte`], [`EvmError::HighS`].
    pub fn split(signature: &[u8; 65]) -> Result<Self, EvmError> {
        let odd = match signature[64] {
            0 | 27 => false,
            1 | 28 => true,
            other => return Err(EvmError::RecoveryByte(other)),
        };
        let parts = Self { r: U256::from_be_slice(&signature[..32]), s: U256::from_be_slice(&signature[32..64]), odd };
        if parts.s > HALF_ORDER {
            return Err(EvmError::HighS);
        }
        Ok(parts)
    }

    /// The address whose key made this signature over `digest`.
    ///
    /// # Errors
    /// [`EvmError::NotRecoverable`] when r or s is zero or too large, or no key fits.
    pub fn recover(&self, digest: B256) -> Result<Address, EvmError> {
        let mut compact = [0u8; 64];
        compact[..32].copy_from_slice(&self.r.to_be_bytes::<32>());
        compact[32..].copy_from_slice(&self.s.to_be_bytes::<32>());
        let id = RecoveryId::from_i32(i32::from(self.odd)).map_err(|_| EvmError::NotRecoverable)?;
        let signature = RecoverableSignature::from_compact(&compact, id).map_err(|_| EvmError::NotRecoverable)?;
        let key = CURVE.recover_ecdsa(&Message::from_digest(digest.0), &signature).map_err(|_| EvmError::NotRecoverable)?;
        let hash = keccak256(&key.serialize_uncompressed()[1..]);
        Ok(Address::from_slice(&hash[12..]))
    }
}

/// Who signed `digest`: the checked signature's address.
///
/// # Errors
/// As [`Parts::split`] and [`Parts::recover`].
pub fn recover(digest: B256, signature: &[u8; 65]) -> Result<Address, EvmError> {
    Parts::split(signature)?.recover(digest)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use secp256k1::SecretKey;

    /// The key of go-ethereum's and web3's documentation; used for tests only.
    pub(crate) const KEY: [u8; 32] = alloy_primitives::hex!("4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318");

    pub(crate) fn sign(digest: B256) -> [u8; 65] {
        let key = SecretKey::from_slice(&KEY).expect("valid key");
        let (id, rs) = Secp256k1::new().sign_ecdsa_recoverable(&Message::from_digest(digest.0), &key).serialize_compact();
        let mut out = [0u8; 65];
        out[..64].copy_from_slice(&rs);
        out[64] = u8::try_from(id.to_i32()).expect("0 to 3");
        out
    }

    #[test]
    fn both_ways_to_write_the_recovery_byte_give_the_same_signer() {
        let digest = keccak256("x");
        let mut signature = sign(digest);
        let who = recover(digest, &signature).expect("ours");
        assert_eq!(who.to_string(), "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23");
        signature[64] += 27;
        assert_eq!(recover(digest, &signature), Ok(who));
    }

    #[test]
    fn the_mirrored_signature_is_refused() {
        let digest = keccak256("x");
        let mut signature = sign(digest);
        let order = HALF_ORDER * U256::from(2) + U256::from(1);
        let s = order - U256::from_be_slice(&signature[32..64]);
        signature[32..64].copy_from_slice(&s.to_be_bytes::<32>());
        signature[64] ^= 1;
        assert_eq!(recover(digest, &signature), Err(EvmError::HighS));
    }

    #[test]
    fn bad_numbers_are_refused() {
        let digest = keccak256("x");
        for v in [2, 3, 26, 29, 31, 255] {
            let mut signature = sign(digest);
            signature[64] = v;
            assert_eq!(recover(digest, &signature), Err(EvmError::RecoveryByte(v)));
        }
        assert_eq!(recover(digest, &[0; 65]), Err(EvmError::NotRecoverable));
        let mut signature = sign(digest);
        signature[..32].fill(0xff);
        assert_eq!(recover(digest, &signature), Err(EvmError::NotRecoverable));
        let other = recover(keccak256("y"), &sign(digest));
        assert_ne!(other, recover(digest, &sign(digest)), "another digest, another signer or none");
    }
}
