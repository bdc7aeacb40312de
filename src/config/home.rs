//! The treasury's folder and what lies where in it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::config::error::ConfigError;

/// Names the folder where `--home` does not.
pub const HOME_VARIABLE: &str = "BURSAR_HOME";

/// The treasury's folder. It need not exist yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    folder: PathBuf,
}

impl Home {
    /// Finds the folder: the flag, else `BURSAR_HOME` by the lookup given, else the platform's data folder.
    ///
    /// # Errors
    /// [`ConfigError::BadHome`] for an empty name or one that is a file; [`ConfigError::NoHome`] where the user has no data folder.
    pub fn resolve(flag: Option<&Path>, env: impl Fn(&str) -> Option<OsString>) -> Result<Self, ConfigError> {
        if let Some(path) = flag {
            return Self::checked("--home", path);
        }
        if let Some(path) = env(HOME_VARIABLE) {
            return Self::checked(HOME_VARIABLE, Path::new(&path));
        }
        let dirs = ProjectDirs::from("", "", "bursar").ok_or(ConfigError::NoHome)?;
        Self::checked("the data folder", dirs.data_dir())
    }

    fn checked(from: &'static str, path: &Path) -> Result<Self, ConfigError> {
        let bad = || ConfigError::BadHome { from, path: path.to_path_buf() };
        if path.as_os_str().is_empty() || path.is_file() {
            return Err(bad());
        }
        // Absolute from here on, so that a later change of the working folder cannot move the treasury.
        let folder = std::path::absolute(path).map_err(|_| bad())?;
        Ok(Self { folder })
    }

    /// This folder.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf() }
    }

    /// The folder itself.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The configuration.
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.folder.join("config.toml")
    }

    /// The journal: the truth about the treasury.
    #[must_use]
    pub fn journal_file(&self) -> PathBuf {
        self.folder.join("journal.db")
    }

    /// The signer's never-sign-twice table.
    #[must_use]
    pub fn signer_file(&self) -> PathBuf {
        self.folder.join("signer.db")
    }

    /// Key files, where the configuration names no other folder.
    #[must_use]
    pub fn keystore_folder(&self) -> PathBuf {
        self.folder.join("keystore")
    }

    /// This machine's own secret, where the configuration names no other file.
    #[must_use]
    pub fn factor_file(&self) -> PathBuf {
        self.folder.join("factor.key")
    }

    /// Log files.
    #[must_use]
    pub fn log_folder(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Whether anything of a treasury lies here already.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        [self.config_file(), self.journal_file(), self.signer_file()].iter().any(|path| path.exists())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_beats_the_variable_beats_the_platform() {
        let env = |name: &str| (name == HOME_VARIABLE).then(|| OsString::from("/tmp/from-env"));
        let flag = Home::resolve(Some(Path::new("/tmp/from-flag")), env).expect("a path");
        assert_eq!(flag.journal_file(), Path::new("/tmp/from-flag/journal.db"));
        let variable = Home::resolve(None, env).expect("a path");
        assert_eq!(variable.folder(), Path::new("/tmp/from-env"));
    }

    #[test]
    fn relative_folders_become_absolute() {
        let home = Home::resolve(Some(Path::new("here")), |_| None).expect("a path");
        assert!(home.folder().is_absolute());
    }

    #[test]
    fn an_empty_name_or_a_file_is_no_home() {
        let empty = Home::resolve(None, |_| Some(OsString::new()));
        assert!(matches!(empty, Err(ConfigError::BadHome { from: HOME_VARIABLE, .. })));
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        assert_eq!(Home::resolve(Some(file.path()), |_| None).map_err(|e| e.code()), Err("config.home"));
    }
}
