//! The port at which a container is reached.

use portolan_container::Code;

/// A container has several ports and none is chosen.
///
/// Severity: info. Listed under: Networks and ports.
///
/// ## What it is
///
/// The container has several ports and no label names one. The lowest was taken, whatever its protocol: with 53 for UDP and 80 for TCP,
/// HTTP requests go to port 53.
///
/// ## Why it matters
///
/// If it is the wrong one, requests end in 502, or reach a port that was not meant for the public, such as one for metrics.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   app:
///     image: example.com/app
///     expose: [8080, 9090]
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// info[several-ports]: demo-app-1: port `8080` is taken, the lowest; others are `9090`
///  |
///  = help: name the port in a label: `….loadbalancer.server.port`
/// ```
///
/// ## Instead
///
/// Name the port: `traefik.http.services.app.loadbalancer.server.port=8080` (`tcp` or `udp` in place of `http`). If the lowest port is the
/// right one, the label costs nothing and keeps it right when the image exposes another one some day.
///
/// ## Where the rule comes from
///
/// Traefik 3.7's Docker provider takes the lowest port that is exposed or published, in silence. The notice is ours.
pub const SEVERAL_PORTS: Code = Code("several-ports");

/// A port is not published on an address that can be used.
///
/// Severity: info. Listed under: Networks and ports.
///
/// ## What it is
///
/// The setting `useBindPortIP` is on, but the port is not published at an address of its own, so the container's address inside its network
/// is used, as without the setting. Either the port is not published at all, or it is published on all addresses (`0.0.0.0` or `::`), of
/// which none is named.
///
/// ## Why it matters
///
/// Where Traefik reaches containers by published ports alone, as on another machine, requests to this one end in 502.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     ports: ["8080:80"]
/// ```
///
/// ```sh
/// docker-watcher render --use-bind-port-ip compose.yaml
/// ```
///
/// ```text
/// info[no-binding]: demo-web-1: Cannot determine the IP address (got "") for "demo-web-1"'s binding, falling back on its internal IP/Port.
/// ```
///
/// ## Instead
///
/// If Traefik shall reach the container by the host, publish the port at one of the host's addresses: `192.0.2.7:8080:80`, or
/// `127.0.0.1:8080:80` where Traefik runs on the host itself. If it can reach the container's network, nothing is wrong.
///
/// ## Where the rule comes from
///
/// Traefik 3.7's Docker provider, option `useBindPortIP`, and its words.
pub const NO_BINDING: Code = Code("no-binding");

/// A container without an address of its own does not publish the port that is routed to.
///
/// Severity: warning. Listed under: Networks and ports.
///
/// ## What it is
///
/// The container has no address that Traefik could reach, as any of rootless Podman, and the port that its labels or its image name is
/// not published on the host. There is then no server to send requests to, and a [service-error](service-error.md) follows. `podman-hook`
/// tells this, which looks for published ports where there is no address, and `docker-watcher` of containers on [another
/// machine](../guide/several-engines.md#addresses), whose addresses mean nothing here.
///
/// ## Why it matters
///
/// Nothing of the container is routed, and of its network Traefik knows no more than its published ports.
///
/// ## Example
///
/// By a user that is not root:
///
/// ```text
/// $ podman run --detach --name web --label traefik.enable=true --expose 80 example.com/web
/// $ podman-hook status
/// ```
///
/// The status has this line:
///
/// ```text
/// warning[not-published]: web: the container "web" has no address that Traefik reaches, and its port `80` is not published (publish it: `podman run -p 8080:80`)
/// ```
///
/// ## Instead
///
/// Publish the port: `podman run --publish 8080:80`, or at an address that only this host reaches, `--publish 127.0.0.1:8080:80`. In a pod it is
/// the pod that publishes, `podman pod create --publish 8080:80`; beside `--network container:NAME` it is the other container. Labels go on
/// naming the port inside, here 80; which port of the host that is, `podman-hook` finds out. The host's address, as Traefik reaches it, is the
/// setting [`traefikHost`](../reference/settings.md#traefikhost).
///
/// On another machine's engine, publish the port there at an address that this machine reaches. If the engine is on this machine after all,
/// behind a proxy of its socket, say so: `local: true` in [`providers.docker`](../reference/settings.md#providersdocker), or follow it by
/// `DOCKER_HOST` alone.
///
/// Or let Traefik run in the same network: a rootless Traefik in a container reaches others on a network of Podman's own
/// (`podman network create front`) by their addresses there.
///
/// ## Where the rule comes from
///
/// Rootless Podman with slirp4netns or pasta gives a container an address that exists in its own network namespace alone. Traefik's Docker
/// provider has no such rule: with it, such a container has no server at all, or with `useBindPortIP` the published port.
pub const NOT_PUBLISHED: Code = Code("not-published");
