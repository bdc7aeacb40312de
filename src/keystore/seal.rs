//! The two layers: what is derived from what, and in which order it is checked.
//!
//! With `H = SHA-256(header)`, `KDF(ikm, salt, p) = HKDF-SHA256(ikm, salt, info = p || H, 32 bytes)` and
//! `GCM(key, nonce, p)` = AES-256-GCM with AAD `p || H`, where every purpose `p` is the ASCII text `bursar/keystore/v1 ` and the words quoted:
//!
//! - inner layer, what a person knows: `S = Argon2id(password in NFC, KDF salt, 32 bytes)`; `K_inner = KDF(S, KDF salt, "inner key")`;
//!   password commitment `= KDF(S, KDF salt, "password commitment")`
//! - outer layer, what the machine has: `F` = the host secret (32 zeros for a recovery copy); `K_outer = KDF(F, factor salt, "outer key")`;
//!   factor commitment `= KDF(F, factor salt, "factor commitment")`
//! - file key, random: `GCM(K_inner, inner nonce, "inner seal")` around it, `GCM(K_outer, outer nonce, "outer seal")` around inner nonce,
//!   sealed key and tag
//! - `K_payload = KDF(file key, H, "payload key")`; payload `= GCM(K_payload, payload nonce, "payload seal")`
//! - `K_mac = KDF(file key, H, "mac key")`; header MAC `= HMAC-SHA256(K_mac, all bytes before it)`
//! - factor id `= HKDF-SHA256(F, empty salt, info = "bursar/keystore/v1 factor id", 32 bytes)`, its first 16 bytes
//!
//! **Why the commitments:** GCM does not commit to its key, so one file could be made to open to two different keys under two passwords. Both
//! commitments are compared, in constant time, before anything is opened. They contain H, so that parameters altered in a header are
//! found with the host secret before Argon2id is ever run with them.
//!
//! **Which error:** another factor named in the header: WRONG MACHINE. The right factor and yet another commitment: the header was altered,
//! TAMPERED. Another password commitment: WRONG PASSWORD. Anything after that: TAMPERED.

use alloy_primitives::Address;

use super::cipher::{HeaderHash, NONCE_LEN, Slot, TAG_LEN, derive_key, derive_public, mac, same};
use super::entropy::{Entropy, draw, fill};
use super::error::Fault;
use super::factor::Factor;
use super::file::{Header, INNER_LEN, KeyFile};
use super::info::FactorKind;
use super::key::address_of;
use super::secret::{KEY_LEN, SecretKey32};
use super::unlock::Unlocker;

const OUTER_KEY: &str = "bursar/keystore/v1 outer key";
const FACTOR_COMMITMENT: &str = "bursar/keystore/v1 factor commitment";
const INNER_KEY: &str = "bursar/keystore/v1 inner key";
const PASSWORD_COMMITMENT: &str = "bursar/keystore/v1 password commitment";
const PAYLOAD_KEY: &str = "bursar/keystore/v1 payload key";
const MAC_KEY: &str = "bursar/keystore/v1 mac key";
const OUTER_SEAL: &str = "bursar/keystore/v1 outer seal";
const INNER_SEAL: &str = "bursar/keystore/v1 inner seal";
const PAYLOAD_SEAL: &str = "bursar/keystore/v1 payload seal";

const KEY_END: usize = NONCE_LEN + KEY_LEN;

/// Seals `secret` under the password of `unlocker` and under `factor`, which must be the one the header names.
pub(super) fn seal(
    header: Header,
    secret: &SecretKey32,
    unlocker: &mut Unlocker,
    factor: &Factor,
    entropy: &mut Entropy<'_>,
) -> Result<KeyFile, Fault> {
    factor.is_named_by(&header)?;
    let h = header.hash();
    let stretched = unlocker.stretched(&header.kdf_salt, header.info.cost)?;
    let mut file_key = SecretKey32::zeroed()?;
    fill(entropy, file_key.expose_mut())?;

    let inner_key = derive_key(stretched, &header.kdf_salt, INNER_KEY, &h)?;
    let mut inner_sealed = seal_inner(&file_key, &inner_key, &draw(entropy)?, &h);

    let outer_nonce = draw(entropy)?;
    let outer_key = derive_key(factor.secret(), &header.factor_salt, OUTER_KEY, &h)?;
    let outer = Slot { key: &outer_key, nonce: &outer_nonce, purpose: OUTER_SEAL, h: &h };
    let outer_tag = outer.seal(&mut inner_sealed);

    let payload_nonce = draw(entropy)?;
    let payload_key = derive_key(&file_key, h.bytes(), PAYLOAD_KEY, &h)?;
    let mut payload = *secret.expose();
    let payload_tag = Slot { key: &payload_key, nonce: &payload_nonce, purpose: PAYLOAD_SEAL, h: &h }.seal(&mut payload);

    let mut file = KeyFile {
        factor_commitment: derive_public(factor.secret(), &header.factor_salt, FACTOR_COMMITMENT, &h),
        password_commitment: derive_public(stretched, &header.kdf_salt, PASSWORD_COMMITMENT, &h),
        header,
        outer_nonce,
        inner_sealed,
        outer_tag,
        payload_nonce,
        payload,
        payload_tag,
        mac: [0; KEY_LEN],
    };
    file.mac = mac(&derive_key(&file_key, h.bytes(), MAC_KEY, &h)?, &file.print_for_mac());
    Ok(file)
}

