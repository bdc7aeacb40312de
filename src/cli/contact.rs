//! `bursar contact`: the address book of allowed destinations.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::cli::answer::Answer;
use crate::cli::find;
use crate::cli::json as shape;
use crate::cli::propose::change;
use crate::cli::report::Report;
use crate::cli::session::Session;
use crate::cli::spec;
use crate::cli::table::table;
use crate::domain::change::Change;
use crate::domain::id::ContactId;
use crate::domain::treasury::Treasury;
use crate::domain::wallet::Contact;

/// What can be done with contacts.
#[derive(Debug, Subcommand)]
pub enum ContactVerb {
    /// Every contact
    List,
    /// One contact
    Show(ContactArg),
    /// Put a new contact to the vote
    Propose(ProposeArgs),
    /// Put the removal of a contact to the vote
    Remove(ContactArg),
}

/// Names a contact.
#[derive(Debug, Args)]
pub struct ContactArg {
    /// Its name
    pub contact: String,
}

/// A contact to add.
#[derive(Debug, Args)]
pub struct ProposeArgs {
    /// NAME:LABEL:ADDRESS[@NETWORK]
    pub contact: String,
}

/// Does it.
///
/// # Errors
/// What stands against it.
pub async fn run(verb: ContactVerb, session: &Session) -> Result<Answer, Report> {
    match verb {
        ContactVerb::List => Ok(list(&session.look()?.snapshot().treasury)),
        ContactVerb::Show(arg) => {
            let snapshot = session.look()?.snapshot();
            let contact = named(&snapshot.treasury, &arg.contact)?;
            let text = format!("{}  \"{}\"\n  {} on {}", contact.id, contact.label, contact.address, contact.network);
            Ok(Answer::new(json!({ "contact": shape::contact(contact) }), text))
        }
        ContactVerb::Propose(args) => {
            let treasury = session.look()?.snapshot().treasury.clone();
            let contact = spec::contact(&args.contact, || find::network(&treasury, None))?;
            change(session, Change::AddContact(contact)).await
        }
        ContactVerb::Remove(arg) => {
            let id = named(&session.look()?.snapshot().treasury, &arg.contact)?.id.clone();
            change(session, Change::RemoveContact(id)).await
        }
    }
}

fn named<'a>(treasury: &'a Treasury, name: &str) -> Result<&'a Contact, Report> {
    let id = ContactId::parse(name)?;
    treasury.contacts().get(&id).ok_or_else(|| find::unknown("contact", name, treasury.contacts().keys().map(ContactId::as_str)))
}

fn list(treasury: &Treasury) -> Answer {
    let row = |c: &Contact| vec![c.id.to_string(), c.label.to_string(), c.network.to_string(), c.address.to_string()];
    let rows: Vec<Vec<String>> = treasury.contacts().values().map(row).collect();
    let documents: Vec<Value> = treasury.contacts().values().map(shape::contact).collect();
    Answer::new(json!({ "contacts": documents }), table(&["contact", "label", "network", "address"], &rows))
}
