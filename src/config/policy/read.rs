//! From text to a policy, every complaint with its place.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use toml::Spanned;

use crate::config::duration::parse_duration;
use crate::config::error::ConfigError;
use crate::config::policy::fields::{PolicyFile, QuorumFile, RuleFile, WindowFile, Words};
use crate::config::source::Source;
use crate::config::table::Table;
use crate::domain::asset::{Asset, AssetId};
use crate::domain::id::{BadId, ContactId, GroupId, Label, MemberId, RuleId, WalletId};
use crate::domain::money::Amount;
use crate::domain::policy::rule::{Destination, Quorum, Rule, Scope, Then, When, Window};
use crate::domain::policy::{Policy, RULES_MAX};
use crate::domain::time::Seconds;
use crate::domain::wallet::Tier;

/// A request waits this long for votes where the file does not say: one day.
const VOTE_TIME_DEFAULT_S: Seconds = 24 * 60 * 60;
const HOUR_S: Seconds = 60 * 60;
const CLASSES: [&str; 3] = ["contacts", "own", "unlisted"];
const SCOPES: [Scope; 4] = [Scope::Treasury, Scope::Wallet, Scope::Destination, Scope::Initiator];

/// Reads a policy. Symbols and decimals come from `assets`, the treasury's own list; the policy gets this `version`.
///
/// Whether the policy is sound (reachable quorums, bounded rules) is for `domain::policy::lint`.
///
/// # Errors
/// [`ConfigError::Invalid`] with line, column, key and expectation.
pub fn read(path: &Path, text: &str, assets: &[&Asset], version: u32) -> Result<Policy, ConfigError> {
    let source = Source::new(path, text);
    let file: PolicyFile = source.parse()?;
    Reader { source, assets }.policy(file, version)
}

struct Reader<'a> {
    source: Source<'a>,
    assets: &'a [&'a Asset],
}

