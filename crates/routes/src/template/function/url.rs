//! URLs in their parts, by Go's `net/url`: more lenient than the URL standard, so that a bare `host/path` is a path.

use std::sync::Arc;

use gotmpl::Value;

use super::{Arguments, Dict, Failure, Function, Outcome, dict, exactly, go, ok};

pub(super) const TABLE: &[Function] = &[exactly("urlParse", 1, parse), exactly("urlJoin", 1, join)];

/// A URL's parts under sprig's names.
fn parse(a: &Arguments<'_>) -> Outcome {
    let text = a.text(0)?;
    let parts =
        Parts::parse(text).map_err(|reason| Failure::from(format!("parse {}: {reason}", go::quote(text))))?;
    let hostname = match parts.host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => parts.host.split_once(':').map_or(parts.host.as_str(), |(name, _)| name),
    };
    let entries = [
        ("scheme", parts.scheme.as_str()),
        ("userinfo", &parts.userinfo),
        ("host", &parts.host),
        ("hostname", hostname),
        ("opaque", &parts.opaque),
        ("path", &parts.path),
        ("query", &parts.query),
        ("fragment", &parts.fragment),
    ];
    dict(entries.into_iter().map(|(key, value)| (Arc::from(key), Value::from(value))).collect::<Dict>())
}

fn join(a: &Arguments<'_>) -> Outcome {
    let entries = a.dict(0)?;
    let part = |key: &str| match entries.get(key) {
        None => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.to_string()),
        Some(other) => Err(Failure::from(format!(
            "unable to parse {key} key, must be of type string, but {} found",
            go::type_name(other)
        ))),
    };
    let parts = Parts {
        scheme: part("scheme")?,
        userinfo: part("userinfo")?,
        host: part("host")?,
        opaque: part("opaque")?,
        path: part("path")?,
        query: part("query")?,
        fragment: part("fragment")?,
    };
    ok(parts.join())
}

#[derive(Default)]
struct Parts {
    scheme: String,
    userinfo: String,
    host: String,
    opaque: String,
    path: String,
    query: String,
    fragment: String,
}

impl Parts {
    fn parse(text: &str) -> Result<Self, String> {
        if text.chars().any(|c| c.is_ascii_control()) {
            return Err("invalid control character in URL".to_owned());
        }
        let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
        let (scheme, rest) = scheme(rest)?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut parts = Self {
            scheme: scheme.to_ascii_lowercase(),
            query: query.to_owned(),
            fragment: unescape(fragment)?,
            ..Self::default()
        };
        if !rest.starts_with('/') {
            if !scheme.is_empty() {
                parts.opaque = rest.to_owned();
                return Ok(parts);
            }
            if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
                return Err("first path segment in URL cannot contain colon".to_owned());
            }
        }
        let authority =
            if scheme.is_empty() && rest.starts_with("///") { None } else { rest.strip_prefix("//") };
        let path = match authority {
            Some(authority) => {
                let (authority, path) = authority.split_at(authority.find('/').unwrap_or(authority.len()));
                let (userinfo, host) = authority.rsplit_once('@').unwrap_or(("", authority));
                userinfo.clone_into(&mut parts.userinfo);
                parts.host = checked_host(host)?;
                path
            }
            None => rest,
        };
        parts.path = unescape(path)?;
        Ok(parts)
    }

    fn join(&self) -> String {
        let mut out = String::new();
        if !self.scheme.is_empty() {
            out.push_str(&self.scheme);
            out.push(':');
        }
        if self.opaque.is_empty() {
            let authority = !self.host.is_empty() || !self.userinfo.is_empty();
            if authority || (!self.scheme.is_empty() && !self.path.is_empty()) {
                out.push_str("//");
            }
            if !self.userinfo.is_empty() {
                out.push_str(&self.userinfo);
                out.push('@');
            }
            out.push_str(&escape(&self.host, "!$&'()*+,;=:[]<>\""));
            if !self.path.is_empty() && !self.path.starts_with('/') && !self.host.is_empty() {
                out.push('/');
            }
            if out.is_empty() && self.path.split('/').next().is_some_and(|segment| segment.contains(':')) {
                out.push_str("./");
            }
            out.push_str(&escape(&self.path, "$&+,/:;=@"));
        } else {
            out.push_str(&self.opaque);
        }
        if !self.query.is_empty() {
            out.push('?');
            out.push_str(&self.query);
        }
        if !self.fragment.is_empty() {
            out.push('#');
            out.push_str(&escape(&self.fragment, "$&+,/:;=?@!()*"));
        }
        out
    }
}

/// The scheme and what follows its colon; no scheme where the colon comes after what none can have.
fn scheme(text: &str) -> Result<(&str, &str), String> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')));
    match end.and_then(|end| text.split_at_checked(end)) {
        Some(("", rest)) if rest.starts_with(':') => Err("missing protocol scheme".to_owned()),
        Some((scheme, rest)) if scheme.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            Ok(rest.strip_prefix(':').map_or(("", text), |rest| (scheme, rest)))
        }
        _ => Ok(("", text)),
    }
}

fn checked_host(host: &str) -> Result<String, String> {
    let port = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').ok_or_else(|| "missing ']' in host".to_owned())?.1,
        None => host.rfind(':').and_then(|colon| host.get(colon..)).unwrap_or_default(),
    };
    let digits = port.strip_prefix(':');
    if !port.is_empty() && !digits.is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit())) {
        return Err(format!("invalid port {} after host", go::quote(port)));
    }
    if let Some(c) = host
        .chars()
        .find(|c| c.is_ascii() && !(c.is_ascii_alphanumeric() || "-_.~!$&'()*+,;=:[]<>\"%".contains(*c)))
    {
        return Err(format!("invalid character {} in host name", go::quote(c.encode_utf8(&mut [0; 4]))));
    }
    unescape(host)
}

fn unescape(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let digits = after.get(..2).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) else {
            let shown: String = after.chars().take(2).collect();
            return Err(format!("invalid URL escape {}", go::quote(&format!("%{shown}"))));
        };
        bytes.push(byte);
        rest = after.get(2..).unwrap_or_default();
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn escape(text: &str, plain: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for &byte in text.as_bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || "-_.~".contains(c) || (c.is_ascii() && plain.contains(c)) {
            out.push(c);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
