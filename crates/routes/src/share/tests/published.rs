//! Containers without an address that Traefik reaches.

use portolan_container::Container;

use super::{check_with, container};
use crate::Options;
use crate::share::share;

/// As rootless Podman has them: the container has no address that anyone reaches, its published ports have.
#[test]
fn a_container_without_an_address_is_reached_by_its_published_port() {
    let options = Options { published_at: "192.0.2.7".to_owned(), ..Options::default() };
    let served_at = |server: &str| {
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
                    - url: http://{server}
            "
        )
    };
    check_with(&options, &[], "no-networks\nport 80 0.0.0.0:8080", &served_at("192.0.2.7:8080"));
    check_with(&options, &[], "no-networks\nport 80 [::]:8080", &served_at("192.0.2.7:8080"));
    check_with(&options, &[], "no-networks\nport 80 127.0.0.2:8080", &served_at("127.0.0.2:8080"));
    check_with(&options, &[], "no-networks\nport 80 [2001:db8::1]:8080", &served_at("[2001:db8::1]:8080"));
    check_with(&options, &[], "port 80 0.0.0.0:8080", &served_at("172.17.0.2:80"));
    let pod = Container {
        name: "pod-infra".to_owned(),
        id: "9c".to_owned(),
        ..container("no-networks\nport 80 0.0.0.0:8080")
    };
    let member = "no-networks\nmode container:9c\ntraefik.http.services.web.loadbalancer.server.port=80";
    check_with(&options, &[pod], member, &served_at("192.0.2.7:8080"));
}

#[test]
fn a_port_that_is_not_published_is_told_with_the_option_that_publishes_it() {
    let options = Options { published_at: "127.0.0.1".to_owned(), ..Options::default() };
    check_with(
        &options,
        &[],
        "
        no-networks
        port 80
        ",
        "
        warning[not-published]: web: the container \"web\" has no address that Traefik reaches, and its port `80` is not published
        error[service-error]: web: service \"web\" error: its port is not published: the server is ignored
        ",
    );
    check_with(
        &options,
        &[],
        "
        no-networks
        mode none
        ",
        "
        warning[no-address]: web: Unable to find the IP address.
        error[service-error]: web: service \"web\" error: unable to find the IP address for the container \"web\": the server is ignored
        ",
    );
    let help = |peers: &[Container], text: &str| {
        let share = share(&container(text), &options, peers);
        share.diagnostics.iter().find_map(|it| it.help.clone()).unwrap()
    };
    assert_eq!(help(&[], "no-networks\nport 80"), "publish it: `podman run -p 8080:80`");
    assert_eq!(help(&[], "no-networks\nport 3000"), "publish it: `podman run -p 3000:3000`");
    let pod = Container { name: "pod-infra".to_owned(), id: "9c".to_owned(), ..container("no-networks") };
    assert_eq!(
        help(&[pod], "no-networks\nport 80\nmode container:9c"),
        "publish it where the network stack is made, with \"pod-infra\": `-p 8080:80`"
    );
}

#[test]
fn tcp_and_udp_of_one_number_may_be_published_in_different_places() {
    let options = Options { published_at: "127.0.0.1".to_owned(), ..Options::default() };
    let dns = "
        no-networks
        port 53/tcp 0.0.0.0:5301
        port 53/udp 0.0.0.0:5302
        traefik.tcp.services.tcp.loadbalancer.server.port=53
        traefik.udp.services.udp.loadbalancer.server.port=53
        ";
    let expected = "
        tcp:
          services:
            tcp:
              loadBalancer:
                servers:
                - address: 127.0.0.1:5301
        udp:
          services:
            udp:
              loadBalancer:
                servers:
                - address: 127.0.0.1:5302
        ";
    check_with(&options, &[], dns, expected);
    // Nothing of UDP answers where TCP is published.
    let tcp_alone = "
        no-networks
        port 53/tcp 0.0.0.0:5301
        traefik.udp.services.udp.loadbalancer.server.port=53
        ";
    let share = share(&container(tcp_alone), &options, &[] as &[Container]);
    let help = share.diagnostics.iter().find_map(|it| it.help.as_deref());
    assert_eq!(help, Some("publish it: `podman run -p 8053:53/udp`"));
}
