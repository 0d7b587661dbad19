use portolan_container::{Diagnostic, Protocol};

use super::{Contribution, Hosts, Route, Scheme, names};
use crate::codes::{NO_ENTRY_POINT, ROUTE_DROPPED, UNSUPPORTED_FIELD};
use crate::model::{
    ProxyProtocol, TcpLoadBalancer, TcpRouter, TcpRouterTls, TcpServer, TcpServersTransport, TcpService,
    UdpLoadBalancer, UdpRouter, UdpServer, UdpService,
};
use crate::{Element, Options};

/// Writes the router and the service of a stream.
pub(super) fn write(route: &Route<'_>, options: &Options, out: &mut Contribution) {
    for (middleware, value) in &route.middlewares {
        let message = format!("middleware `{middleware}` is for HTTP, not for `{}`", route.target.scheme);
        out.tell(Diagnostic::warning(UNSUPPORTED_FIELD, message).at(value.name_place(middleware)));
    }
    let target = &route.target;
    let name = names::element(&route.alias);
    let host = if target.host.contains(':') { format!("[{}]", target.host) } else { target.host.clone() };
    let address = Some(format!("{host}:{}", target.ports.target));
    let protocol = if target.scheme == Scheme::Udp { Protocol::Udp } else { Protocol::Tcp };
    let entry_points = entry_points(route, target.ports.listening, protocol, options, out);
    if entry_points.is_empty() {
        return;
    }
    if protocol == Protocol::Udp {
        let servers = Some(vec![UdpServer { address, ..UdpServer::default() }]);
        let service =
            UdpService { load_balancer: Some(UdpLoadBalancer { servers }), ..UdpService::default() };
        let router = UdpRouter { entry_points: Some(entry_points), service: Some(name.clone()) };
        out.elements.push((name.clone(), Element::UdpRouters(router)));
        out.elements.push((name, Element::UdpServices(service)));
        return;
    }
    let Some(router) = router(route, entry_points, &name, options, out) else { return };
    let transport = route.relay_proxy_protocol_header == Some(true);
    let load_balancer = TcpLoadBalancer {
        servers: Some(vec![TcpServer { address, ..TcpServer::default() }]),
        servers_transport: transport.then(|| name.clone()),
        health_check: route.health_check.as_ref().and_then(super::HealthCheck::tcp),
        ..TcpLoadBalancer::default()
    };
    let service = TcpService { load_balancer: Some(load_balancer), ..TcpService::default() };
    out.elements.push((name.clone(), Element::TcpRouters(router)));
    out.elements.push((name.clone(), Element::TcpServices(service)));
    if transport {
        let proxy_protocol = Some(ProxyProtocol { version: Some(2) });
        let transport = TcpServersTransport { proxy_protocol, ..TcpServersTransport::default() };
        out.elements.push((name, Element::TcpServersTransports(transport)));
    }
}

/// A port of its own takes every connection; an entry point that HTTPS uses too takes those that ask for the alias.
fn router(
    route: &Route<'_>,
    entry_points: Vec<String>,
    name: &str,
    options: &Options,
    out: &mut Contribution,
) -> Option<TcpRouter> {
    let service = Some(name.to_owned());
    let is_shared = entry_points.iter().any(|name| options.proxy.https.contains(name));
    let terminates = route.tls_termination == Some(true);
    if !is_shared {
        if terminates {
            let message = "the route is not written: `tls_termination` is for a port that HTTPS uses too";
            let help = "listen on the port of an entry point in the setting `proxy.https`";
            out.tell(Diagnostic::error(ROUTE_DROPPED, message).with_help(help));
            return None;
        }
        let rule = Some("HostSNI(`*`)".to_owned());
        return Some(TcpRouter { entry_points: Some(entry_points), rule, service, ..TcpRouter::default() });
    }
    let Some(hosts) = Hosts::of(&route.alias, &options.proxy.match_domains) else {
        let message = format!("the route is not written: `{}` can be no host", route.alias);
        out.tell(Diagnostic::error(ROUTE_DROPPED, message));
        return None;
    };
    let tls = match terminates {
        true => TcpRouterTls {
            options: route.inbound_mtls_profile.clone(),
            cert_resolver: Some(options.proxy.cert_resolver.clone()).filter(|resolver| !resolver.is_empty()),
            ..TcpRouterTls::default()
        },
        false => TcpRouterTls { passthrough: Some(true), ..TcpRouterTls::default() },
    };
    Some(TcpRouter {
        entry_points: Some(entry_points),
        rule: Some(hosts.sni_rule()),
        priority: Some(hosts.priority()),
        service,
        tls: Some(tls),
        ..TcpRouter::default()
    })
}

/// The entry points on a route's listening port, or where it has none the one that is called as it is; none is told.
///
/// A router without entry points would take what comes to all of Traefik's, so there is none then.
pub(super) fn entry_points(
    route: &Route<'_>,
    port: u16,
    protocol: Protocol,
    options: &Options,
    out: &mut Contribution,
) -> Vec<String> {
    let settings = &options.proxy;
    let found: Vec<String> = match port {
        0 => {
            let own = settings.entry_points.get_key_value(&route.alias);
            own.filter(|(_, entry)| entry.protocol == protocol)
                .map(|(name, _)| name.clone())
                .into_iter()
                .collect()
        }
        _ => settings.listening(port, protocol).into_iter().cloned().collect(),
    };
    if found.is_empty() {
        let alias = names::element(&route.alias);
        let message = match port {
            0 => format!(
                "route `{}` says not on which port it listens, and no entry point has its name",
                route.alias
            ),
            _ => format!(
                "route `{}` listens on port `{port}/{protocol}`, and no entry point does",
                route.alias
            ),
        };
        let end = if protocol == Protocol::Udp { "/udp" } else { "" };
        let shown = if port == 0 { "PORT".to_owned() } else { port.to_string() };
        let help = format!(
            "give Traefik an entry point with the address `:{shown}{end}`, and name it in the setting \
             `proxy.entryPoints`: `{alias}=:{shown}{end}`"
        );
        out.tell(Diagnostic::warning(NO_ENTRY_POINT, message).with_help(help));
    }
    found
}
