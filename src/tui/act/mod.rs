//! Acts: what changes the treasury. Reading is free, acting is slow.
//!
//! [`catalogue`] says which acts there are for a request, and why some are off; [`sheet`] lists them; [`hygiene`] lets only keys
//! through that a person pressed one by one; [`challenge`] is what must be typed; [`ceremony`] is the screen of one act, from its
//! opening to what really happened; [`basis`] is what it rests on; [`brief`] is what stands on it; [`seat`] is who acts.

pub mod basis;
pub mod brief;
pub mod catalogue;
pub mod ceremony;
pub mod challenge;
pub mod hygiene;
pub mod screen;
pub mod seat;
pub mod sheet;

pub use screen::ActScreen;
pub use sheet::ActSheet;
