//! From a home and its configuration to a desk, for looking or for acting.

use std::sync::Arc;

use crate::cli::report::{Kind, Report};
use crate::config::{Config, Home};
use crate::desk::Desk;
use crate::desk::open::Opening;
use crate::domain::id::MemberId;

/// What a desk is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Nothing is written; no key is touched.
    Look,
    /// Facts are written; keys may be opened.
    Act,
}

/// Opens the desk of a home. No network is touched yet.
///
/// # Errors
/// Not found where there is no treasury; damaged or unavailable where one of its files cannot be used.
pub fn open(home: &Home, config: &Config, purpose: Purpose, me: Option<MemberId>) -> Result<Arc<Desk>, Report> {
    if !home.journal_file().exists() {
        let message = format!("there is no treasury in {:?}", home.folder());
        let report = Report::new(Kind::NotFound, "treasury.absent", message);
        return Err(report.hint("`bursar init` makes one; --home and BURSAR_HOME name another folder"));
    }
    Ok(Desk::open(home, config, Opening { read_only: purpose == Purpose::Look, me })?)
}
