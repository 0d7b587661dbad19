//! Laws of `proxy.*` labels that hold for any of them.
#![expect(clippy::expect_used, reason = "all of it is test code, and a test may panic")]

use std::collections::BTreeMap;

use portolan_container::{Attachment, Container, Part, Port, Protocol};
use portolan_routes::proxy::{Sablier, Settings};
use portolan_routes::{Options, Table, share};
use proptest::prelude::*;

/// A key as people write them, mistakes included.
fn key() -> impl Strategy<Value = String> {
    let selector = prop_oneof!["[ab]", "#[0-3]", "\\$[12]", Just("*".to_owned()), Just("A".to_owned())];
    let field = proptest::sample::select(vec![
        "port",
        "Port",
        "scheme",
        "host",
        "no_tls_verify",
        "healthcheck",
        "healthcheck.path",
        "health_check.interval",
        "load_balance",
        "load_balance.link",
        "load_balance.sticky",
        "middlewares",
        "middlewares.cidr_whitelist.allow",
        "middlewares.request.set_headers",
        "middlewares.request.set_headers.X-A",
        "tls_termination",
        "prot",
        "rules",
    ]);
    let root = proptest::sample::select(vec![
        "aliases",
        "ports",
        "protos",
        "exclude",
        "network",
        "idle_timeout",
        "stop_method",
        "depends_on",
        "a",
        "*",
        "",
    ]);
    prop_oneof![
        3 => (selector, field).prop_map(|(selector, field)| format!("proxy.{selector}.{field}")),
        1 => root.prop_map(|root| format!("proxy.{root}")),
    ]
}

/// A value that fits some of them.
fn value() -> impl Strategy<Value = String> {
    proptest::sample::select(vec![
        "80",
        "443:8443",
        "0",
        "70000",
        "a, b c",
        "https",
        "tcp",
        "udp",
        "true",
        "10.0.0.0/8",
        "/x",
        "5s",
        "1d",
        "shop",
        "port: 1\nscheme: h2c",
        "link: shop\nsticky: true",
        "{X-B: c}",
        "- x\n- y",
        "",
        "# nothing",
        "null",
        "a: [",
    ])
    .prop_map(str::to_owned)
}

fn containers() -> impl Strategy<Value = Vec<Container>> {
    let labels = proptest::collection::btree_map(key(), value(), 0..8);
    let one = |(number, labels): (usize, BTreeMap<String, String>)| {
        let ipv4 = u8::try_from(number).ok().map(|number| [10, 0, 0, number].into());
        Container {
            id: format!("{number}"),
            name: format!("web-{number}"),
            labels,
            attachments: [("front".to_owned(), Attachment { ipv4, ..Attachment::default() })].into(),
            ports: vec![Port { number: 8080, protocol: Protocol::Tcp, bindings: Vec::new() }],
            ..Container::default()
        }
    };
    proptest::collection::vec(labels, 1..4)
        .prop_map(move |all| all.into_iter().enumerate().map(one).collect())
}

fn options() -> impl Strategy<Value = Options> {
    (any::<bool>(), any::<bool>()).prop_map(|(has_tls, has_sablier)| {
        let list = |given: bool, name: &str| given.then(|| name.to_owned()).into_iter().collect();
        let sablier = Sablier { plugin: "sablier".to_owned(), url: "http://sablier:10000".to_owned() };
        let entry_point = |(name, at): (&str, &str)| (name.to_owned(), at.parse().expect("an address"));
        let proxy = Settings {
            https: list(has_tls, "websecure"),
            match_domains: list(has_tls, ".example.com"),
            entry_points: [("websecure", ":443")].map(entry_point).into(),
            sablier: has_sablier.then_some(sablier),
            ..Settings::default()
        };
        Options { proxy, ..Options::default() }
    })
}

proptest! {
    #[test]
    fn any_labels_come_to_a_share_and_findings_point_into_them(containers in containers(), options in options()) {
        for container in &containers {
            let made = share(container, &options, &containers[..]);
            prop_assert_eq!(&share(container, &options, &containers[..]), &made);
            let mut names: Vec<_> = made.elements.iter().map(|(name, element)| (element.section(), name)).collect();
            names.sort();
            let count = names.len();
            names.dedup();
            prop_assert_eq!(names.len(), count, "a name is defined twice");
            for finding in made.diagnostics {
                let Some(place) = finding.label else { continue };
                let (key, value) = container.labels.get_key_value(&place.key).expect("the label is there");
                let text = if place.part == Part::Key { key } else { value };
                prop_assert!(text.get(place.start..place.end).is_some(), "{place:?} is no part of {text:?}");
            }
        }
    }

    #[test]
    fn the_order_of_containers_changes_nothing(
        (containers, shuffled) in containers().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        options in options(),
    ) {
        let drawn = |order: &[Container]| {
            let mut table = Table::default();
            for container in order {
                table.replace(share(container, &options, &containers[..]));
            }
            table.configuration()
        };
        prop_assert_eq!(drawn(&containers), drawn(&shuffled));
    }

    /// What is wrong with one container's labels changes nothing for a container of other aliases.
    #[test]
    fn neighbours_keep_their_routes(containers in containers(), options in options()) {
        let labels = [("proxy.aliases", "neighbour"), ("proxy.neighbour.port", "80")];
        let neighbour = Container {
            id: "n".to_owned(),
            name: "neighbour".to_owned(),
            labels: labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
            attachments: [("front".to_owned(), Attachment { ipv4: Some([10, 0, 1, 1].into()), ..Attachment::default() })].into(),
            ..Container::default()
        };
        let mut table = Table::default();
        table.replace(share(&neighbour, &options, &[][..]));
        let (alone, _) = table.configuration();
        for container in &containers {
            table.replace(share(container, &options, &containers[..]));
        }
        let (all, _) = table.configuration();
        let all = all.into_elements();
        for element in alone.into_elements() {
            prop_assert!(all.contains(&element), "{element:?} is gone");
        }
    }
}
