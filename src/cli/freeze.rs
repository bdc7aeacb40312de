//! `bursar freeze`, `bursar unfreeze`: stopping is immediate and one person's; moving again is voted on.

use clap::Args;

use crate::cli::answer::Answer;
use crate::cli::card;
use crate::cli::find;
use crate::cli::propose::change;
use crate::cli::report::Report;
use crate::cli::session::Session;
use crate::desk::ask::Ask;
use crate::domain::change::{Change, Scope};
use crate::domain::id::Label;
use crate::domain::treasury::Treasury;

/// What, and why.
#[derive(Debug, Args)]
pub struct FreezeArgs {
    /// Only this wallet; the whole treasury where it is left out
    #[arg(long)]
    pub wallet: Option<String>,
    /// Why, up to 40 characters; only for `freeze`
    #[arg(long, default_value = "stopped by hand")]
    pub reason: String,
}

/// `bursar freeze`.
///
/// # Errors
/// What stands against it.
pub async fn freeze(args: FreezeArgs, session: &Session) -> Result<Answer, Report> {
    let reason = Label::parse(&args.reason)?;
    let scope = scope(&session.look()?.snapshot().treasury, &args)?;
    let (desk, me) = session.act()?;
    let done = desk.ask(&me, Ask::Freeze(scope.clone(), reason)).await?;
    card::acted(&desk, &done, &format!("{scope} is frozen; `bursar unfreeze` proposes that it moves again\n"))
}

/// `bursar unfreeze`.
///
/// # Errors
/// What stands against it.
pub async fn unfreeze(args: FreezeArgs, session: &Session) -> Result<Answer, Report> {
    let scope = scope(&session.look()?.snapshot().treasury, &args)?;
    change(session, Change::Unfreeze(scope)).await
}

fn scope(treasury: &Treasury, args: &FreezeArgs) -> Result<Scope, Report> {
    match &args.wallet {
        Some(name) => Ok(Scope::Wallet(find::wallet(treasury, name)?.id.clone())),
        None => Ok(Scope::Treasury),
    }
}
