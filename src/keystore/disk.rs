//! A folder of small secret files: what is read is checked first, what is written is whole or absent.
//!
//! Everything goes through one open folder, so a folder swapped underneath changes nothing. A new file takes these steps, and power may fail
//! between any two: temporary file of a random name (created, never opened over another) → write → fsync → read back and verify →
//! hard link to its real name, which fails if that name is taken → fsync of the folder → temporary name removed. A temporary
//! file that a crash leaves behind is ignored and never deleted by us.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use alloy_primitives::hex;
use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, RawMode, Stat, fchmod, fstat, fsync, linkat, mkdirat, openat, statat, unlinkat,
};
use rustix::io::Errno;
use rustix::process::geteuid;
use zeroize::Zeroizing;

use super::error::{Fault, KeystoreError};

/// Random bytes in the name of a temporary file.
pub(super) const TEMP_TAG_LEN: usize = 8;
/// Names read from one folder before it is refused as a keystore.
const NAMES_MAX: usize = 65_536;
const FOLDER_MODE: RawMode = 0o700;
const OTHERS: RawMode = 0o077;

/// Looks at what was read back; says why it must not be kept.
pub(super) type Verify<'a> = dyn FnMut(&[u8]) -> Result<(), Fault> + 'a;

/// An open folder that belongs to this user alone.
pub(super) struct Folder {
    path: PathBuf,
    fd: OwnedFd,
}

impl Folder {
    /// Opens a folder that must exist, be no symbolic link, be ours and be closed to others.
    pub(super) fn open(path: &Path) -> Result<Self, KeystoreError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = match openat(CWD, path, flags, Mode::empty()) {
            Ok(fd) => fd,
            Err(errno) => return Err(folder_refusal(path, errno)),
        };
        let stat = fstat(&fd).map_err(|errno| io_at(path, "inspect", errno.into()))?;
        check_owner_and_mode(&stat).map_err(|why| not_safe(path, why))?;
        Ok(Self { path: path.to_path_buf(), fd })
    }

    /// Opens a folder, making it first (mode 700) if it is missing. Its parent must exist.
    pub(super) fn open_or_make(path: &Path) -> Result<Self, KeystoreError> {
        match mkdirat(CWD, path, Mode::from_raw_mode(FOLDER_MODE)) {
            Err(Errno::EXIST) => return Self::open(path),
            made => made.map_err(|errno| io_at(path, "make the folder", errno.into()))?,
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(parent).and_then(|parent| parent.sync_all()).map_err(|source| io_at(parent, "sync the folder", source))?;
        Self::open(path)
    }

    /// The folder of a file, and the file's name in it.
    pub(super) fn of_file(path: &Path) -> Result<(Self, OsString), KeystoreError> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(not_safe(path, "it names no file".to_owned()));
        };
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        Ok((Self::open(parent)?, name.to_owned()))
    }

    pub(super) fn path_of(&self, name: &OsStr) -> PathBuf {
        self.path.join(name)
    }

    /// Every name in the folder, sorted.
    pub(super) fn names(&self) -> Result<Vec<OsString>, KeystoreError> {
        let listed = |errno: Errno| io_at(&self.path, "list", errno.into());
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.fd).map_err(listed)? {
            let entry = entry.map_err(listed)?;
            names.push(OsStr::from_bytes(entry.file_name().to_bytes()).to_owned());
            if names.len() > NAMES_MAX {
                return Err(not_safe(&self.path, format!("it holds more than {NAMES_MAX} files")));
            }
        }
        names.sort();
        Ok(names)
    }

    /// Reads a plain file of ours, closed to others, with at most `max` bytes.
    pub(super) fn read(&self, name: &OsStr, max: usize) -> Result<Zeroizing<Vec<u8>>, KeystoreError> {
        let path = self.path_of(name);
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let fd = openat(&self.fd, name, flags, Mode::empty()).map_err(|errno| file_refusal(&path, errno))?;
        let stat = fstat(&fd).map_err(|errno| io_at(&path, "inspect", errno.into()))?;
        check_plain(&stat).and_then(|()| check_owner_and_mode(&stat)).map_err(|why| not_safe(&path, why))?;
        // Read one byte more than allowed rather than trust the size: a file can grow after fstat.
        let mut bytes = Zeroizing::new(Vec::with_capacity(max + 1));
        File::from(fd).take(max as u64 + 1).read_to_end(&mut bytes).map_err(|source| io_at(&path, "read", source))?;
        if bytes.len() > max {
            return Err(KeystoreError::Damaged { path, why: format!("it is larger than {max} bytes") });
        }
        Ok(bytes)
    }

    /// Writes a new file, whole and durable, or nothing. `tag` makes the temporary name; `verify` sees what the disk gives back.
    pub(super) fn write_new(
        &self,
        name: &OsStr,
        mode: u32,
        bytes: &[u8],
        tag: &[u8; TEMP_TAG_LEN],
        verify: &mut Verify<'_>,
    ) -> Result<(), KeystoreError> {
        let path = self.path_of(name);
        let temporary = TempFile::create(self, name, tag, mode)?;
        write_synced(&temporary.file, bytes).map_err(|source| io_at(&path, "write", source))?;
        let back = self.read(&temporary.name, bytes.len())?;
        if back.as_slice() != bytes {
            return Err(io_at(&path, "read back", io::Error::other("the disk returned other bytes than were written")));
        }
        verify(&back).map_err(|fault| fault.at(&path))?;
        match linkat(&self.fd, &temporary.name, &self.fd, name, AtFlags::empty()) {
            Err(Errno::EXIST) => return Err(KeystoreError::Exists { path }),
            linked => linked.map_err(|errno| io_at(&path, "name", errno.into()))?,
        }
        fsync(&self.fd).map_err(|errno| io_at(&self.path, "sync the folder", errno.into()))
    }
}

