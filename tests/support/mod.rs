//! What several tests need: a real node, a pseudo-terminal, deadlines.

pub mod anvil;
pub mod cli;
pub mod console;
pub mod deadline;
pub mod desk;
pub mod pty;
pub mod relay;
