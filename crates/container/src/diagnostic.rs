use std::fmt;
use std::ops::Range;

use serde::Serialize;

/// One finding about a container: what is wrong or worth knowing, where, and what to do next.
///
/// Diagnostics are data, so that a log line, a report for people and JSON for tools come from one value.
///
/// ```
/// use portolan_container::{Code, Diagnostic};
///
/// let finding = Diagnostic::warning(Code("several-ports"), "the lowest port is taken")
///     .in_container("web")
///     .with_help("name one in a label");
/// assert_eq!(finding.to_string(), "warning[several-ports]: web: the lowest port is taken");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of finding it is; each has a page in `docs/findings`.
    pub code: Code,
    /// The container's name, where the finding is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The engine that has the container, by its name in the settings, where several are followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// The label and the place in it, where the finding is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<LabelPlace>,
    /// What was found, in lower case, without a full stop, values in backticks.
    pub message: String,
    /// The next step, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Diagnostic {
    /// A finding with a message alone.
    pub fn new(severity: Severity, code: Code, message: impl Into<String>) -> Self {
        Self {
            severity,
            code,
            container: None,
            engine: None,
            label: None,
            message: message.into(),
            help: None,
        }
    }

    /// The same, severity [`Severity::Error`].
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// The same, severity [`Severity::Warning`].
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// The same, severity [`Severity::Info`].
    pub fn info(code: Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Info, code, message)
    }

    /// The same finding, about the container of this name.
    #[must_use]
    pub fn in_container(mut self, name: &str) -> Self {
        self.container = Some(name.to_owned());
        self
    }

    /// The same finding, about a container of this engine.
    #[must_use]
    pub fn on_engine(mut self, name: &str) -> Self {
        self.engine = Some(name.to_owned());
        self
    }

    /// The name of the container with that of its engine, as far as they are told: `web`, `web on db.example.com`.
    pub fn subject(&self) -> Option<String> {
        let container = self.container.as_ref()?;
        Some(match &self.engine {
            Some(engine) => format!("{container} on {engine}"),
            None => container.clone(),
        })
    }

    /// The same finding, at this place of a label.
    #[must_use]
    pub fn at(mut self, place: LabelPlace) -> Self {
        self.label = Some(place);
        self
    }

    /// The same finding, with a next step.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// One line: `error[unknown-field]: web: label `traefik.http.routers.web.rul`: field not found, node: rul`.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: ", self.severity, self.code)?;
        if let Some(subject) = self.subject() {
            write!(f, "{subject}: ")?;
        }
        if let Some(place) = &self.label {
            write!(f, "label `{}`: ", place.key)?;
        }
        f.write_str(&self.message)
    }
}

/// How bad a finding is.
///
/// ```
/// use portolan_container::Severity;
///
/// assert!(Severity::Error < Severity::Warning, "the worst comes first");
/// assert_eq!(Severity::Info.to_string(), "info");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something that was asked for is not done.
    Error,
    /// It is done, and probably not as meant.
    Warning,
    /// A choice that was made, with its reason.
    Info,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        })
    }
}

/// The kind of a finding: a name in kebab case that never changes its meaning, such as `unknown-field`.
///
/// Each crate declares the codes that it yields as constants.
///
/// ```
/// use portolan_container::Code;
///
/// /// A made-up kind of finding.
/// const TOO_LOUD: Code = Code("too-loud");
/// assert_eq!(TOO_LOUD.to_string(), "too-loud");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Code(pub &'static str);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A place in a label: which one, in its key or its value, and the bytes from where to where.
///
/// ```
/// use portolan_container::LabelPlace;
///
/// // `rul` in `traefik.http.routers.web.rul`.
/// let place = LabelPlace::key("traefik.http.routers.web.rul", 25..28);
/// assert_eq!(&place.key[place.start..place.end], "rul");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LabelPlace {
    /// The label's whole key, as given.
    pub key: String,
    /// Whether the bytes are counted in the key or in the value.
    pub part: Part,
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl LabelPlace {
    /// A place in a key.
    pub fn key(key: &str, bytes: Range<usize>) -> Self {
        Self { key: key.to_owned(), part: Part::Key, start: bytes.start, end: bytes.end }
    }

    /// A place in a value.
    pub fn value(key: &str, bytes: Range<usize>) -> Self {
        Self { key: key.to_owned(), part: Part::Value, start: bytes.start, end: bytes.end }
    }
}

/// The half of a label that a place is in.
///
/// ```
/// use portolan_container::{LabelPlace, Part};
///
/// assert_eq!(LabelPlace::value("traefik.enable", 0..4).part, Part::Value);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Left of the equals sign.
    Key,
    /// Right of it.
    Value,
}
