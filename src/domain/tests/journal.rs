//! The chain of entries: no change, loss, move, repeat or insertion goes unseen.

use crate::domain::id::TreasuryName;
use crate::domain::journal::{Broken, Entry, RECORD_VERSION, Record, Tip};
use crate::domain::tests::fixtures::*;
use crate::domain::treasury::Treasury;

/// Thirty entries of a treasury with that many drafts' worth of life.
fn chain(name: &str) -> Vec<Entry> {
    let mut world = World::with(|f| f.name = TreasuryName::parse(name).expect("slug"));
    world.draft("alice", "pay-1", "supplier", "2 ETH").propose().approve("bob").approve("carol").pay();
    while world.entries.len() < 30 {
        world.wait(60).draft("alice", "pay-1", "supplier", "0.1 ETH").propose();
    }
    world.entries.truncate(30);
    world.entries
}

/// What `audit verify` does: the first thing that is wrong.
fn verify(entries: &[Entry]) -> Result<Tip, Broken> {
    let mut tip = Tip::EMPTY;
    for entry in entries {
        tip = entry.check(tip)?;
        entry.record()?;
    }
    Ok(tip)
}

fn broken_at(entries: &[Entry]) -> Option<u64> {
    verify(entries).err().map(|broken| broken.seq())
}

#[test]
fn a_whole_chain_is_sound_and_replays() {
    let entries = chain("acme");
    let tip = verify(&entries).expect("sound");
    assert_eq!(tip, entries[29].tip());
    let mut treasury = Treasury::unfounded();
    for entry in &entries {
        treasury.apply(&entry.record().expect("a record"));
    }
    assert_eq!(treasury.name(), "acme");
}

#[test]
fn every_flipped_byte_is_found_where_it_is() {
    let entries = chain("acme");
    let mut flips = 0;
    for (i, entry) in entries.iter().enumerate() {
        // Entries before are sound, so the chain is checked from the tip before this one.
        let before = i.checked_sub(1).map_or(Tip::EMPTY, |j| entries[j].tip());
        let mut wrong = |spoiled: &Entry| {
            flips += 1;
            assert_eq!(spoiled.check(before).map_err(|b| b.seq()), Err(entry.seq), "{spoiled:?}");
        };
        for position in 0..entry.body.len() {
            let mut spoiled = entry.clone();
            spoiled.body[position] ^= 1 << (position % 8);
            wrong(&spoiled);
        }
        for position in 0..32 {
            let mut prev = entry.clone();
            prev.prev.0[position] ^= 0x80;
            wrong(&prev);
            let mut hash = entry.clone();
            hash.hash.0[position] ^= 1;
            wrong(&hash);
        }
        for bit in 0..64 {
            let mut seq = entry.clone();
            seq.seq ^= 1 << bit;
            wrong(&seq);
        }
    }
    assert!(flips > 10_000, "{flips}");
}

#[test]
fn dropped_swapped_repeated_and_cut_entries_are_found() {
    let entries = chain("acme");
    for i in 0..29 {
        let seq = i as u64 + 1;
        let mut dropped = entries.clone();
        dropped.remove(i);
        assert_eq!(broken_at(&dropped), Some(seq), "dropped");
        let mut swapped = entries.clone();
        swapped.swap(i, i + 1);
        assert_eq!(broken_at(&swapped), Some(seq), "swapped");
        let mut repeated = entries.clone();
        repeated.insert(i, entries[i].clone());
        assert_eq!(broken_at(&repeated), Some(seq + 1), "repeated");
        // A piece cut out of the middle, and the rest numbered anew.
        let mut cut = entries.clone();
        cut.drain(i..29);
        cut[i].seq = seq;
        assert_eq!(broken_at(&cut), (i < 29).then_some(seq), "cut");
    }
}

#[test]
fn a_cut_end_is_only_seen_against_a_known_tip() {
    let entries = chain("acme");
    let known = entries[29].tip();
    let cut = verify(&entries[..20]).expect("a shorter chain is sound by itself");
    assert_ne!(cut, known);
    assert_eq!(cut.seq, 20);
}

#[test]
fn another_treasurys_entries_do_not_follow() {
    let (ours, theirs) = (chain("acme"), chain("other"));
    for i in 1..30 {
        let mut spliced = ours.clone();
        spliced.splice(i.., theirs[i..].iter().cloned());
        assert_eq!(broken_at(&spliced), Some(i as u64 + 1));
        let mut one = ours.clone();
        one[i] = theirs[i].clone();
        assert_eq!(broken_at(&one), Some(i as u64 + 1));
    }
}

#[test]
fn a_body_that_was_hashed_anew_breaks_the_next_link() {
    let entries = chain("acme");
    for i in 0..29 {
        let mut forged = entries.clone();
        let Record { at, by, event, .. } = entries[i + 1].record().expect("a record");
        let before = i.checked_sub(1).map_or(Tip::EMPTY, |j| entries[j].tip());
        forged[i] = Entry::after(before, at, by, event).0;
        assert_eq!(broken_at(&forged), Some(i as u64 + 2));
    }
}

#[test]
fn a_record_of_another_shape_is_not_read() {
    let entries = chain("acme");
    let sound = String::from_utf8(entries[3].body.clone()).expect("JSON");
    let version = format!("\"v\":{RECORD_VERSION},");
    for (from, to) in [
        (version.as_str(), "\"v\":99,"),
        ("\"seq\":4", "\"seq\":5"),
        ("{\"v\"", "{\"extra\":1,\"v\""),
        ("\"event\":{\"", "\"event\":{\"unheard-of-"),
        ("\"at\":1", "\"at\":99999999999991"),
    ] {
        let mut entry = entries[3].clone();
        let other = sound.replacen(from, to, 1);
        assert_ne!(other, sound, "{from} occurs");
        entry.body = other.into_bytes();
        assert!(matches!(entry.record(), Err(Broken::Shape(4, _))), "{to}");
    }
}
