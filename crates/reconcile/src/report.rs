use std::path::PathBuf;

use portolan_container::{Code, Diagnostic, Severity};
use portolan_routes::Section;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// How things stand with a watcher: what `docker-watcher status` is told and shows.
///
/// As JSON it is one line, and what it has is there for good: fields are added, and none changes its meaning. Points in time are
/// RFC 3339 in UTC, to the millisecond. There is no value of a label and nothing of a container's environment in it, not even in
/// words about them: it may be read by people who may not read those.
///
/// ```
/// use portolan_reconcile::Report;
///
/// let report: Report = serde_json::from_str(
///     r#"{"since": "2026-01-02T03:04:05.006Z", "ready": true, "file": "/srv/traefik/dynamic/docker-watcher.yml",
///         "engines": [{"name": "unix:///run/docker.sock", "events": 2, "containers": 1}],
///         "containers": 1, "elements": 2, "routers": {"http": 1}, "findings": [], "writes": 1}"#,
/// )?;
/// assert_eq!(report.routers.all(), 1);
/// assert_eq!(report.engines[0].connected_since, None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// When the watcher started.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// Whether every engine has answered once, or is no longer waited for, and the file has been written since.
    pub ready: bool,
    /// The file for Traefik.
    pub file: PathBuf,
    /// The engines, in the order of the settings.
    pub engines: Vec<EngineReport>,
    /// How many containers are known, on all engines.
    pub containers: usize,
    /// How many routers, services and so on the file holds.
    pub elements: usize,
    /// How many of these are routers.
    pub routers: Routers,
    /// What is wrong or worth knowing now, the worst first.
    pub findings: Vec<ReportedFinding>,
    /// How many times the file was written.
    pub writes: u64,
    /// The last of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_write: Option<LastWrite>,
    /// Why the file cannot be written, while that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write_error: Option<String>,
}

/// How things stand with one engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EngineReport {
    /// Its name in the settings, or else its address.
    pub name: String,
    /// Since when it is followed without a break; absent while it is away.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub connected_since: Option<OffsetDateTime>,
    /// How many events of containers it has told of since the watcher started; listings are none.
    pub events: u64,
    /// How many containers of it are known.
    pub containers: usize,
    /// How many requests were made to it since the watcher started.
    #[serde(default)]
    pub requests: u64,
    /// The last thing that went wrong with it; it stays when the engine is back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<LastError>,
}

/// Something that went wrong with an engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastError {
    /// When it happened, the last time.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What it was.
    pub message: String,
}

/// A write that succeeded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastWrite {
    /// When the file was in place.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// How long it took, from the first byte of the text to the file in its place, in microseconds.
    pub took_microseconds: u64,
}

/// How many routers there are, by what they route.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Routers {
    /// Those of `http.routers`.
    pub http: usize,
    /// Those of `tcp.routers`.
    pub tcp: usize,
    /// Those of `udp.routers`.
    pub udp: usize,
}

/// A finding without its words, which may quote a label's value: `docker-watcher explain CONTAINER` has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedFinding {
    /// How bad it is: `error`, `warning` or `note`.
    pub severity: String,
    /// Its code, which has a page in `docs/findings`.
    pub code: String,
    /// The engine that has the container, where several are followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// The container's name, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The label's key, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl ReportedFinding {
    /// Its place among others: the worst come first.
    pub(crate) fn rank(&self) -> usize {
        ["error", "warning", "note"].iter().position(|word| *word == self.severity).unwrap_or(usize::MAX)
    }
}

impl Report {
    /// How many findings are of this severity: `error`, `warning` or `note`.
    pub fn findings_of(&self, severity: &str) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

impl Routers {
    /// The routers among these elements.
    pub fn of(sections: impl Iterator<Item = Section>) -> Self {
        let mut routers = Self::default();
        for section in sections {
            match section {
                Section::HttpRouters => routers.http += 1,
                Section::TcpRouters => routers.tcp += 1,
                Section::UdpRouters => routers.udp += 1,
                _ => {}
            }
        }
        routers
    }

    /// How many there are together.
    pub const fn all(self) -> usize {
        self.http + self.tcp + self.udp
    }
}

impl From<&Diagnostic> for ReportedFinding {
    fn from(diagnostic: &Diagnostic) -> Self {
        let Code(code) = diagnostic.code;
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "note",
        };
        Self {
            severity: severity.to_owned(),
            code: code.to_owned(),
            engine: diagnostic.engine.clone(),
            container: diagnostic.container.clone(),
            label: diagnostic.label.as_ref().map(|place| place.key.clone()),
        }
    }
}
