use crate::{Key, Section};

/// The sections, in the order of the reference.
pub const SECTIONS: &[Section] = &[
    Section {
        name: "tls",
        doc: "Certificates for engines that are reached over TLS, as PEM files.",
        short: None,
    },
    Section {
        name: "providers",
        doc: "Engines under names of their own, and the agents in front of them: see [several engines](../guide/several-engines.md).",
        short: None,
    },
    Section {
        name: "proxy",
        doc: "What labels of the `proxy.` dialect leave to the proxy: where it listens, for which domains, who gets certificates, and \
              what wakes containers. See docs/reference/proxy-labels.md.",
        short: None,
    },
    Section {
        name: "blacklist",
        doc: "What is kept off the proxy though its labels don't say so: databases and tools. A container with the label \
              `traefik.enable=true` or with any `proxy.` label is let through.",
        short: None,
    },
    Section {
        name: "network",
        doc: "The network by which Traefik reaches containers, and what their labels `docker-events.address`, `.route`, `.rule` and \
              `.host-route` do to theirs. `network: front` is short for the key `default` alone, as `PORTOLAN_NETWORK` and \
              `--network` are.",
        short: Some("network.default"),
    },
    Section {
        name: "scripts",
        doc: "Scripts of your own that events start: the file `start.web` in the directory when the container `web` starts. They and \
              the directory must belong to root or to the user of the service, and nobody else may write to them.",
        short: None,
    },
    Section { name: "hook", doc: "What is for `podman-hook` alone.", short: None },
    Section {
        name: "status",
        doc: "Where a running docker-watcher tells how things stand: see [troubleshooting](../guide/troubleshooting.md#what-the-watcher-sees) and \
              [the status page](../guide/status-page.md).",
        short: None,
    },
    Section { name: "log", doc: "The log, which goes to standard error.", short: None },
];

