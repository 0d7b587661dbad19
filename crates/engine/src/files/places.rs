use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use portolan_container::{Container, LabelPlace, Part};

use super::marked::{self, Marked, Value, align};
use super::quadlet::Assignment;
use super::text::Text;
use super::{MAX_COMPOSE, Source, read_bounded};

/// Where the labels of a text's containers stand in it, and in the files that it names.
///
/// A file is looked into only when a place in it is asked for, so that a text without mistakes costs nothing more.
#[derive(Debug)]
pub struct Places {
    kind: Source,
    /// The file, as it was named; none for standard input.
    path: Option<PathBuf>,
    text: Rc<Text>,
    /// Labels of a quadlet unit.
    assignments: BTreeMap<String, Assignment>,
    files: RefCell<BTreeMap<PathBuf, Option<Rc<File>>>>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file, as it was named or as the file that names it does; none for standard input.
    pub path: Option<PathBuf>,
    /// The file's text.
    pub text: Rc<Text>,
    /// From which byte to which.
    pub bytes: Range<usize>,
}

impl Location {
    /// The line, from one, and the character in it, from one.
    pub fn line_and_column(&self) -> (usize, usize) {
        self.text.line_and_column(self.bytes.start)
    }
}

/// A file with its nodes.
#[derive(Debug)]
struct File {
    path: Option<PathBuf>,
    text: Rc<Text>,
    documents: Vec<Rc<Marked>>,
}

/// Where a label stands: its key and its value, or both in one text.
enum Label {
    Entry { key: Range<usize>, value: Range<usize> },
    Item(Range<usize>),
}

/// Services that extend one another, or files that include one another, in a row.
const LONGEST_CHAIN: usize = 32;

impl Places {
    pub(super) fn new(kind: Source, path: Option<&Path>, text: &str) -> Self {
        let path = path.map(Path::to_owned);
        Self {
            kind,
            path,
            text: Rc::new(text.into()),
            assignments: BTreeMap::new(),
            files: RefCell::default(),
        }
    }

    pub(super) fn of_quadlet(
        path: Option<&Path>,
        text: &str,
        assignments: BTreeMap<String, Assignment>,
    ) -> Self {
        Self { assignments, ..Self::new(Source::Quadlet, path, text) }
    }

    /// The file itself, as it was named.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Where this place of a container's label is; `None` where it cannot be told, as for a label that Compose sets.
    pub fn label(&self, container: &Container, place: &LabelPlace) -> Option<Location> {
        let value = container.labels.get(&place.key)?;
        if self.kind == Source::Quadlet {
            let bytes = self.assignments.get(&place.key)?.place(&self.text, place, value);
            return Some(Location { path: self.path.clone(), text: Rc::clone(&self.text), bytes });
        }
        let (file, label) = match self.kind {
            Source::Inspect => self.inspected(container, &place.key)?,
            Source::Compose | Source::Quadlet => {
                let service = container.labels.get("com.docker.compose.service")?;
                self.composed(&self.root(), service, &place.key, LONGEST_CHAIN)?
            }
        };
        let slice = |bytes: &Range<usize>| file.text.get(bytes.clone()).unwrap_or_default();
        let part = place.start..place.end;
        let within =
            |bytes: Range<usize>, value: &str, part: Range<usize>| match align(slice(&bytes), value, &part) {
                Some(found) => bytes.start + found.start..bytes.start + found.end,
                None => bytes,
            };
        let bytes = match (label, place.part) {
            (Label::Entry { key, .. }, Part::Key) => within(key, &place.key, part),
            (Label::Entry { value: bytes, .. }, Part::Value) => within(bytes, value, part),
            (Label::Item(bytes), which) => {
                let offset = if which == Part::Value { place.key.len() + 1 } else { 0 };
                within(bytes, &format!("{}={value}", place.key), part.start + offset..part.end + offset)
            }
        };
        Some(Location { path: file.path.clone(), text: Rc::clone(&file.text), bytes })
    }

    /// Where a container begins: its service's name, its section or its identifier.
    pub fn container(&self, container: &Container) -> Option<Location> {
        match self.kind {
            Source::Quadlet => {
                let start = self.text.find("[Container]")?;
                let bytes = start..start + "[Container]".len();
                Some(Location { path: self.path.clone(), text: Rc::clone(&self.text), bytes })
            }
            Source::Inspect => {
                let file = self.root();
                let bytes = entry_of(&file, container)?.get("Id")?.bytes.clone();
                Some(Location { path: file.path.clone(), text: Rc::clone(&file.text), bytes })
            }
            Source::Compose => {
                let service = container.labels.get("com.docker.compose.service")?;
                self.service(&self.root(), service, LONGEST_CHAIN)
            }
        }
    }

    /// The name of a service, in this file or in one that it includes.
    fn service(&self, file: &Rc<File>, service: &str, chain: usize) -> Option<Location> {
        let chain = chain.checked_sub(1)?;
        let mut services = file.documents.iter().filter_map(|document| document.get("services"));
        if let Some((name, _)) = services.find_map(|services| services.entry(service)) {
            let bytes = name.bytes.clone();
            return Some(Location { path: file.path.clone(), text: Rc::clone(&file.text), bytes });
        }
        let includes = file.documents.iter().filter_map(|document| document.get("include"));
        includes.flat_map(|list| included(list)).find_map(|name| {
            let other = self.beside(file, name)?;
            self.service(&other, service, chain)
        })
    }

