use std::collections::{BTreeMap, BTreeSet};

use portolan_container::{Container, Diagnostic};
use portolan_routes::{Merged, Name, Section};
use portolan_traefik::{Document, Format, Marker};

use crate::news::{self, News};
use crate::world::Effects;
use crate::{CANNOT_CARRY, ContainerKey, Policy, World};

/// A world and the document that it comes to, kept in step element by element.
#[derive(Debug)]
pub struct Chart {
    world: World,
    document: Document,
    /// Findings about names, not about one container: conflicts, and what a file cannot carry.
    findings: BTreeMap<Name, Diagnostic>,
    /// Findings about the network labels of containers, which come to no text.
    networks: BTreeMap<ContainerKey, Vec<Diagnostic>>,
}

/// What a change came to, for people.
#[derive(Debug, Default)]
pub struct Told {
    /// Whether the document's text changed.
    pub changed: bool,
    /// What became of routes, in words.
    pub news: Vec<News>,
    /// Findings that were not there before.
    pub diagnostics: Vec<Diagnostic>,
}

impl Chart {
    /// An empty chart; with a marker, its text begins with it.
    pub fn new(policy: Policy, format: Format, marker: Option<&Marker>) -> Self {
        let document = Document::new(format);
        let document = marker.map_or(document.clone(), |marker| document.with_header(marker));
        Self { world: World::new(policy), document, findings: BTreeMap::new(), networks: BTreeMap::new() }
    }

    /// A container is as given.
    pub fn put(&mut self, key: ContainerKey, container: Container) -> Told {
        let effects = self.world.put(key, container);
        self.draw(effects)
    }

    /// A container is gone.
    pub fn remove(&mut self, key: &ContainerKey) -> Told {
        let effects = self.world.remove(key);
        self.draw(effects)
    }

    /// An engine has these containers and no others.
    pub fn list(&mut self, engine: usize, containers: Vec<Container>) -> Told {
        let effects = self.world.list(engine, containers);
        self.draw(effects)
    }

    /// Makes everything anew by another policy.
    pub fn adopt(&mut self, policy: Policy) -> Told {
        let effects = self.world.adopt(policy);
        self.draw(effects)
    }

    /// What is wrong with the network labels of containers now, as those found who carried them out. It replaces what was noted before,
    /// and changes no text.
    pub fn note_networks(&mut self, findings: BTreeMap<ContainerKey, Vec<Diagnostic>>) {
        self.networks = findings;
        for (key, findings) in &mut self.networks {
            let Some(engine) = self.world.engine_name(key.engine) else { continue };
            for finding in findings {
                finding.engine = Some(engine.to_owned());
            }
        }
    }

    /// The document's text.
    pub fn text(&self) -> String {
        self.document.text()
    }

    /// Puts the document's text in place of what `out` holds, in the memory that it has.
    pub fn text_into(&self, out: &mut String) {
        self.document.text_into(out);
    }

    /// How many elements the document has.
    pub fn len(&self) -> usize {
        self.document.len()
    }

    /// The elements' names, in the order of the document.
    pub fn names(&self) -> impl Iterator<Item = (Section, &str)> {
        self.document.names()
    }

    /// Whether the document has an element of this name.
    pub fn serves(&self, name: &Name) -> bool {
        self.document.contains(name.0, &name.1)
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.document.is_empty()
    }

