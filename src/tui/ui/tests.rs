//! Keys to states and wishes.
