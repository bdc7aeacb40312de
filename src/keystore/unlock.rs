//! One password, stretched once per salt: how a console opens thirty keys with one Argon2id run.
//!
//! **Is a shared salt safe?** Files made through one [`Unlocker`] share their Argon2id salt, and only those: the unlocker *is* one password, so no
//! two passwords ever share a salt. Whoever guesses the one password opens all its files either way; with one salt the guess costs
//! one Argon2id run instead of one for each file, which changes nothing for the first file and everything for the person who waits.
//! The layers stay separate: every key is derived from the stretched password with the hash of its own header. What it does give
//! away is which files have a password in common.

use super::cipher::same;
use super::entropy::{Entropy, draw};
use super::error::Fault;
use super::kdf::{Cost, KDF_SALT_LEN, stretch};
use super::memory::Protection;
use super::secret::{Password, SecretKey32};

/// Stretched passwords kept at once; the oldest is forgotten first.
const STRETCHED_MAX: usize = 8;

struct Stretched {
    salt: [u8; KDF_SALT_LEN],
    cost: Cost,
    key: SecretKey32,
}

/// A password and what it was stretched to. Dropping it is locking it.
pub struct Unlocker {
    password: Password,
    stretched: Vec<Stretched>,
    salt_for_new: Option<([u8; KDF_SALT_LEN], Cost)>,
}

impl Unlocker {
    /// Nothing is computed yet.
    pub fn new(password: Password) -> Self {
        Self { password, stretched: Vec::with_capacity(STRETCHED_MAX), salt_for_new: None }
    }

    /// Which protections the system granted to the password in memory.
    pub fn protection(&self) -> Protection {
        self.password.protection()
    }

    /// The salt for new files at this cost. The first time, the password must be good enough for new keys, and it is stretched
    /// twice: a bit that flips in 64 MiB of work memory would otherwise make a file that no password opens.
    pub(super) fn salt_for_new(&mut self, cost: Cost, entropy: &mut Entropy<'_>) -> Result<[u8; KDF_SALT_LEN], Fault> {
        if let Some((salt, made_for)) = self.salt_for_new
            && made_for == cost
        {
            return Ok(salt);
        }
        if let Some(why) = self.password.weakness() {
            return Err(Fault::WeakPassword(why));
        }
        let salt = draw(entropy)?;
        let again = stretch(self.password.expose(), &salt, cost)?;
        if !same(again.expose(), self.stretched(&salt, cost)?.expose()) {
            let source = std::io::Error::other("the same computation gave two results: check this machine's memory");
            return Err(Fault::Machine { doing: "stretch the password for", source });
        }
        self.salt_for_new = Some((salt, cost));
        Ok(salt)
    }

    /// The stretched password, from the cache or by one Argon2id run.
    pub(super) fn stretched(&mut self, salt: &[u8; KDF_SALT_LEN], cost: Cost) -> Result<&SecretKey32, Fault> {
        let found = self.stretched.iter().position(|known| known.salt == *salt && known.cost == cost);
        let at = if let Some(at) = found {
            at
        } else {
            let key = stretch(self.password.expose(), salt, cost)?;
            if self.stretched.len() >= STRETCHED_MAX {
                self.stretched.remove(0);
            }
            self.stretched.push(Stretched { salt: *salt, cost, key });
            self.stretched.len() - 1
        };
        Ok(&self.stretched[at].key)
    }

    #[cfg(test)]
    pub(super) fn runs_kept(&self) -> usize {
        self.stretched.len()
    }
}
