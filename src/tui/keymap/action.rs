//! What a key can mean.

/// Groups of actions, in the order of the help page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Moving about.
    Move,
    /// Finding.
    Find,
    /// Marking rows.
    Select,
    /// Taking public values out.
    Share,
    /// Looking differently.
    View,
    /// Local edits.
    Edit,
    /// The way to acts.
    Act,
    /// The session itself.
    Session,
    /// Help.
    Help,
}

macro_rules! actions {
    ($($action:ident $name:literal $group:ident $help:literal)*) => {
        /// A meaning. Closed; none of them moves value or grants rights.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $(#[doc = $help] $action,)*
        }

        impl Action {
            /// Every action, in the order of the manual.
            pub const ALL: &'static [Action] = &[$(Action::$action),*];

            /// The name in `keys.toml`.
            pub const fn name(self) -> &'static str {
                match self { $(Action::$action => $name,)* }
            }

            /// The group on the help page.
            pub const fn group(self) -> Group {
                match self { $(Action::$action => Group::$group,)* }
            }

            /// What it does, in a few words.
            pub const fn help(self) -> &'static str {
                match self { $(Action::$action => $help,)* }
            }
        }
    };
}

actions! {
    Down "down" Move "next row"
    Up "up" Move "previous row"
    Top "top" Move "first row"
    Bottom "bottom" Move "last row"
    PageDown "page-down" Move "half a page down"
    PageUp "page-up" Move "half a page up"
    Left "left" Move "collapse, pane on the left, previous value"
    Right "right" Move "expand, pane on the right, next value"
    Open "open" Move "open, pick, accept"
    Back "back" Move "back; at the top: ask whether to quit"
    Cancel "cancel" Move "leave without doing anything"
    JumpBack "jump-back" Move "back to where you came from"
    NextPane "next-pane" Move "next pane, section or field"
    PreviousPane "previous-pane" Move "previous pane, section or field"
    Screen1 "screen-1" Move "screen 1"
    Screen2 "screen-2" Move "screen 2"
    Screen3 "screen-3" Move "screen 3"
    Screen4 "screen-4" Move "screen 4"
    Screen5 "screen-5" Move "screen 5"
    Screen6 "screen-6" Move "screen 6"
    Screen7 "screen-7" Move "screen 7"
    Screen8 "screen-8" Move "screen 8"
    Screen9 "screen-9" Move "screen 9"
    Filter "filter" Find "filter"
    FindNext "find-next" Find "next match"
    FindPrevious "find-previous" Find "previous match"
    Facets "facets" Find "filter by a value from a menu"
    Sort "sort" Find "sort by the next column"
    SortReverse "sort-reverse" Find "reverse the order"
    Columns "columns" Find "choose columns"
    Views "views" Find "saved views"
    Palette "palette" Find "command palette"
    Mark "mark" Select "mark the row"
    InvertMarks "invert-marks" Select "mark the others"
    PasteCompare "paste-compare" Select "paste a value and compare it"
    Share "share" Share "copy a public value: choose which"
    CopyAddress "copy-address" Share "copy the address"
    CopyHash "copy-hash" Share "copy the hash"
    CopyRow "copy-row" Share "copy the row as JSON"
    CopyCommand "copy-command" Share "copy the same as a command line"
    CopyTransaction "copy-transaction" Share "copy the transaction id"
    LinkText "link-text" Share "explorer link as text"
    QrCode "qr-code" Share "QR code"
    CopySheet "copy-sheet" Share "plain values, one per line, to select"
    HideAmounts "hide-amounts" View "hide or show amounts"
    Zoom "zoom" View "this pane over the whole screen"
    TimeRange "time-range" View "time range or zone"
    HashWords "hash-words" View "hash as words, to read aloud"
    Diff "diff" View "compare with what you saw last"
    Refresh "refresh" View "ask the nodes again"
    Messages "messages" View "all messages"
    Redraw "redraw" View "paint the screen again"
    Undo "undo" Edit "undo a local edit"
    Redo "redo" Edit "redo a local edit"
    MaxAmount "max-amount" Edit "the largest amount possible"
    Acts "acts" Act "the acts you may take here; opening the list changes nothing"
    Yes "yes" Act "yes"
    No "no" Act "no"
    Lock "lock" Session "lock now"
    Suspend "suspend" Session "lock and suspend"
    StopLoading "stop-loading" Session "cancel the running load; twice: ask whether to quit"
    Quit "quit" Session "ask whether to quit"
    Help "help" Help "help for this screen"
}

impl Action {
    /// The screen that the action opens, 1 to 9.
    pub const fn screen(self) -> Option<u8> {
        let (first, last, at) = (Action::Screen1 as u8, Action::Screen9 as u8, self as u8);
        if first <= at && at <= last { Some(at - first + 1) } else { None }
    }

    /// Actions whose key is the same on every desk.
    pub(super) const fn is_fixed(self) -> bool {
        matches!(
            self,
            Action::Acts | Action::Yes | Action::No | Action::Lock | Action::Cancel | Action::StopLoading | Action::Open
        )
    }
}
