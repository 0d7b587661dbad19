use netlink_packet_route::route::RouteMessage;
use netlink_packet_route::rule::RuleMessage;
use portolan_container::Diagnostic;

use super::{Place, route, rule};
use crate::codes::DANGER;
use crate::{Action, Kind, Part, RouteVerb, RuleVerb, State};

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

#[cfg(test)]
mod tests {
    use netlink_packet_route::AddressFamily;
    use netlink_packet_route::rule::{RuleAction, RuleAttribute, RuleMessage};

    use super::*;
    use crate::plan::{Step, plan};
    use crate::{Dumped, Link, Links, Names};

    /// The rules that the kernel makes for each family, and one of the user's.
    fn state() -> State {
        let rule = |family, table: u8, attributes: Vec<RuleAttribute>| {
            let mut message = RuleMessage::default();
            message.header.family = family;
            message.header.table = table;
            message.header.action = RuleAction::ToTable;
            message.attributes = attributes;
            Dumped { message, body: Vec::new() }
        };
        let kernels = |family, table, priority| {
            let protocol = RuleAttribute::Protocol(netlink_packet_route::route::RouteProtocol::Kernel);
            rule(family, table, vec![protocol, RuleAttribute::Priority(priority)])
        };
        let users = rule(AddressFamily::Inet, 100, vec![RuleAttribute::Priority(100)]);
        let rules = vec![
            kernels(AddressFamily::Inet, 255, 0),
            users,
            kernels(AddressFamily::Inet, 254, 32_766),
            kernels(AddressFamily::Inet6, 254, 32_766),
        ];
        let eth0 = Link { index: 2, name: "eth0".to_owned(), ..Link::default() };
        State { links: Links::new(vec![eth0]), rules, ..State::default() }
    }

    fn found(kind: Kind, text: &str, place: Place, allow: Allow) -> Option<Danger> {
        let labels = [(kind.label(), text.to_owned())].into();
        let (parts, diagnostics) = crate::parts(&labels, &Names::built_in(), &|_| None);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        match plan(&parts, &state(), place, allow).steps.pop() {
            Some(Step::Dangerous(danger)) => Some(danger),
            _ => None,
        }
    }

    #[track_caller]
    fn check(kind: Kind, text: &str, place: Place, expected: Option<&Danger>) {
        assert_eq!(found(kind, text, place, Allow::default()).as_ref(), expected, "{text:?}");
        assert_eq!(found(kind, text, place, Allow { flush: true, host: true }), None, "{text:?}");
    }

    #[test]
    fn rules_of_the_kernel() {
        let all = Some(&Danger::KernelRules);
        // All go but that of priority 0.
        check(Kind::Rule, "flush", Place::Container, all);
        check(Kind::Rule, "flush table 100", Place::Container, None);
        check(Kind::Rule, "delete table main", Place::Container, all);
        check(Kind::Rule, "-6 delete from all", Place::Container, all);
        check(Kind::Rule, "delete priority 32766", Place::Container, all);
        check(Kind::Rule, "delete priority 0", Place::Container, all);
        check(Kind::Rule, "delete table 100", Place::Container, None);
        check(Kind::Rule, "delete priority 100", Place::Container, None);
        check(Kind::Rule, "delete table 101", Place::Container, None);
    }

    #[test]
    fn the_table_of_own_addresses() {
        let local = Some(&Danger::LocalTable);
        check(Kind::Route, "delete local 10.0.0.2 dev eth0 table local", Place::Container, local);
        check(Kind::Route, "delete local 10.0.0.2", Place::Container, local);
        check(Kind::Route, "delete 10.0.0.2", Place::Container, None);
        check(Kind::Route, "flush table main", Place::Container, None);
        check(Kind::HostRoute, "flush table 100", Place::Host, Some(&Danger::HostFlush));
        check(Kind::HostRoute, "add blackhole 10.0.0.0/8", Place::Host, None);
    }

    #[test]
    fn the_host_by_a_containers_label() {
        let host = Some(&Danger::Host);
        check(Kind::Route, "add blackhole 10.0.0.0/8", Place::Host, host);
        check(Kind::Rule, "add table 100", Place::Host, host);
        check(Kind::Address, "add 10.0.0.3/24 dev eth0", Place::Host, host);
        let flush = Allow { flush: true, host: false };
        assert_eq!(found(Kind::Rule, "add table 100", Place::Host, flush).as_ref(), host);
    }

    #[test]
    fn each_says_what_and_what_to_do() {
        for danger in [Danger::Host, Danger::KernelRules, Danger::LocalTable, Danger::HostFlush] {
            assert!(danger.help().contains("`network.allow: ["), "{danger:?}");
            assert!(!danger.describe().ends_with('.'), "{danger:?}");
        }
    }
}
