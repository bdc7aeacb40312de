//! The form of a draft: values, the field under the cursor, undo. It knows the treasury's lists and decides nothing.

use alloy_primitives::Address;

use crate::desk::snapshot::Snapshot;
use crate::domain::asset::AssetId;
use crate::domain::id::{Reference, RequestId, WalletId};
use crate::domain::transfer::{Draft, Stage};
use crate::domain::treasury::Treasury;
use crate::domain::wallet::{Party, WalletKind};
use crate::text::Untrusted;
use crate::tui::input::{KeyCode, KeyPress};
use crate::tui::screen::transfers::typed::{plain, seconds};
use crate::tui::widget::TextField;

/// Steps that can be undone.
pub const UNDO_MAX: usize = 100;
/// Longest typed memo, in characters; longer ones come by the command line.
const MEMO_CHARS: usize = 200;
/// Longest typed amount, in characters: 78 digits and a point.
const AMOUNT_CHARS: usize = 79;
/// Longest typed expiry, in characters.
const EXPIRES_CHARS: usize = 8;
/// Longest filter of a list, in characters: an address and some air.
const FILTER_CHARS: usize = 48;

/// A field, from top to bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The wallet that pays.
    From,
    /// Who gets it.
    To,
    /// Of what.
    Asset,
    /// How much.
    Amount,
    /// Why.
    Memo,
    /// How long it may wait for votes.
    Expires,
}

impl Field {
    /// In the order of the form.
    pub const ALL: [Self; 6] = [Self::From, Self::To, Self::Asset, Self::Amount, Self::Memo, Self::Expires];

    /// The name in front of it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::From => "From",
            Self::To => "To",
            Self::Asset => "Asset",
            Self::Amount => "Amount",
            Self::Memo => "Memo",
            Self::Expires => "Expires",
        }
    }

    /// Whether its value is picked from a list.
    #[must_use]
    pub const fn is_picked(self) -> bool {
        matches!(self, Self::From | Self::To | Self::Asset)
    }

    fn beside(self, forward: bool) -> Self {
        let at = self as usize;
        let to = if forward { at + 1 } else { at + Self::ALL.len() - 1 };
        Self::ALL[to % Self::ALL.len()]
    }
}

/// What was chosen and typed so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// The wallet that pays.
    pub from: Option<WalletId>,
    /// Who gets it.
    pub to: Option<Party>,
    /// Of what.
    pub asset: Option<AssetId>,
    /// As typed.
    pub amount: String,
    /// As typed, or as it came.
    pub memo: Option<Untrusted>,
    /// As typed: `6h`; empty for the policy's default.
    pub expires: String,
}

/// What keys do.
#[derive(Clone, Debug)]
pub enum Mode {
    /// Moves between fields.
    Moving,
    /// Types into the field.
    Typing(TextField),
    /// Picks from a list that what is typed narrows.
    Picking(TextField, usize),
}

/// One line of a list to pick from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A wallet that can pay.
    Wallet(WalletId),
    /// A destination.
    Party(Party),
    /// An asset.
    Asset(AssetId),
}

/// A draft being written.
#[derive(Clone, Debug)]
pub struct Form {
    /// The draft it edits; none for a new one.
    pub id: Option<RequestId>,
    /// The field under the cursor.
    pub field: Field,
    /// What keys do.
    pub mode: Mode,
    /// What was chosen and typed.
    pub values: Values,
    /// Rows that the verdict below is scrolled by.
    pub scroll: usize,
    saved: Values,
    reference: Option<Reference>,
    undo: Vec<Values>,
    redo: Vec<Values>,
}

impl Form {
    /// An empty form.
    #[must_use]
    pub fn empty() -> Self {
        Self::with(None, Values::default(), None)
    }

    /// The form of a draft that is stored.
    #[must_use]
    pub fn of(treasury: &Treasury, id: RequestId, draft: &Draft) -> Self {
        let amount = treasury.assets().get(&draft.asset).map_or_else(|| draft.amount.to_string(), |asset| plain(asset, draft));
        let values = Values {
            from: Some(draft.from.clone()),
            to: Some(draft.to.clone()),
            asset: Some(draft.asset),
            amount,
            memo: draft.memo.clone(),
            expires: draft.expires_s.map_or_else(String::new, |seconds| format!("{seconds}s")),
        };
        Self::with(Some(id), values, draft.reference.clone())
    }

    fn with(id: Option<RequestId>, values: Values, reference: Option<Reference>) -> Self {
        Self {
            id,
            field: Field::From,
            mode: Mode::Moving,
            scroll: 0,
            saved: values.clone(),
            values,
            reference,
            undo: Vec::new(),
            redo: Vec::new(),
        }
    }

