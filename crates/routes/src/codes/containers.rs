//! Which containers are routed, and which of their labels are read.

use portolan_container::Code;

/// A label of Traefik's container options is in error: the container is skipped.
///
/// Severity: error. Listed under: Labels.
///
/// ## What it is
///
/// One of the labels that say how the container is looked at is in error: `traefik.enable`, `traefik.docker.network` or another one
/// below `traefik.docker.`. It is then not known whether the container may be routed, so it is not.
///
/// ## Why it matters
///
/// Nothing of the container is routed, however right its other labels are.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     labels:
///       traefik.enable: "yes"
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[container-skipped]: demo-web-1: decoding Docker labels: strconv.ParseBool: parsing "yes": invalid syntax
///  --> label of demo-web-1:1:16
///   |
/// 1 | traefik.enable=yes
///   |                ^^^
///   |
///   = help: write `true` or `false`
/// ```
///
/// ## Instead
///
/// Mend the label. `traefik.enable` takes `true` or `false` in Go's spellings (`1`, `t`, `T`, `TRUE`, `True` and so on) and no other word,
/// nor an empty value. Below `traefik.docker.` there are `network`, `allownonrunning` and, for Swarm, `lbswarm`. A label such as
/// `traefik.enabled` counts as a misspelt `traefik.enable`.
///
/// ## Where the rule comes from
///
/// Traefik 3.7's Docker provider: it logs `Skip container` and skips it. The two filters that choose these labels compare the beginning
/// of the key, hence the case of `traefik.enabled`.
pub const CONTAINER_SKIPPED: Code = Code("container-skipped");

/// A label begins as Traefik's do and is read by nobody.
///
/// Severity: warning. Listed under: Labels.
///
/// ## What it is
///
/// A label begins with `traefik.` and is read by nobody: its second name is misspelt, or it is of a kind that labels cannot set. The container is
/// routed by its other labels.
///
/// ## Why it matters
///
/// What the label was to do is not done. Where it was to protect something, as with TLS options, the container is served without that.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     labels:
///       traefik.htpt.routers.web.rule: Host(`web.example.com`)
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// warning[ignored-label]: demo-web-1: the label is not read: `htpt` is none of `http`, `tcp`, `udp`, `docker`, `enable`, `tls`
///  --> label of demo-web-1:1:9
///   |
/// 1 | traefik.htpt.routers.web.rule=Host(`web.example.com`)
///   |         ^^^^
///   |
///   = help: did you mean `traefik.http`?
/// ```
///
/// ## Instead
///
/// Take the suggestion. TLS options and certificates are defined in a file of your own in the directory that Traefik watches; a router of a
/// label names them, as in `….tls.options=modern`. Labels of another program should not begin with `traefik.`.
///
/// ## Where the rule comes from
///
/// Traefik 3.7's Docker provider reads the labels below `traefik.http`, `traefik.tcp`, `traefik.udp`, `traefik.tls.stores.default`,
/// `traefik.docker.` and `traefik.enable`, and passes over all others in silence. The warning is ours; `traefik.swarm.` is excepted, since the Swarm
/// provider reads it.
pub const IGNORED_LABEL: Code = Code("ignored-label");

/// The finding that a regular expression in a constraint is invalid, so that it matches nothing.
///
/// Severity: warning. Listed under: Which containers.
///
/// ## What it is
///
/// A regular expression in the setting `constraints` cannot be compiled, so `LabelRegex` with it matches no container. Negated, it matches
/// all.
///
/// ## Why it matters
///
/// Constraints decide which containers are looked at: with one that matches nothing, all routes are gone; with its negation, containers are
/// published that were to stay out.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
/// ```
///
/// ```sh
/// docker-watcher render --constraints 'LabelRegex(`tier`, `(?=b)`)' compose.yaml
/// ```
///
/// ```text
/// warning[invalid-constraint-regex]: regular expression `(?=b)` is invalid: invalid or unsupported Perl syntax: `(?=b`
///  |
///  = help: `LabelRegex` with it matches no container (bytes 0..27 of the constraint)
/// ```
///
/// ## Instead
///
/// Mend the expression. The syntax is Go's (RE2): no look-around, no back-references. It need not match the whole value: anchor it with `^`
/// and `$` where it shall. To match a text as it is, ``Label(`tier`, `web(`)`` needs no regular expression.
///
/// ## Where the rule comes from
///
/// Traefik 3.7 takes such an expression in silence, with the same effect. An expression that cannot be read at all is an error of the
/// settings here; Traefik then takes no container.
pub const INVALID_CONSTRAINT_REGEX: Code = Code("invalid-constraint-regex");
