//! Who acts: the member of this session, or another whose key is open here too.

use crate::desk::snapshot::{Lock, Snapshot};
use crate::domain::id::MemberId;
use crate::domain::member::Member;

/// Members whose keys are open here, in the order of their names.
#[must_use]
pub fn open_members(snapshot: &Snapshot) -> &[MemberId] {
    match &snapshot.lock {
        Lock::Unlocked { members, .. } => members,
        Lock::ReadOnly | Lock::Locked => &[],
    }
}

/// Whether there is a choice of who acts.
#[must_use]
pub fn has_choice(snapshot: &Snapshot) -> bool {
    open_members(snapshot).len() > 1
}

/// Who acts: the chosen member while their key is open here, else the session's own.
#[must_use]
pub fn acting(snapshot: &Snapshot, chosen: Option<&MemberId>) -> Option<MemberId> {
    let open = open_members(snapshot);
    let chosen = chosen.filter(|member| open.contains(member));
    chosen.or(snapshot.me.as_ref()).or(open.first()).cloned()
}

/// The sentence about it, where it is not obvious: someone else's key is used, or several could be.
#[must_use]
pub fn sentence(snapshot: &Snapshot, acting: Option<&MemberId>) -> Option<String> {
    let acting = acting.filter(|_| has_choice(snapshot))?;
    Some(format!("{}: you act as {acting} (@ changes it)", snapshot.treasury.profile().word().to_lowercase()))
}

/// The active member of that name whose key is open here; else why there is none.
///
/// # Errors
/// A sentence for the list of acts.
pub fn able<'a>(snapshot: &'a Snapshot, member: Option<&MemberId>) -> Result<&'a Member, String> {
    let Some(id) = member else { return Err("nobody acts here: start with --as NAME".to_owned()) };
    match &snapshot.lock {
        Lock::ReadOnly => return Err("this session is read-only".to_owned()),
        Lock::Locked => return Err("the keys are locked".to_owned()),
        Lock::Unlocked { members, .. } if !members.contains(id) => return Err(format!("the key of {id} is not open here")),
        Lock::Unlocked { .. } => {}
    }
    let known = snapshot.treasury.members().get(id);
    known.filter(|member| !member.revoked).ok_or_else(|| format!("{id} is not an active member"))
}
