//! What several nodes say about one transaction, and when that is agreement. Pure: who was asked and what came in, out comes a verdict.

use crate::node::error::NodeError;
use crate::node::wire::{Known, Receipt};

/// What one node knows of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// It is in a block.
    Included(Receipt),
    /// It waits in this node's pool, or is in a block whose receipt the node has not yet.
    Waiting(Known),
    /// The node answered: no such transaction.
    Absent,
    /// No usable answer. It counts for nothing, on no side.
    Failed(NodeError),
}

/// What follows from what was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Agreement {
    /// Enough nodes have it in the same block with the same effect, and none in another.
    Included {
        /// The agreed receipt.
        receipt: Receipt,
        /// Nodes that say so.
        by: Vec<String>,
    },
    /// Nodes have it in different blocks or with different effects: a reorg in progress, or a liar.
    Conflict {
        /// Nodes that have it in some block.
        among: Vec<String>,
    },
    /// At least one node still has it waiting, and none in a block.
    Waiting {
        /// Nodes that have it.
        by: Vec<String>,
    },
    /// Enough nodes answered that they have no such transaction, and none has it.
    Absent {
        /// Nodes that say so.
        by: Vec<String>,
    },
    /// Too few answers for any of these: ask again.
    Unsettled {
        /// Nodes that have it in a block.
        included: usize,
        /// Nodes that answered at all.
        answered: usize,
    },
}

/// Judges what nodes saw. `want` nodes must say the same; zero is never met.
///
/// Two receipts say the same when block, status, gas and logs are equal; the price may be missing in one. A node that has the
/// transaction in *another* block prevents agreement however many say otherwise: the caller waits or removes the node.
#[must_use]
pub fn agree(seen: &[(String, Seen)], want: usize) -> Agreement {
    let names = |pick: fn(&Seen) -> bool| seen.iter().filter(|(_, s)| pick(s)).map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let receipts: Vec<&Receipt> =
        seen.iter().filter_map(|(_, s)| if let Seen::Included(r) = s { Some(r) } else { None }).collect();
    let included = names(|s| matches!(s, Seen::Included(_)));
    let answered = seen.iter().filter(|(_, s)| !matches!(s, Seen::Failed(_))).count();
    if let Some((first, others)) = receipts.split_first() {
        if others.iter().any(|other| !same(first, other)) {
            return Agreement::Conflict { among: included };
        }
        if want > 0 && included.len() >= want {
            return Agreement::Included { receipt: (*first).clone(), by: included };
        }
        return Agreement::Unsettled { included: included.len(), answered };
    }
    let waiting = names(|s| matches!(s, Seen::Waiting(_)));
    if !waiting.is_empty() {
        return Agreement::Waiting { by: waiting };
    }
    let absent = names(|s| matches!(s, Seen::Absent));
    if want > 0 && absent.len() >= want {
        return Agreement::Absent { by: absent };
    }
    Agreement::Unsettled { included: 0, answered }
}

fn same(a: &Receipt, b: &Receipt) -> bool {
    (a.hash, a.block_hash, a.block_number, a.succeeded, a.gas_used)
        == (b.hash, b.block_hash, b.block_number, b.succeeded, b.gas_used)
        && a.logs == b.logs
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{Address, B256};

    fn receipt(block: u8, succeeded: bool) -> Receipt {
        let block_hash = B256::repeat_byte(block);
        Receipt {
            hash: B256::ZERO,
            succeeded,
            block_number: 5,
            block_hash,
            gas_used: 21_000,
            effective_price: None,
            logs: vec![],
        }
    }

    fn late() -> Seen {
        Seen::Failed(NodeError::Deadline { method: "eth_getTransactionReceipt", ms: 1 })
    }

    fn waiting() -> Seen {
        Seen::Waiting(Known { from: Address::ZERO, nonce: 1, block_number: None })
    }

    fn judge(seen: &[Seen], want: usize) -> Agreement {
        let named: Vec<_> = seen.iter().enumerate().map(|(at, s)| (format!("n{at}"), s.clone())).collect();
        agree(&named, want)
    }

    #[test]
    fn two_equal_receipts_agree() {
        let mut priced = receipt(1, true);
        priced.effective_price = Some(9);
        let found = judge(&[Seen::Included(receipt(1, true)), late(), Seen::Included(priced)], 2);
        assert_eq!(found, Agreement::Included { receipt: receipt(1, true), by: vec!["n0".into(), "n2".into()] });
    }

    #[test]
    fn a_time_out_agrees_with_nothing() {
        assert_eq!(judge(&[Seen::Included(receipt(1, true)), late()], 2), Agreement::Unsettled { included: 1, answered: 1 });
        assert_eq!(judge(&[late(), late()], 1), Agreement::Unsettled { included: 0, answered: 0 });
        assert_eq!(judge(&[Seen::Absent, late()], 2), Agreement::Unsettled { included: 0, answered: 1 });
    }

    #[test]
    fn one_dissenting_block_or_status_or_log_is_a_conflict() {
        for other in [receipt(2, true), receipt(1, false), Receipt { gas_used: 1, ..receipt(1, true) }] {
            let same = Seen::Included(receipt(1, true));
            let found = judge(&[same.clone(), same.clone(), same, Seen::Included(other)], 2);
            assert!(matches!(found, Agreement::Conflict { among } if among.len() == 4));
        }
    }

    #[test]
    fn absent_needs_as_many_and_none_that_has_it() {
        assert_eq!(judge(&[Seen::Absent, Seen::Absent], 2), Agreement::Absent { by: vec!["n0".into(), "n1".into()] });
        assert_eq!(judge(&[Seen::Absent, Seen::Absent, waiting()], 2), Agreement::Waiting { by: vec!["n2".into()] });
        let one = judge(&[Seen::Absent, Seen::Absent, Seen::Included(receipt(1, true))], 2);
        assert_eq!(one, Agreement::Unsettled { included: 1, answered: 3 });
    }

    #[test]
    fn a_quorum_of_zero_is_never_met() {
        assert!(matches!(judge(&[Seen::Included(receipt(1, true))], 0), Agreement::Unsettled { .. }));
        assert!(matches!(judge(&[Seen::Absent], 0), Agreement::Unsettled { .. }));
        assert!(matches!(judge(&[], 0), Agreement::Unsettled { .. }));
    }
}
