use std::collections::BTreeMap;

use portolan_container::{Container, Diagnostic};
use portolan_labels::aliased::{Value, parse};
use portolan_labels::parse_bool;

use super::grammar::GRAMMAR;
use super::reach::reach;
use super::sharing::once;
use super::{Exclusion, IdleWatcher, Reach, Route, Target};
use crate::{Options, Peers};

/// A container as the dialect has it: what its labels say of it as a whole, and its routes.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::{Options, proxy::discover};
///
/// let labels = [("proxy.aliases", "web, api")];
/// let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
/// let container = Container { name: "app".into(), labels, ..Container::default() };
/// let found = discover(&container, &Options::default(), &[][..]);
/// assert_eq!(found.aliases, ["web", "api"]);
/// assert!(found.is_explicit && !found.is_broken);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Discovery<'c> {
    /// The aliases in their order, by which `#1` is the first; its name where labels give none.
    pub aliases: Vec<String>,
    /// Whether its owner has thought of the proxy: any label of the dialect is there.
    pub is_explicit: bool,
    /// Whether `proxy.exclude` keeps it off.
    pub is_excluded: bool,
    /// Where it is reached.
    pub reach: Reach,
    /// When it sleeps.
    pub idle: Option<IdleWatcher>,
    /// Its routes by alias, those that labels name beside the list included; none where the container is in error.
    pub routes: BTreeMap<String, Route<'c>>,
    /// What is wrong with its labels, or was chosen.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether it has no routes for what is wrong.
    pub is_broken: bool,
}

/// Reads a container. Pure and total: what is wrong with a field costs that field, what is wrong with the container its routes.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::{Options, proxy};
///
/// let labels = [("proxy.aliases", "web, api"), ("proxy.*.port", "80"), ("proxy.api.port", "8080")];
/// let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
/// let container = Container { name: "app".to_owned(), labels, ..Container::default() };
/// let found = proxy::discover(&container, &Options::default(), &[][..]);
/// assert_eq!(found.routes["web"].target.ports.target, 80);
/// assert_eq!(found.routes["api"].target.ports.target, 8080);
/// ```
pub fn discover<'c, P: Peers + ?Sized>(
    container: &'c Container,
    options: &Options,
    peers: &P,
) -> Discovery<'c> {
    let mut diagnostics = Vec::new();
    let (reach, has_network) = reach(container, options, peers, &mut diagnostics);
    let (idle, idle_errors) = IdleWatcher::read(container);
    let is_broken = !has_network || !idle_errors.is_empty();
    diagnostics.extend(idle_errors);
    let aliases = aliases(container);
    let (selection, errors) = parse(&container.labels, &GRAMMAR);
    let (values, more) = selection.resolve(&aliases);
    diagnostics.extend(errors.into_iter().chain(more).map(Diagnostic::from));
    let mut found = Discovery {
        is_explicit: is_explicit(container),
        is_excluded: is_excluded(container),
        aliases,
        reach,
        idle,
        routes: BTreeMap::new(),
        diagnostics,
        is_broken,
    };
    for (alias, value) in values.iter().filter(|(alias, _)| !alias.is_empty()) {
        found.add(alias, value, container);
    }
    found.diagnostics = once(std::mem::take(&mut found.diagnostics));
    if is_broken {
        found.routes.clear();
    }
    found
}

impl<'c> Discovery<'c> {
    fn add(&mut self, alias: &str, value: &Value<'c>, container: &Container) {
        let (mut route, diagnostics) = Route::read(alias, value);
        self.diagnostics.extend(diagnostics);
        route.target = Target::of(&route, container, &self.reach);
        let sleeps = self.idle.as_ref().is_some_and(IdleWatcher::is_on);
        route.exclusion = if self.is_excluded {
            Some(Exclusion::Manual)
        } else if route.target.ports.target == 0 && !sleeps {
            Some(Exclusion::NoPort)
        } else if route.target.host.is_empty() && !sleeps {
            Some(Exclusion::NoHost)
        } else {
            Exclusion::by_name(container, alias)
        };
        self.routes.insert(alias.to_owned(), route);
    }
}

/// Whether a container has any label of the dialect, whatever it says: `proxy.exclude=false` and `proxy.` are such, `proxy` is none.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::proxy::is_explicit;
///
/// let with = |key: &str| Container { labels: [(key.to_owned(), String::new())].into(), ..Container::default() };
/// assert!(is_explicit(&with("proxy.aliases")));
/// assert!(!is_explicit(&with("Proxy.aliases")) && !is_explicit(&with("proxy")));
/// ```
pub fn is_explicit(container: &Container) -> bool {
    container.labels.range("proxy.".to_owned()..).next().is_some_and(|(key, _)| key.starts_with("proxy."))
}

/// The aliases in the list, between commas and blanks; the container's name where there is no list.
pub(super) fn aliases(container: &Container) -> Vec<String> {
    match container.labels.get("proxy.aliases").filter(|list| !list.is_empty()) {
        Some(list) => {
            let words = list.split(|c: char| c == ',' || c.is_whitespace());
            words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
        }
        None => vec![container.name.clone()],
    }
}

/// What is no boolean of Go's is false.
fn is_excluded(container: &Container) -> bool {
    container.labels.get("proxy.exclude").is_some_and(|text| parse_bool(text) == Ok(true))
}
