//! Values that can be read, and that Traefik refuses when it makes what they are for (Traefik 3.7).

use std::net::IpAddr;

use portolan_container::{Diagnostic, LabelPlace};
use portolan_labels::Node;
use portolan_routes::constraints::re2::{self, PatternError};

use crate::codes::{REFUSED_VALUE, SWITCHED_OFF};
use crate::label::each;
use crate::router::items;

/// What is wrong with the values of a container's labels.
pub(crate) fn check(root: &Node<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for Refused { path, is_list, is_taken, accepted } in REFUSED {
        each(root, path, &mut |node| {
            let one = |(value, place): (&str, LabelPlace)| {
                (!is_taken(value)).then(|| refused(node.name, value, place, accepted))
            };
            // An empty list is none; whether a text may be empty its function says.
            if *is_list {
                found.extend(items(node).filter_map(one));
            } else if node.is_leaf() {
                found.extend(one((node.value, node.value_place())));
            }
        });
    }
    for path in SWITCHES {
        each(root, path, &mut |node| found.extend(switched_off(node)));
    }
    found
}

fn refused(name: &str, value: &str, place: LabelPlace, accepted: &str) -> Diagnostic {
    let message = match value {
        "" => format!("Traefik refuses an empty `{name}`"),
        _ => format!("Traefik refuses the value `{value}` of `{name}`"),
    };
    Diagnostic::error(REFUSED_VALUE, message).at(place).with_help(accepted)
}

/// A value that one function takes or not.
struct Refused {
    path: &'static [&'static str],
    is_list: bool,
    is_taken: fn(&str) -> bool,
    /// What is taken, as help.
    accepted: &'static str,
}

const fn text(path: &'static [&'static str], is_taken: fn(&str) -> bool, accepted: &'static str) -> Refused {
    Refused { path, is_list: false, is_taken, accepted }
}

const fn list(path: &'static [&'static str], is_taken: fn(&str) -> bool, accepted: &'static str) -> Refused {
    Refused { path, is_list: true, is_taken, accepted }
}

const PORT: &str = "give the number of a port, from 1 to 65535";
const NETWORK: &str = "give addresses or networks, such as `10.0.0.0/8`, with commas between";
const EXPRESSION: &str = "give a regular expression as Go knows them";

const REFUSED: &[Refused] = &[
    text(&["http", "services", "*", "loadBalancer", "server", "port"], is_port, PORT),
    text(
        &["http", "services", "*", "loadBalancer", "strategy"],
        |value| ["", "wrr", "p2c", "hrw", "leasttime"].contains(&value),
        "give one of `wrr`, `p2c`, `hrw`, `leasttime`",
    ),
    list(&["http", "middlewares", "*", "ipAllowList", "sourceRange"], is_network, NETWORK),
    list(&["http", "middlewares", "*", "ipWhiteList", "sourceRange"], is_network, NETWORK),
    list(&["tcp", "middlewares", "*", "ipAllowList", "sourceRange"], is_network, NETWORK),
    list(&["tcp", "middlewares", "*", "ipWhiteList", "sourceRange"], is_network, NETWORK),
    text(&["http", "middlewares", "*", "redirectRegex", "regex"], is_expression, EXPRESSION),
    text(&["http", "middlewares", "*", "replacePathRegex", "regex"], is_expression, EXPRESSION),
    list(&["http", "middlewares", "*", "stripPrefixRegex", "regex"], is_expression, EXPRESSION),
    list(
        &["http", "middlewares", "*", "headers", "accessControlAllowOriginListRegex"],
        is_expression,
        EXPRESSION,
    ),
    list(
        &["http", "middlewares", "*", "errors", "status"],
        is_status,
        "give status codes or ranges, such as `404,500-599`",
    ),
    list(
        &["http", "middlewares", "*", "compress", "encodings"],
        |value| ["gzip", "br", "zstd"].contains(&value),
        "give some of `gzip`, `br`, `zstd`, with commas between",
    ),
    text(
        &["http", "middlewares", "*", "retry", "attempts"],
        // What is no number is told already.
        |value| value.parse::<i64>().ok().is_none_or(|attempts| attempts > 0),
        "give at least 1",
    ),
    text(
        &["http", "middlewares", "*", "addPrefix", "prefix"],
        |value| !value.is_empty(),
        "give a path, such as `/api`",
    ),
];

