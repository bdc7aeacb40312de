//! The second secret: 32 random bytes that belong to a machine, not to a person.
//!
//! A host file has 72 bytes: ASCII `BURSRFAC`, 32 secret bytes, and the SHA-256 of these 40. It is made once, mode 400, and never
//! written again: whoever loses it loses every key sealed to it, except through recovery copies. Keep it out of the backups that
//! hold the key files; together the two are one layer, not two.

use std::path::Path;

use alloy_primitives::hex;
use zeroize::Zeroizing;

use super::cipher::{HASH_LEN, derive_into, sha256};
use super::disk::Folder;
use super::entropy::{Entropy, draw, fill};
use super::error::{Fault, KeystoreError};
use super::file::Header;
use super::info::{FactorKind, ID_LEN};
use super::secret::{KEY_LEN, SecretKey32};

const MAGIC: &[u8; 8] = b"BURSRFAC";
const BODY_LEN: usize = MAGIC.len() + KEY_LEN;
const HOST_FILE_LEN: usize = BODY_LEN + HASH_LEN;
const HOST_FILE_MODE: u32 = 0o400;
const ID_INFO: &[u8] = b"bursar/keystore/v1 factor id";

/// What this machine has.
pub struct Factor {
    kind: FactorKind,
    id: [u8; ID_LEN],
    secret: SecretKey32,
}

impl Factor {
    /// No factor: for recovery copies, which only their password guards.
    ///
    /// # Errors
    /// [`KeystoreError::Io`] if no memory page can be had.
    pub fn none() -> Result<Self, KeystoreError> {
        let secret = SecretKey32::zeroed().map_err(|fault| fault.at(Path::new("memory")))?;
        Ok(Self { kind: FactorKind::None, id: [0; ID_LEN], secret })
    }

    /// Reads this machine's secret from its file.
    ///
    /// # Errors
    /// [`KeystoreError::NotFound`], [`KeystoreError::Permissions`], [`KeystoreError::Damaged`] or [`KeystoreError::Io`].
    pub fn from_host_file(path: &Path) -> Result<Self, KeystoreError> {
        let (folder, name) = Folder::of_file(path)?;
        let bytes = Zeroizing::new(folder.read(&name, HOST_FILE_LEN)?);
        Self::parse(&bytes).map_err(|fault| fault.at(path))
    }

    /// Makes this machine's secret, once. The folder must exist, be yours and have mode 700.
    ///
    /// # Errors
    /// [`KeystoreError::Exists`] if there is one already; otherwise as [`Factor::from_host_file`].
    pub fn create_host_file(path: &Path, entropy: &mut Entropy<'_>) -> Result<Self, KeystoreError> {
        let (folder, name) = Folder::of_file(path)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(HOST_FILE_LEN));
        bytes.extend_from_slice(MAGIC);
        bytes.resize(BODY_LEN, 0);
        fill(entropy, &mut bytes[MAGIC.len()..]).map_err(|fault| fault.at(path))?;
        let checksum = sha256(&bytes);
        bytes.extend_from_slice(&checksum);
        let tag = draw(entropy).map_err(|fault| fault.at(path))?;
        folder.write_new(&name, HOST_FILE_MODE, &bytes, &tag, &mut |back| Self::parse(back).map(drop))?;
        Self::from_host_file(path)
    }

    /// Which secret this is: 128 bits derived from it that tell nothing about it.
    pub fn id(&self) -> [u8; ID_LEN] {
        self.id
    }

    /// What kind of factor this is.
    pub fn kind(&self) -> FactorKind {
        self.kind
    }

    pub(super) fn secret(&self) -> &SecretKey32 {
        &self.secret
    }

    /// Whether this is the factor that a file names. A name is no proof; the commitment is.
    pub(super) fn is_named_by(&self, header: &Header) -> Result<(), Fault> {
        let info = &header.info;
        if self.kind == info.factor && self.id == info.factor_id {
            return Ok(());
        }
        Err(Fault::WrongMachine { needs: hex::encode(info.factor_id) })
    }

    fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let (body, checksum) = bytes.split_last_chunk::<HASH_LEN>().ok_or(Fault::Damaged("it is cut short"))?;
        if body.len() != BODY_LEN || !body.starts_with(MAGIC) || sha256(body) != *checksum {
            return Err(Fault::Damaged("it is not a bursar host secret, or was changed"));
        }
        let mut secret = SecretKey32::zeroed()?;
        secret.expose_mut().copy_from_slice(&body[MAGIC.len()..]);
        let mut id = [0; HASH_LEN];
        derive_into(secret.expose(), &[], ID_INFO, &mut id);
        let id = *id.first_chunk().expect("16 of 32 bytes");
        Ok(Self { kind: FactorKind::HostFile, id, secret })
    }
}
