//! Quadlet units.

use portolan_container::Code;

/// A quadlet unit is none: a line that is no assignment, no section `[Container]`, a port that is none; or a label that blanks cut in two.
///
/// Severity: error, warning. Listed under: Files that are rendered.
///
/// ## What it is
///
/// A quadlet unit is none, or not as Podman reads it: a line is no assignment, there is no section `[Container]`, or blanks cut a label in two.
///
/// ## Why it matters
///
/// Podman's generator drops such lines, or makes labels of the pieces.
///
/// ## Example
///
/// ```ini web.container
/// [Container]
/// Image=docker.io/library/nginx
/// ExposeHostPort=80
/// Label=traefik.http.routers.web.rule=Host(`a.example.com`) || Host(`b.example.com`)
/// ```
///
/// ```sh
/// docker-watcher check web.container
/// ```
///
/// ```text
/// warning[quadlet-syntax]: systemd-web: line 4: `||`, `Host(`b.example.com`)` are labels of their own, without a value
///  --> web.container:4:1
///   |
/// 4 | Label=traefik.http.routers.web.rule=Host(`a.example.com`) || Host(`b.example.com`)
///   | ^
///   |
///   = help: put a label with blanks in quotes as a whole: `Label="KEY=VALUE WITH BLANKS"`
/// ```
///
/// ## Instead
///
/// Put a label with blanks in quotes as a whole: `Label="KEY=VALUE WITH BLANKS"`.
///
/// ## Where the rule comes from
///
/// podman-systemd.unit(5) of Podman 5, and systemd.syntax(7): values are split at blanks, quotes hold a word together.
pub const QUADLET_SYNTAX: Code = Code("quadlet-syntax");
