//! What the tests of this room share: cheap keys, counted chance, folders of the right mode.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use zeroize::Zeroizing;

use super::cipher::sha256;
use super::{Cost, Factor, KeyKind, Label, NewKey, Password, Unlocker};

pub(super) const GOOD_PASSWORD: &str = "correct horse battery staple window lamp";

/// Chance that is the same in every run: SHA-256 in counter mode over a seed.
pub(super) fn chance(seed: u8) -> impl FnMut(&mut [u8]) {
    let mut counter = 0u32;
    move |into: &mut [u8]| {
        for chunk in into.chunks_mut(32) {
            counter += 1;
            let block = sha256(&[&[seed][..], &counter.to_be_bytes()].concat());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

pub(super) fn unlocker(password: &str) -> Unlocker {
    Unlocker::new(Password::new(Zeroizing::new(password.to_owned())).unwrap())
}

pub(super) fn new_key(label: &str) -> NewKey {
    NewKey { kind: KeyKind::Signing, namespace: [7; 16], label: Label::parse(label).unwrap(), cost: Cost::PRACTICE }
}

/// A folder of mode 700 that disappears with the returned handle, and a name for a file in it.
pub(super) fn folder() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    set_mode(dir.path(), 0o700);
    let path = dir.path().to_path_buf();
    (dir, path)
}

pub(super) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

pub(super) fn host_factor(seed: u8) -> Factor {
    let (_dir, path) = folder();
    Factor::create_host_file(&path.join("host.factor"), &mut chance(seed)).unwrap()
}
