//! Tracing to a rotating file in the home, redacted.
