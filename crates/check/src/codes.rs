//! The kinds of findings about labels.
//!
//! What is said of each is its page in `docs/findings`: `cargo xtask docs` writes it from here.

mod databases;
mod labels;
mod middlewares;
mod routers;
mod rules;
mod values;

pub use databases::DATABASE_EXPOSED;
pub use labels::{DEPRECATED_NAME, IGNORED_FIELD, IGNORED_INDEX, OTHER_DIALECT, QUOTED_VALUE};
pub use middlewares::{MIDDLEWARE_KINDS, PASSWORD_HASH};
pub use portolan_labels::UNKNOWN_FIELD;
pub use routers::{SHADOWED_ROUTER, UNKNOWN_ENTRY_POINT, UNKNOWN_REFERENCE};
pub use rules::{EATEN_QUOTES, RULE_NEVER_MATCHES, RULE_SYNTAX};
pub use values::{REFUSED_VALUE, SWITCHED_OFF};
