//! The network by which a container is reached.

use portolan_container::Code;

/// A container is on several networks and none is chosen.
///
/// Severity: info. Listed under: Networks and ports.
///
/// ## What it is
///
/// The container is on several networks and none is chosen. One was taken, by a fixed rule: networks with an address before those without,
/// then those in the setting [`traefikNetworks`](../reference/settings.md#traefiknetworks), then by name. Nothing is wrong if Traefik
/// is on that network too.
///
/// ## Why it matters
///
/// If Traefik is not on the network that was taken, requests end in 504 after a long wait. Traefik's own provider takes any of them, another
/// one after each restart.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     networks: [back, front]
/// networks:
///   back:
///   front:
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// info[several-networks]: demo-web-1: network `demo_back` is taken, the first by name, of `demo_back`, `demo_front`
///  |
///  = help: name the network in a label: `traefik.docker.network`
/// ```
///
/// ## Instead
///
/// Say which one, in whichever place suits:
///
/// - for one container, the label `traefik.docker.network`, with the engine's name of the network (`demo_front`);
/// - for all that choose none, the setting `network`;
/// - or list the networks that Traefik is on in `traefikNetworks`: each container is then reached by the first of them that it is on.
///
/// ## Where the rule comes from
///
/// Traefik 3.7's Docker provider takes any of the networks, another one at each refresh, which is among its most frequent complaints
/// ([troubleshooting](../guide/troubleshooting.md)). The fixed choice and this notice are ours.
pub const SEVERAL_NETWORKS: Code = Code("several-networks");

/// The network that a container or the settings name is not one that the container is on.
///
/// Severity: warning. Listed under: Networks and ports.
///
/// ## What it is
///
/// The label `traefik.docker.network`, or the setting `network`, names a network that the container is not on. Another of its networks is
/// taken, and Traefik may not reach the container there: requests then end in 504 or 502.
///
/// Where the label `proxy.network` names it, the container has no routes of that dialect, and it is an error.
///
/// ## Why it matters
///
/// Requests may end in 504 though container and labels look right.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     networks: [front]
///     labels:
///       traefik.docker.network: front
/// networks:
///   front:
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// warning[network-not-found]: demo-web-1: Could not find network named "front" for container "demo-web-1". Maybe you're missing the project's prefix in the label?
///  |
///  = help: the container is on `demo_front`; `demo_front` is taken
/// ```
///
/// ## Instead
///
/// Write the name that the engine has. Compose puts the project's name before the network's, as the help shows. To give a network the
/// same name everywhere, set it in the Compose file: `networks: {front: {name: front}}`.
///
/// ## Where the rule comes from
///
/// Traefik 3.7's Docker provider, whose message this is. Traefik then takes a network at random; we take the one that has an address and
/// that Traefik is on ([`traefikNetworks`](../reference/settings.md#traefiknetworks)), else the first by name.
pub const NETWORK_NOT_FOUND: Code = Code("network-not-found");

/// A container has no address.
///
/// Severity: warning. Listed under: Networks and ports.
///
/// ## What it is
///
/// The container has no address: it is on no network, or the network that was chosen gave it none. There is then no server to send
/// requests to, and a [service-error](service-error.md) follows.
///
/// ## Why it matters
///
/// Nothing of the container is routed.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   job:
///     image: example.com/job
///     network_mode: none
///     expose: [80]
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// warning[no-address]: demo-job-1: Unable to find the IP address.
/// error[service-error]: demo-job-1: service "job-demo" error: unable to find the IP address for the container "demo-job-1": the server is ignored
///  |
///  = help: connect the container to a network that Traefik is on
/// ```
///
/// ## Instead
///
/// Connect the container to a network that Traefik is on; the route appears as soon as it is (`docker network connect` suffices, no restart
/// is needed). Rootless Podman gives containers no address that others reach: publish the port at an address of the
/// host and set [`useBindPortIP`](../reference/settings.md#usebindportip). A container that nobody shall reach has `traefik.enable=false`.
///
/// ## Where the rule comes from
///
/// Traefik 3.7's Docker provider, whose words these are.
pub const NO_ADDRESS: Code = Code("no-address");

/// The container whose network stack another shares is not known.
///
/// Severity: warning. Listed under: Networks and ports.
///
/// ## What it is
///
/// The container uses the network stack of another one (`network_mode: container:NAME` or `service:NAME`) and so is reached at the other's
/// address, but the other is not known, or has an error in its own labels. A [service-error](service-error.md) follows.
///
/// ## Why it matters
///
/// Nothing of the container is routed, though its own labels are right.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   torrent:
///     image: example.com/torrent
///     network_mode: container:vpn
///     labels:
///       traefik.http.services.torrent.loadbalancer.server.port: 8080
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// warning[peer-not-found]: demo-torrent-1: Unable to get IP address for container "demo-torrent-1": container `vpn` is not known
///  |
///  = help: container "demo-torrent-1" shares the network stack of `vpn`, which must run
/// warning[no-address]: demo-torrent-1: Unable to find the IP address.
/// error[service-error]: demo-torrent-1: service "torrent" error: unable to find the IP address for the container "demo-torrent-1": the server is ignored
///  |
///  = help: connect the container to a network that Traefik is on
/// ```
///
/// ## Instead
///
/// Start the other container: both must be on the same engine. Once it is there, and whenever its address changes, this one's routes follow.
/// In a Compose file, the name of a container outside of it cannot be resolved before it runs; render from the engine instead. The port
/// must be named in a label of this container, since the engine tells no ports of it.
///
/// ## Where the rule comes from
///
/// Traefik 3.7's Docker provider inspects the other container, and warns in these words where that fails.
pub const PEER_NOT_FOUND: Code = Code("peer-not-found");
