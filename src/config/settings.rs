//! `config.toml`: parsed once, with serde, into values that need no further check.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::config::error::ConfigError;
use crate::config::home::Home;
use crate::config::network::{NetworkFile, NetworkSettings};
use crate::config::node::{NodeFile, NodeSettings};
use crate::config::source::{Source, read_text};
use crate::config::table::Table;
use crate::domain::asset::NetworkId;
use crate::domain::id::MemberId;
use crate::domain::time::Seconds;

/// Largest configuration or policy file, in bytes.
pub const FILE_BYTES_MAX: u64 = 256 * 1024;
/// Most networks, and most nodes, one configuration may name.
const ENTRIES_MAX: usize = 64;

const IDLE_LOCK_S: RangeInclusive<Seconds> = 30..=24 * 60 * 60;
const IDLE_LOCK_DEFAULT_S: Seconds = 300;
const REFRESH_S: RangeInclusive<Seconds> = 2..=60 * 60;
const REFRESH_DEFAULT_S: Seconds = 15;
const THEME_DEFAULT: &str = "terminal";
const COLOURS: [&str; 5] = ["auto", "truecolor", "256", "16", "mono"];
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Everything the configuration says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// How the program behaves.
    pub general: General,
    /// Where keys lie.
    pub keystore: KeystoreSettings,
    /// Per network.
    pub networks: BTreeMap<NetworkId, NetworkSettings>,
    /// In order of use.
    pub nodes: Vec<NodeSettings>,
}

/// How the program behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct General {
    /// Who acts when `--as` does not say.
    pub me: Option<MemberId>,
    /// Keys leave memory after this many idle seconds, 30 to 86,400.
    pub idle_lock_s: Seconds,
    /// No verb that writes; the keystore is not even opened.
    pub read_only: bool,
    /// Name of a built-in theme, or path of a theme file.
    pub theme: String,
    /// `auto`, `truecolor`, `256`, `16` or `mono`.
    pub color: String,
    /// Only ASCII is sent to the terminal.
    pub ascii: bool,
    /// Balances are read again after this many seconds, 2 to 3,600.
    pub refresh_s: Seconds,
    /// `off`, `error`, `warn`, `info`, `debug` or `trace`, for the log file.
    pub log_level: String,
}

impl Default for General {
    fn default() -> Self {
        Self {
            me: None,
            idle_lock_s: IDLE_LOCK_DEFAULT_S,
            read_only: false,
            theme: THEME_DEFAULT.to_owned(),
            color: "auto".to_owned(),
            ascii: false,
            refresh_s: REFRESH_DEFAULT_S,
            log_level: "info".to_owned(),
        }
    }
}

/// Where keys lie; the home's own places where none is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeystoreSettings {
    /// Folder of key files.
    pub folder: Option<PathBuf>,
    /// File with this machine's own secret.
    pub factor_file: Option<PathBuf>,
}

impl KeystoreSettings {
    /// The folder of key files.
    #[must_use]
    pub fn folder(&self, home: &Home) -> PathBuf {
        self.folder.clone().unwrap_or_else(|| home.keystore_folder())
    }

