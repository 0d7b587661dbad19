//! The kind of finding that the blacklist yields.
//!
//! What is said of each is its page in `docs/findings`: `cargo xtask docs` writes it from here.

use portolan_container::Code;

/// The finding about a container that the blacklist keeps off the proxy.
///
/// Severity: info, warning. Listed under: Which containers.
///
/// ## What it is
///
/// The container looks like a database, a cache or a tool that nobody means to publish, by its image, by what is mounted into it or by its
/// ports. It is left out. Where its labels describe a route, this is a warning, else an information; with `traefik.enable=false` nothing
/// is said.
///
/// ## Why it matters
///
/// A database that becomes reachable by a forgotten label or by a default is found by strangers within hours. A container that is meant to be
/// routed is missing without any mistake in its labels.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   db:
///     image: postgres:17
///     expose: [5432]
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// info[blacklisted]: demo-db-1: not routed: image `postgres:17` is a database
///  |
///  = help: set the label `traefik.enable=true` if it shall be routed
/// ```
///
/// ## Instead
///
/// If it shall be routed, say so by the label `traefik.enable=true`, or let it through by the setting
/// [`blacklist.allow`](../reference/settings.md#blacklistallow), which takes names of containers and images. If it shall not, nothing is to
/// be done; `traefik.enable=false` silences the notice. `--no-blacklist` or `blacklist.enabled: false` lets all through.
///
/// ## Where the rule comes from
///
/// The list is that of GoDoxy's Docker provider, with Traefik's label as another way to override it. Traefik has no such list: it exposes
/// every container with a port unless it is told otherwise. [The list](../../crates/blacklist/README.md#what-is-on-the-list) is in the
/// README of the crate.
pub const BLACKLISTED: Code = Code("blacklisted");
