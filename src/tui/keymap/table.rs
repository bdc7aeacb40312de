//! The default key map and the footers.

use super::{Action, Binding, Context};
use crate::tui::input::{KeyCode, KeyPress};

use Action as A;
use Context::{ActSheet, Browse, Draft, Locked, Page, Palette, Prompt, Review, Share, Typing};

const READING: &[Context] = &[Browse, Review, Draft, Page];
const MOVING: &[Context] = &[Browse, Review, Draft, Page, ActSheet];
const LISTS: &[Context] = &[Browse, Review];
const UNLOCKED: &[Context] = &[Browse, Review, Draft, Typing, Palette, ActSheet, Prompt, Share, Page];
const EVERYWHERE: &[Context] = &Context::ALL;
const LEAVING: &[Context] = &[Typing, Palette, ActSheet, Prompt, Share];
const CHOOSING: &[Context] = &[Browse, Review, Draft, Typing, Palette, ActSheet, Locked];
const STEPPING: &[Context] = &[Browse, Review, Draft, Typing, Palette, Page];

const fn c(c: char) -> KeyPress {
    KeyPress::char(c)
}

const fn ctrl(c: char) -> KeyPress {
    KeyPress::ctrl(c)
}

const fn k(code: KeyCode) -> KeyPress {
    KeyPress::plain(code)
}

type Line = (Action, &'static [Context], &'static [KeyPress]);

const MOVE: &[Line] = &[
    (A::Down, MOVING, &[c('j'), k(KeyCode::Down)]),
    (A::Up, MOVING, &[c('k'), k(KeyCode::Up)]),
    (A::Down, &[Palette], &[k(KeyCode::Down)]),
    (A::Up, &[Palette], &[k(KeyCode::Up)]),
    (A::Top, MOVING, &[c('g'), k(KeyCode::Home)]),
    (A::Bottom, MOVING, &[c('G'), k(KeyCode::End)]),
    (A::PageDown, MOVING, &[ctrl('d'), k(KeyCode::PageDown)]),
    (A::PageUp, MOVING, &[ctrl('u'), k(KeyCode::PageUp)]),
    (A::Left, READING, &[c('h'), k(KeyCode::Left)]),
    (A::Right, READING, &[c('l'), k(KeyCode::Right)]),
    (A::Open, CHOOSING, &[k(KeyCode::Enter)]),
    (A::Back, READING, &[k(KeyCode::Esc), c('q')]),
    (A::Cancel, LEAVING, &[k(KeyCode::Esc)]),
    (A::JumpBack, READING, &[ctrl('o')]),
    (A::NextPane, STEPPING, &[k(KeyCode::Tab)]),
    (A::PreviousPane, STEPPING, &[k(KeyCode::BackTab)]),
    (A::Screen1, READING, &[c('1')]),
    (A::Screen2, READING, &[c('2')]),
    (A::Screen3, READING, &[c('3')]),
    (A::Screen4, READING, &[c('4')]),
    (A::Screen5, READING, &[c('5')]),
    (A::Screen6, READING, &[c('6')]),
    (A::Screen7, READING, &[c('7')]),
    (A::Screen8, READING, &[c('8')]),
    (A::Screen9, READING, &[c('9')]),
];

const LOOK: &[Line] = &[
    (A::Filter, READING, &[c('/')]),
    (A::FindNext, LISTS, &[c('n')]),
    (A::FindPrevious, LISTS, &[c('N')]),
    (A::Facets, &[Browse], &[c('f')]),
    (A::Sort, &[Browse], &[c('s')]),
    (A::SortReverse, &[Browse], &[c('S')]),
    (A::Columns, &[Browse], &[c('c')]),
    (A::Views, &[Browse], &[c('v')]),
    (A::Palette, READING, &[c(':')]),
    (A::Mark, &[Browse], &[c(' ')]),
    (A::InvertMarks, &[Browse], &[c('*')]),
    (A::PasteCompare, LISTS, &[c('V')]),
    (A::Share, READING, &[c('y')]),
    (A::CopyAddress, &[Share], &[c('a')]),
    (A::CopyHash, &[Share], &[c('h')]),
    (A::CopyRow, &[Share], &[c('r')]),
    (A::CopyCommand, &[Share], &[c('c')]),
    (A::CopyTransaction, &[Share], &[c('t')]),
    (A::LinkText, LISTS, &[c('o')]),
    (A::QrCode, LISTS, &[c('Q')]),
    (A::CopySheet, READING, &[c('Z')]),
    (A::HideAmounts, READING, &[c('.')]),
    (A::Zoom, LISTS, &[c('z')]),
    (A::TimeRange, LISTS, &[c('t')]),
    (A::HashWords, LISTS, &[c('w')]),
    (A::Diff, LISTS, &[c('d')]),
    (A::Refresh, READING, &[c('r')]),
    (A::Messages, LISTS, &[c('m')]),
    (A::Redraw, EVERYWHERE, &[ctrl('l')]),
];

