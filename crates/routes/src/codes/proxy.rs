//! Routes of the `proxy.` dialect.

use portolan_container::Code;

/// A label of the `proxy.` dialect asks for what Traefik cannot do: the route is written without it.
///
/// Severity: info, warning. Listed under: Labels of the `proxy.` dialect.
///
/// ## What it is
///
/// A label of the `proxy.` dialect asks for what Traefik has nothing like. The route is written without it. What only GoDoxy's own pages need, such as a
/// homepage's icon, is told as information; what changes how requests are served is a warning. Where a route without it would let in whom it should
/// keep out, it is not written at all, and the finding is [`route-dropped`](route-dropped.md).
///
/// ## Why it matters
///
/// The route works, without that. For a limit or a page of errors it is a difference that users see.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: example.com/web
///     expose: [80]
///     labels:
///       proxy.web.max_conns_per_host: "20"
///       proxy.web.homepage.name: Web
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// warning[unsupported-field]: demo-web-1: `max_conns_per_host` has no equivalent in Traefik: Traefik does not limit the connections to a server; its middleware `inFlightReq` limits requests
///  --> label of demo-web-1:1:30
///   |
/// 1 | proxy.web.max_conns_per_host=20
///   |                              ^^
/// info[unsupported-field]: demo-web-1: `homepage` has no equivalent in Traefik: Traefik has no homepage
///  --> label of demo-web-1:1:25
///   |
/// 1 | proxy.web.homepage.name=Web
///   |                         ^^^
/// ```
///
/// ## Instead
///
/// Take the label away, or do the same with what Traefik has: the message says with what, where there is something.
/// [All fields](../reference/proxy-labels.md) are listed with what they come to.
///
/// ## Where the rule comes from
///
/// Each field of GoDoxy was held against the configuration of Traefik 3.0 to 3.7.
pub const UNSUPPORTED_FIELD: Code = Code("unsupported-field");

/// A label of the `proxy.` dialect is carried out by something of Traefik's that is not quite the same.
///
/// Severity: info. Listed under: Labels of the `proxy.` dialect.
///
/// ## What it is
///
/// A label of the `proxy.` dialect is carried out by something of Traefik's that is nearly the same, or by nothing because Traefik does it anyway.
///
/// ## Why it matters
///
/// In nearly all cases it doesn't. Who relies on the exact behaviour, as on how requests are shared among servers, learns here that it is
/// another.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: example.com/web
///     expose: [80]
///     labels:
///       proxy.web.load_balance: "{link: shop, mode: leastconn}"
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// info[approximated]: demo-web-1: `load_balance.mode` is not the same in Traefik: `p2c` takes the less busy of two servers that it draws
///  --> label of demo-web-1:1:24
///   |
/// 1 | proxy.web.load_balance={link: shop, mode: leastconn}
///   |                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
/// ```
///
/// ## Instead
///
/// Nothing, unless the difference matters to you: the message says what it is.
///
/// ## Where the rule comes from
///
/// GoDoxy's behaviour beside that of Traefik 3.7.
pub const APPROXIMATED: Code = Code("approximated");

/// A route of the `proxy.` dialect is not written, since without what is wrong or missing it would be another.
///
/// Severity: error. Listed under: Labels of the `proxy.` dialect.
///
/// ## What it is
///
/// A route of the `proxy.` dialect is not written, because without what is wrong or missing it would be another: it would let everybody in, speak the wrong
/// protocol, or stop Traefik from loading its file. The container's other routes are written.
///
/// ## Why it matters
///
/// A route without its authentication, or by another protocol, would be worse than none: it would be open to everybody, or take the file of all
/// others down.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: example.com/web
///     expose: [80]
///     labels:
///       proxy.web.middlewares.cidr_whitelist.allow: 10.0.0.0/80
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[route-dropped]: demo-web-1: the route is not written: validation error of middleware `cidr_whitelist`: allow: `10.0.0.0/80` is no range of addresses such as `10.0.0.0/8`
///  --> label of demo-web-1:1:44
///   |
/// 1 | proxy.web.middlewares.cidr_whitelist.allow=10.0.0.0/80
///   |                                            ^^^^^^^^^^^
/// ```
///
/// ## Instead
///
/// Mend what the message names. A middleware that Traefik has nothing like, such as `oidc`, can be replaced by one of Traefik's own: describe that route
/// by `traefik.*` labels, which the container may have beside.
///
/// ## Where the rule comes from
///
/// GoDoxy drops a route whose middlewares are in error, whose certificates it cannot load, and so on. That a route is dropped for a middleware or for rules
/// that Traefik cannot carry out is our decision: what keeps people out must not get lost on the way.
pub const ROUTE_DROPPED: Code = Code("route-dropped");

/// A route of the `proxy.` dialect is none, though its labels are right: it has no port, or is not meant to be one.
///
/// Severity: info, warning. Listed under: Labels of the `proxy.` dialect.
///
/// ## What it is
///
/// A route of the `proxy.` dialect is not served though its labels are right: no port or no address of the container is known, or its name says that it is not
/// meant to be one. The message gives the reason in GoDoxy's words.
///
/// ## Why it matters
///
/// The container has no route, which is what was asked for, or a sign that its port is not known.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: example.com/web
///     labels:
///       proxy.aliases: web
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// warning[not-routed]: demo-web-1: route `web` is not served: No port exposed in container
///  |
///  = help: set the port in a label, `proxy.ALIAS.port`; on another host it must be published
/// ```
///
/// ## Instead
///
/// For a port, `proxy.ALIAS.port`, or expose one in the image or the Compose file; a container on another host must publish it. A container on the host's
/// network exposes nothing, so that it needs the label unless its image is known. An alias that begins with `x-` or ends in `-old` needs another name.
///
/// ## Where the rule comes from
///
/// GoDoxy's rules of exclusion: no port, builders' containers (`buildx_`), `x-` as in what Compose files reuse, and `-old` as Compose names a container that
/// it is about to replace. It lists such routes without serving them.
pub const NOT_ROUTED: Code = Code("not-routed");
