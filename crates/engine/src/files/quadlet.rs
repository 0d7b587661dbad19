use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use portolan_container::{
    Attachment, Container, Diagnostic, Image, LabelPlace, Mount, NetworkMode, Part, State,
};

use super::codes::QUADLET_SYNTAX;
use super::compose::ports::Ports;
use super::marked::align;
use super::words::{self, Word};
use super::yaml::{Budget, Node, excerpt};

/// What all ports of a unit may cost, in bytes.
const LARGEST: usize = 1 << 20;

/// Where a label is assigned: the bytes of `KEY=VALUE`, quotes and all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assignment(Range<usize>);

impl Assignment {
    /// The bytes of a place in it; all of it where escapes hide the place.
    pub(super) fn place(&self, text: &str, place: &LabelPlace, value: &str) -> Range<usize> {
        let offset = if place.part == Part::Value { place.key.len() + 1 } else { 0 };
        let source = text.get(self.0.clone()).unwrap_or_default();
        let part = place.start + offset..place.end + offset;
        match align(source, &format!("{}={value}", place.key), &part) {
            Some(found) => self.0.start + found.start..self.0.start + found.end,
            None => self.0.clone(),
        }
    }
}

/// What a unit comes to.
#[derive(Debug, Default)]
pub(super) struct Unit {
    pub(super) containers: Vec<Container>,
    pub(super) findings: Vec<Diagnostic>,
    pub(super) assignments: BTreeMap<String, Assignment>,
}

/// Whether a text is a quadlet unit rather than JSON: its first line that says something opens a section.
pub(super) fn is_unit(text: &str) -> bool {
    let mut lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';']));
    let section = lines.next().and_then(|line| line.strip_prefix('[')?.strip_suffix(']'));
    section
        .is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
}

/// Reads a `.container` unit as the container that Podman's generator would start (podman-systemd.unit(5), Podman 5).
///
/// The container is reached by its name, as on a network of Podman's; on the default one names do not resolve.
pub(super) fn parse(text: &str, path: Option<&Path>) -> Unit {
    let mut unit = Unit::default();
    let lines = lines(text);
    let stem = path.and_then(Path::file_stem).map_or("container".into(), |stem| stem.to_string_lossy());
    let mut reader = Reader { stem: &stem, ..Reader::default() };
    let mut section = "";
    let mut has_container = false;
    for line in &lines {
        let told = line.text.trim();
        if let Some(name) = told.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
            has_container |= name == "Container";
        } else if let Some((key, value)) = line.text.split_once('=') {
            if section == "Container" {
                let at = line.starts + key.len() + 1;
                reader.assign(key.trim(), value, line.number, at);
            }
        } else {
            let message = format!("line {}: `{}` is no assignment", line.number, excerpt(told));
            let help = "a line is `KEY=VALUE`, `[SECTION]`, `# a comment` or empty";
            unit.findings.push(Diagnostic::error(QUADLET_SYNTAX, message).with_help(help));
        }
    }
    if !has_container {
        let finding =
            Diagnostic::error(QUADLET_SYNTAX, "this is no quadlet unit: it has no section `[Container]`");
        unit.findings.push(finding.with_help("give a `.container` unit"));
        return unit;
    }
    reader.finish(&mut unit);
    unit
}

/// A line with those that a backslash at its end joins to it.
struct Line<'t> {
    number: usize,
    starts: usize,
    text: std::borrow::Cow<'t, str>,
}

/// Lines that say something. In those that are joined, the backslash and the line's end are blanks, so that bytes stay where
/// they are.
fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut starts = 0;
    let mut continued = false;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let plain = line.trim_end_matches(['\n', '\r']);
        let goes_on = plain.ends_with('\\');
        let body = plain.strip_suffix('\\').unwrap_or(plain);
        let padding = if goes_on { " ".repeat(line.len() - body.len()) } else { String::new() };
        let comment = plain.trim_start().starts_with(['#', ';']);
        match lines.last_mut() {
            Some(last) if continued => {
                let more = if comment { " ".repeat(line.len()) } else { format!("{body}{padding}") };
                last.text.to_mut().push_str(&more);
                continued = goes_on || comment;
            }
            _ => {
                if !plain.trim().is_empty() && !comment {
                    let text = if goes_on { format!("{body}{padding}").into() } else { plain.into() };
                    lines.push(Line { number: index + 1, starts, text });
                    continued = goes_on;
                }
            }
        }
        starts += line.len();
    }
    lines
}

/// The assignments of `[Container]` as they come.
#[derive(Default)]
struct Reader<'t> {
    stem: &'t str,
    name: String,
    image: String,
    labels: BTreeMap<String, String>,
    assignments: BTreeMap<String, Assignment>,
    published: Vec<String>,
    exposed: Vec<String>,
    networks: Vec<String>,
    mounts: Vec<Mount>,
    findings: Vec<Diagnostic>,
}

