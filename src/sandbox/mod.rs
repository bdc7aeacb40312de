//! The practice treasury: an embedded chain and a seeded scenario.
