//! The kinds of findings that reading a file yields.

use portolan_container::Code;

/// The text is neither `docker inspect` output nor a Compose file, or ends in the middle of one.
///
/// What stood before the mistake is kept. Help: give the output of `docker inspect` as it was printed, or a Compose file.
pub const INSPECT_SYNTAX: Code = Code("inspect-syntax");

/// An entry of `docker inspect` output is no container: an image, a network, a line of a listing.
///
/// The other entries are kept. Help: inspect containers, `docker inspect --type container NAME`.
pub const INSPECT_ENTRY: Code = Code("inspect-entry");

/// A Compose file is not YAML, or not the YAML of a Compose file: no mapping, no `services`, a key given twice.
///
/// Help: `docker compose config` refuses the same file.
pub const COMPOSE_SYNTAX: Code = Code("compose-syntax");

/// A service of a Compose file is not one that Compose would start: a port that is none, a network that nobody defines, two
/// containers of one name.
///
/// That service is left out, the others stay. Help: the message names the key and what it should be.
pub const COMPOSE_SERVICE: Code = Code("compose-service");

/// A `${...}` that is no variable, such as `${` without an end or `${1a}`.
///
/// That service is left out, the others stay. Help: write `$$` where a dollar sign is meant.
pub const COMPOSE_INTERPOLATION: Code = Code("compose-interpolation");

/// A variable is not set and has no default; Compose puts an empty text in its place, and so do we.
///
/// Help: set it in the environment or in `.env`, or give a default, `${NAME:-default}`.
pub const COMPOSE_VARIABLE_UNSET: Code = Code("compose-variable-unset");

/// A variable that the file requires by `${NAME:?...}` is not set.
///
/// That service is left out, the others stay. Help: set it in the environment or in `.env`.
pub const COMPOSE_VARIABLE_REQUIRED: Code = Code("compose-variable-required");

/// A file that a Compose file names (`include`, `extends`, `label_file`) or the `.env` beside it cannot be read.
///
/// What depends on it is left out. Help: paths are relative to the file that names them.
pub const COMPOSE_FILE: Code = Code("compose-file");

/// A line of a `.env` file is no assignment. The line is skipped; Compose refuses the file.
pub const COMPOSE_ENVIRONMENT: Code = Code("compose-environment");

/// A project's name holds characters that Compose refuses; the name without them is used.
///
/// Help: lower-case letters, digits, `-` and `_`, with a letter or digit first.
pub const COMPOSE_PROJECT_NAME: Code = Code("compose-project-name");

/// Nothing tells under which address a service will be reached: on the default bridge, names do not resolve.
///
/// The container's name stands for the address. Help: put the service on a network of its own, or render from the engine.
pub const COMPOSE_ADDRESS: Code = Code("compose-address");

/// The file, or what its aliases, variables and replicas make of it, is larger than any real project.
///
/// The rest is left out. A file of a few lines can grow to gigabytes by aliases, hence the bound.
pub const COMPOSE_TOO_LARGE: Code = Code("compose-too-large");

/// A quadlet unit is none: a line that is no assignment, no section `[Container]`, a port that is none; or a label that blanks
/// cut in two.
///
/// Help: put a label with blanks in quotes as a whole.
pub const QUADLET_SYNTAX: Code = Code("quadlet-syntax");
