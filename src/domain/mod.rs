//! What is allowed and what follows: pure, synchronous, deterministic.
