//! A signing order in, a signature out, wherever keys live.
