use std::net::IpAddr;

use portolan_labels::Duration;
use portolan_labels::aliased::{Fields, Value};

use super::super::asked::End;
use super::super::route::duration;
use super::super::unsupported::Unsupported;
use super::{Made, Notes};
use crate::model::{ClientTls, ForwardAuth, IpAllowList, Middleware, RateLimit};

const SECOND: i64 = 1_000_000_000;

/// `cidr_whitelist`: who may ask at all.
pub(super) fn cidr_whitelist(fields: &mut Fields<'_>, notes: &mut Notes) -> Made {
    let given = fields.take(&["allow"]);
    let ranges = given.as_ref().map(|value| (value, ranges(value)));
    let source_range = match ranges {
        Some((_, Ok(ranges))) if !ranges.is_empty() => ranges,
        Some((value, Ok(_))) => {
            fields.refuse(value, "allow: at least one range is needed");
            Vec::new()
        }
        Some((value, Err(message))) => {
            fields.refuse(value, format!("allow: {message}"));
            Vec::new()
        }
        None => return Made::Fatal("without `allow` it would let nobody in: validation error"),
    };
    let status = fields.read_any(&["status_code", "status"], |value| {
        let status = value.integer()?;
        if (100..=599).contains(&status) {
            Ok(status)
        } else {
            Err(format!("`{status}` is no status of HTTP"))
        }
    });
    if let Some(message) = fields.take(&["message"]).filter(|message| !message.is_empty()) {
        let why = "an answer that refuses has no text of one's own";
        notes.push(Unsupported::new("cidr_whitelist.message", why, &message));
    }
    let list = IpAllowList {
        source_range: Some(source_range),
        reject_status_code: status,
        ..IpAllowList::default()
    };
    Made::These(vec![("", Middleware { ip_allow_list: Some(Box::new(list)), ..Middleware::default() })])
}

/// Ranges of addresses; one address is a range of its own.
fn ranges(value: &Value<'_>) -> Result<Vec<String>, String> {
    value
        .texts()?
        .into_iter()
        .map(|text| {
            range(&text)
                .then_some(text.clone())
                .ok_or_else(|| format!("`{text}` is no range of addresses such as `10.0.0.0/8`"))
        })
        .collect()
}

fn range(text: &str) -> bool {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let longest = if address.is_ipv4() { 32 } else { 128 };
    length.is_none_or(|length| length.parse::<u8>().is_ok_and(|length| length <= longest))
}

/// `rate_limit`: how often one client may ask.
pub(super) fn rate_limit(fields: &mut Fields<'_>, _: &mut Notes) -> Made {
    let positive = |value: &Value<'_>| {
        let number = value.integer()?;
        if number >= 1 { Ok(number) } else { Err("it must be one at least".to_owned()) }
    };
    let average = fields.read("average", positive);
    let burst = fields.read("burst", positive);
    let period = fields.read("period", |value| {
        let period = duration(value)?;
        if period.0 > 0 { Ok(period) } else { Err("it must be more than nothing".to_owned()) }
    });
    let (Some(average), Some(burst)) = (average, burst) else {
        return Made::Fatal("`average` and `burst` must be given: validation error");
    };
    let limit = RateLimit {
        average: Some(average),
        burst: Some(burst),
        period: Some(period.unwrap_or(Duration(SECOND))),
        ..RateLimit::default()
    };
    Made::These(vec![("", Middleware { rate_limit: Some(Box::new(limit)), ..Middleware::default() })])
}

/// What `forward_auth` asks, and what it takes from the answer.
#[derive(Debug)]
pub(super) struct Asked {
    /// The alias of the route whose application is asked, in lower case.
    pub(super) route: String,
    endpoint: String,
    headers: Vec<String>,
}

/// The headers of an answer that the application behind gets where labels name none.
const IDENTITY: [&str; 4] = ["Remote-User", "Remote-Name", "Remote-Email", "Remote-Groups"];

/// `forward_auth`: another route's application says who may ask.
pub(super) fn forward_auth(fields: &mut Fields<'_>, _: &mut Notes) -> Made {
    let route = fields.read("route", Value::text).map(|route| route.trim().to_lowercase());
    let endpoint = fields.read("auth_endpoint", |value| {
        let text = value.text()?;
        if text.is_empty() || text.starts_with('/') {
            Ok(text)
        } else {
            Err("a path from `/` is expected".to_owned())
        }
    });
    let headers = fields.read("headers", Value::texts);
    let said = |text: Option<String>, default: &str| {
        text.filter(|text| !text.is_empty()).unwrap_or_else(|| default.to_owned())
    };
    Made::Asks(Asked {
        route: said(route, "tinyauth"),
        endpoint: said(endpoint, "/api/auth/traefik"),
        headers: headers.filter(|it| !it.is_empty()).unwrap_or_else(|| IDENTITY.map(str::to_owned).to_vec()),
    })
}

impl Asked {
    /// The middleware that asks at the end of the route.
    pub(super) fn middleware(self, end: &End) -> Middleware {
        let skips = ClientTls { insecure_skip_verify: Some(true), ..ClientTls::default() };
        let auth = ForwardAuth {
            address: Some(format!("{}{}", end.url, self.endpoint)),
            auth_response_headers: Some(self.headers),
            tls: end.no_tls_verify.then_some(skips),
            ..ForwardAuth::default()
        };
        Middleware { forward_auth: Some(Box::new(auth)), ..Middleware::default() }
    }
}
