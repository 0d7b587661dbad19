//! The language of `ip address`, `ip route` and `ip rule`, one module an object.

mod address;
mod opening;
mod route;
mod rule;
mod value;

use netlink_packet_route::AddressFamily;

pub use address::AddressFilter;
pub use route::RouteFilter;
pub use rule::RuleFilter;

use crate::{Action, Names, Refusal};

/// The object of `ip` that a string is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Object {
    /// `ip address`.
    Address,
    /// `ip route`.
    Route,
    /// `ip rule`.
    Rule,
}

/// How a string is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// As `ip` reads it, and nothing else.
    Ip,
    /// As labels have it: with a leading `-4` or `-6`, the family of a rule taken from its prefixes, and devices by network.
    #[default]
    Label,
}

/// What a string asks for, and what `ip` would warn of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// What it asks for.
    pub action: Action,
    /// What `ip` prints beside it, without line feeds at the end: `Warning: nodad option can be set only for IPv6 addresses`.
    pub warnings: Vec<String>,
}

/// What a string is read with.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The names of tables and so on.
    pub names: &'a Names,
    /// How it is read.
    pub dialect: Dialect,
    /// The family that `-4` or `-6` gave; unspecified without.
    pub family: AddressFamily,
}

/// Reads one argument string: `add default via 10.0.0.1`.
///
/// Keywords, abbreviations, numbers, defaults, checks and their order are those of iproute2 6.1.
///
/// ```
/// use portolan_netlink::{Action, AddressFamily, Context, Dialect, Names, Object, RouteVerb, parse};
///
/// let names = Names::built_in();
/// let context = Context { names: &names, dialect: Dialect::Label, family: AddressFamily::Unspec };
/// let parsed = parse(Object::Route, "add 10.8/16 via 10.0.0.1 table main", context).unwrap();
/// assert!(matches!(parsed.action, Action::Route(change) if change.verb == RouteVerb::Add));
///
/// let refusal = parse(Object::Route, "add 10.8/16 table mian", context).unwrap_err();
/// assert_eq!(refusal.text, "Error: argument \"mian\" is wrong: \"table\" value is invalid");
/// assert_eq!((refusal.exit.code(), refusal.span), (255, 18..22));
/// ```
///
/// # Errors
/// What `ip` would refuse before it sent anything, in its words; and strings that only print, which would have no effect.
pub fn parse(object: Object, text: &str, context: Context<'_>) -> Result<Parsed, Refusal> {
    match object {
        Object::Address => address::parse(text, context),
        Object::Route => route::parse(text, context),
        Object::Rule => rule::parse(text, context),
    }
}