/// Traefik makes a URL of it, and asks for digits up to where the port ends there; without any, it takes the container's lowest port.
fn is_port(value: &str) -> bool {
    let port = value.split(['/', '?', '#']).next().unwrap_or(value);
    port.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_network(value: &str) -> bool {
    let Some((address, length)) = value.split_once('/') else { return value.parse::<IpAddr>().is_ok() };
    let longest = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    length.bytes().all(|byte| byte.is_ascii_digit())
        && length.parse::<u8>().is_ok_and(|length| length <= longest)
}

/// What is only too large for us, Traefik may take.
fn is_expression(value: &str) -> bool {
    matches!(re2::compile(value), Ok(_) | Err(PatternError::TooLarge))
}

fn is_status(value: &str) -> bool {
    let (first, last) = value.split_once('-').unwrap_or((value, value));
    [first, last].iter().all(|code| code.len() == 3 && code.parse::<u16>().is_ok_and(|code| code >= 100))
}

/// What labels turn on by naming it, or by `true`, and turn off by any other value.
const SWITCHES: &[&[&str]] = &[
    &["http", "routers", "*", "tls"],
    &["tcp", "routers", "*", "tls"],
    &["http", "middlewares", "*", "compress"],
    &["http", "middlewares", "*", "contentType"],
    &["http", "middlewares", "*", "ipAllowList", "ipStrategy"],
    &["http", "middlewares", "*", "ipWhiteList", "ipStrategy"],
    &["http", "services", "*", "loadBalancer", "sticky"],
    &["http", "services", "*", "loadBalancer", "sticky", "cookie"],
    &["tcp", "services", "*", "loadBalancer", "proxyProtocol"],
    &["tcp", "services", "*", "loadBalancer", "healthCheck"],
];

/// Whether a switch is on (Traefik 3.7: whatever is not `true` turns it off).
pub(crate) fn is_on(node: &Node<'_>) -> bool {
    node.value.is_empty() || node.value.eq_ignore_ascii_case("true")
}

fn switched_off(node: &Node<'_>) -> Option<Diagnostic> {
    let is_said = node.value.eq_ignore_ascii_case("false");
    if is_on(node) || (is_said && node.is_leaf()) {
        return None;
    }
    let (name, value) = (node.name, node.value);
    let message = match is_said {
        true => format!("`{name}` is off, and what labels say below it is ignored"),
        false => format!("`{value}` turns `{name}` off: only `true` turns it on"),
    };
    let help = match is_said {
        true => format!("leave out this label, or those below `{name}`"),
        false => "write `true`, or `false` where that is meant".to_owned(),
    };
    Some(Diagnostic::warning(SWITCHED_OFF, message).at(node.value_place()).with_help(help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_traefik_refuses_is_known() {
        let check = |is_taken: fn(&str) -> bool, taken: &[&str], refused: &[&str]| {
            let wrong: Vec<_> = taken.iter().filter(|value| !is_taken(value)).collect();
            assert!(wrong.is_empty(), "{wrong:?} is taken");
            let wrong: Vec<_> = refused.iter().filter(|value| is_taken(value)).collect();
            assert!(wrong.is_empty(), "{wrong:?} is refused");
        };
        check(is_port, &["1", "80", "65535", "", "80/tcp"], &["8O", "80,443", " 80", "+80"]);
        check(
            is_network,
            &["10.0.0.1", "10.0.0.0/8", "::/0", "fd00::1"],
            &["10.0.0.0/99", "10.0.0", "::/129", "a"],
        );
        check(is_status, &["404", "500-599"], &["4xx", "50", "500-", "5000"]);
        let large = ["(\\pL{1000}){1000}"];
        assert_eq!(re2::compile(large[0]).err(), Some(PatternError::TooLarge));
        check(is_expression, &large, &[]);
        check(is_expression, &["^/a(.*)$", ""], &["(", "[", "a{2,1}"]);
    }
}
