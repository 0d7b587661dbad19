//! The kinds of findings that reading a file yields.
//!
//! What is said of each is its page in `docs/findings`: `cargo xtask docs` writes it from here.

mod compose;
mod inspect;
mod quadlet;
mod variables;

pub use compose::{COMPOSE_ADDRESS, COMPOSE_FILE, COMPOSE_SERVICE, COMPOSE_SYNTAX, COMPOSE_TOO_LARGE};
pub use inspect::{INSPECT_ENTRY, INSPECT_SYNTAX};
pub use quadlet::QUADLET_SYNTAX;
pub use variables::{
    COMPOSE_ENVIRONMENT, COMPOSE_INTERPOLATION, COMPOSE_PROJECT_NAME, COMPOSE_VARIABLE_REQUIRED,
    COMPOSE_VARIABLE_UNSET,
};
