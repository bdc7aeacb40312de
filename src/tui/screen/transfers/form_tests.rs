//! The form alone.

use super::*;
use crate::domain::money::Amount;
use crate::domain::tests::fixtures::{World, draft};
use crate::tui::screen::transfers::typed::look_alikes;

fn typed(form: &mut Form, text: &str) {
    text.chars().for_each(|c| assert!(form.key(KeyPress::char(c)) || c == 'x'));
}

fn filled(treasury: &Treasury) -> Form {
    let mut form = Form::empty();
    for pick in ["hot", "supplier", "usdc"] {
        form.edit();
        typed(&mut form, pick);
        form.accept(treasury);
        form.go(true);
    }
    form.edit();
    typed(&mut form, "1250.50");
    form.go(true);
    form
}

#[test]
fn fields_are_picked_and_typed_into_a_draft() {
    let world = World::founded();
    let mut form = filled(&world.treasury);
    assert_eq!(form.field, Field::Memo);
    typed(&mut form, "invoice u 7");
    form.go(true);
    typed(&mut form, "6xh");
    form.accept(&world.treasury);
    let draft = form.draft(&world.treasury).expect("complete");
    assert_eq!(draft.expires_s, Some(6 * 3_600), "what is no part of a time is not taken");
    assert_eq!(draft.memo.as_ref().map(Untrusted::raw_for_storage), Some("invoice u 7"));
    assert_eq!(draft.amount, Amount::from(1_250_500_000));
}

#[test]
fn what_is_missing_is_named() {
    let world = World::founded();
    let mut form = Form::empty();
    assert_eq!(form.draft(&world.treasury), Err("choose the wallet that pays".to_owned()));
    form = filled(&world.treasury);
    form.set_amount("1.1234567".to_owned());
    assert!(form.draft(&world.treasury).expect_err("too many decimals").contains("6 decimals"));
    form.set_amount("1".to_owned());
    form.values.expires = "5x".to_owned();
    assert!(form.draft(&world.treasury).is_err());
}

#[test]
fn local_edits_are_undone_and_redone() {
    let world = World::founded();
    let mut form = filled(&world.treasury);
    form.cancel();
    let done = form.values.clone();
    for _ in 0..4 {
        assert!(form.undo());
    }
    assert_eq!(form.values, Values::default());
    assert!(!form.undo());
    for _ in 0..4 {
        assert!(form.redo());
    }
    assert_eq!(form.values, done);
    form.undo();
    form.set_amount("7".to_owned());
    assert!(!form.redo(), "a new edit ends what could be redone");
}

#[test]
fn a_memo_that_cannot_be_typed_survives_editing_something_else() {
    let mut world = World::founded();
    let mut draft = draft("hot-1", "supplier", "190 USDC");
    let memo = Untrusted::new("two\nlines");
    draft.memo = Some(memo.clone());
    let id = world.next_id();
    let mut form = Form::of(&world.treasury, id, &draft);
    form.field = Field::Memo;
    form.edit();
    form.accept(&world.treasury);
    assert_eq!(form.values.memo, Some(memo));
    assert!(!form.is_changed());
}

#[test]
fn addresses_with_the_same_ends_are_noticed() {
    let world = World::founded();
    let contact = world.treasury.contacts().values().next().expect("a contact");
    let mut bytes = contact.address.into_array();
    bytes[9] ^= 1;
    assert_eq!(look_alikes(&world.treasury, Address::from(bytes)), [format!("\"{}\"", contact.label)]);
    assert!(look_alikes(&world.treasury, contact.address).is_empty());
}
