use std::collections::BTreeMap;

use portolan_routes::Section;
use serde::Serialize;

use crate::error::{Error, Place};
use crate::format::Format;
use crate::marker::Marker;
use crate::node::Node;
use crate::parts::Parts;
use crate::{json, serializer, toml, vet, yaml};

/// A file of Traefik's dynamic configuration, kept in pieces: each element is rendered when it is set, and the text is
/// their join, so that a change costs one element, not all.
///
/// The same elements give the same bytes, in whichever order they were set: sections stand in [`Section`]'s order, elements
/// by name, fields as declared. A section without elements is not written, as Traefik refuses it.
///
/// ```
/// use portolan_routes::Section;
/// use portolan_traefik::{Document, Format};
/// use serde::Serialize;
///
/// #[derive(Serialize)]
/// struct Router { rule: String, service: Option<String> }
///
/// let router = Router { rule: "Host(`web.example.com`)".into(), service: None };
/// let mut document = Document::new(Format::Yaml);
/// assert!(document.set(Section::HttpRouters, "web", &router)?);
/// assert!(!document.set(Section::HttpRouters, "web", &router)?); // nothing new
/// assert_eq!(document.text(), "http:\n  routers:\n    web:\n      rule: Host(`web.example.com`)\n");
/// # Ok::<(), portolan_traefik::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Document {
    format: Format,
    header: String,
    parts: Parts,
}

impl Document {
    /// A document without elements.
    pub const fn new(format: Format) -> Self {
        Self { format, header: String::new(), parts: Parts::new() }
    }

    /// The same, with this marker as its first line; not in JSON, which has no comments.
    #[must_use]
    pub fn with_header(mut self, marker: &Marker) -> Self {
        self.header = match self.format {
            Format::Yaml | Format::Toml => format!("{marker}\n"),
            Format::Json => String::new(),
        };
        self
    }

    /// What it is written in.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Puts the element there, in place of one of the same name. True if the text changed.
    ///
    /// # Errors
    /// [`Error::Refused`] if Traefik could not read it from a file as it is meant, or would refuse the whole file for it, and
    /// [`Error::Render`] if the format's writer refuses it. What was there of that name is then gone: better no route than one
    /// that nobody asks for any more.
    pub fn set<T: Serialize + ?Sized>(
        &mut self,
        section: Section,
        name: &str,
        element: &T,
    ) -> Result<bool, Error> {
        match self.render(section, name, element) {
            Ok(text) => {
                let elements = self.parts.sections.entry(section).or_default();
                match elements.get_mut(name) {
                    Some(old) if **old == *text => Ok(false),
                    Some(old) => {
                        *old = text.into();
                        Ok(true)
                    }
                    None => {
                        elements.insert(name.into(), text.into());
                        Ok(true)
                    }
                }
            }
            Err(error) => {
                self.remove(section, name);
                Err(error)
            }
        }
    }

    /// Takes the element away. True if there was one.
    pub fn remove(&mut self, section: Section, name: &str) -> bool {
        let Some(elements) = self.parts.sections.get_mut(&section) else { return false };
        let removed = elements.remove(name).is_some();
        if elements.is_empty() {
            self.parts.sections.remove(&section);
        }
        removed
    }

    /// Sets the list `tls.certificates`; an empty one takes it away. True if the text changed.
    ///
    /// # Errors
    /// As [`Document::set`].
    pub fn set_certificates<T: Serialize>(&mut self, certificates: &[T]) -> Result<bool, Error> {
        let old = self.parts.certificates.take();
        if certificates.is_empty() {
            return Ok(old.is_some());
        }
        let mut list =
            serializer::list(certificates).map_err(|failure| failure.error(Place::Certificates))?;
        vet::vet(None, &mut list).map_err(|failure| failure.error(Place::Certificates))?;
        let text = match self.format {
            Format::Yaml => yaml::lines(Node::Map(vec![("certificates".to_owned(), list)]), 2)
                .map_err(|error| self.refused(Place::Certificates, &error)),
            Format::Toml => toml::tables(&["tls", "certificates"], &list)
                .map_err(|error| self.refused(Place::Certificates, &error)),
            Format::Json => json::value(&list, 4).map_err(|error| self.refused(Place::Certificates, &error)),
        }?;
        let changed = old.as_deref() != Some(text.as_str());
        self.parts.certificates = Some(text.into());
        Ok(changed)
    }

    /// Whether it has an element of this name.
    pub fn contains(&self, section: Section, name: &str) -> bool {
        self.parts.sections.get(&section).is_some_and(|elements| elements.contains_key(name))
    }

