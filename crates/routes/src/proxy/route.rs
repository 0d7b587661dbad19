use std::collections::BTreeMap;
use std::net::IpAddr;

use portolan_container::Diagnostic;
use portolan_labels::Duration;
use portolan_labels::aliased::{Fields, Value};

use super::unsupported::{self, Unsupported};
use super::{Exclusion, HealthCheck, LoadBalance, Ports, Scheme, Target, TlsClient};
use crate::codes::ROUTE_DROPPED;

/// What labels say of one alias. A field is `None` where it is not said, or not rightly.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::{Options, proxy::discover};
///
/// let labels = [("proxy.app.host", "Backend"), ("proxy.app.port", "80")];
/// let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
/// let container = Container { name: "app".into(), labels, ..Container::default() };
/// let found = discover(&container, &Options::default(), &[][..]);
/// let route = &found.routes["app"];
/// assert_eq!((route.host.as_deref(), route.served_as()), (Some("backend"), "app"));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Route<'a> {
    /// The name by which it is asked for: a label of a host's name, a whole one, or `*.` and one.
    pub alias: String,
    /// What the container speaks.
    pub scheme: Option<Scheme>,
    /// Where it is, in lower case.
    pub host: Option<String>,
    /// Where the proxy listens, and the container.
    pub ports: Option<Ports>,
    /// The address that the proxy listens at.
    pub bind: Option<IpAddr>,
    /// How TLS is spoken with the container.
    pub tls: TlsClient,
    /// How long the headers of an answer may take.
    pub response_header_timeout: Option<Duration>,
    /// How many connections there may be to one container.
    pub max_conns_per_host: Option<i64>,
    /// Whether answers are asked for as they are, not compressed.
    pub disable_compression: Option<bool>,
    /// Which certificates clients must show.
    pub inbound_mtls_profile: Option<String>,
    /// Whether a stream's TLS ends at the proxy.
    pub tls_termination: Option<bool>,
    /// Whether a stream begins with a header that names the client.
    pub relay_proxy_protocol_header: Option<bool>,
    /// How its container is known to be well.
    pub health_check: Option<HealthCheck>,
    /// The route that it shares with others.
    pub load_balance: Option<LoadBalance>,
    /// What happens to its requests: options by the name of the middleware, as they are spelled.
    pub middlewares: BTreeMap<String, Value<'a>>,
    /// Where it ends.
    pub target: Target,
    /// Why it is not served, where nothing is wrong.
    pub exclusion: Option<Exclusion>,
    /// What Traefik has nothing like.
    pub(super) unsupported: Vec<Unsupported>,
    /// What takes the whole route, since without it it would be another.
    pub(super) faults: Vec<Diagnostic>,
}

impl<'a> Route<'a> {
    /// Reads an alias's fields; what is wrong with one of them costs that one.
    pub(super) fn read(alias: &str, value: &Value<'a>) -> (Self, Vec<Diagnostic>) {
        let mut fields = Fields::of(value);
        let mut route = Self { alias: alias.to_owned(), ..Self::default() };
        route.scheme = fields.read("scheme", |value| Scheme::parse(&value.text()?));
        route.host = fields.read("host", Value::text).map(|host| host.trim().to_lowercase());
        route.host = route.host.filter(|host| !host.is_empty());
        if let Some(value) = fields.take(&["port"]).filter(|value| !value.is_empty()) {
            let (ports, errors) = Ports::read(&value);
            route.ports = Some(ports);
            errors.into_iter().for_each(|error| fields.refuse(&value, format!("port: {error}")));
        }
        route.tls = TlsClient::read(&mut fields);
        route.response_header_timeout = fields.read("response_header_timeout", duration);
        route.inbound_mtls_profile = fields.read("inbound_mtls_profile", Value::text);
        route.tls_termination = fields.read("tls_termination", Value::boolean);
        route.relay_proxy_protocol_header = fields.read("relay_proxy_protocol_header", Value::boolean);
        let notes = &mut route.unsupported;
        route.health_check = fields.section("healthcheck", |below| HealthCheck::read(below, notes));
        route.load_balance = fields.section("load_balance", |below| LoadBalance::read(below, notes));
        route.read_middlewares(&mut fields);
        route.read_unsupported(&mut fields);
        // Accepted, and what the label's own name says holds.
        fields.take(&["alias"]);
        (route, fields.finish().into_iter().map(Diagnostic::from).collect())
    }

