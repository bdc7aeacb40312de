//! Files that are not safe to use are refused, and writing is all or nothing.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use super::*;
use crate::keystore::testkit::{folder, set_mode};

const TAG: [u8; TEMP_TAG_LEN] = [5; TEMP_TAG_LEN];

fn name(text: &str) -> &OsStr {
    OsStr::new(text)
}

fn write(folder: &Folder, file: &str, bytes: &[u8]) -> Result<(), KeystoreError> {
    folder.write_new(name(file), 0o600, bytes, &TAG, &mut |_| Ok(()))
}

fn names(path: &Path) -> Vec<String> {
    Folder::open(path)
        .unwrap()
        .names()
        .unwrap()
        .into_iter()
        .map(|n| n.into_string().unwrap())
        .filter(|n| !matches!(n.as_str(), "." | ".."))
        .collect()
}

#[test]
fn what_is_written_is_read_back_with_the_mode_asked_for() {
    let (_dir, path) = folder();
    let folder = Folder::open(&path).unwrap();
    write(&folder, "a", b"secret").unwrap();
    folder.write_new(name("b"), 0o400, b"host", &TAG, &mut |_| Ok(())).unwrap();
    assert_eq!(folder.read(name("a"), 6).unwrap().as_slice(), b"secret");
    assert_eq!(folder.read(name("b"), 100).unwrap().as_slice(), b"host");
    let mode = |file: &str| fs::metadata(path.join(file)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("a"), mode("b")), (0o600, 0o400));
    assert_eq!(names(&path), ["a", "b"]);
}

#[test]
fn keystore_exists_and_the_old_file_is_untouched() {
    let (_dir, path) = folder();
    let folder = Folder::open(&path).unwrap();
    write(&folder, "a", b"old").unwrap();
    symlink("nowhere", path.join("dangling")).unwrap();
    for taken in ["a", "dangling"] {
        assert_eq!(write(&folder, taken, b"new").unwrap_err().code(), "keystore.exists");
    }
    assert_eq!(fs::read(path.join("a")).unwrap(), b"old");
    assert_eq!(names(&path), ["a", "dangling"]);
}

#[test]
fn a_temporary_file_left_by_a_crash_is_neither_read_nor_overwritten() {
    let (_dir, path) = folder();
    let folder = Folder::open(&path).unwrap();
    let leftover = path.join(format!(".a.{}.tmp", hex::encode(TAG)));
    fs::write(&leftover, b"half").unwrap();
    assert_eq!(write(&folder, "a", b"whole").unwrap_err().code(), "keystore.io");
    assert_eq!(fs::read(&leftover).unwrap(), b"half");
    folder.write_new(name("a"), 0o600, b"whole", &[6; TEMP_TAG_LEN], &mut |_| Ok(())).unwrap();
    assert_eq!(folder.read(name("a"), 100).unwrap().as_slice(), b"whole");
    assert_eq!(fs::read(&leftover).unwrap(), b"half");
}

#[test]
fn what_does_not_verify_gets_no_name() {
    let (_dir, path) = folder();
    let folder = Folder::open(&path).unwrap();
    let refused = folder.write_new(name("a"), 0o600, b"bad", &TAG, &mut |back| {
        assert_eq!(back, b"bad");
        Err(Fault::Tampered("it does not open"))
    });
    assert_eq!(refused.unwrap_err().code(), "keystore.tampered");
    assert!(names(&path).is_empty());
}

#[test]
fn keystore_permissions_for_files() {
    let (_dir, path) = folder();
    let folder = Folder::open(&path).unwrap();
    write(&folder, "good", b"x").unwrap();
    symlink(path.join("good"), path.join("link")).unwrap();
    fs::create_dir(path.join("dir")).unwrap();
    set_mode(&path.join("dir"), 0o700);
    assert!(Command::new("mkfifo").args(["-m", "600"]).arg(path.join("fifo")).status().unwrap().success());
    for mode in [0o640, 0o604, 0o601, 0o660, 0o777] {
        write(&folder, &format!("{mode:o}"), b"x").unwrap();
        set_mode(&path.join(format!("{mode:o}")), mode);
    }
    for bad in ["link", "dir", "fifo", "640", "604", "601", "660", "777"] {
        let error = folder.read(name(bad), 10).unwrap_err();
        assert_eq!(error.code(), "keystore.permissions", "{bad}: {error}");
        assert!(error.to_string().contains(bad), "{error}");
    }
    assert_eq!(folder.read(name("good"), 10).unwrap().as_slice(), b"x");
}

