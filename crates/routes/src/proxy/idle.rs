use std::collections::BTreeMap;

use portolan_container::{Container, Diagnostic, LabelPlace};
use portolan_labels::{BAD_VALUE, Duration, parse_bool};

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;

/// When a container is stopped for want of requests, and how it is started for the next.
///
/// Traefik has nothing of the kind: the plugin Sablier does the same, and is told by the settings.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::{Options, proxy::discover};
///
/// let labels = [("proxy.idle_timeout", "30m"), ("proxy.stop_method", "pause"), ("proxy.depends_on", "db:service_healthy")];
/// let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
/// let container = Container { name: "app".into(), labels, ..Container::default() };
/// let found = discover(&container, &Options::default(), &[][..]);
/// let idle = found.idle.ok_or("it sleeps")?;
/// assert!(idle.is_on());
/// assert_eq!(idle.wake_timeout.to_string(), "30s");
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdleWatcher {
    /// After how long without a request it is stopped; zero and less for never.
    pub idle_timeout: Duration,
    /// How long it may take to be ready.
    pub wake_timeout: Duration,
    /// How long it may take to stop.
    pub stop_timeout: Duration,
    /// How it is stopped.
    pub stop_method: StopMethod,
    /// The signal that it is stopped with; `None` for the engine's.
    pub stop_signal: Option<String>,
    /// The one path that may wake it; `None` for any.
    pub start_endpoint: Option<String>,
    /// Whether browsers wait, and are not shown a page.
    pub no_loading_page: bool,
    /// What must be started before it.
    pub depends_on: Vec<Dependency>,
}

/// How a container is stopped.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::{Options, proxy::{StopMethod, discover}};
///
/// let labels = [("proxy.idle_timeout", "30m"), ("proxy.stop_method", "pause"), ("proxy.depends_on", "db:service_healthy")];
/// let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
/// let container = Container { name: "app".into(), labels, ..Container::default() };
/// let found = discover(&container, &Options::default(), &[][..]);
/// assert_eq!(found.idle.map(|idle| idle.stop_method), Some(StopMethod::Pause));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StopMethod {
    /// Its processes are frozen.
    Pause,
    /// It is asked to end, and killed if it does not.
    #[default]
    Stop,
    /// It is killed.
    Kill,
}

/// A container that another needs: `NAME[:CONDITION[:RESTART]]`.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::{Options, proxy::discover};
///
/// let labels = [("proxy.idle_timeout", "30m"), ("proxy.stop_method", "pause"), ("proxy.depends_on", "db:service_healthy")];
/// let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
/// let container = Container { name: "app".into(), labels, ..Container::default() };
/// let found = discover(&container, &Options::default(), &[][..]);
/// let idle = found.idle.ok_or("it sleeps")?;
/// assert_eq!(idle.depends_on[0].name, "db");
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The service's name in the Compose project, or an alias.
    pub name: String,
    /// What is waited for.
    pub condition: Condition,
}

/// What is waited for.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::{Options, proxy::{Condition, discover}};
///
/// let labels = [("proxy.idle_timeout", "30m"), ("proxy.stop_method", "pause"), ("proxy.depends_on", "db:service_healthy")];
/// let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
/// let container = Container { name: "app".into(), labels, ..Container::default() };
/// let found = discover(&container, &Options::default(), &[][..]);
/// let idle = found.idle.ok_or("it sleeps")?;
/// assert_eq!(idle.depends_on[0].condition, Condition::Healthy);
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// That it is started.
    #[default]
    Started,
    /// That its health check passes.
    Healthy,
}

impl IdleWatcher {
    /// Reads the labels of a container; `None` where it has none, or is in error. Nothing is looked at without `proxy.idle_timeout`.
    ///
    /// A bare number is a number of seconds, as the documentation of GoDoxy has it.
    ///
    /// ```
    /// use portolan_container::Container;
    /// use portolan_routes::proxy::IdleWatcher;
    ///
    /// let labels = [("proxy.idle_timeout", "30m"), ("proxy.stop_timeout", "30")];
    /// let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    /// let (idle, errors) = IdleWatcher::read(&Container { labels, ..Container::default() });
    /// let idle = idle.ok_or("idle")?;
    /// assert_eq!(idle.idle_timeout.to_string(), "30m0s");
    /// assert_eq!(idle.stop_timeout.to_string(), "30s");
    /// assert_eq!(idle.wake_timeout.to_string(), "30s");
    /// # Ok::<(), &str>(())
    /// ```
    pub fn read(container: &Container) -> (Option<Self>, Vec<Diagnostic>) {
        let mut labels = Labels { labels: &container.labels, errors: Vec::new() };
        if labels.get("idle_timeout").is_none() {
            return (None, Vec::new());
        }
        let idle_timeout = labels.read("idle_timeout", duration).unwrap_or_default();
        let or = |read: Option<Duration>, absent, zero| match read {
            None => Duration(absent),
            Some(Duration(0)) => Duration(zero),
            Some(said) => said,
        };
        let idle = Self {
            idle_timeout,
            wake_timeout: or(labels.read("wake_timeout", duration), 30 * SECOND, 3 * MINUTE),
            stop_timeout: or(labels.read("stop_timeout", duration), MINUTE, MINUTE),
            stop_method: labels.read("stop_method", StopMethod::parse).unwrap_or_default(),
            stop_signal: labels.read("stop_signal", signal),
            start_endpoint: labels.read("start_endpoint", endpoint),
            no_loading_page: labels
                .read("no_loading_page", |text| {
                    parse_bool(text).map_err(|it| format!("no_loading_page: {it}"))
                })
                .unwrap_or_default(),
            depends_on: labels.dependencies(container),
        };
        let errors = labels.errors;
        (errors.is_empty().then_some(idle), errors)
    }