    /// The file with this machine's own secret.
    #[must_use]
    pub fn factor_file(&self, home: &Home) -> PathBuf {
        self.factor_file.clone().unwrap_or_else(|| home.factor_file())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    general: Table<GeneralFile>,
    #[serde(default)]
    keystore: Table<KeystoreFile>,
    #[serde(default)]
    network: Vec<Table<NetworkFile>>,
    #[serde(default)]
    node: Vec<Table<NodeFile>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct GeneralFile {
    me: Option<Spanned<String>>,
    idle_lock_s: Option<Spanned<u64>>,
    read_only: Option<bool>,
    theme: Option<Spanned<String>>,
    color: Option<Spanned<String>>,
    ascii: Option<bool>,
    refresh_s: Option<Spanned<u64>>,
    log_level: Option<Spanned<String>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct KeystoreFile {
    folder: Option<Spanned<PathBuf>>,
    factor_file: Option<Spanned<PathBuf>>,
}

impl Config {
    /// Reads and checks a configuration file.
    ///
    /// # Errors
    /// [`ConfigError`] with file, line, column, key, and what was expected.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        Self::parse(path, &read_text(path, "configuration", FILE_BYTES_MAX)?)
    }

    /// Checks a configuration's text; relative paths in it are meant from the folder of `path`.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let source = Source::new(path, text);
        let file: File = source.parse()?;
        let general = general(&source, file.general.0)?;
        let place = |path: Option<Spanned<PathBuf>>| path.map(|p| checked_path(&source, p)).transpose();
        let keystore =
            KeystoreSettings { folder: place(file.keystore.0.folder)?, factor_file: place(file.keystore.0.factor_file)? };
        let networks = networks(&source, file.network)?;
        let nodes = nodes(&source, file.node, &networks)?;
        Ok(Self { general, keystore, networks, nodes })
    }
}

/// A path of the file, meant from the file's own folder.
pub(super) fn checked_path(source: &Source<'_>, path: Spanned<PathBuf>) -> Result<PathBuf, ConfigError> {
    if path.get_ref().as_os_str().is_empty() {
        return Err(source.wrong(path.span(), "expected a path, found nothing"));
    }
    Ok(source.folder().join(path.into_inner()))
}

/// A number within bounds.
pub(super) fn within(
    source: &Source<'_>,
    value: Option<Spanned<u64>>,
    range: RangeInclusive<u64>,
    default: u64,
) -> Result<u64, ConfigError> {
    let Some(value) = value else { return Ok(default) };
    let span = value.span();
    let number = value.into_inner();
    if range.contains(&number) {
        return Ok(number);
    }
    Err(source.wrong(span, format!("expected {} to {}, found {number}", range.start(), range.end())))
}

fn word(source: &Source<'_>, value: Option<Spanned<String>>, known: &[&str], default: &str) -> Result<String, ConfigError> {
    let Some(value) = value else { return Ok(default.to_owned()) };
    if known.contains(&value.get_ref().as_str()) {
        return Ok(value.into_inner());
    }
    Err(source.unknown(&value, format!("expected one of {}", known.join(", ")), known.iter().copied()))
}

fn general(source: &Source<'_>, file: GeneralFile) -> Result<General, ConfigError> {
    let me = file.me.map(|me| MemberId::parse(me.get_ref()).map_err(|e| source.wrong(me.span(), e.to_string()))).transpose()?;
    let theme = match file.theme {
        Some(theme) if theme.get_ref().is_empty() => {
            return Err(source.wrong(theme.span(), "expected the name of a theme or the path of a theme file"));
        }
        Some(theme) => theme.into_inner(),
        None => THEME_DEFAULT.to_owned(),
    };
    Ok(General {
        me,
        idle_lock_s: within(source, file.idle_lock_s, IDLE_LOCK_S, IDLE_LOCK_DEFAULT_S)?,
        read_only: file.read_only.unwrap_or(false),
        theme,
        color: word(source, file.color, &COLOURS, "auto")?,
        ascii: file.ascii.unwrap_or(false),
        refresh_s: within(source, file.refresh_s, REFRESH_S, REFRESH_DEFAULT_S)?,
        log_level: word(source, file.log_level, &LEVELS, "info")?,
    })
}

fn networks(source: &Source<'_>, files: Vec<Table<NetworkFile>>) -> Result<BTreeMap<NetworkId, NetworkSettings>, ConfigError> {
    let mut networks = BTreeMap::new();
    for Table(file) in files {
        let span = file.id.span();
        let settings = file.check(source)?;
        if networks.len() == ENTRIES_MAX {
            return Err(source.wrong(span, format!("expected at most {ENTRIES_MAX} networks")));
        }
        if networks.contains_key(&settings.id) {
            return Err(source.wrong(span, format!("network {} stands here twice; expected each once", settings.id)));
        }
        networks.insert(settings.id, settings);
    }
    Ok(networks)
}

fn nodes(
    source: &Source<'_>,
    files: Vec<Table<NodeFile>>,
    networks: &BTreeMap<NetworkId, NetworkSettings>,
) -> Result<Vec<NodeSettings>, ConfigError> {
    let mut nodes: Vec<NodeSettings> = Vec::new();
    for Table(file) in files {
        let (id, network) = (file.id.span(), file.network.clone());
        let settings = file.check(source)?;
        if nodes.len() == ENTRIES_MAX {
            return Err(source.wrong(id, format!("expected at most {ENTRIES_MAX} nodes")));
        }
        if nodes.iter().any(|other| other.id == settings.id) {
            return Err(source.wrong(id, format!("node {} stands here twice; expected each name once", settings.id)));
        }
        if !networks.contains_key(&settings.network) {
            let known: Vec<String> = networks.keys().map(ToString::to_string).collect();
            let message = format!("there is no [[network]] with id {}; expected one of: {}", settings.network, known.join(", "));
            return Err(source.unknown(&network, message, known.iter().map(String::as_str)));
        }
        nodes.push(settings);
    }
    Ok(nodes)
}
