#![doc = include_str!("../README.md")]

mod action;
mod answer;
mod apply;
mod carry_out;
mod codes;
mod error;
mod groups;
mod home;
mod inside;
mod label;
mod language;
mod link;
mod lookup;
mod message;
mod names;
mod namespace;
mod number;
mod plan;
mod prefix;
mod process;
mod refusal;
mod request;
mod restore;
mod socket;
mod state;
pub mod system;
mod variables;
mod word;

pub use netlink_packet_route::AddressFamily;

pub use action::{Action, AddressChange, AddressVerb, Hop, RouteChange, RouteVerb, RuleChange, RuleVerb};
pub use answer::Answer;
pub use apply::{
    Applied, Conditions, HostRoutes, apply, apply_in, forecast, forecast_in, read, withdraw, withdraw_in,
};
pub use carry_out::{Done, OnError, Outcome, TakenBack, carry_out};
pub use codes::{DANGER, FAILED, IGNORED, NO_ENTRY, STRING, UNKNOWN, VARIABLE};
pub use error::Error;
pub use groups::Groups;
pub use home::Home;
pub use inside::{Inside, host_namespace, place};
pub use label::{Kind, Part, asks, parts};
pub use language::{AddressFilter, Context, Dialect, Object, Parsed, RouteFilter, RuleFilter, parse};
pub use link::{Device, Link, Links};
pub use lookup::Lookup;
pub use names::{NameSet, Names};
pub use namespace::{Namespace, NamespaceId};
pub use plan::{Allow, Danger, Filter, Idle, Place, Plan, Step, plan, step};
pub use process::Process;
pub use refusal::{Exit, Refusal};
pub use request::Request;
pub use socket::Socket;
pub use state::{Dumped, State};
