//! The same acts as the console, for scripts.
