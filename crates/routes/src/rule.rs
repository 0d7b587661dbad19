//! Rules: which requests and connections a router takes (Traefik 3.7).
//!
//! ```
//! use portolan_routes::rule::{Protocol, Rule, Syntax};
//!
//! let rule = Rule::parse("Host(`a.example`) && PathPrefix(`/api`)", Protocol::Http, Syntax::V3).map_err(|errors| format!("{errors:?}"))?;
//! assert_eq!(rule.default_priority(), 39);
//!
//! let errors = Rule::parse("Host(`a.example`, `b.example`)", Protocol::Http, Syntax::V3).unwrap_err();
//! assert_eq!(errors[0].to_string(), "`Host` takes one value, 2 given");
//! assert_eq!(errors[0].help().as_deref(), Some("write Host(`a.example`) || Host(`b.example`)"));
//! # Ok::<(), String>(())
//! ```

mod argument;
mod error;
mod literal;
mod matcher;
mod normal;
mod print;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::constraints::expression::{Call, Expression};

pub use self::error::RuleError;
pub use self::matcher::{Kind, Matcher};
pub use self::normal::{Alternatives, Never};

/// What a router speaks; UDP routers have no rule.
///
/// ```
/// use portolan_routes::rule::{Protocol, Rule, Syntax};
///
/// let sni = "HostSNI(`a.example`)";
/// assert!(Rule::parse(sni, Protocol::Tcp, Syntax::V3).is_ok() && Rule::parse(sni, Protocol::Http, Syntax::V3).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP: hosts, paths, headers.
    Http,
    /// TCP: the name that a TLS client asks for.
    Tcp,
}

/// Which language a rule is in.
///
/// ```
/// use portolan_routes::rule::{Protocol, Rule, Syntax};
///
/// let two = "Host(`a.example`, `b.example`)";
/// assert!(Rule::parse(two, Protocol::Http, Syntax::V2).is_ok() && Rule::parse(two, Protocol::Http, Syntax::V3).is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Syntax {
    /// One value a matcher, regular expressions in matchers of their own.
    #[default]
    V3,
    /// That of Traefik 2: several values a matcher, templates such as `{name:[a-z]+}`.
    V2,
}

impl Syntax {
    /// Reads a router's `ruleSyntax`: `v2` is that, anything else is `v3` (Traefik 3.7).
    pub fn of_label(text: &str) -> Self {
        if text == "v2" { Self::V2 } else { Self::V3 }
    }
}

/// A rule that Traefik accepts.
///
/// ```
/// use portolan_routes::rule::{Protocol, Rule, Syntax};
///
/// let parse = |text: &str| Rule::parse(text, Protocol::Http, Syntax::V3).map_err(|errors| format!("{errors:?}"));
/// assert!(parse("PathPrefix(`/`)")?.covers(&parse("PathPrefix(`/api`)")?));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    root: Node,
    protocol: Protocol,
    syntax: Syntax,
    length: usize,
}

/// A rule's matchers and how they are joined.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Matcher(Matcher),
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
}

impl Rule {
    /// Reads a rule.
    ///
    /// # Errors
    /// All that keeps Traefik from taking it: [`RuleError::Expression`] where it is no expression (one, since nothing is known
    /// behind it), else one for each matcher that does not exist or does not take its arguments.
    pub fn parse(text: &str, protocol: Protocol, syntax: Syntax) -> Result<Self, Vec<RuleError>> {
        let expression = Expression::parse(text).map_err(|error| vec![RuleError::Expression(error)])?;
        let mut errors = Vec::new();
        let root = Reader { protocol, syntax }.node(&expression, &mut errors);
        match root {
            Some(root) if errors.is_empty() => Ok(Self { root, protocol, syntax, length: text.len() }),
            _ => Err(errors),
        }
    }

