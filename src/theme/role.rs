//! What can be drawn: a closed list of meanings.

/// A meaning on the screen. Themes give each a look; its tag and word are fixed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Text of second rank: units, hints, furniture.
    TextDim,
    /// Titles and column heads.
    Title,
    /// The tab of the screen that is open.
    TabActive,
    /// A key in the footer and in help.
    Key,
    /// Funds that a machine can move.
    CustodyHot,
    /// Funds whose keys are offline.
    CustodyCold,
    /// Funds held by several keys.
    CustodyMsig,
    /// Wallets that are only watched.
    CustodyWatch,
    /// A check that passed.
    StateOk,
    /// Look at this.
    StateWarn,
    /// Look at this now.
    StateCrit,
    /// Cannot go on.
    StateBlocked,
    /// Not known yet.
    StatePending,
    /// Known once, too old now.
    StateStale,
    /// The row under the cursor.
    RowSelected,
    /// The word PROD.
    EnvProd,
    /// The words TEST and DEMO.
    EnvTest,
    /// The field that takes what is typed.
    InputFocus,
    /// Lines and bars of charts.
    ChartLine,
    /// Text written by somebody else.
    Untrusted,
    /// Money that came.
    MoneyIn,
    /// Money that went.
    MoneyOut,
}

impl Role {
    /// Every role, in the order of declaration: `ALL[role as usize] == role`.
    pub const ALL: [Role; 23] = [
        Role::Text,
        Role::TextDim,
        Role::Title,
        Role::TabActive,
        Role::Key,
        Role::CustodyHot,
        Role::CustodyCold,
        Role::CustodyMsig,
        Role::CustodyWatch,
        Role::StateOk,
        Role::StateWarn,
        Role::StateCrit,
        Role::StateBlocked,
        Role::StatePending,
        Role::StateStale,
        Role::RowSelected,
        Role::EnvProd,
        Role::EnvTest,
        Role::InputFocus,
        Role::ChartLine,
        Role::Untrusted,
        Role::MoneyIn,
        Role::MoneyOut,
    ];

    /// The name in theme files.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Text => "text",
            Role::TextDim => "text.dim",
            Role::Title => "title",
            Role::TabActive => "tab.active",
            Role::Key => "key",
            Role::CustodyHot => "custody.hot",
            Role::CustodyCold => "custody.cold",
            Role::CustodyMsig => "custody.msig",
            Role::CustodyWatch => "custody.watch",
            Role::StateOk => "state.ok",
            Role::StateWarn => "state.warn",
            Role::StateCrit => "state.crit",
            Role::StateBlocked => "state.blocked",
            Role::StatePending => "state.pending",
            Role::StateStale => "state.stale",
            Role::RowSelected => "row.selected",
            Role::EnvProd => "env.prod",
            Role::EnvTest => "env.test",
            Role::InputFocus => "input.focus",
            Role::ChartLine => "chart.line",
            Role::Untrusted => "untrusted",
            Role::MoneyIn => "money.in",
            Role::MoneyOut => "money.out",
        }
    }

    /// The role of that name in theme files.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// The tag that stands on the screen whenever the role is used, empty for roles without a state. Not themable.
    pub const fn tag(self) -> &'static str {
        match self {
            Role::CustodyHot => "[H]",
            Role::CustodyCold => "[C]",
            Role::CustodyMsig => "[M]",
            Role::CustodyWatch => "[W]",
            Role::StateOk => "ok",
            Role::StateWarn => "!",
            Role::StateCrit => "!!",
            Role::StateBlocked => "X",
            Role::StatePending => "..",
            Role::StateStale => "~",
            Role::MoneyIn => "+",
            Role::MoneyOut => "-",
            Role::Text
            | Role::TextDim
            | Role::Title
            | Role::TabActive
            | Role::Key
            | Role::RowSelected
            | Role::EnvProd
            | Role::EnvTest
            | Role::InputFocus
            | Role::ChartLine
            | Role::Untrusted => "",
        }
    }

    /// The word for people and screen readers, empty for roles without a state. Not themable.
    pub const fn word(self) -> &'static str {
        match self {
            Role::CustodyHot => "HOT",
            Role::CustodyCold => "COLD",
            Role::CustodyMsig => "MSIG",
            Role::CustodyWatch => "WATCH",
            Role::StateOk => "passed",
            Role::StateWarn => "warning",
            Role::StateCrit => "critical",
            Role::StateBlocked => "blocked",
            Role::StatePending => "pending",
            Role::StateStale => "stale",
            Role::EnvProd => "PROD",
            Role::MoneyIn => "in",
            Role::MoneyOut => "out",
            Role::Text
            | Role::TextDim
            | Role::Title
            | Role::TabActive
            | Role::Key
            | Role::RowSelected
            | Role::EnvTest
            | Role::InputFocus
            | Role::ChartLine
            | Role::Untrusted => "",
        }
    }
}
