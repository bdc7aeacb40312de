//! The keystore as its callers see it.

use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::fs;

use alloy_primitives::{Address, hex, keccak256};
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use secp256k1::{Message, Secp256k1};

use super::testkit::{GOOD_PASSWORD, chance, folder, host_factor, new_key, set_mode, unlocker};
use super::*;

fn recover(digest: &[u8; 32], signature: &[u8; 65]) -> Address {
    let id = RecoveryId::from_i32(i32::from(signature[64]) - 27).unwrap();
    let signature = RecoverableSignature::from_compact(&signature[..64], id).unwrap();
    let public = Secp256k1::verification_only().recover_ecdsa(&Message::from_digest(*digest), &signature).unwrap();
    Address::from_slice(&keccak256(&public.serialize_uncompressed()[1..])[12..])
}

fn code<T>(result: Result<T, KeystoreError>) -> &'static str {
    result.err().expect("must be refused").code()
}

#[test]
fn a_key_is_made_listed_opened_and_signs() {
    let (_dir, path) = folder();
    let (keystore, factor) = (Keystore::at_or_new(&path.join("keys")).unwrap(), host_factor(1));
    let made = keystore.create(new_key("hot 1"), &mut unlocker(GOOD_PASSWORD), &factor, &mut chance(2)).unwrap();

    let again = Keystore::at(&path.join("keys")).unwrap();
    let listed = again.list().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].info.as_ref().unwrap(), &made);
    assert!(listed[0].path.ends_with(format!("{}.key", made.id)));
    assert_eq!((made.kind, made.namespace, made.label.as_str(), made.generation), (KeyKind::Signing, [7; 16], "hot 1", 1));

    let key = again.open(made.id, &mut unlocker(GOOD_PASSWORD), &factor).unwrap();
    assert_eq!(key.address(), made.address);
    for n in 0..20u8 {
        let digest = keccak256([n]).0;
        let signature = key.sign_digest(&digest);
        assert_eq!(recover(&digest, &signature), made.address);
        assert!(matches!(signature[64], 27 | 28));
        assert!(signature[32] < 0x80, "s is low");
        assert_eq!(signature, key.sign_digest(&digest), "the nonce is deterministic");
    }
}

/// Byte for byte the same file for ever: a change of format shows here.
#[test]
fn the_format_of_version_1_is_pinned() {
    let (_dir, path) = folder();
    let keystore = Keystore::at(&path).unwrap();
    let made = keystore.create(new_key("pinned"), &mut unlocker(GOOD_PASSWORD), &host_factor(1), &mut chance(2)).unwrap();
    let bytes = fs::read(keystore.list().unwrap()[0].path.clone()).unwrap();
    assert_eq!(bytes.len(), 516);
    assert_eq!((made.address.to_string().as_str(), hex::encode(cipher::sha256(&bytes)).as_str()), PINNED);
}

const PINNED: (&str, &str) =
    ("0x5662eAfFA38272318574025698D55893304751F8", "95e52cc052c317aa2b3fb8d797fd26a1961a34fd1a1e5c7618a4e84f067c347c");

#[test]
fn the_five_errors_are_told_apart_on_disk() {
    let (_dir, path) = folder();
    let (keystore, factor) = (Keystore::at(&path).unwrap(), host_factor(1));
    let made = keystore.create(new_key("hot 1"), &mut unlocker(GOOD_PASSWORD), &factor, &mut chance(2)).unwrap();
    let file = keystore.list().unwrap().remove(0).path;
    let good = fs::read(&file).unwrap();
    let forge = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        let body = bytes.len() - 32;
        let checksum = cipher::sha256(&bytes[..body]);
        bytes[body..].copy_from_slice(&checksum);
        fs::write(&file, bytes).unwrap();
    };
    let open = |password: &str, factor: &Factor| keystore.open(made.id, &mut unlocker(password), factor);

    assert_eq!(code(open(GOOD_PASSWORD, &host_factor(9))), "keystore.wrong_machine");
    assert_eq!(code(open("not the password of this", &factor)), "keystore.wrong_password");
    forge(410, !good[410]);
    assert_eq!(code(open(GOOD_PASSWORD, &factor)), "keystore.tampered");
    forge(9, 2);
    assert_eq!(code(open(GOOD_PASSWORD, &factor)), "keystore.unsupported");
    fs::write(&file, &good[..500]).unwrap();
    assert_eq!(code(open(GOOD_PASSWORD, &factor)), "keystore.damaged");
    fs::write(&file, b"").unwrap();
    assert_eq!(code(open(GOOD_PASSWORD, &factor)), "keystore.damaged");
    fs::write(&file, [0; 5 * 1024]).unwrap();
    assert_eq!(code(open(GOOD_PASSWORD, &factor)), "keystore.damaged");
    set_mode(&file, 0o644);
    assert_eq!(code(open(GOOD_PASSWORD, &factor)), "keystore.permissions");
    fs::remove_file(&file).unwrap();
    assert_eq!(code(open(GOOD_PASSWORD, &factor)), "keystore.not_found");
    fs::write(&file, &good).unwrap();
    set_mode(&file, 0o600);
    assert!(open(GOOD_PASSWORD, &factor).is_ok());
}