    /// The containers and what they come to.
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// All findings: about containers, then about names.
    pub fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        self.findings_of_containers().map(|(_, finding)| finding).chain(self.findings.values())
    }

    /// The findings about containers: about their routes, then about their networks, each in the order of the keys.
    pub fn findings_of_containers(&self) -> impl Iterator<Item = (&ContainerKey, &Diagnostic)> {
        let networks = self.networks.iter();
        let of_networks =
            networks.flat_map(|(key, findings)| findings.iter().map(move |finding| (key, finding)));
        self.world.findings().chain(of_networks)
    }

    /// The findings about names, in the order of the names: conflicts, and what a file cannot carry.
    pub fn findings_of_names(&self) -> impl Iterator<Item = (&Name, &Diagnostic)> {
        self.findings.iter()
    }

    /// The finding about this name: a conflict, or what a file cannot carry.
    pub fn finding_of_name(&self, name: &Name) -> Option<&Diagnostic> {
        self.findings.get(name)
    }

    /// The findings about the containers of this name, and about the names that they define.
    pub fn findings_of(&self, container: &str) -> impl Iterator<Item = &Diagnostic> {
        let own = move |finding: &&Diagnostic| finding.container.as_deref() == Some(container);
        let defines = move |name: &Name| {
            let mut definers = self.world.table().definers(name);
            definers.any(|share| self.world.name_of_share(share) == Some(container))
        };
        let of_names = self.findings.iter().filter(move |(name, _)| defines(name));
        self.world.diagnostics().filter(own).chain(of_names.map(|(_, finding)| finding))
    }

    /// Renders what was touched.
    fn draw(&mut self, effects: Effects) -> Told {
        let mut told = Told { changed: false, news: Vec::new(), diagnostics: effects.diagnostics };
        let mut changed = BTreeSet::new();
        for name in effects.touched {
            let finding = self.draw_one(&name, &mut changed);
            let before = match &finding {
                Some(finding) => self.findings.insert(name, finding.clone()),
                None => self.findings.remove(&name),
            };
            told.diagnostics.extend(finding.filter(|finding| before.as_ref() != Some(finding)));
        }
        told.changed = !changed.is_empty();
        told.news = news::of(&self.world, changed);
        told
    }

    /// Renders one name; notes in `changed` whether it was there before, where its text changed.
    fn draw_one(&mut self, name: &Name, changed: &mut BTreeSet<(Name, bool)>) -> Option<Diagnostic> {
        let table = self.world.table();
        let (section, element_name) = name;
        let was_there = self.document.contains(*section, element_name);
        let finding = match table.get(name) {
            Some(Merged::One(element)) => match self.document.set(*section, element_name, element.as_ref()) {
                Ok(is_changed) => {
                    if is_changed {
                        changed.insert((name.clone(), was_there));
                    }
                    return table.overruling(name, |share| self.world.definer(share));
                }
                Err(error) => {
                    let finding = Diagnostic::error(CANNOT_CARRY, error.to_string());
                    Some(match error.help() {
                        Some(help) => finding.with_help(help),
                        None => finding,
                    })
                }
            },
            Some(Merged::Conflict) => {
                self.document.remove(*section, element_name);
                Some(table.conflict(name, |share| self.world.definer(share)))
            }
            None => {
                self.document.remove(*section, element_name);
                None
            }
        };
        if was_there {
            changed.insert((name.clone(), was_there));
        }
        finding
    }
}

#[cfg(test)]
mod tests {
    use portolan_container::{Attachment, NetworkMode, Port, Protocol};

    use super::*;

    fn chart() -> Chart {
        Chart::new(Policy::default(), Format::Yaml, None)
    }

    fn key(id: &str) -> ContainerKey {
        ContainerKey { engine: 0, id: id.to_owned() }
    }

    fn container(id: &str, name: &str, address: &str, labels: &[(&str, &str)]) -> Container {
        let attachment = Attachment { ipv4: address.parse().ok(), ..Attachment::default() };
        Container {
            id: id.to_owned(),
            name: name.to_owned(),
            labels: labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            attachments: [("bridge".to_owned(), attachment)].into(),
            ports: vec![Port { number: 80, protocol: Protocol::Tcp, bindings: vec![] }],
            ..Container::default()
        }
    }

