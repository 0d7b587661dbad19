use portolan_container::{Code, Diagnostic, LabelPlace, Severity};
use portolan_labels::aliased::{Fields, Value};

use crate::codes::{APPROXIMATED, UNSUPPORTED_FIELD};

pub(super) const MAX_CONNS: &str =
    "Traefik does not limit the connections to a server; its middleware `inFlightReq` limits requests";
pub(super) const COMPRESSION: &str = "Traefik asks for what the client asks for";
pub(super) const BIND: &str = "an entry point's address stands in Traefik's static configuration";

pub(super) const RETRIES: &str = "it takes a server out after one failure";
pub(super) const BALANCE_OPTIONS: &str =
    "where clients' addresses come from is set at the entry point, `forwardedHeaders.trustedIPs`";
pub(super) const LEAST_CONN: &str = "`p2c` takes the less busy of two servers that it draws";

/// Fields that Traefik has nothing like; the route is written without them.
pub(super) const FIELDS: [(&str, &str); 5] = [
    ("path_patterns", "GoDoxy itself heeds it for files alone"),
    ("root", "Traefik serves no files"),
    ("spa", "Traefik serves no files"),
    ("index", "Traefik serves no files"),
    ("idlewatcher", "a container's idle settings are labels of their own, such as `proxy.idle_timeout`"),
];

/// Fields that are not for a proxy, or set elsewhere: they are read and that is all.
pub(super) const SILENT: [(&str, &str); 2] = [
    ("homepage", "Traefik has no homepage"),
    ("access_log", "Traefik's access log is part of its static configuration"),
];

/// Fields without which a route would let through what it should not, or go elsewhere.
pub(super) const FATAL: [(&str, &str); 4] = [
    ("rules", "Traefik has no such language, and without its rules the route would let everything through"),
    (
        "rule_file",
        "Traefik has no such language, and without its rules the route would let everything through",
    ),
    ("agent", "an agent is no field of a container's route"),
    ("proxmox", "Traefik knows nothing of Proxmox"),
];

/// A field that Traefik has nothing like, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unsupported {
    code: Code,
    severity: Severity,
    message: String,
    place: LabelPlace,
}

impl Unsupported {
    pub(super) fn new(field: &str, why: &str, value: &Value<'_>) -> Self {
        let message = format!("`{field}` has no equivalent in Traefik: {why}");
        Self { code: UNSUPPORTED_FIELD, severity: Severity::Warning, message, place: value.place() }
    }

    /// One that nobody misses in a proxy.
    pub(super) fn informational(field: &str, why: &str, value: &Value<'_>) -> Self {
        Self { severity: Severity::Info, ..Self::new(field, why, value) }
    }

    /// One that Traefik has something like.
    pub(super) fn approximation(field: &str, what: &str, value: &Value<'_>) -> Self {
        let message = format!("`{field}` is not the same in Traefik: {what}");
        Self { code: APPROXIMATED, severity: Severity::Info, message, place: value.place() }
    }

    pub(super) fn diagnostic(&self) -> Diagnostic {
        Diagnostic::new(self.severity, self.code, self.message.clone()).at(self.place.clone())
    }
}

/// What is wrong with a field that is read and not used.
pub(super) fn check(name: &str, value: &Value<'_>) -> Result<(), String> {
    let mut fields = Fields::of(value);
    let known: &[&'static str] = match name {
        "homepage" => {
            for flag in ["show", "favorite"] {
                fields.read(flag, Value::boolean);
            }
            &[
                "name",
                "icon",
                "category",
                "description",
                "desc",
                "url",
                "widget_config",
                "widget",
                "sort_order",
            ]
        }
        _ => {
            fields.read("stdout", Value::boolean);
            &["path", "retention", "keep", "rotate_interval", "format", "filters", "fields"]
        }
    };
    for name in known {
        fields.take(&[name]);
    }
    match fields.finish().into_iter().next() {
        Some(error) => Err(format!("{name}: {}", error.message)),
        None => Ok(()),
    }
}
