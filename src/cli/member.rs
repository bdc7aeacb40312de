//! `bursar member`: people, their roles and the keys they vote with.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::cli::answer::Answer;
use crate::cli::find;
use crate::cli::propose::change;
use crate::cli::report::Report;
use crate::cli::session::Session;
use crate::cli::spec;
use crate::cli::table::table;
use crate::domain::change::Change;
use crate::domain::id::MemberId;
use crate::domain::member::{Member, VotingKey};
use crate::domain::treasury::Treasury;

/// What can be done with members.
#[derive(Debug, Subcommand)]
pub enum MemberVerb {
    /// Every member
    List,
    /// One member
    Show(MemberArg),
    /// Put a new member to the vote
    Propose(ProposeArgs),
    /// Put the end of a member's key and roles to the vote
    Revoke(MemberArg),
}

/// Names a member.
#[derive(Debug, Args)]
pub struct MemberArg {
    /// Their name
    pub member: String,
}

/// A member to add.
#[derive(Debug, Args)]
pub struct ProposeArgs {
    /// NAME:ROLES:ADDRESS; `bursar key new` makes a key and prints its address
    pub member: String,
}

/// Does it.
///
/// # Errors
/// What stands against it.
pub async fn run(verb: MemberVerb, session: &Session) -> Result<Answer, Report> {
    match verb {
        MemberVerb::List => Ok(list(&session.look()?.snapshot().treasury)),
        MemberVerb::Show(arg) => {
            let snapshot = session.look()?.snapshot();
            let member = named(&snapshot.treasury, &arg.member)?;
            let groups = groups(&snapshot.treasury, member);
            let mut document = document(member);
            document["groups"] = json!(groups);
            let text = format!(
                "{}  {}{}\n  key {}\n  groups {}",
                member.id,
                roles(member),
                ended(member),
                member.key,
                groups.join(", ")
            );
            Ok(Answer::new(json!({ "member": document }), text))
        }
        MemberVerb::Propose(args) => {
            let spec = spec::member(&args.member)?;
            let key = VotingKey::Evm(spec.key.known("bursar key new --kind voting")?);
            change(session, Change::AddMember(Member { id: spec.id, roles: spec.roles, key, revoked: false })).await
        }
        MemberVerb::Revoke(arg) => {
            let id = named(&session.look()?.snapshot().treasury, &arg.member)?.id.clone();
            change(session, Change::RevokeMember(id)).await
        }
    }
}

fn named<'a>(treasury: &'a Treasury, name: &str) -> Result<&'a Member, Report> {
    let id = MemberId::parse(name)?;
    treasury.members().get(&id).ok_or_else(|| find::unknown("member", name, treasury.members().keys().map(MemberId::as_str)))
}

fn roles(member: &Member) -> String {
    member.roles.iter().map(|r| r.word()).collect::<Vec<_>>().join(", ")
}

const fn ended(member: &Member) -> &'static str {
    if member.revoked { " (revoked)" } else { "" }
}

fn groups(treasury: &Treasury, member: &Member) -> Vec<String> {
    treasury
        .policy()
        .groups
        .iter()
        .filter(|(_, people)| people.contains(&member.id))
        .map(|(group, _)| group.to_string())
        .collect()
}

fn document(member: &Member) -> Value {
    json!({ "id": member.id, "roles": member.roles, "key": member.key.to_string(), "revoked": member.revoked })
}

fn list(treasury: &Treasury) -> Answer {
    let row = |m: &Member| {
        vec![m.id.to_string(), format!("{}{}", roles(m), ended(m)), groups(treasury, m).join(", "), m.key.to_string()]
    };
    let rows: Vec<Vec<String>> = treasury.members().values().map(row).collect();
    let documents: Vec<Value> = treasury.members().values().map(document).collect();
    Answer::new(json!({ "members": documents }), table(&["member", "roles", "groups", "key"], &rows))
}