/// A file under a name of its own, which disappears when this is dropped.
struct TempFile<'a> {
    folder: &'a Folder,
    name: OsString,
    file: File,
}

impl<'a> TempFile<'a> {
    fn create(folder: &'a Folder, for_name: &OsStr, tag: &[u8; TEMP_TAG_LEN], mode: u32) -> Result<Self, KeystoreError> {
        let mut name = OsString::from(".");
        name.push(for_name);
        name.push(format!(".{}.tmp", hex::encode(tag)));
        let path = folder.path_of(&name);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(mode as RawMode);
        let fd = openat(&folder.fd, &name, flags, mode).map_err(|errno| io_at(&path, "create", errno.into()))?;
        let temporary = Self { folder, name, file: File::from(fd) };
        // The umask may have taken bits away; the mode must not depend on the caller's shell.
        fchmod(&temporary.file, mode).map_err(|errno| io_at(&path, "set the mode of", errno.into()))?;
        Ok(temporary)
    }
}

impl Drop for TempFile<'_> {
    fn drop(&mut self) {
        // A leftover is sealed, ignored by every reader and harmless, so a failure here needs no report.
        let _ = unlinkat(&self.folder.fd, &self.name, AtFlags::empty());
    }
}

fn write_synced(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

fn check_plain(stat: &Stat) -> Result<(), String> {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok(()),
        FileType::Directory => Err("it is a folder, not a file".to_owned()),
        other => Err(format!("it is not a plain file ({other:?})")),
    }
}

fn check_owner_and_mode(stat: &Stat) -> Result<(), String> {
    let me = geteuid().as_raw();
    if stat.st_uid != me {
        return Err(format!("it belongs to user {}, not to user {me}", stat.st_uid));
    }
    let mode = stat.st_mode as RawMode & 0o777;
    if mode & OTHERS != 0 {
        return Err(format!("its mode {mode:03o} lets other users in"));
    }
    Ok(())
}

fn folder_refusal(path: &Path, errno: Errno) -> KeystoreError {
    let is_link =
        statat(CWD, path, AtFlags::SYMLINK_NOFOLLOW).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Symlink);
    match errno {
        Errno::NOENT => KeystoreError::NotFound { path: path.to_path_buf() },
        Errno::LOOP | Errno::NOTDIR if is_link => not_safe(path, "it is a symbolic link".to_owned()),
        other => io_at(path, "open the folder", other.into()),
    }
}

fn file_refusal(path: &Path, errno: Errno) -> KeystoreError {
    match errno {
        Errno::NOENT => KeystoreError::NotFound { path: path.to_path_buf() },
        Errno::LOOP => not_safe(path, "it is a symbolic link".to_owned()),
        Errno::ACCESS => not_safe(path, "this user may not read it".to_owned()),
        other => io_at(path, "open", other.into()),
    }
}

fn not_safe(path: &Path, why: String) -> KeystoreError {
    KeystoreError::Permissions { path: path.to_path_buf(), why }
}

fn io_at(path: &Path, doing: &'static str, source: io::Error) -> KeystoreError {
    KeystoreError::Io { path: path.to_path_buf(), doing, source }
}

#[cfg(test)]
mod tests;