impl Reader<'_> {
    /// `at` is the byte at which the value begins; lines that are joined have their bytes where they were.
    fn assign(&mut self, key: &str, value: &str, line: usize, at: usize) {
        let trimmed = value.trim();
        let list = |list: &mut Vec<String>| {
            // An empty assignment takes back those before it.
            if trimmed.is_empty() { list.clear() } else { list.push(trimmed.to_owned()) }
        };
        match key {
            "ContainerName" => self.name = self.specifiers(trimmed),
            "Image" => trimmed.clone_into(&mut self.image),
            "PublishPort" => list(&mut self.published),
            "ExposeHostPort" => list(&mut self.exposed),
            "Network" => list(&mut self.networks),
            "Volume" => {
                let mut parts = trimmed.split(':');
                let first = parts.next().unwrap_or_default();
                let (source, destination) = match parts.next() {
                    Some(second) if second.starts_with('/') => (first, second),
                    _ => ("", first),
                };
                let kind = if source.starts_with(['/', '.', '%']) { "bind" } else { "volume" };
                self.mounts.push(Mount {
                    kind: kind.to_owned(),
                    source: source.to_owned(),
                    destination: destination.to_owned(),
                });
            }
            "Label" if trimmed.is_empty() => {
                self.labels.clear();
                self.assignments.clear();
            }
            "Label" => {
                let words = words::split(value);
                let alone: Vec<String> = words
                    .iter()
                    .filter(|word| !word.text.contains('='))
                    .map(|word| format!("`{}`", excerpt(&word.text)))
                    .collect();
                if !alone.is_empty() && alone.len() < words.len() {
                    let (are, labels) = if alone.len() == 1 {
                        ("is", "a label of its own")
                    } else {
                        ("are", "labels of their own")
                    };
                    let message =
                        format!("line {line}: {} {are} {labels}, without a value", alone.join(", "));
                    let help =
                        "put a label with blanks in quotes as a whole: `Label=\"KEY=VALUE WITH BLANKS\"`";
                    self.findings.push(Diagnostic::warning(QUADLET_SYNTAX, message).with_help(help));
                }
                for word in &words {
                    self.label(word, at);
                }
            }
            _ => {}
        }
    }

    fn label(&mut self, word: &Word, at: usize) {
        let bytes = at + word.bytes.start..at + word.bytes.end;
        let said = self.specifiers(&word.text);
        let (key, value) = said.split_once('=').unwrap_or((&said, ""));
        self.labels.insert(key.to_owned(), value.to_owned());
        self.assignments.insert(key.to_owned(), Assignment(bytes));
    }

    /// systemd's specifiers for the unit's name; `%%` is `%`.
    fn specifiers(&self, text: &str) -> String {
        let mut said = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            said.push_str(before);
            let letter = after.chars().next();
            let meaning = match letter {
                Some('%') => "%",
                Some('N' | 'p') => self.stem,
                _ => {
                    said.push('%');
                    rest = after;
                    continue;
                }
            };
            said.push_str(meaning);
            rest = after.get(1..).unwrap_or_default();
        }
        said + rest
    }

    fn finish(mut self, unit: &mut Unit) {
        let name = if self.name.is_empty() {
            format!("systemd-{}", self.stem)
        } else {
            std::mem::take(&mut self.name)
        };
        let budget = Budget::new(LARGEST);
        let mut ports = Ports::new(&budget);
        for (key, list, publish) in
            [("PublishPort", &self.published, true), ("ExposeHostPort", &self.exposed, false)]
        {
            for item in list {
                let node = Node::Text(item.clone());
                let read = if publish { ports.publish(&node) } else { ports.expose(&node) };
                if let Err(reason) = read {
                    self.findings.push(Diagnostic::error(
                        QUADLET_SYNTAX,
                        format!("`{key}={}`: {reason}", excerpt(item)),
                    ));
                }
            }
        }
        let (network_mode, attachments) = networks(&self.networks, &name);
        let container = Container {
            id: format!("quadlet:{name}"),
            image: Image::parse(&self.image),
            labels: self.labels,
            state: State::Unknown,
            ports: ports.into_vec(),
            network_mode,
            attachments,
            mounts: self.mounts,
            name,
            ..Container::default()
        };
        let name = container.name.clone();
        unit.findings.extend(self.findings.into_iter().map(|finding| finding.in_container(&name)));
        unit.assignments = self.assignments;
        unit.containers.push(container);
    }
}

