//! The one test binary: every file under `tests/` is a module of it, so the crate links once.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects and stops")]

mod bad_disk;
mod bad_input;
mod bad_node;
mod desk_flight;
mod desk_forged;
mod desk_restart;
mod journey_cli;
mod journey_crash;
mod journey_tui_anvil;
mod journey_tui_demo;
mod journey_tui_faults;
mod scenarios;
mod support;
mod tidy;