    /// The priority of a router that says none: the rule's length in bytes; of TCP's catch-all, -1 (Traefik 3.7).
    pub fn default_priority(&self) -> i64 {
        let mut node = &self.root;
        while let Node::Not(inner) = node {
            node = inner;
        }
        match node {
            Node::Matcher(Matcher { kind: Kind::HostSni, arguments, .. })
                if self.protocol == Protocol::Tcp && arguments.first().is_some_and(|it| it == "*") =>
            {
                -1
            }
            _ => i64::try_from(self.length).unwrap_or(i64::MAX),
        }
    }

    /// Whether it is about requests or connections.
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Every matcher, in the order of the text.
    pub fn matchers(&self) -> impl Iterator<Item = &Matcher> {
        let mut found = Vec::new();
        self.root.each(&mut |matcher| found.push(matcher));
        found.into_iter()
    }

    /// The hosts and server names that it asks for, as it writes them and each once; not those that it excludes.
    ///
    /// ```
    /// use portolan_routes::rule::{Protocol, Rule, Syntax};
    ///
    /// let rule = "(Host(`a.example`) || Host(`*.b.example`)) && !Host(`no.b.example`) && PathPrefix(`/api`)";
    /// let rule = Rule::parse(rule, Protocol::Http, Syntax::V3).map_err(|errors| format!("{errors:?}"))?;
    /// assert_eq!(rule.hosts(), ["a.example", "*.b.example"]);
    /// # Ok::<(), String>(())
    /// ```
    pub fn hosts(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.root.hosts(true, &mut found);
        found
    }
}

impl Node {
    fn each<'n>(&'n self, found: &mut impl FnMut(&'n Matcher)) {
        match self {
            Self::Matcher(matcher) => found(matcher),
            Self::Not(inner) => inner.each(found),
            Self::And(all) | Self::Or(all) => all.iter().for_each(|node| node.each(found)),
        }
    }

    fn hosts<'n>(&'n self, wanted: bool, found: &mut Vec<&'n str>) {
        match self {
            Self::Matcher(Matcher {
                kind: Kind::Host | Kind::HostHeader | Kind::HostSni, arguments, ..
            }) if wanted => {
                for host in arguments {
                    if !found.contains(&host.as_str()) {
                        found.push(host);
                    }
                }
            }
            Self::Matcher(_) => {}
            Self::Not(inner) => inner.hosts(!wanted, found),
            Self::And(all) | Self::Or(all) => all.iter().for_each(|node| node.hosts(wanted, found)),
        }
    }
}

/// Reads the calls of an expression as matchers of one language.
struct Reader {
    protocol: Protocol,
    syntax: Syntax,
}

impl Reader {
    fn node(&self, expression: &Expression, errors: &mut Vec<RuleError>) -> Option<Node> {
        let mut all = |operands: &[Expression]| {
            // All of them are looked at, also those behind one that is in error.
            let read: Vec<_> = operands.iter().map(|operand| self.node(operand, errors)).collect();
            read.into_iter().collect::<Option<Vec<_>>>()
        };
        match expression {
            Expression::And(operands) => Some(Node::And(all(operands)?)),
            Expression::Or(operands) => Some(Node::Or(all(operands)?)),
            Expression::Not(operand) => Some(Node::Not(Box::new(self.node(operand, errors)?))),
            Expression::Call(call) => match self.matcher(call) {
                Ok(matcher) => Some(Node::Matcher(matcher)),
                Err(error) => {
                    errors.push(error);
                    None
                }
            },
        }
    }

    fn matcher(&self, call: &Call) -> Result<Matcher, RuleError> {
        let Self { protocol, syntax } = *self;
        let Some(kind) = Kind::find(&call.name, protocol, syntax) else {
            return Err(RuleError::unknown(call, protocol, syntax));
        };
        let spans: Vec<Range<usize>> = call.arguments.iter().map(|argument| argument.span.clone()).collect();
        let arguments = call.arguments.iter().map(|argument| argument.value.clone()).collect();
        let matcher = Matcher { kind, arguments, span: call.span.clone(), argument_spans: spans };
        argument::check(&matcher, protocol, syntax)?;
        Ok(matcher)
    }
}
