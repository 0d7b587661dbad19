use std::net::IpAddr;

use super::{Kind, Matcher, Syntax};

/// One test that is true or false of a request, with as much of its meaning as is needed to compare it with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// Always true.
    Any,
    /// Exactly this host, or this server name.
    Host(String),
    /// One label before this suffix, which begins with a dot.
    HostBelow(String),
    /// Exactly this path.
    Path(String),
    /// Paths that begin so.
    PathPrefix(String),
    /// This method.
    Method(String),
    /// Something of which no more is known than that it is the same as itself.
    Other(Kind, Vec<String>),
}

impl Test {
    /// The tests of a matcher, of which one must be true.
    pub(super) fn of(matcher: &Matcher, syntax: Syntax) -> Vec<Self> {
        let Matcher { kind, arguments, .. } = matcher;
        let each = |test: fn(&str) -> Self| arguments.iter().map(|value| test(value)).collect();
        let plain = |value: &String| syntax == Syntax::V3 || !value.contains('{');
        match kind {
            Kind::Host | Kind::HostHeader | Kind::HostSni => each(host),
            Kind::Path if arguments.iter().all(plain) => each(|value| Self::Path(value.to_owned())),
            Kind::PathPrefix if arguments.iter().all(plain) => each(|value| match value {
                "/" => Self::Any,
                _ => Self::PathPrefix(value.to_owned()),
            }),
            Kind::Method => each(|value| Self::Method(value.to_ascii_uppercase())),
            _ => vec![Self::Other(*kind, arguments.clone())],
        }
    }

    /// Whether whatever passes this test passes the other, too.
    pub(super) fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Any) => true,
            (Self::Host(name), Self::HostBelow(suffix)) => name
                .strip_suffix(suffix.as_str())
                .is_some_and(|label| !label.is_empty() && !label.contains('.')),
            (Self::Path(path) | Self::PathPrefix(path), Self::PathPrefix(prefix)) => {
                path.starts_with(prefix.as_str())
            }
            _ => self == other,
        }
    }

    /// Whether nothing can pass both.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Host(one), Self::Host(two))
            | (Self::HostBelow(one), Self::HostBelow(two))
            | (Self::Path(one), Self::Path(two))
            | (Self::Method(one), Self::Method(two)) => one != two,
            (Self::Host(_), Self::HostBelow(_)) | (Self::Path(_), Self::PathPrefix(_)) => {
                !self.implies(other)
            }
            (Self::HostBelow(_), Self::Host(_)) | (Self::PathPrefix(_), Self::Path(_)) => {
                !other.implies(self)
            }
            (Self::PathPrefix(one), Self::PathPrefix(two)) => {
                !one.starts_with(two.as_str()) && !two.starts_with(one.as_str())
            }
            _ => false,
        }
    }
}

fn host(value: &str) -> Test {
    let name = value.to_ascii_lowercase();
    let name = name.strip_suffix('.').unwrap_or(&name);
    match name.strip_prefix('*') {
        Some("") => Test::Any,
        Some(suffix) if suffix.starts_with('.') => Test::HostBelow(suffix.to_owned()),
        _ => Test::Host(name.to_owned()),
    }
}

/// Why a matcher that Traefik accepts is never true, and what was probably meant; which of its arguments says so.
pub(super) fn never(matcher: &Matcher, syntax: Syntax) -> Option<(usize, String, String)> {
    let Matcher { kind, arguments, .. } = matcher;
    let first = arguments.first().map(String::as_str).unwrap_or_default();
    if *kind == Kind::Header && first.eq_ignore_ascii_case("host") {
        return Some((
            0,
            "the header `Host` is not among those that are compared".to_owned(),
            "use `Host(...)`".to_owned(),
        ));
    }
    if syntax == Syntax::V3 && *kind == Kind::Query && arguments.len() == 1 && first.contains('=') {
        let (name, value) = first.split_once('=').unwrap_or((first, ""));
        let message = format!("no parameter is named `{first}`: this is the spelling of Traefik 2");
        return Some((0, message, format!("write Query(`{name}`, `{value}`)")));
    }
    arguments.iter().enumerate().find_map(|(index, value)| {
        let (message, help) = match kind {
            Kind::Host | Kind::HostHeader => never_host(value)?,
            Kind::HostRegexp | Kind::HostSniRegexp if syntax == Syntax::V3 => never_template(value)?,
            Kind::Path | Kind::PathPrefix => never_path(value, syntax)?,
            _ => return None,
        };
        Some((index, message, help))
    })
}

fn never_host(value: &str) -> Option<(String, String)> {
    if value.parse::<IpAddr>().is_ok() {
        return None;
    }
    let bare = value.split_once("://").map_or(value, |(_, rest)| rest);
    let bare = bare.split(['/', '?']).next().unwrap_or(bare);
    let bare = bare.split(':').next().unwrap_or(bare).trim();
    let what = if value.contains("://") {
        "a scheme"
    } else if value.contains(['/', '?']) {
        "a path"
    } else if value.contains(':') {
        "a port"
    } else if value.contains(|c: char| c.is_ascii_whitespace()) {
        "a blank"
    } else if value.contains('{') {
        let message = format!("no host is `{value}`: templates are of Traefik 2");
        return Some((
            message,
            "use HostRegexp with a regular expression, such as `^[a-z]+\\.example\\.com$`".to_owned(),
        ));
    } else if value.contains(',') {
        let names: Vec<String> = value.split(',').map(|name| format!("Host(`{}`)", name.trim())).collect();
        return Some((format!("no host is `{value}`"), format!("write {}", names.join(" || "))));
    } else if value.strip_prefix("*.").unwrap_or(value).contains('*') && value != "*" {
        let help = "a `*` stands for the first label alone, as in `*.example.com`; else use HostRegexp";
        return Some((format!("no host is `{value}`"), help.to_owned()));
    } else {
        return None;
    };
    Some((format!("a host is a name without {what}: none is `{value}`"), format!("write Host(`{bare}`)")))
}

/// `{name:[a-z]+}` as a regular expression asks for these very characters.
fn never_template(value: &str) -> Option<(String, String)> {
    let (_, rest) = value.split_once('{')?;
    let (inside, _) = rest.split_once('}')?;
    let name = inside.split(':').next().unwrap_or(inside);
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    is_name.then(|| {
        let message = format!("`{{{inside}}}` is a template of Traefik 2, and no host has these characters");
        let help = "write a regular expression, such as `^[a-z]+\\.example\\.com$`, or `ruleSyntax=v2`";
        (message, help.to_owned())
    })
}

fn never_path(value: &str, syntax: Syntax) -> Option<(String, String)> {
    if syntax == Syntax::V2 && value.contains('{') {
        return None;
    }
    if let Some((path, _)) = value.split_once('?') {
        return Some((
            format!("a path ends before its `?`: none is `{value}`"),
            format!("write `{path}` and test the parameter with Query"),
        ));
    }
    if let Some((path, _)) = value.split_once('#') {
        return Some((
            format!("clients do not send what follows a `#`: no path is `{value}`"),
            format!("write `{path}`"),
        ));
    }
    if value.contains('*') {
        let path = value.split('*').next().unwrap_or_default();
        return Some((
            format!("`*` stands for itself in a path: hardly one is `{value}`"),
            format!("write PathPrefix(`{path}`)"),
        ));
    }
    (syntax == Syntax::V3 && never_template(value).is_some()).then(|| {
        let message = format!("hardly a path is `{value}`: templates are of Traefik 2");
        (message, "use PathRegexp, such as `^/products/[0-9]+$`, or `ruleSyntax=v2`".to_owned())
    })
}
