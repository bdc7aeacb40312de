//! One command's surroundings: home, configuration, who acts, where the password comes from.

use std::sync::Arc;

use crate::cli::args::Common;
use crate::cli::open::{Purpose, open};
use crate::cli::password::{self, From};
use crate::cli::report::{Kind, Report};
use crate::config::{Config, Home};
use crate::desk::Desk;
use crate::desk::snapshot::{Lock, Snapshot};
use crate::domain::id::MemberId;

/// What a verb works with.
pub struct Session {
    /// The options that all verbs share.
    pub common: Common,
    /// The treasury's folder.
    pub home: Home,
    /// Its configuration.
    pub config: Config,
}

impl Session {
    /// Finds the home and reads its configuration.
    ///
    /// # Errors
    /// Usage or configuration errors with their place.
    pub fn begin(common: Common) -> Result<Self, Report> {
        let home = Home::resolve(common.home.as_deref(), |name| std::env::var_os(name))?;
        let path = common.config.clone().unwrap_or_else(|| home.config_file());
        let config = Config::read(&path)?;
        Ok(Self { common, home, config })
    }

    /// A desk that only looks.
    ///
    /// # Errors
    /// As [`open`].
    pub fn look(&self) -> Result<Arc<Desk>, Report> {
        open(&self.home, &self.config, Purpose::Look, self.named()?)
    }

    /// A desk that writes, with no key open.
    ///
    /// # Errors
    /// Refused in a read-only session, else as [`open`].
    pub fn write(&self) -> Result<Arc<Desk>, Report> {
        if self.common.read_only || self.config.general.read_only {
            return Err(Report::new(Kind::Refused, "session.read_only", "this session is read-only; nothing was changed")
                .hint("leave out --read-only, or set general.read_only = false in the configuration"));
        }
        open(&self.home, &self.config, Purpose::Act, self.named()?)
    }

    /// A desk with open keys, and the member who acts.
    ///
    /// # Errors
    /// As [`Session::write`]; damaged for a wrong password; usage where it is not clear who acts.
    pub fn act(&self) -> Result<(Arc<Desk>, MemberId), Report> {
        let desk = self.unlocked()?;
        let who = self.who(&desk.snapshot())?;
        Ok((desk, who))
    }

    /// A desk with open keys.
    ///
    /// # Errors
    /// As [`Session::write`]; damaged for a wrong password.
    pub fn unlocked(&self) -> Result<Arc<Desk>, Report> {
        let desk = self.write()?;
        desk.unlock(password::read(&self.password_from(), "password", false)?)?;
        Ok(desk)
    }

    /// Where the password comes from.
    #[must_use]
    pub fn password_from(&self) -> From {
        password_from(&self.common)
    }

    /// Who `--as` or the configuration names.
    ///
    /// # Errors
    /// Usage for a name that cannot be one.
    pub fn named(&self) -> Result<Option<MemberId>, Report> {
        match &self.common.member {
            Some(name) => Ok(Some(MemberId::parse(name)?)),
            None => Ok(self.config.general.me.clone()),
        }
    }

    /// The member whose eyes are meant, for verbs that only look.
    ///
    /// # Errors
    /// Usage where it is not clear who.
    pub fn who(&self, snapshot: &Snapshot) -> Result<MemberId, Report> {
        if let Some(named) = self.named()? {
            return Ok(named);
        }
        let open = match &snapshot.lock {
            Lock::Unlocked { members, .. } => members.as_slice(),
            Lock::ReadOnly | Lock::Locked => &[],
        };
        match open {
            [only] => Ok(only.clone()),
            [] => {
                Err(Report::usage("usage.member", "it is not said who acts")
                    .hint("--as MEMBER, or general.me in the configuration"))
            }
            several => {
                let names: Vec<&str> = several.iter().map(MemberId::as_str).collect();
                let message = format!("several members' keys are open here; expected --as with one of: {}", names.join(", "));
                Err(Report::usage("usage.member", message))
            }
        }
    }
}

/// Where the options say that the password comes from.
#[must_use]
pub fn password_from(common: &Common) -> From {
    match (&common.password_file, common.password_fd) {
        (Some(path), _) => From::File(path.clone()),
        (None, Some(number)) => From::Descriptor(number),
        (None, None) => From::Prompt,
    }
}