#[test]
fn bad_files_are_listed_with_their_error_never_hidden() {
    let (_dir, path) = folder();
    let keystore = Keystore::at(&path).unwrap();
    let made = keystore.create(new_key("hot 1"), &mut unlocker(GOOD_PASSWORD), &host_factor(1), &mut chance(2)).unwrap();
    let good = path.join(format!("{}.key", made.id));
    fs::copy(&good, path.join("copy of a key.key")).unwrap();
    fs::write(path.join("ffff.key"), b"").unwrap();
    set_mode(&path.join("ffff.key"), 0o600);
    fs::create_dir(path.join("zz.key")).unwrap();
    fs::write(path.join("notes.txt"), b"not a key").unwrap();
    fs::write(path.join(".left.key.00.tmp"), b"left by a crash").unwrap();
    let found: Vec<_> =
        keystore.list().unwrap().into_iter().map(|listed| (listed.path, listed.info.map_err(|e| e.code()))).collect();
    let expected = [
        (good, Ok(made)),
        (path.join("copy of a key.key"), Err("keystore.damaged")),
        (path.join("ffff.key"), Err("keystore.damaged")),
        (path.join("zz.key"), Err("keystore.permissions")),
    ];
    assert_eq!(found.len(), expected.len());
    assert!(expected.iter().all(|entry| found.contains(entry)), "{found:?}");
}

#[test]
fn keystore_exists_when_the_id_is_taken() {
    let (_dir, path) = folder();
    let (keystore, factor, mut unlocker) = (Keystore::at(&path).unwrap(), host_factor(1), unlocker(GOOD_PASSWORD));
    keystore.create(new_key("hot 1"), &mut unlocker, &factor, &mut chance(2)).unwrap();
    let file = keystore.list().unwrap().remove(0).path;
    let before = fs::read(&file).unwrap();
    assert_eq!(code(keystore.create(new_key("hot 2"), &mut unlocker, &factor, &mut chance(2))), "keystore.exists");
    assert_eq!(fs::read(&file).unwrap(), before);
    assert_eq!(keystore.list().unwrap().len(), 1);
}

#[test]
fn keystore_weak_password_makes_no_file() {
    let (_dir, path) = folder();
    let keystore = Keystore::at(&path).unwrap();
    let made = keystore.create(new_key("hot 1"), &mut unlocker("too short"), &host_factor(1), &mut chance(2));
    assert_eq!(code(made), "keystore.weak_password");
    assert!(keystore.list().unwrap().is_empty());
}

#[test]
fn keystore_io_when_the_source_of_chance_is_dead() {
    let (_dir, path) = folder();
    let keystore = Keystore::at(&path).unwrap();
    let made = keystore.create(new_key("hot 1"), &mut unlocker(GOOD_PASSWORD), &host_factor(1), &mut |_: &mut [u8]| ());
    assert_eq!(code(made), "keystore.io");
    assert!(keystore.list().unwrap().is_empty());
}

