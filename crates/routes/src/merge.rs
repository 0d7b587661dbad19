use std::borrow::Cow;

use crate::Element;
use crate::canonical::canonical;
use crate::model::{Service, TcpService, UdpService};

/// What the definitions of one name come to.
///
/// ```
/// use portolan_routes::model::Router;
/// use portolan_routes::{Element, Merged, merge};
///
/// let router = |rule: &str| Element::HttpRouters(Router { rule: Some(rule.into()), ..Router::default() });
/// let (one, other) = (router("Path(`/1`)"), router("Path(`/2`)"));
/// assert!(matches!(merge([&one, &one]), Some(Merged::One(_))));
/// assert_eq!(merge([&one, &other]), Some(Merged::Conflict));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "it is looked at once and not kept")]
pub enum Merged<'e> {
    /// They agree.
    One(Cow<'e, Element>),
    /// They differ: nothing of that name is routed, whoever defines it.
    Conflict,
}

/// Merges the definitions of one name, given in the byte order of their containers' keys (Traefik 3.7).
///
/// Definitions must be equal in what Traefik makes of them. Services must be equal but for their servers, which are put
/// together: a server that is there already, by its address, is not added. `None` where there is no definition.
///
/// ```
/// use portolan_routes::model::{LoadBalancer, Server, Service};
/// use portolan_routes::{Element, Merged, merge};
///
/// let service = |url: &str| {
///     let servers = Some(vec![Server { url: Some(url.into()), ..Server::default() }]);
///     let load_balancer = Some(LoadBalancer { servers, ..LoadBalancer::default() });
///     Element::HttpServices(Service { load_balancer, ..Service::default() })
/// };
/// let (one, two) = (service("http://10.0.0.1"), service("http://10.0.0.2"));
/// let Some(Merged::One(merged)) = merge([&one, &two]) else { return Err("they differ in servers alone") };
/// let Element::HttpServices(Service { load_balancer: Some(both), .. }) = merged.as_ref() else { return Err("it is a service") };
/// assert_eq!(both.servers.as_ref().map(Vec::len), Some(2));
/// # Ok::<(), &str>(())
/// ```
pub fn merge<'e>(definitions: impl IntoIterator<Item = &'e Element>) -> Option<Merged<'e>> {
    let mut definitions = definitions.into_iter();
    let mut merged = Cow::Borrowed(definitions.next()?);
    for element in definitions {
        if !compatible(&merged, element) {
            return Some(Merged::Conflict);
        }
        add_servers(&mut merged, element);
    }
    Some(Merged::One(merged))
}

pub(crate) fn compatible(left: &Element, right: &Element) -> bool {
    if left == right {
        return true;
    }
    match (left, right) {
        (Element::HttpServices(left), Element::HttpServices(right)) => {
            match (&left.load_balancer, &right.load_balancer) {
                // The middlewares of a service are not compared: the first's are taken.
                (Some(left), Some(right)) => {
                    without(left, |it| it.servers = None) == without(right, |it| it.servers = None)
                }
                _ => canonical(left) == canonical(right),
            }
        }
        (Element::TcpServices(left), Element::TcpServices(right)) => {
            match (&left.load_balancer, &right.load_balancer) {
                (Some(left), Some(right)) => {
                    without(left, |it| it.servers = None) == without(right, |it| it.servers = None)
                }
                _ => canonical(left) == canonical(right),
            }
        }
        (Element::UdpServices(left), Element::UdpServices(right)) => {
            match (&left.load_balancer, &right.load_balancer) {
                (Some(_), Some(_)) => true,
                _ => canonical(left) == canonical(right),
            }
        }
        (Element::HttpRouters(left), Element::HttpRouters(right)) => {
            let is_default = |flag: Option<bool>| flag.unwrap_or_default();
            is_default(left.default_rule) == is_default(right.default_rule)
                && canonical(left) == canonical(right)
        }
        _ => canonical(left) == canonical(right),
    }
}

fn without<T: Clone + serde::Serialize>(
    value: &T,
    clear: impl Fn(&mut T),
) -> Option<crate::canonical::Canonical> {
    let mut value = value.clone();
    clear(&mut value);
    canonical(&value)
}

/// Appends the servers of `element` that were not there before.
fn add_servers(merged: &mut Cow<'_, Element>, element: &Element) {
    match element {
        Element::HttpServices(Service { load_balancer: Some(from), .. }) => {
            let Element::HttpServices(Service { load_balancer: Some(into), .. }) = merged.to_mut() else {
                return;
            };
            append(&mut into.servers, from.servers.as_deref(), |server| server.url.as_deref());
        }
        Element::TcpServices(TcpService { load_balancer: Some(from), .. }) => {
            let Element::TcpServices(TcpService { load_balancer: Some(into), .. }) = merged.to_mut() else {
                return;
            };
            append(&mut into.servers, from.servers.as_deref(), |server| server.address.as_deref());
        }
        Element::UdpServices(UdpService { load_balancer: Some(from), .. }) => {
            let Element::UdpServices(UdpService { load_balancer: Some(into), .. }) = merged.to_mut() else {
                return;
            };
            append(&mut into.servers, from.servers.as_deref(), |server| server.address.as_deref());
        }
        _ => {}
    }
}

fn append<S: Clone>(into: &mut Option<Vec<S>>, from: Option<&[S]>, address: impl Fn(&S) -> Option<&str>) {
    let into = into.get_or_insert_default();
    let before = into.len();
    for server in from.unwrap_or_default() {
        let known = into
            .iter()
            .take(before)
            .any(|other| address(other).unwrap_or_default() == address(server).unwrap_or_default());
        if !known {
            into.push(server.clone());
        }
    }
}
