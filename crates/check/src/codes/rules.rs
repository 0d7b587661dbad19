//! Rules of routers.

use portolan_container::Code;

/// A rule that Traefik refuses: no expression, no such matcher, a value that the matcher does not take.
///
/// Severity: error. Listed under: Routers and services.
///
/// ## What it is
///
/// A router's rule is not one that Traefik takes: it is no expression, names a matcher that does not exist, or gives a matcher a value
/// that it refuses. Traefik reads the label, logs the mistake when it builds the router, and answers 404.
///
/// ## Why it matters
///
/// Nothing but that log tells of it.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     labels:
///       traefik.http.routers.web.rule: Host(`web.example.com`, `www.example.com`)
/// ```
///
/// ```sh
/// docker-watcher check compose.yaml
/// ```
///
/// ```text
/// error[rule-syntax]: demo-web-1: `Host` takes one value, 2 given
///  --> compose.yaml:6:38
///   |
/// 6 |       traefik.http.routers.web.rule: Host(`web.example.com`, `www.example.com`)
///   |                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
///   |
///   = help: write Host(`web.example.com`) || Host(`www.example.com`)
/// ```
///
/// ## Instead
///
/// Take the suggestion. In rules of Traefik 3 a matcher has one value, several are joined by `||`; values stand in backquotes or double
/// quotes; regular expressions have matchers of their own, such as `HostRegexp`.
///
/// ## Where the rule comes from
///
/// Traefik 3.7: rules are Go expressions, read by its own parser; the matchers and their values are those of its HTTP and TCP muxers, in version 3
/// of the syntax, or in version 2 where the router says `ruleSyntax: v2`. Tests compare with a real Traefik.
pub const RULE_SYNTAX: Code = Code("rule-syntax");

/// A rule whose values stand without quotes: a shell took the backticks for a command.
///
/// Severity: error. Listed under: Routers and services.
///
/// ## What it is
///
/// The values of a rule stand without quotes. A shell takes what is between backticks for a command and puts its output in the place: in
/// `--label "traefik.http.routers.web.rule=Host(`web`)"` nothing of the name is left.
///
/// ## Why it matters
///
/// Traefik does not take such a rule.
///
/// ## Example
///
/// ```json containers.json
/// [{"Id": "1f", "Name": "/web", "Config": {"Image": "nginx", "Labels": {"traefik.http.routers.web.rule": "Host()"}, "ExposedPorts": {"80/tcp": {}}},
///   "NetworkSettings": {"Networks": {"bridge": {"IPAddress": "172.17.0.2"}}}}]
/// ```
///
/// ```sh
/// docker-watcher check containers.json
/// ```
///
/// ```text
/// error[service-error]: web: service "web" error: port is missing
///  --> containers.json:1:9
///   |
/// 1 | [{"Id": "1f", "Name": "/web", "Config": {"Image": "nginx", "Labels": {"traefik.http.routers.web.rule": "Host()"}, "ExposedPorts": {"8...
///   |         ^^^^
///   |
///   = help: set the port in a label, `….loadbalancer.server.port`, or expose one in the image or Compose file
///
/// error[eaten-quotes]: web: the values of the rule are without quotes, as when a shell takes backticks for a command
///  --> containers.json:1:105
///   |
/// 1 | [{"Id": "1f", "Name": "/web", "Config": {"Image": "nginx", "Labels": {"traefik.http.routers.web.rule": "Host()"}, "ExposedPorts": {"8...
///   |                                                                                                         ^^^^^^
///   |
///   = help: write Host(`…`), in a shell with single quotes around the label
/// ```
///
/// ## Instead
///
/// Put the label in single quotes, in which a shell leaves backticks alone: `--label 'traefik.http.routers.web.rule=Host(`web.example.com`)'`. Or
/// write double quotes within single ones: `Host("web.example.com")`. In a Compose file write the backquotes as they are.
///
/// ## Where the rule comes from
///
/// POSIX, Shell Command Language, 2.6.3: command substitution. Traefik 3.7 refuses `Host()` and names without quotes.
pub const EATEN_QUOTES: Code = Code("eaten-quotes");

/// A rule that Traefik accepts and that no request passes.
///
/// Severity: warning. Listed under: Routers and services.
///
/// ## What it is
///
/// Traefik takes the rule, and no request passes it: a host is given with a port or a scheme, two matchers exclude each other, a pattern is
/// written as Traefik 2 had it.
///
/// ## Why it matters
///
/// The router is there, shows no error, and answers 404.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     labels:
///       traefik.http.routers.web.rule: Host(`web.example.com:8080`)
/// ```
///
/// ```sh
/// docker-watcher check compose.yaml
/// ```
///
/// ```text
/// warning[rule-never-matches]: demo-web-1: a host is a name without a port: none is `web.example.com:8080`
///  --> compose.yaml:6:43
///   |
/// 6 |       traefik.http.routers.web.rule: Host(`web.example.com:8080`)
///   |                                           ^^^^^^^^^^^^^^^^^^^^^^
///   |
///   = help: write Host(`web.example.com`)
/// ```
///
/// ## Instead
///
/// Take the suggestion. Hosts are names alone, without scheme, port and path. What may be one or the other is joined by `||`; `&&` wants both.
///
/// ## Where the rule comes from
///
/// Traefik 3.7 compares the host without its port, in lower case; paths end before their `?`; `HostRegexp` is a regular expression, in which a
/// template such as `{name:[a-z]+}` stands for these characters.
pub const RULE_NEVER_MATCHES: Code = Code("rule-never-matches");
