/// What this crate could not do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A path has a `%` without two hexadecimal digits, or its escapes are no UTF-8.
    #[error("path `{path}` has an escape that cannot be decoded")]
    Escape {
        /// The path as it came.
        path: String,
    },
    /// A target is nothing that Traefik could send requests to.
    #[error("target `{target}` {reason}")]
    Target {
        /// The target as it came.
        target: String,
        /// What is the matter with it.
        reason: String,
    },
    /// A time is not as ISO 8601 has it.
    #[error("`{text}` is no time of ISO 8601")]
    Instant {
        /// The text.
        text: String,
    },
    /// A state file cannot be read.
    #[error("the state file {reason}")]
    State {
        /// What is the matter with it.
        reason: String,
    },
    /// A password cannot be used.
    #[error("the password of Traefik's API {reason}")]
    Password {
        /// What is the matter with it.
        reason: &'static str,
    },
}
