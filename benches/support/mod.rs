//! What the benchmarks share: a treasury of the promised size, clocks, tables.

#![allow(dead_code, reason = "every benchmark is a program of its own and uses a part of this")]

pub mod generate;
pub mod machine;
pub mod people;
pub mod table;
