//! The rows of the list of transfers.

use crate::domain::id::RequestId;
use crate::domain::request::Request;
use crate::domain::transfer::Stage;
use crate::theme::Role;
use crate::tui::figures;
use crate::tui::scene::Scene;
use crate::tui::screen::transfers::detail::in_the_way;
use crate::tui::widget::{Align, Column, Row, TableCell};

/// The columns.
pub const COLUMNS: [Column<'static>; 5] = [
    Column { title: "ID", priority: 0, min: 6, ideal: 6, align: Align::Left, whole: true },
    Column { title: "What", priority: 0, min: 12, ideal: 24, align: Align::Left, whole: false },
    Column { title: "Amount", priority: 0, min: 8, ideal: 16, align: Align::Right, whole: true },
    Column { title: "Stage", priority: 0, min: 9, ideal: 9, align: Align::Left, whole: true },
    Column { title: "In its way", priority: 1, min: 16, ideal: 40, align: Align::Left, whole: false },
];

/// Every transfer, newest first.
#[must_use]
pub fn ids(scene: &Scene<'_>) -> Vec<RequestId> {
    let mut all: Vec<&Request> =
        scene.snap.treasury.requests().values().map(AsRef::as_ref).filter(|r| r.transfer().is_some()).collect();
    all.sort_unstable_by_key(|request| std::cmp::Reverse(request.number));
    all.into_iter().map(|request| request.id).collect()
}

/// One row.
#[must_use]
pub fn row(scene: &Scene<'_>, request: &Request) -> Row {
    let Some(transfer) = request.transfer() else { return Row::default() };
    let draft = &transfer.draft;
    let (mark, role) = match &transfer.stage {
        Stage::Stuck(_) | Stage::Dropped(_) => ("!", Role::StateWarn),
        Stage::Foreign(_) => ("!", Role::StateCrit),
        Stage::Settled(..) | Stage::Refused { .. } | Stage::Withdrawn { .. } | Stage::Expired => ("", Role::TextDim),
        Stage::Drafted
        | Stage::Proposed(_)
        | Stage::Approved(_)
        | Stage::Ordered(_)
        | Stage::Signed(_)
        | Stage::Broadcast(_)
        | Stage::Included(..) => ("", Role::Text),
    };
    let cells = [
        (request.number.to_string(), Role::Text),
        (format!("{} > {}", draft.from, figures::party(&scene.snap.treasury, &draft.to)), role),
        (scene.money_of(&draft.asset, draft.amount), role),
        (request.stage_word().to_owned(), role),
        (in_the_way(scene, request), Role::TextDim),
    ];
    Row { mark, cells: cells.map(|(text, role)| TableCell { text, role }).to_vec() }
}
