//! The kinds of findings that a container's share and the table yield.
//!
//! What is said of each is its page in `docs/findings`: `cargo xtask docs` writes it from here.

mod containers;
mod names;
mod networks;
mod ports;
mod proxy;
mod services;
mod sleep;

pub use containers::{CONTAINER_SKIPPED, IGNORED_LABEL, INVALID_CONSTRAINT_REGEX};
pub use names::{CONFLICT, NAME_CLASH, OTHER_PROVIDER, OVERRULED};
pub use networks::{NETWORK_NOT_FOUND, NO_ADDRESS, PEER_NOT_FOUND, SEVERAL_NETWORKS};
pub use ports::{NO_BINDING, NOT_PUBLISHED, SEVERAL_PORTS};
pub use proxy::{APPROXIMATED, NOT_ROUTED, ROUTE_DROPPED, UNSUPPORTED_FIELD};
pub use services::{AMBIGUOUS_SERVICE, NO_ROUTER, NO_RULE, SERVICE_ERROR};
pub use sleep::{NO_ENTRY_POINT, NO_SABLIER};
