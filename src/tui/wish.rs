//! What the screen wants done, and what came of it. The screen itself does nothing: it is a function from inputs to wishes.

use std::fmt;

use alloy_primitives::B256;
use zeroize::Zeroizing;

use crate::desk::ask::{Ask, AuditReport, DeskError, Done};
use crate::domain::id::MemberId;
use crate::domain::journal::Record;

/// Journal entries that one page asks for.
pub const PAGE_ENTRIES: usize = 200;

/// Names a wish, so that its answer finds its way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WishId(pub u64);

/// A passphrase on its way to the keystore; wiped on drop, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes what was typed.
    pub fn new(typed: Zeroizing<String>) -> Self {
        Self(typed)
    }

    /// For the one who unlocks.
    pub fn expose(self) -> Zeroizing<String> {
        self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

/// What the screen wants done.
#[expect(clippy::large_enum_variant, reason = "a handful exist at a time; a box each would be noise")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// An act of this member.
    Ask(MemberId, Ask),
    /// Open the keys.
    Unlock(Passphrase),
    /// Forget the keys.
    Lock,
    /// Ask the nodes for balances now.
    Refresh,
    /// Check the whole journal.
    Verify,
    /// Up to [`PAGE_ENTRIES`] journal entries, the last of which has this number.
    Page(u64),
    /// Hand a public value to the clipboard.
    Copy(String),
    /// Lock, give the terminal back, stop the job.
    Suspend,
    /// Draw everything again.
    Redraw,
    /// Leave.
    Quit,
}

/// An entry of the journal with its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it says.
    pub record: Record,
    /// Hash of the entry before.
    pub prev: B256,
    /// Hash of this one.
    pub hash: B256,
}

/// What came of a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An act was done.
    Done(Done),
    /// The keys are open.
    Unlocked,
    /// The keys are closed.
    Locked,
    /// The nodes were asked.
    Refreshed,
    /// The journal was checked.
    Verified(AuditReport),
    /// Entries, oldest first.
    Page(Vec<Link>),
    /// Handed over; by which way, such as `tmux buffer`.
    Sent(&'static str),
}

/// Why a wish was not fulfilled. Sanitised by whoever made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Stable code, such as `vote.twice`.
    pub code: &'static str,
    /// One sentence.
    pub message: String,
    /// What to do about it; may be empty.
    pub hint: &'static str,
    /// Whether the same again can succeed.
    pub retry: bool,
}

impl From<&DeskError> for Failure {
    fn from(error: &DeskError) -> Self {
        let (code, hint) = match error {
            DeskError::Refused(refusal) => (refusal.code.as_str(), refusal.hint()),
            DeskError::Unavailable { .. } => ("unavailable", ""),
            DeskError::Locked(_) => ("locked", "^x opens the keys"),
            DeskError::Journal(_) => ("journal.broken", "stop here, keep the file, run `bursar audit verify`"),
            DeskError::Damaged { code, hint, .. } => (*code, *hint),
            DeskError::NotFound(_) => ("not-found", ""),
            DeskError::Internal(_) => ("internal", "this is a defect of bursar; nothing more was done"),
        };
        Self { code, message: error.to_string(), hint, retry: error.retry() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.code)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, "; {}", self.hint) }
    }
}

/// An answer with the wish it belongs to, as screens and modals are told it. A passphrase is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What was wished for; `None` for an unlock, whose wish held the passphrase.
    pub wish: Option<Wish>,
    /// What came of it.
    pub result: Result<Answer, Failure>,
}