/// Inner nonce, sealed file key and tag, in the form that the outer layer seals.
fn seal_inner(file_key: &SecretKey32, inner_key: &SecretKey32, nonce: &[u8; NONCE_LEN], h: &HeaderHash) -> [u8; INNER_LEN] {
    let mut out = [0; INNER_LEN];
    out[..NONCE_LEN].copy_from_slice(nonce);
    out[NONCE_LEN..KEY_END].copy_from_slice(file_key.expose());
    let slot = Slot { key: inner_key, nonce, purpose: INNER_SEAL, h };
    let tag = slot.seal(&mut out[NONCE_LEN..KEY_END]);
    out[KEY_END..].copy_from_slice(&tag);
    out
}

/// Opens a parsed file. The order of the checks is the order of the errors.
pub(super) fn unseal(file: &KeyFile, unlocker: &mut Unlocker, factor: &Factor) -> Result<SecretKey32, Fault> {
    let header = &file.header;
    let h = header.hash();
    let nothing = SecretKey32::zeroed()?;
    let outer_secret = match header.info.factor {
        FactorKind::None => &nothing,
        FactorKind::HostFile => {
            factor.is_named_by(header)?;
            factor.secret()
        }
    };
    let factor_commitment = derive_public(outer_secret, &header.factor_salt, FACTOR_COMMITMENT, &h);
    if !same(&factor_commitment, &file.factor_commitment) {
        return Err(Fault::Tampered("its header was altered"));
    }
    let stretched = unlocker.stretched(&header.kdf_salt, header.info.cost)?;
    let password_commitment = derive_public(stretched, &header.kdf_salt, PASSWORD_COMMITMENT, &h);
    if !same(&password_commitment, &file.password_commitment) {
        return Err(Fault::WrongPassword);
    }
    let inner_key = derive_key(stretched, &header.kdf_salt, INNER_KEY, &h)?;
    let outer_key = derive_key(outer_secret, &header.factor_salt, OUTER_KEY, &h)?;
    let file_key = unwrap_file_key(file, &outer_key, &inner_key, &h)?;
    open_payload(file, &file_key, &h)
}

fn unwrap_file_key(
    file: &KeyFile,
    outer_key: &SecretKey32,
    inner_key: &SecretKey32,
    h: &HeaderHash,
) -> Result<SecretKey32, Fault> {
    let outer = Slot { key: outer_key, nonce: &file.outer_nonce, purpose: OUTER_SEAL, h };
    let mut inner_sealed = file.inner_sealed;
    if !outer.open(&mut inner_sealed, &file.outer_tag) {
        return Err(Fault::Tampered("its outer layer does not open"));
    }
    let (nonce, rest) = inner_sealed.split_first_chunk::<NONCE_LEN>().expect("INNER_LEN is nonce, key and tag");
    let (sealed, tag) = rest.split_first_chunk::<KEY_LEN>().expect("INNER_LEN is nonce, key and tag");
    let tag: &[u8; TAG_LEN] = tag.try_into().expect("INNER_LEN is nonce, key and tag");
    let mut file_key = SecretKey32::zeroed()?;
    file_key.expose_mut().copy_from_slice(sealed);
    let inner = Slot { key: inner_key, nonce, purpose: INNER_SEAL, h };
    if inner.open(file_key.expose_mut(), tag) { Ok(file_key) } else { Err(Fault::Tampered("its inner layer does not open")) }
}

fn open_payload(file: &KeyFile, file_key: &SecretKey32, h: &HeaderHash) -> Result<SecretKey32, Fault> {
    if !same(&mac(&derive_key(file_key, h.bytes(), MAC_KEY, h)?, &file.print_for_mac()), &file.mac) {
        return Err(Fault::Tampered("its header MAC does not match"));
    }
    let payload_key = derive_key(file_key, h.bytes(), PAYLOAD_KEY, h)?;
    let mut secret = SecretKey32::zeroed()?;
    secret.expose_mut().copy_from_slice(&file.payload);
    let slot = Slot { key: &payload_key, nonce: &file.payload_nonce, purpose: PAYLOAD_SEAL, h };
    if !slot.open(secret.expose_mut(), &file.payload_tag) {
        return Err(Fault::Tampered("its payload does not open"));
    }
    let derived: Option<Address> = address_of(&secret);
    if derived != Some(file.header.info.address) {
        return Err(Fault::Tampered("the key inside does not belong to the address outside"));
    }
    Ok(secret)
}

#[cfg(test)]
mod tests;
