//! Where a password comes from: a file, a file descriptor, or a prompt without echo. Never argv, never the environment.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use crate::cli::report::{Kind, Report};
use crate::keystore::{PASSWORD_BYTES_MAX, Password};

/// Where a password is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// A plain file that only its owner may read.
    File(PathBuf),
    /// An open file descriptor of this process, such as 3.
    Descriptor(u32),
    /// The terminal.
    Prompt,
}

/// Reads a password. On a terminal a new one (`new`) is asked for twice.
///
/// # Errors
/// Usage for a file that others may read, an empty or too long password, or no terminal to ask on.
pub fn read(from: &From, what: &str, new: bool) -> Result<Password, Report> {
    let text = match from {
        From::File(path) => from_file(path)?,
        From::Descriptor(number) => from_reader(open(Path::new(&format!("/dev/fd/{number}")))?)?,
        From::Prompt => from_prompt(what, new)?,
    };
    let password = Password::new(text).map_err(|e| Report::usage(e.code(), e.to_string()).hint(e.hint()))?;
    if new {
        password.check_new().map_err(|e| Report::usage(e.code(), e.to_string()).hint(e.hint()))?;
    }
    Ok(password)
}

fn open(path: &Path) -> Result<File, Report> {
    File::open(path).map_err(|e| Report::usage("usage.password_file", format!("{path:?} cannot be read: {e}")))
}

fn from_file(path: &Path) -> Result<Zeroizing<String>, Report> {
    let meta =
        std::fs::metadata(path).map_err(|e| Report::usage("usage.password_file", format!("{path:?} cannot be read: {e}")))?;
    if meta.is_dir() {
        return Err(Report::usage("usage.password_file", format!("{path:?} is a folder; expected a file with one line")));
    }
    if meta.is_file() && meta.mode() & 0o077 != 0 {
        let message = format!("{path:?} can be read by others (mode {:o}); expected mode 600 or 400", meta.mode() & 0o777);
        return Err(Report::usage("usage.password_file", message)
            .hint("chmod 600, and choose another password if others had time to read it"));
    }
    from_reader(open(path)?)
}

/// One line, without its line break.
fn from_reader(reader: impl Read) -> Result<Zeroizing<String>, Report> {
    // Room for the longest password, its line break and one byte too many: a buffer that grows leaves copies behind.
    let most = PASSWORD_BYTES_MAX + 3;
    let mut bytes = Zeroizing::new(Vec::with_capacity(most + 1));
    let failed = |e: std::io::Error| Report::usage("usage.password_file", format!("the password cannot be read: {e}"));
    reader.take(most as u64).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| Report::usage("usage.password_file", "the password is not UTF-8 text"))?;
    if text.is_empty() || text.contains(['\n', '\r', '\0']) || text.len() > PASSWORD_BYTES_MAX {
        let message = format!("expected one line of 1 to {PASSWORD_BYTES_MAX} bytes as the password");
        return Err(Report::usage("usage.password_file", message));
    }
    Ok(Zeroizing::new(text.to_owned()))
}

fn from_prompt(what: &str, new: bool) -> Result<Zeroizing<String>, Report> {
    let first = ask(&format!("{what}: "))?;
    if new && *ask("the same again: ")? != *first {
        return Err(Report::usage("usage.password", "the two passwords differ; nothing was made"));
    }
    Ok(first)
}

fn ask(prompt: &str) -> Result<Zeroizing<String>, Report> {
    let no_terminal = |_| {
        Report::new(Kind::Usage, "usage.password", "a password is needed and there is no terminal to ask on")
            .hint("give --password-file FILE or --password-fd N")
    };
    let tty = OpenOptions::new().read(true).write(true).open("/dev/tty").map_err(no_terminal)?;
    let quiet = Quiet::on(&tty).map_err(no_terminal)?;
    let failed = |e: std::io::Error| Report::usage("usage.password", format!("the terminal cannot be read: {e}"));
    (&tty).write_all(prompt.as_bytes()).map_err(failed)?;
    let line = one_line(&tty);
    drop(quiet);
    (&tty).write_all(b"\n").map_err(failed)?;
    from_reader(line.map_err(failed)?.as_slice())
}

/// Reads to the end of the line and not a byte further: a second prompt reads the next one.
fn one_line(mut tty: &File) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut line = Zeroizing::new(Vec::with_capacity(PASSWORD_BYTES_MAX + 4));
    let mut byte = Zeroizing::new([0_u8]);
    while line.len() < PASSWORD_BYTES_MAX + 2 && tty.read(&mut *byte)? == 1 && byte[0] != b'\n' {
        line.push(byte[0]);
    }
    Ok(line)
}

/// A terminal that does not echo; as it was again when dropped.
struct Quiet<'a> {
    tty: &'a File,
    before: Termios,
}

impl<'a> Quiet<'a> {
    fn on(tty: &'a File) -> std::io::Result<Self> {
        let before = tcgetattr(tty.as_fd())?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL);
        quiet.local_modes.insert(LocalModes::ICANON | LocalModes::ISIG);
        tcsetattr(tty.as_fd(), OptionalActions::Flush, &quiet)?;
        Ok(Self { tty, before })
    }
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        // Nothing better can be done where even this fails: the terminal is gone.
        let _ = tcsetattr(self.tty.as_fd(), OptionalActions::Now, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn one_line_is_the_password_with_or_without_its_line_break() {
        for text in ["correct horse battery", "correct horse battery\n", "correct horse battery\r\n"] {
            assert_eq!(from_reader(text.as_bytes()).expect("a line").as_str(), "correct horse battery");
        }
        let long = "x".repeat(PASSWORD_BYTES_MAX + 1);
        for bad in ["", "\n", "a\nb", "a\n\n", "a\0b", long.as_str()] {
            assert!(from_reader(bad.as_bytes()).is_err(), "{bad:?}");
        }
        assert!(from_reader([0xff_u8].as_slice()).is_err());
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), "correct horse battery staple\n").expect("written");
        let mode = |mode| std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(mode)).expect("changed");
        mode(0o644);
        let report = read(&From::File(file.path().into()), "password", false).err().expect("refused");
        assert_eq!(report.code, "usage.password_file");
        assert!(!report.message.contains("horse"), "{}", report.message);
        mode(0o600);
        assert!(read(&From::File(file.path().into()), "password", false).is_ok());
    }

    #[test]
    fn a_new_password_must_be_strong() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), "short\n").expect("written");
        let report = read(&From::File(file.path().into()), "password", true).err().expect("refused");
        assert_eq!((report.kind.exit(), report.code.as_str()), (2, "keystore.weak_password"));
    }
}
