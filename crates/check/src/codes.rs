//! The kinds of findings about labels.

use portolan_container::Code;

/// A rule that Traefik refuses: no expression, no such matcher, a value that the matcher does not take.
pub const RULE_SYNTAX: Code = Code("rule-syntax");
/// A rule whose values stand without quotes: a shell took the backticks for a command.
pub const EATEN_QUOTES: Code = Code("eaten-quotes");
/// A rule that Traefik accepts and that no request passes.
pub const RULE_NEVER_MATCHES: Code = Code("rule-never-matches");
/// A middleware, service or certificate resolver that nobody defines.
pub const UNKNOWN_REFERENCE: Code = Code("unknown-reference");
/// A router that is never reached, since another takes all its requests first.
pub const SHADOWED_ROUTER: Code = Code("shadowed-router");
/// An entry point that Traefik's static configuration does not have.
pub const UNKNOWN_ENTRY_POINT: Code = Code("unknown-entry-point");
/// A list given by index, which labels cannot: Traefik reads the label and ignores it.
pub const IGNORED_INDEX: Code = Code("ignored-index");
/// A field that Traefik knows and does not take from labels.
pub const IGNORED_FIELD: Code = Code("ignored-field");
/// A value in quotes that are part of it.
pub const QUOTED_VALUE: Code = Code("quoted-value");
/// A name that Traefik still reads and that has another in its place.
pub const DEPRECATED_NAME: Code = Code("deprecated-name");
/// A user whose password is no hash, or one that lost its dollar signs.
pub const PASSWORD_HASH: Code = Code("password-hash");
/// A label that is meant for somebody else, or for nobody: a root that is misspelt or missing, a label of Traefik 1.
pub const OTHER_DIALECT: Code = Code("other-dialect");
/// A middleware of no kind, or of several.
pub const MIDDLEWARE_KINDS: Code = Code("middleware-kinds");
/// A database that is reached by HTTP, because it was let through and nothing says how it is routed.
pub const DATABASE_EXPOSED: Code = Code("database-exposed");