#[test]
fn keystore_permissions_for_the_wrong_owner() {
    let (_dir, path) = folder();
    let mut stat = fstat(&Folder::open(&path).unwrap().fd).unwrap();
    assert!(check_owner_and_mode(&stat).is_ok());
    stat.st_uid = geteuid().as_raw() + 1;
    assert!(check_owner_and_mode(&stat).unwrap_err().contains("belongs to user"));
}

#[test]
fn keystore_permissions_for_folders() {
    let (_dir, path) = folder();
    let code = |path: &Path| Folder::open(path).err().unwrap().code();
    fs::create_dir(path.join("keys")).unwrap();
    for mode in [0o755, 0o710, 0o701, 0o770] {
        set_mode(&path.join("keys"), mode);
        assert_eq!(code(&path.join("keys")), "keystore.permissions", "{mode:o}");
    }
    set_mode(&path.join("keys"), 0o700);
    assert!(Folder::open(&path.join("keys")).is_ok());
    symlink(path.join("keys"), path.join("link")).unwrap();
    assert_eq!(code(&path.join("link")), "keystore.permissions");
    assert_eq!(code(&path.join("missing")), "keystore.not_found");
    assert_eq!(Folder::of_file(Path::new("/")).err().unwrap().code(), "keystore.permissions");
}

#[test]
fn a_missing_folder_is_made_closed_to_others() {
    let (_dir, path) = folder();
    let keys = path.join("keys");
    Folder::open_or_make(&keys).unwrap();
    assert_eq!(fs::metadata(&keys).unwrap().permissions().mode() & 0o777, 0o700);
    Folder::open_or_make(&keys).unwrap();
    set_mode(&keys, 0o755);
    assert_eq!(Folder::open_or_make(&keys).err().unwrap().code(), "keystore.permissions");
}

#[test]
fn keystore_damaged_when_a_file_is_too_large() {
    let (_dir, path) = folder();
    let folder = Folder::open(&path).unwrap();
    write(&folder, "large", &[0; 5 * 1024]).unwrap();
    fs::File::options().write(true).open(path.join("large")).unwrap().set_len(4 << 30).unwrap();
    assert_eq!(folder.read(name("large"), 4096).unwrap_err().code(), "keystore.damaged");
    assert_eq!(folder.read(name("none"), 4096).unwrap_err().code(), "keystore.not_found");
}

/// Root ignores modes, so the folders that cannot be written are a file in the way, a folder that is gone, and /proc.
#[test]
fn keystore_io_names_the_path_that_cannot_be_written() {
    let (_dir, path) = folder();
    fs::write(path.join("file"), b"").unwrap();
    let below_a_file = Folder::open_or_make(&path.join("file/keys")).err().unwrap();
    assert_eq!(below_a_file.code(), "keystore.io");
    assert!(below_a_file.to_string().contains("file/keys") && below_a_file.retry_helps());

    let gone = Folder::open_or_make(&path.join("gone")).unwrap();
    fs::remove_dir(path.join("gone")).unwrap();
    let error = write(&gone, "a.key", b"x").unwrap_err();
    assert_eq!(error.code(), "keystore.io");
    assert!(error.to_string().contains("gone/.a.key"), "{error}");

    let refused = Folder::open_or_make(Path::new("/proc/bursar-keys")).err().unwrap();
    assert_eq!(refused.code(), "keystore.io");
    assert!(refused.to_string().contains("/proc/bursar-keys"), "{refused}");
}

#[cfg(target_os = "linux")]
#[test]
fn keystore_io_when_the_disk_is_full() {
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let error = write_synced(&full, b"x").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert_eq!(io_at(Path::new("a.key"), "write", error).code(), "keystore.io");
}
