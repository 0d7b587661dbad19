use std::fmt::Write as _;

use crate::RouteSpec;

/// A rule of a router, and the priority that has the longest path win.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The rule, in the syntax of Traefik 3.
    pub text: String,
    /// Higher wins. Routes begin above [`Rule::LOWEST`].
    pub priority: i64,
}

impl Rule {
    /// Below every route's priority.
    pub const LOWEST: i64 = 10;
    /// Above every route's priority.
    pub const HIGHEST: i64 = 1 << 40;
}

/// The rule that matches a route's requests and no others, in every spelling that a browser or the hub may send.
///
/// Traefik (3.4.1 and later) matches a path in which all is decoded but the characters that RFC 3986 reserves, and `%`: `+` and
/// `%2B` are two things to it, and one to a hub. So a path with such a character is an expression that takes both. So is every
/// path with a character that would have to be quoted, since users choose their names: what stands between the backticks are letters,
/// digits and escapes.
///
/// Of two routes that take the same request, one's path is the beginning of the other's: the longer path has the higher priority.
/// A host comes on top, as part of the path.
///
/// ```
/// use portolan_jupyterhub::{RouteSpec, rule};
///
/// let zoe = rule(&RouteSpec::from_decoded("/user/zoe"), false);
/// assert_eq!(zoe.text, "Path(`/user/zoe`) || PathPrefix(`/user/zoe/`)");
/// assert!(zoe.priority > rule(&RouteSpec::from_decoded("/user"), false).priority);
/// ```
pub fn rule(spec: &RouteSpec, host_routing: bool) -> Rule {
    let (host, path) = spec.host_and_path(host_routing);
    let text = match (host.map(host_rule), path_rule(path)) {
        (None, None) => "PathPrefix(`/`)".to_owned(),
        (None, Some(path)) => path,
        (Some(host), None) => host,
        (Some(host), Some(path)) => format!("{host} && ({path})"),
    };
    let length = i64::try_from(spec.as_str().len()).unwrap_or(i64::MAX);
    Rule { text, priority: Rule::LOWEST.saturating_add(length).min(Rule::HIGHEST - 1) }
}

/// None for all paths.
fn path_rule(path: &str) -> Option<String> {
    if path == "/" {
        None
    } else if path.chars().all(|c| c == '/' || is_plain(c)) {
        Some(format!("Path(`{path}`) || PathPrefix(`{path}/`)"))
    } else {
        Some(format!("PathRegexp(`^{}(?:/|$)`)", expression(path)))
    }
}

/// Traefik compares hosts without regard to case, and refuses a `Host` with a character beyond ASCII.
fn host_rule(host: &str) -> String {
    if !host.is_empty() && host.chars().all(is_plain) {
        format!("Host(`{}`)", host.to_ascii_lowercase())
    } else {
        let escaped: String = host.to_lowercase().chars().map(literal).collect();
        format!("HostRegexp(`^{escaped}$`)")
    }
}

/// Whether it stands for itself in rules, paths and expressions alike, with `.` to be escaped in the last.
const fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~')
}

fn expression(path: &str) -> String {
    let mut expression = String::new();
    for c in path.chars() {
        let _ = match c {
            '/' => write!(expression, "/"),
            // These never stand in a path but as an escape.
            '?' | '#' | '%' => write!(expression, "%{:02X}", u32::from(c)),
            c if is_reserved(c) => write!(expression, "(?:{}|%{:02X})", literal(c), u32::from(c)),
            c => write!(expression, "{}", literal(c)),
        };
    }
    expression
}

/// Whether Traefik tells its two spellings apart: gen-delims and sub-delims of RFC 3986.
const fn is_reserved(c: char) -> bool {
    matches!(c, ':' | '[' | ']' | '@' | '!' | '$' | '&' | '\'' | '(' | ')' | '*' | '+' | ',' | ';' | '=')
}

/// The character as itself in an expression, in letters, digits and escapes.
fn literal(c: char) -> String {
    if is_plain(c) && c != '.' { c.to_string() } else { format!("\\x{{{:x}}}", u32::from(c)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, host_routing: bool, expected: &str) {
        assert_eq!(rule(&RouteSpec::from_decoded(path), host_routing).text, expected, "{path}");
    }

    #[test]
    fn plain_paths_are_compared_and_others_are_expressions() {
        check("/", false, "PathPrefix(`/`)");
        check("/user/z.o-e_~/lab", false, "Path(`/user/z.o-e_~/lab`) || PathPrefix(`/user/z.o-e_~/lab/`)");
        check("/a@b.c", false, r"PathRegexp(`^/a(?:\x{40}|%40)b\x{2e}c(?:/|$)`)");
        check("/`\"|{{", false, r"PathRegexp(`^/\x{60}\x{22}\x{7c}\x{7b}\x{7b}(?:/|$)`)");
        check("/?#%", false, "PathRegexp(`^/%3F%23%25(?:/|$)`)");
        check("/ é", false, r"PathRegexp(`^/\x{20}\x{e9}(?:/|$)`)");
    }

    #[test]
    fn hosts_stand_before_paths() {
        check("/", true, "PathPrefix(`/`)");
        check("/Hub.example.com", true, "Host(`hub.example.com`)");
        check("/h/a", true, "Host(`h`) && (Path(`/a`) || PathPrefix(`/a/`))");
        check("/a`b/a+", true, r"HostRegexp(`^a\x{60}b$`) && (PathRegexp(`^/a(?:\x{2b}|%2B)(?:/|$)`))");
        check("//a", true, "HostRegexp(`^$`) && (Path(`/a`) || PathPrefix(`/a/`))");
    }

    proptest::proptest! {
        #[test]
        fn no_name_leaves_its_quotes(name: String, host_routing: bool) {
            let rule = rule(&RouteSpec::from_decoded(&name), host_routing);
            proptest::prop_assert!(rule.text.is_ascii() && !rule.text.contains("{{") && !rule.text.contains('"'));
            // What is between backticks has none of the rule's own signs.
            let arguments = rule.text.split('`').skip(1).step_by(2);
            proptest::prop_assert!(rule.text.matches('`').count().is_multiple_of(2));
            for argument in arguments {
                proptest::prop_assert!(!argument.contains([' ', '\n', '&', '!']), "{}", argument);
            }
            proptest::prop_assert!(Rule::LOWEST < rule.priority && rule.priority < Rule::HIGHEST);
        }

        #[test]
        fn the_longer_path_wins(name in "/[a-z+]{0,9}", rest in "[a-z+/]{1,9}[a-z]") {
            let shorter = RouteSpec::from_decoded(&name);
            let longer = RouteSpec::from_decoded(&format!("{}/{rest}", name.trim_end_matches('/')));
            proptest::prop_assert!(rule(&longer, true).priority > rule(&shorter, true).priority);
        }
    }
}
