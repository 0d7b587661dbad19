use portolan_labels::Duration;
use portolan_labels::aliased::{Fields, Value};

use super::route::duration;
use super::unsupported::{RETRIES, Unsupported};
use crate::model::{self, TcpHealthCheck};

const SECOND: i64 = 1_000_000_000;

/// `healthcheck`: requests that tell whether a container is well. What is said, with GoDoxy's defaults.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::{Options, proxy::discover};
///
/// let labels = [("proxy.app.healthcheck.path", "/health")];
/// let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
/// let container = Container { name: "app".into(), labels, ..Container::default() };
/// let found = discover(&container, &Options::default(), &[][..]);
/// let check = found.routes["app"].health_check.clone().unwrap_or_default();
/// assert_eq!((check.path.as_str(), check.retries()), ("/health", 3));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthCheck {
    /// Whether there are none.
    pub disable: bool,
    /// The path that is asked for; empty for `/`.
    pub path: String,
    /// Whether it is asked for with GET; else with HEAD.
    pub use_get: bool,
    /// How much time lies between two.
    pub interval: Duration,
    /// How long an answer may take.
    pub timeout: Duration,
    /// How many failures there may be, where said. Traefik takes a server out after one.
    pub retries: Option<i64>,
}

impl Default for HealthCheck {
    fn default() -> Self {
        let five = Duration(5 * SECOND);
        let (path, retries) = (String::new(), None);
        Self { disable: false, path, use_get: false, interval: five, timeout: five, retries }
    }
}

impl HealthCheck {
    pub(super) fn read(fields: &mut Fields<'_>, notes: &mut Vec<Unsupported>) -> Self {
        let mut check = Self {
            disable: fields.read_any(&["disable", "disabled"], Value::boolean).unwrap_or(false),
            use_get: fields.read("use_get", Value::boolean).unwrap_or(false),
            ..Self::default()
        };
        if let Some(value) = fields.take(&["retries"]).filter(|value| !value.is_empty()) {
            match value.integer() {
                Ok(retries) => {
                    check.retries = Some(retries);
                    notes.push(Unsupported::new("healthcheck.retries", RETRIES, &value));
                }
                Err(message) => fields.refuse(&value, format!("retries: {message}")),
            }
        }
        if let Some(value) = fields.take(&["path"]) {
            match value.text() {
                Ok(path) => {
                    if !path.is_empty() && !path.starts_with('/') {
                        fields.refuse(&value, "path: it must begin with `/`");
                    }
                    check.path = path;
                }
                Err(message) => fields.refuse(&value, format!("path: {message}")),
            }
        }
        for (name, slot) in [("interval", &mut check.interval), ("timeout", &mut check.timeout)] {
            let Some(value) = fields.take(&[name]).filter(|value| !value.is_empty()) else { continue };
            match duration(&value) {
                Ok(read) => {
                    if read.0 < SECOND {
                        fields.refuse(&value, format!("{name}: it must be one second at least"));
                    }
                    *slot = read;
                }
                Err(message) => fields.refuse(&value, format!("{name}: {message}")),
            }
        }
        check
    }

    /// How many failures there may be: what is said, else as many as fit into fifteen seconds.
    pub fn retries(&self) -> i64 {
        let fitting = (15 * SECOND).checked_div(self.interval.0).unwrap_or(1);
        self.retries.filter(|retries| *retries != 0).unwrap_or(fitting.max(1))
    }

    /// The interval, the timeout and the path as they can be carried out: what is out of bounds is GoDoxy's default.
    pub(super) fn usable(&self) -> (Duration, Duration, String) {
        let default = Self::default();
        let usable = |given: Duration, default: Duration| if given.0 < SECOND { default } else { given };
        let path = if self.path.starts_with('/') { self.path.clone() } else { "/".to_owned() };
        (usable(self.interval, default.interval), usable(self.timeout, default.timeout), path)
    }
}

impl HealthCheck {
    /// Traefik's for HTTP; `None` where it is off. It counts 200 to 399 as well, GoDoxy all but 5xx.
    pub(super) fn http(&self) -> Option<model::HealthCheck> {
        let (interval, timeout, path) = self.usable();
        let method = if self.use_get { "GET" } else { "HEAD" };
        (!self.disable).then(|| model::HealthCheck {
            path: Some(path),
            method: Some(method.to_owned()),
            interval: Some(interval),
            timeout: Some(timeout),
            ..model::HealthCheck::default()
        })
    }

    /// Traefik's for TCP: that a connection can be made.
    pub(super) fn tcp(&self) -> Option<TcpHealthCheck> {
        let (interval, timeout, _) = self.usable();
        (!self.disable).then(|| TcpHealthCheck {
            interval: Some(interval),
            timeout: Some(timeout),
            ..TcpHealthCheck::default()
        })
    }
}
