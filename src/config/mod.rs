//! Parsed and validated once.
