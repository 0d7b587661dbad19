use std::fmt;
use std::path::PathBuf;

/// One mistake in the settings: where it is, which key it is about, what is wrong and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{origin}: {}{error}", key.as_ref().map(|key| format!("key `{key}`: ")).unwrap_or_default())]
pub struct Problem {
    /// Where it came from.
    pub origin: Origin,
    /// The path of the key, where it is about one.
    pub key: Option<String>,
    /// What is wrong.
    pub error: Error,
    /// The next step, where there is one.
    pub help: Option<String>,
}

/// Something in the settings that is probably not as meant; it is told as a problem is, and stops nothing.
pub type Warning = Problem;

/// What can be wrong with settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file could not be read.
    #[error("the file could not be read: {0}")]
    Unreadable(String),
    /// The file is not YAML, or more than one document of it.
    #[error("this is not valid YAML: {0}")]
    Syntax(String),
    /// No such key.
    #[error("unknown key")]
    UnknownKey,
    /// No such variable.
    #[error("unknown variable")]
    UnknownVariable,
    /// No such flag.
    #[error("unknown flag")]
    UnknownFlag,
    /// The key is given twice in the same source.
    #[error("given twice, first by {0}")]
    Duplicate(String),
    /// The value is of another type.
    #[error("expected {expected}, found {found}")]
    WrongType {
        /// The type that the key takes.
        expected: String,
        /// What stands there, with the value.
        found: String,
    },
    /// The value is of the right type and can't be meant.
    #[error("{0}")]
    Invalid(String),
}

/// Where a setting came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The settings file.
    File {
        /// Its path, as it was given.
        path: PathBuf,
        /// The place in it, where one is known.
        place: Option<Place>,
    },
    /// The environment: the variable's name.
    Variable(String),
    /// The command line: the flag's name, without its dashes.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, place: Some(place) } => write!(f, "{}:{place}", path.display()),
            Self::File { path, place: None } => write!(f, "{}", path.display()),
            Self::Variable(name) => write!(f, "variable `{name}`"),
            Self::Flag(name) => write!(f, "flag `--{name}`"),
        }
    }
}

/// A place in a text, counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

impl Place {
    pub(crate) fn of(error: &serde_yaml::Error) -> Option<Self> {
        error.location().map(|at| Self { line: at.line(), column: at.column() })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}
