//! Secrets at rest: one secret per file, under two layers made from two independent secrets, a password and a machine's own.
//!
//! Read in this order: `info` (what is public about a key) · `file` (the format, byte by byte) · `seal` (the two layers, and the order of the errors) · `cipher` and `kdf`
//! (the primitives) · `unlock` (one Argon2id run for many keys) · `factor` (what the machine has) · `key` (what an open key can do) ·
//! `disk` (durable, exclusive, checked files) · `secret` and `memory` (where secrets live).
//!
//! Invariants: a private key never leaves this room, it only signs · the loss of either secret alone opens nothing · nothing is ever
//! overwritten: a key file is made once and is whole or absent · a file is opened before its name exists, so every listed file was good
//! once · every damaged file is listed with its error.
//!
//! Deliberately absent: a clock and a source of randomness (both are arguments), recovery of a forgotten password, a permissive mode.

mod cipher;
mod disk;
mod entropy;
mod error;
mod factor;
mod file;
mod info;
mod kdf;
mod key;
mod memory;
mod seal;
mod secret;
mod unlock;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use self::disk::Folder;
use self::entropy::draw;
use self::file::{Header, KeyFile};
use self::seal::{seal, unseal};

pub use self::entropy::Entropy;
pub use self::error::KeystoreError;
pub use self::factor::Factor;
pub use self::file::FILE_BYTES_MAX;
pub use self::info::{FactorKind, KeyId, KeyInfo, KeyKind, LABEL_BYTES_MAX, Label};
pub use self::kdf::Cost;
pub use self::key::OpenKey;
pub use self::memory::Protection;
pub use self::secret::{PASSWORD_BYTES_MAX, PASSWORD_CHARS_MIN, Password};
pub use self::unlock::Unlocker;

const SUFFIX: &str = ".key";
const KEY_FILE_MODE: u32 = 0o600;
const GENERATION_NEW: u32 = 1;

/// What to make.
pub struct NewKey {
    /// What it is to sign.
    pub kind: KeyKind,
    /// The treasury id.
    pub namespace: [u8; 16],
    /// What people call it.
    pub label: Label,
    /// Argon2id cost: [`Cost::STANDARD`] or more, except in a practice treasury.
    pub cost: Cost,
}

/// One file of the folder, readable or not.
#[derive(Debug)]
pub struct Listed {
    /// Where it lies.
    pub path: PathBuf,
    /// The header, not yet authenticated, or what is wrong with the file.
    pub info: Result<KeyInfo, KeystoreError>,
}

/// A folder of key files.
pub struct Keystore {
    folder: Folder,
}

impl Keystore {
    /// Opens an existing folder of mode 700 that belongs to this user.
    ///
    /// # Errors
    /// [`KeystoreError::NotFound`], [`KeystoreError::Permissions`] or [`KeystoreError::Io`].
    pub fn at(folder: &Path) -> Result<Self, KeystoreError> {
        Folder::open(folder).map(|folder| Self { folder })
    }

    /// As [`Keystore::at`], and makes the folder (not its parents) if it is missing.
    ///
    /// # Errors
    /// [`KeystoreError::Permissions`] or [`KeystoreError::Io`].
    pub fn at_or_new(folder: &Path) -> Result<Self, KeystoreError> {
        Folder::open_or_make(folder).map(|folder| Self { folder })
    }

    /// Makes a key, seals it, proves that what is on the disk opens, and only then gives the file its name.
    /// Takes two Argon2id runs for the first key of an [`Unlocker`], none for the next at the same cost.
    ///
    /// # Errors
    /// [`KeystoreError::WeakPassword`], [`KeystoreError::Exists`] or [`KeystoreError::Io`]; then no key file was made.
    pub fn create(
        &self,
        new: NewKey,
        unlocker: &mut Unlocker,
        factor: &Factor,
        entropy: &mut Entropy<'_>,
    ) -> Result<KeyInfo, KeystoreError> {
        let id = KeyId(draw(entropy).map_err(|fault| fault.at(&self.folder.path_of(OsStr::new("a new key"))))?);
        let name = name_of(id);
        let path = self.folder.path_of(&name);
        let file = build(id, new, unlocker, factor, entropy).map_err(|fault| fault.at(&path))?;
        let tag = draw(entropy).map_err(|fault| fault.at(&path))?;
        self.folder.write_new(&name, KEY_FILE_MODE, &file.print(), &tag, &mut |back| {
            unseal(&KeyFile::parse(back)?, unlocker, factor).map(drop)
        })?;
        Ok(file.header.info)
    }

    /// Every `.key` file, sorted by name, without any secret. A file that cannot be read is listed with its error, never hidden.
    ///
    /// # Errors
    /// Only if the folder itself cannot be listed.
    pub fn list(&self) -> Result<Vec<Listed>, KeystoreError> {
        let names = self.folder.names()?;
        let keys = names.into_iter().filter(|name| is_key_name(name));
        Ok(keys
            .map(|name| Listed { path: self.folder.path_of(&name), info: self.load(&name).map(|file| file.header.info) })
            .collect())
    }

    /// Opens one key. Takes one Argon2id run, or none if the unlocker has opened a key of the same salt and cost.
    ///
    /// # Errors
    /// In this order: [`NotFound`](KeystoreError::NotFound), [`Permissions`](KeystoreError::Permissions), [`Damaged`](KeystoreError::Damaged),
    /// [`Unsupported`](KeystoreError::Unsupported), [`WrongMachine`](KeystoreError::WrongMachine),
    /// [`WrongPassword`](KeystoreError::WrongPassword), [`Tampered`](KeystoreError::Tampered).
    pub fn open(&self, id: KeyId, unlocker: &mut Unlocker, factor: &Factor) -> Result<OpenKey, KeystoreError> {
        let name = name_of(id);
        let file = self.load(&name)?;
        let secret = unseal(&file, unlocker, factor).map_err(|fault| fault.at(&self.folder.path_of(&name)))?;
        Ok(OpenKey::new(file.header.info, secret))
    }

    fn load(&self, name: &OsStr) -> Result<KeyFile, KeystoreError> {
        let path = self.folder.path_of(name);
        let bytes = self.folder.read(name, FILE_BYTES_MAX)?;
        let file = KeyFile::parse(&bytes).map_err(|fault| fault.at(&path))?;
        let expected = name_of(file.header.info.id);
        if expected != name {
            // Two names for one id would make "which key is this" depend on the order of a listing.
            return Err(KeystoreError::Damaged { path, why: format!("the key inside is named {expected:?}, the file is not") });
        }
        Ok(file)
    }
}

fn build(
    id: KeyId,
    new: NewKey,
    unlocker: &mut Unlocker,
    factor: &Factor,
    entropy: &mut Entropy<'_>,
) -> Result<KeyFile, error::Fault> {
    let kdf_salt = unlocker.salt_for_new(new.cost, entropy)?;
    let (secret, address) = key::generate(entropy)?;
    let info = KeyInfo {
        id,
        kind: new.kind,
        namespace: new.namespace,
        address,
        label: new.label,
        cost: new.cost,
        factor: factor.kind(),
        factor_id: factor.id(),
        generation: GENERATION_NEW,
    };
    let header = Header { info, kdf_salt, factor_salt: draw(entropy)? };
    seal(header, &secret, unlocker, factor, entropy)
}

fn name_of(id: KeyId) -> OsString {
    OsString::from(format!("{id}{SUFFIX}"))
}

fn is_key_name(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.ends_with(SUFFIX.as_bytes()) && !name.starts_with(b".")
}

#[cfg(test)]
mod testkit;
#[cfg(test)]
mod tests;
