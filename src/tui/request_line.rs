//! A request in one line: what it is, and where it stands. The same words in every list.

use crate::domain::policy::verdict::Standing;
use crate::domain::request::{Body, Request};
use crate::domain::wallet::Party;
use crate::theme::Role;
use crate::tui::scene::{Scene, short};

/// `2.5 ETH pay-eu-1 > "Landlord"`, or what a change is to make different.
pub fn what(scene: &Scene<'_>, request: &Request) -> String {
    match &request.body {
        Body::Change(change) => change.terms.change.summary(),
        Body::Transfer(transfer) => {
            let draft = &transfer.draft;
            format!("{}  {} > {}", scene.money_of(&draft.asset, draft.amount), draft.from, party(scene, &draft.to))
        }
    }
}

/// A destination as people know it: `"Landlord"`, `vault-a`, `0x71C7..976F`. The whole address is on the review.
pub fn party(scene: &Scene<'_>, party: &Party) -> String {
    match party {
        Party::Contact(id) => {
            scene.snap.treasury.contacts().get(id).map_or_else(|| id.to_string(), |contact| format!("\"{}\"", contact.label))
        }
        Party::Wallet(id) => id.to_string(),
        Party::Address(address) => short(*address),
    }
}

/// Votes of an open request, `1/2`, else the word of its stage.
pub fn standing(scene: &Scene<'_>, request: &Request) -> (String, Role) {
    if !request.is_open() {
        return (request.stage_word().to_owned(), Role::Text);
    }
    let Some(verdict) = scene.snap.treasury.verdict(request, scene.now) else {
        return (request.stage_word().to_owned(), Role::Text);
    };
    let votes: Vec<String> = verdict.tallies.iter().map(|tally| format!("{}/{}", tally.approved.len(), tally.needed)).collect();
    match verdict.standing {
        Standing::Barred => ("X barred".to_owned(), Role::StateBlocked),
        Standing::Met | Standing::Pending => (votes.join(" "), Role::Text),
    }
}
