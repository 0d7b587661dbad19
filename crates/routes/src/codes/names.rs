//! Names that several define, or nobody.

use portolan_container::Code;

/// Two containers define one name differently: nothing of that name is routed.
///
/// Severity: error. Listed under: Routers and services.
///
/// ## What it is
///
/// Two containers define the same name (a router, a service, a middleware) in different ways. Nothing of that name is served, from either of
/// them, until they agree: to prefer one would let any container take over another's host.
///
/// ## Why it matters
///
/// Two applications on one host are down at once, and neither has changed anything by itself: the second one came, and both went.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   blog:
///     image: example.com/blog
///     expose: [80]
///     labels:
///       traefik.http.routers.site.rule: Host(`blog.example.com`)
///   shop:
///     image: example.com/shop
///     expose: [80]
///     labels:
///       traefik.http.routers.site.rule: Host(`shop.example.com`)
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[conflict]: HTTP router defined multiple times with different configurations: `site`, by `demo-blog-1`, `demo-shop-1`
///  |
///  = help: give one of them another name, or the same labels; until then no HTTP router `site` is served
/// ```
///
/// ## Instead
///
/// Give one of them another name. For an alias in labels `proxy.*` there is always one that keeps it, see [overruled](overruled.md). Containers that shall share a name, such as replicas or a middleware that is defined twice, must define it
/// with the same labels. Services may differ in their servers alone: those are put together. Frequent causes are two projects that were
/// copied from one example, and an update that changes labels while a replica of before still runs; the latter ends with that replica.
///
/// ## Where the rule comes from
///
/// Traefik 3.7 removes such names in the same way and logs `defined multiple times with different configurations`. Between two files it
/// would keep the first and skip the second; all routes of one watcher stand in one file, so that this does not happen.
pub const CONFLICT: Code = Code("conflict");

/// A name is kept by an engine, or an alias by a container, that comes first: another definition of it is not served.
///
/// Severity: error. Listed under: Routers and services.
///
/// ## What it is
///
/// Two containers define the same name (a router, a service, a middleware) in different ways, and one of them comes first. That one keeps the
/// name. The other container's definition is not served, nor are its servers added to a service that it shares with the first: they would
/// get requests that are meant for another application. Its other names are served.
///
/// - Between two engines, the one that comes first in the settings keeps a name.
/// - On one engine, of two containers with the same alias in labels `proxy.*`: one that runs comes before one that does not, then the one that
///   was created later, then the one of the lesser identifier.
///
/// ## Why it matters
///
/// One machine could otherwise take over the hosts of another, on purpose or by a copied label. What is overruled is not served at all.
///
/// ## Example
///
/// Between two engines:
///
/// ```text
/// error[overruled]: HTTP router `site` of `shop on far` is not served: `blog on local` defines it differently, on an engine that comes first
///   = help: give one of them another name, or the same labels; the order of engines is that of the settings
/// ```
///
/// On one engine:
///
/// ```yaml compose.yaml
/// services:
///   blog:
///     image: example.com/blog
///     expose: [80]
///     labels:
///       proxy.aliases: site
///   shop:
///     image: example.com/shop
///     expose: [80]
///     labels:
///       proxy.aliases: site
///       proxy.site.middlewares.redirect_http: "{}"
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[overruled]: HTTP router `site` of `demo-shop-1` is not served: `demo-blog-1` defines it differently, and keeps the alias
///  |
///  = help: give one of them another alias, or both the same labels; a container that runs comes first, then the one that was created last
/// ```
///
/// ## Instead
///
/// Give one of them another name or alias, or, where both are replicas of one application, the same labels. Which container is meant says
/// `docker-watcher explain`. To let the other engine win, change the order in the settings. A frequent cause is an update that changes labels
/// while the container of before still runs: then the new one is served, and the finding ends with the old one.
///
/// ## Where the rule comes from
///
/// Traefik's Docker provider follows one engine and has no such case: there, and for labels `traefik.*` on one engine, nobody is preferred, see
/// [conflict](conflict.md), since any container could then take over another's host. Between engines, the settings say whom to trust first. An alias
/// of GoDoxy's is always somebody's: there the container that is listed first keeps it, which with Docker is the one created last.
pub const OVERRULED: Code = Code("overruled");

/// A label names something of Traefik's Docker provider, which is not there where files take its place.
///
/// Severity: warning. Listed under: Routers and services.
///
/// ## What it is
///
/// A label refers to something by a name that ends in `@docker`, `@swarm` or `@podman`: something that Traefik's own provider would define. Where
/// our file takes that provider's place, nothing has this name, and Traefik disables the router.
///
/// ## Why it matters
///
/// The router is there and answers 404 or 500, as Traefik disables what names something that does not exist.
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
///       traefik.http.routers.web.middlewares: auth@docker
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// warning[other-provider]: demo-web-1: router `web` refers to `auth@docker`, which Traefik's Docker provider defines, not a file
///  |
///  = help: write `auth`, or `auth@file` from elsewhere
/// ```
///
/// ## Instead
///
/// Drop the suffix: a name without one is looked up among what files define. From other providers' labels, write `auth@file`. While both
/// providers run side by side, during a migration, the reference may be right as it stands: it is carried unchanged.
///
/// ## Where the rule comes from
///
/// Traefik 3.7 gives every name the suffix of the provider that defines it, and looks a name without a suffix up in the provider of the
/// router that uses it.
pub const OTHER_PROVIDER: Code = Code("other-provider");

/// A container defines one name by `traefik.*` and by `proxy.*`.
///
/// Severity: error. Listed under: Labels of the `proxy.` dialect.
///
/// ## What it is
///
/// A container has `traefik.*` and `proxy.*` labels, and both define a router, a service or a middleware of one name. What the `traefik.*` labels say holds.
///
/// ## Why it matters
///
/// Two sets of labels that were copied together may contradict each other. Which of them is served is fixed, but it may not be the one that was
/// edited last.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: example.com/web
///     expose: [80]
///     labels:
///       traefik.http.routers.web.rule: Host(`web.example.com`)
///       traefik.http.services.web.loadbalancer.server.port: "80"
///       proxy.web.port: "80"
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[name-clash]: demo-web-1: HTTP router `web` is defined by `traefik.*` labels and by `proxy.*` labels: the former hold
///  |
///  = help: give one of them another name
/// error[name-clash]: demo-web-1: HTTP service `web` is defined by `traefik.*` labels and by `proxy.*` labels: the former hold
///  |
///  = help: give one of them another name
/// ```
///
/// ## Instead
///
/// Give one of them another name: the element of the `proxy.` dialect has that of its alias.
///
/// ## Where the rule comes from
///
/// Both dialects may stand on one container. A name means one thing in a file, and of the two the one that speaks Traefik's language is more exact.
pub const NAME_CLASH: Code = Code("name-clash");
