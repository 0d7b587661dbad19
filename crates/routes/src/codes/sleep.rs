//! What routes of the `proxy.` dialect need of the settings.

use portolan_container::Code;

/// A route listens on a port that no entry point of the settings listens on.
///
/// Severity: warning. Listed under: Labels of the `proxy.` dialect.
///
/// ## What it is
///
/// A route of the `proxy.` dialect listens on a port of the proxy's, and no entry point in the setting [`proxy.entryPoints`](../reference/settings.md#proxyentrypoints)
/// listens there. The route is not written: a stream without an entry point would take what comes to all of them.
///
/// ## Why it matters
///
/// The route is not there, though everything about the container is right.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   db:
///     image: postgres
///     labels:
///       proxy.aliases: db
///       proxy.db.port: 5432:5432
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// warning[no-entry-point]: demo-db-1: route `db` listens on port `5432/tcp`, and no entry point does
///  |
///  = help: give Traefik an entry point with the address `:5432`, and name it in the setting `proxy.entryPoints`: `db=:5432`
/// ```
///
/// ## Instead
///
/// GoDoxy opens ports by itself; Traefik's stand in its static configuration. Add the entry point there, restart Traefik, and name it in the settings:
///
/// ```yaml
/// ```
///
/// A route without a listening port takes the entry point that has its alias as name.
///
/// ## Where the rule comes from
///
/// Traefik 3.7: an entry point is static configuration, and a router that names none is at all default ones.
pub const NO_ENTRY_POINT: Code = Code("no-entry-point");

/// A container is to sleep when nobody asks for it, and nothing is there that would stop and wake it.
///
/// Severity: warning. Listed under: Labels of the `proxy.` dialect.
///
/// ## What it is
///
/// The label `proxy.idle_timeout` says that the container is to sleep when nobody asks for it. Traefik stops and wakes nothing, and the settings name no plugin that
/// does: the container is routed as any other, and runs on.
///
/// ## Why it matters
///
/// The container takes the memory and the processor time that it was to give back.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: example.com/web
///     expose: [80]
///     labels:
///       proxy.idle_timeout: 30m
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// warning[no-sablier]: demo-web-1: nobody stops and wakes the container: Traefik itself does not
///  --> label of demo-web-1:1:20
///   |
/// 1 | proxy.idle_timeout=30m
///   |                    ^^^
///   |
///   = help: install the plugin Sablier, and name it in the setting `proxy.sablier`
/// ```
///
/// ## Instead
///
/// Install the plugin [Sablier](https://sablierapp.dev) in Traefik, and name it in the setting [`proxy.sablier`](../reference/settings.md#proxysablier):
/// routes then stay while their container sleeps. Or take the label away.
///
/// ## Where the rule comes from
///
/// GoDoxy wakes containers itself. Portolan never starts or stops one.
pub const NO_SABLIER: Code = Code("no-sablier");
