use portolan_labels::Duration;
use portolan_labels::aliased::{Fields, Value};

use super::route::duration;
use super::unsupported::{BALANCE_OPTIONS, LEAST_CONN, Unsupported};

/// `load_balance`: the route that several containers share.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::{Options, proxy::discover};
///
/// let labels = [("proxy.app.load_balance", "{link: shared, sticky: true}")];
/// let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
/// let container = Container { name: "app".into(), labels, ..Container::default() };
/// let found = discover(&container, &Options::default(), &[][..]);
/// assert!(found.routes["app"].load_balance.as_ref().is_some_and(|it| it.link == "shared" && it.sticky));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadBalance {
    /// The alias of that route; empty where there is none.
    pub link: String,
    /// How a container is chosen, where said.
    pub mode: Option<Mode>,
    /// Its share of the requests; zero is not said.
    pub weight: i64,
    /// Whether a client stays with one container.
    pub sticky: bool,
    /// For how long; zero for as long as its browser runs.
    pub sticky_max_age: Duration,
}

/// How a container is chosen among several.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::{Options, proxy::{Mode, discover}};
///
/// let labels = [("proxy.app.load_balance", "{link: shared, mode: least_conn}")];
/// let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
/// let container = Container { name: "app".into(), labels, ..Container::default() };
/// let found = discover(&container, &Options::default(), &[][..]);
/// assert_eq!(found.routes["app"].load_balance.as_ref().and_then(|it| it.mode), Some(Mode::LeastConn));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One after the other.
    RoundRobin,
    /// The one with the fewest connections.
    LeastConn,
    /// By the client's address.
    IpHash,
}

impl LoadBalance {
    pub(super) fn read(fields: &mut Fields<'_>, notes: &mut Vec<Unsupported>) -> Self {
        if let Some(value) = fields.take(&["options"]).filter(|value| !value.is_empty()) {
            notes.push(Unsupported::new("load_balance.options", BALANCE_OPTIONS, &value));
        }
        let read_mode = |value: &Value<'_>| {
            let mode = Mode::parse(&value.text()?)?;
            if mode == Mode::LeastConn {
                notes.push(Unsupported::approximation("load_balance.mode", LEAST_CONN, value));
            }
            Ok(mode)
        };
        Self {
            link: fields.read("link", Value::text).unwrap_or_default().trim().to_lowercase(),
            mode: fields.read("mode", read_mode),
            weight: fields.read("weight", Value::integer).unwrap_or_default(),
            sticky: fields.read("sticky", Value::boolean).unwrap_or_default(),
            sticky_max_age: fields.read("sticky_max_age", duration).unwrap_or_default(),
        }
    }
}

impl Mode {
    fn parse(text: &str) -> Result<Self, String> {
        match text.replace('_', "").to_ascii_lowercase().as_str() {
            "roundrobin" => Ok(Self::RoundRobin),
            "leastconn" => Ok(Self::LeastConn),
            "iphash" => Ok(Self::IpHash),
            _ => Err(format!("`{text}` is none of `roundrobin`, `leastconn`, `iphash`")),
        }
    }

    /// What Traefik calls it: the nearest that it has.
    pub(super) const fn strategy(self) -> &'static str {
        match self {
            Self::RoundRobin => "wrr",
            Self::LeastConn => "p2c",
            Self::IpHash => "hrw",
        }
    }
}
