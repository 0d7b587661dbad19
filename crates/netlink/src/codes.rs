//! The kinds of findings that labels `docker-events.*` yield.
//!
//! What is said of each is its page in `docs/findings`: `cargo xtask docs` writes it from here.

mod outcomes;
mod strings;

pub use outcomes::{DANGER, FAILED, NO_ENTRY};
pub use strings::{IGNORED, STRING, UNKNOWN, VARIABLE};
