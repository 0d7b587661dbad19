use serde_json::{Map, Value};
use subtle::ConstantTimeEq as _;

use crate::{Answer, Instant, RouteSpec, Target};

/// A request to the API, as it came.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// `GET`, `POST` or `DELETE`, if it is a good one.
    pub method: &'a str,
    /// The path, escaped, and the query.
    pub target: &'a str,
    /// The header `Authorization`.
    pub authorization: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

/// What a good request asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    /// All routes, or those alone that were last active before this.
    List {
        /// The moment.
        inactive_since: Option<Instant>,
    },
    /// One route.
    Get(RouteSpec),
    /// A new route, or another in the place of one.
    Add {
        /// Which requests it takes.
        spec: RouteSpec,
        /// Where they go.
        target: Target,
        /// The whole body, to be given back.
        data: Map<String, Value>,
    },
    /// A route less.
    Delete(RouteSpec),
}

/// Reads a request, which must bear the token if there is one.
///
/// # Errors
/// The answer to a request that asks for nothing. It is that of configurable-http-proxy 5, but for two that this never answers (an escape
/// that cannot be decoded, and to delete `/api/routes`), and for a target that Traefik could never reach, which it takes.
pub fn read(request: &Request<'_>, token: Option<&str>) -> Result<Call, Answer> {
    let (path, query) = request.target.split_once('?').unwrap_or((request.target, ""));
    let path = without_dots(path);
    let below = path.strip_prefix("/api/routes").filter(|below| below.is_empty() || below.starts_with('/'));
    let Some(below) = below else { return Err(Answer::error(404, "Not Found")) };
    match request.method {
        "GET" => {
            authorize(request, token)?;
            if matches!(below, "" | "/") {
                return Ok(Call::List { inactive_since: inactive_since(query)? });
            }
            Ok(Call::Get(spec(below)?))
        }
        "POST" => {
            // A body that is none is told first, also without a token.
            let body: Value = serde_json::from_slice(request.body)
                .map_err(|error| Answer::error(400, format!("Body not valid JSON: SyntaxError: {error}")))?;
            authorize(request, token)?;
            let no_target = || Answer::error(400, "Must specify 'target' as string");
            let Value::Object(data) = body else { return Err(no_target()) };
            let target = data.get("target").and_then(Value::as_str).ok_or_else(no_target)?;
            let target = Target::parse(target).map_err(|error| Answer::error(400, error.to_string()))?;
            Ok(Call::Add { spec: spec(below)?, target, data })
        }
        "DELETE" => {
            authorize(request, token)?;
            if below.is_empty() { Err(Answer::NO_ROUTE) } else { Ok(Call::Delete(spec(below)?)) }
        }
        _ => Err(Answer::error(405, "Method not supported")),
    }
}

fn spec(path: &str) -> Result<RouteSpec, Answer> {
    RouteSpec::from_escaped(path).map_err(|error| Answer::error(400, error.to_string()))
}

fn authorize(request: &Request<'_>, token: Option<&str>) -> Result<(), Answer> {
    let Some(token) = token else { return Ok(()) };
    let given = request.authorization.and_then(given_token).unwrap_or_default();
    if bool::from(given.as_bytes().ct_eq(token.as_bytes())) { Ok(()) } else { Err(Answer::FORBIDDEN) }
}

/// The word after the first `token` that a blank follows.
fn given_token(header: &str) -> Option<&str> {
    header.match_indices("token").find_map(|(at, word)| {
        let rest = &header[at + word.len()..];
        rest.starts_with(char::is_whitespace).then(|| rest.split_whitespace().next()).flatten()
    })
}

fn inactive_since(query: &str) -> Result<Option<Instant>, Answer> {
    let mut given = url::form_urlencoded::parse(query.as_bytes());
    let given = given.find(|(key, _)| key == "inactiveSince" || key == "inactive_since");
    let Some((_, text)) = given.filter(|(_, text)| !text.is_empty()) else { return Ok(None) };
    // In a query an offset's `+` is a blank, unless it was escaped.
    Instant::parse(&text.replace(' ', "+"))
        .map(Some)
        .map_err(|_| Answer::error(400, format!("Invalid datestamp '{text}' must be ISO8601.")))
}