/// `host`, `none`, `container:NAME`, `NAME.container`, or networks, of which `NAME.network` is `systemd-NAME` to Podman.
fn networks(said: &[String], name: &str) -> (NetworkMode, BTreeMap<String, Attachment>) {
    let attachment = || Attachment { name: Some(name.to_owned()), ..Attachment::default() };
    let mut attachments = BTreeMap::new();
    for network in said {
        // What follows a colon are options, but for `container:NAME`.
        let plain = network.split(':').next().unwrap_or(network);
        match (network.split_once(':'), plain) {
            (Some(("container", peer)), _) => {
                return (NetworkMode::Container(peer.to_owned()), BTreeMap::new());
            }
            (_, "host") => return (NetworkMode::Host, BTreeMap::new()),
            (_, "none") => return (NetworkMode::None, BTreeMap::new()),
            _ => {}
        }
        if let Some(unit) = plain.strip_suffix(".container") {
            return (NetworkMode::Container(format!("systemd-{unit}")), BTreeMap::new());
        }
        let known =
            plain.strip_suffix(".network").map_or_else(|| plain.to_owned(), |unit| format!("systemd-{unit}"));
        attachments.insert(known, attachment());
    }
    if attachments.is_empty() {
        attachments.insert("podman".to_owned(), attachment());
    }
    (NetworkMode::Networks, attachments)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unit(text: &str) -> Unit {
        parse(text, Some(Path::new("units/web.container")))
    }

    #[test]
    fn a_unit_is_a_container() {
        let unit = unit(
            "# a comment\n[Unit]\nDescription=x\n\n[Container]\nImage=ghcr.io/org/app:1\nLabel=a=1 \"b=2 3\"\nLabel=c=%N\n\
             PublishPort=127.0.0.1:8080:80\nNetwork=front.network\nVolume=/srv/x:/data:ro\n[Service]\nRestart=always\n",
        );
        assert_eq!(unit.findings, []);
        let container = &unit.containers[0];
        assert_eq!(container.name, "systemd-web");
        let labels: Vec<_> = container.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(labels, ["a=1", "b=2 3", "c=web"]);
        assert_eq!(container.attachments.keys().collect::<Vec<_>>(), ["systemd-front"]);
        assert_eq!((container.ports[0].number, container.mounts[0].destination.as_str()), (80, "/data"));
    }

    #[test]
    fn an_empty_assignment_takes_back_those_before_it() {
        let unit = unit("[Container]\nContainerName=x\nLabel=a=1\nLabel=\nLabel=b=2\n");
        assert_eq!(unit.containers[0].labels.keys().collect::<Vec<_>>(), ["b"]);
        assert_eq!(unit.containers[0].name, "x");
    }

    #[test]
    fn labels_tell_where_they_stand() {
        let text = "[Container]\nLabel=a=1 \\\n  \"b=Host(`x`)\"\n";
        let unit = unit(text);
        let place = |part: &str| {
            let value = &unit.containers[0].labels["b"];
            let start = value.find(part).unwrap();
            let place = LabelPlace::value("b", start..start + part.len());
            text[unit.assignments["b"].place(text, &place, value)].to_owned()
        };
        assert_eq!((place("`x`"), place("Host")), ("`x`".to_owned(), "Host".to_owned()));
    }

    #[test]
    fn mistakes_are_told() {
        let check = |text: &str, expected: &str| {
            let findings: Vec<_> = unit(text).findings.iter().map(ToString::to_string).collect();
            assert_eq!(findings, [expected], "{text}");
        };
        check("[Unit]\n", "error[quadlet-syntax]: this is no quadlet unit: it has no section `[Container]`");
        check("[Container]\nImage\n", "error[quadlet-syntax]: line 2: `Image` is no assignment");
        check(
            "[Container]\nLabel=r=Host(`a`) Path(`/`)\n",
            "warning[quadlet-syntax]: systemd-web: line 2: `Path(`/`)` is a label of its own, without a value",
        );
        check(
            "[Container]\nPublishPort=x\n",
            "error[quadlet-syntax]: systemd-web: `PublishPort=x`: `x` is no port, ports are numbers from 1 to 65535",
        );
    }

    #[test]
    fn units_are_told_from_json() {
        assert!(is_unit("# x\n[Container]\n"));
        assert!(!is_unit("[]"));
        assert!(!is_unit("[{}]"));
        assert!(!is_unit("services: {}"));
    }

    proptest! {
        #[test]
        fn no_unit_panics(text in "(\\[Container\\]\n)?(\\PC|Label=|\"|'|\\\\|\n|=| |%N|PublishPort=|Network=|:){0,40}") {
            let unit = unit(&text);
            for container in &unit.containers {
                for (key, value) in &container.labels {
                    if let Some(assignment) = unit.assignments.get(key) {
                        let place = LabelPlace::value(key, 0..value.len());
                        prop_assert!(text.get(assignment.place(&text, &place, value)).is_some());
                    }
                }
            }
        }
    }
}
