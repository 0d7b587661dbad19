use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use portolan_container::{Container, LabelPlace, Part};

use super::marked::{self, Marked, Value, align};
use super::quadlet::Assignment;
use super::text::Text;
use super::{Finding, MAX_COMPOSE, Source, read_bounded};

/// Where the labels of a text's containers stand in it, and in the files that it names.
///
/// A file is looked into only when a place in it is asked for, so that a text without mistakes costs nothing more.
///
/// ```
/// use portolan_engine::files;
///
/// let reading = files::open_text("services:\n  web:\n    image: nginx\n", "/srv".as_ref(), &Default::default());
/// let place = reading.places.container(&reading.containers[0]).ok_or("it stands there")?;
/// assert_eq!(place.line_and_column().0, 2);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
pub struct Places {
    kind: Source,
    /// The file, as it was named; none for standard input.
    path: Option<PathBuf>,
    text: Rc<Text>,
    /// The Compose files that are laid over it.
    over: Vec<(PathBuf, Rc<Text>)>,
    /// Its directory, absolute; of a Compose file alone.
    directory: PathBuf,
    /// Labels of a quadlet unit.
    assignments: BTreeMap<String, Assignment>,
    files: RefCell<BTreeMap<PathBuf, Option<Rc<File>>>>,
}

/// A place in a file.
///
/// ```
/// use portolan_engine::files::Location;
///
/// let text = std::rc::Rc::new("a: 1\nb: 2\n".into());
/// let location = Location { path: None, text, bytes: 5..6 };
/// assert_eq!(location.line_and_column(), (2, 1));
/// ```
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

impl File {
    fn new(path: Option<PathBuf>, text: Rc<Text>) -> Rc<Self> {
        let documents = marked::parse(&text);
        Rc::new(Self { path, text, documents })
    }

