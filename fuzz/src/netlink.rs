use std::collections::BTreeMap;
use std::sync::LazyLock;

use portolan_container::{Container, Severity};
use portolan_netlink::{
    AddressFamily, Allow, Context, Dialect, Kind, Names, Object, Part, Place, State, Step, parse, parts, plan,
};

use crate::chart::points_into;
use crate::kernel::state;

/// The value of a label, in each of the labels that ask for changes of the network.
///
/// Each string between semicolons is either read or refused, never both and never lost, and each that is read comes to a step of
/// a plan.
pub fn netlink(text: &str) {
    let labels: BTreeMap<String, String> =
        Kind::ALL.into_iter().map(|kind| (kind.label(), text.to_owned())).collect();
    let container = Container { labels, ..Container::default() };
    let names = Names::built_in();
    let (read, findings) = parts(&container.labels, &names, &variable);
    assert_eq!(
        (&read, &findings),
        (&parts(&container.labels, &names, &variable).0, &parts(&container.labels, &names, &variable).1)
    );
    for finding in &findings {
        points_into(finding, &container);
    }
    let strings = text.split(';').filter(|string| !string.trim().is_empty()).count();
    let refused = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    assert_eq!(read.len() + refused, strings * Kind::ALL.len(), "a string is lost, or told twice");
    for part in &read {
        let string = text.get(part.span.clone()).expect("a string is a part of its label");
        assert!(!string.contains(';') && string.trim() == string, "{string:?} is more than a string");
        assert!(string.contains('$') || string == part.text, "{string:?} becomes {:?}", part.text);
        assert!(part.kind == Kind::HostRoute || !part.text.contains('$'), "a variable where there are none");
    }
    let (host, inside): (Vec<Part>, Vec<Part>) =
        read.into_iter().partition(|part| part.kind == Kind::HostRoute);
    for state in [&State::default(), &*NAMESPACE] {
        for allow in [Allow::default(), Allow { flush: true, host: true }] {
            is_planned(&inside, state, Place::Container, allow);
            is_planned(&inside, state, Place::Host, allow);
            is_planned(&host, state, Place::Host, allow);
        }
    }
    is_refused_in_place(text, &names);
}

/// A namespace with links, addresses, routes and rules of many kinds, as a kernel listed them.
static NAMESPACE: LazyLock<State> = LazyLock::new(|| state(include_str!("namespace.txt")));

fn variable(name: &str) -> Option<String> {
    let known = [
        ("VPN_IP", "10.0.8.0"),
        ("DEV", "eth0"),
        ("WORD", "add"),
        ("TWO", "via dev"),
        ("SEMI", ";"),
        ("SELF", "$DEV"),
    ];
    known.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
}

fn is_planned(parts: &[Part], state: &State, place: Place, allow: Allow) {
    let made = plan(parts, state, place, allow);
    assert_eq!(made.steps.len(), parts.len(), "a string without a step");
    assert_eq!(made, plan(parts, state, place, allow), "the same comes to another plan");
    for (part, step) in parts.iter().zip(&made.steps) {
        let is_guarded = place == Place::Host && part.kind != Kind::HostRoute && !allow.host;
        assert!(!is_guarded || matches!(step, Step::Dangerous(_)), "a container's label changes the host");
    }
    for request in made.requests() {
        let bytes = request.bytes(0);
        // As long as it says, and no longer than a message can be.
        assert_eq!(bytes.get(..4), Some(&u32::try_from(bytes.len()).expect("is short").to_ne_bytes()[..]));
        assert!(request.name() != "RTM_?" && request.flags & 1 == 1, "{request:?}");
    }
}

/// What `ip` would refuse, it refuses at a place in the text.
fn is_refused_in_place(text: &str, names: &Names) {
    for object in [Object::Address, Object::Route, Object::Rule] {
        for family in [AddressFamily::Unspec, AddressFamily::Inet, AddressFamily::Inet6] {
            let Err(refusal) = parse(object, text, Context { names, dialect: Dialect::Ip, family }) else {
                continue;
            };
            assert!(text.get(refusal.span.clone()).is_some(), "{:?} is no part of {text:?}", refusal.span);
            assert!(refusal.exit.code() != 0, "a refusal that is none");
            let told = refusal.in_namespace(&NAMESPACE.links);
            assert!(!told.text.is_empty(), "a refusal without words");
        }
    }
}
