//! Containers as people and their mistakes make them: labels of Traefik in mixed case, with clashing names, good values
//! and bad ones.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use portolan_container::{Attachment, Binding, Container, Health, Image, NetworkMode, Port, Protocol, State};
use portolan_routes::constraints::Constraint;
use portolan_routes::template::Template;
use portolan_routes::{DefaultRoute, Options};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// Every label that labels can set, and its type.
static LABELS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let lines = include_str!("../data/labels.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t')).collect()
});

const NAMES: &[&str] =
    &["a", "a", "A", "b", "web", "Web", "x-1", "[0]", "ſ", "{{n}}", "a b", "true", "0", "ключ"];
const NETWORKS: &[&str] = &["back", "bridge", "front"];
const IDS: &[&str] = &["a1", "a2", "b1", "b2", "c1", "c2"];

/// Texts that mean something somewhere, or nearly do.
const TEXTS: &[&str] = &[
    "",
    " ",
    "true",
    "TRUE",
    "tRUE",
    "false",
    "yes",
    "0",
    "1",
    "42",
    "-1",
    "1_0",
    "9223372036854775808",
    "1.5",
    "a,b",
    " a , ,b,",
    "30s",
    "1m30s",
    "1d",
    "100ms",
    "{{ env \"PATH\" }}",
    "{{",
    "}}",
    "{{{",
    "a║b",
    "║24║",
    "\n",
    "a: b",
    "# a",
    "\"",
    "'",
    "\\",
    "\u{85}",
    "\u{2028}",
    "🚢",
    "2026-01-01",
    "0x1F",
    "~",
    "null",
    "[0]",
    "http://192.0.2.1:80",
    "Host(`a.example.com`)",
    "[",
    "]",
];

/// A value of a type, mostly a good one.
fn value(kind: &'static str) -> BoxedStrategy<String> {
    let good = match kind {
        "bool" => select(&["true", "false", "1", "F"][..]).prop_map(str::to_owned).boxed(),
        "int" => {
            prop_oneof![(-3i64..600).prop_map(|n| n.to_string()), any::<i64>().prop_map(|n| n.to_string())]
                .boxed()
        }
        "duration" => {
            prop_oneof![(0i64..90).prop_map(|n| n.to_string()), "[0-9]{1,3}(ns|us|ms|s|m|h)"].boxed()
        }
        "list" => vec("[a-z]{0,4}", 1..4).prop_map(|items| items.join(", ")).boxed(),
        _ => prop_oneof!["[a-zA-Z0-9 ./:`()&|-]{0,12}", select(TEXTS).prop_map(str::to_owned)].boxed(),
    };
    prop_oneof![40 => good, 1 => select(TEXTS).prop_map(str::to_owned), 1 => any::<String>()].boxed()
}

fn pick(from: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(from).prop_map(str::to_owned)
}

/// A key that Traefik knows, with its value; the key may be in mixed case.
fn known_label() -> impl Strategy<Value = (String, String)> {
    prop_oneof![
        5 => label_of("string"),
        2 => label_of("bool"),
        2 => label_of("int"),
        2 => label_of("list"),
        1 => label_of("duration"),
    ]
}

fn label_of(kind: &'static str) -> impl Strategy<Value = (String, String)> {
    let paths: Vec<&str> = LABELS.iter().filter(|(_, of)| *of == kind).map(|(path, _)| *path).collect();
    (select(paths), value(kind), pick(NAMES), pick(NAMES), 0u8..12, any::<u64>(), 0u8..4).prop_map(
        |(path, value, name, key, index, cases, mix)| {
            let path = path.replace("PLUGIN", &key).replace("NAME", &name).replace("KEY", &key);
            let path = path.replace("[N]", &format!("[{index}]"));
            let mixed = path.chars().enumerate().map(|(at, c)| match (mix, cases >> (at % 64) & 1) {
                (0, 1) => c.to_ascii_uppercase(),
                _ => c,
            });
            (format!("traefik.{}", mixed.collect::<String>()), value)
        },
    )
}

