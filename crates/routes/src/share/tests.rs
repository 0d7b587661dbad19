mod published;

use portolan_container::{Attachment, Binding, Container, Health, NetworkMode, Port, Protocol, State};

use super::share;
use crate::template::Template;
use crate::{Configuration, DefaultRoute, LeftOut, Options};

/// A container from lines of `KEY VALUE`; a line with an equals sign and a dot is a label.
fn container(text: &str) -> Container {
    let mut container = Container { id: "1f".to_owned(), name: "web".to_owned(), ..Container::default() };
    container.attachments.insert("bridge".to_owned(), attachment("172.17.0.2"));
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (key, value) = line.split_once(' ').unwrap_or((line, ""));
        match key {
            "name" => container.name = value.to_owned(),
            "state" => container.state = State::parse(value),
            "health" => container.health = Health::parse(value),
            "mode" => container.network_mode = NetworkMode::parse(value),
            "no-networks" => container.attachments.clear(),
            "network" => {
                let (name, address) = value.split_once(' ').unwrap();
                container.attachments.insert(name.to_owned(), attachment(address));
            }
            "port" => {
                let (port, binding) = value.split_once(' ').unwrap_or((value, ""));
                let (number, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
                let bindings = binding.rsplit_once(':').map(|(ip, port)| Binding {
                    host_ip: ip.trim_matches(['[', ']']).parse().ok(),
                    host_port: port.parse().ok(),
                });
                container.ports.push(Port {
                    number: number.parse().unwrap(),
                    protocol: Protocol::parse(protocol).unwrap(),
                    bindings: bindings.into_iter().collect(),
                });
            }
            _ => {
                let (label, value) = line.split_once('=').unwrap();
                container.labels.insert(label.to_owned(), value.to_owned());
            }
        }
    }
    container.ports.sort();
    container
}

fn attachment(address: &str) -> Attachment {
    Attachment { ipv4: address.parse().ok(), ipv6: address.parse().ok(), ..Attachment::default() }
}

/// The container's configuration in YAML, then its findings, a line each.
#[track_caller]
fn check_with(options: &Options, peers: &[Container], text: &str, expected: &str) {
    let share = share(&container(text), options, peers);
    let configuration: Configuration = share.elements.into_iter().collect();
    let mut got = serde_yaml::to_string(&configuration).unwrap();
    if got == "{}\n" {
        got.clear();
    }
    for diagnostic in &share.diagnostics {
        got += &format!("{diagnostic}\n");
    }
    let lines: Vec<&str> = expected.lines().skip(1).collect();
    let indent = lines.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or_default();
    let expected: String = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| format!("{}\n", &line[indent..]))
        .collect();
    assert_eq!(got, expected);
}

#[track_caller]
fn check(text: &str, expected: &str) {
    check_with(&Options::default(), &[], text, expected);
}

#[test]
fn a_container_without_labels_is_routed_by_its_name() {
    check(
        "
        name my_app
        port 80
        ",
        "
        http:
          routers:
            my-app:
              service: my-app
              rule: Host(`my-app`)
          services:
            my-app:
              loadBalancer:
                servers:
                - url: http://172.17.0.2:80
        ",
    );
}

#[test]
fn default_route_none_routes_nothing_unasked() {
    let options = Options { default_route: DefaultRoute::None, ..Options::default() };
    check_with(&options, &[], "port 80", "\n");
}

#[test]
fn replicas_of_compose_share_a_name() {
    check(
        "
        name shop-api-1
        port 80
        com.docker.compose.project=My.Shop
        com.docker.compose.service=api
        traefik.http.routers.r.rule=Path(`/`)
        ",
        "
        http:
          routers:
            r:
              service: api-My-Shop
              rule: Path(`/`)
          services:
            api-My-Shop:
              loadBalancer:
                servers:
                - url: http://172.17.0.2:80
        ",
    );
}

#[test]
fn tcp_alone_makes_no_http_and_one_middleware_does() {
    check(
        "
        port 5000
        traefik.tcp.routers.r.rule=HostSNI(`*`)
        traefik.tcp.services.s.loadbalancer.server.port=6000
        ",
        "
        tcp:
          routers:
            r:
              service: s
              rule: HostSNI(`*`)
          services:
            s:
              loadBalancer:
                servers:
                - address: 172.17.0.2:6000
        ",
    );
    check(
        "
        port 5000
        traefik.udp.routers.r.entrypoints=dns
        traefik.http.middlewares.m.compress=true
        ",
        "
        http:
          routers:
            web:
              service: web
              rule: Host(`web`)
          services:
            web:
              loadBalancer:
                servers:
                - url: http://172.17.0.2:5000
          middlewares:
            m:
              compress: {}
        udp:
          routers:
            r:
              entryPoints:
              - dns
              service: web
          services:
            web:
              loadBalancer:
                servers:
                - address: 172.17.0.2:5000
        ",
    );
}