/// Every key, in the order of the reference.
pub const KEYS: &[Key] = &[
    Key {
        path: "engine",
        doc: "Addresses of the container engines to follow: `unix:///PATH`, `tcp://HOST:PORT`, `http://HOST:PORT`, \
              `https://HOST:PORT`, `tls://HOST:PORT`, `ssh://USER@HOST`. Without one it is the engine that `DOCKER_HOST` \
              names, else the one at the local socket.",
        example: "[\"unix:///var/run/docker.sock\"]",
        slot: |settings| &mut settings.engine,
    },
    Key {
        path: "tls.ca",
        doc: "The certificate of the authority that signed the engine's certificate.",
        example: "/etc/portolan/ca.pem",
        slot: |settings| &mut settings.tls.ca,
    },
    Key {
        path: "tls.cert",
        doc: "The certificate that is shown to the engine. It needs `tls.key`.",
        example: "/etc/portolan/cert.pem",
        slot: |settings| &mut settings.tls.cert,
    },
    Key {
        path: "tls.key",
        doc: "The private key of `tls.cert`.",
        example: "/etc/portolan/key.pem",
        slot: |settings| &mut settings.tls.key,
    },
    Key {
        path: "providers.docker",
        doc: "More engines to follow, each under a name, which messages give. The value is an address as in `engine`, or \
              `agent://HOST:PORT`, or `${DOCKER_HOST}` for the engine that this variable names, else the local one; or it is a section \
              with `scheme` (`tcp`, `http`, `https` or `tls`), `host`, `port` and, for certificates of its own, `tls` with `ca_file`, \
              `cert_file` and `key_file`. Containers of an engine on another machine are reached by their published ports there. In a section \
              (of which `address` may be all of the address), `published_at` names the host where those are, if it is not that of the \
              address, and `local: true` says that the engine is on this machine: one behind a proxy of its socket is. Of two \
              engines that define a name differently, the earlier one keeps it; those of `engine` come before all. A name that ends in \
              `!` routes only containers that have a label beginning with `traefik.` or `proxy.`. In a variable it is \
              one line in braces.",
        example: "{local: \"${DOCKER_HOST}\", far: {scheme: tls, host: db.example.com, port: 2376}}",
        slot: |settings| &mut settings.providers.docker,
    },
    Key {
        path: "providers.agents",
        doc: "The certificates for each agent, by the `HOST:PORT` of its address; an agent that is not listed here is an error. \
              `docker-watcher agent init` makes them: see [agents](../guide/agents.md).",
        example: "{\"db.example.com:8890\": {ca_file: /etc/portolan/db/ca.pem, cert_file: /etc/portolan/db/cert.pem, key_file: \
                  /etc/portolan/db/key.pem}}",
        slot: |settings| &mut settings.providers.agents,
    },
    Key {
        path: "output",
        doc: "The directory that Traefik's file provider watches. It is made where it is absent; files that others put there \
              are not touched.",
        example: "/srv/traefik/dynamic",
        slot: |settings| &mut settings.output,
    },
    Key {
        path: "format",
        doc: "The format of the file that is written there.",
        example: "toml",
        slot: |settings| &mut settings.format,
    },
    Key {
        path: "exposedByDefault",
        doc: "Whether containers without the label `traefik.enable` are routed.",
        example: "false",
        slot: |settings| &mut settings.exposed_by_default,
    },
    Key {
        path: "defaultRule",
        doc: "The rule of an HTTP router that names none: a Go template that knows `.Name`, `.ContainerName` and `.Labels`.",
        example: "Host(`{{ normalize .Name }}.example.com`)",
        slot: |settings| &mut settings.default_rule,
    },
    Key {
        path: "constraints",
        doc: "Which containers are routed: an expression of ``Label(`key`, `value`)`` and ``LabelRegex(`key`, `regex`)`` with \
              `&&`, `||`, `!` and parentheses. All are, where it is empty.",
        example: "Label(`tier`, `public`)",
        slot: |settings| &mut settings.constraints,
    },
    Key {
        path: "useBindPortIP",
        doc: "Whether a port that is published at an address of the host is reached there, and not inside its network.",
        example: "true",
        slot: |settings| &mut settings.use_bind_port_ip,
    },
    Key {
        path: "allowEmptyServices",
        doc: "Whether the service of an unhealthy container stays, without servers, so that its clients get 503 and not 404.",
        example: "true",
        slot: |settings| &mut settings.allow_empty_services,
    },
    Key {
        path: "defaultRoute",
        doc: "How a container is routed that is exposed and whose labels describe no route: by Traefik's default rule, as the \
              `proxy.` dialect routes a container without labels, or not at all.",
        example: "none",
        slot: |settings| &mut settings.default_route,
    },
    Key {
        path: "traefikNetworks",
        doc: "The networks that Traefik itself is on, in order of preference. A container that is on several networks, and for which \
              none is chosen, is reached by the first of these that it is on.",
        example: "[\"front\"]",
        slot: |settings| &mut settings.traefik_networks,
    },
    Key {
        path: "hostAddress",
        doc: "The name or address, without a port, at which Traefik reaches containers on the host's own network.",
        example: "host.docker.internal",
        slot: |settings| &mut settings.host_address,
    },
    Key {
        path: "proxy.http",
        doc: "The entry points of Traefik for plain HTTP. Without one, and without `proxy.https`, routes are at those that are \
              Traefik's default.",
        example: "[\"web\"]",
        slot: |settings| &mut settings.proxy.http,
    },
    Key {
        path: "proxy.https",
        doc: "The entry points of Traefik for HTTPS: each route has a router with TLS there, too.",
        example: "[\"websecure\"]",
        slot: |settings| &mut settings.proxy.https,
    },
    Key {
        path: "proxy.certResolver",
        doc: "The certificate resolver of routers with TLS.",
        example: "letsencrypt",
        slot: |settings| &mut settings.proxy.cert_resolver,
    },
    Key {
        path: "proxy.matchDomains",
        doc: "The domains below which aliases are hosts: with `.example.com`, the alias `app` is `app.example.com`. Without one it is \
              every host whose name begins with `app.`",
        example: "[\".example.com\"]",
        slot: |settings| &mut settings.proxy.match_domains,
    },
    Key {
        path: "proxy.entryPoints",
        doc: "Where entry points of Traefik listen, `NAME=[HOST]:PORT` or `NAME=[HOST]:PORT/udp` each: the entry point of a route with a \
              listening port, such as `proxy.db.port=5432:5432`, is found by its port.",
        example: "[\"websecure=:443\", \"postgres=:5432\", \"dns=:53/udp\"]",
        slot: |settings| &mut settings.proxy.entry_points,
    },
    Key {
        path: "proxy.sablier",
        doc: "What Traefik's static configuration calls the plugin Sablier, under `experimental.plugins`. It stops and wakes containers \
              with the label `proxy.idle_timeout`, and their routes stay while they sleep.",
        example: "sablier",
        slot: |settings| &mut settings.proxy.sablier,
    },
    Key {
        path: "proxy.sablierUrl",
        doc: "Where Traefik reaches Sablier itself.",
        example: "http://127.0.0.1:10000",
        slot: |settings| &mut settings.proxy.sablier_url,
    },
    Key {
        path: "blacklist.enabled",
        doc: "Whether the blacklist is in force.",
        example: "false",
        slot: |settings| &mut settings.blacklist.enabled,
    },
    Key {
        path: "blacklist.images",
        doc: "More images: `NAME` of any author, or `AUTHOR/NAME`; either with `:TAG`. `*` stands for any characters.",
        example: "[\"valkey\", \"bitnami/*\"]",
        slot: |settings| &mut settings.blacklist.images,
    },
    Key {
        path: "blacklist.ports",
        doc: "More ports inside the container, published or not, of any protocol.",
        example: "[9042]",
        slot: |settings| &mut settings.blacklist.ports,
    },
    Key {
        path: "blacklist.mounts",
        doc: "More paths inside the container at which something is mounted.",
        example: "[\"/data/db\"]",
        slot: |settings| &mut settings.blacklist.mounts,
    },
    Key {
        path: "blacklist.allow",
        doc: "What is let through: names of containers, or images in the form of `blacklist.images`.",
        example: "[\"search\", \"solr:9*\"]",
        slot: |settings| &mut settings.blacklist.allow,
    },
    Key {
        path: "network.default",
        doc: "The network by which Traefik reaches containers that don't choose one with the label `traefik.docker.network`.",
        example: "front",
        slot: |settings| &mut settings.network.default,
    },
    Key {
        path: "network.enabled",
        doc: "Whether labels change the addresses, routes and rules of containers.",
        example: "false",
        slot: |settings| &mut settings.network.enabled,
    },
    Key {
        path: "network.onError",
        doc: "What becomes of a container's actions after one that failed: the others are done and every failure is told, or what was \
              done is taken back.",
        example: "rollback",
        slot: |settings| &mut settings.network.on_error,
    },
    Key {
        path: "network.variables",
        doc: "What `$NAME` and `${NAME}` stand for in the label `docker-events.host-route`; a name that is not here is looked up in the \
              service's environment. As a list, in a variable and in a flag it is `NAME=TEXT`; there a text can have no comma.",
        example: "{VPN_IP: \"10.8.0.1\"}",
        slot: |settings| &mut settings.network.variables,
    },
    Key {
        path: "network.hostRoutes",
        doc: "What becomes of the routes that `docker-events.host-route` made on the host when their container stops.",
        example: "keep",
        slot: |settings| &mut settings.network.host_routes,
    },
    Key {
        path: "network.allow",
        doc: "Dangers that labels may bring about all the same: `flush`, to empty a table of routes or the list of rules, and `host`, to \
              change the host's own network by the labels of a container that is on it.",
        example: "[\"flush\"]",
        slot: |settings| &mut settings.network.allow,
    },
    Key {
        path: "network.proc",
        doc: "Where the proc file system of the engine's host is mounted. It is another path where docker-watcher runs in a container.",
        example: "/host/proc",
        slot: |settings| &mut settings.network.proc,
    },
    Key {
        path: "network.state",
        doc: "The file in which docker-watcher notes the routes that it made on the host, so that it withdraws them after a restart too.",
        example: "/var/lib/portolan/host-routes.json",
        slot: |settings| &mut settings.network.state,
    },
    Key {
        path: "network.timeout",
        doc: "How long the actions of one container may take. One hour at most.",
        example: "2s",
        slot: |settings| &mut settings.network.timeout,
    },
    Key {
        path: "scripts.directory",
        doc: "The directory of the scripts. It may be absent.",
        example: "/srv/scripts",
        slot: |settings| &mut settings.scripts.directory,
    },
    Key {
        path: "scripts.enabled",
        doc: "Whether scripts are started.",
        example: "false",
        slot: |settings| &mut settings.scripts.enabled,
    },
    Key {
        path: "scripts.timeout",
        doc: "How long a script may take before it is killed, with all that it started. One hour at most.",
        example: "2m",
        slot: |settings| &mut settings.scripts.timeout,
    },
    Key {
        path: "traefikHost",
        doc: "The name or address at which Traefik reaches the published ports of containers that have no address it could reach, as \
              those of rootless Podman. For `podman-hook`.",
        example: "192.0.2.7",
        slot: |settings| &mut settings.traefik_host,
    },
    Key {
        path: "probe",
        doc: "Whether `podman-hook` tries each address once after it has written it, and tells if nothing answers.",
        example: "false",
        slot: |settings| &mut settings.probe,
    },
    Key {
        path: "hook.directory",
        doc: "Where `podman-hook` keeps its records. Without it, `/run/portolan/podman-hook`, or `portolan/podman-hook` in the user's own \
              runtime directory.",
        example: "/run/hooks",
        slot: |settings| &mut settings.hook.directory,
    },
    Key {
        path: "hook.required",
        doc: "Whether a container does not start if its hook fails. Else failures are told, and the container runs.",
        example: "true",
        slot: |settings| &mut settings.hook.required,
    },
    Key {
        path: "hook.timeout",
        doc: "How long Podman is waited for to tell what a container is. One hour at most.",
        example: "10s",
        slot: |settings| &mut settings.hook.timeout,
    },
    Key {
        path: "status.socket",
        doc: "The Unix socket at which `docker-watcher run` answers `docker-watcher status`. It is made with mode 0660, for the user and the \
              group of the service, in a directory that is made where it is absent. An empty text for no socket.",
        example: "/run/watchers/one.sock",
        slot: |settings| &mut settings.status.socket,
    },
    Key {
        path: "status.listen",
        doc: "Where `docker-watcher run` serves the [status page](../guide/status-page.md), its metrics and its API: an address and a port, or a \
              port alone, which is on loopback; port 0 is one that is free, which the log names. Nobody is asked for a password there: an \
              address that is not loopback lets all in who reach it.",
        example: "127.0.0.1:8081",
        slot: |settings| &mut settings.status.listen,
    },
    Key {
        path: "status.hosts",
        doc: "More names by which the page may be asked for, as by a proxy before it. Those of loopback and the address that is listened on \
              are known; a request for any other is refused.",
        example: "[\"status.example.com\"]",
        slot: |settings| &mut settings.status.hosts,
    },
    Key {
        path: "log.level",
        doc: "How much is logged.",
        example: "debug",
        slot: |settings| &mut settings.log.level,
    },
    Key {
        path: "log.format",
        doc: "Lines for people or JSON for tools.",
        example: "json",
        slot: |settings| &mut settings.log.format,
    },
    Key {
        path: "debounce",
        doc: "How long changes are gathered after a first one, which is written at once. One hour at most.",
        example: "250ms",
        slot: |settings| &mut settings.debounce,
    },
    Key {
        path: "timeout",
        doc: "How long a request to an engine may take. One hour at most.",
        example: "30s",
        slot: |settings| &mut settings.timeout,
    },
];
