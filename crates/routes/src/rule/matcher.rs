use std::ops::Range;

use super::{Protocol, Syntax};

/// One test in a rule, such as ``Host(`a.example`)``.
///
/// ```
/// use portolan_routes::rule::{Protocol, Rule, Syntax};
///
/// let rule = Rule::parse("Path(`/x`)", Protocol::Http, Syntax::V3).map_err(|errors| format!("{errors:?}"))?;
/// let matcher = rule.matchers().next().ok_or("there is one")?;
/// assert_eq!((matcher.arguments.as_slice(), matcher.argument_span(0)), (["/x".to_owned()].as_slice(), 5..9));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug)]
pub struct Matcher {
    /// What is looked at.
    pub kind: Kind,
    /// What it is compared with, as the quotes hold it.
    pub arguments: Vec<String>,
    /// The bytes of the rule that it takes.
    pub span: Range<usize>,
    /// The bytes of each argument, with its quotes.
    pub argument_spans: Vec<Range<usize>>,
}

/// Two matchers are the same wherever they stand.
impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.arguments == other.arguments
    }
}

impl Eq for Matcher {}

impl Matcher {
    /// The bytes of an argument; of the whole matcher where there is none.
    pub fn argument_span(&self, index: usize) -> Range<usize> {
        self.argument_spans.get(index).unwrap_or(&self.span).clone()
    }
}

/// What a matcher looks at.
///
/// ```
/// use portolan_routes::rule::{Kind, Protocol, Rule, Syntax};
///
/// let rule = Rule::parse("Method(`GET`)", Protocol::Http, Syntax::V3).map_err(|errors| format!("{errors:?}"))?;
/// assert!(rule.matchers().all(|matcher| matcher.kind == Kind::Method));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The request's host.
    Host,
    /// The same, under its older name (v2).
    HostHeader,
    /// The host, by a regular expression.
    HostRegexp,
    /// The whole path.
    Path,
    /// The beginning of the path, letter by letter.
    PathPrefix,
    /// The path, by a regular expression.
    PathRegexp,
    /// The method.
    Method,
    /// A header's value.
    Header,
    /// A header's value, by a regular expression.
    HeaderRegexp,
    /// Pairs of a header and its value (v2).
    Headers,
    /// The same, by regular expressions (v2).
    HeadersRegexp,
    /// A parameter's value.
    Query,
    /// A parameter's value, by a regular expression.
    QueryRegexp,
    /// The address that the connection comes from.
    ClientIp,
    /// The name that a TLS client asks for.
    HostSni,
    /// The same, by a regular expression.
    HostSniRegexp,
    /// The protocol that a TLS client offers.
    Alpn,
}

/// How many values a matcher takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arity {
    One,
    Two,
    OneOrTwo,
    /// Any number but none (v2).
    Any,
    /// Pairs (v2).
    Pairs,
}

/// The matchers of one protocol and language, with their names and how many values they take.
pub(super) fn known(protocol: Protocol, syntax: Syntax) -> &'static [(&'static str, Kind, Arity)] {
    use Arity::{Any, One, OneOrTwo, Pairs, Two};
    match (protocol, syntax) {
        (Protocol::Http, Syntax::V3) => &[
            ("ClientIP", Kind::ClientIp, One),
            ("Header", Kind::Header, Two),
            ("HeaderRegexp", Kind::HeaderRegexp, Two),
            ("Host", Kind::Host, One),
            ("HostRegexp", Kind::HostRegexp, One),
            ("Method", Kind::Method, One),
            ("Path", Kind::Path, One),
            ("PathPrefix", Kind::PathPrefix, One),
            ("PathRegexp", Kind::PathRegexp, One),
            ("Query", Kind::Query, OneOrTwo),
            ("QueryRegexp", Kind::QueryRegexp, OneOrTwo),
        ],
        (Protocol::Http, Syntax::V2) => &[
            ("ClientIP", Kind::ClientIp, Any),
            ("Headers", Kind::Headers, Pairs),
            ("HeadersRegexp", Kind::HeadersRegexp, Pairs),
            ("Host", Kind::Host, Any),
            ("HostHeader", Kind::HostHeader, Any),
            ("HostRegexp", Kind::HostRegexp, Any),
            ("Method", Kind::Method, Any),
            ("Path", Kind::Path, Any),
            ("PathPrefix", Kind::PathPrefix, Any),
            ("Query", Kind::Query, Any),
        ],
        (Protocol::Tcp, syntax) => {
            const V3: &[(&str, Kind, Arity)] = &[
                ("ALPN", Kind::Alpn, One),
                ("ClientIP", Kind::ClientIp, One),
                ("HostSNI", Kind::HostSni, One),
                ("HostSNIRegexp", Kind::HostSniRegexp, One),
            ];
            const V2: &[(&str, Kind, Arity)] = &[
                ("ALPN", Kind::Alpn, Any),
                ("ClientIP", Kind::ClientIp, Any),
                ("HostSNI", Kind::HostSni, Any),
                ("HostSNIRegexp", Kind::HostSniRegexp, Any),
            ];
            if syntax == Syntax::V2 { V2 } else { V3 }
        }
    }
}

impl Kind {
    /// The matcher of this name. Traefik knows each in its own spelling, in lower case, in upper case, and with a capital
    /// before lower case.
    pub(super) fn find(name: &str, protocol: Protocol, syntax: Syntax) -> Option<Self> {
        let spelt = |canonical: &str| {
            let lower = canonical.to_ascii_lowercase();
            let capital =
                canonical.get(..1).unwrap_or_default().to_owned() + lower.get(1..).unwrap_or_default();
            name == canonical || name == lower || name == canonical.to_ascii_uppercase() || name == capital
        };
        known(protocol, syntax).iter().find(|(canonical, ..)| spelt(canonical)).map(|(_, kind, _)| *kind)
    }

    /// Its name in Traefik's own spelling.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Host => "Host",
            Self::HostHeader => "HostHeader",
            Self::HostRegexp => "HostRegexp",
            Self::Path => "Path",
            Self::PathPrefix => "PathPrefix",
            Self::PathRegexp => "PathRegexp",
            Self::Method => "Method",
            Self::Header => "Header",
            Self::HeaderRegexp => "HeaderRegexp",
            Self::Headers => "Headers",
            Self::HeadersRegexp => "HeadersRegexp",
            Self::Query => "Query",
            Self::QueryRegexp => "QueryRegexp",
            Self::ClientIp => "ClientIP",
            Self::HostSni => "HostSNI",
            Self::HostSniRegexp => "HostSNIRegexp",
            Self::Alpn => "ALPN",
        }
    }
}
