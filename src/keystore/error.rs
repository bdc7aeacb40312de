//! What can go wrong with a keystore, in words a person can act on.

use std::io;
use std::path::{Path, PathBuf};

/// Why a keystore call was refused. Paths are printed escaped; no variant ever holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum KeystoreError {
    /// The bytes are not what was written: bad checksum, wrong length, not canonical, not a key file.
    #[error("{path:?} is damaged: {why}")]
    Damaged {
        /// Which file or folder.
        path: PathBuf,
        /// What exactly.
        why: String,
    },
    /// A newer format, or key-stretching parameters outside the accepted range.
    #[error("{path:?} cannot be read by this version: {why}")]
    Unsupported {
        /// Which file or folder.
        path: PathBuf,
        /// What exactly.
        why: String,
    },
    /// The file is sealed to another host secret.
    #[error("{path:?} is sealed to another machine: it needs the host secret {needs}")]
    WrongMachine {
        /// Which file or folder.
        path: PathBuf,
        /// Id of the host secret it is sealed to.
        needs: String,
    },
    /// The host secret fits, the password does not.
    #[error("wrong password for {path:?}")]
    WrongPassword {
        /// Which file or folder.
        path: PathBuf,
    },
    /// The secrets fit and the contents do not: somebody changed the file.
    #[error("{path:?} was tampered with: {why}")]
    Tampered {
        /// Which file or folder.
        path: PathBuf,
        /// What exactly.
        why: String,
    },
    /// The operating system said no.
    #[error("could not {doing} {path:?}: {source}")]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// The system's own words.
        source: io::Error,
    },
    /// Something of that name is already there; nothing is ever overwritten.
    #[error("{path:?} already exists and was left as it is")]
    Exists {
        /// Which file or folder.
        path: PathBuf,
    },
    /// Wrong owner, open to others, or not a plain file or folder.
    #[error("{path:?} is not safe to use: {why}")]
    Permissions {
        /// Which file or folder.
        path: PathBuf,
        /// What exactly.
        why: String,
    },
    /// The password breaks a rule for passwords.
    #[error("this password cannot be used: {why}")]
    WeakPassword {
        /// What exactly.
        why: &'static str,
    },
    /// There is nothing at this path.
    #[error("{path:?} does not exist")]
    NotFound {
        /// Which file or folder.
        path: PathBuf,
    },
    /// A label that is empty, too long or not printable ASCII.
    #[error("this label cannot be used: {why}")]
    Label {
        /// What exactly.
        why: &'static str,
    },
    /// Key-stretching parameters outside the allowed range.
    #[error("this Argon2id cost cannot be used: {why}")]
    Cost {
        /// What exactly.
        why: String,
    },
}

impl KeystoreError {
    /// Stable dotted code, for scripts, the journal and test names.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Damaged { .. } => "keystore.damaged",
            Self::Unsupported { .. } => "keystore.unsupported",
            Self::WrongMachine { .. } => "keystore.wrong_machine",
            Self::WrongPassword { .. } => "keystore.wrong_password",
            Self::Tampered { .. } => "keystore.tampered",
            Self::Io { .. } => "keystore.io",
            Self::Exists { .. } => "keystore.exists",
            Self::Permissions { .. } => "keystore.permissions",
            Self::WeakPassword { .. } => "keystore.weak_password",
            Self::NotFound { .. } => "keystore.not_found",
            Self::Label { .. } => "keystore.label",
            Self::Cost { .. } => "keystore.cost",
        }
    }

    /// What the person can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Damaged { .. } => "restore this file from a backup; the copy here cannot be repaired",
            Self::Unsupported { .. } => "open it with the newer bursar that wrote it",
            Self::WrongMachine { .. } => "use it on the machine that made it, or open the recovery copy of this key",
            Self::WrongPassword { .. } => "type the password again; check the keyboard layout and caps lock",
            Self::Tampered { .. } => "do not use this file; find out who could write to it, and restore a backup from elsewhere",
            Self::Io { .. } => "check free space, memory and that the folder can be written, then try again",
            Self::Exists { .. } => "choose another name, or move the present file away yourself",
            Self::Permissions { .. } => {
                "key files must be plain files of your own user, mode 600 or 400, in a folder of mode 700"
            }
            Self::WeakPassword { .. } => "use 15 characters or more, for example six random words",
            Self::NotFound { .. } => "check the path, and list the keys that are there",
            Self::Label { .. } => "use 1 to 64 printable ASCII characters",
            Self::Cost { .. } => "use the standard cost: 64 MiB, 3 passes, 4 lanes",
        }
    }

    /// Whether the very same call may succeed later without anybody changing an argument or a file.
    pub fn retry_helps(&self) -> bool {
        matches!(self, Self::Io { .. })
    }
}

/// A fault found in bytes or secrets, before it is known which path they came from.
#[derive(Debug)]
pub(super) enum Fault {
    Damaged(&'static str),
    Unsupported(String),
    WrongMachine { needs: String },
    WrongPassword,
    Tampered(&'static str),
    WeakPassword(&'static str),
    Machine { doing: &'static str, source: io::Error },
}

impl Fault {
    /// Names the file that the fault is about.
    pub(super) fn at(self, path: &Path) -> KeystoreError {
        let path = path.to_path_buf();
        match self {
            Self::Damaged(why) => KeystoreError::Damaged { path, why: why.to_owned() },
            Self::Unsupported(why) => KeystoreError::Unsupported { path, why },
            Self::WrongMachine { needs } => KeystoreError::WrongMachine { path, needs },
            Self::WrongPassword => KeystoreError::WrongPassword { path },
            Self::Tampered(why) => KeystoreError::Tampered { path, why: why.to_owned() },
            Self::WeakPassword(why) => KeystoreError::WeakPassword { why },
            Self::Machine { doing, source } => KeystoreError::Io { path, doing, source },
        }
    }
}