const DO: &[Line] = &[
    (A::Undo, &[Draft], &[c('u')]),
    (A::Redo, &[Draft], &[ctrl('r')]),
    (A::MaxAmount, &[Draft], &[c('m')]),
    (A::Acts, &[Browse, Review, Draft], &[c('x')]),
    (A::Yes, &[Prompt], &[c('y')]),
    (A::No, &[Prompt], &[c('n')]),
    (A::Lock, UNLOCKED, &[ctrl('x')]),
    (A::Suspend, EVERYWHERE, &[ctrl('z')]),
    (A::StopLoading, UNLOCKED, &[ctrl('c')]),
    (A::Quit, EVERYWHERE, &[ctrl('q')]),
    (A::Help, READING, &[c('?'), k(KeyCode::F1)]),
    (A::Help, &[Typing, Palette, ActSheet, Prompt, Locked], &[k(KeyCode::F1)]),
];

pub(super) fn bindings() -> Vec<Binding> {
    let lines = [MOVE, LOOK, DO].into_iter().flatten();
    lines.map(|(action, on, keys)| Binding { action: *action, on, keys: keys.to_vec() }).collect()
}

/// Actions that share an item, and its word. The last item is the one that goes last.
pub(super) type Footer = &'static [(&'static [Action], &'static str)];

pub(super) fn footer(context: Context) -> Footer {
    match context {
        Browse => &[
            (&[A::Down, A::Up], "move"),
            (&[A::Open], "open"),
            (&[A::Acts], "acts"),
            (&[A::Filter], "filter"),
            (&[A::Palette], "command"),
            (&[A::Back], "back"),
            (&[A::Share], "copy"),
            (&[A::NextPane], "pane"),
            (&[A::Sort], "sort"),
            (&[A::HideAmounts], "hide amounts"),
            (&[A::Lock], "lock"),
            (&[A::Help], "help"),
        ],
        Review => &[
            (&[A::NextPane, A::PreviousPane], "section"),
            (&[A::Down, A::Up], "scroll"),
            (&[A::Acts], "acts"),
            (&[A::Back], "back"),
            (&[A::HashWords], "words"),
            (&[A::Share], "copy"),
            (&[A::Diff], "diff"),
            (&[A::Refresh], "again"),
            (&[A::Lock], "lock"),
            (&[A::Help], "help"),
        ],
        Draft => &[
            (&[A::NextPane, A::PreviousPane], "field"),
            (&[A::Open], "edit"),
            (&[A::Undo], "undo"),
            (&[A::MaxAmount], "max"),
            (&[A::Acts], "submit.."),
            (&[A::Back], "leave, draft kept"),
            (&[A::Help], "help"),
        ],
        Typing => &[(&[A::Open], "accept"), (&[A::NextPane], "next"), (&[A::Cancel], "cancel"), (&[A::Lock], "lock")],
        Palette => &[(&[A::Open], "run"), (&[A::NextPane], "complete"), (&[A::Cancel], "close")],
        ActSheet => &[(&[A::Down, A::Up], "choose"), (&[A::Open], "open its screen"), (&[A::Cancel], "close")],
        Prompt => &[(&[A::Yes], "yes"), (&[A::No], "no"), (&[A::Cancel], "cancel")],
        Share => &[
            (&[A::CopyAddress], "address"),
            (&[A::CopyHash], "hash"),
            (&[A::CopyRow], "row"),
            (&[A::CopyCommand], "command"),
            (&[A::CopyTransaction], "transaction"),
            (&[A::Cancel], "cancel"),
        ],
        Page => &[(&[A::Down, A::Up], "scroll"), (&[A::Filter], "search"), (&[A::Back], "close")],
        Locked => &[(&[A::Open], "unlock"), (&[A::Quit], "quit")],
    }
}
