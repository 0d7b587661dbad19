use std::ops::Range;

use portolan_labels::suggest;
use thiserror::Error;

use super::matcher::known;
use super::{Protocol, Syntax, print};
use crate::constraints::expression::{Call, ExpressionError};

/// Why a text is not a rule. Spans are bytes of the text.
///
/// ```
/// use portolan_routes::rule::{Protocol, Rule, Syntax};
///
/// let errors = Rule::parse("Hosts(`a.example`)", Protocol::Http, Syntax::V3).unwrap_err();
/// assert_eq!(errors[0].to_string(), "unsupported function: `Hosts`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RuleError {
    /// It is no expression of calls.
    #[error(transparent)]
    Expression(#[from] ExpressionError),
    /// A matcher that does not exist, or not in this language.
    #[error("unsupported function: `{name}`")]
    Unknown {
        /// The name as written.
        name: String,
        /// What was probably meant.
        help: String,
        /// The bytes of the name.
        span: Range<usize>,
    },
    /// A matcher with fewer or more values than it takes.
    #[error("`{name}` takes {takes}, {given} given")]
    Count {
        /// The matcher.
        name: &'static str,
        /// How many it takes, in words.
        takes: &'static str,
        /// How many there are.
        given: usize,
        /// What to write instead, where that is known.
        help: Option<String>,
        /// The bytes of the call.
        span: Range<usize>,
    },
    /// A value that the matcher refuses.
    #[error("`{name}`: {reason}")]
    Value {
        /// The matcher.
        name: &'static str,
        /// What is wrong with the value.
        reason: String,
        /// What to write instead, where that is known.
        help: Option<String>,
        /// The bytes of the value with its quotes.
        span: Range<usize>,
    },
}

impl RuleError {
    /// The bytes of the text that it is about.
    pub fn span(&self) -> Range<usize> {
        match self {
            Self::Expression(error) => error.span(),
            Self::Unknown { span, .. } | Self::Count { span, .. } | Self::Value { span, .. } => span.clone(),
        }
    }

    /// A next step, where one is known.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Expression(error) => expression_help(error),
            Self::Unknown { help, .. } => Some(help.clone()),
            Self::Count { help, .. } | Self::Value { help, .. } => help.clone(),
        }
    }

    pub(super) fn unknown(call: &Call, protocol: Protocol, syntax: Syntax) -> Self {
        Self::Unknown {
            name: call.name.clone(),
            help: meant(call, protocol, syntax),
            span: call.name_span.clone(),
        }
    }
}

/// What to write instead of what is no expression.
fn expression_help(error: &ExpressionError) -> Option<String> {
    let help = match error {
        ExpressionError::Syntax { message, line, .. } => match message.as_str() {
            "expected 'EOF', found and" => "write `&&`",
            "expected 'EOF', found or" => "write `||`",
            "expected 'EOF', found ','" => "join matchers by `||`, or by `&&` where both must hold",
            "raw string literal not terminated" => "a backquote is missing",
            found if found.starts_with("missing ','") => "a parenthesis is missing",
            found if found.starts_with("expected 'EOF'") && *line == 1 => "join matchers by `&&` or `||`",
            _ => return error.help(),
        },
        ExpressionError::Argument { found: "a rune (single quotes)", .. } => {
            "put text in backquotes or double quotes"
        }
        ExpressionError::Undefined { name, .. } if is_matcher(name) => {
            return Some(format!("a matcher has its values in parentheses: {name}(`...`)"));
        }
        _ => return error.help(),
    };
    Some(help.to_owned())
}

/// Whether a matcher of any protocol and language has this name.
fn is_matcher(name: &str) -> bool {
    let protocols = [Protocol::Http, Protocol::Tcp];
    let mut all = protocols.into_iter().flat_map(|protocol| {
        [Syntax::V2, Syntax::V3].into_iter().flat_map(move |syntax| known(protocol, syntax))
    });
    all.any(|(known, ..)| known.eq_ignore_ascii_case(name))
}

/// What a name that is no matcher's was probably to be.
fn meant(call: &Call, protocol: Protocol, syntax: Syntax) -> String {
    let names = |protocol, syntax| known(protocol, syntax).iter().map(|(name, ..)| *name);
    let same = |known: &&str| known.eq_ignore_ascii_case(&call.name);
    if let Some(known) = names(protocol, syntax).find(same) {
        return format!("did you mean `{known}`?");
    }
    let (other_protocol, words) = match protocol {
        Protocol::Http => (Protocol::Tcp, "a TCP router"),
        Protocol::Tcp => (Protocol::Http, "an HTTP router"),
    };
    let other_syntax = if syntax == Syntax::V3 { Syntax::V2 } else { Syntax::V3 };
    if names(protocol, other_syntax).any(|known| same(&known)) {
        return match (syntax, instead(call)) {
            (Syntax::V2, _) => "this matcher is of version 3: leave `ruleSyntax` out".to_owned(),
            (Syntax::V3, Some(rule)) => format!("this matcher is of Traefik 2: write {rule}"),
            (Syntax::V3, None) => "this matcher is of Traefik 2".to_owned(),
        };
    }
    if names(other_protocol, syntax).any(|known| same(&known)) {
        return format!("this matcher is for the rule of {words}");
    }
    match suggest(&call.name, names(protocol, syntax)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", names(protocol, syntax).collect::<Vec<_>>().join(", ")),
    }
}

/// A matcher of version 2 as version 3 has it.
fn instead(call: &Call) -> Option<String> {
    let values: Vec<&str> = call.arguments.iter().map(|argument| argument.value.as_str()).collect();
    let name = match call.name.to_ascii_lowercase().as_str() {
        "headers" => "Header",
        "headersregexp" => "HeaderRegexp",
        "hostheader" => return Some(print::alternatives("Host", &values)),
        _ => return None,
    };
    let pairs: Vec<String> = values.chunks(2).map(|pair| print::call(name, pair)).collect();
    (values.len().is_multiple_of(2) && !pairs.is_empty()).then(|| pairs.join(" && "))
}