#[test]
fn keys_made_with_one_unlocker_open_with_one_run_and_share_nothing_else() {
    let (_dir, path) = folder();
    let (keystore, factor, mut first, mut chance) =
        (Keystore::at(&path).unwrap(), host_factor(1), unlocker(GOOD_PASSWORD), chance(2));
    let made: Vec<_> =
        (0..3).map(|n| keystore.create(new_key(&format!("hot {n}")), &mut first, &factor, &mut chance).unwrap()).collect();
    let other = keystore.create(new_key("other"), &mut unlocker(GOOD_PASSWORD), &factor, &mut chance).unwrap();
    assert_eq!(made.iter().map(|info| info.address).collect::<BTreeSet<_>>().len(), 3);

    let mut again = unlocker(GOOD_PASSWORD);
    for info in &made {
        keystore.open(info.id, &mut again, &factor).unwrap();
    }
    assert_eq!(again.runs_kept(), 1);
    keystore.open(other.id, &mut again, &factor).unwrap();
    assert_eq!(again.runs_kept(), 2, "another unlocker, another salt, even for the same password");
}

#[test]
fn a_host_secret_is_made_once_and_checked_on_reading() {
    let (_dir, path) = folder();
    let file = path.join("host.factor");
    assert_eq!(code(Factor::from_host_file(&file)), "keystore.not_found");
    let made = Factor::create_host_file(&file, &mut chance(1)).unwrap();
    assert_eq!(Factor::from_host_file(&file).unwrap().id(), made.id());
    assert_eq!(code(Factor::create_host_file(&file, &mut chance(2))), "keystore.exists");
    assert_eq!(Factor::from_host_file(&file).unwrap().id(), made.id());
    assert_ne!(host_factor(2).id(), made.id());

    let good = fs::read(&file).unwrap();
    set_mode(&file, 0o600);
    for bit in 0..good.len() * 8 {
        let mut bytes = good.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(&file, bytes).unwrap();
        assert_eq!(code(Factor::from_host_file(&file)), "keystore.damaged", "bit {bit}");
    }
    for len in 0..good.len() {
        fs::write(&file, &good[..len]).unwrap();
        assert_eq!(code(Factor::from_host_file(&file)), "keystore.damaged", "length {len}");
    }
    fs::write(&file, &good).unwrap();
    set_mode(&file, 0o444);
    assert_eq!(code(Factor::from_host_file(&file)), "keystore.permissions");
}

/// Compiles only while the type lacks the trait: with it, two implementations fit and the call is ambiguous.
macro_rules! assert_lacks {
    ($($secret:ty),+ => $trait:path) => { $({
        trait Lacks<Marker> { fn proven() {} }
        impl<T: ?Sized> Lacks<()> for T {}
        struct Has;
        impl<T: ?Sized + $trait> Lacks<Has> for T {}
        <$secret as Lacks<_>>::proven();
    })+ };
}

#[test]
fn secrets_cannot_be_printed_or_copied() {
    assert_lacks!(secret::SecretKey32, Password, Unlocker, Factor, OpenKey, memory::Page => Debug);
    assert_lacks!(secret::SecretKey32, Password, Unlocker, Factor, OpenKey, memory::Page => Display);
    assert_lacks!(secret::SecretKey32, Password, Unlocker, Factor, OpenKey, memory::Page => Clone);
    assert_lacks!(secret::SecretKey32, Password, Unlocker, Factor, OpenKey, memory::Page => serde::Serialize);
}

#[test]
fn errors_tell_what_to_do_and_escape_paths() {
    let path = PathBuf::from("bad\u{1b}[31m.key");
    let error = KeystoreError::WrongPassword { path };
    assert!(!error.to_string().contains('\u{1b}'));
    assert!(!error.hint().is_empty() && !error.retry_helps());
}

/// The cost that real files have: one run, and it must be the floor.
#[test]
fn a_file_at_the_standard_cost_round_trips() {
    let (_dir, path) = folder();
    let (keystore, factor) = (Keystore::at(&path).unwrap(), host_factor(1));
    let new = NewKey { kind: KeyKind::Voting, cost: Cost::STANDARD, ..new_key("vote") };
    let made = keystore.create(new, &mut unlocker(GOOD_PASSWORD), &factor, &mut chance(2)).unwrap();
    assert_eq!(made.cost, Cost::for_new_file(65_536, 3, 4).unwrap());
    assert_eq!(keystore.open(made.id, &mut unlocker(GOOD_PASSWORD), &factor).unwrap().info(), &made);
}
