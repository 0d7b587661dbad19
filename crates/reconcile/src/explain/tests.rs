use portolan_blacklist::{Blacklist, Rules};
use portolan_container::{Attachment, Image, Mount, Protocol};
use portolan_routes::constraints::Constraint;
use portolan_routes::{DefaultRoute, Options};
use portolan_traefik::Format;

use super::*;
use crate::{EnginePolicy, Policy};

const RULE: (&str, &str) = ("traefik.http.routers.web.rule", "Host(`web.example.com`)");

fn container(labels: &[(&str, &str)]) -> Container {
    let attachment = Attachment { ipv4: "172.17.0.4".parse().ok(), ..Attachment::default() };
    Container {
        id: "1f".to_owned(),
        name: "web".to_owned(),
        image: Image::parse("example/web:1"),
        labels: labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        state: State::Running,
        attachments: [("bridge".to_owned(), attachment)].into(),
        ports: vec![Port { number: 80, protocol: Protocol::Tcp, bindings: vec![] }],
        ..Container::default()
    }
}

fn explained(policy: Policy, containers: Vec<Container>) -> Explanation {
    let mut chart = Chart::new(policy, Format::Yaml, None);
    let id = containers[0].id.clone();
    chart.list(0, containers);
    explain(&chart, &ContainerKey { engine: 0, id }).unwrap()
}

/// Why the container has no route: the code and the text.
#[track_caller]
fn check(policy: Policy, container: Container, code: &str, text: &str) {
    let reason = explained(policy, vec![container]).left_out.unwrap();
    assert_eq!((reason.code, reason.text.as_str()), (code, text));
}

fn with(options: Options) -> Policy {
    Policy { options, ..Policy::default() }
}

#[test]
fn a_mount_on_the_blacklist_is_named() {
    let mount = Mount { destination: "/var/lib/mysql".to_owned(), ..Mount::default() };
    let container = Container { mounts: vec![mount], ..container(&[RULE]) };
    let text = "mount `/var/lib/mysql` holds the data of MySQL, which the blacklist keeps off the proxy";
    check(Policy::default(), container, "blacklisted", text);
}

#[test]
fn an_image_or_a_port_on_the_blacklist_is_named() {
    let redis = Container { image: Image::parse("redis:8"), ..container(&[]) };
    let text = "image `redis:8` is a database, which the blacklist keeps off the proxy";
    check(Policy::default(), redis, "blacklisted", text);
    let blacklist = Blacklist::new(Rules { ports: vec![80], ..Rules::default() });
    let text = "port `80/tcp` is on the blacklist of the settings, which the blacklist keeps off the proxy";
    check(Policy { blacklist, ..Policy::default() }, container(&[]), "blacklisted", text);
}

#[test]
fn what_lets_a_container_through_the_blacklist_is_named() {
    let labels = [RULE, ("traefik.enable", "true")];
    let redis = Container { image: Image::parse("redis:8"), ..container(&labels) };
    let told = explained(Policy::default(), vec![redis]);
    let expected = "image `redis:8` is a database, but label `traefik.enable=true` lets it through";
    assert_eq!(told.let_through.as_deref(), Some(expected));
    assert_eq!(told.left_out, None);
}

#[test]
fn a_label_that_disables_is_named() {
    let container = container(&[RULE, ("traefik.enable", "false")]);
    check(Policy::default(), container, "disabled", "label `traefik.enable` is `false`");
}

#[test]
fn a_container_that_is_not_exposed_by_default_is_told_so() {
    let policy = with(Options { exposed_by_default: false, ..Options::default() });
    let text = "no label `traefik.enable`, and the setting `exposedByDefault` is `false`";
    check(policy, container(&[RULE]), "disabled", text);
}

#[test]
fn constraints_are_named() {
    let constraints = Constraint::parse("Label(`tier`, `front`)").unwrap();
    let policy = with(Options { constraints, ..Options::default() });
    let text = "the setting `constraints` does not let its labels through";
    check(policy, container(&[RULE]), "constraints", text);
}

#[test]
fn an_engine_of_which_nothing_is_routed_unasked_is_told() {
    let engine = EnginePolicy { explicit_only: true, ..EnginePolicy::default() };
    let policy = Policy { engines: vec![engine], ..Policy::default() };
    let text = "its engine's name ends in `!`, and no label asks for a route";
    check(policy, container(&[]), "not-explicit", text);
}

