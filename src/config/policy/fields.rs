//! The keys of a policy file, before they are checked.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use toml::Spanned;

use crate::config::table::Table;

/// Most elements of one list.
const LIST_MAX: usize = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyFile {
    pub(super) vote_time: Option<Spanned<String>>,
    pub(super) governance: Table<QuorumFile>,
    #[serde(default)]
    pub(super) groups: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
    #[serde(default)]
    pub(super) rule: Vec<Table<RuleFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuorumFile {
    pub(super) group: Spanned<String>,
    pub(super) needed: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleFile {
    pub(super) id: Spanned<String>,
    pub(super) from: Option<Spanned<Words>>,
    pub(super) tiers: Option<Spanned<Words>>,
    pub(super) by: Option<Spanned<Words>>,
    pub(super) to: Option<Spanned<Words>>,
    pub(super) asset: Option<Spanned<Words>>,
    pub(super) over: Option<Spanned<String>>,
    pub(super) up_to: Option<Spanned<String>>,
    pub(super) window: Option<Spanned<Table<WindowFile>>>,
    pub(super) allow: Option<Spanned<bool>>,
    pub(super) require: Option<Vec<Table<QuorumFile>>>,
    pub(super) late_slot: Option<Spanned<bool>>,
    pub(super) block: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WindowFile {
    pub(super) hours: Option<Spanned<u64>>,
    pub(super) seconds: Option<Spanned<u64>>,
    pub(super) per: Spanned<String>,
    pub(super) over: Option<Spanned<String>>,
    pub(super) count_over: Option<Spanned<u32>>,
}

/// One word, or a list of words.
pub(super) enum Words {
    One(String),
    List(Vec<String>),
}

impl Words {
    /// Each word.
    pub(super) fn each(&self) -> &[String] {
        match self {
            Self::One(word) => std::slice::from_ref(word),
            Self::List(words) => words,
        }
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordsVisitor)
    }
}

struct WordsVisitor;

impl<'de> Visitor<'de> for WordsVisitor {
    type Value = Words;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Words, E> {
        Ok(Words::One(word.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Words, A::Error> {
        let mut words = Vec::new();
        while let Some(word) = items.next_element::<String>()? {
            if words.len() == LIST_MAX {
                return Err(A::Error::custom(format!("expected at most {LIST_MAX} elements")));
            }
            words.push(word);
        }
        Ok(Words::List(words))
    }
}
