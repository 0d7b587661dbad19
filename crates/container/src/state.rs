use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a container is in its life.
///
/// ```
/// use portolan_container::State;
///
/// assert!(State::parse("running").is_running() && !State::parse("exited").is_running());
/// assert_eq!(State::parse("thawing"), State::Other("thawing".into()));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Not said: Compose files and some listings have no state. Traefik takes such a container as running.
    #[default]
    Unknown,
    /// Made, not started.
    Created,
    /// Running.
    Running,
    /// Its processes are frozen.
    Paused,
    /// Between two runs, by its restart policy.
    Restarting,
    /// Being removed.
    Removing,
    /// Ended.
    Exited,
    /// Not removable by the engine.
    Dead,
    /// A state of another engine, such as Podman's `stopping`.
    #[serde(untagged)]
    Other(String),
}

impl State {
    /// Reads the engine's word, without regard to case.
    pub fn parse(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "" => Self::Unknown,
            "created" => Self::Created,
            "running" => Self::Running,
            "paused" => Self::Paused,
            "restarting" => Self::Restarting,
            "removing" => Self::Removing,
            "exited" => Self::Exited,
            "dead" => Self::Dead,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Whether a request can be answered: it runs, or nothing is known to the contrary (Traefik 3.7).
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Running | Self::Unknown)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "unknown",
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Removing => "removing",
            Self::Exited => "exited",
            Self::Dead => "dead",
            Self::Other(other) => other,
        })
    }
}

/// What a container's health check last said.
///
/// ```
/// use portolan_container::Health;
///
/// assert_eq!(Health::parse("healthy"), Some(Health::Healthy));
/// assert_eq!(Health::parse(""), None, "it has no health check");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// Within its start period, or before its first check.
    Starting,
    /// The last check passed.
    Healthy,
    /// Too many checks in a row failed.
    Unhealthy,
    /// Another word, such as `none`.
    #[serde(untagged)]
    Other(String),
}

impl Health {
    /// Reads the engine's word; an empty one is no health check at all.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().as_str() {
            "" => return None,
            "starting" => Self::Starting,
            "healthy" => Self::Healthy,
            "unhealthy" => Self::Unhealthy,
            other => Self::Other(other.to_owned()),
        })
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Starting => "starting",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
            Self::Other(other) => other,
        })
    }
}
