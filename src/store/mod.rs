//! Durable append, and uniqueness once more.
