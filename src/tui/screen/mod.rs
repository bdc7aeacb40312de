//! The screens: one file each, with its state, what its keys do, and its picture.

pub mod audit;
pub mod overview;
pub mod queue;
pub mod review;
pub mod transfers;
pub mod wallets;

use crate::tui::pane::Pane;

/// The tabs, in order: the digit keys count them from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tab {
    /// Where everything stands.
    Overview,
    /// Drafts and payments.
    Transfers,
    /// What waits for votes.
    Queue,
    /// Our wallets.
    Wallets,
    /// The journal.
    Audit,
}

impl Tab {
    /// Every tab.
    pub const ALL: [Self; 5] = [Self::Overview, Self::Transfers, Self::Queue, Self::Wallets, Self::Audit];

    /// The name on the tab.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Overview => "Over",
            Self::Transfers => "Transfers",
            Self::Queue => "Queue",
            Self::Wallets => "Wallets",
            Self::Audit => "Audit",
        }
    }

    /// The tab that a verb of the command line names: `bursar screen queue`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "overview" => Some(Self::Overview),
            "transfers" => Some(Self::Transfers),
            "queue" => Some(Self::Queue),
            "wallets" => Some(Self::Wallets),
            "audit" => Some(Self::Audit),
            _ => None,
        }
    }

    /// The screen behind the tab, as it is when it was never open.
    pub fn fresh(self) -> Screen {
        match self {
            Self::Overview => Screen::Overview(overview::State::default()),
            Self::Transfers => Screen::Transfers(transfers::State::default()),
            Self::Queue => Screen::Queue(queue::State::default()),
            Self::Wallets => Screen::Wallets(wallets::State::default()),
            Self::Audit => Screen::Audit(audit::State::default()),
        }
    }
}

/// A screen and its state.
#[derive(Debug)]
pub enum Screen {
    /// Where everything stands.
    Overview(overview::State),
    /// Drafts and payments.
    Transfers(transfers::State),
    /// What waits for votes.
    Queue(queue::State),
    /// One request, section by section.
    Review(review::State),
    /// Our wallets.
    Wallets(wallets::State),
    /// The journal.
    Audit(audit::State),
}

impl Screen {
    /// The tab it belongs to.
    pub const fn tab(&self) -> Tab {
        match self {
            Self::Overview(_) => Tab::Overview,
            Self::Transfers(_) => Tab::Transfers,
            Self::Queue(_) | Self::Review(_) => Tab::Queue,
            Self::Wallets(_) => Tab::Wallets,
            Self::Audit(_) => Tab::Audit,
        }
    }

    /// Whether this is the screen that the tab opens, not one that is reached from it.
    pub fn is_root_of(&self, tab: Tab) -> bool {
        self.tab() == tab && !matches!(self, Self::Review(_))
    }

    /// What it has in common with the others.
    pub fn pane(&self) -> &dyn Pane {
        match self {
            Self::Overview(state) => state,
            Self::Transfers(state) => state,
            Self::Queue(state) => state,
            Self::Review(state) => state,
            Self::Wallets(state) => state,
            Self::Audit(state) => state,
        }
    }

    /// The same, to be changed.
    pub fn pane_mut(&mut self) -> &mut dyn Pane {
        match self {
            Self::Overview(state) => state,
            Self::Transfers(state) => state,
            Self::Queue(state) => state,
            Self::Review(state) => state,
            Self::Wallets(state) => state,
            Self::Audit(state) => state,
        }
    }
}
