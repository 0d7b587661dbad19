//! Labels that are read and come to nothing, or will.

use portolan_container::Code;

/// A list given by index, which labels cannot: Traefik reads the label and ignores it.
///
/// Severity: warning. Listed under: Labels.
///
/// ## What it is
///
/// A list of texts is given item by item, as in `entrypoints[0]`. Traefik reads such labels and ignores them.
///
/// ## Why it matters
///
/// The router is on every entry point, or without its middlewares, and nothing tells.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     labels:
///       traefik.http.routers.web.rule: Host(`web.example.com`)
///       traefik.http.routers.web.entrypoints[0]: web
/// ```
///
/// ```sh
/// docker-watcher check compose.yaml
/// ```
///
/// ```text
/// warning[ignored-index]: demo-web-1: `[0]` is ignored: labels give the whole list in one value
///  --> compose.yaml:7:43
///   |
/// 7 |       traefik.http.routers.web.entrypoints[0]: web
///   |                                           ^^^
///   |
///   = help: write `traefik.http.routers.web.entrypoints=web`
/// ```
///
/// ## Instead
///
/// Give the whole list in one value, with commas between. Lists of groups, of which `tls.domains[0].main` is the only one that labels know, have
/// indices.
///
/// ## Where the rule comes from
///
/// Traefik 3.7 splits a list of texts at the commas of its own value and does not look below it.
pub const IGNORED_INDEX: Code = Code("ignored-index");

/// A field that Traefik knows and does not take from labels.
///
/// Severity: warning. Listed under: Labels.
///
/// ## What it is
///
/// The field is one of Traefik's, and labels cannot set it: files can. Traefik reads the label and ignores it.
///
/// ## Why it matters
///
/// What was to be weighted, mirrored or trusted is not.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     labels:
///       traefik.http.routers.web.rule: Host(`web.example.com`)
///       traefik.http.serverstransports.inner.insecureskipverify: "true"
/// ```
///
/// ```sh
/// docker-watcher check compose.yaml
/// ```
///
/// ```text
/// warning[ignored-field]: demo-web-1: `serverstransports` is ignored: labels cannot set it
///  --> compose.yaml:7:20
///   |
/// 7 |       traefik.http.serverstransports.inner.insecureskipverify: "true"
///   |                    ^^^^^^^^^^^^^^^^^
///   |
///   = help: define it in a file of your own, and name it with `@file`
/// ```
///
/// ## Instead
///
/// Define it in a file of your own beside ours, and name it from the label with `@file`.
///
/// ## Where the rule comes from
///
/// Traefik 3.7 marks these fields as not for labels: `weighted`, `mirroring`, `failover`, servers transports, `parentRefs`, and a few more.
pub const IGNORED_FIELD: Code = Code("ignored-field");

/// A value in quotes that are part of it.
///
/// Severity: error, warning. Listed under: Labels.
///
/// ## What it is
///
/// A value begins and ends with quotes, and they are part of it. So it comes about in a list of labels, where `- traefik.enable="true"` has the
/// quotes within the text.
///
/// ## Why it matters
///
/// Traefik compares them along with the rest.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     labels:
///       traefik.http.routers.web.rule: Host(`web.example.com`)
///       traefik.http.routers.web.entrypoints: '"web"'
/// ```
///
/// ```sh
/// docker-watcher check compose.yaml
/// ```
///
/// ```text
/// warning[quoted-value]: demo-web-1: the quotes are part of the value: it is `"web"`
///  --> compose.yaml:7:46
///   |
/// 7 |       traefik.http.routers.web.entrypoints: '"web"'
///   |                                              ^^^^^
///   |
///   = help: write `web`
/// ```
///
/// ## Instead
///
/// Leave the inner quotes out, or put the whole item in quotes: `- "traefik.enable=true"`.
///
/// ## Where the rule comes from
///
/// YAML 1.2: in a plain text quotes are characters like others. Traefik 3.7 takes values as they are.
pub const QUOTED_VALUE: Code = Code("quoted-value");

/// A name that Traefik still reads and that has another in its place.
///
/// Severity: warning. Listed under: Labels.
///
/// ## What it is
///
/// Traefik still reads the name, and has another in its place, or nothing.
///
/// ## Why it matters
///
/// A later version will not know it.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     labels:
///       traefik.http.routers.web.rule: Host(`web.example.com`)
///       traefik.http.middlewares.inner.ipwhitelist.sourcerange: 10.0.0.0/8
/// ```
///
/// ```sh
/// docker-watcher check compose.yaml
/// ```
///
/// ```text
/// warning[deprecated-name]: demo-web-1: `ipwhitelist` is deprecated
///  --> compose.yaml:7:38
///   |
/// 7 |       traefik.http.middlewares.inner.ipwhitelist.sourcerange: 10.0.0.0/8
///   |                                      ^^^^^^^^^^^
///   |
///   = help: its name is `ipallowlist` now
/// ```
///
/// ## Instead
///
/// Take the new name; `docker-watcher check --fix` does it where the old one only was renamed.
///
/// ## Where the rule comes from
///
/// Traefik's notes on the way from version 2 to 3, and within 3.
pub const DEPRECATED_NAME: Code = Code("deprecated-name");

/// A label that is meant for somebody else, or for nobody: a root that is misspelt or missing, a label of Traefik 1.
///
/// Severity: error. Listed under: Labels.
///
/// ## What it is
///
/// The label is nearly one that is read: its root is misspelt, missing, or that of another program.
///
/// ## Why it matters
///
/// Nobody reads it, and nobody tells.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     labels:
///       treafik.http.routers.web.rule: Host(`web.example.com`)
/// ```
///
/// ```sh
/// docker-watcher check compose.yaml
/// ```
///
/// ```text
/// error[other-dialect]: demo-web-1: nobody reads the label: `treafik` is not `traefik`
///  --> compose.yaml:6:7
///   |
/// 6 |       treafik.http.routers.web.rule: Host(`web.example.com`)
///   |       ^^^^^^^
///   |
///   = help: did you mean `traefik`?
/// ```
///
/// ## Instead
///
/// Take the suggestion.
///
/// ## Where the rule comes from
///
/// Traefik's labels begin with `traefik.`, GoDoxy's with `proxy.`, those for addresses, routes and rules with `docker-events.`.
pub const OTHER_DIALECT: Code = Code("other-dialect");