    /// Whether it is ever stopped.
    pub const fn is_on(&self) -> bool {
        self.idle_timeout.0 > 0
    }
}

struct Labels<'c> {
    labels: &'c BTreeMap<String, String>,
    errors: Vec<Diagnostic>,
}

impl<'c> Labels<'c> {
    /// A label's value; an empty one is as if it were not there.
    fn get(&self, name: &str) -> Option<&'c str> {
        self.labels.get(&format!("proxy.{name}")).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn read<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let value = self.get(name)?;
        match read(value) {
            Ok(read) => Some(read),
            Err(message) => {
                self.refuse(name, value, &message);
                None
            }
        }
    }

    fn refuse(&mut self, name: &str, value: &str, message: &str) {
        let place = LabelPlace::value(&format!("proxy.{name}"), 0..value.len());
        let message = match message.strip_prefix("time: ") {
            Some(_) => format!("{name}: {message}"),
            None => message.to_owned(),
        };
        let help = "the container has no routes until this is mended";
        self.errors.push(Diagnostic::error(BAD_VALUE, message).at(place).with_help(help));
    }

    /// Those of the label, else those of Compose.
    fn dependencies(&mut self, container: &Container) -> Vec<Dependency> {
        if let Some(value) = self.get("depends_on") {
            let read: Vec<_> = items(value).map(Dependency::parse).collect();
            for error in read.iter().filter_map(|item| item.as_ref().err()) {
                self.refuse("depends_on", value, error);
            }
            return read.into_iter().flatten().collect();
        }
        // What is wrong with Compose's own label is not its author's fault.
        container.dependencies().into_iter().filter_map(|item| Dependency::parse(item).ok()).collect()
    }
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

impl Dependency {
    fn parse(text: &str) -> Result<Self, String> {
        let mut parts = text.split(':').map(str::trim);
        let name = parts.next().unwrap_or_default().to_owned();
        let condition = match parts.next() {
            None | Some("" | "service_started") => Condition::Started,
            Some("service_healthy") => Condition::Healthy,
            Some(other) => return Err(format!("dependency {name:?} has unsupported condition {other:?}")),
        };
        Ok(Self { name, condition })
    }
}

impl StopMethod {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "pause" => Ok(Self::Pause),
            "stop" => Ok(Self::Stop),
            "kill" => Ok(Self::Kill),
            _ => Err(format!("{text}: invalid stop method")),
        }
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    if let Ok(seconds) = text.parse::<i64>() {
        let nanoseconds = seconds.checked_mul(SECOND).ok_or("time: invalid duration: too long")?;
        return Ok(Duration(nanoseconds));
    }
    Duration::parse_long(text).map_err(|error| error.to_string())
}

fn signal(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("SIG").unwrap_or(text);
    match name {
        "INT" | "TERM" | "QUIT" | "HUP" | "KILL" => Ok(text.to_owned()),
        _ => Err(format!("{text}: invalid stop signal")),
    }
}

/// A path, an address, or `*`, without what stands behind `#`.
fn endpoint(text: &str) -> Result<String, String> {
    let text = text.split('#').next().unwrap_or_default();
    if text.is_empty() {
        return Err("start endpoint must not be empty if defined".to_owned());
    }
    let is_address = text.split_once(':').is_some_and(|(scheme, rest)| {
        rest.starts_with('/')
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    });
    let is_clean = !text.contains(|c: char| c.is_control() || c == ' ');
    if is_clean && (text == "*" || text.starts_with('/') || is_address) {
        return Ok(text.to_owned());
    }
    Err(format!("parse {text:?}: invalid URI for request"))
}
