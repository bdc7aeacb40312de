//! The loop against a line of bytes.