    fn read_middlewares(&mut self, fields: &mut Fields<'a>) {
        let Some(value) = fields.take(&["middlewares"]) else { return };
        match value.mapping() {
            Ok(map) => self.middlewares = map.into_owned(),
            Err(message) => {
                fields.refuse(&value, format!("middlewares: {message}"));
                self.drop_for("its middlewares cannot be read", &value);
            }
        }
        for value in self.middlewares.values_mut() {
            if let Err(message) = value.mapping() {
                fields.refuse(value, message);
            }
        }
    }

    fn read_unsupported(&mut self, fields: &mut Fields<'a>) {
        self.max_conns_per_host =
            self.note(fields, "max_conns_per_host", unsupported::MAX_CONNS, Value::integer);
        self.disable_compression =
            self.note(fields, "disable_compression", unsupported::COMPRESSION, Value::boolean);
        let address = |value: &Value<'_>| {
            value.text()?.parse().map_err(|_| "an IP address is expected: require \"ip_addr\"".to_owned())
        };
        self.bind = self.note(fields, "bind", unsupported::BIND, address);
        for (name, why) in unsupported::FIELDS {
            if let Some(value) = fields.take(&[name]) {
                self.unsupported.push(Unsupported::new(name, why, &value));
            }
        }
        for (name, why) in unsupported::SILENT {
            if let Some(value) = fields.take(&[name]) {
                if let Err(message) = unsupported::check(name, &value) {
                    fields.refuse(&value, message);
                }
                self.unsupported.push(Unsupported::informational(name, why, &value));
            }
        }
        for (name, why) in unsupported::FATAL {
            if let Some(value) = fields.take(&[name]).filter(|value| !value.is_empty()) {
                self.drop_for(&format!("`{name}`: {why}"), &value);
            }
        }
    }

    /// Reads a field that Traefik has nothing like, and notes so.
    fn note<T>(
        &mut self,
        fields: &mut Fields<'a>,
        name: &'static str,
        why: &'static str,
        read: impl FnOnce(&Value<'a>) -> Result<T, String>,
    ) -> Option<T> {
        let value = fields.take(&[name]).filter(|value| !value.is_empty())?;
        match read(&value) {
            Ok(read) => {
                self.unsupported.push(Unsupported::new(name, why, &value));
                Some(read)
            }
            Err(message) => {
                fields.refuse(&value, format!("{name}: {message}"));
                None
            }
        }
    }

    /// Notes that the route is none, and why.
    pub(super) fn drop_for(&mut self, why: &str, value: &Value<'_>) {
        let diagnostic = Diagnostic::error(ROUTE_DROPPED, format!("the route is not written: {why}"));
        self.faults.push(diagnostic.at(value.place()));
    }

    /// Whether requests may tell how its container is: they may be turned off, unless the engine knows by itself.
    pub fn is_monitored(&self, has_health: bool) -> bool {
        let is_off = self.health_check.as_ref().is_some_and(|check| check.disable);
        has_health || !(is_off || self.exclusion == Some(Exclusion::NoPort))
    }

    /// The alias under which it is served: that of the route that it shares, else its own.
    pub fn served_as(&self) -> &str {
        let link = self.load_balance.as_ref().map(|balance| balance.link.as_str());
        link.filter(|link| !link.is_empty()).unwrap_or(&self.alias)
    }
}

/// A duration with a unit; zero needs none.
pub(super) fn duration(value: &Value<'_>) -> Result<Duration, String> {
    Duration::parse_long(&value.text()?).map_err(|error| error.to_string())
}
