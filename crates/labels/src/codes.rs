//! The kinds of findings that reading labels yields.
//!
//! What is said of each is its page in `docs/findings`: `cargo xtask docs` writes it from here.

use portolan_container::Code;

/// A key that is no path of names: an empty name, a bracket in the wrong place, a root in upper case.
///
/// Severity: error. Listed under: Labels.
///
/// ## What it is
///
/// The key of a label cannot be taken apart into names: there is an empty name between two dots or at the end, a bracket stands where
/// none may, or the first name is `Traefik` and not `traefik`. The container's routes are left out, its neighbours' are not. A `proxy.*` label has such
/// a key where its alias is empty, or an index that no alias has, as `#3` of two; it costs that label.
///
/// ## Why it matters
///
/// Traefik refuses all labels of such a container at once, and its log does not say which one it means. Nothing of the container is reachable
/// until the key is mended.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     labels:
///       traefik.http.routers..rule: Host(`web.example.com`)
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[bad-key]: demo-web-1: invalid element: traefik.http.routers..rule
///  --> label of demo-web-1:1:22
///   |
/// 1 | traefik.http.routers..rule=Host(`web.example.com`)
///   |                      ^
///   |
///   = help: a name is missing between two dots, or the key ends in a dot
/// ```
///
/// ## Instead
///
/// Write the key as `traefik`, then names with one dot between each two. A name cannot contain a dot, and nothing escapes one: call a
/// router `web-example-com` rather than `web.example.com`. The first name is in lower case; case does not matter in the others.
///
/// ## Where the rule comes from
///
/// Traefik 3.7's label parser, whose message is given word for word so that it can be searched for; Traefik does not say which label it
/// means. One case is ours alone: a name that ends in `]` without a `[` stops Traefik's whole Docker provider, and costs only its own
/// container here.
pub const BAD_KEY: Code = Code("bad-key");

/// A name that Traefik's configuration does not have at that place.
///
/// Severity: error. Listed under: Labels.
///
/// ## What it is
///
/// A name in the label's key does not exist in Traefik's configuration at that place. Nearly always it is misspelt, or belongs one level
/// higher or lower. The container's routes are left out until it is mended. Of a `proxy.*` label that field alone is, and the names are
/// those of [that dialect](../reference/proxy-labels.md).
///
/// ## Why it matters
///
/// Traefik refuses all labels of such a container, so a single letter takes down all of its routes.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     labels:
///       traefik.http.routers.web.rul: Host(`web.example.com`)
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[unknown-field]: demo-web-1: field not found, node: rul
///  --> label of demo-web-1:1:26
///   |
/// 1 | traefik.http.routers.web.rul=Host(`web.example.com`)
///   |                          ^^^
///   |
///   = help: did you mean `rule`?
/// ```
///
/// ## Instead
///
/// Take the suggestion, if there is one. Otherwise look the field up in Traefik's reference of dynamic configuration. Two things often
/// surprise: in labels it is `loadbalancer.server.port`, where files have `servers`; and a middleware's options stand below its type, as in
/// `middlewares.NAME.stripprefix.prefixes`.
///
/// ## Where the rule comes from
///
/// Traefik 3.7 refuses all labels of a container of which one has an unknown field, and logs `field not found, node: rul` without the
/// label. We do the same, and say which label, where in it, and what was probably meant.
pub const UNKNOWN_FIELD: Code = Code("unknown-field");

/// A value where names must follow, or names below something that takes a value.
///
/// Severity: error. Listed under: Labels.
///
/// ## What it is
///
/// A label gives a value where names must follow, as in `traefik.http.middlewares.auth.headers=true`, or goes on with names below a
/// field that takes a value, as in `….rule.host`. The container's routes are left out. Of a
/// `proxy.*` label that label alone is.
///
/// ## Why it matters
///
/// Traefik refuses all labels of such a container. What the label was to set is not known, so nothing of the container is routed.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     labels:
///       traefik.http.middlewares.safe.headers: "true"
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[misplaced-value]: demo-web-1: headers cannot be a standalone element (type *dynamic.Headers)
///  --> label of demo-web-1:1:31
///   |
/// 1 | traefik.http.middlewares.safe.headers=true
///   |                               ^^^^^^^
///   |
///   = help: set a field below it: `headers.…`
/// ```
///
/// ## Instead
///
/// Add the field that the value belongs to, such as `….headers.framedeny=true`. Where the message says `invalid node`, remove the names
/// behind the field. A few sections may stand alone with `true`, to say that their defaults are wanted, such as a router's
/// `tls` and the middleware `compress`.
///
/// ## Where the rule comes from
///
/// Traefik 3.7's label parser: a section can stand empty only where the parser allows it (`allowEmpty`). The Go type in the message is
/// Traefik's own name of the section.
pub const MISPLACED_VALUE: Code = Code("misplaced-value");

/// A value that is not of its field's type: no boolean, no integer, no duration.
///
/// Severity: error. Listed under: Labels.
///
/// ## What it is
///
/// A value is not of its field's type: no boolean, no integer, no duration. The container's routes are left out. Of a `proxy.*`
/// label that field alone is; of one about sleeping, such as `proxy.idle_timeout`, all of its container's routes of that dialect.
///
/// ## Why it matters
///
/// To go on without the value would leave a route without what was asked for, its TLS or its limit. So all of the container's routes wait until
/// it is mended.
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
///       traefik.http.routers.web.priority: high
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[bad-value]: demo-web-1: strconv.ParseInt: parsing "high": invalid syntax
///  --> label of demo-web-1:1:35
///   |
/// 1 | traefik.http.routers.web.priority=high
///   |                                   ^^^^
///   |
///   = help: write a whole number, such as `10`
/// ```
///
/// ## Instead
///
/// Booleans are `true`, `True`, `TRUE`, `t`, `T`, `1` and the same for false; `yes` and `on` are none. Integers are decimal, without
/// blanks. Durations are Go's, such as `1m30s` or `500ms`; a bare integer counts seconds. See
/// [labels](../reference/labels.md) for all of the grammar.
///
/// ## Where the rule comes from
///
/// Go's `strconv` and `time`, with which Traefik 3.7 reads values. Traefik reports the first such error and names neither the label
/// nor the field; here each is reported with its place.
pub const BAD_VALUE: Code = Code("bad-value");

/// A label that gives a field of each alias, beside another that gives the same field of one.
///
/// Severity: error. Listed under: Labels of the `proxy.` dialect.
///
/// ## What it is
///
/// A label in the plural, such as `proxy.ports`, gives a field of every alias, and another label gives the same field of one of them. The list is left
/// out as a whole, and the other label holds.
///
/// ## Why it matters
///
/// Which value a route gets would depend on the order of labels, which labels don't have.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: example.com/web
///     expose: [80]
///     labels:
///       proxy.aliases: web, api
///       proxy.ports: 80, 8080
///       proxy.api.port: "9090"
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[shortcut-conflict]: demo-web-1: proxy.ports -> port conflicts with proxy.api.port: shortcut conflicts with full label
///  --> label of demo-web-1:1:7
///   |
/// 1 | proxy.ports=80, 8080
///   |       ^^^^^
///   |
///   = help: give `port` in one way: in the list for all aliases, or one by one
/// ```
///
/// ## Instead
///
/// Give the field in one way: in the list, an item for each alias in their order, or one by one as `proxy.ALIAS.FIELD`.
///
/// ## Where the rule comes from
///
/// GoDoxy refuses the same, and in the same words. Spelling counts there and here: `proxy.api.Port` is not noticed, and comes before the list.
pub const SHORTCUT_CONFLICT: Code = Code("shortcut-conflict");
