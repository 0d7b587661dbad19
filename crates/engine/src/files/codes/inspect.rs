//! Output of `docker inspect`.

use portolan_container::Code;

/// The text is neither `docker inspect` output nor a Compose file, or ends in the middle of one.
///
/// Severity: error. Listed under: Files that are rendered.
///
/// ## What it is
///
/// The text is not what `docker inspect` prints: it is no JSON, or it ends in the middle. The containers before that place are kept.
///
/// ## Why it matters
///
/// Containers behind that place are not looked at, and nothing is said of what is wrong with them.
///
/// ## Example
///
/// ```json inspect.json
/// [{"Id": "1f", "Name": "/web", "State": {"Status": "running"},
///   "NetworkSettings": {"Ports": {"80/tcp": null}, "Networks": {"bridge": {"IPAddress": "172.17.0.2"}}}},
/// ```
///
/// ```sh
/// docker-watcher render inspect.json
/// ```
///
/// ```text
/// error[inspect-syntax]: the JSON cannot be read: EOF while parsing a value at line 3 column 0; the container before it is kept
///  |
///  = help: give the whole output of `docker inspect` as it was printed
/// ```
///
/// ## Instead
///
/// Give the whole output as it was printed: `docker inspect $(docker ps --all --quiet)`. An output that was cut off is most often one that
/// was copied from a terminal. A Compose file is told by its beginning: it does not begin with `[`, and if with `{`, it has `services`.
///
/// ## Where the rule comes from
///
/// The command `docker inspect` prints a JSON list; we also read one object, and objects one after the other, as with
/// `--format '{{json .}}'`.
pub const INSPECT_SYNTAX: Code = Code("inspect-syntax");

/// An entry of `docker inspect` output is no container: an image, a network, a line of a listing.
///
/// Severity: error. Listed under: Files that are rendered.
///
/// ## What it is
///
/// An entry of the output is no container: it is an image, a network, a volume, or a line of `docker ps`. The other entries are kept.
///
/// ## Why it matters
///
/// The container that was meant is perhaps not among those that are shown.
///
/// ## Example
///
/// ```json inspect.json
/// [
///   {"Id": "sha256:5d", "RepoTags": ["nginx:latest"]},
///   {"Id": "1f", "Name": "/web", "State": {"Status": "running"},
///    "NetworkSettings": {"Ports": {"80/tcp": null}, "Networks": {"bridge": {"IPAddress": "172.17.0.2"}}}}
/// ]
/// ```
///
/// ```sh
/// docker-watcher render inspect.json
/// ```
///
/// ```text
/// error[inspect-entry]: entry 0 is no container: this is an image
///  |
///  = help: inspect containers alone: `docker inspect --type container NAME...`
/// ```
///
/// ## Instead
///
/// Inspect containers alone: `docker inspect --type container NAME`. Without `--type`, Docker looks for an image, a network and so on where
/// there is no container of that name.
///
/// ## Where the rule comes from
///
/// The command `docker inspect` prints whatever has the name that it is given.
pub const INSPECT_ENTRY: Code = Code("inspect-entry");