    /// Where a path such as `services.web.ports.[0]` leads in the file itself.
    pub fn path_in_file(&self, path: &str) -> Option<Location> {
        let file = self.root();
        let bytes = file.documents.iter().find_map(|document| document.descend(path))?;
        Some(Location { path: file.path.clone(), text: Rc::clone(&file.text), bytes })
    }

    /// The character at this line and column of the file itself, both from one.
    pub fn character(&self, line: usize, column: usize) -> Option<Location> {
        let lines = self.text.split_inclusive('\n');
        let start: usize = lines.clone().take(line.checked_sub(1)?).map(str::len).sum();
        let text = self.text.get(start..)?.lines().next().unwrap_or_default();
        let (at, length) = match text.char_indices().nth(column.checked_sub(1)?) {
            Some((at, c)) => (at, c.len_utf8()),
            None => (text.len(), 0),
        };
        let bytes = start + at..start + at + length;
        Some(Location { path: self.path.clone(), text: Rc::clone(&self.text), bytes })
    }

    fn root(&self) -> Rc<File> {
        let read = || {
            let (path, text) = (self.path.clone(), Rc::clone(&self.text));
            let documents = marked::parse(&text);
            Some(Rc::new(File { path, text, documents }))
        };
        let file = self.files.borrow_mut().entry(PathBuf::new()).or_insert_with(read).clone();
        file.unwrap_or_else(|| Rc::new(File { path: None, text: Rc::new("".into()), documents: Vec::new() }))
    }

    /// A file that another names.
    fn beside(&self, file: &File, name: &str) -> Option<Rc<File>> {
        let directory = file.path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        let path = directory.join(name);
        let read = || {
            let text = Rc::new(Text::from(read_bounded(&path, MAX_COMPOSE).ok()?));
            let documents = marked::parse(&text);
            Some(Rc::new(File { path: Some(path.clone()), text, documents }))
        };
        self.files.borrow_mut().entry(path.clone()).or_insert_with(read).clone()
    }

    /// A label of a service: what its file says, then what its label files say, then what it extends.
    fn composed(&self, file: &Rc<File>, service: &str, key: &str, chain: usize) -> Option<(Rc<File>, Label)> {
        let chain = chain.checked_sub(1)?;
        let services = file.documents.iter().rev().filter_map(|document| document.get("services"));
        let found = services.filter_map(|services| services.get(service)).next();
        let Some(found) = found else {
            let includes = file.documents.iter().filter_map(|document| document.get("include"));
            return includes.flat_map(|list| included(list)).find_map(|name| {
                let other = self.beside(file, name)?;
                self.composed(&other, service, key, chain)
            });
        };
        if let Some(label) = found.get("labels").and_then(|labels| labelled(labels, key)) {
            return Some((Rc::clone(file), label));
        }
        let files = found.get("label_file").map(|names| names.texts()).unwrap_or_default();
        let of_files = files.iter().rev().find_map(|name| {
            let other = self.beside(file, name)?;
            let bytes = line_of(&other.text, key)?;
            Some((other, Label::Item(bytes)))
        });
        of_files.or_else(|| {
            let extends = found.get("extends")?;
            let of = |field| extends.get(field).and_then(|node| node.text());
            let base = extends.text().or_else(|| of("service"))?;
            let other = match of("file") {
                Some(name) => self.beside(file, name)?,
                None => Rc::clone(file),
            };
            self.composed(&other, base, key, chain)
        })
    }

    /// A label in the output of `docker inspect`.
    fn inspected(&self, container: &Container, key: &str) -> Option<(Rc<File>, Label)> {
        let file = self.root();
        let entry = entry_of(&file, container)?;
        let label = labelled(entry.get("Config")?.get("Labels")?, key)?;
        Some((Rc::clone(&file), label))
    }
}

/// A container's entry in the output of `docker inspect`.
fn entry_of<'f>(file: &'f File, container: &Container) -> Option<&'f Rc<Marked>> {
    let entries = file.documents.iter().flat_map(|document| match &document.value {
        Value::List(items) => items.iter().collect(),
        _ => vec![document],
    });
    let is = |entry: &&Rc<Marked>| {
        let field = |name| entry.get(name).and_then(|node| node.text()).unwrap_or_default();
        let by_name = container.id.is_empty() && field("Name").trim_start_matches('/') == container.name;
        by_name || field("Id") == container.id
    };
    entries.into_iter().find(is)
}

/// The files that `include` names.
fn included(list: &Marked) -> Vec<&str> {
    let Value::List(items) = &list.value else { return list.texts() };
    items
        .iter()
        .flat_map(|item| match item.get("path") {
            Some(path) => path.texts(),
            None => item.text().into_iter().collect(),
        })
        .collect()
}

/// A label in a mapping or in a list of texts.
fn labelled(labels: &Marked, key: &str) -> Option<Label> {
    match &labels.value {
        Value::List(items) => {
            let is = |item: &&Rc<Marked>| {
                item.text().is_some_and(|text| text.split_once('=').map_or(text, |(name, _)| name) == key)
            };
            Some(Label::Item(items.iter().rfind(is)?.bytes.clone()))
        }
        _ => {
            let (name, value) = labels.entry(key)?;
            Some(Label::Entry { key: name.bytes.clone(), value: value.bytes.clone() })
        }
    }
}

/// The assignment of a name in a file of labels.
fn line_of(text: &str, key: &str) -> Option<Range<usize>> {
    let mut start = 0;
    let mut found = None;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if trimmed.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(['=', ':'])) {
            let begin = start + (line.len() - line.trim_start().len());
            found = Some(begin..begin + trimmed.len());
        }
        start += line.len();
    }
    found
}