    /// Takes everything away.
    pub fn clear(&mut self) {
        self.parts.sections.clear();
        self.parts.certificates = None;
    }

    /// How many elements it has, the certificates counted as one.
    pub fn len(&self) -> usize {
        self.parts.sections.values().map(BTreeMap::len).sum::<usize>()
            + usize::from(self.parts.certificates.is_some())
    }

    /// Whether it has none: Traefik takes the text for an empty configuration.
    pub fn is_empty(&self) -> bool {
        self.parts.sections.is_empty() && self.parts.certificates.is_none()
    }

    /// The elements' names, in the order of the text.
    pub fn names(&self) -> impl Iterator<Item = (Section, &str)> {
        self.parts
            .sections
            .iter()
            .flat_map(|(section, elements)| elements.keys().map(|name| (*section, name.as_ref())))
    }

    /// The whole text.
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.text_into(&mut out);
        out
    }

    /// Puts the whole text in place of what `out` holds, in the memory that it has: to be given half a megabyte anew for each
    /// change costs more than to fill it.
    pub fn text_into(&self, out: &mut String) {
        out.clear();
        out.reserve(self.header.len() + self.parts.size());
        out.push_str(&self.header);
        match self.format {
            Format::Yaml => self.parts.join_yaml(out),
            Format::Toml => self.parts.join_toml(out),
            Format::Json => self.parts.join_json(out),
        }
    }

    fn render<T: Serialize + ?Sized>(
        &self,
        section: Section,
        name: &str,
        element: &T,
    ) -> Result<String, Error> {
        let place = || Place::element(section, name);
        let mut tree = serializer::tree(element).map_err(|failure| failure.error(place()))?;
        vet::vet(Some(section), &mut tree).map_err(|failure| failure.error(place()))?;
        match self.format {
            Format::Yaml => yaml::lines(Node::Map(vec![(name.to_owned(), tree)]), 4)
                .map_err(|error| self.refused(place(), &error)),
            Format::Toml => {
                let (protocol, elements) = section.path();
                toml::tables(&[protocol, elements, name], &tree)
                    .map_err(|error| self.refused(place(), &error))
            }
            Format::Json => json::value(&tree, 6).map_err(|error| self.refused(place(), &error)),
        }
    }

    fn refused(&self, place: Place, error: &dyn std::error::Error) -> Error {
        Error::Render { place, format: self.format, message: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::strategy::Strategy;

    use super::*;

    #[derive(Clone, Serialize)]
    struct Router {
        rule: &'static str,
        service: Option<&'static str>,
        middlewares: Vec<&'static str>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Certificate {
        cert_file: &'static str,
        key_file: &'static str,
    }

    const WEB: Router = Router { rule: "Host(`web`)", service: None, middlewares: Vec::new() };
    const CERTIFICATE: Certificate = Certificate { cert_file: "/tls/a.pem", key_file: "/tls/a.key" };

    /// Set in an order that is not the file's.
    fn document(format: Format) -> Document {
        let mut document = Document::new(format).with_header(&Marker::new("test"));
        document.set_certificates(&[CERTIFICATE]).expect("can be written");
        let sets = [
            (Section::TcpRouters, "db", WEB),
            (Section::HttpMiddlewares, "m", WEB),
            (Section::HttpRouters, "web", WEB),
            (Section::HttpRouters, "api", Router { service: Some("a\"b"), ..WEB }),
        ];
        for (section, name, element) in sets {
            assert!(document.set(section, name, &element).expect("can be written"));
        }
        document
    }

    const HEADER: &str = "# Written by test. Edits are lost: change the labels instead.\n";

    #[test]
    fn yaml() {
        let text = "http:
  routers:
    api:
      rule: Host(`web`)
      service: a\"b
      middlewares: []
    web:
      rule: Host(`web`)
      middlewares: []
  middlewares:
    m:
      rule: Host(`web`)
      middlewares: []
tcp:
  routers:
    db:
      rule: Host(`web`)
      middlewares: []
tls:
  certificates:
  - certFile: /tls/a.pem
    keyFile: /tls/a.key
";
        assert_eq!(document(Format::Yaml).text(), format!("{HEADER}{text}"));
    }

    #[test]
    fn toml() {
        let text = "
[http.routers.api]
rule = \"Host(`web`)\"
service = 'a\"b'
middlewares = []

[http.routers.web]
rule = \"Host(`web`)\"
middlewares = []

[http.middlewares.m]
rule = \"Host(`web`)\"
middlewares = []

[tcp.routers.db]
rule = \"Host(`web`)\"
middlewares = []

[[tls.certificates]]
certFile = \"/tls/a.pem\"
keyFile = \"/tls/a.key\"
";
        assert_eq!(document(Format::Toml).text(), format!("{HEADER}{text}"));
    }

    #[test]
    fn json() {
        let router = serde_json::json!({"rule": "Host(`web`)", "middlewares": []});
        let api = serde_json::json!({"rule": "Host(`web`)", "service": "a\"b", "middlewares": []});
        let expected = serde_json::json!({
            "http": {"routers": {"api": api, "web": router}, "middlewares": {"m": router}},
            "tcp": {"routers": {"db": router}},
            "tls": {"certificates": [{"certFile": "/tls/a.pem", "keyFile": "/tls/a.key"}]},
        });
        let mut document = document(Format::Json);
        let check = |document: &Document, expected: &serde_json::Value| {
            let text = document.text();
            assert_eq!(&serde_json::from_str::<serde_json::Value>(&text).expect("is JSON"), expected);
            // Indented as the JSON writer would; it sorts keys, so that the lines are compared without their order.
            let whole = serde_json::to_string_pretty(expected).expect("is JSON");
            let lines = |text: &str| {
                let mut lines: Vec<_> =
                    text.lines().map(|line| line.trim_end_matches(',').to_owned()).collect();
                lines.sort();
                lines
            };
            assert_eq!(lines(&text), lines(&whole));
        };
        check(&document, &expected);
        document.set(Section::TlsStores, "default", &WEB).expect("can be written");
        let mut expected = expected;
        expected["tls"]["stores"] = serde_json::json!({"default": router});
        check(&document, &expected);
    }

    #[test]
    fn an_empty_document_is_its_header() {
        for format in Format::ALL {
            let mut document = document(format);
            assert_eq!(document.len(), 5);
            document.clear();
            assert!(document.is_empty());
            assert_eq!(document.text(), if format == Format::Json { "{}\n" } else { HEADER });
            assert_eq!(Document::new(format).text(), if format == Format::Json { "{}\n" } else { "" });
        }
    }

    #[test]
    fn only_a_change_is_one() {
        for format in Format::ALL {
            let mut document = document(format);
            let mut again = "of another document".to_owned();
            document.text_into(&mut again);
            let text = document.text();
            assert_eq!(again, text);
            let api = Router { service: Some("other"), ..WEB };
            assert!(!document.set(Section::HttpRouters, "web", &WEB).expect("can be written"));
            assert!(!document.set_certificates(&[CERTIFICATE]).expect("can be written"));
            assert!(document.set(Section::HttpRouters, "web", &api).expect("can be written"));
            assert_ne!(document.text(), text);
            assert!(document.set(Section::HttpRouters, "web", &WEB).expect("can be written"));
            assert_eq!(document.text(), text);
            assert!(document.set(Section::UdpRouters, "dns", &WEB).expect("can be written"));
            assert!(document.remove(Section::UdpRouters, "dns"));
            assert!(!document.remove(Section::UdpRouters, "dns"));
            assert_eq!(document.text(), text);
            assert!(document.set_certificates::<Certificate>(&[]).expect("can be written"));
            assert_eq!(document.len(), 4);
        }
    }

    #[test]
    fn what_is_refused_leaves_nothing_behind() {
        for format in Format::ALL {
            let mut document = document(format);
            let bad = Router { middlewares: vec!["a║b"], ..WEB };
            let error = document.set(Section::HttpRouters, "web", &bad).expect_err("cannot be carried");
            assert!(
                matches!(&error, Error::Refused { place: Place::Element { section: Section::HttpRouters, name }, path, .. }
                    if name == "web" && path == "middlewares[0]"),
                "{error:?}"
            );
            let names: Vec<_> = document.names().map(|(section, name)| format!("{section}.{name}")).collect();
            assert_eq!(names, ["http.routers.api", "http.middlewares.m", "tcp.routers.db"]);
            let alone = document.set(Section::UdpRouters, "dns", &bad);
            assert!(alone.is_err());
            assert!(!document.text().contains("udp"));
        }
    }

    proptest::proptest! {
        #[test]
        fn the_order_of_setting_changes_nothing(
            mut names in proptest::collection::btree_set((0..13usize, "[a-z]{1,3}"), 0..12).prop_map(|names| names.into_iter().collect::<Vec<_>>()).prop_shuffle(),
            format in 0..3usize,
        ) {
            let set = |names: &[(usize, String)]| {
                let mut document = Document::new(Format::ALL[format]);
                for (section, name) in names {
                    document.set(Section::ALL[*section], name, &WEB).expect("can be written");
                }
                document.text()
            };
            let text = set(&names);
            names.sort();
            proptest::prop_assert_eq!(set(&names), text);
        }
    }
}
