use std::collections::BTreeMap;

use portolan_labels::aliased::{Fields, Value};

/// The ports that come first where labels name none, in this order (GoDoxy).
const PREFERRED: [u16; 6] = [80, 8080, 3000, 8000, 443, 8443];

/// `[LISTENING:]TARGET`: where the proxy listens and where the container does. Zero is not said.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::{Options, proxy::{Ports, discover}};
///
/// let labels = [("proxy.app.port", "443:8443")];
/// let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
/// let container = Container { name: "app".into(), labels, ..Container::default() };
/// let found = discover(&container, &Options::default(), &[][..]);
/// assert_eq!(found.routes["app"].ports, Some(Ports { listening: 443, target: 8443 }));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// Of the proxy.
    pub listening: u16,
    /// Of the container.
    pub target: u16,
}

impl Ports {
    /// Reads the text of a label: what can be read of it, and what is wrong with the rest.
    ///
    /// ```
    /// use portolan_routes::proxy::Ports;
    ///
    /// assert_eq!(Ports::parse("443:8443"), (Ports { listening: 443, target: 8443 }, None));
    /// let (ports, error) = Ports::parse("2223:dns");
    /// assert_eq!((ports.listening, ports.target), (2223, 0));
    /// assert!(error.is_some());
    /// ```
    pub fn parse(text: &str) -> (Self, Option<String>) {
        let parts: Vec<&str> = text.split(':').collect();
        let (listening, target) = match parts.as_slice() {
            [target] => (Ok(0), number(target)),
            ["", target] => (Ok(0), number(target)),
            [listening, target] => (number(listening), number(target)),
            _ => {
                let shape = "invalid port syntax, expect [listening_port:]target_port";
                return (Self::default(), Some(shape.to_owned()));
            }
        };
        let error = listening.as_ref().err().or(target.as_ref().err()).cloned();
        (Self { listening: listening.unwrap_or(0), target: target.unwrap_or(0) }, error)
    }

    /// Reads the field, which may be a mapping with `listening` and `proxy`.
    pub(super) fn read(value: &Value<'_>) -> (Self, Vec<String>) {
        if let Ok(text) = value.text() {
            let (ports, error) = Self::parse(&text);
            return (ports, error.into_iter().collect());
        }
        let mut fields = Fields::of(value);
        let mut read = |name| fields.read(name, |value| number(&value.text()?)).unwrap_or(0);
        let ports = Self { listening: read("listening"), target: read("proxy") };
        (ports, fields.finish().into_iter().map(|error| error.message).collect())
    }
}

fn number(text: &str) -> Result<u16, String> {
    let number: i64 = text.parse().map_err(|_| format!("parsing {text:?}: invalid syntax"))?;
    u16::try_from(number).map_err(|_| format!("{text}: port out of range"))
}

/// The port to take of several, each with the container's own: one that is usual for the web, else the container's lowest.
///
/// ```
/// let ports = [(22, 22), (1000, 1000), (3000, 80)].into();
/// assert_eq!(portolan_routes::proxy::preferred(&ports), Some(3000));
/// ```
pub fn preferred(ports: &BTreeMap<u16, u16>) -> Option<u16> {
    let usual = PREFERRED.iter().find(|port| ports.contains_key(port)).copied();
    usual.or_else(|| ports.iter().min_by_key(|(_, private)| **private).map(|(port, _)| *port))
}
