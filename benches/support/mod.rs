//! What the benchmarks share: a treasury of the promised size, clocks, tables, and the tests' node and terminal.

#![allow(dead_code, unused_imports, reason = "every benchmark is a program of its own and uses a part of this")]

#[path = "../../tests/support/anvil.rs"]
pub mod anvil;
#[path = "../../tests/support/deadline.rs"]
pub mod deadline;
pub mod generate;
pub mod machine;
pub mod people;
#[path = "../../tests/support/pty.rs"]
pub mod pty;
pub mod table;
