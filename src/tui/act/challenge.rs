//! What must be typed before money moves: the end of the destination and the digits of the amount, read from this very page.
//! A hand that approves out of habit stops here.

use alloy_primitives::Address;

use crate::domain::change::Change;
use crate::domain::member::VotingKey;
use crate::domain::money::Amount;
use crate::domain::request::{Body, Request};
use crate::domain::transfer::Draft;
use crate::domain::treasury::Treasury;

/// Characters of an address or digest that are typed.
pub const TAIL: usize = 6;
/// Wrong tries before the screen closes.
pub const TRIES_MAX: u8 = 3;

/// One thing to type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// What to type.
    pub label: String,
    /// Lower case.
    expected: String,
}

impl Prompt {
    fn new(label: impl Into<String>, expected: impl AsRef<str>) -> Self {
        Self { label: label.into(), expected: expected.as_ref().to_lowercase() }
    }

    /// Whether this is what was asked for. Case does not matter: nobody compares checksums by typing.
    #[must_use]
    pub fn accepts(&self, typed: &str) -> bool {
        typed.to_lowercase() == self.expected
    }

    /// Columns of its field.
    #[must_use]
    pub fn len(&self) -> usize {
        self.expected.len()
    }

    /// Never: every prompt asks for something.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.expected.is_empty()
    }
}

/// The challenge of a request. Empty where it cannot be told, and then the act is off.
#[must_use]
pub fn prompts(treasury: &Treasury, request: &Request) -> Vec<Prompt> {
    match &request.body {
        Body::Transfer(transfer) => of_transfer(treasury, &transfer.draft).unwrap_or_default(),
        Body::Change(change) => {
            let (what, tail) = match address_in(&change.terms.change) {
                Some(address) => ("address", tail(&address.to_string())),
                None => ("digest", tail(&change.digest.to_string())),
            };
            vec![
                Prompt::new(format!("Last {TAIL} characters of the {what}"), tail),
                Prompt::new("The kind of change, as it stands above", change.terms.change.word()),
            ]
        }
    }
}

fn of_transfer(treasury: &Treasury, draft: &Draft) -> Option<Vec<Prompt>> {
    let (address, _, _) = treasury.resolve(&draft.to)?;
    let decimals = treasury.assets().get(&draft.asset)?.decimals;
    Some(vec![
        Prompt::new(format!("Last {TAIL} characters of the destination"), tail(&address.to_string())),
        Prompt::new(digits_label(draft.amount, decimals), digits(draft.amount, decimals)),
    ])
}

/// The amount's whole part; where that is nothing, all of the amount.
fn digits(amount: Amount, decimals: u8) -> String {
    let text = amount.text(decimals);
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    if whole == "0" { format!("0.{}", part.trim_end_matches('0')) } else { whole.to_owned() }
}

fn digits_label(amount: Amount, decimals: u8) -> &'static str {
    if digits(amount, decimals).contains('.') { "The amount, with its point" } else { "Whole part of the amount, digits only" }
}

fn tail(text: &str) -> String {
    text.chars().skip(text.chars().count().saturating_sub(TAIL)).collect()
}

/// The address that a change would let money or trust go to.
#[must_use]
pub fn address_in(change: &Change) -> Option<Address> {
    match change {
        Change::AddContact(contact) => Some(contact.address),
        Change::AddWallet(wallet) => Some(wallet.address),
        Change::AddMember(member) => {
            let VotingKey::Evm(address) = member.key;
            Some(address)
        }
        Change::AddNetwork(_)
        | Change::RevokeMember(_)
        | Change::SetTier(..)
        | Change::RemoveContact(_)
        | Change::AddAsset(_)
        | Change::SetPolicy(_)
        | Change::Unfreeze(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_of_an_amount() {
        let of = |text: &str| digits(Amount::parse(text, 6).expect("an amount"), 6);
        assert_eq!(of("250000"), "250000");
        assert_eq!(of("250000.50"), "250000");
        assert_eq!(of("0.4"), "0.4");
        assert_eq!(of("0.000001"), "0.000001");
    }

    #[test]
    fn only_the_whole_answer_counts() {
        let prompt = Prompt::new("Last 6", "d8976F");
        assert!(prompt.accepts("d8976f") && prompt.accepts("D8976F"));
        for wrong in ["", "8976f", "d8976", "d8976f ", "d8976e"] {
            assert!(!prompt.accepts(wrong), "{wrong:?}");
        }
    }
}
