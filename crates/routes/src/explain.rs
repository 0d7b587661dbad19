//! Where each value of a container's share comes from: the label that says it, or why it is what no label says.
//!
//! The answers are told from the written element and the labels beside it, so nothing is decided here a second time.

mod field;
mod place;
mod proxied;

use std::collections::BTreeMap;

use portolan_container::Container;
use portolan_labels::{Node, parse};
use serde::Serialize;

use crate::share::{Build, DYNAMIC};
use crate::{Element, Name, Options, Peers, proxy};

pub use field::Field;
pub use place::{ChosenPort, Place};

/// One container's labels and defaults, to tell where values come from.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::{Options, explain::Origins, share};
///
/// let labels = [("traefik.http.services.web.loadbalancer.server.url", "http://10.0.0.1")];
/// let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
/// let container = Container { name: "web".to_owned(), labels, ..Container::default() };
/// let (options, peers) = (Options::default(), &[][..]);
/// let origins = Origins::of(&container, &options, peers);
/// let share = share(&container, &options, peers);
/// let (name, router) = share.elements.first().ok_or("a router is made")?;
/// let rule = origins.fields(&(router.section(), name.clone()), router).remove(0);
/// assert_eq!((rule.path.as_str(), rule.labels.len()), ("rule", 0));
/// assert_eq!(rule.reasons, ["no label for the rule: it is made by the setting `defaultRule`"]);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
pub struct Origins<'c> {
    container: &'c Container,
    root: Option<Node<'c>>,
    place: Place,
    port: Option<ChosenPort>,
    /// The aliases of the `proxy.*` dialect that contribute an element.
    aliases: BTreeMap<Name, Vec<String>>,
    /// Whether addresses that ports are published on come first.
    is_bound: bool,
}

/// One of a container's networks.
///
/// ```
/// use portolan_container::{Attachment, Container};
/// use portolan_routes::{Options, explain::Origins};
///
/// let front = Attachment { ipv4: "10.0.0.2".parse().ok(), ..Attachment::default() };
/// let attachments = [("front".to_owned(), front)].into();
/// let container = Container { name: "web".into(), attachments, ..Container::default() };
/// let networks = Origins::of(&container, &Options::default(), &[][..]).networks();
/// assert_eq!((networks[0].name.as_str(), networks[0].address.as_deref()), ("front", Some("10.0.0.2")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Network {
    /// Its name.
    pub name: String,
    /// The container's address on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

impl<'c> Origins<'c> {
    /// Reads the container.
    pub fn of<P: Peers + ?Sized>(container: &'c Container, options: &Options, peers: &P) -> Self {
        let mut build = Build::of(container, options, peers);
        let place = Place::of(&mut build, container, options);
        let aliases = if build.speaks_dialect() {
            proxy::contributors(container, options, peers)
        } else {
            BTreeMap::new()
        };
        let root = parse(&container.labels, &DYNAMIC).root;
        let is_bound = options.use_bind_port_ip;
        Self { container, root, place, port: ChosenPort::of(container), aliases, is_bound }
    }

    /// Where Traefik reaches the container.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// The port that is taken where no label names one, as Traefik does it; `None` where it exposes none.
    pub const fn port(&self) -> Option<&ChosenPort> {
        self.port.as_ref()
    }

    /// The networks that the container is on.
    pub fn networks(&self) -> Vec<Network> {
        let attachments = self.container.attachments.iter();
        attachments
            .map(|(name, attachment)| Network { name: name.clone(), address: attachment.address() })
            .collect()
    }

    /// Each value of an element of the container's share as files carry it, by path, with where it comes from.
    pub fn fields(&self, name: &Name, element: &Element) -> Vec<Field> {
        let node = self.node(name);
        let aliases = self.aliases.get(name).filter(|_| node.is_none());
        let value = serde_json::to_value(element).unwrap_or_default();
        let mut fields = Vec::new();
        field::walk(&value, String::new(), [None, node], &mut |leaf| {
            fields.push(match aliases {
                Some(aliases) => self.of_alias(name.0, aliases, leaf),
                None => self.of_label(name.0, leaf),
            });
        });
        fields
    }

    /// The labels that speak of an element: `traefik.http.routers.NAME.…`.
    fn node(&self, (section, name): &Name) -> Option<&Node<'c>> {
        let (protocol, elements) = section.path();
        self.root.as_ref()?.child(protocol)?.child(elements)?.child(name)
    }
}
