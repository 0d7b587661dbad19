use portolan_container::Code;

/// A label of Traefik's container options is in error: the container is skipped.
pub const CONTAINER_SKIPPED: Code = Code("container-skipped");
/// A service cannot be made: its container contributes nothing.
pub const SERVICE_ERROR: Code = Code("service-error");
/// A router has no rule, and none could be made for it.
pub const NO_RULE: Code = Code("no-rule");
/// A router names no service, and its container has several.
pub const AMBIGUOUS_SERVICE: Code = Code("ambiguous-service");
/// A container has several services and no router.
pub const NO_ROUTER: Code = Code("no-router");
/// The network that a container or the settings name is not one that the container is on.
pub const NETWORK_NOT_FOUND: Code = Code("network-not-found");
/// A container is on several networks and none is chosen.
pub const SEVERAL_NETWORKS: Code = Code("several-networks");
/// A container has several ports and none is chosen.
pub const SEVERAL_PORTS: Code = Code("several-ports");
/// A container has no address.
pub const NO_ADDRESS: Code = Code("no-address");
/// The container whose network stack another shares is not known.
pub const PEER_NOT_FOUND: Code = Code("peer-not-found");
/// A port is not published on an address that can be used.
pub const NO_BINDING: Code = Code("no-binding");
/// A container without an address of its own does not publish the port that is routed to.
pub const NOT_PUBLISHED: Code = Code("not-published");
/// Two containers define one name differently: nothing of that name is routed.
pub const CONFLICT: Code = Code("conflict");
/// A name is kept by an engine that comes earlier in the settings: another definition of it is not served.
pub const OVERRULED: Code = Code("overruled");
/// A label begins as Traefik's do and is read by nobody.
pub const IGNORED_LABEL: Code = Code("ignored-label");
/// A label names something of Traefik's Docker provider, which is not there where files take its place.
pub const OTHER_PROVIDER: Code = Code("other-provider");
/// A label of the `proxy.` dialect asks for what Traefik cannot do: the route is written without it.
pub const UNSUPPORTED_FIELD: Code = Code("unsupported-field");
/// A label of the `proxy.` dialect is carried out by something of Traefik's that is not quite the same.
pub const APPROXIMATED: Code = Code("approximated");
/// A route of the `proxy.` dialect is not written, since without what is wrong or missing it would be another.
pub const ROUTE_DROPPED: Code = Code("route-dropped");
/// A route of the `proxy.` dialect is none, though its labels are right: it has no port, or is not meant to be one.
pub const NOT_ROUTED: Code = Code("not-routed");
/// A route listens on a port that no entry point of the settings listens on.
pub const NO_ENTRY_POINT: Code = Code("no-entry-point");
/// A container defines one name by `traefik.*` and by `proxy.*`.
pub const NAME_CLASH: Code = Code("name-clash");
/// A container is to sleep when nobody asks for it, and nothing is there that would stop and wake it.
pub const NO_SABLIER: Code = Code("no-sablier");