/// A label with which something is wrong, or that is none of Traefik's.
fn odd_label() -> impl Strategy<Value = (String, String)> {
    let mutated = (known_label(), any::<prop::sample::Index>(), "\\PC|[.\\[\\]a-z0]{0,3}", 0usize..3);
    let mutated = mutated.prop_map(|((mut key, value), at, with, cut)| {
        let boundaries: Vec<usize> = key.char_indices().map(|(at, _)| at).collect();
        let at = at.index(boundaries.len());
        let end = boundaries.get(at + cut).copied().unwrap_or(key.len());
        key.replace_range(boundaries[at]..end, &with);
        (key, value)
    });
    let segment = prop_oneof![
        "[a-z]{1,3}",
        pick(NAMES),
        pick(&["http", "routers", "services", "loadbalancer", "server", "plugin"])
    ];
    let free = (
        pick(&[
            "traefik.http.",
            "traefik.tcp.",
            "traefik.udp.",
            "traefik.tls.stores.default.",
            "Traefik.http.",
            "other.",
        ]),
        vec(segment, 0..9),
    );
    let free = (free, pick(TEXTS)).prop_map(|((root, path), value)| (root + &path.join("."), value));
    prop_oneof![mutated, free, (any::<String>(), any::<String>())]
}

/// The labels that say how a container is looked at.
fn option_label() -> impl Strategy<Value = (String, String)> {
    let of = |key: &'static str, values: &'static [&'static str]| {
        pick(values).prop_map(move |value| (key.to_owned(), value))
    };
    prop_oneof![
        6 => of("traefik.enable", &["true", "true", "true", "true", "true", "true", "false", "yes"]),
        4 => of("traefik.docker.network", &["front", "back", "missing", ""]),
        2 => of("traefik.docker.allownonrunning", &["true", "false"]),
        1 => of("traefik.docker.lbswarm", &["true", "false", "x"]),
        4 => of("tier", &["a", "b", ""]),
        2 => of("com.docker.compose.project", &["shop", "My_Proj"]),
        2 => of("com.docker.compose.service", &["web", "A"]),
        1 => of("traefik.enabled", &["true"]),
    ]
}

/// Labels of one container. Most are sound as a whole, so that routes come of them.
pub(crate) fn labels() -> impl Strategy<Value = BTreeMap<String, String>> {
    let sound = vec(known_label(), 0..5);
    let route = (pick(NAMES), option::of(1u16..9000), pick(&["http", "http", "http", "tcp", "udp"]))
        .prop_map(|(name, port, protocol)| {
            let rule = if protocol == "tcp" { "HostSNI(`*`)" } else { "Path(`/`)" };
            let mut labels = Vec::new();
            if protocol != "udp" {
                labels.push((format!("traefik.{protocol}.routers.{name}.rule"), rule.to_owned()));
            }
            let port = port.map(|port| {
                (format!("traefik.{protocol}.services.{name}.loadbalancer.server.port"), port.to_string())
            });
            labels.extend(port);
            labels
        });
    let odd = prop_oneof![5 => Just(Vec::new()), 1 => vec(odd_label(), 1..3)];
    (sound, vec(option_label(), 0..2), option::of(route), odd).prop_map(|(sound, options, route, odd)| {
        sound.into_iter().chain(options).chain(route.unwrap_or_default()).chain(odd).collect()
    })
}

fn attachment() -> impl Strategy<Value = Attachment> {
    let ipv4 = option::weighted(0.9, (0u8..4).prop_map(|n| Ipv4Addr::new(172, 18, 0, n)));
    let ipv6 = option::weighted(0.2, (0u16..4).prop_map(|n| Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, n)));
    (ipv4, ipv6).prop_map(|(ipv4, ipv6)| Attachment { ipv4, ipv6, ..Attachment::default() })
}