    fn words(told: &Told) -> Vec<String> {
        told.news.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_route_is_told_in_words() {
        let mut chart = chart();
        let rule = [("traefik.http.routers.web.rule", "Host(`web.example.com`)")];
        let told = chart.put(key("1"), container("1", "web", "172.17.0.4", &rule));
        assert_eq!(words(&told), ["web: router web.example.com -> 172.17.0.4:80"]);
        let told = chart.put(key("1"), container("1", "web", "172.17.0.5", &rule));
        assert_eq!(words(&told), ["web: service web -> 172.17.0.5:80"]);
        let told = chart.put(key("1"), container("1", "web", "172.17.0.5", &rule));
        assert!(!told.changed);
        let told = chart.remove(&key("1"));
        assert_eq!(words(&told), ["router `web` removed", "service `web` removed"]);
        assert!(chart.is_empty());
    }

    #[test]
    fn a_conflict_takes_the_name_from_both_and_gives_it_back() {
        let mut chart = chart();
        let with = |rule| [("traefik.http.routers.r.rule", rule)];
        chart.put(key("1"), container("1", "one", "172.17.0.4", &with("Path(`/1`)")));
        let alone = chart.text();
        let told = chart.put(key("2"), container("2", "two", "172.17.0.5", &with("Path(`/2`)")));
        assert!(!chart.text().contains("rule:"), "{}", chart.text());
        let conflict = &told.diagnostics[0];
        assert!(conflict.message.contains("`r`, by `one`, `two`"), "{conflict}");
        assert_eq!(chart.findings_of("one").collect::<Vec<_>>(), [conflict]);
        assert_eq!(chart.findings_of("two").collect::<Vec<_>>(), [conflict]);
        assert_eq!(chart.findings_of("three").count(), 0);
        chart.remove(&key("2"));
        assert_eq!(chart.text(), alone);
        assert_eq!(chart.diagnostics().count(), 0);
    }

    #[test]
    fn a_container_on_the_stack_of_another_follows_it() {
        let mut chart = chart();
        let mut sidecar =
            container("2", "app", "", &[("traefik.http.services.app.loadbalancer.server.port", "9000")]);
        sidecar.attachments.clear();
        sidecar.ports.clear();
        sidecar.network_mode = NetworkMode::Container("1".to_owned());
        let told = chart.put(key("2"), sidecar);
        assert_eq!(told.diagnostics.len(), 3, "{:?}", told.diagnostics);
        let hidden = [("traefik.enable", "false")];
        chart.put(key("1"), container("1", "vpn", "10.9.0.1", &hidden));
        assert!(chart.text().contains("url: http://10.9.0.1:9000"), "{}", chart.text());
        chart.put(key("1"), container("1", "vpn", "10.9.0.2", &hidden));
        assert!(chart.text().contains("url: http://10.9.0.2:9000"), "{}", chart.text());
        chart.remove(&key("1"));
        assert!(chart.is_empty());
    }

    #[test]
    fn a_route_follows_the_application_that_it_asks() {
        let mut chart = chart();
        let app = container("1", "app", "172.17.0.4", &[("proxy.app.middlewares.forward_auth", "{}")]);
        let auth = |address| container("2", "tinyauth", address, &[("proxy.exclude", "true")]);
        let is_open = |chart: &Chart| chart.names().any(|name| name == (Section::HttpRouters, "app"));
        chart.put(key("1"), app.clone());
        assert!(!is_open(&chart), "{}", chart.text());
        for address in ["172.17.0.5", "172.17.0.6"] {
            chart.put(key("2"), auth(address));
            assert!(
                chart.text().contains(&format!("address: http://{address}:80/api/auth/traefik")),
                "{}",
                chart.text()
            );
            assert_eq!(chart.diagnostics().count(), 0);
        }
        chart.put(key("2"), container("2", "renamed", "172.17.0.6", &[]));
        assert!(!is_open(&chart), "{}", chart.text());
        chart.put(key("2"), auth("172.17.0.6"));
        chart.remove(&key("2"));
        assert!(!is_open(&chart), "{}", chart.text());

        // In a listing, the order is the engine's.
        let told = chart.list(0, vec![app, auth("172.17.0.7")]);
        assert!(chart.text().contains("172.17.0.7:80/api/auth"), "{}", chart.text());
        assert_eq!(told.diagnostics, []);
    }

    #[test]
    fn a_listing_takes_away_what_it_does_not_name() {
        let mut chart = chart();
        let one = container("1", "one", "172.17.0.4", &[]);
        let two = container("2", "two", "172.17.0.5", &[]);
        chart.list(0, vec![one.clone(), two]);
        chart.list(1, vec![container("1", "other", "10.0.0.1", &[])]);
        chart.list(0, vec![one]);
        let text = chart.text();
        assert!(text.contains("one:") && text.contains("other:") && !text.contains("two"), "{text}");
    }
}
