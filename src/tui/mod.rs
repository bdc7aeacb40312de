//! Draws snapshots, sends commands.
