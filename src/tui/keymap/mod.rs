//! Keys to actions: one table, from which help, footer, manual and the check of `keys.toml` are made.
//!
//! Nothing in the table acts. `x` opens the act sheet, and an act has its own screen with its own typed check: so there is no
//! action to bind a vote or a broadcast to.

mod action;
mod chord;
mod table;

pub use action::{Action, Group};
pub use chord::{chord_name, parse_chord};

use super::input::KeyPress;
use crate::text::{Charset, Context as TextContext, Untrusted, width};

/// Where a key is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// Lists and details.
    Browse,
    /// The sections of a review.
    Review,
    /// The fields of a draft, none of them being typed into.
    Draft,
    /// A text field: printable keys are text.
    Typing,
    /// The command palette: printable keys are text.
    Palette,
    /// The list of acts.
    ActSheet,
    /// A question: `y` or `n`, no default.
    Prompt,
    /// After `y`: what to copy.
    Share,
    /// Help, and pages that are only read.
    Page,
    /// The lock screen: printable keys belong to the passphrase.
    Locked,
}

impl Context {
    /// Every context.
    pub const ALL: [Context; 10] = [
        Context::Browse,
        Context::Review,
        Context::Draft,
        Context::Typing,
        Context::Palette,
        Context::ActSheet,
        Context::Prompt,
        Context::Share,
        Context::Page,
        Context::Locked,
    ];

    /// Whether printable keys are text here, so that nothing may be bound to them.
    pub const fn takes_text(self) -> bool {
        matches!(self, Context::Typing | Context::Palette | Context::Locked)
    }
}

/// One action, where it is open, and its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Binding {
    action: Action,
    on: &'static [Context],
    keys: Vec<KeyPress>,
}

/// Why a line of `keys.toml` was refused. The map stays as it was.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeymapError {
    /// No such action.
    #[error("{0} is no action; `bursar help keys` lists them")]
    UnknownAction(String),
    /// No such key.
    #[error(
        "{0} is no key: write a character, ^x for control, or one of esc, enter, tab, s-tab, space, backspace, delete, up, down, left, right, home, end, pgup, pgdn, f1"
    )]
    UnknownKey(String),
    /// The way to acts, to the lock and out of a question is the same on every desk.
    #[error("{0} cannot be bound to another key")]
    Fixed(&'static str),
    /// The key never arrives, arrives as another one, or belongs to a multiplexer.
    #[error("{key} cannot be used: {why}")]
    CannotTravel {
        /// The key.
        key: String,
        /// Why.
        why: &'static str,
    },
    /// Two actions in one place.
    #[error("{key} already means {taken} where {action} is open")]
    Conflict {
        /// The key.
        key: String,
        /// The action to be bound.
        action: &'static str,
        /// The action that has the key.
        taken: &'static str,
    },
    /// Without a key the action could not be reached.
    #[error("{0} needs at least one key")]
    NoKey(&'static str),
}

/// The key map: the defaults with a person's changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    bindings: Vec<Binding>,
    changed: usize,
}

impl Default for Keymap {
    fn default() -> Self {
        Self { bindings: table::bindings(), changed: 0 }
    }
}

impl Keymap {
    /// What `key` means here. Keys with Alt mean nothing.
    pub fn action(&self, context: Context, key: KeyPress) -> Option<Action> {
        self.open_in(context).find(|binding| binding.keys.contains(&key)).map(|binding| binding.action)
    }

    /// The first key of an action, as it is written in help and footer; empty when it has none.
    pub fn key_of(&self, action: Action) -> String {
        self.keys_of(action).next().map(chord_name).unwrap_or_default()
    }

    /// How many actions have other keys than by default.
    pub fn changed(&self) -> usize {
        self.changed
    }

    /// Gives an action other keys: one line of `keys.toml`.
    ///
    /// # Errors
    /// See [`KeymapError`].
    pub fn rebind(&mut self, name: &str, chords: &[&str]) -> Result<(), KeymapError> {
        let at = self.bindings.iter().position(|binding| binding.action.name() == name);
        let at = at.ok_or_else(|| KeymapError::UnknownAction(quoted(name)))?;
        let Binding { action, on, .. } = self.bindings[at];
        if action.is_fixed() {
            return Err(KeymapError::Fixed(action.name()));
        }
        let keys = chords
            .iter()
            .map(|chord| parse_chord(chord).ok_or_else(|| KeymapError::UnknownKey(quoted(chord))))
            .collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(KeymapError::NoKey(action.name()));
        }
        for key in &keys {
            let with_text = on.iter().any(|context| context.takes_text());
            if let Some(why) = chord::cannot_travel(*key, with_text) {
                return Err(KeymapError::CannotTravel { key: chord_name(*key), why });
            }
            let taken = on.iter().find_map(|context| self.action(*context, *key)).filter(|taken| *taken != action);
            if let Some(taken) = taken {
                return Err(KeymapError::Conflict { key: chord_name(*key), action: action.name(), taken: taken.name() });
            }
        }
        self.bindings[at].keys = keys;
        self.changed += 1;
        Ok(())
    }

    /// The footer: keys and words, as many as fit into `columns` with two blanks between them. Items go from the right; `? help`
    /// stands last and goes last.
    pub fn footer(&self, context: Context, columns: usize) -> Vec<(String, &'static str)> {
        let item = |(actions, word): &(&[Action], &'static str)| {
            let keys: Vec<String> = actions.iter().map(|action| self.key_of(*action)).collect();
            (keys.join("/"), *word)
        };
        let wide = |(keys, word): &(String, &'static str)| width(keys) + 1 + width(word) + 2;
        let mut items: Vec<_> = table::footer(context).iter().map(item).collect();
        let help = items.pop();
        let mut room = columns.saturating_sub(help.as_ref().map_or(0, wide));
        items.retain(|item| {
            let fits = wide(item) <= room;
            room = if fits { room - wide(item) } else { 0 };
            fits
        });
        items.extend(help.filter(|help| wide(help) <= columns));
        items
    }

    /// The lines of the help page for a context: group, keys, words.
    pub fn help(&self, context: Context) -> Vec<(Group, String, &'static str)> {
        let line = |binding: &Binding| {
            let keys: Vec<String> = binding.keys.iter().map(|key| chord_name(*key)).collect();
            (binding.action.group(), keys.join(" "), binding.action.help())
        };
        let mut lines: Vec<_> = self.open_in(context).map(line).collect();
        lines.sort_by_key(|(group, ..)| *group);
        lines
    }

    /// The whole map as a Markdown table: `bursar keys --md`.
    pub fn markdown(&self) -> String {
        let mut out = String::from("| Action | Keys | What it does |\n|---|---|---|\n");
        for binding in &self.bindings {
            let keys: Vec<String> =
                binding.keys.iter().map(|key| format!("`{}`", chord_name(*key).replace('|', "\\|"))).collect();
            out.push_str(&format!("| {} | {} | {} |\n", binding.action.name(), keys.join(" "), binding.action.help()));
        }
        out
    }

    fn open_in(&self, context: Context) -> impl Iterator<Item = &Binding> {
        self.bindings.iter().filter(move |binding| binding.on.contains(&context))
    }

    fn keys_of(&self, action: Action) -> impl Iterator<Item = KeyPress> {
        self.bindings.iter().filter(move |binding| binding.action == action).flat_map(|binding| binding.keys.iter().copied())
    }
}

fn quoted(text: &str) -> String {
    Untrusted::new(text).quoted(TextContext::Label, 40, Charset::Unicode).text
}

#[cfg(test)]
mod tests;
