//! The shell: the only code that mutates.
