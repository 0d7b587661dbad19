//! Values that Traefik reads, and that do not what they say.

use portolan_container::Code;

/// A value that Traefik reads, and refuses when it makes the router, middleware or service.
///
/// Severity: error. Listed under: Labels.
///
/// ## What it is
///
/// The label is one that Traefik knows, and its value is a text as it should be; but what it says cannot be: a port that is no number, a network
/// that is none, a regular expression that does not parse, or a TCP router that asks for a server name without TLS.
///
/// ## Why it matters
///
/// Traefik reads the file without a complaint, and does not run that router, or those that name that middleware or service.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     labels:
///       traefik.http.routers.web.rule: Host(`web.example.com`)
///       traefik.http.services.web.loadbalancer.server.port: 80,443
/// ```
///
/// ```sh
/// docker-watcher check compose.yaml
/// ```
///
/// ```text
/// error[refused-value]: demo-web-1: Traefik refuses the value `80,443` of `port`
///  --> compose.yaml:6:59
///   |
/// 6 |       traefik.http.services.web.loadbalancer.server.port: 80,443
///   |                                                           ^^^^^^
///   |
///   = help: give the number of a port, from 1 to 65535
/// ```
///
/// ## Instead
///
/// Write what the help names.
///
/// ## Where the rule comes from
///
/// Traefik 3.7, as it makes routers, middlewares and services: each is tried with the program.
pub const REFUSED_VALUE: Code = Code("refused-value");

/// Something is turned off by a value that was to turn it on.
///
/// Severity: warning. Listed under: Labels.
///
/// ## What it is
///
/// `tls`, `compress`, `sticky` and a few others are turned on by `true`. Any other value turns them off, and what labels say below them is ignored.
///
/// ## Why it matters
///
/// A router without its TLS is served in plain, and a middleware that is off leaves those that name it unserved. Nothing tells.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     labels:
///       traefik.http.routers.web.rule: Host(`web.example.com`)
///       traefik.http.routers.web.tls: "yes"
/// ```
///
/// ```sh
/// docker-watcher check compose.yaml
/// ```
///
/// ```text
/// warning[switched-off]: demo-web-1: `yes` turns `tls` off: only `true` turns it on
///  --> compose.yaml:6:38
///   |
/// 6 |       traefik.http.routers.web.tls: "yes"
///   |                                      ^^^
///   |
///   = help: write `true`, or `false` where that is meant
/// ```
///
/// ## Instead
///
/// Write `true`. What shall be off needs no label.
///
/// ## Where the rule comes from
///
/// Traefik 3.7 reads labels so: any value but `true`, in whatever case, and the empty one disables what may stand alone.
pub const SWITCHED_OFF: Code = Code("switched-off");
