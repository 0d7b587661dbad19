use std::net::IpAddr;
use std::ops::Range;

use super::matcher::{Arity, known};
use super::{Kind, Matcher, Protocol, RuleError, Syntax, print};
use crate::constraints::re2;

/// What Traefik refuses in a matcher's values.
pub(super) fn check(matcher: &Matcher, protocol: Protocol, syntax: Syntax) -> Result<(), RuleError> {
    let Matcher { kind, arguments, span, .. } = matcher;
    let name = kind.name();
    let arity = known(protocol, syntax).iter().find(|(_, known, _)| known == kind).map(|(.., arity)| *arity);
    let given = arguments.len();
    let (fits, takes) = match arity.unwrap_or(Arity::Any) {
        Arity::One => (given == 1, "one value"),
        Arity::Two => (given == 2, "a name and a value"),
        Arity::OneOrTwo => (given == 1 || given == 2, "a name and perhaps a value"),
        Arity::Any => (given > 0, "a value or more"),
        Arity::Pairs => (given > 0 && given.is_multiple_of(2), "pairs of a name and a value"),
    };
    if !fits {
        let many = arity == Some(Arity::One) && given > 1;
        let help = many.then(|| format!("write {}", print::alternatives(name, arguments)));
        return Err(RuleError::Count { name, takes, given, help, span: span.clone() });
    }
    // Traefik takes a matcher without a single text in it for one without arguments; one empty text is refused too.
    if let Some(empty) = arguments.iter().position(String::is_empty) {
        return Err(refuse(matcher, empty, "the value is empty".to_owned(), None));
    }
    for (index, value) in arguments.iter().enumerate() {
        let refused = match (kind, syntax) {
            (Kind::Host | Kind::HostHeader, _) => ascii(value),
            (Kind::HostRegexp, Syntax::V3) => ascii(value).or_else(|| expression(value)),
            (Kind::HostSniRegexp, Syntax::V3) => ascii(value).or_else(|| expression(value)),
            (Kind::HostRegexp | Kind::HostSniRegexp, Syntax::V2) => ascii(value).or_else(|| template(value)),
            (Kind::Path | Kind::PathPrefix, Syntax::V3) => path(value),
            (Kind::Path | Kind::PathPrefix, Syntax::V2) => path(value).or_else(|| template(value)),
            (Kind::PathRegexp, _) => expression(value),
            (Kind::HeaderRegexp | Kind::QueryRegexp | Kind::HeadersRegexp, _) if index % 2 == 1 => {
                expression(value)
            }
            (Kind::Query, Syntax::V2) => pair(value).or_else(|| template(value)),
            (Kind::ClientIp, _) => network(value),
            (Kind::HostSni, _) => server_name(value),
            (Kind::Alpn, _) if value == "acme-tls/1" => {
                Some(("Traefik keeps `acme-tls/1` for itself".to_owned(), None))
            }
            _ => None,
        };
        if let Some((reason, help)) = refused {
            return Err(refuse(matcher, index, reason, help));
        }
    }
    Ok(())
}

/// What is wrong with a value, and what to write instead.
type Refused = Option<(String, Option<String>)>;

fn refuse(matcher: &Matcher, index: usize, reason: String, help: Option<String>) -> RuleError {
    let span: Range<usize> = matcher.argument_span(index);
    RuleError::Value { name: matcher.kind.name(), reason, help, span }
}

fn ascii(value: &str) -> Refused {
    let other = value.chars().find(|c| !c.is_ascii())?;
    let help = "write the name as DNS has it, such as `xn--bcher-kva.example`".to_owned();
    Some((format!("`{other}` is not ASCII"), Some(help)))
}

fn path(value: &str) -> Refused {
    let help = || Some(format!("write `/{value}`"));
    (!value.starts_with('/')).then(|| (format!("path `{value}` does not start with a `/`"), help()))
}

/// `NAME=VALUE`, one text in version 2.
fn pair(value: &str) -> Refused {
    let help = || Some(format!("write `{value}=`"));
    (!value.contains('=')).then(|| (format!("`{value}` is no pair of a name and a value"), help()))
}

fn expression(value: &str) -> Refused {
    let error = re2::compile(value).err()?;
    Some((format!("regular expression `{value}` is invalid: {error}"), None))
}

fn network(value: &str) -> Refused {
    let (address, length) =
        value.split_once('/').map_or((value, None), |(address, length)| (address, Some(length)));
    let fits = address.parse::<IpAddr>().is_ok_and(|address| {
        let most = if address.is_ipv4() { 32 } else { 128 };
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        length.is_none_or(|text| digits(text) && text.parse::<u8>().is_ok_and(|length| length <= most))
    });
    let help = || Some("write an address or a network, such as `10.0.0.0/8`".to_owned());
    (!fits).then(|| (format!("`{value}` is no IP address and no network"), help()))
}

/// `^(\*\.)?[[:word:].\-:]+$`, or `*`.
fn server_name(value: &str) -> Refused {
    let rest = value.strip_prefix("*.").unwrap_or(value);
    let fits =
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-:".contains(&byte));
    (value != "*" && !fits).then(|| (format!("`{value}` is not a valid hostname"), None))
}

/// A template of gorilla/mux: literal text with `{name}` and `{name:expression}` in it.
fn template(value: &str) -> Refused {
    let mut depth = 0_usize;
    let mut start = 0;
    for (at, byte) in value.bytes().enumerate() {
        match byte {
            b'{' => {
                depth += 1;
                if depth == 1 {
                    start = at + 1;
                }
            }
            b'}' => {
                let Some(less) = depth.checked_sub(1) else {
                    return Some((format!("unbalanced braces in `{value}`"), None));
                };
                depth = less;
                if depth == 0 {
                    let inside = value.get(start..at).unwrap_or_default();
                    let (name, pattern) = inside.split_once(':').unwrap_or((inside, "[^/]+"));
                    if name.is_empty() || pattern.is_empty() {
                        return Some((format!("`{{{inside}}}` lacks a name or an expression"), None));
                    }
                    if let Some(refused) = expression(pattern) {
                        return Some(refused);
                    }
                }
            }
            _ => {}
        }
    }
    (depth != 0).then(|| (format!("unbalanced braces in `{value}`"), None))
}
