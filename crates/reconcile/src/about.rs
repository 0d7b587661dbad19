//! What each kind of finding is about in general: said to people who may not read the labels that a finding quotes.

/// What a kind of finding is about, without a word of the label that it was found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// What is so, in a clause that fits every finding of the kind.
    pub summary: &'static str,
    /// The next step, in general.
    pub help: &'static str,
}

impl About {
    /// What the findings of this code are about; `None` for a code that is not ours.
    ///
    /// ```
    /// use portolan_reconcile::About;
    ///
    /// let about = About::code("conflict").ok_or("no such code")?;
    /// assert_eq!(about.summary, "two containers define one name differently");
    /// # Ok::<(), &str>(())
    /// ```
    pub fn code(code: &str) -> Option<Self> {
        let at = CODES.binary_search_by(|(known, ..)| (*known).cmp(code)).ok()?;
        CODES.get(at).map(|&(_, summary, help)| Self { summary, help })
    }

    /// The page in the documentation that tells more.
    pub fn page(code: &str) -> String {
        format!("{}/blob/main/docs/findings/{code}.md", env!("CARGO_PKG_REPOSITORY"))
    }
}

/// Code, summary and help, in the order of the codes.
const CODES: &[(&str, &str, &str)] = &[
    (
        "ambiguous-service",
        "a router names none of several services",
        "name the service of the router: `traefik.http.routers.NAME.service`",
    ),
    (
        "approximated",
        "Traefik has something that is nearly the same",
        "nothing, unless the difference matters to you",
    ),
    (
        "bad-key",
        "a label's key is no path of names",
        "write the key as `traefik`, then names with one dot between each two",
    ),
    (
        "bad-value",
        "no boolean, integer or duration where one must be",
        "write a boolean as `true` or `false`, an integer in decimal digits, a duration as `1m30s`",
    ),
    (
        "blacklisted",
        "a database or tool is kept off the proxy",
        "if it shall be routed, set the label `traefik.enable=true`, or the setting `blacklist.allow`",
    ),
    (
        "cannot-carry",
        "Traefik's files cannot say it",
        "write the value without what `docker-watcher explain CONTAINER` names",
    ),
    (
        "compose-address",
        "an address that is not known before the start",
        "nothing, if you only look at what labels come to",
    ),
    ("compose-environment", "a line of `.env` is no assignment", "write `NAME=value`, one a line"),
    (
        "compose-file",
        "a file that is named cannot be read",
        "check the path: it is relative to the file that names it",
    ),
    ("compose-interpolation", "`${` without a variable", "write `$$` where a dollar sign is meant"),
    (
        "compose-project-name",
        "a project's name was made to fit",
        "set the variable to lower-case letters, digits, `-` and `_`",
    ),
    ("compose-service", "a service that Compose would not start", "mend the key that the message names"),
    (
        "compose-syntax",
        "no Compose file",
        "mend what the message names: `docker compose config` refuses it too",
    ),
    (
        "compose-too-large",
        "larger than any real project",
        "look for a number that was mistyped, and for aliases of lists of aliases",
    ),
    (
        "compose-variable-required",
        "a required variable is not set",
        "set the variable in the environment, or in the file `.env`",
    ),
    (
        "compose-variable-unset",
        "a variable is not set",
        "set the variable, or give it a default: `${NAME:-default}`",
    ),
    (
        "conflict",
        "two containers define one name differently",
        "give one of them another name, or the same labels",
    ),
    (
        "container-skipped",
        "`traefik.enable` or `traefik.docker.*` is in error",
        "mend the label: `traefik.enable` takes `true` or `false`",
    ),
    (
        "database-exposed",
        "a database is routed by HTTP",
        "leave the label out, or give it a TCP router with an entry point of its own",
    ),
    ("deprecated-name", "a name that has another in its place", "take the new name"),
    (
        "eaten-quotes",
        "a rule of which a shell took the quotes",
        "put the label in single quotes, in which a shell leaves backquotes alone",
    ),
    (
        "ignored-field",
        "a field that labels cannot set",
        "define it in a file of your own beside ours, and name it from the label with `@file`",
    ),
    (
        "ignored-index",
        "a list of texts given by index",
        "give the whole list in one value, with commas between",
    ),
    (
        "ignored-label",
        "a label below `traefik.` that nobody reads",
        "take the suggestion of `docker-watcher explain CONTAINER`, or define it in a file of your own beside ours",
    ),
    (
        "inspect-entry",
        "an entry that is no container",
        "inspect containers alone: `docker inspect --type container NAME`",
    ),
    (
        "inspect-syntax",
        "no output of `docker inspect`",
        "give the whole output of `docker inspect` as it was printed",
    ),
    (
        "invalid-constraint-regex",
        "a constraint's regular expression matches nothing",
        "mend the expression: its syntax is that of Go (RE2)",
    ),
    (
        "middleware-kinds",
        "a middleware of no kind, or of several",
        "define a middleware for each kind, and name them one after the other in the router's `middlewares`",
    ),
    (
        "misplaced-value",
        "a value where names must follow, or the reverse",
        "add the field that the value belongs to, or remove the names behind the field",
    ),
    ("name-clash", "`traefik.*` and `proxy.*` define one name", "give one of them another name"),
    (
        "network-danger",
        "a string that would do too much harm",
        "name what is to be deleted, or allow it by the setting `network.allow`",
    ),
    (
        "network-failed",
        "the kernel refuses it",
        "look at what is in the container's network by `docker-watcher explain CONTAINER`",
    ),
    ("network-ignored", "a word that has no effect", "remove the word, or put it where it counts"),
    (
        "network-no-entry",
        "a network namespace cannot be entered",
        "give the service `CAP_SYS_PTRACE` and `CAP_SYS_ADMIN`, as `docker-watcher install` does",
    ),
    (
        "network-not-found",
        "the container is not on the network that is named",
        "write the network's name as the engine has it: Compose puts the project's name before it",
    ),
    (
        "network-string",
        "a string is none of `ip`",
        "write the string as after `ip address`, `ip route` or `ip rule`, and separate strings by semicolons",
    ),
    (
        "network-unknown-label",
        "a label below `docker-events.` that nobody reads",
        "use `docker-events.address`, `.route`, `.rule` or `.host-route`",
    ),
    (
        "network-variable",
        "a variable has no value",
        "set the variable in the setting `network.variables`, or in the environment of the service",
    ),
    ("no-address", "the container has no address", "connect the container to a network that Traefik is on"),
    (
        "no-binding",
        "a port is not published at an address",
        "publish the port at one of the host's addresses, if Traefik shall reach it there",
    ),
    (
        "no-entry-point",
        "nothing listens on the route's port",
        "add the entry point to Traefik's static configuration, and name it in the setting `proxy.entryPoints`",
    ),
    (
        "no-router",
        "several services and no router",
        "if the container shall be reached, define a router that names one of its services",
    ),
    ("no-rule", "a router has no rule", "give the router its rule, or mend the setting `defaultRule`"),
    (
        "no-sablier",
        "nobody would stop and wake the container",
        "install the plugin Sablier in Traefik, and name it in the setting `proxy.sablier`",
    ),
    (
        "not-published",
        "a container without an address does not publish its port",
        "publish the port: `--publish 8080:80`",
    ),
    (
        "not-routed",
        "a route without a port, or that is not meant to be one",
        "name the port by the label `proxy.ALIAS.port`, or expose one",
    ),
    (
        "other-dialect",
        "a root that is misspelt or missing",
        "correct the first name of the label: `traefik` or `proxy`",
    ),
    (
        "other-provider",
        "a reference to what the Docker provider defines",
        "drop the suffix, or write `@file` in its place",
    ),
    (
        "overruled",
        "an engine or a container that comes first keeps a name",
        "give one of them another name, or change the order of the engines in the settings",
    ),
    (
        "password-hash",
        "a user without a hash",
        "in a Compose file write `$$` for each dollar sign of a hash; make hashes with `htpasswd -nbB NAME PASSWORD`",
    ),
    (
        "peer-not-found",
        "the container whose network stack it shares is not known",
        "start the container whose network stack it shares, on the same engine",
    ),
    (
        "quadlet-syntax",
        "no quadlet unit, or a label cut in two",
        "put a label with blanks in quotes as a whole",
    ),
    (
        "quoted-value",
        "quotes that are part of a value",
        "leave the inner quotes out, or put the whole item in quotes",
    ),
    (
        "refused-value",
        "Traefik refuses a value that it can read",
        "write what is accepted there: `docker-watcher check` names it",
    ),
    (
        "route-dropped",
        "a route that would be another without what is wrong",
        "mend what `docker-watcher explain CONTAINER` names, or describe the route by `traefik.` labels",
    ),
    (
        "rule-never-matches",
        "a rule that nothing passes",
        "write hosts without scheme, port and path, and join by `||` what may be one or the other",
    ),
    (
        "rule-syntax",
        "a rule that Traefik refuses",
        "write one value a matcher, in backquotes, and join matchers by `&&` and `||`",
    ),
    (
        "service-error",
        "a service has no server: no port, no address",
        "name the port by the label `traefik.http.services.NAME.loadbalancer.server.port`, or expose one; without an address, put the \
         container on a network that Traefik is on too",
    ),
    (
        "several-networks",
        "one of several networks was taken",
        "name the network by the label `traefik.docker.network`, or list those of Traefik in the setting `traefikNetworks`",
    ),
    (
        "several-ports",
        "the lowest of several ports was taken",
        "name the port by the label `traefik.http.services.NAME.loadbalancer.server.port`",
    ),
    (
        "shadowed-router",
        "another router takes all requests first",
        "leave `priority` out, or give the other router a higher one",
    ),
    (
        "shortcut-conflict",
        "a list for all aliases beside a label for one",
        "give the field in one way: in the list for all aliases, or one by one",
    ),
    ("switched-off", "a value other than `true` turns something off", "write `true`, or leave the label out"),
    (
        "unknown-entry-point",
        "an entry point that Traefik does not have",
        "correct the name, or add the entry point to Traefik's static configuration",
    ),
    (
        "unknown-field",
        "a name that Traefik does not have at that place",
        "correct the label's key: `docker-watcher explain CONTAINER` suggests a name",
    ),
    ("unknown-reference", "a name that nobody defines", "correct the name, or define what it names"),
    (
        "unsupported-field",
        "Traefik has nothing like it",
        "take the label away, or do the same with what Traefik has",
    ),
];
