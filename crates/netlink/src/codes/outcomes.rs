//! What becomes of it.

use portolan_container::Code;

/// A string in a label that would do more harm than one container may, and is not carried out.
///
/// Severity: error. Listed under: Addresses, routes and rules.
///
/// ## What it is
///
/// A string would do more harm than one container may, and is not carried out:
///
/// | it would | unless the settings have |
/// | --- | --- |
/// | delete rules that the kernel made (`rule flush`, `rule del from all`): without them, no packet finds a route | `network.allow: [flush]` |
/// | delete routes of the table `local` (`route flush table all`): without them, the namespace does not know its own addresses | `network.allow: [flush]` |
/// | flush routes of the host, by `docker-events.host-route` | `network.allow: [flush]` |
/// | change the host by `docker-events.address`, `.route` or `.rule` of a container with `network_mode: host` | `network.allow: [host]` |
///
/// What else the container asks for is done, unless `network.onError` is `rollback`: then none of it is.
///
/// ## Why it matters
///
/// A single label could cut off a whole namespace, or the host with all that runs on it, and nobody could reach the machine to take it back.
///
/// ## Example
///
/// ```sh
/// ip netns add demo
/// docker-watcher net --netns /run/netns/demo rule 'flush; add from 172.20.20.0/24 table 100'
/// ```
///
/// ```text
/// error[network-danger]: `ip rule flush` is not done: this would delete the kernel's own rules, and no packet would find a route
///   |
/// 1 | docker-events.rule=flush; add from 172.20.20.0/24 table 100
///   |                    ^^^^^
///   |
///   = help: name what is to be deleted, or allow it by `network.allow: [flush]` in the settings
/// done: ip rule add from 172.20.20.0/24 table 100
/// ```
///
/// ## Instead
///
/// Name what is to be deleted: `del from 172.20.20.0/24 table 100` in place of a flush, or a flush with a selector that the kernel's own rules and
/// routes don't meet, as `flush table 100`. For a route on the host use `docker-events.host-route`. Where all who may start containers may do
/// this as well, allow it by [`network.allow`](../reference/settings.md#networkallow).
///
/// ## Where the rule comes from
///
/// Ours. Labels come from Compose files and from images too (`LABEL` in a Dockerfile), so that a container's author is not always whoever answers for the
/// host.
pub const DANGER: Code = Code("network-danger");

/// The kernel refused what a label asks for: the address is taken, the gateway is on no network of the container, and so on.
///
/// Severity: error. Listed under: Addresses, routes and rules.
///
/// ## What it is
///
/// The string is right, and cannot be carried out as things are: the kernel refuses it, or there is no such device. The message has the kernel's own
/// words. The container's other strings are carried out; with the setting `network.onError: rollback`, they are taken back.
///
/// ## Why it matters
///
/// The container runs without an address or a route that it was to have: it may be unreachable, or reach others by the wrong way.
///
/// ## Example
///
/// ```sh
/// ip netns add demo
/// docker-watcher net --netns /run/netns/demo address 'add 172.20.20.9/24 dev eth0'
/// docker-watcher net --netns /run/netns/demo route 'add default via 172.20.20.1'
/// ```
///
/// ```text
/// error[network-failed]: `ip address add 172.20.20.9/24 dev eth0`: Cannot find device "eth0"
///   |
/// 1 | docker-events.address=add 172.20.20.9/24 dev eth0
///   |                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^
///   |
///   = help: there are `lo`
/// error[network-failed]: `ip route add default via 172.20.20.1`: Nexthop has invalid gateway
///   |
/// 1 | docker-events.route=add default via 172.20.20.1
///   |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^
///   |
///   = help: a gateway must be on a network that the container has an address on, or come with `onlink` and a device
/// ```
///
/// ## Instead
///
/// | the kernel says | mostly |
/// | --- | --- |
/// | `Nexthop has invalid gateway`, `Network is unreachable`, `No route to host` | the gateway is on no network of the container; see `docker-watcher explain CONTAINER`, or make its address known before, by `docker-events.address` |
/// | `File exists` | there is another route to the same destination, with another gateway: `replace` in place of `add` |
/// | `Invalid prefix for given prefix length` | bits beyond the length are set: `10.1.2.3/8` for `10.0.0.0/8` |
/// | `Cannot find device` | interfaces are numbered by the order in which networks were connected: `dev network:NAME` stays the same |
/// | `Operation not permitted` | the service lacks CAP_NET_ADMIN |
///
/// What is there already, or is gone already if it is to be deleted, is no failure and not told.
///
/// ## Where the rule comes from
///
/// The Linux kernel, by its extended acknowledgements; its words differ from version to version. docker-events goes on after a failure too.
pub const FAILED: Code = Code("network-failed");

/// A container's network namespace, or the host's, cannot be entered: nothing of what its labels ask for there is done.
///
/// Severity: error. Listed under: Addresses, routes and rules.
///
/// ## What it is
///
/// The network namespace of a container, or the host's, cannot be entered. Nothing of what the container's labels ask for there is done.
///
/// ## Why it matters
///
/// The container runs without all of its addresses, routes and rules.
///
/// ## Example
///
/// ```text
/// error[network-no-entry]: web: network actions are not done: cannot open the network namespace `/proc/4711/ns/net`
///  |
///  = help: the namespaces of other users' processes need root or the capability CAP_SYS_PTRACE
/// ```
///
/// ## Instead
///
/// | the message says | next step |
/// | --- | --- |
/// | `cannot open the network namespace` | the service runs as root or has `CAP_SYS_PTRACE`; in a container, [see there](../guide/container.md#addresses-routes-and-rules-too) |
/// | `cannot enter the network namespace` | it has `CAP_SYS_ADMIN`, and its system call filter lets `setns` through |
/// | `the process N is not of the container` | the setting `network.proc` names the proc file system of the engine's host, not the service's own |
/// | `the host's network namespace is not to be seen` | mount the host's `/proc` and name it by `network.proc`, or use `pid: host` |
/// | `the container's process is not on this machine` | the engine is on another machine: run a watcher there, for its networks |
/// | `not free within`, `no answer from the kernel within` | a larger [`network.timeout`](../reference/settings.md#networktimeout) |
///
/// `docker-watcher install` writes a unit that has all of that. Where no container uses such labels, `network.enabled: false` looks at none.
///
/// ## Where the rule comes from
///
/// The Linux kernel. A namespace is opened through the container's first process, which must be in the container's control group: a process
/// number alone may be another process's by then.
pub const NO_ENTRY: Code = Code("network-no-entry");
