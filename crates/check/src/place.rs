use portolan_container::{Container, Diagnostic, LabelPlace};
use portolan_labels::{Node, parse};
use portolan_routes::codes::{AMBIGUOUS_SERVICE, NETWORK_NOT_FOUND, NO_RULE, OTHER_PROVIDER, SERVICE_ERROR};
use portolan_routes::{Name, Section};

use crate::label::each;
use crate::{DYNAMIC, router};

/// Where the labels of a container define a name; `None` where they do not, as for a router that is there by default.
pub fn definition(container: &Container, name: &Name) -> Option<LabelPlace> {
    let tree = parse(&container.labels, &DYNAMIC);
    let (protocol, elements) = name.0.path();
    let node = tree.root.as_ref()?.child(protocol)?.child(elements)?.child(&name.1)?;
    Some(router::place(node))
}

/// The label that a finding without one is about, where one is to blame: what a service, a router or a network is named in.
pub fn blamed(container: &Container, finding: &Diagnostic) -> Option<LabelPlace> {
    let message = finding.message.as_str();
    let sections: &[Section] = match finding.code {
        NETWORK_NOT_FOUND => {
            let (key, value) = container
                .labels
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case("traefik.docker.network"))?;
            return Some(LabelPlace::value(key, 0..value.len()));
        }
        OTHER_PROVIDER => {
            let reference = message.split('`').find(|part| part.contains('@'))?;
            return referring(container, reference);
        }
        SERVICE_ERROR => &[Section::HttpServices, Section::TcpServices, Section::UdpServices],
        AMBIGUOUS_SERVICE | NO_RULE => &[Section::HttpRouters, Section::TcpRouters, Section::UdpRouters],
        _ => return None,
    };
    // Names stand in quotes of one kind or the other, or alone.
    let words = message.split(['`', '"', ' ']).filter(|word| !word.is_empty());
    let mut places = words.flat_map(|word| {
        sections
            .iter()
            .filter_map(|section| definition(container, &(*section, word.to_owned())))
            .collect::<Vec<_>>()
    });
    places.next()
}

/// The place in the value of a label that refers to this.
fn referring(container: &Container, reference: &str) -> Option<LabelPlace> {
    let tree = parse(&container.labels, &DYNAMIC);
    let mut found = None;
    let mut look = |node: &Node<'_>| {
        let of_items = router::items(node).find(|(item, _)| *item == reference);
        found = found.take().or(of_items.map(|(_, place)| place));
    };
    for path in [
        &["*", "routers", "*", "middlewares"][..],
        &["*", "routers", "*", "service"],
        &["*", "middlewares", "*", "chain", "middlewares"],
        &["*", "services", "*", "middlewares"],
        &["*", "services", "*", "loadBalancer", "serversTransport"],
    ] {
        each(tree.root.as_ref()?, path, &mut look);
    }
    found
}