    fn at(&self, bytes: Range<usize>) -> Location {
        Location { path: self.path.clone(), text: Rc::clone(&self.text), bytes }
    }
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
        Self {
            kind,
            path: path.map(Path::to_owned),
            text: Rc::new(text.into()),
            over: Vec::new(),
            directory: PathBuf::new(),
            assignments: BTreeMap::new(),
            files: RefCell::default(),
        }
    }

    pub(super) fn of_compose<'t>(
        path: Option<&Path>,
        text: &str,
        over: impl Iterator<Item = (&'t Path, &'t str)>,
        directory: &Path,
    ) -> Self {
        let over = over.map(|(path, text)| (path.to_owned(), Rc::new(text.into()))).collect();
        Self { over, directory: directory.to_owned(), ..Self::new(Source::Compose, path, text) }
    }

    pub(super) fn of_quadlet(
        path: Option<&Path>,
        text: &str,
        assignments: BTreeMap<String, Assignment>,
    ) -> Self {
        Self { assignments, ..Self::new(Source::Quadlet, path, text) }
    }

    /// Whether the text tells every port of its containers, as an engine's output does. Compose files and units leave out what the image
    /// exposes.
    pub fn tells_every_port(&self) -> bool {
        self.kind == Source::Inspect
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
                let mut roots = self.roots().into_iter().rev();
                roots.find_map(|root| self.composed(&root, service, &place.key, LONGEST_CHAIN))?
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
        Some(file.at(bytes))
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
                Some(file.at(entry_of(&file, container)?.get("Id")?.bytes.clone()))
            }
            Source::Compose => {
                let service = container.labels.get("com.docker.compose.service")?;
                self.roots().iter().find_map(|root| self.service(root, service, LONGEST_CHAIN))
            }
        }
    }

    /// The name of a service, in this file or in one that it includes.
    fn service(&self, file: &Rc<File>, service: &str, chain: usize) -> Option<Location> {
        let chain = chain.checked_sub(1)?;
        let mut services = file.documents.iter().filter_map(|document| document.get("services"));
        if let Some((name, _)) = services.find_map(|services| services.entry(service)) {
            return Some(file.at(name.bytes.clone()));
        }
        let includes = file.documents.iter().filter_map(|document| document.get("include"));
        includes.flat_map(|list| included(list)).find_map(|name| {
            let other = self.beside(file, name)?;
            self.service(&other, service, chain)
        })
    }

    /// Where a finding about the text, or a file that it names, is: its message begins with a path, or tells a line; else where
    /// `container` begins, or the file.
    pub fn finding(&self, finding: &Finding, container: Option<&Container>) -> Option<Location> {
        let message = finding.diagnostic.message.as_str();
        let named = finding.file.as_deref().and_then(|file| self.open(&self.shown(file)));
        let files = named.map_or_else(|| self.roots(), |file| vec![file]);
        let path = message.strip_prefix('`').and_then(|rest| rest.split_once('`')).map(|(path, _)| path);
        let by_path = path.and_then(|path| deepest(&files, path));
        let number = |after: &str| {
            let (_, rest) = message.split_once(after)?;
            rest.split(|c: char| !c.is_ascii_digit()).next()?.parse::<usize>().ok()
        };
        let file = files.first()?;
        let by_line = || {
            let line = number("at line ").or_else(|| number("line "))?;
            character(file, line, number(" column ").unwrap_or(1).max(1))
        };
        let of_container = || self.container(container.filter(|_| finding.file.is_none())?);
        by_path.or_else(by_line).or_else(of_container).or_else(|| character(file, 1, 1))
    }

    /// A file of the project as the text's own is named, and not by its whole path.
    fn shown(&self, file: &Path) -> PathBuf {
        let directory = self.path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        file.strip_prefix(&self.directory).map_or_else(|_| file.to_owned(), |rest| directory.join(rest))
    }

    /// The file itself, then those that are laid over it.
    fn roots(&self) -> Vec<Rc<File>> {
        let over = self.over.iter().filter_map(|(path, _)| self.open(path));
        std::iter::once(self.root()).chain(over).collect()
    }

    fn root(&self) -> Rc<File> {
        let read = || Some(File::new(self.path.clone(), Rc::clone(&self.text)));
        let file = self.files.borrow_mut().entry(PathBuf::new()).or_insert_with(read).clone();
        file.unwrap_or_else(|| File::new(None, Rc::new("".into())))
    }

    /// A file that another names.
    fn beside(&self, file: &File, name: &str) -> Option<Rc<File>> {
        let directory = file.path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        self.open(&directory.join(name))
    }

    /// The file at a path; one that is laid over ours as it was read.
    fn open(&self, path: &Path) -> Option<Rc<File>> {
        let read = || {
            let over = self.over.iter().find(|(over, _)| over == path).map(|(_, text)| Rc::clone(text));
            let text = match over {
                Some(text) => text,
                None => Rc::new(read_bounded(path, MAX_COMPOSE).ok()?.into()),
            };
            Some(File::new(Some(path.to_owned()), text))
        };
        self.files.borrow_mut().entry(path.to_owned()).or_insert_with(read).clone()
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

/// Where a path such as `services.web.ports.[0]` leads: in that file in which it leads farthest, of several the last.
fn deepest(files: &[Rc<File>], path: &str) -> Option<Location> {
    let descend = |file: &Rc<File>| {
        let found = file.documents.iter().filter_map(|document| document.descend(path));
        let (bytes, length) = found.max_by_key(|(_, length)| *length)?;
        Some((length, file.at(bytes)))
    };
    files.iter().filter_map(descend).max_by_key(|(length, _)| *length).map(|(_, location)| location)
}

/// The character at this line and column of a file, both from one.
fn character(file: &File, line: usize, column: usize) -> Option<Location> {
    let lines = file.text.split_inclusive('\n');
    let start: usize = lines.take(line.checked_sub(1)?).map(str::len).sum();
    let text = file.text.get(start..)?.lines().next().unwrap_or_default();
    let (at, length) = match text.char_indices().nth(column.checked_sub(1)?) {
        Some((at, c)) => (at, c.len_utf8()),
        None => (text.len(), 0),
    };
    Some(file.at(start + at..start + at + length))
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
