use std::path::{Path, PathBuf};

use portolan_container::Diagnostic;

use crate::files::codes::{
    COMPOSE_ENVIRONMENT, COMPOSE_INTERPOLATION, COMPOSE_TOO_LARGE, COMPOSE_VARIABLE_REQUIRED,
    COMPOSE_VARIABLE_UNSET,
};
use crate::files::interpolate::Problem;
use crate::files::yaml::excerpt;

/// A finding about a Compose file or one that it names.
///
/// ```
/// use portolan_engine::files;
///
/// let reading = files::open_text("services: 7", "/srv/shop".as_ref(), &Default::default());
/// let finding = reading.findings.first().ok_or("that is no list of services")?;
/// assert_eq!((finding.diagnostic.code, &finding.file), (files::COMPOSE_SYNTAX, &None));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub diagnostic: Diagnostic,
    /// The file that is meant, absolute; none where it is the text itself, or one of several that are laid over each other.
    pub file: Option<PathBuf>,
}

impl Finding {
    pub(in crate::files) fn of_text(diagnostic: Diagnostic) -> Self {
        Self { diagnostic, file: None }
    }

    pub(super) fn in_container(self, name: &str) -> Self {
        Self { diagnostic: self.diagnostic.in_container(name), ..self }
    }
}

pub(super) fn too_large() -> Diagnostic {
    Diagnostic::error(
        COMPOSE_TOO_LARGE,
        "the project grows beyond 64 MiB by its aliases, variables or replicas",
    )
}

pub(super) fn environment_finding(path: &Path, (line, reason): &(usize, String)) -> Diagnostic {
    Diagnostic::error(COMPOSE_ENVIRONMENT, format!("`{}`, line {line}: {reason}", path.display()))
        .with_help("a line is `NAME=value`, `# a comment` or empty")
}

pub(super) fn unset(place: &str, variable: &str) -> Diagnostic {
    let message = format!("{place}: variable `{variable}` is not set, an empty text stands in its place");
    Diagnostic::warning(COMPOSE_VARIABLE_UNSET, message).with_help(format!(
        "set it in the environment or in `.env`, or give a default: `${{{variable}:-default}}`"
    ))
}

pub(super) fn problem_finding(path: &str, problem: &Problem) -> Diagnostic {
    match problem {
        Problem::Invalid(text) => {
            Diagnostic::error(COMPOSE_INTERPOLATION, format!("`{path}`: `{text}` is no variable"))
                .with_help("write `$$` where a dollar sign is meant")
        }
        Problem::Required { variable, message } => {
            let why = if message.is_empty() { String::new() } else { format!(": {}", excerpt(message)) };
            Diagnostic::error(
                COMPOSE_VARIABLE_REQUIRED,
                format!("`{path}`: variable `{variable}` is required and not set{why}"),
            )
            .with_help("set it in the environment or in `.env`")
        }
        Problem::TooLarge => too_large(),
    }
}
