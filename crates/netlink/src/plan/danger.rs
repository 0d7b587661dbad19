use netlink_packet_route::route::RouteMessage;
use netlink_packet_route::rule::RuleMessage;
use portolan_container::{Code, Diagnostic};

use super::{Place, route, rule};
use crate::{Action, Kind, Part, RouteVerb, RuleVerb, State};

/// A string in a label that would do more harm than one container may, and is not carried out.
///
/// It would take away what everything in the namespace needs, or change the host from a label that is for the container.
pub const DANGER: Code = Code("network-danger");

/// The dangers that the settings allow labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allow {
    /// To delete the kernel's own rules and routes.
    pub flush: bool,
    /// To change the host's namespace by labels that are for the container's.
    pub host: bool,
}

/// Why a string is too dangerous.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Danger {
    /// The container is on the host's network, and the label is for the container's.
    Host,
    /// It would delete rules that the kernel made: without them, no packet finds a route.
    KernelRules,
    /// It would delete routes of the table local: without them, the namespace does not know its own addresses.
    LocalTable,
    /// It would delete whatever matches in the host's namespace.
    HostFlush,
}

impl Danger {
    /// What would happen, in words.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Host => {
                "the container is on the host's network, and only `docker-events.host-route` may change the host"
            }
            Self::KernelRules => "this would delete the kernel's own rules, and no packet would find a route",
            Self::LocalTable => {
                "this would delete routes of the table `local`, and no address would be known"
            }
            Self::HostFlush => "this would delete routes of the host that others made",
        }
    }

    /// The next step.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Host => {
                "use `docker-events.host-route`, or allow it by `network.allow: [host]` in the settings"
            }
            Self::KernelRules | Self::LocalTable | Self::HostFlush => {
                "name what is to be deleted, or allow it by `network.allow: [flush]` in the settings"
            }
        }
    }

    /// The danger as a finding about the string.
    pub fn diagnostic(&self, part: &Part) -> Diagnostic {
        let message = format!("`{}` is not done: {}", part.command(), self.describe());
        Diagnostic::error(DANGER, message).at(part.place()).with_help(self.help())
    }
}

/// The danger of a string, if there is one that is not allowed.
pub(super) fn find(part: &Part, state: &State, place: Place, allow: Allow) -> Option<Danger> {
    if place == Place::Host && part.kind != Kind::HostRoute && !allow.host {
        return Some(Danger::Host);
    }
    if allow.flush {
        return None;
    }
    let links = &state.links;
    let mut kernels = state.rules.iter().map(|it| &it.message).filter(|it| rule::is_the_kernels(it));
    let mut local = state.routes.iter().map(|it| &it.message).filter(|it| route::table(it) == LOCAL);
    match &part.parsed.action {
        Action::Rule(change) if change.verb == RuleVerb::Delete => {
            let wanted = super::read::<RuleMessage>(change.request(links))?;
            let others = |it: &RuleMessage| !rule::is_the_kernels(it) && rule::is_meant(&wanted, it);
            // The first that matches goes: the kernel's come last, but for that of the table local.
            let first = state.rules.iter().map(|it| &it.message).find(|it| rule::is_meant(&wanted, it));
            let hits = first.is_some_and(|it| !others(it));
            hits.then_some(Danger::KernelRules)
        }
        Action::FlushRules(filter) => {
            kernels.any(|it| filter.matches(it, links)).then_some(Danger::KernelRules)
        }
        Action::FlushRoutes(filter) => {
            if place == Place::Host {
                return Some(Danger::HostFlush);
            }
            local.any(|it| filter.matches(it, links)).then_some(Danger::LocalTable)
        }
        Action::Route(change) if change.verb == RouteVerb::Delete => {
            let wanted = super::read::<RouteMessage>(change.request(links))?;
            (route::table(&wanted) == LOCAL).then_some(Danger::LocalTable)
        }
        _ => None,
    }
}

/// The table of the namespace's own addresses.
const LOCAL: u32 = 255;
