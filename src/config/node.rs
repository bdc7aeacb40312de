//! `[[node]]`: an endpoint that is asked, in the order in which they stand.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use crate::config::error::ConfigError;
use crate::config::settings::{checked_path, within};
use crate::config::source::Source;
use crate::domain::asset::NetworkId;
use crate::domain::id::NodeId;

/// Longest URL, in bytes.
const URL_MAX: usize = 2048;
const TIMEOUT_MS: std::ops::RangeInclusive<u64> = 100..=120_000;
const TIMEOUT_DEFAULT_MS: u64 = 10_000;
const BODY_BYTES: std::ops::RangeInclusive<u64> = 64 * 1024..=256 * 1024 * 1024;
const BODY_DEFAULT_BYTES: u64 = 16 * 1024 * 1024;

/// The address of a node: http or https, with a host, without user name and password.
/// Its path may hold an access key, so only [`NodeUrl::origin`] is ever shown.
///
/// Only a plain subset of RFC 3986 is taken, in which no two readers can disagree about the host.
#[derive(Clone, PartialEq, Eq)]
pub struct NodeUrl {
    text: String,
    origin_len: usize,
}

impl NodeUrl {
    /// Checks a URL.
    ///
    /// # Errors
    /// What was expected; the sentence never repeats the URL.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > URL_MAX {
            return Err("expected a URL of at most 2048 bytes");
        }
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let rest = rest.ok_or("expected a URL that begins with http:// or https://, such as https://node.example:8545")?;
        if !rest.bytes().all(|b| b.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&b)) {
            return Err("expected a URL of printable ASCII without blanks, quotes, brackets or backslashes");
        }
        if rest.contains('#') {
            return Err("expected a URL without a #fragment");
        }
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err(
                "a user name or password in a URL ends up in logs; expected none: put an `Authorization: ...` line into a header_file",
            );
        }
        check_authority(authority)?;
        Ok(Self { text: text.to_owned(), origin_len: text.len() - rest.len() + authority.len() })
    }

    /// The whole URL, for the HTTP client only.
    #[must_use]
    pub fn for_requests(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port: all that is ever shown.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.text.get(..self.origin_len).unwrap_or_default()
    }
}

fn check_authority(authority: &str) -> Result<(), &'static str> {
    let host_expected = "expected a URL with a host: a name, an IPv4 address, or an IPv6 address in [ ]";
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (host, after) = rest.split_once(']').ok_or(host_expected)?;
        if !host.bytes().all(|b| b.is_ascii_hexdigit() || b":.".contains(&b)) || !host.contains(':') {
            return Err(host_expected);
        }
        (host, if after.is_empty() { None } else { Some(after.strip_prefix(':').ok_or(host_expected)?) })
    } else {
        authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)))
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._:".contains(&b);
    if host.is_empty() || !host.bytes().all(plain) {
        return Err(host_expected);
    }
    match port {
        Some(port) if !port.bytes().all(|b| b.is_ascii_digit()) || !port.parse::<u16>().is_ok_and(|p| p > 0) => {
            Err("expected a port from 1 to 65535 after the host")
        }
        Some(_) | None => Ok(()),
    }
}

impl fmt::Debug for NodeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeUrl({})", self.origin())
    }
}

/// An endpoint and how it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeSettings {
    /// Its name.
    pub id: NodeId,
    /// Its network.
    pub network: NetworkId,
    /// Where it is.
    pub url: NodeUrl,
    /// Longest wait for one answer, 100 to 120,000 milliseconds.
    pub timeout_ms: u64,
    /// Longest answer, 64 KiB to 256 MiB.
    pub max_body_bytes: u64,
    /// File with `Name: value` lines that are sent along, for access keys.
    pub header_file: Option<PathBuf>,
    /// File with the PEM certificates to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
}

impl NodeSettings {
    /// An endpoint with nothing said but where it is.
    #[must_use]
    pub const fn standard(id: NodeId, network: NetworkId, url: NodeUrl) -> Self {
        Self {
            id,
            network,
            url,
            timeout_ms: TIMEOUT_DEFAULT_MS,
            max_body_bytes: BODY_DEFAULT_BYTES,
            header_file: None,
            ca_file: None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NodeFile {
    pub(super) id: Spanned<String>,
    pub(super) network: Spanned<String>,
    url: Spanned<String>,
    timeout_ms: Option<Spanned<u64>>,
    max_body_bytes: Option<Spanned<u64>>,
    header_file: Option<Spanned<PathBuf>>,
    ca_file: Option<Spanned<PathBuf>>,
}

impl NodeFile {
    pub(super) fn check(self, source: &Source<'_>) -> Result<NodeSettings, ConfigError> {
        let id = NodeId::parse(self.id.get_ref()).map_err(|e| source.wrong(self.id.span(), e.to_string()))?;
        let network = NetworkId::parse(self.network.get_ref()).map_err(|e| source.wrong(self.network.span(), e.to_string()))?;
        let url = NodeUrl::parse(self.url.get_ref()).map_err(|why| source.wrong(self.url.span(), why))?;
        let place = |path: Option<Spanned<PathBuf>>| path.map(|p| checked_path(source, p)).transpose();
        Ok(NodeSettings {
            id,
            network,
            url,
            timeout_ms: within(source, self.timeout_ms, TIMEOUT_MS, TIMEOUT_DEFAULT_MS)?,
            max_body_bytes: within(source, self.max_body_bytes, BODY_BYTES, BODY_DEFAULT_BYTES)?,
            header_file: place(self.header_file)?,
            ca_file: place(self.ca_file)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_shows_its_origin_only() {
        let url = NodeUrl::parse("https://node.example/v3/0123456789abcdef?key=hidden").expect("a URL");
        assert_eq!(url.origin(), "https://node.example");
        assert_eq!(NodeUrl::parse("http://[::1]:8545").expect("a URL").origin(), "http://[::1]:8545");
        assert_eq!(NodeUrl::parse("http://127.0.0.1?x").expect("a URL").origin(), "http://127.0.0.1");
        assert_eq!(format!("{url:?}"), "NodeUrl(https://node.example)");
        assert!(url.for_requests().contains("key=hidden"));
    }

    #[test]
    fn other_urls_are_refused_without_being_repeated() {
        let long = format!("https://a/{}", "x".repeat(URL_MAX));
        for bad in [
            "",
            "node",
            "ftp://a",
            "file:///etc/passwd",
            "https://",
            "http://bob:hunter2@a",
            "http://bob@a",
            "https://a/#b",
            "ws://a",
            &long,
            "http://a:0",
            "http://a:65536",
            "http://a:",
            "http://[::1",
            "http://[::1]x",
            "http://[x]",
            "http:\\\\a",
            "http://a\\@b",
            "http://a b",
            "http:///x",
            "http://\u{430}",
        ] {
            let why = NodeUrl::parse(bad).expect_err(bad);
            assert!(!why.contains("hunter2"), "{why}");
        }
    }
}
