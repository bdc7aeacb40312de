//! Tests of the whole room: through `decide` and `apply` only, as the desk uses it.

pub(crate) mod fixtures;
mod journal;
mod lanes;
mod life;
mod properties;
mod refusals;
mod votes;
mod windows;
