use crate::{Key, Section};

/// The sections, in the order of the reference.
pub const SECTIONS: &[Section] = &[
    Section { name: "tls", doc: "Certificates for engines that are reached over TLS, as PEM files." },
    Section {
        name: "blacklist",
        doc: "What is kept off the proxy though its labels don't say so: databases and tools. A container with the label \
              `traefik.enable=true` or with any `proxy.` label is let through.",
    },
    Section { name: "log", doc: "The log, which goes to standard error." },
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
        path: "network",
        doc: "The network by which Traefik reaches containers that don't choose one with the label `traefik.docker.network`.",
        example: "front",
        slot: |settings| &mut settings.network,
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
        doc: "How a container is routed that is exposed and whose labels describe no route: by Traefik's default rule, by the \
              `proxy.` dialect, or not at all.",
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
