use std::collections::BTreeMap;

use portolan_container::{Container, Protocol};

use super::{Ports, Reach, Route, Scheme, image, preferred};

/// Where a route ends: what labels say, and where they are silent what the container is.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::{Options, proxy::discover};
///
/// let labels = [("proxy.app.host", "backend"), ("proxy.app.port", "8443")];
/// let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
/// let container = Container { name: "app".into(), labels, ..Container::default() };
/// let found = discover(&container, &Options::default(), &[][..]);
/// let target = &found.routes["app"].target;
/// assert_eq!((target.scheme.to_string().as_str(), target.ports.target), ("https", 8443));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// What is spoken there.
    pub scheme: Scheme,
    /// The address or name; empty where none is known.
    pub host: String,
    /// The ports; the target's is zero where none is known.
    pub ports: Ports,
}

impl Target {
    /// In GoDoxy's order: the host, then scheme and port by image and alias, the port by what the container exposes, and the scheme
    /// by the port.
    ///
    /// Three of its traps are none here: a port that was chosen is not taken for a published one, on a host a published port is
    /// chosen, and one that is not published is none.
    pub(super) fn of(route: &Route, container: &Container, reach: &Reach) -> Self {
        let said = route.ports.unwrap_or_default();
        let own = Some(reach.private.clone()).filter(|private| !private.is_empty());
        let host = route.host.clone().or(own).unwrap_or_else(|| reach.public.clone());
        let is_public = !host.is_empty() && host == reach.public;
        let known = [image::known(&container.image.name), image::known_alias(&route.alias)];

        let mut scheme = route.scheme;
        let mut port = said.target;
        for (known_scheme, known_port) in known.into_iter().flatten() {
            scheme = scheme.or(Some(known_scheme));
            if port == 0 {
                port = known_port;
            }
        }
        let ports = Published::of(container);
        if port == 0 {
            port = ports.preferred(is_public);
        }
        if scheme.is_none() && ports.is_published_udp(port) {
            scheme = Some(Scheme::Udp);
        }
        if is_public {
            port = ports.public.get(&port).copied().unwrap_or(port);
        } else if said.target != 0 && !ports.public.contains_key(&port) {
            port = ports.private_of(port).unwrap_or(port);
        }
        let scheme = scheme.unwrap_or(match (said.listening, port % 1000) {
            (1.., _) => Scheme::Tcp,
            (0, 443) => Scheme::Https,
            _ => Scheme::Http,
        });
        Self { scheme, host, ports: Ports { listening: said.listening, target: port } }
    }
}

/// A container's ports by number, each with the one on the host; zero where it has none there.
struct Published<'c> {
    public: BTreeMap<u16, u16>,
    container: &'c Container,
}

impl<'c> Published<'c> {
    fn of(container: &'c Container) -> Self {
        let mut public = BTreeMap::new();
        for port in &container.ports {
            let on_host = port.bindings.iter().filter_map(|binding| binding.host_port).max();
            let slot: &mut u16 = public.entry(port.number).or_default();
            *slot = on_host.unwrap_or(*slot);
        }
        Self { public, container }
    }

    /// The port of the container that is taken where none is said: on its host, of those that are published there if any is.
    fn preferred(&self, is_public: bool) -> u16 {
        let own = |(port, _): (&u16, &u16)| (*port, *port);
        let published = self.public.iter().filter(|(_, on_host)| is_public && **on_host != 0);
        preferred(&published.map(own).collect())
            .or_else(|| preferred(&self.public.iter().map(own).collect()))
            .unwrap_or_default()
    }

    fn is_published_udp(&self, number: u16) -> bool {
        let udp = self.container.ports.iter().filter(|port| port.protocol == Protocol::Udp);
        udp.filter(|port| port.number == number)
            .any(|port| port.bindings.iter().any(|binding| binding.host_port.is_some()))
    }

    /// The container's port that is published as this one.
    fn private_of(&self, on_host: u16) -> Option<u16> {
        self.public.iter().find(|(_, public)| **public == on_host).map(|(private, _)| *private)
    }
}
