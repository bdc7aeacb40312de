//! Untrusted text: one type, one sanitiser.
