//! Routers among one another, and what they name.

use portolan_container::Code;

/// A middleware, service or certificate resolver that nobody defines.
///
/// Severity: error, warning. Listed under: Routers and services.
///
/// ## What it is
///
/// A router, a service or a middleware names a middleware, a service or a certificate resolver, and nobody defines it: no container that was
/// looked at, and no file that was given.
///
/// ## Why it matters
///
/// Traefik does not run a router with such a name in it.
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
///       traefik.http.routers.web.middlewares: strip
///       traefik.http.middlewares.stripp.stripprefix.prefixes: /app
/// ```
///
/// ```sh
/// docker-watcher check compose.yaml
/// ```
///
/// ```text
/// warning[unknown-reference]: demo-web-1: nobody defines the HTTP middleware `strip`
///  --> compose.yaml:7:45
///   |
/// 7 |       traefik.http.routers.web.middlewares: strip
///   |                                             ^^^^^
///   |
///   = help: did you mean `stripp`?
/// ```
///
/// ## Instead
///
/// Take the suggestion. If another Compose file defines it, check both together: `docker-watcher check one.yaml two.yaml`. If a file of your
/// own does, name it or its directory with `--dynamic`, or give Traefik's static configuration with `--static`. Since all that can be known is
/// known then, what is left is an error.
///
/// ## Where the rule comes from
///
/// Traefik 3.7: a name without `@` is looked for where it is used; in our file that is the file provider, which all files in its directory
/// make up together.
pub const UNKNOWN_REFERENCE: Code = Code("unknown-reference");

/// A router that is never reached, since another takes all its requests first.
///
/// Severity: warning. Listed under: Routers and services.
///
/// ## What it is
///
/// Another router takes all requests of this one, and comes before it: its rule covers this one's, on the same entry points, with a higher
/// priority. Or both have the same rule and the same priority, and which is asked is left to chance.
///
/// ## Why it matters
///
/// The container never gets a request, though nothing is in error.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   site:
///     image: nginx
///     expose: [80]
///     labels:
///       traefik.http.routers.site.rule: Host(`web.example.com`)
///       traefik.http.routers.site.priority: "100"
///   api:
///     image: nginx
///     expose: [80]
///     labels:
///       traefik.http.routers.api.rule: Host(`web.example.com`) && PathPrefix(`/api`)
/// ```
///
/// ```sh
/// docker-watcher check compose.yaml
/// ```
///
/// ```text
/// warning[shadowed-router]: demo-api-1: the router is never reached: HTTP router `site` of `demo-site-1`, with priority 100, takes all of its requests
///   --> compose.yaml:12:38
///    |
/// 12 |       traefik.http.routers.api.rule: Host(`web.example.com`) && PathPrefix(`/api`)
///    |                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
///    |
///    = help: give this one a `priority` above 100, or the other one a narrower rule
/// ```
///
/// ## Instead
///
/// Leave `priority` out: Traefik then asks the longer rule first, which nearly always is the narrower one. Where it must stay, give the other
/// router a higher one.
///
/// ## Where the rule comes from
///
/// Traefik 3.7 sorts routers by priority, which is the length of the rule where none is said. Rules are compared by what their matchers mean, as far
/// as that can be told for certain; regular expressions are not looked into.
pub const SHADOWED_ROUTER: Code = Code("shadowed-router");

/// An entry point that Traefik's static configuration does not have.
///
/// Severity: error. Listed under: Routers and services.
///
/// ## What it is
///
/// A router names an entry point that Traefik's static configuration does not have, or one for another protocol. Told only where that is given,
/// with `--static`.
///
/// ## Why it matters
///
/// With no entry point that exists, the router is not there.
///
/// ## Example
///
/// ```yaml traefik.yml
/// entryPoints:
///   web:
///     address: ":80"
/// ```
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     labels:
///       traefik.http.routers.web.rule: Host(`web.example.com`)
///       traefik.http.routers.web.entrypoints: wbe
/// ```
///
/// ```sh
/// docker-watcher check --static traefik.yml compose.yaml
/// ```
///
/// ```text
/// error[unknown-entry-point]: demo-web-1: Traefik has no entry point `wbe`
///  --> compose.yaml:7:45
///   |
/// 7 |       traefik.http.routers.web.entrypoints: wbe
///   |                                             ^^^
///   |
///   = help: did you mean `web`?
/// ```
///
/// ## Instead
///
/// Take the suggestion, or add the entry point to the static configuration.
///
/// ## Where the rule comes from
///
/// Traefik 3.7 logs that the entry point does not exist and goes on with those that do. Names are compared letter by letter.
pub const UNKNOWN_ENTRY_POINT: Code = Code("unknown-entry-point");