#[test]
fn the_state_is_named() {
    let exited = Container { state: State::Exited, ..container(&[RULE]) };
    check(Policy::default(), exited, "state", "it is exited");
    let other = Container { state: State::Other("stopping".to_owned()), ..container(&[RULE]) };
    check(Policy::default(), other, "state", "its state is `stopping`");
}

#[test]
fn the_health_is_named() {
    let unhealthy = Container { health: Some(Health::Unhealthy), ..container(&[RULE]) };
    check(Policy::default(), unhealthy, "health", "it is unhealthy");
}

#[test]
fn the_label_that_excludes_is_named() {
    let text = "label `proxy.exclude` keeps it off the proxy";
    check(Policy::default(), container(&[("proxy.exclude", "true")]), "excluded", text);
}

#[test]
fn a_mistake_that_takes_all_routes_is_named() {
    let container = Container { ports: vec![], ..container(&[]) };
    check(Policy::default(), container, "service-error", "service \"web\" error: port is missing");
}

#[test]
fn a_container_that_asks_for_nothing_is_told_so() {
    let policy = with(Options { default_route: DefaultRoute::None, ..Options::default() });
    let text = "no label asks for a route, and the setting `defaultRoute` makes none";
    check(policy, container(&[]), "unasked", text);
}

#[test]
fn the_other_container_of_a_conflict_is_named() {
    let other = Container {
        id: "2f".to_owned(),
        name: "other".to_owned(),
        ..container(&[(RULE.0, "Host(`other.example.com`)")])
    };
    let told = explained(Policy::default(), vec![container(&[RULE]), other]);
    let router = &told.elements[0];
    let reason = router.left_out.as_ref().unwrap();
    assert_eq!((reason.code, reason.text.as_str()), ("conflict", "`other` defines it differently"));
    assert_eq!((router.also.as_slice(), &router.route), (["other".to_owned()].as_slice(), &None));
}

#[test]
fn the_container_that_keeps_a_name_is_named() {
    let engine = |name: &str| EnginePolicy { name: name.to_owned(), ..EnginePolicy::default() };
    let policy = Policy { engines: vec![engine("one"), engine("two")], ..Policy::default() };
    let mut chart = Chart::new(policy, Format::Yaml, None);
    chart.list(0, vec![container(&[RULE])]);
    chart.list(1, vec![container(&[(RULE.0, "Host(`other.example.com`)")])]);
    let told = explain(&chart, &ContainerKey { engine: 1, id: "1f".to_owned() }).unwrap();
    let reason = told.elements[0].left_out.as_ref().unwrap();
    assert_eq!((reason.code, reason.text.as_str()), ("overruled", "`web on one` keeps the name"));
}

/// Its servers are not used either, so nothing of the alias is said to be served.
#[test]
fn the_container_that_keeps_an_alias_is_named() {
    let later = Container {
        id: "2f".to_owned(),
        name: "later".to_owned(),
        created: Some(1),
        ..container(&[("proxy.aliases", "app"), ("proxy.app.port", "81")])
    };
    let labels = [("proxy.aliases", "app"), ("proxy.app.middlewares.redirect_http", "{}")];
    let mut chart = Chart::new(Policy::default(), Format::Yaml, None);
    chart.list(0, vec![container(&labels), later]);
    let told = explain(&chart, &ContainerKey { engine: 0, id: "1f".to_owned() }).unwrap();
    let fates =
        told.elements.iter().map(|it| (it.kind, it.left_out.as_ref().map(|reason| reason.text.as_str())));
    let kept = Some("`later` keeps the name");
    assert_eq!(
        fates.collect::<Vec<_>>(),
        [
            ("HTTP router", kept),
            ("HTTP service", kept),
            ("HTTP middleware", None),
            ("HTTP servers transport", kept),
        ]
    );
}

/// The values of all elements with where they come from: `path < label; reason`.
#[track_caller]
fn check_fields(policy: Policy, container: Container, expected: &[&str]) {
    let told = explained(policy, vec![container]);
    let fields = told.elements.iter().flat_map(|element| &element.fields);
    let line = |field: &Field| {
        let origins: Vec<&str> = field.labels.iter().chain(&field.reasons).map(String::as_str).collect();
        format!("{} < {}", field.path, origins.join("; "))
    };
    assert_eq!(fields.map(line).collect::<Vec<_>>(), expected);
}

