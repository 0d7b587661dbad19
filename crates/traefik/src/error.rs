use std::fmt;
use std::io;
use std::path::PathBuf;

use portolan_routes::Section;

use crate::format::Format;

/// What to do about something that stands under our name.
const ELSEWHERE: &str = "move it away, or give another directory (`output`; of jupyterhub-proxy, another `--dynamic-config-file`)";

/// What this crate could not do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The element has something that Traefik's files cannot carry, or that makes Traefik refuse the whole file: it is
    /// not in the document.
    #[error("{place}: {}{refusal}", in_backticks(.path))]
    Refused {
        /// The element.
        place: Place,
        /// Where in the element, such as `plugin.geo.lists[1]`; empty if it is the element itself.
        path: String,
        /// What is the matter.
        refusal: Refusal,
    },
    /// The writer of this format refused the element.
    #[error("{place}: cannot be written as {format}: {message}")]
    Render {
        /// The element.
        place: Place,
        /// The format.
        format: Format,
        /// The writer's words.
        message: String,
    },
    /// No format has this name.
    #[error("unknown format `{name}`")]
    UnknownFormat {
        /// The name.
        name: String,
    },
    /// Traefik does not read JSON from a directory.
    #[error("JSON is not written to `{}`: Traefik reads YAML and TOML files there", .path.display())]
    JsonInDirectory {
        /// The directory.
        path: PathBuf,
    },
    /// The stem is no name of a file in the directory.
    #[error("`{stem}` is not the name of a file")]
    Stem {
        /// The stem.
        stem: String,
    },
    /// The text does not begin with the directory's marker, so that the next write would take the file for a foreign one.
    #[error("the text for `{}` does not begin with the line `{marker}`", .path.display())]
    Unmarked {
        /// The file.
        path: PathBuf,
        /// The line.
        marker: String,
    },
    /// A file that someone else wrote stands under our name.
    #[error("`{}` was written by someone else: its first line is not `{marker}`", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The line that it lacks.
        marker: String,
    },
    /// Something that is not a regular file stands under our name.
    #[error("`{}` is a {kind}, not a file", .path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// `directory`, `symbolic link` or `special file`.
        kind: &'static str,
    },
    /// The system refused a step; the file that was there is whole.
    #[error("cannot {action} `{}`", .path.display())]
    Io {
        /// The step: `create`, `read`, `write`, `replace`, `remove`.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self::Io { action, path: path.into(), source }
    }

    /// The next step, where there is one.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::Refused { .. } | Self::Render { .. } | Self::Stem { .. } => return None,
            Self::UnknownFormat { .. } => "one of `yaml`, `toml`, `json`",
            Self::JsonInDirectory { .. } => "write `yaml` or `toml`",
            Self::Unmarked { .. } => "give the document the directory's marker as its header",
            Self::Foreign { .. } => ELSEWHERE,
            Self::NotAFile { kind: "symbolic link", .. } => {
                "give the directory that it leads to: a file is replaced in one rename, which would replace the link"
            }
            Self::NotAFile { .. } => ELSEWHERE,
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied => {
                    "give this program's user the right to write to the directory"
                }
                io::ErrorKind::ReadOnlyFilesystem => {
                    "mount the directory with the right to write (without `:ro`)"
                }
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "make room on the disk: the file before this change stays in place until then"
                }
                io::ErrorKind::ResourceBusy => {
                    "mount the directory into the container, not the single file: a mounted file cannot be replaced"
                }
                io::ErrorKind::CrossesDevices => {
                    "mount the directory as a whole: nothing inside it may be a mount or a link of its own"
                }
                io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                    "move away what stands there, or give another directory"
                }
                _ => return None,
            },
        };
        Some(help.to_owned())
    }
}

/// An element of a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Place {
    /// A named element.
    Element {
        /// The section that holds it.
        section: Section,
        /// Its name.
        name: String,
    },
    /// The list `tls.certificates`.
    Certificates,
    /// The file as a whole.
    Whole,
}

impl Place {
    pub(crate) fn element(section: Section, name: &str) -> Self {
        Self::Element { section, name: name.to_owned() }
    }
}

/// ``HTTP router `web` ``.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Element { section, name } => write!(f, "{} `{}`", section.element(), name.escape_debug()),
            Self::Certificates => f.write_str("TLS certificates"),
            Self::Whole => f.write_str("the file"),
        }
    }
}

/// Why an element cannot stand in a file (all observed with Traefik 3.7).
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Traefik joins the items of a list by this character and would take one item for several.
    #[error(
        "list item `{item}` has the character `║` (U+2551), at which Traefik splits the items of a file's lists"
    )]
    ListSeparator {
        /// The item.
        item: String,
    },
    /// Traefik would take a plugin's text that begins with this character for a list, or refuse the file.
    #[error("text `{text}` of a plugin begins with `║` (U+2551), by which Traefik marks lists")]
    PluginText {
        /// The text.
        text: String,
    },
    /// Traefik would take the map for a list.
    #[error("key `{key}` of a plugin's map is in brackets, and Traefik would read the map as a list")]
    PluginKey {
        /// The key.
        key: String,
    },
    /// Traefik refuses the file.
    #[error("a list holds a list, which Traefik cannot read from a file")]
    NestedList,
    /// Traefik drops the texts, or refuses the file.
    #[error("a list holds both maps and plain values, which Traefik cannot read from a file")]
    MixedList,
    /// Traefik refuses the file.
    #[error("a list item has no value")]
    NoItem,
    /// YAML and TOML refuse the file.
    #[error("key `{key}` occurs twice")]
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// Traefik's integers have 64 bits and a sign.
    #[error("number `{number}` is out of range")]
    Number {
        /// The number.
        number: String,
    },
    /// An element is a map.
    #[error("is not a map of fields")]
    NotAMap,
    /// Raw bytes, or a key that is no plain value: nothing in Traefik's configuration is.
    #[error("{what} cannot be written")]
    Unsupported {
        /// What it is.
        what: &'static str,
    },
    /// The element's own serialization failed.
    #[error("{0}")]
    Message(String),
}

/// A refusal on its way out of a tree: the path grows at its front.
#[derive(Debug)]
pub(crate) struct Failure {
    steps: Vec<String>,
    refusal: Refusal,
}

impl Failure {
    /// The same, inside the value of this key.
    pub(crate) fn under(mut self, key: &str) -> Self {
        self.steps.push(key.to_owned());
        self
    }

    /// The same, inside this item of a list.
    pub(crate) fn at(mut self, index: usize) -> Self {
        self.steps.push(format!("[{index}]"));
        self
    }

    pub(crate) fn error(self, place: Place) -> Error {
        let mut path = String::new();
        for step in self.steps.iter().rev() {
            if !path.is_empty() && !step.starts_with('[') {
                path.push('.');
            }
            path.push_str(step);
        }
        Error::Refused { place, path, refusal: self.refusal }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self { steps: Vec::new(), refusal }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.refusal.fmt(f)
    }
}

impl std::error::Error for Failure {}

impl serde::ser::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Refusal::Message(message.to_string()).into()
    }
}

fn in_backticks(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("`{path}`: ") }
}
