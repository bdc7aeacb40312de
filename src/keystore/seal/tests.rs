//! Two layers: what opens, what does not, and which of the five errors says so.

use super::*;
use crate::keystore::cipher::sha256;
use crate::keystore::info::{KeyId, KeyInfo};
use crate::keystore::key::generate;
use crate::keystore::testkit::{GOOD_PASSWORD, chance, host_factor, new_key, unlocker};
use crate::keystore::{Cost, Label};

fn header(factor: &Factor, address: Address, unlocker: &mut Unlocker, seed: u8) -> Header {
    let new = new_key("hot 1");
    let mut chance = chance(seed);
    let kdf_salt = unlocker.salt_for_new(Cost::PRACTICE, &mut chance).unwrap();
    let info = KeyInfo {
        id: KeyId([seed; 16]),
        kind: new.kind,
        namespace: new.namespace,
        address,
        label: new.label,
        cost: new.cost,
        factor: factor.kind(),
        factor_id: factor.id(),
        generation: 1,
    };
    Header { info, kdf_salt, factor_salt: [9; 32] }
}

/// A sealed key, and the two secrets that open it. `other_address` makes the header lie.
fn sealed(factor: &Factor, other_address: Option<Address>) -> (KeyFile, Unlocker, [u8; 32]) {
    let mut unlocker = unlocker(GOOD_PASSWORD);
    let (secret, address) = generate(&mut chance(1)).unwrap();
    let header = header(factor, other_address.unwrap_or(address), &mut unlocker, 2);
    let file = seal(header, &secret, &mut unlocker, factor, &mut chance(3)).unwrap();
    (file, unlocker, *secret.expose())
}

fn code(result: Result<SecretKey32, Fault>) -> &'static str {
    result.map_err(|fault| fault.at("a.key".as_ref())).err().expect("must be refused").code()
}

#[test]
fn what_is_sealed_opens_again_with_both_secrets() {
    let factor = host_factor(1);
    let (file, mut unlocker, secret) = sealed(&factor, None);
    let back = KeyFile::parse(&file.print()).unwrap();
    assert!(unseal(&back, &mut unlocker, &factor).unwrap().expose() == &secret);
    let bytes = file.print();
    assert!(!bytes.windows(8).any(|window| secret.windows(8).any(|part| part == window)), "the file shows a part of the key");
}

#[test]
fn a_recovery_copy_opens_on_any_machine() {
    let none = Factor::none().unwrap();
    let (file, mut unlocker, secret) = sealed(&none, None);
    for factor in [none, host_factor(1)] {
        assert!(unseal(&file, &mut unlocker, &factor).unwrap().expose() == &secret);
    }
}

#[test]
fn keystore_wrong_machine() {
    let (file, mut right, _) = sealed(&host_factor(1), None);
    for factor in [host_factor(2), Factor::none().unwrap()] {
        assert_eq!(code(unseal(&file, &mut right, &factor)), "keystore.wrong_machine");
        // The machine is told first: with the wrong one no password is ever stretched.
        let mut wrong = unlocker("another password altogether");
        assert_eq!(code(unseal(&file, &mut wrong, &factor)), "keystore.wrong_machine");
        assert_eq!(wrong.runs_kept(), 0);
    }
}

#[test]
fn keystore_wrong_password() {
    let factor = host_factor(1);
    let (file, _, _) = sealed(&factor, None);
    for wrong in ["another password altogether", "correct horse battery staple window lamp ", "x"] {
        assert_eq!(code(unseal(&file, &mut unlocker(wrong), &factor)), "keystore.wrong_password");
    }
}

#[test]
fn keystore_tampered_when_the_address_outside_is_not_of_the_key_inside() {
    let factor = host_factor(1);
    let (file, mut unlocker, _) = sealed(&factor, Some(Address::repeat_byte(0x42)));
    assert_eq!(code(unseal(&file, &mut unlocker, &factor)), "keystore.tampered");
}

/// Exhaustive, for somebody who also makes the checksum right: no single bit can change and the file still open.
#[test]
fn every_forged_bit_is_refused() {
    let factor = host_factor(1);
    let (file, mut unlocker, _) = sealed(&factor, None);
    let good = file.print();
    let body = good.len() - 32;
    let mut seen = std::collections::BTreeMap::new();
    for bit in 0..body * 8 {
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let checksum = sha256(&bytes[..body]);
        bytes[body..].copy_from_slice(&checksum);
        let code = code(KeyFile::parse(&bytes).and_then(|forged| unseal(&forged, &mut unlocker, &factor)));
        match bit / 8 {
            0..240 => assert_ne!(code, "keystore.wrong_password", "header bit {bit}"),
            240..272 => assert_eq!(code, "keystore.tampered", "factor commitment bit {bit}"),
            272..304 => assert_eq!(code, "keystore.wrong_password", "password commitment bit {bit}"),
            _ => assert_eq!(code, "keystore.tampered", "sealed bit {bit}"),
        }
        *seen.entry(code).or_insert(0) += 1;
    }
    assert_eq!(seen.values().sum::<i32>(), 484 * 8);
    assert_eq!(seen.len(), 5, "{seen:?}");
    // An altered header is found by the factor alone: the altered Argon2id parameters were never run.
    assert_eq!(unlocker.runs_kept(), 1);
}

#[test]
fn keystore_tampered_when_parts_of_two_files_are_mixed() {
    let factor = host_factor(1);
    let (first, mut unlocker, _) = sealed(&factor, None);
    let (secret, address) = generate(&mut chance(40)).unwrap();
    let header = header(&factor, address, &mut unlocker, 5);
    let second = seal(header, &secret, &mut unlocker, &factor, &mut chance(6)).unwrap();
    let mixes = [
        KeyFile {
            payload: second.payload,
            payload_nonce: second.payload_nonce,
            payload_tag: second.payload_tag,
            ..first.clone()
        },
        KeyFile {
            inner_sealed: second.inner_sealed,
            outer_nonce: second.outer_nonce,
            outer_tag: second.outer_tag,
            ..first.clone()
        },
        KeyFile { mac: second.mac, ..first.clone() },
        KeyFile { header: second.header.clone(), ..first.clone() },
        KeyFile {
            header: Header {
                info: KeyInfo { label: Label::parse("cold 9").unwrap(), ..first.header.info.clone() },
                ..first.header.clone()
            },
            ..first.clone()
        },
    ];
    for mix in mixes {
        assert_eq!(code(unseal(&mix, &mut unlocker, &factor)), "keystore.tampered");
    }
    assert!(unseal(&second, &mut unlocker, &factor).is_ok());
}

/// Two keys from the same chance, password and machine still differ in every sealed byte if only the id differs.
#[test]
fn the_header_is_bound_into_every_key() {
    let factor = host_factor(1);
    let mut unlocker = unlocker(GOOD_PASSWORD);
    let (secret, address) = generate(&mut chance(1)).unwrap();
    let one = header(&factor, address, &mut unlocker, 2);
    let other = Header { info: KeyInfo { id: KeyId([0xee; 16]), ..one.info.clone() }, ..one.clone() };
    let one = seal(one, &secret, &mut unlocker, &factor, &mut chance(3)).unwrap();
    let other = seal(other, &secret, &mut unlocker, &factor, &mut chance(3)).unwrap();
    assert_ne!(one.factor_commitment, other.factor_commitment);
    assert_ne!(one.password_commitment, other.password_commitment);
    assert_ne!(one.inner_sealed, other.inner_sealed);
    assert_ne!(one.payload, other.payload);
    assert_ne!(one.mac, other.mac);
}
