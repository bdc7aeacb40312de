//! Wallets: what each holds, how fresh that is, and which of its nonces are spoken for.
//!
//! ```text
//!   Wallet           Held           ETH          USDC   Read  Slots
//! > pay-eu-1         [H]           12.5     48,250.75    10s  3 held
//!   pay-gas          [H]       3.000217          0.00    10s  1 held
//! -- pay-eu-1 -------------------------------------------------------
//!   Address   0x8Ba1 f109 551b D432 8030 1264 5Ac1 36dd d64D BA72
//!   Held      HOT single-key on chain 31337
//!   Asset          Balance   Read   Source, block
//!   ETH               12.5    10s   geth-a, 21402117
//!   Lane      nonce 42 R-0004 broadcast; nonce 43 R-0006 waits for R-0004
//! ```

mod detail;
mod view;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::id::WalletId;
use crate::domain::wallet::Wallet;
use crate::theme::Theme;
use crate::tui::custody::Custody;
use crate::tui::keymap::{Action, Context};
use crate::tui::layout::Class;
use crate::tui::list::List;
use crate::tui::pane::{Hint, Pane, Pressed, Step};
use crate::tui::scene::Scene;
use crate::tui::wish::Wish;

/// Most rows of the list where the detail stands below it.
const LIST_MAX: u16 = 9;

/// Which wallet is selected, and whether its detail has the whole screen.
#[derive(Clone, Debug, Default)]
pub struct State {
    list: List<WalletId>,
    zoomed: bool,
}

/// Wallets as they are listed: the hottest first, by name.
fn ids(scene: &Scene<'_>) -> Vec<WalletId> {
    let mut wallets: Vec<&Wallet> = scene.snap.treasury.wallets().values().collect();
    wallets.sort_by_key(|wallet| Custody::of(wallet));
    wallets.into_iter().map(|wallet| wallet.id.clone()).collect()
}

/// Where list and detail stand; `None` where there is no room for one of them.
fn places(state: &State, scene: &Scene<'_>, area: Rect, total: usize) -> (Option<Rect>, Option<Rect>) {
    let total = u16::try_from(total).unwrap_or(u16::MAX).saturating_add(1);
    match scene.class {
        _ if state.zoomed => (None, Some(area)),
        Class::M | Class::L => {
            let list = Rect { width: area.width * 52 / 100, ..area };
            (Some(list), Some(Rect { x: list.right() + 1, width: area.width - list.width - 1, ..area }))
        }
        Class::S if area.height >= 16 => {
            let list = Rect { height: total.min(LIST_MAX), ..area };
            (Some(list), Some(Rect { y: list.bottom(), height: area.height - list.height, ..area }))
        }
        Class::Xs | Class::S => (Some(area), None),
    }
}

impl Pane for State {
    fn context(&self) -> Context {
        Context::Browse
    }

    fn title(&self, scene: &Scene<'_>) -> (String, String) {
        let wallets = scene.snap.treasury.wallets().len();
        if self.zoomed {
            let ids = ids(scene);
            let name = self.list.selected(&ids).map_or_else(String::new, ToString::to_string);
            return (format!("Wallets > {name}"), String::new());
        }
        let right = match scene.snap.balances.progress {
            Some((done, wanted)) => format!("reading balances {done} of {wanted}"),
            None => "hottest first".to_owned(),
        };
        (format!("Wallets  {wallets}"), right)
    }

    fn status(&self, scene: &Scene<'_>) -> String {
        if scene.class == Class::Xs && !self.zoomed {
            "Enter shows address, balances and slots.".to_owned()
        } else {
            String::new()
        }
    }

    fn hints(&self, _scene: &Scene<'_>) -> &'static [Hint] {
        if self.zoomed {
            return &[
                Hint::Of(&[Action::Down, Action::Up], "other wallet"),
                Hint::Of(&[Action::Back], "back"),
                Hint::Of(&[Action::Share], "copy address"),
                Hint::Of(&[Action::HideAmounts], "hide amounts"),
                Hint::Of(&[Action::Refresh], "refresh"),
                Hint::Of(&[Action::Help], "help"),
            ];
        }
        &[
            Hint::Of(&[Action::Down, Action::Up], "move"),
            Hint::Of(&[Action::Open], "whole screen"),
            Hint::Of(&[Action::Share], "copy address"),
            Hint::Of(&[Action::HideAmounts], "hide amounts"),
            Hint::Of(&[Action::Refresh], "refresh"),
            Hint::Of(&[Action::Help], "help"),
        ]
    }

    fn press(&mut self, scene: &Scene<'_>, pressed: Pressed) -> Option<Vec<Step>> {
        let (ids, action) = (ids(scene), pressed.action?);
        let list = places(self, scene, scene.areas().body, ids.len()).0;
        let height = list.map_or(1, |list| usize::from(list.height.saturating_sub(1)));
        if self.list.step(action, &ids, height) {
            return Some(Vec::new());
        }
        let selected = self.list.selected(&ids)?;
        match action {
            Action::Open if !self.zoomed => {
                self.zoomed = true;
                Some(Vec::new())
            }
            Action::Back if self.zoomed => {
                self.zoomed = false;
                Some(Vec::new())
            }
            Action::Share => {
                let address = scene.snap.treasury.wallets().get(selected)?.address;
                Some(vec![Step::Wish(Wish::Copy(address.to_string()))])
            }
            _ => None,
        }
    }

    fn view(&self, scene: &Scene<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
        let ids = ids(scene);
        let (list, below) = places(self, scene, area, ids.len());
        if let Some(list) = list {
            view::list(&self.list, &ids, scene, theme, list, buf);
        }
        if let (Some(area), Some(wallet)) = (below, self.list.selected(&ids).and_then(|id| scene.snap.treasury.wallets().get(id)))
        {
            detail::draw(wallet, scene, theme, (area, !self.zoomed), buf);
        }
        None
    }
}