#[test]
fn the_lowest_port_is_taken_whatever_its_protocol() {
    check(
        "
        port 80
        port 53/udp
        traefik.http.services.s.loadbalancer.server.scheme=https
        ",
        "
        http:
          routers:
            web:
              service: s
              rule: Host(`web`)
          services:
            s:
              loadBalancer:
                servers:
                - url: https://172.17.0.2:53
        info[several-ports]: web: port `53` is taken, the lowest; others are `80`
        ",
    );
}

#[test]
fn a_service_that_fails_takes_its_container_with_it() {
    check(
        "
        traefik.http.middlewares.m.compress=true
        ",
        "
        error[service-error]: web: service \"web\" error: port is missing
        ",
    );
    check(
        "
        port 80
        traefik.http.services.s.loadbalancer.server.url=http://h
        traefik.http.services.s.loadbalancer.server.port=80
        ",
        "
        error[service-error]: web: service \"s\" error: defining scheme or port is not allowed when URL is defined
        ",
    );
    check(
        "
        port 80
        traefik.http.services.s.middlewares=m
        ",
        "
        error[service-error]: web: service \"s\" error: load-balancer is not defined
        ",
    );
    check(
        "
        no-networks
        port 80
        ",
        "
        warning[no-address]: web: Unable to find the IP address.
        error[service-error]: web: service \"web\" error: unable to find the IP address for the container \"web\": the server is ignored
        ",
    );
}

#[test]
fn an_url_needs_neither_port_nor_address() {
    check(
        "
        no-networks
        traefik.http.services.s.loadbalancer.server.url=http://10.0.0.1/
        ",
        "
        http:
          routers:
            web:
              service: s
              rule: Host(`web`)
          services:
            s:
              loadBalancer:
                servers:
                - url: http://10.0.0.1/
        ",
    );
}

