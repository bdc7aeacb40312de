//! What an act rests on. When any of it changes, the act's screen closes.

use std::collections::BTreeMap;

use crate::domain::id::MemberId;
use crate::domain::policy::verdict::Standing;
use crate::domain::request::Request;
use crate::domain::terms::{Decision, Digest};
use crate::domain::transfer::Draft;
use crate::tui::scene::Scene;

/// Everything that a person who acts has in mind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    digest: Option<Digest>,
    draft: Option<Draft>,
    stage: &'static str,
    votes: BTreeMap<MemberId, Decision>,
    policy: u32,
    standing: Option<Standing>,
    attempts: usize,
}

impl Basis {
    /// As it is now.
    #[must_use]
    pub fn of(scene: &Scene<'_>, request: &Request) -> Self {
        let treasury = &scene.snap.treasury;
        let votes = request.votes().into_iter().flatten().map(|(member, vote)| (member.clone(), vote.decision)).collect();
        Self {
            digest: request.digest(),
            draft: request.transfer().map(|transfer| transfer.draft.clone()),
            stage: request.stage_word(),
            votes,
            policy: treasury.policy().version,
            standing: treasury.verdict(request, scene.now).map(|verdict| verdict.standing),
            attempts: request.transfer().and_then(|transfer| transfer.stage.flight()).map_or(0, |flight| flight.attempts.len()),
        }
    }

    /// The digest a vote must name.
    #[must_use]
    pub const fn digest(&self) -> Option<Digest> {
        self.digest
    }

    /// The first thing that is different now.
    #[must_use]
    pub fn changed(&self, now: &Self) -> Option<&'static str> {
        let changed = [
            (self.digest != now.digest, "the text has another digest"),
            (self.draft != now.draft, "the draft was edited"),
            (self.votes != now.votes, "a vote was counted"),
            (self.stage != now.stage, "the request moved on"),
            (self.policy != now.policy, "another policy is in force"),
            (self.standing != now.standing, "the verdict is another one"),
            (self.attempts != now.attempts, "another attempt was made"),
        ];
        changed.into_iter().find(|(changed, _)| *changed).map(|(_, what)| what)
    }
}
