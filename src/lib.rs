//! **bursar**: a keyboard-driven terminal console for teams that hold funds on public blockchains.
//!
//! This page is the map. The rooms stand below in reading order; each opens with what it promises.
//!
//! # The one path
//!
//! ```text
//!  keys ── tui ──┐                       ┌── domain ──────────────────────────────┐
//!                ├─► desk ── command ───►│ decide  what becomes true, or why not  │
//!  words ─ cli ──┘    │                  │ apply   make it so; cannot fail        │
//!                     │◄── events ───────│ owed    what the world is asked next   │
//!                     │                  └────────────────────────────────────────┘
//!                     ├─ 1 append to the journal (store)      durable, hash-chained
//!                     ├─ 2 apply, publish a snapshot          what every screen shows
//!                     └─ 3 act: signer, node                  only what is already written
//!                          └─ what came of it is another command
//! ```
//!
//! # Invariants
//!
//! 1. **The journal is the truth.** State is a fold over it; a restart at any moment is a replay and the list of what is owed.
//!    Snapshots beside it are caches that can be deleted.
//! 2. **Decide, record, act.** Nothing is signed or sent that is not already in the journal.
//! 3. **One slot, one transfer, for life.** A nonce belongs to one request; the domain, the journal's schema and the
//!    signer's own table each enforce it.
//! 4. **A vote names a digest.** It signs the canonical text ([`domain::terms`]); editing voids it. What is built is decoded
//!    again and compared with the text, by the domain and again by the signer.
//! 5. **A signing order cannot be made up.** Only [`domain::treasury::Treasury::signing_order`] makes one, from a recorded order.
//! 6. **A node's word is not a fact.** A time-out agrees with nothing; an error after a broadcast means *unknown*; included and
//!    settled need as many witnesses as the treasury asks for.
//! 7. **What rules do not name is barred**, and the verdict says why, as a tree.
//! 8. **Text from outside has a type** ([`text::Untrusted`]) that only the sanitiser opens.
//!
//! # Where this differs from its first design, and why
//!
//! - *The domain may use value libraries* (`alloy_primitives`, `sha2`, `serde`, `ulid`, `jiff` for printing). Addresses, 256-bit
//!   integers, Keccak and hash chains are pure; writing them again would be worse than naming them.
//! - *`rusqlite`, not an asynchronous driver*: one writer, two verbs, one millisecond. See [`durable`].
//! - *`durable` and `text` are rooms of their own*, because the signer's table needs the same promises as the journal, and
//!   everybody meets foreign text.
//! - *An act needs the actor's own open key.* Requests are not signed yet (votes are), so the console at least asks for the
//!   key of whoever drafts: nobody votes on their own request under another name by typing `--as`.
//! - *The canonical text also names our wallet and the memo's hash*, so that the reason people were shown cannot be exchanged.
//!
//! # Deliberately absent
//!
//! A permissive mode; a way to send without the journal; a route that gives out a key; calls to anything but configured nodes;
//! prices from strangers.

#![forbid(unsafe_op_in_unsafe_fn)]

pub mod text;
pub mod domain;
pub mod chain;
pub mod keystore;
pub mod durable;
pub mod store;
pub mod signer;
pub mod node;
pub mod config;
pub mod desk;
pub mod theme;
pub mod tui;
pub mod cli;
pub mod sandbox;
pub mod telemetry;
