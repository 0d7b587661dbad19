//! Compose files and the services in them.

use portolan_container::Code;

/// A Compose file is not YAML, or not the YAML of a Compose file: no mapping, no `services`, a key given twice.
///
/// Severity: error. Listed under: Files that are rendered.
///
/// ## What it is
///
/// The file is not YAML, or not the YAML of a Compose file: no mapping, no `services`, a key that is given twice. What can be read of it is
/// kept.
///
/// ## Why it matters
///
/// Compose refuses the file, and nothing of the project starts. Of a key that is given twice, the reader sees one and the program may take the
/// other.
///
/// ## Example
///
/// ```yaml compose.yaml
/// version: "3"
/// web:
///   image: nginx
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[compose-syntax]: this is no Compose file: it has no `services`
///  |
///  = help: give a Compose file, or the JSON that `docker inspect` prints
/// error: no container could be read, nothing is written
/// ```
///
/// ## Instead
///
/// Mend what the message names. `docker compose config` reads the same file and refuses it too. The file's format is that of
/// Compose v2: services stand below `services`; `version` means nothing any more.
///
/// ## Where the rule comes from
///
/// The Compose Specification, as Docker Compose 2.40 reads it.
pub const COMPOSE_SYNTAX: Code = Code("compose-syntax");

/// A service of a Compose file is not one that Compose would start: a port that is none, a network that nobody defines, two containers of one name.
///
/// Severity: error. Listed under: Files that are rendered.
///
/// ## What it is
///
/// A service of the file is not one that Compose would start: a port that is none, a network that the file does not define, two containers
/// of one name, a key of the wrong type. That service is left out; the others are kept.
///
/// ## Why it matters
///
/// Compose refuses the whole file for it. Nothing of the project would start, not even the services that are right.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     ports: ["80800:80"]
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[compose-service]: demo-web-1: `services.web.ports.[0]`: `80800` is no port, ports are numbers from 1 to 65535
///  |
///  = help: the service is left out; `docker compose config` refuses the whole file
/// error: no container could be read, nothing is written
/// ```
///
/// ## Instead
///
/// Mend the key that the message names. `docker compose config` refuses the same service, and with it the whole file.
///
/// ## Where the rule comes from
///
/// The Compose Specification, as Docker Compose 2.40 reads it. That the other services stay is ours: one mistake does not hide the next.
pub const COMPOSE_SERVICE: Code = Code("compose-service");

/// A file that a Compose file names (`include`, `extends`, `label_file`) or the `.env` beside it cannot be read.
///
/// Severity: error. Listed under: Files that are rendered.
///
/// ## What it is
///
/// A file that the Compose file names cannot be read: one that it includes (`include`), one that a service extends (`extends`), one with
/// labels (`label_file`) or with variables (`env_file` of an include, `.env`). What depends on it is left out.
///
/// ## Why it matters
///
/// What the file defines is missing from the answer, so labels look absent or wrong that are not.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     label_file: web.labels
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[compose-file]: demo-web-1: `services.web.label_file`: cannot read `/srv/demo/web.labels`: No such file or directory (os error 2)
/// error: no container could be read, nothing is written
/// ```
///
/// ## Instead
///
/// Check the path: it is relative to the file that names it. Files at `https://`, in Git or in a registry are not fetched; Compose can make
/// one file of all: `docker compose config > whole.yaml`, which can be rendered then. From standard input (`-`), paths are relative to the
/// working directory.
///
/// ## Where the rule comes from
///
/// The Compose Specification; Docker Compose 2.40 refuses the whole project.
pub const COMPOSE_FILE: Code = Code("compose-file");

/// Nothing tells under which address a service will be reached: on the default bridge, names do not resolve.
///
/// Severity: warning. Listed under: Files that are rendered.
///
/// ## What it is
///
/// The service is on the engine's default network `bridge`, where names do not resolve, and its address is not known before it runs. Its
/// container's name stands in the place of the address; Traefik could not reach it there.
///
/// ## Why it matters
///
/// Where the file is used as it is, requests for this service end in 502.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     network_mode: bridge
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// warning[compose-address]: demo-web-1: `services.web.network_mode`: the address on network `bridge` is not known before the container runs; its name stands in its place, and does not resolve there
///  |
///  = help: put the service on a network of its own, or render from the engine
/// ```
///
/// ## Instead
///
/// Nothing, if you only look at what labels come to. Followed by `docker-watcher run`, the running container has its address. For files that
/// shall be used as they were rendered from a Compose file, leave `network_mode` out: services are then on a network of their own, on which
/// the service's name resolves.
///
/// ## Where the rule comes from
///
/// Docker's default bridge has no name service, unlike networks that users define.
pub const COMPOSE_ADDRESS: Code = Code("compose-address");

/// The file, or what its aliases, variables and replicas make of it, is larger than any real project.
///
/// Severity: error. Listed under: Files that are rendered.
///
/// ## What it is
///
/// The file, or what its aliases, variables and replicas make of it, is larger than any real project: above 4 MiB a file, 64 MiB in all,
/// or 256 files. The rest is left out.
///
/// ## Why it matters
///
/// No answer that leaves the rest out is complete. Such a file is nearly always a slip of a finger, or somebody's attempt to fill the memory of
/// whoever reads it.
///
/// ## Example
///
/// ```text
/// error[compose-too-large]: the project grows beyond 64 MiB by its aliases, variables or replicas
/// ```
///
/// ## Instead
///
/// Look for a number that was mistyped (`scale`, `replicas`), and for aliases of lists of aliases: ten lines of those can stand for gigabytes.
///
/// ## Where the rule comes from
///
/// The bounds are ours, so that a file from elsewhere can neither fill the memory nor take for ever.
pub const COMPOSE_TOO_LARGE: Code = Code("compose-too-large");