    /// Whether something differs from what is stored.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.values != self.saved
    }

    /// Whether what it edits is a draft still: what was proposed or withdrawn is not written any more.
    #[must_use]
    pub fn is_draft(&self, treasury: &Treasury) -> bool {
        let request = self.id.and_then(|id| treasury.request(id).ok());
        request.is_none_or(|request| request.transfer().is_some_and(|transfer| transfer.stage == Stage::Drafted))
    }

    /// What is written is stored now, under this id.
    pub fn stored(&mut self, id: Option<RequestId>) {
        self.id = id.or(self.id);
        self.saved = self.values.clone();
    }

    /// The draft, or what is missing.
    ///
    /// # Errors
    /// One sentence about the first field that has no good value.
    pub fn draft(&self, treasury: &Treasury) -> Result<Draft, String> {
        let Values { from, to, asset, amount, memo, expires } = &self.values;
        let from = from.clone().ok_or("choose the wallet that pays")?;
        let to = to.clone().ok_or("choose who gets it")?;
        let asset = asset.ok_or("choose the asset")?;
        let listed = treasury.assets().get(&asset).ok_or("the asset is not on our list")?;
        if amount.is_empty() {
            return Err("type the amount".to_owned());
        }
        let amount = listed.amount(amount).map_err(|bad| bad.to_string())?;
        let expires_s = seconds(expires)?;
        let memo = memo.clone().filter(|memo| !memo.is_empty());
        Ok(Draft { from, to, asset, amount, memo, reference: self.reference.clone(), expires_s })
    }

    /// Goes to the next or previous field; where text was being typed, typing goes on there.
    pub fn go(&mut self, forward: bool) {
        let goes_on = !matches!(self.mode, Mode::Moving);
        self.accept_text();
        self.mode = Mode::Moving;
        self.field = self.field.beside(forward);
        if goes_on && !self.field.is_picked() {
            self.edit();
        }
    }

    /// Begins to type or pick.
    pub fn edit(&mut self) {
        self.mode = match self.field {
            Field::From | Field::To | Field::Asset => Mode::Picking(TextField::new(FILTER_CHARS), 0),
            Field::Amount => Mode::Typing(TextField::with_text(AMOUNT_CHARS, &self.values.amount)),
            Field::Expires => Mode::Typing(TextField::with_text(EXPIRES_CHARS, &self.values.expires)),
            Field::Memo => {
                let memo = self.values.memo.as_ref().map_or("", Untrusted::raw_for_storage);
                Mode::Typing(TextField::with_text(MEMO_CHARS, memo))
            }
        };
    }

    /// A key while typing or picking. Only what can belong to the value is taken.
    pub fn key(&mut self, key: KeyPress) -> bool {
        let fits = match (self.field, key.code) {
            (Field::Amount, KeyCode::Char(c)) => c.is_ascii_digit() || c == '.' || key.ctrl,
            (Field::Expires, KeyCode::Char(c)) => c.is_ascii_digit() || "smhd".contains(c) || key.ctrl,
            _ => true,
        };
        match &mut self.mode {
            Mode::Moving => false,
            Mode::Typing(field) => fits && field.key(key),
            Mode::Picking(filter, at) => {
                let taken = filter.key(key);
                *at = if taken { 0 } else { *at };
                taken
            }
        }
    }

    /// Pasted text, as a whole or not at all.
    pub fn paste(&mut self, text: &Untrusted) -> bool {
        match &mut self.mode {
            Mode::Moving => false,
            Mode::Typing(field) | Mode::Picking(field, _) => field.paste(text),
        }
    }

    /// Moves in the list of choices.
    pub fn step(&mut self, treasury: &Treasury, down: bool) {
        let last = self.choices(treasury).len().saturating_sub(1);
        if let Mode::Picking(_, at) = &mut self.mode {
            *at = if down { (*at + 1).min(last) } else { at.saturating_sub(1) };
        }
    }

    /// Takes what was typed or picked.
    pub fn accept(&mut self, treasury: &Treasury) {
        if let Mode::Picking(_, at) = &self.mode {
            let choice = self.choices(treasury).into_iter().nth(*at);
            if let Some(choice) = choice {
                self.pick(treasury, choice);
            }
            self.mode = Mode::Moving;
            return;
        }
        self.accept_text();
        self.mode = Mode::Moving;
    }

    /// Forgets what is being typed or picked.
    pub fn cancel(&mut self) {
        self.mode = Mode::Moving;
    }

    fn accept_text(&mut self) {
        let Mode::Typing(text) = &self.mode else { return };
        let mut values = self.values.clone();
        match self.field {
            Field::Amount => values.amount = text.text(),
            Field::Expires => values.expires = text.text(),
            Field::Memo => {
                let typed = text.text();
                let was = self.values.memo.as_ref().map_or("", Untrusted::raw_for_storage);
                // A memo that could not be typed stays whole unless it was really edited.
                if TextField::with_text(MEMO_CHARS, was).text() != typed {
                    values.memo = (!typed.is_empty()).then(|| Untrusted::new(typed));
                }
            }
            Field::From | Field::To | Field::Asset => {}
        }
        self.set(values);
    }

    fn pick(&mut self, treasury: &Treasury, choice: Choice) {
        let mut values = self.values.clone();
        match choice {
            Choice::Wallet(id) => {
                let network = treasury.wallets().get(&id).map(|wallet| wallet.network);
                values.asset = values.asset.filter(|asset| Some(asset.network) == network);
                values.from = Some(id);
            }
            Choice::Party(party) => values.to = Some(party),
            Choice::Asset(asset) => values.asset = Some(asset),
        }
        self.set(values);
    }

    /// Sets the amount to this text.
    pub fn set_amount(&mut self, amount: String) {
        self.set(Values { amount, ..self.values.clone() });
    }

    /// Sets the amount to all that the wallet holds, as last read.
    pub fn set_max(&mut self, snap: &Snapshot) {
        let (Some(from), Some(id)) = (&self.values.from, self.values.asset) else { return };
        if let (Some(reading), Some(asset)) = (snap.balances.get(from, &id), snap.treasury.assets().get(&id)) {
            self.set_amount(reading.amount.human(asset.decimals, 0).replace(',', ""));
        }
    }

    fn set(&mut self, values: Values) {
        if values == self.values {
            return;
        }
        if self.undo.len() == UNDO_MAX {
            self.undo.remove(0);
        }
        self.undo.push(std::mem::replace(&mut self.values, values));
        self.redo.clear();
        self.scroll = 0;
    }

    /// Takes back the last change of a value. Returns whether there was one.
    pub fn undo(&mut self) -> bool {
        let Some(before) = self.undo.pop() else { return false };
        self.redo.push(std::mem::replace(&mut self.values, before));
        true
    }

    /// Does it again.
    pub fn redo(&mut self) -> bool {
        let Some(after) = self.redo.pop() else { return false };
        self.undo.push(std::mem::replace(&mut self.values, after));
        true
    }

    /// What can be picked for the field under the cursor, narrowed by what was typed.
    #[must_use]
    pub fn choices(&self, treasury: &Treasury) -> Vec<Choice> {
        let Mode::Picking(filter, _) = &self.mode else { return Vec::new() };
        let words: Vec<String> = filter.text().split_whitespace().map(str::to_lowercase).collect();
        let fits = |text: String| words.iter().all(|word| text.to_lowercase().contains(word.as_str()));
        let from = self.values.from.as_ref().and_then(|id| treasury.wallets().get(id));
        match self.field {
            Field::From => {
                let able = treasury.wallets().values().filter(|wallet| wallet.kind != WalletKind::WatchOnly);
                able.filter(|wallet| fits(format!("{} {} {}", wallet.id, wallet.tier.word(), wallet.network)))
                    .map(|wallet| Choice::Wallet(wallet.id.clone()))
                    .collect()
            }
            Field::Asset => {
                let here =
                    treasury.assets().values().filter(|asset| from.is_none_or(|wallet| wallet.network == asset.id.network));
                here.filter(|asset| fits(format!("{} {}", asset.symbol, asset.id))).map(|asset| Choice::Asset(asset.id)).collect()
            }
            Field::To => {
                let contacts =
                    treasury.contacts().values().filter(|contact| from.is_none_or(|wallet| wallet.network == contact.network));
                let contacts = contacts
                    .filter(|c| fits(format!("{} {} {}", c.id, c.label, c.address)))
                    .map(|c| Party::Contact(c.id.clone()));
                let wallets = treasury
                    .wallets()
                    .values()
                    .filter(|to| from.is_none_or(|wallet| wallet.network == to.network && wallet.id != to.id));
                let wallets = wallets.filter(|w| fits(format!("{} {}", w.id, w.address))).map(|w| Party::Wallet(w.id.clone()));
                let typed = Address::parse_checksummed(filter.text(), None).ok();
                let known = |address: Address| from.is_some_and(|wallet| treasury.name_of(wallet.network, address).is_some());
                let bare = typed.filter(|address| !known(*address)).map(Party::Address);
                contacts.chain(wallets).chain(bare).map(Choice::Party).collect()
            }
            Field::Amount | Field::Memo | Field::Expires => Vec::new(),
        }
    }
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
