//! The `ip address|route|rule` language as typed actions and netlink messages.

mod action;
mod language;
mod link;
mod names;
mod number;
mod prefix;
mod refusal;
mod request;
mod word;

pub use action::{Action, AddressChange, AddressVerb, Hop, RouteChange, RouteVerb, RuleChange, RuleVerb};
pub use language::{AddressFilter, Context, Dialect, Object, Parsed, RouteFilter, RuleFilter, parse};
pub use link::{Device, Link, Links};
pub use names::{NameSet, Names};
pub use refusal::{Exit, Refusal};
pub use request::Request;