#[test]
fn several_services_and_no_choice() {
    check(
        "
        port 80
        traefik.http.services.a.loadbalancer.server.port=1
        traefik.http.services.b.loadbalancer.server.port=2
        traefik.tcp.routers.r.priority=1
        traefik.http.routers.r.rule=Path(`/`)
        ",
        "
        http:
          services:
            a:
              loadBalancer:
                servers:
                - url: http://172.17.0.2:1
            b:
              loadBalancer:
                servers:
                - url: http://172.17.0.2:2
        tcp:
          services:
            web:
              loadBalancer:
                servers:
                - address: 172.17.0.2:80
        error[no-rule]: web: Empty rule: TCP router `r` has none and there is no default
        error[ambiguous-service]: web: Router r cannot be linked automatically with multiple Services: [\"a\" \"b\"]
        ",
    );
}

#[test]
fn the_address_is_that_of_the_chosen_network() {
    let both = "
        network back 10.0.0.2
        network front 10.0.1.2
        port 80
        ";
    let server = |ip: &str, findings: &str| {
        format!(
            "
        http:
          routers:
            web:
              service: web
              rule: Host(`web`)
          services:
            web:
              loadBalancer:
                servers:
                - url: http://{ip}:80{findings}
        "
        )
    };
    check(&format!("{both}\ntraefik.docker.network=front"), &server("10.0.1.2", ""));
    let options = Options { network: "back".to_owned(), ..Options::default() };
    check_with(&options, &[], both, &server("10.0.0.2", ""));
    let finding = "\n        info[several-networks]: web: network `back` is taken, the first by name, of `back`, `bridge`, `front`";
    check(both, &server("10.0.0.2", finding));
    let options = Options { traefik_networks: vec!["front".to_owned()], ..Options::default() };
    let finding = "\n        info[several-networks]: web: network `front` is taken, which Traefik is also on, of `back`, `bridge`, `front`";
    check_with(&options, &[], both, &server("10.0.1.2", finding));
    let finding = "\n        warning[network-not-found]: web: Could not find network named \"x\" for container \"web\". \
        Maybe you're missing the project's prefix in the label?";
    check("port 80\ntraefik.docker.network=x", &server("172.17.0.2", finding));
}

#[test]
fn the_network_of_another_container_or_of_the_host() {
    let server = "
        http:
          routers:
            web:
              service: web
              rule: Host(`web`)
          services:
            web:
              loadBalancer:
                servers:
                - url: http://ADDRESS:80
        ";
    let vpn = Container { id: "abcdef".to_owned(), ..container("name vpn\nno-networks\nnetwork v 10.9.0.3") };
    let peers = [vpn];
    let label = "traefik.http.services.web.loadbalancer.server.port=80";
    for mode in ["container:abcdef", "container:abc", "container:vpn"] {
        let text = format!("no-networks\nmode {mode}\n{label}");
        check_with(&Options::default(), &peers, &text, &server.replace("ADDRESS", "10.9.0.3"));
    }
    let text = format!("no-networks\nmode host\n{label}");
    check(&text, &server.replace("ADDRESS", "127.0.0.1"));
    let options = Options { host_address: "2001:db8::1".to_owned(), ..Options::default() };
    check_with(&options, &[], &text, &server.replace("ADDRESS", "[2001:db8::1]"));
}

#[test]
fn a_chain_of_shared_stacks_that_closes_ends() {
    let one = Container { id: "aa".to_owned(), ..container("name one\nno-networks\nmode container:bb") };
    let two = Container { id: "bb".to_owned(), ..container("name two\nno-networks\nmode container:aa") };
    let share = share(&one, &Options::default(), &[one.clone(), two][..]);
    assert_eq!(share.elements, []);
}

#[test]
fn a_published_port_is_used_where_asked_for() {
    fn check_server(text: &str, server: &str) {
        let options = Options { use_bind_port_ip: true, ..Options::default() };
        let share = share(&container(text), &options, &[][..]);
        let configuration: Configuration = share.elements.into_iter().collect();
        let yaml = serde_yaml::to_string(&configuration).unwrap();
        assert!(yaml.contains(&format!("url: http://{server}\n")), "{server} in\n{yaml}");
    }
    let label = "traefik.http.services.s.loadbalancer.server.port=90";
    check_server("port 80", "172.17.0.2:80");
    check_server("port 80 0.0.0.0:8080", "172.17.0.2:80");
    check_server("port 80 [::]:8080", "172.17.0.2:80");
    check_server("port 80 192.0.2.4:8080", "192.0.2.4:8080");
    check_server("port 80 [2001:db8::4]:8080", "[2001:db8::4]:8080");
    check_server(&format!("port 80\n{label}"), "172.17.0.2:90");
    check_server(&format!("port 80 192.0.2.4:8080\n{label}"), "172.17.0.2:90");
    check_server(&format!("port 80 192.0.2.4:8080\nport 90 192.0.2.4:9999\n{label}"), "192.0.2.4:9999");
}

#[test]
fn who_is_looked_at() {
    #[track_caller]
    fn check_left_out(options: &Options, text: &str, expected: Option<&LeftOut>) {
        assert_eq!(share(&container(text), options, &[][..]).left_out.as_ref(), expected, "{text}");
    }
    let default = Options::default();
    let hidden = Options { exposed_by_default: false, ..Options::default() };
    let empty = Options { allow_empty_services: true, ..Options::default() };
    check_left_out(&default, "traefik.enable=false", Some(&LeftOut::Disabled));
    check_left_out(&hidden, "", Some(&LeftOut::Disabled));
    check_left_out(&hidden, "traefik.enable=T", None);
    check_left_out(&default, "state exited", Some(&LeftOut::State(State::Exited)));
    check_left_out(&default, "state exited\ntraefik.docker.allownonrunning=true", None);
    check_left_out(&default, "health starting", Some(&LeftOut::Health(Health::Starting)));
    check_left_out(&default, "health healthy", None);
    check_left_out(&default, "health none", Some(&LeftOut::Health(Health::Other("none".to_owned()))));
    check_left_out(&empty, "health unhealthy", None);
}

#[test]
fn a_container_that_does_not_serve_keeps_its_service_without_servers() {
    let options = Options { allow_empty_services: true, ..Options::default() };
    check_with(
        &options,
        &[],
        "
        health unhealthy
        ",
        "
        http:
          routers:
            web:
              service: web
              rule: Host(`web`)
          services:
            web:
              loadBalancer:
                servers: []
        ",
    );
}

#[test]
fn a_default_rule_that_fails_costs_the_router() {
    let options = Options { default_rule: Template::parse("{{ .Nope }}").unwrap(), ..Options::default() };
    let share = share(&container("port 80"), &options, &[][..]);
    assert_eq!(share.elements.len(), 1, "the service stays");
    assert!(share.diagnostics[0].message.starts_with("Error while parsing default rule"));
}

#[test]
fn labels_that_nobody_reads_are_told() {
    fn told(label: &str) -> Option<String> {
        let share = share(&container(&format!("port 80\n{label}=x")), &Options::default(), &[][..]);
        share.diagnostics.first().map(|diagnostic| diagnostic.help.clone().unwrap_or_default())
    }
    assert_eq!(told("traefik.htpp.routers.a.rule").as_deref(), Some("did you mean `traefik.http`?"));
    assert_eq!(
        told("Traefik.tls.options.a.minversion").as_deref(),
        Some("define TLS options and certificates in a file of your own")
    );
    assert_eq!(told("traefik.colour").as_deref(), Some(""));
    assert_eq!(told("traefik.swarm.network"), None);
    assert_eq!(told("traefikx"), None);
}

#[test]
fn what_the_docker_provider_would_define_is_told() {
    check(
        "
        port 80
        traefik.http.routers.r.rule=Path(`/`)
        traefik.http.routers.r.middlewares=auth@docker,auth@file
        ",
        "
        http:
          routers:
            r:
              middlewares:
              - auth@docker
              - auth@file
              service: web
              rule: Path(`/`)
          services:
            web:
              loadBalancer:
                servers:
                - url: http://172.17.0.2:80
        warning[other-provider]: web: router `r` refers to `auth@docker`, which Traefik's Docker provider defines, not a file
        ",
    );
}
