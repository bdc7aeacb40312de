//! Names that were used once and are never free again: a set of short keys that only grows, a hundred thousand and more.
//!
//! The bulk is one sorted block that copies of the treasury share; the newest keys stand in a small tree until they are
//! merged into it. So a copy costs nothing, memory is the keys alone, and a snapshot of it is read as fast as hex.

use std::collections::BTreeSet;
use std::sync::Arc;

use alloy_primitives::hex;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Keys in the tree before they are merged into the block.
pub const NEW_MAX: usize = 1024;

/// A set of keys of `N` bytes, in the order of their bytes. Two are equal when the same keys came in the same order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Register<const N: usize> {
    old: Arc<Vec<[u8; N]>>,
    new: BTreeSet<[u8; N]>,
}

impl<const N: usize> Register<N> {
    /// Adds a key; one that is there already changes nothing.
    pub fn insert(&mut self, key: [u8; N]) {
        if self.contains(&key) {
            return;
        }
        self.new.insert(key);
        if self.new.len() >= NEW_MAX {
            self.merge();
        }
    }

    fn merge(&mut self) {
        let mut all = Vec::with_capacity(self.old.len().saturating_add(self.new.len()));
        let mut rest = self.old.as_slice();
        for key in std::mem::take(&mut self.new) {
            let (before, after) = rest.split_at(rest.partition_point(|old| *old < key));
            all.extend_from_slice(before);
            all.push(key);
            rest = after;
        }
        all.extend_from_slice(rest);
        self.old = Arc::new(all);
    }

    /// Whether this key was ever added.
    #[must_use]
    pub fn contains(&self, key: &[u8; N]) -> bool {
        self.new.contains(key) || self.old.binary_search(key).is_ok()
    }

    /// The first key that begins so. A prefix longer than a key begins none.
    #[must_use]
    pub fn starting_with(&self, prefix: &[u8]) -> Option<&[u8; N]> {
        let mut least = [0; N];
        least.get_mut(..prefix.len())?.copy_from_slice(prefix);
        let old = self.old.get(self.old.partition_point(|key| *key < least));
        let new = self.new.range(least..).next();
        [old, new].into_iter().flatten().filter(|key| key.starts_with(prefix)).min()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.old.len().saturating_add(self.new.len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<const N: usize> Serialize for Register<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let new: Vec<[u8; N]> = self.new.iter().copied().collect();
        (hex::encode(self.old.as_flattened()), hex::encode(new.as_flattened())).serialize(serializer)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Register<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Borrowed: the text is megabytes long, and a snapshot is read from memory.
        let (old, new) = <(&str, &str)>::deserialize(deserializer)?;
        let read = |text: &str| read(text).ok_or_else(|| D::Error::custom("expected ascending keys in hex"));
        Ok(Self { old: Arc::new(read(old)?), new: read(new)?.into_iter().collect() })
    }
}

fn read<const N: usize>(text: &str) -> Option<Vec<[u8; N]>> {
    let mut keys = vec![[0; N]; text.len().checked_div(N.checked_mul(2)?)?];
    hex::decode_to_slice(text, keys.as_flattened_mut()).ok()?;
    keys.is_sorted_by(|a, b| a < b).then_some(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u32) -> [u8; 8] {
        // Spread out, so that merging meets every order.
        let spread = n.wrapping_mul(2_654_435_761);
        let mut key = [0; 8];
        key[..4].copy_from_slice(&spread.to_be_bytes());
        key[4..].copy_from_slice(&n.to_be_bytes());
        key
    }

    fn filled(count: u32) -> Register<8> {
        let mut register = Register::default();
        (0..count).for_each(|n| register.insert(key(n)));
        register
    }

    #[test]
    fn every_key_is_found_before_and_after_merging() {
        let most = 3 * u32::try_from(NEW_MAX).unwrap() + 7;
        let register = filled(most);
        assert_eq!(register.len(), most as usize);
        assert!((0..most).all(|n| register.contains(&key(n)) && register.starting_with(&key(n)[..4]) == Some(&key(n))));
        assert!((most..2 * most).all(|n| !register.contains(&key(n)) && register.starting_with(&key(n)).is_none()));
        assert!(register.old.is_sorted() && register.new.len() < NEW_MAX);
    }

    #[test]
    fn a_key_counts_once() {
        let mut register = filled(2000);
        register.insert(key(3));
        register.insert(key(1999));
        assert_eq!(register, filled(2000));
        assert!(Register::<8>::default().is_empty() && register.starting_with(&[0; 9]).is_none());
    }

    #[test]
    fn what_is_written_is_read_and_a_damaged_text_is_refused() {
        let register = filled(1500);
        let text = serde_json::to_string(&register).unwrap();
        assert_eq!(serde_json::from_str::<Register<8>>(&text).unwrap(), register);
        for bad in [r#"["0102030405060708","x"]"#, r#"["01",""]"#, r#"["02000000000000000100000000000000",""]"#, "[]"] {
            assert!(serde_json::from_str::<Register<8>>(bad).is_err(), "{bad}");
        }
    }
}