fn ports() -> impl Strategy<Value = Vec<Port>> {
    let binding = (option::of(select(&["192.0.2.7", "0.0.0.0", "::"][..])), option::of(18_080u16..18_083));
    let binding =
        binding.prop_map(|(ip, host_port)| Binding { host_ip: ip.and_then(|ip| ip.parse().ok()), host_port });
    let key = (select(&[53u16, 80, 443, 8080][..]), select(&[Protocol::Tcp, Protocol::Udp][..]));
    prop_oneof![1 => Just(BTreeMap::new()), 9 => btree_map(key, vec(binding, 0..2), 1..3)].prop_map(|ports| {
        ports.into_iter().map(|((number, protocol), bindings)| Port { number, protocol, bindings }).collect()
    })
}

/// What stands in front of a container's stack: mostly networks, sometimes another container's.
fn network_mode() -> impl Strategy<Value = NetworkMode> {
    prop_oneof![
        8 => Just(NetworkMode::Networks),
        1 => Just(NetworkMode::Host),
        1 => Just(NetworkMode::None),
        3 => pick(&["a1", "a", "b2", "c", "web", "a-1", "gone", ""]).prop_map(NetworkMode::Container),
    ]
}

/// A container under one of a few identifiers and names, so that containers meet.
pub(crate) fn container() -> impl Strategy<Value = Container> {
    container_with(labels())
}

/// The same, with labels of your own.
pub(crate) fn container_with(
    labels: impl Strategy<Value = BTreeMap<String, String>>,
) -> impl Strategy<Value = Container> {
    let life = (
        prop_oneof![9 => Just(State::Running), 1 => Just(State::Paused), 1 => Just(State::Exited), 1 => Just(State::Unknown)],
        prop_oneof![9 => Just(None), 1 => Just(Some(Health::Healthy)), 1 => Just(Some(Health::Unhealthy))],
    );
    let who = (
        pick(IDS),
        pick(&["web", "api", "a-1", "a_1", "Web", "ärger"]),
        pick(&["app:1", "redis:8", "ghcr.io/x/y"]),
    );
    let place = (
        network_mode(),
        prop_oneof![1 => btree_map(pick(NETWORKS), attachment(), 0..1), 9 => btree_map(pick(NETWORKS), attachment(), 1..3)],
        ports(),
    );
    (who, life, place, labels).prop_map(
        |((id, name, image), (state, health), (network_mode, attachments, ports), labels)| {
            let image = Image::parse(&image);
            Container {
                id,
                name,
                image,
                labels,
                state,
                health,
                network_mode,
                attachments,
                ports,
                ..Container::default()
            }
        },
    )
}

/// Several containers, no two of one identifier; some share a set of labels, as replicas and rivals do.
pub(crate) fn containers(most: usize) -> impl Strategy<Value = Vec<Container>> {
    let labelled = (vec(labels(), 2), vec((container(), 0usize..5), 1..=most));
    labelled.prop_map(|(shared, containers)| {
        let mut by_id = BTreeMap::new();
        for (mut container, labels) in containers {
            if let Some(labels) = shared.get(labels) {
                container.labels = labels.clone();
            }
            by_id.insert(container.id.clone(), container);
        }
        by_id.into_values().collect()
    })
}

/// The provider's options, mostly as they are unset.
pub(crate) fn options() -> impl Strategy<Value = Options> {
    let default_rule = pick(&[
        portolan_routes::DEFAULT_RULE,
        portolan_routes::DEFAULT_RULE,
        "Host(`{{ .Name | lower }}.{{ index .Labels \"tier\" }}`)",
        "{{ .Nope }}",
        "",
    ]);
    let constraints = pick(&["", "", "Label(`tier`, `a`)", "!LabelRegex(`tier`, `^[ab]$`)"]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let networks = (pick(&["", "", "front", "missing"]), option::of(pick(NETWORKS)));
    (default_rule, constraints, flags, networks).prop_map(
        |(rule, constraints, flags, (network, traefik_network))| Options {
            exposed_by_default: flags.0,
            default_rule: Template::parse(&rule).expect("parses"),
            constraints: Constraint::parse(&constraints).expect("parses"),
            network,
            use_bind_port_ip: flags.1,
            allow_empty_services: flags.2,
            default_route: if flags.3 { DefaultRoute::Traefik } else { DefaultRoute::None },
            traefik_networks: traefik_network.into_iter().collect(),
            ..Options::default()
        },
    )
}
