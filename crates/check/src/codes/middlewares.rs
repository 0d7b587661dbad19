//! Middlewares.

use portolan_container::Code;

/// A user whose password is no hash, or one that lost its dollar signs.
///
/// Severity: error. Listed under: Labels.
///
/// ## What it is
///
/// A user of `basicauth` or `digestauth` has no hash that Traefik knows. Most often its dollar signs are gone: Compose takes `$apr1` for a
/// variable, a shell does within double quotes.
///
/// ## Why it matters
///
/// Nobody can sign in.
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
///       traefik.http.middlewares.auth.basicauth.users: admin:$apr1$H6uskkkW$IgXLP6ewTrSuBkTrqE8wj/
/// ```
///
/// ```sh
/// docker-watcher check compose.yaml
/// ```
///
/// ```text
/// error[password-hash]: demo-web-1: the hash of `admin` is no hash: its dollar signs are gone, and what stood behind them
///  --> compose.yaml:7:54
///   |
/// 7 |       traefik.http.middlewares.auth.basicauth.users: admin:$apr1$H6uskkkW$IgXLP6ewTrSuBkTrqE8wj/
///   |                                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
///   |
///   = help: write `$$` for each `$` in a Compose file, and single quotes around the label in a shell
/// ```
///
/// ## Instead
///
/// In a Compose file write `$$` for each dollar sign. In a shell put the label in single quotes. In a quadlet unit and elsewhere write each once.
/// Make hashes with `htpasswd -nbB NAME PASSWORD`.
///
/// ## Where the rule comes from
///
/// Traefik 3.7 compares with bcrypt, SHA-1, and MD5 as Apache has it. Compose 2.40 puts variables in the place of `$NAME`.
pub const PASSWORD_HASH: Code = Code("password-hash");

/// A middleware of no kind, or of several.
///
/// Severity: error. Listed under: Routers and services.
///
/// ## What it is
///
/// A middleware is of no kind, or of several at once.
///
/// ## Why it matters
///
/// Traefik does not run it, nor any router that names it.
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
///       traefik.http.middlewares.m.stripprefix.prefixes: /app
///       traefik.http.middlewares.m.compress: "true"
/// ```
///
/// ```sh
/// docker-watcher check compose.yaml
/// ```
///
/// ```text
/// error[middleware-kinds]: demo-web-1: middleware `m` is of several kinds: `compress`, `stripprefix`
///  --> compose.yaml:7:34
///   |
/// 7 |       traefik.http.middlewares.m.stripprefix.prefixes: /app
///   |                                  ^^^^^^^^^^^
///   |
///   = help: define a middleware for each, and name them in the router's `middlewares`
/// ```
///
/// ## Instead
///
/// Define a middleware for each kind, and name them one after the other in the router's `middlewares`.
///
/// ## Where the rule comes from
///
/// Traefik 3.7: `multi-types middleware not supported`, and `invalid middleware type or middleware does not exist`.
pub const MIDDLEWARE_KINDS: Code = Code("middleware-kinds");
