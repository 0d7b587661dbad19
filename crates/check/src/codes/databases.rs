//! Databases.

use portolan_container::Code;

/// A database that is reached by HTTP, because it was let through and nothing says how it is routed.
///
/// Severity: warning. Listed under: Which containers.
///
/// ## What it is
///
/// A database is let through to the proxy by `traefik.enable=true`, and nothing says how it is to be routed. So it gets a router for HTTP under
/// its default name.
///
/// ## Why it matters
///
/// Databases do not speak HTTP, and answer all the same to whoever reaches the proxy.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   db:
///     image: postgres:18
///     expose: [5432]
///     labels:
///       traefik.enable: "true"
/// ```
///
/// ```sh
/// docker-watcher check compose.yaml
/// ```
///
/// ```text
/// warning[database-exposed]: demo-db-1: image `postgres:18` is a database, and label `traefik.enable=true` has it routed by HTTP, for all who reach the proxy
///  --> compose.yaml:6:7
///   |
/// 6 |       traefik.enable: "true"
///   |       ^^^^^^^^^^^^^^
///   |
///   = help: leave the label out, or route it by a TCP router with an entry point of its own
/// ```
///
/// ## Instead
///
/// Leave the label out: others on the network reach the database without the proxy. If it must be reached from outside, give it a TCP router
/// with an entry point of its own.
///
/// ## Where the rule comes from
///
/// Our own: databases stay off the proxy unless their owner asks, and this owner probably asked for something else.
pub const DATABASE_EXPOSED: Code = Code("database-exposed");