#[test]
fn each_value_has_its_label_or_default() {
    let only = "the address is that on network `bridge`: it is the only one";
    let lowest = "no label for the port: the container's lowest is taken";
    check_fields(
        Policy::default(),
        container(&[
            ("traefik.http.routers.Web.entryPoints", "websecure"),
            ("traefik.http.routers.web.tls", "true"),
            ("traefik.http.routers.web.tls.domains[0].main", "example.com"),
            ("traefik.http.middlewares.gzip.compress", "true"),
            ("traefik.http.services.web.loadbalancer.server.scheme", "https"),
        ]),
        &[
            "entryPoints < traefik.http.routers.Web.entryPoints",
            "rule < no label for the rule: it is made by the setting `defaultRule`",
            "service < no label for the service: the container's only one is taken",
            "tls.domains[0].main < traefik.http.routers.web.tls.domains[0].main",
            &format!(
                "loadBalancer.servers[0].url < traefik.http.services.web.loadbalancer.server.scheme; {lowest}; {only}"
            ),
            "compress < traefik.http.middlewares.gzip.compress",
        ],
    );
}

#[test]
fn what_no_label_speaks_of_is_made_by_settings() {
    check_fields(
        Policy::default(),
        container(&[]),
        &[
            "rule < no label for the rule: it is made by the setting `defaultRule`",
            "service < no label for the service: the container's only one is taken",
            "loadBalancer.servers[0].url < no label for the port: the container's lowest is taken; \
             the address is that on network `bridge`: it is the only one",
        ],
    );
}

#[test]
fn values_of_the_other_dialect_have_theirs() {
    check_fields(
        Policy::default(),
        container(&[
            ("proxy.aliases", "app"),
            ("proxy.app.port", "8080"),
            ("proxy.#1.middlewares.redirect_http", ""),
        ]),
        &[
            "middlewares < proxy.#1.middlewares.redirect_http",
            "priority < no label for it: what the alias `app` comes to",
            "rule < proxy.aliases; the rule is made of the alias `app` and the setting `proxy.matchDomains`",
            "service < the service of the alias `app`",
            "loadBalancer.servers[0].url < proxy.app.port; the address is that on network `bridge`: it is the only one",
            "loadBalancer.serversTransport < no label for it: what the alias `app` comes to",
            "redirectScheme.permanent < proxy.#1.middlewares.redirect_http",
            "redirectScheme.scheme < proxy.#1.middlewares.redirect_http",
            "forwardingTimeouts.responseHeaderTimeout < no label for it: what the alias `app` comes to",
        ],
    );
}

#[test]
fn the_network_has_its_reason() {
    #[track_caller]
    fn check_place(policy: Policy, container: Container, network: &str, why: &str) {
        let place = explained(policy, vec![container]).place;
        assert_eq!((place.network.as_deref(), place.why.as_str()), (Some(network), why));
    }
    let both = |labels: &[(&str, &str)]| {
        let mut container = container(labels);
        let attachment = Attachment { ipv4: "10.0.0.2".parse().ok(), ..Attachment::default() };
        container.attachments.insert("front".to_owned(), attachment);
        container
    };
    check_place(Policy::default(), container(&[]), "bridge", "it is the only one");
    let first = "no label names one, and it is the first by name";
    check_place(Policy::default(), both(&[]), "bridge", first);
    let label = [("traefik.docker.network", "front")];
    check_place(Policy::default(), both(&label), "front", "label `traefik.docker.network` names it");
    let setting = with(Options { network: "front".to_owned(), ..Options::default() });
    check_place(setting, both(&[]), "front", "setting `network` names it");
    let shared = with(Options { traefik_networks: vec!["front".to_owned()], ..Options::default() });
    check_place(shared, both(&[]), "front", "no label names one, and Traefik is on it too");
    let proxy = [("proxy.network", "front")];
    check_place(Policy::default(), both(&proxy), "front", "label `proxy.network` names it");
    let absent = [("traefik.docker.network", "back")];
    check_place(Policy::default(), container(&absent), "bridge", "it is not on `back`, which is asked for");
}
