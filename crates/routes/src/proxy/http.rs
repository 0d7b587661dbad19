use portolan_container::{Container, Diagnostic, Protocol};
use portolan_labels::Duration;

use super::{Discovery, Hosts, LoadBalance, Route, Scheme, asked, middleware, names, sleep, stream};
use crate::codes::ROUTE_DROPPED;
use crate::model::{
    Certificate, Cookie, ForwardingTimeouts, LoadBalancer, Router, RouterTls, Server, ServersTransport,
    Service, Sticky,
};
use crate::{Element, Options, Peers};

const SECOND: i64 = 1_000_000_000;
/// What GoDoxy waits for the headers of an answer where labels don't say.
const RESPONSE_HEADER_TIMEOUT: Duration = Duration(60 * SECOND);

/// Writes the routers, the service and what they use of an HTTP route.
pub(super) fn write<P: Peers + ?Sized>(
    route: &Route<'_>,
    found: &Discovery<'_>,
    container: &Container,
    options: &Options,
    peers: &P,
    out: &mut super::Contribution,
) {
    let name = names::element(route.served_as());
    let settings = &options.proxy;
    let Some(hosts) = Hosts::of(route.served_as(), &settings.match_domains) else {
        let message = format!("the route is not written: `{}` can be no host", route.served_as());
        let help = "an alias is a label of a name, a name, or `*.` and a name";
        return out.tell(Diagnostic::error(ROUTE_DROPPED, message).with_help(help));
    };
    let mut chain = middleware::chain(route, &|alias| asked::end(alias, found, container, options, peers));
    out.diagnostics.append(&mut chain.diagnostics);
    out.asks.append(&mut chain.asks);
    let listening = route.target.ports.listening;
    let only = match listening {
        0 => None,
        port => match stream::entry_points(route, port, Protocol::Tcp, options, out) {
            entry_points if entry_points.is_empty() => return,
            entry_points => Some(entry_points),
        },
    };
    if chain.is_broken {
        return;
    }

    let mut used = Vec::new();
    // Last: who is kept out by another must not wake the container.
    chain.middlewares.extend(sleep::middleware(found, container, options, peers));
    for (end, middleware) in chain.middlewares {
        let name = format!("{name}-{}", end.replace('_', "-"));
        used.push(name.clone());
        out.elements.push((name, Element::HttpMiddlewares(middleware)));
    }

    let router = Router {
        middlewares: Some(used).filter(|used| !used.is_empty()),
        service: Some(name.clone()),
        rule: Some(hosts.rule()),
        priority: Some(hosts.priority()),
        ..Router::default()
    };
    let tls = RouterTls {
        options: route.inbound_mtls_profile.clone(),
        cert_resolver: Some(settings.cert_resolver.clone()).filter(|resolver| !resolver.is_empty()),
        ..RouterTls::default()
    };
    let secure = |entry_points: &[String]| Router {
        entry_points: Some(entry_points.to_vec()),
        tls: Some(tls.clone()),
        ..router.clone()
    };
    if let Some(entry_points) = only {
        // A port of its own is one of HTTPS alone.
        out.elements.push((name.clone(), Element::HttpRouters(secure(&entry_points))));
    } else {
        let has_tls = !settings.https.is_empty();
        if route.inbound_mtls_profile.is_none() && (!has_tls || !settings.http.is_empty()) {
            let entry_points = Some(settings.http.clone()).filter(|names| !names.is_empty());
            out.elements
                .push((name.clone(), Element::HttpRouters(Router { entry_points, ..router.clone() })));
        }
        if has_tls {
            out.elements.push((format!("{name}-tls"), Element::HttpRouters(secure(&settings.https))));
        } else if route.inbound_mtls_profile.is_some() {
            let message = "the route is not written: `inbound_mtls_profile` needs an entry point of HTTPS";
            let help = "name them in the setting `proxy.https`";
            out.tell(Diagnostic::error(ROUTE_DROPPED, message).with_help(help));
        }
    }
    out.elements.push((name.clone(), Element::HttpServices(service(route, container, &name, options))));
    out.elements.push((name, Element::HttpServersTransports(transport(route))));
}

fn service(route: &Route<'_>, container: &Container, name: &str, options: &Options) -> Service {
    let target = &route.target;
    let balance = route.load_balance.as_ref().filter(|balance| !balance.link.is_empty());
    let host = if target.host.contains(':') { format!("[{}]", target.host) } else { target.host.clone() };
    let server = Server {
        url: Some(format!("{}://{host}:{}", target.scheme, target.ports.target)),
        weight: balance.map(|balance| balance.weight).filter(|weight| *weight > 0),
        ..Server::default()
    };
    // A container that sleeps has no address: the service stays, and what wakes the container stands before it.
    let is_reachable = container.state.is_running() && !target.host.is_empty() && target.ports.target != 0;
    let load_balancer = LoadBalancer {
        servers: Some(is_reachable.then_some(server).into_iter().collect()),
        sticky: balance.filter(|balance| balance.sticky).map(|balance| Box::new(sticky(balance, options))),
        strategy: balance.and_then(|balance| balance.mode).map(|mode| mode.strategy().to_owned()),
        health_check: route.health_check.as_ref().and_then(super::HealthCheck::http).map(Box::new),
        servers_transport: Some(name.to_owned()),
        pass_host_header: (!is_reachable).then_some(true),
        ..LoadBalancer::default()
    };
    Service { load_balancer: Some(load_balancer), ..Service::default() }
}

fn sticky(balance: &LoadBalance, options: &Options) -> Sticky {
    let is_https_alone = options.proxy.http.is_empty() && !options.proxy.https.is_empty();
    let cookie = Cookie {
        name: Some("godoxy_lb_sticky".to_owned()),
        http_only: Some(true),
        same_site: Some("lax".to_owned()),
        path: Some("/".to_owned()),
        secure: is_https_alone.then_some(true),
        max_age: Some(balance.sticky_max_age.0 / SECOND).filter(|seconds| *seconds > 0),
        ..Cookie::default()
    };
    Sticky { cookie: Some(cookie) }
}

fn transport(route: &Route<'_>) -> ServersTransport {
    let tls = &route.tls;
    let timeout = route.response_header_timeout.filter(|timeout| timeout.0 > 0);
    let timeouts = ForwardingTimeouts {
        response_header_timeout: Some(timeout.unwrap_or(RESPONSE_HEADER_TIMEOUT)),
        ..ForwardingTimeouts::default()
    };
    let transport =
        ServersTransport { forwarding_timeouts: Some(Box::new(timeouts)), ..ServersTransport::default() };
    if route.target.scheme != Scheme::Https {
        return transport;
    }
    let certificate =
        tls.certificate.clone().zip(tls.key.clone()).map(|(certificate, key)| {
            vec![Certificate { cert_file: Some(certificate), key_file: Some(key) }]
        });
    ServersTransport {
        server_name: tls.name().map(str::to_owned),
        insecure_skip_verify: tls.no_verify.filter(|no_verify| *no_verify),
        root_cas: tls.trusted.clone().map(|file| vec![file]),
        certificates: certificate,
        min_version: tls.versions().map(|(oldest, _)| oldest.to_owned()),
        max_version: tls.versions().map(|(_, newest)| newest.to_owned()),
        ..transport
    }
}
