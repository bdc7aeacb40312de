//! The shell: the only code that mutates.
//!
//! One desk per process. Every act goes the same way: decide, append to the journal, apply, publish, and only then
//! act on the world; what came of that is another command.

pub mod ask;
pub mod snapshot;
