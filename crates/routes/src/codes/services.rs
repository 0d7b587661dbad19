//! Services and routers of one container.

use portolan_container::Code;

/// A service cannot be made: its container contributes nothing.
///
/// Severity: error. Listed under: Routers and services.
///
/// ## What it is
///
/// No server can be made for a service of the container, so nothing of the container is routed. The message ends in the reason:
///
/// - `port is missing`: neither a label nor the image nor the Compose file names a port.
/// - `load-balancer is not defined`: labels define a service of another kind than `loadbalancer`.
/// - `defining scheme or port is not allowed when URL is defined`: `server.url` says both already.
/// - `unable to find the IP address`: see [no-address](no-address.md).
/// - `its port is not published`: see [not-published](not-published.md).
///
/// ## Why it matters
///
/// Nothing of the container is reachable until it is mended; its neighbours are not touched.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: example.com/web
///     labels:
///       traefik.http.routers.web.rule: Host(`web.example.com`)
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[service-error]: demo-web-1: service "web-demo" error: port is missing
///  |
///  = help: set the port in a label, `….loadbalancer.server.port`, or expose one in the image or Compose file
/// ```
///
/// ## Instead
///
/// For a missing port, add the label `traefik.http.services.NAME.loadbalancer.server.port`, or `expose` in the Compose file, or `EXPOSE`
/// in the Dockerfile. A Compose file alone does not tell what its images expose: rendered from the running engine, the same container may
/// have its port, and `docker-watcher check` does not tell of it but on the host's network, where no engine tells of ports. A container that shall not be routed at all has `traefik.enable=false`.
///
/// ## Where the rule comes from
///
/// Traefik 3.7's Docker provider, whose words these are. `weighted`, `mirroring` and `failover` services can be defined in a file of your
/// own beside the watcher's, and name services of labels as `NAME@file`.
pub const SERVICE_ERROR: Code = Code("service-error");

/// A router has no rule, and none could be made for it.
///
/// Severity: error. Listed under: Routers and services.
///
/// ## What it is
///
/// A router has no rule, and none could be made for it. That router is left out; the container's other routers stay.
///
/// An HTTP router without a rule gets the default rule, so this is told of one only where that rule is empty or fails for this container.
/// A TCP router has no default.
///
/// ## Why it matters
///
/// Without a rule no request is meant, and Traefik refuses such a router.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   mail:
///     image: example.com/mail
///     expose: [25]
///     labels:
///       traefik.tcp.routers.mail.entrypoints: smtp
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[no-rule]: demo-mail-1: Empty rule: TCP router `mail` has none and there is no default
///  |
///  = help: set `traefik.tcp.routers.mail.rule`, such as HostSNI(`*`)
/// ```
///
/// ## Instead
///
/// Give the router its rule. For TCP that is ``HostSNI(`*`)`` unless clients speak TLS and are told apart by name. For HTTP, the help
/// names the label; or mend the setting [`defaultRule`](../reference/settings.md#defaultrule), and see with `docker-watcher render
/// --default-rule` what it makes of your containers.
///
/// ## Where the rule comes from
///
/// Traefik 3.7's Docker provider: `Undefined rule`, `Empty rule` and `Error while parsing default rule` are its words.
pub const NO_RULE: Code = Code("no-rule");

/// A router names no service, and its container has several.
///
/// Severity: error. Listed under: Routers and services.
///
/// ## What it is
///
/// A router names no service, and its container defines several, so there is no telling which one is meant. That router is left out; the
/// services stay, and so do routers that name one.
///
/// ## Why it matters
///
/// To guess would send requests to the wrong application. Until a service is named, the router answers to nobody, while all else of the
/// container works.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   app:
///     image: example.com/app
///     labels:
///       traefik.http.routers.app.rule: Host(`app.example.com`)
///       traefik.http.services.site.loadbalancer.server.port: 8080
///       traefik.http.services.admin.loadbalancer.server.port: 9090
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[ambiguous-service]: demo-app-1: Router app cannot be linked automatically with multiple Services: ["admin" "site"]
///  |
///  = help: set the router's `service` to one of them: `….routers.app.service`
/// ```
///
/// ## Instead
///
/// Name the service: `traefik.http.routers.app.service=site`. Where a second service was not meant, look for a name that is
/// spelt in two ways: `services.app` and `services.App` are one, `services.app` and `services.app-1` are two.
///
/// ## Where the rule comes from
///
/// Traefik 3.7's Docker provider links a router that names no service to the container's only one, and refuses to choose among several.
/// It lists them in random order, we in theirs.
pub const AMBIGUOUS_SERVICE: Code = Code("ambiguous-service");

/// A container has several services and no router.
///
/// Severity: info. Listed under: Routers and services.
///
/// ## What it is
///
/// A container defines several services and no router. Traefik would make a router of its own for a container with one service, but not
/// here, where it could not know which to link. The services are there, for routers of other containers or files to use.
///
/// ## Why it matters
///
/// Nothing leads to these services by themselves. That is right for services that others refer to, and wrong if a route was expected.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   app:
///     image: example.com/app
///     labels:
///       traefik.http.services.site.loadbalancer.server.port: 8080
///       traefik.http.services.admin.loadbalancer.server.port: 9090
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// info[no-router]: demo-app-1: Could not create a router for the container: too many services
///  |
///  = help: define a router that names the service: `traefik.http.routers.….service`
/// ```
///
/// ## Instead
///
/// If the container shall be reached, define a router that names one of them:
/// ``traefik.http.routers.app.rule=Host(`app.example.com`)`` and `traefik.http.routers.app.service=site`. If others refer to the services,
/// nothing is wrong: they do so by `site@file`.
///
/// ## Where the rule comes from
///
/// Traefik 3.7's Docker provider, which logs the same at level info.
pub const NO_ROUTER: Code = Code("no-router");