impl Reader<'_> {
    fn policy(&self, file: PolicyFile, version: u32) -> Result<Policy, ConfigError> {
        let vote_s = match &file.vote_time {
            Some(text) => parse_duration(text.get_ref()).map_err(|why| self.source.wrong(text.span(), why))?,
            None => VOTE_TIME_DEFAULT_S,
        };
        let mut groups = BTreeMap::new();
        for (name, members) in &file.groups {
            let members = members.iter().map(|m| self.id(m, MemberId::parse)).collect::<Result<BTreeSet<_>, _>>()?;
            groups.insert(self.id(name, GroupId::parse)?, members);
        }
        let governance = self.quorum(&file.governance.0, &groups)?;
        let mut rules: Vec<Rule> = Vec::new();
        for Table(rule) in file.rule {
            let span = rule.id.span();
            let checked = self.rule(rule, &groups)?;
            if rules.len() == RULES_MAX {
                return Err(self.source.wrong(span, format!("expected at most {RULES_MAX} rules")));
            }
            if rules.iter().any(|other| other.id == checked.id) {
                return Err(self.source.wrong(span, format!("rule {} stands here twice; expected each name once", checked.id)));
            }
            rules.push(checked);
        }
        Ok(Policy { version, groups, governance, vote_s, rules })
    }

    fn rule(&self, file: RuleFile, groups: &BTreeMap<GroupId, BTreeSet<MemberId>>) -> Result<Rule, ConfigError> {
        let id = self.id(&file.id, RuleId::parse)?;
        let then = self.then(&file, groups)?;
        let assets = file.asset.as_ref().map(|words| self.asset_list(words)).transpose()?;
        let amount = |text: &Option<Spanned<String>>| text.as_ref().map(|t| self.amount(t, assets.as_deref())).transpose();
        let (over, up_to) = (amount(&file.over)?, amount(&file.up_to)?);
        let window = file.window.as_ref().map(|w| self.window(w, assets.as_deref())).transpose()?;
        let when = When {
            wallets: file.from.as_ref().map(|words| self.set(words, WalletId::parse)).transpose()?,
            tiers: file.tiers.as_ref().map(|words| self.tiers(words)).transpose()?,
            initiators: file.by.as_ref().map(|words| self.set(words, MemberId::parse)).transpose()?,
            to: file.to.as_ref().map(|words| self.destination(words)).transpose()?,
            assets: assets.map(|list| list.iter().map(|a| a.id).collect::<BTreeSet<AssetId>>()),
            over,
            up_to,
            window,
        };
        Ok(Rule { id, when, then })
    }

    fn then(&self, file: &RuleFile, groups: &BTreeMap<GroupId, BTreeSet<MemberId>>) -> Result<Then, ConfigError> {
        let one =
            || self.source.wrong(file.id.span(), "expected exactly one of allow = true, require = [...] and block = \"reason\"");
        let late = file.late_slot.as_ref().map(Spanned::span);
        let then = match (&file.allow, &file.require, &file.block) {
            (Some(allow), None, None) if *allow.get_ref() => Then::Allow,
            (Some(allow), None, None) => {
                return Err(self.source.wrong(allow.span(), "expected true; a rule that bars says block = \"reason\""));
            }
            (None, Some(quorums), None) => {
                let quorums = quorums.iter().map(|q| self.quorum(&q.0, groups)).collect::<Result<_, _>>()?;
                let late_slot = file.late_slot.as_ref().is_some_and(|l| *l.get_ref());
                return Ok(Then::Require { quorums, late_slot });
            }
            (None, None, Some(reason)) => Then::Block { reason: self.id(reason, Label::parse)? },
            (Some(_), Some(_), _) | (Some(_), _, Some(_)) | (_, Some(_), Some(_)) | (None, None, None) => return Err(one()),
        };
        match late {
            Some(span) => Err(self.source.wrong(span, "late_slot belongs to a rule with require")),
            None => Ok(then),
        }
    }

    fn quorum(&self, file: &QuorumFile, groups: &BTreeMap<GroupId, BTreeSet<MemberId>>) -> Result<Quorum, ConfigError> {
        let group = self.id(&file.group, GroupId::parse)?;
        if !groups.contains_key(&group) {
            let known: Vec<&str> = groups.keys().map(GroupId::as_str).collect();
            let message = format!("there is no group {group}; expected one of [groups]: {}", known.join(", "));
            return Err(self.source.unknown(&file.group, message, known));
        }
        if *file.needed.get_ref() == 0 {
            return Err(self.source.wrong(file.needed.span(), "expected 1 or more: a quorum of zero approves by itself"));
        }
        Ok(Quorum { group, needed: *file.needed.get_ref() })
    }

    fn window(&self, file: &Spanned<Table<WindowFile>>, assets: Option<&[&Asset]>) -> Result<Window, ConfigError> {
        let window = &file.get_ref().0;
        let seconds = match (&window.hours, &window.seconds) {
            (Some(hours), None) => {
                let seconds = hours.get_ref().checked_mul(HOUR_S);
                seconds.ok_or_else(|| self.source.wrong(hours.span(), "expected 1 to 744 hours"))?
            }
            (None, Some(seconds)) => *seconds.get_ref(),
            (Some(_), Some(_)) | (None, None) => {
                return Err(self.source.wrong(file.span(), "expected exactly one of hours and seconds"));
            }
        };
        let words = || SCOPES.iter().map(|s| s.word());
        let per = SCOPES.into_iter().find(|s| s.word() == window.per.get_ref());
        let unknown =
            || self.source.unknown(&window.per, format!("expected one of {}", words().collect::<Vec<_>>().join(", ")), words());
        let sum_over = window.over.as_ref().map(|text| self.amount(text, assets)).transpose()?;
        let count_over = window.count_over.as_ref().map(|n| *n.get_ref());
        if sum_over.is_none() && count_over.is_none() {
            return Err(self.source.wrong(
                file.span(),
                "expected over = \"amount\" or count_over = number: a window without a limit means nothing",
            ));
        }
        Ok(Window { seconds, per: per.ok_or_else(unknown)?, sum_over, count_over })
    }

    fn amount(&self, text: &Spanned<String>, assets: Option<&[&Asset]>) -> Result<Amount, ConfigError> {
        let Some([asset]) = assets else {
            return Err(self.source.wrong(text.span(), "an amount needs its unit: expected the rule to name exactly one asset"));
        };
        asset.amount(text.get_ref()).map_err(|e| self.source.wrong(text.span(), e.to_string()))
    }

    fn asset_list(&self, words: &Spanned<Words>) -> Result<Vec<&Asset>, ConfigError> {
        words.get_ref().each().iter().map(|word| self.asset(word, words.span())).collect()
    }

    fn asset(&self, word: &str, span: Range<usize>) -> Result<&Asset, ConfigError> {
        let named = |asset: &&&Asset| asset.symbol.as_str() == word || asset.id.to_string() == word;
        self.assets.iter().find(named).copied().ok_or_else(|| {
            let known: Vec<&str> = self.assets.iter().map(|a| a.symbol.as_str()).collect();
            let message = format!("there is no asset {word:?} in the treasury's list; expected one of: {}", known.join(", "));
            self.source.unknown(&Spanned::new(span, word.to_owned()), message, known)
        })
    }

    fn tiers(&self, words: &Spanned<Words>) -> Result<BTreeSet<Tier>, ConfigError> {
        let known = || Tier::ALL.iter().map(|t| t.word());
        let tier = |word: &String| {
            let place = Spanned::new(words.span(), word.clone());
            Tier::parse(word).ok_or_else(|| {
                self.source.unknown(&place, format!("there is no tier {word:?}; expected hot, warm or cold"), known())
            })
        };
        words.get_ref().each().iter().map(tier).collect()
    }

    fn destination(&self, words: &Spanned<Words>) -> Result<Destination, ConfigError> {
        match words.get_ref() {
            Words::List(_) => self.set(words, ContactId::parse).map(Destination::Listed),
            Words::One(word) => match word.as_str() {
                "contacts" => Ok(Destination::Contacts),
                "own" => Ok(Destination::Own),
                "unlisted" => Ok(Destination::Unlisted),
                _ => {
                    let place = Spanned::new(words.span(), word.clone());
                    Err(self.source.unknown(
                        &place,
                        "expected \"contacts\", \"own\", \"unlisted\" or a list of contacts such as [\"supplier-7\"]",
                        CLASSES,
                    ))
                }
            },
        }
    }

    fn set<T: Ord>(&self, words: &Spanned<Words>, parse: fn(&str) -> Result<T, BadId>) -> Result<BTreeSet<T>, ConfigError> {
        words
            .get_ref()
            .each()
            .iter()
            .map(|word| parse(word).map_err(|e| self.source.wrong(words.span(), e.to_string())))
            .collect()
    }

    fn id<T>(&self, word: &Spanned<String>, parse: fn(&str) -> Result<T, BadId>) -> Result<T, ConfigError> {
        parse(word.get_ref()).map_err(|e| self.source.wrong(word.span(), e.to_string()))
    }
}
