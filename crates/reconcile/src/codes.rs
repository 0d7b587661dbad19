//! The kind of finding that writing yields.
//!
//! What is said of each is its page in `docs/findings`: `cargo xtask docs` writes it from here.

use portolan_container::Code;

/// A router, service or other element that Traefik's files cannot carry as it is meant: it is left out.
///
/// Severity: error. Listed under: Routers and services.
///
/// ## What it is
///
/// A router, service or middleware says something that Traefik's files cannot carry, though its labels could: Traefik would read it as
/// something else, or refuse the whole file. This one element is left out, everything else is written.
///
/// ## Why it matters
///
/// Traefik drops a whole file for one fault in it, and all routes with it. One element less is the smaller harm, but what it was for is not
/// there.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     labels:
///       traefik.http.middlewares.frame.headers.accesscontrolalloworiginlist: https://a.example║b.example
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[cannot-carry]: HTTP middleware `frame`: `headers.accessControlAllowOriginList[0]`: list item `https://a.example║b.example` has the character `║` (U+2551), at which Traefik splits the items of a file's lists
/// ```
///
/// ## Instead
///
/// Write the value without what the message names. All known cases are in
/// [what files cannot carry](../guide/what-files-cannot-carry.md); none of them occurs in ordinary configurations. If you have another one,
/// it is a bug: please report it with the label.
///
/// ## Where the rule comes from
///
/// Traefik 3.7's file provider, observed with 3.7.15: it puts lists together with this character and takes them apart at it again.
pub const CANNOT_CARRY: Code = Code("cannot-carry");
