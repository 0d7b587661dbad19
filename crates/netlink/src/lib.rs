//! The `ip address|route|rule` language as typed actions and netlink messages.

mod action;
mod answer;
mod error;
mod language;
mod link;
mod message;
mod names;
mod namespace;
mod number;
mod prefix;
mod process;
mod refusal;
mod request;
mod socket;
mod state;
pub mod system;
mod word;

pub use action::{Action, AddressChange, AddressVerb, Hop, RouteChange, RouteVerb, RuleChange, RuleVerb};
pub use answer::Answer;
pub use error::Error;
pub use language::{AddressFilter, Context, Dialect, Object, Parsed, RouteFilter, RuleFilter, parse};
pub use link::{Device, Link, Links};
pub use names::{NameSet, Names};
pub use namespace::{Namespace, NamespaceId};
pub use process::Process;
pub use refusal::{Exit, Refusal};
pub use request::Request;
pub use socket::Socket;
pub use state::{Dumped, State};
