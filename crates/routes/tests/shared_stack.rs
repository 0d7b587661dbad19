//! Whose network is taken where a container shares another's network stack: each row as Traefik 3.7 answered it.

use portolan_container::{Attachment, Container, NetworkMode, Port, Protocol};
use portolan_routes::{Element, Options, share};

fn attachment(ip: &str) -> Attachment {
    Attachment { ipv4: ip.parse().ok(), ..Attachment::default() }
}

/// `labels` are the value of `traefik.docker.network` on the owner of the stack and on the container that shares it.
fn check(setting: &str, labels: (Option<&str>, &str), expected: &str) {
    let label = |value: &str| ("traefik.docker.network".to_owned(), value.to_owned());
    let owner = Container {
        id: "0a".into(),
        name: "owner".into(),
        labels: labels.0.map(label).into_iter().collect(),
        attachments: [("back".into(), attachment("10.0.0.1")), ("front".into(), attachment("10.0.1.1"))]
            .into(),
        ..Container::default()
    };
    let sharing = Container {
        id: "0b".into(),
        name: "web".into(),
        labels: [label(labels.1)].into(),
        network_mode: NetworkMode::Container(owner.id.clone()),
        ports: vec![Port { number: 80, protocol: Protocol::Tcp, bindings: vec![] }],
        ..Container::default()
    };
    let options = Options { network: setting.to_owned(), ..Options::default() };
    let made = share(&sharing, &options, &[owner, sharing.clone()][..]);
    let url = made.elements.iter().find_map(|(_, element)| match element {
        Element::HttpServices(service) => {
            service.load_balancer.as_ref()?.servers.as_ref()?.first()?.url.as_deref()
        }
        _ => None,
    });
    assert_eq!(url, Some(format!("http://{expected}:80").as_str()), "{setting:?} {labels:?}");
}

/// It was the sharing container's label that came before the setting.
#[test]
fn the_owners_network_comes_before_the_sharing_containers() {
    check("front", (None, "back"), "10.0.1.1");
    check("front", (Some(""), "back"), "10.0.0.1");
    check("front", (Some("front"), "back"), "10.0.1.1");
    check("", (None, "back"), "10.0.0.1");
    check("", (None, "front"), "10.0.1.1");
    check("", (Some(""), "front"), "10.0.1.1");
    check("", (Some("front"), "back"), "10.0.1.1");
}
