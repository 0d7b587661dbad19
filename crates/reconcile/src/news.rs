use std::collections::BTreeSet;
use std::fmt;

use portolan_routes::{Element, Merged, Name, Section};

use crate::World;

/// What became of one route, in words: `web: router web.example.com -> 172.17.0.4:80`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// What happened.
    pub change: Change,
    /// The section and name of the element.
    pub name: Name,
    /// The containers that define it.
    pub containers: Vec<String>,
    /// The engines that have them, each once, where several are followed.
    pub engines: Vec<String>,
    /// What it is now, such as `web.example.com -> 172.17.0.4:80`; empty where it is gone.
    pub what: String,
}

/// What happened to an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// It is another.
    Changed,
    /// It is gone.
    Removed,
}

impl fmt::Display for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (section, name) = &self.name;
        let kind = section.element().trim_start_matches("HTTP ");
        if !self.containers.is_empty() {
            write!(f, "{}: ", self.containers.join(", "))?;
        }
        match self.change {
            Change::Removed => write!(f, "{kind} `{name}` removed"),
            Change::Added | Change::Changed if self.what.is_empty() => write!(f, "{kind} `{name}`"),
            Change::Added | Change::Changed => write!(f, "{kind} {}", self.what),
        }
    }
}

/// The news of names whose text changed, each with whether it was there before.
///
/// A router tells where its requests end, so a service that only such routers use tells nothing of its own.
pub(crate) fn of(world: &World, changed: BTreeSet<(Name, bool)>) -> Vec<News> {
    let mut news = Vec::new();
    let mut told = BTreeSet::new();
    for (name, was_there) in changed {
        let merged = match world.table().get(&name) {
            Some(Merged::One(element)) => Some(element),
            Some(Merged::Conflict) | None => None,
        };
        let service = merged.as_ref().and_then(|element| linked_service(element));
        let what = merged.as_ref().map(|element| words(world, &name.1, element)).unwrap_or_default();
        told.extend(service);
        let change = match (merged.is_some(), was_there) {
            (true, false) => Change::Added,
            (true, true) => Change::Changed,
            (false, _) => Change::Removed,
        };
        let definers: Vec<_> = served_by(world, &name).filter_map(|share| world.of_share(share)).collect();
        let mut containers: Vec<String> = Vec::new();
        for (_, container) in &definers {
            // One that several engines list is told once.
            if !containers.contains(&container.name) {
                containers.push(container.name.clone());
            }
        }
        let engines: BTreeSet<usize> = definers.iter().map(|(key, _)| key.engine).collect();
        let engines = engines.into_iter().filter_map(|engine| world.engine_name(engine));
        let engines = engines.map(str::to_owned).collect();
        news.push(News { change, name, containers, engines, what });
    }
    news.retain(|news| news.change == Change::Removed || !told.contains(&news.name));
    news
}

/// The shares that define a name, without those from which another keeps it.
pub(crate) fn served_by<'w>(world: &'w World, name: &Name) -> impl Iterator<Item = &'w str> {
    let overruled = world.table().overruled(name).map(|(_, others)| others).unwrap_or_default();
    world.table().definers(name).filter(move |share| !overruled.contains(share))
}

/// What is served under a name, in words: `web.example.com -> 172.17.0.4:80`; `None` where nothing is, or there are no words.
pub fn describe(world: &World, name: &Name) -> Option<String> {
    match world.table().get(name)? {
        Merged::One(element) => Some(words(world, &name.1, &element)).filter(|words| !words.is_empty()),
        Merged::Conflict => None,
    }
}

/// The service of a router, if it is one that containers define.
fn linked_service(element: &Element) -> Option<Name> {
    let (section, service) = match element {
        Element::HttpRouters(router) => (Section::HttpServices, router.service.as_ref()?),
        Element::TcpRouters(router) => (Section::TcpServices, router.service.as_ref()?),
        Element::UdpRouters(router) => (Section::UdpServices, router.service.as_ref()?),
        _ => return None,
    };
    Some((section, service.clone()))
}

fn words(world: &World, name: &str, element: &Element) -> String {
    let service = linked_service(element);
    let target = service.map(|service| {
        let servers = match world.table().get(&service) {
            Some(Merged::One(element)) => servers(&element),
            _ => None,
        };
        servers.unwrap_or_else(|| service.1.clone())
    });
    let target = target.unwrap_or_default();
    match element {
        Element::HttpRouters(router) => {
            format!("{} -> {target}", short(router.rule.as_deref().unwrap_or(name)))
        }
        Element::TcpRouters(router) => {
            format!("{} -> {target}", short(router.rule.as_deref().unwrap_or(name)))
        }
        Element::UdpRouters(_) => format!("{name} -> {target}"),
        other => servers(other).map(|servers| format!("{name} -> {servers}")).unwrap_or_default(),
    }
}

/// A rule of one host is that host; any other is given whole.
fn short(rule: &str) -> &str {
    let inner = ["Host(`", "HostSNI(`"].iter().find_map(|start| rule.strip_prefix(start)?.strip_suffix("`)"));
    inner.filter(|host| !host.contains('`')).unwrap_or(rule)
}

/// The addresses of a service's servers.
fn servers(element: &Element) -> Option<String> {
    let addresses: Vec<&str> = match element {
        Element::HttpServices(service) => {
            let servers = service.load_balancer.as_ref()?.servers.as_deref()?;
            servers.iter().filter_map(|server| server.url.as_deref()).map(without_http).collect()
        }
        Element::TcpServices(service) => {
            let servers = service.load_balancer.as_ref()?.servers.as_deref()?;
            servers.iter().filter_map(|server| server.address.as_deref()).collect()
        }
        Element::UdpServices(service) => {
            let servers = service.load_balancer.as_ref()?.servers.as_deref()?;
            servers.iter().filter_map(|server| server.address.as_deref()).collect()
        }
        _ => return None,
    };
    Some(if addresses.is_empty() { "no server".to_owned() } else { addresses.join(", ") })
}

fn without_http(url: &str) -> &str {
    url.strip_prefix("http://").unwrap_or(url)
}
