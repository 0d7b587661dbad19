use std::ops::Range;

use portolan_container::{Code, Diagnostic, LabelPlace};

/// One error in the labels of a container, with its place.
///
/// `message` is Traefik's own text (3.7), so that it can be searched for; which label is meant says `place`, which
/// Traefik does not tell.
///
/// ```
/// use portolan_container::Diagnostic;
///
/// let labels = [("traefik..x".to_owned(), String::new())].into();
/// let error = portolan_labels::parse(&labels, &["traefik"]).errors.remove(0);
/// assert_eq!(error.place.key, "traefik..x");
/// assert_eq!(Diagnostic::from(error).code, portolan_labels::BAD_KEY);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelError {
    /// The kind of error.
    pub code: Code,
    /// When Traefik would come upon it: of several errors it reports the first of the first phase.
    pub phase: Phase,
    /// Traefik's text.
    pub message: String,
    /// The label and the bytes in it.
    pub place: LabelPlace,
    /// What to do about it.
    pub help: Option<String>,
}

/// The passes in which Traefik reads labels; each ends at its first error.
///
/// ```
/// use portolan_labels::Phase;
///
/// assert!(Phase::Key < Phase::Structure && Phase::Structure < Phase::Value);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Keys are split into names.
    Key,
    /// Names are looked up in the schema.
    Structure,
    /// Values are converted.
    Value,
}

impl LabelError {
    pub(crate) fn key(code: Code, phase: Phase, message: String, key: &str, bytes: Range<usize>) -> Self {
        Self { code, phase, message, place: LabelPlace::key(key, bytes), help: None }
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<LabelError> for Diagnostic {
    fn from(error: LabelError) -> Self {
        let diagnostic = Self::error(error.code, error.message).at(error.place);
        match error.help {
            Some(help) => diagnostic.with_help(help),
            None => diagnostic,
        }
    }
}
