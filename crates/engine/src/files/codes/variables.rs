//! Variables of Compose files.
#![allow(
    rustdoc::invalid_codeblock_attributes,
    reason = "behind the language stands the file's name, such as `.env`"
)]

use portolan_container::Code;

/// A `${...}` that is no variable, such as `${` without an end or `${1a}`.
///
/// Severity: error. Listed under: Files that are rendered.
///
/// ## What it is
///
/// A `${` in the file begins no variable that Compose knows: it has no end, or a name that is none, or an operator that is none. That
/// service is left out; the others are kept.
///
/// ## Why it matters
///
/// Compose refuses the file, so the project would not start at all. Regular expressions in rules are the usual cause.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     labels:
///       traefik.http.routers.web.rule: PathRegexp(`^/v${1}/`)
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[compose-interpolation]: demo-web-1: `services.web.labels.traefik.http.routers.web.rule`: `${1}/`)` is no variable
///  |
///  = help: write `$$` where a dollar sign is meant
/// error: no container could be read, nothing is written
/// ```
///
/// ## Instead
///
/// Write `$$` where a dollar sign is meant: `$${1}` arrives as `${1}`. That is often the case in regular expressions. A lone `$` that
/// is followed by no name, as at the end of a text, may stay as it is. A variable is `$NAME`, `${NAME}`, or `${NAME` with `:-default`, `-default`,
/// `:?message`, `?message`, `:+instead` or `+instead` and `}`.
///
/// ## Where the rule comes from
///
/// The Compose Specification, as Docker Compose 2.40 reads it, which refuses the whole file.
pub const COMPOSE_INTERPOLATION: Code = Code("compose-interpolation");

/// A variable is not set and has no default; Compose puts an empty text in its place, and so do we.
///
/// Severity: warning. Listed under: Files that are rendered.
///
/// ## What it is
///
/// A variable of the file is not set and has no default. An empty text stands in its place, so a rule may come to name no host.
///
/// ## Why it matters
///
/// A rule such as ``Host(`${DOMAIN}`)`` names no host then, and the service is reachable under none, without any error when it starts.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     labels:
///       traefik.http.routers.web.rule: Host(`web.${DOMAIN}`)
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// warning[compose-variable-unset]: demo-web-1: `services.web.labels.traefik.http.routers.web.rule`: variable `DOMAIN` is not set, an empty text stands in its place
///  |
///  = help: set it in the environment or in `.env`, or give a default: `${DOMAIN:-default}`
/// ```
///
/// ## Instead
///
/// Set the variable in the environment, or in the file `.env` beside the Compose file, or give a default: `${DOMAIN:-example.com}`. To make
/// a missing one an error, write `${DOMAIN:?}`. In CI the environment is another than on the server: see
/// [Compose files in CI](../guide/compose.md). Where a dollar sign was meant, write `$$`.
///
/// ## Where the rule comes from
///
/// The Compose Specification; Docker Compose 2.40 warns and goes on too. Variables are taken from the environment first, then from `.env`.
pub const COMPOSE_VARIABLE_UNSET: Code = Code("compose-variable-unset");

/// A variable that the file requires by `${NAME:?...}` is not set.
///
/// Severity: error. Listed under: Files that are rendered.
///
/// ## What it is
///
/// The file requires a variable by `${NAME:?message}` or `${NAME?message}`, and it is not set. With the colon, an empty one counts as not
/// set. That service is left out; the others are kept.
///
/// ## Why it matters
///
/// Compose refuses the file, and nothing of the project starts. In CI it is often only that the variable is set nowhere but on the server.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     labels:
///       traefik.http.routers.web.rule: Host(`web.${DOMAIN:?the domain of this site}`)
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[compose-variable-required]: demo-web-1: `services.web.labels.traefik.http.routers.web.rule`: variable `DOMAIN` is required and not set: the domain of this site
///  |
///  = help: set it in the environment or in `.env`
/// error: no container could be read, nothing is written
/// ```
///
/// ## Instead
///
/// Set the variable in the environment, or in the file `.env` beside the Compose file:
///
/// ```sh
/// DOMAIN=example.com docker-watcher render compose.yaml
/// ```
///
/// ## Where the rule comes from
///
/// The Compose Specification; Docker Compose 2.40 refuses the whole file.
pub const COMPOSE_VARIABLE_REQUIRED: Code = Code("compose-variable-required");

/// A line of a `.env` file is no assignment. The line is skipped; Compose refuses the file.
///
/// Severity: error. Listed under: Files that are rendered.
///
/// ## What it is
///
/// A line of a `.env` file, or of a file of labels, is no assignment. The line is skipped, the others count.
///
/// ## Why it matters
///
/// A variable that the line was to set is not set, and a label or a rule that uses it comes out empty.
///
/// ## Example
///
/// ```text .env
/// DOMAIN=example.com
/// MAIL HOST=mail.example.com
/// ```
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
///     labels:
///       traefik.http.routers.web.rule: Host(`web.${DOMAIN}`)
/// ```
///
/// ```sh
/// docker-watcher render compose.yaml
/// ```
///
/// ```text
/// error[compose-environment]: `/srv/demo/.env`, line 2: `MAIL HOST` is no variable's name: it holds ` `
///  |
///  = help: a line is `NAME=value`, `# a comment` or empty
/// ```
///
/// ## Instead
///
/// Write `NAME=value`, one a line; comments begin with `#`. Names are letters, digits, `_`, `.` and `-`. A value in single quotes stays as
/// it is; in double quotes and without any, `$NAME` is replaced.
///
/// ## Where the rule comes from
///
/// The format of `.env` files as Docker Compose 2.40 reads it, which refuses the whole file.
pub const COMPOSE_ENVIRONMENT: Code = Code("compose-environment");

/// A project's name holds characters that Compose refuses; the name without them is used.
///
/// Severity: warning. Listed under: Files that are rendered.
///
/// ## What it is
///
/// The variable `COMPOSE_PROJECT_NAME` holds a name that Compose refuses. The name without the offending characters is used.
///
/// ## Why it matters
///
/// The project's name is part of the names of containers, of networks and of services that labels do not name: what is shown here may be called
/// otherwise when it runs.
///
/// ## Example
///
/// ```yaml compose.yaml
/// services:
///   web:
///     image: nginx
///     expose: [80]
/// ```
///
/// ```sh
/// COMPOSE_PROJECT_NAME=My.Shop docker-watcher render compose.yaml
/// ```
///
/// ```text
/// warning[compose-project-name]: Compose refuses the project name `My.Shop`; `myshop` is used
///  |
///  = help: a name is of lower-case letters, digits, `-` and `_`, with a letter or digit first
/// ```
///
/// ## Instead
///
/// Set the variable to a name of lower-case letters, digits, `-` and `_` that begins with a letter or a digit. Without it the name is that of
/// the file's `name`, else that of its directory, made to fit in the same way.
///
/// ## Where the rule comes from
///
/// The Compose Specification; Docker Compose 2.40 refuses such a name.
pub const COMPOSE_PROJECT_NAME: Code = Code("compose-project-name");