/// The path with `.` and `..` gone, as the URL standard has it: written with escapes too, and never above the root.
fn without_dots(path: &str) -> String {
    let mut parts = Vec::new();
    let mut open = false;
    for part in path.strip_prefix('/').unwrap_or(path).split('/') {
        open = match part.to_ascii_lowercase().replace("%2e", ".").as_str() {
            "." => true,
            ".." => {
                parts.pop();
                true
            }
            _ => {
                parts.push(part);
                false
            }
        };
    }
    // After a dot at its end the path is that of a folder.
    format!("/{}{}", parts.join("/"), if open && !parts.is_empty() { "/" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "secret";

    fn call(method: &str, target: &str, authorization: Option<&str>, body: &str) -> Result<Call, Answer> {
        read(&Request { method, target, authorization, body: body.as_bytes() }, Some(TOKEN))
    }

    fn good(method: &str, target: &str, body: &str) -> Result<Call, Answer> {
        call(method, target, Some("token secret"), body)
    }

    fn refused(answer: Result<Call, Answer>, status: u16, body: &str) {
        let answer = answer.expect_err("is refused");
        assert_eq!((answer.status, answer.body.as_str(), answer.content_type), (status, body, None));
    }

    fn spec(path: &str) -> RouteSpec {
        RouteSpec::from_decoded(path)
    }

    #[test]
    fn good_requests() {
        let list = Call::List { inactive_since: None };
        assert_eq!(good("GET", "/api/routes", ""), Ok(list.clone()));
        assert_eq!(good("GET", "/api/routes/?x=1&inactiveSince=", ""), Ok(list));
        assert_eq!(good("GET", "/api/routes/a%20b?inactiveSince=x", ""), Ok(Call::Get(spec("/a b"))));
        assert_eq!(good("DELETE", "/api/routes/", ""), Ok(Call::Delete(spec("/"))));
        assert_eq!(good("DELETE", "/api/routes/a/", ""), Ok(Call::Delete(spec("/a"))));
        for (path, expected) in [("", "/"), ("/", "/"), ("/a/../b/%2e/c", "/b/c"), ("/../routes/x", "/x")] {
            let added =
                good("POST", &format!("/api/routes{path}"), r#"{"target": "http://a:1", "x": [null]}"#);
            let Ok(Call::Add { spec: at, data, .. }) = added else { panic!("{path}: {added:?}") };
            assert_eq!((at, data["x"].to_string()), (spec(expected), "[null]".to_owned()));
        }
        for query in ["inactive_since=2026-01-01T00:00:00%2B01:00", "inactiveSince=2026-01-01T00:00:00+01:00"]
        {
            let Ok(Call::List { inactive_since }) = good("GET", &format!("/api/routes?{query}"), "") else {
                panic!("{query}")
            };
            assert_eq!(inactive_since, Instant::parse("2025-12-31T23:00:00Z").ok());
        }
    }

    #[test]
    fn bad_requests() {
        refused(good("GET", "/api", ""), 404, "Not Found");
        refused(good("GET", "/api/routesx", ""), 404, "Not Found");
        refused(good("GET", "/api/routes/../x", ""), 404, "Not Found");
        refused(good("HEAD", "/api/routes", ""), 405, "Method not supported");
        refused(call("PUT", "/api/routes/a", None, ""), 405, "Method not supported");
        refused(good("DELETE", "/api/routes", ""), 404, "");
        refused(
            good("POST", "/api/routes/%zz", r#"{"target": "http://a"}"#),
            400,
            "path `/%zz` has an escape that cannot be decoded",
        );
        refused(
            good("GET", "/api/routes?inactive_since=x", ""),
            400,
            "Invalid datestamp 'x' must be ISO8601.",
        );
        for body in ["{}", "[]", "null", r#"{"target": null}"#, r#"{"target": 1}"#] {
            refused(good("POST", "/api/routes/a", body), 400, "Must specify 'target' as string");
        }
        for body in ["", "{", "no"] {
            let answer = call("POST", "/api/routes/a", None, body).expect_err("is refused");
            assert!(
                answer.status == 400 && answer.body.starts_with("Body not valid JSON: SyntaxError: "),
                "{answer:?}"
            );
        }
    }

    #[test]
    fn tokens() {
        let check = |authorization: Option<&str>, expected: bool| {
            let answer = call("GET", "/api/routes", authorization, "");
            assert_eq!(answer.is_ok(), expected, "{authorization:?}");
            assert!(expected || answer == Err(Answer::FORBIDDEN));
        };
        check(Some("token secret"), true);
        check(Some("Bearer token \t secret and more"), true);
        check(Some("tokens token secret"), true);
        for wrong in [
            None,
            Some(""),
            Some("secret"),
            Some("token"),
            Some("token secre"),
            Some("token secrets"),
            Some("Token secret"),
        ] {
            check(wrong, false);
        }
        let open = Request { method: "GET", target: "/api/routes", authorization: None, body: b"" };
        assert!(read(&open, None).is_ok());
        refused(call("POST", "/api/routes/a", Some("token x"), r#"{"target": "http://a"}"#), 403, "");
    }

    proptest::proptest! {
        #[test]
        fn any_request_is_read_or_answered(method in "GET|POST|DELETE|[A-Z]{1,3}", target in "(/api/routes)?.{0,20}", body in ".{0,20}|\\{\"target\": \".{0,9}\"\\}") {
            if let Err(answer) = good(&method, &target, &body) {
                proptest::prop_assert!((400..500).contains(&answer.status));
            }
        }
    }
}
