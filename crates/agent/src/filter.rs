use std::fmt;

/// A request that may go to the engine.
///
/// It is made anew from its parts, so that nothing that was not looked at goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// How it is asked.
    pub method: Method,
    /// What is asked for: a path and a query, without a host.
    pub target: String,
    /// What the answer is, and so what is done with it.
    pub answer: Answer,
}

/// The methods that read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Asks for an answer.
    Get,
    /// Asks for its headers alone.
    Head,
}

impl Method {
    /// As a request has it.
    ///
    /// ```
    /// assert_eq!(portolan_agent::Method::Head.as_str(), "HEAD");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
        }
    }
}

/// What the engine answers to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A word, to `/_ping`.
    Text,
    /// One JSON value.
    Json,
    /// JSON objects, one a line, for as long as somebody listens.
    Events,
}

/// Why a request is not for the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The method may change something.
    Method,
    /// The path is none of those that are passed.
    Path,
    /// The query has a parameter that none of them needs.
    Query,
}

impl Refusal {
    /// In words, for the one who asked.
    ///
    /// ```
    /// assert!(portolan_agent::Refusal::Method.reason().contains("GET and HEAD"));
    /// ```
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Method => "the agent passes GET and HEAD alone",
            Self::Path => {
                "the agent passes ping, version, info, the list of containers, one container and events alone"
            }
            Self::Query => "the agent does not pass this parameter of the query",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

/// Parameters that choose among containers and events. `size` is not among them: the engine reads whole disks for it.
const PARAMETERS: [&str; 6] = ["all", "before", "filters", "limit", "since", "until"];

/// The longest target that is looked at, in bytes: a filter may name some hundred containers.
const LONGEST: usize = 16 << 10;

/// Whether a request may go to the engine, and as what.
///
/// Total and strict: what is not known is refused, and a path is compared as it stands, so that no encoding, no second slash
/// and no `..` means another one to the engine than it does here. Paths are those of Docker's API, which Podman answers too.
///
/// ```
/// use portolan_agent::{Answer, judge};
///
/// let request = judge("GET", "/v1.47/events?since=1700000000").expect("events are passed");
/// assert_eq!(request.answer, Answer::Events);
/// assert!(judge("GET", "/v1.47/containers/../images/json").is_err());
/// ```
///
/// # Errors
/// The [`Refusal`].
pub fn judge(method: &str, target: &str) -> Result<Request, Refusal> {
    let method = match method {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        _ => return Err(Refusal::Method),
    };
    if target.len() > LONGEST {
        return Err(Refusal::Query);
    }
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let answer = answer(without_version(path)).ok_or(Refusal::Path)?;
    if !query.is_none_or(is_passed) {
        return Err(Refusal::Query);
    }
    Ok(Request { method, target: target.to_owned(), answer })
}

/// The path behind `/v1.47`, or as it is.
fn without_version(path: &str) -> &str {
    let Some((version, rest)) = path.strip_prefix("/v").and_then(|path| path.split_once('/')) else {
        return path;
    };
    let is_number = |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit());
    match version.split_once('.') {
        Some((major, minor)) if is_number(major) && is_number(minor) => {
            path.get(path.len() - rest.len() - 1..).unwrap_or_default()
        }
        _ => path,
    }
}

fn answer(path: &str) -> Option<Answer> {
    match path {
        "/_ping" => Some(Answer::Text),
        "/version" | "/info" | "/containers/json" => Some(Answer::Json),
        "/events" => Some(Answer::Events),
        _ => {
            let container = path.strip_prefix("/containers/")?.strip_suffix("/json")?;
            is_reference(container).then_some(Answer::Json)
        }
    }
}

/// Whether an engine would take it as a container's identifier or name.
fn is_reference(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

/// Whether all parameters are known, and nothing stands in them that ends the query.
fn is_passed(query: &str) -> bool {
    let known = |pair: &str| {
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        pair.is_empty() || PARAMETERS.contains(&name)
    };
    query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') && query.split('&').all(known)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(method: &str, target: &str, expected: Result<Answer, Refusal>) {
        assert_eq!(judge(method, target).map(|request| request.answer), expected, "{method} {target}");
    }

    #[test]
    fn what_reads_containers_is_passed() {
        for prefix in ["", "/v1.24", "/v1.47"] {
            let get = |path: &str, expected| check("GET", &format!("{prefix}{path}"), Ok(expected));
            get("/_ping", Answer::Text);
            get("/version", Answer::Json);
            get("/info", Answer::Json);
            get("/containers/json", Answer::Json);
            get("/containers/json?all=true&filters=%7B%7D", Answer::Json);
            get("/containers/4f1c/json", Answer::Json);
            get("/containers/my_web-1.2/json", Answer::Json);
            get("/containers/json/json", Answer::Json);
            get("/events?since=1&filters=%7B%22type%22%3A%5B%22container%22%5D%7D", Answer::Events);
        }
        check("HEAD", "/_ping", Ok(Answer::Text));
    }

    #[test]
    fn what_changes_anything_is_refused() {
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "get", "", "GET "] {
            check(method, "/containers/json", Err(Refusal::Method));
        }
    }

    #[test]
    fn what_tells_more_is_refused() {
        for path in [
            "/",
            "",
            "*",
            "/v1.47",
            "/v1.47/",
            "/images/json",
            "/containers/web/logs",
            "/containers/web/archive",
            "/containers/web/export",
            "/containers/web/json/",
            "/containers//json",
            "/containers/json/",
            "//containers/json",
            "/v1.47//containers/json",
            "/v1.47/v1.47/containers/json",
            "/v1/containers/json",
            "/v1.4777/containers/json",
            "/containers/../info",
            "/containers/./json",
            "/containers/%2e%2e/json",
            "/containers/a%2fb/json",
            "/containers/a/b/json",
            "/containers/..;/json",
            "/Containers/json",
            "/info/",
            "/libpod/containers/json",
            "/v4.0.0/libpod/containers/json",
            "http://engine/containers/json",
            "/containers/web/json#",
            "/secrets",
            "/swarm",
            "/exec/1/json",
            "/session",
        ] {
            check("GET", path, Err(Refusal::Path));
        }
        check("GET", "/containers/json?size=1", Err(Refusal::Query));
        check("GET", "/containers/json?all=1&size=1", Err(Refusal::Query));
        check("GET", "/containers/json?all=1#", Err(Refusal::Query));
        check("GET", "/containers/json?all=1 HTTP/1.1\r\nX:", Err(Refusal::Query));
        check("GET", &format!("/events?filters={}", "a".repeat(LONGEST)), Err(Refusal::Query));
    }

    proptest! {
        #[test]
        fn what_is_passed_is_a_plain_path(target in "(/v1\\.[0-9]{1,2})?/[a-z/._%?=&#-]{0,40}(/json)?") {
            if let Ok(request) = judge("GET", &target) {
                let path = request.target.split('?').next().unwrap_or_default();
                prop_assert!(!path.contains("..") || path.contains("/containers/"));
                prop_assert!(!path.contains('%') && !path.contains("//") && !path.contains('#'));
            }
        }

        #[test]
        fn no_text_panics(method in any::<String>(), target in any::<String>()) {
            let _ = judge(&method, &target);
        }
    }
}
