//! Overview: what there is, what needs me, what is on its way, what is wrong.
//!
//! ```text
//!   Custody    Wallets                    ETH                 USDC   Read
//!   HOT  [H]         3              22.750217            80,150.75    10s
//!   COLD [C]         2         1,850.12345678         6,050,000.00    10s
//!   Total            7         1,957.87367378        13,430,270.75
//!
//!   Needs me (2)
//! > R-0006  2.5 ETH pay-eu-1 > "Landlord"                1/2 votes   23h51
//!   In flight (2)
//!   R-0004  0.8 ETH pay-eu-1 > "Supplier 7"              broadcast   11m
//!
//!   Alerts (4)
//!   !! 14:02Z Frozen: wallet pay-us-1, by carol: "drill"
//! ```
//!
//! Totals are per asset: there are no prices here, so nothing is added up that is not the same thing.

mod custody;
mod view;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::desk::snapshot::STALE_S;
use crate::domain::id::RequestId;
use crate::domain::request::Request;
use crate::theme::Theme;
use crate::tui::act::ActSheet;
use crate::tui::keymap::Action;
use crate::tui::list::List;
use crate::tui::modal::Modal;
use crate::tui::pane::{Hint, Pane, Pressed, Step};
use crate::tui::scene::{Scene, clock};
use crate::tui::screen::{Screen, review};

/// Footer items where there are requests to move among.
const ALL: [Hint; 8] = [
    Hint::Of(&[Action::Down, Action::Up], "move"),
    Hint::Of(&[Action::Open], "open"),
    Hint::Of(&[Action::Acts], "acts"),
    Hint::Of(&[Action::HideAmounts], "hide amounts"),
    Hint::Of(&[Action::Refresh], "refresh"),
    Hint::Of(&[Action::Messages], "messages"),
    Hint::Of(&[Action::Lock], "lock"),
    Hint::Of(&[Action::Help], "help"),
];
/// Footer items where there are none.
const REST: [Hint; 6] = [
    Hint::Of(&[Action::Screen2], "transfers"),
    Hint::Of(&[Action::HideAmounts], "hide amounts"),
    Hint::Of(&[Action::Refresh], "refresh"),
    Hint::Of(&[Action::Messages], "messages"),
    Hint::Of(&[Action::Lock], "lock"),
    Hint::Of(&[Action::Help], "help"),
];

/// Which request is selected, among those that need me and those in flight.
#[derive(Clone, Debug, Default)]
pub struct State {
    list: List<RequestId>,
}

/// Requests on which my vote would count, the one that expires first on top.
fn needs_me(scene: &Scene<'_>) -> Vec<RequestId> {
    let Some(me) = scene.me else { return Vec::new() };
    let treasury = &scene.snap.treasury;
    let mut mine: Vec<_> = treasury.requests().values().filter(|request| treasury.may_vote(request, me, scene.now)).collect();
    mine.sort_by_key(|request| (request.not_after(), request.number));
    mine.into_iter().map(|request| request.id).collect()
}

/// Open requests that wait for somebody else's vote.
fn needs_others(scene: &Scene<'_>) -> usize {
    let open = scene.snap.treasury.requests().values().filter(|request| request.is_open()).count();
    open.saturating_sub(needs_me(scene).len())
}

/// Transfers that are approved or on their way, the oldest on top.
fn in_flight(scene: &Scene<'_>) -> Vec<RequestId> {
    let flies = |request: &Request| {
        request
            .transfer()
            .is_some_and(|transfer| !transfer.stage.is_over() && !request.is_open() && transfer.stage.proposal().is_some())
    };
    scene.snap.treasury.requests().values().filter(|request| flies(request)).map(|request| request.id).collect()
}

fn rows(scene: &Scene<'_>) -> Vec<RequestId> {
    let mut rows = needs_me(scene);
    rows.extend(in_flight(scene));
    rows
}

impl Pane for State {
    fn title(&self, scene: &Scene<'_>) -> (String, String) {
        let balances = &scene.snap.balances;
        let oldest = balances.cells.values().flat_map(|cells| cells.values()).map(|reading| reading.at).min();
        let right = match (balances.progress, oldest) {
            (Some((done, wanted)), _) => format!("reading balances {done} of {wanted}"),
            (None, Some(at)) if scene.now.since(at) > STALE_S => format!("oldest balance {}  ~ stale", clock(at)),
            (None, Some(at)) => format!("as of {}  fresh", clock(at)),
            (None, None) => "balances not read yet".to_owned(),
        };
        ("Overview".to_owned(), right)
    }

    fn status(&self, scene: &Scene<'_>) -> String {
        match needs_me(scene).len() {
            0 => "Nothing needs your vote.".to_owned(),
            1 => "One request needs your vote. Enter opens its review.".to_owned(),
            count => format!("{count} requests need your vote. Enter opens a review."),
        }
    }

    fn hints(&self, scene: &Scene<'_>) -> &'static [Hint] {
        if rows(scene).is_empty() { &REST } else { &ALL }
    }

    fn press(&mut self, scene: &Scene<'_>, pressed: Pressed) -> Option<Vec<Step>> {
        let (rows, action) = (rows(scene), pressed.action?);
        if self.list.step(action, &rows, rows.len()) {
            return Some(Vec::new());
        }
        let selected = self.list.selected(&rows).copied()?;
        match action {
            Action::Open => Some(vec![Step::Go(Screen::Review(review::State::of(selected)))]),
            Action::Acts => Some(vec![Step::Open(Modal::Acts(ActSheet::new(Some(selected))))]),
            _ => None,
        }
    }

    fn view(&self, scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
        view::draw(self, scene, theme, area, buf);
        None
    }
}
