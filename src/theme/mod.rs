//! Roles to colours and marks, per terminal depth.
