//! Accounts, balances, code and storage of the practice chain, in ordered maps so that every walk is deterministic.

use std::collections::BTreeMap;
use std::convert::Infallible;

use alloy_consensus::TrieAccount;
use alloy_consensus::proofs::{state_root_unhashed, storage_root_unhashed};
use alloy_primitives::{Address, B256, Bytes, U256};
use revm::DatabaseRef;
use revm::bytecode::Bytecode;
use revm::state::{AccountInfo, EvmState};

use crate::sandbox::block::Block;

/// One account: what the EVM knows of it, and its non-zero storage slots.
#[derive(Clone, Debug, Default)]
struct AccountState {
    info: AccountInfo,
    storage: BTreeMap<U256, U256>,
}

/// The world state after one block.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    accounts: BTreeMap<Address, AccountState>,
}

impl State {
    /// Balance in wei; zero for an unknown account.
    pub(super) fn balance(&self, address: Address) -> U256 {
        self.accounts.get(&address).map_or(U256::ZERO, |a| a.info.balance)
    }

    /// Next nonce of the account; zero for an unknown one.
    pub(super) fn nonce(&self, address: Address) -> u64 {
        self.accounts.get(&address).map_or(0, |a| a.info.nonce)
    }

    /// Runtime code; empty for an account without code.
    pub(super) fn code(&self, address: Address) -> Bytes {
        let code = self.accounts.get(&address).and_then(|a| a.info.code.as_ref());
        code.map_or_else(Bytes::new, Bytecode::original_bytes)
    }

    /// One storage word; zero where nothing was written.
    pub(super) fn slot(&self, address: Address, slot: U256) -> U256 {
        self.accounts.get(&address).and_then(|a| a.storage.get(&slot)).copied().unwrap_or_default()
    }

    pub(super) fn set_balance(&mut self, address: Address, balance: U256) {
        self.accounts.entry(address).or_default().info.balance = balance;
    }

    pub(super) fn set_nonce(&mut self, address: Address, nonce: u64) {
        self.accounts.entry(address).or_default().info.nonce = nonce;
    }

    /// Installs runtime code without running a constructor.
    pub(super) fn set_code(&mut self, address: Address, code: Bytes) {
        let code = Bytecode::new_legacy(code);
        let info = &mut self.accounts.entry(address).or_default().info;
        info.code_hash = code.hash_slow();
        info.code = Some(code);
    }

    pub(super) fn set_slot(&mut self, address: Address, slot: U256, value: U256) {
        let storage = &mut self.accounts.entry(address).or_default().storage;
        if value.is_zero() {
            storage.remove(&slot);
        } else {
            storage.insert(slot, value);
        }
    }

    pub(super) fn clear_storage(&mut self, address: Address) {
        self.accounts.entry(address).or_default().storage.clear();
    }

    /// Takes over what one execution changed. Empty accounts are removed (EIP-161).
    pub(super) fn apply(&mut self, changes: EvmState) {
        for (address, change) in changes {
            if !change.is_touched() {
                continue;
            }
            if change.is_selfdestructed() || change.is_empty() {
                self.accounts.remove(&address);
                continue;
            }
            if change.is_created() {
                self.clear_storage(address);
            }
            let account = self.accounts.entry(address).or_default();
            let known_code = account.info.code.take();
            account.info = change.info;
            // An account that was loaded without its code keeps the code it had.
            if account.info.code.is_none() {
                account.info.code = known_code;
            }
            for (slot, word) in change.storage {
                self.set_slot(address, slot, word.present_value);
            }
        }
    }

    /// Root of the Merkle-Patricia state trie (Yellow Paper, section 4.1).
    pub(super) fn root(&self) -> B256 {
        state_root_unhashed(self.accounts.iter().map(|(address, account)| {
            let words = account.storage.iter().map(|(slot, word)| (B256::from(*slot), *word));
            let storage_root = storage_root_unhashed(words);
            let info = &account.info;
            (*address, TrieAccount { nonce: info.nonce, balance: info.balance, storage_root, code_hash: info.code_hash })
        }))
    }
}

/// A state together with the blocks before it, as the EVM reads them.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    pub(super) state: &'a State,
    /// All blocks up to the parent of the one being executed; index is the block number.
    pub(super) blocks: &'a [Block],
}

impl DatabaseRef for View<'_> {
    type Error = Infallible;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        Ok(self.state.accounts.get(&address).map(|a| a.info.clone()))
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, Infallible> {
        let found = self.state.accounts.values().find(|a| a.info.code_hash == code_hash);
        Ok(found.and_then(|a| a.info.code.clone()).unwrap_or_default())
    }

    fn storage_ref(&self, address: Address, slot: U256) -> Result<U256, Infallible> {
        Ok(self.state.slot(address, slot))
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, Infallible> {
        let index = usize::try_from(number).ok();
        Ok(index.and_then(|i| self.blocks.get(i)).map_or(B256::ZERO, |b| b.hash))
    }
}
