//! Go expressions of calls with string arguments: the language of constraints, and of rules.

use std::ops::Range;

use thiserror::Error;

use super::parser::Parser;

/// A logical expression over calls with string arguments, in Go's syntax: what Traefik's constraints and rules are
/// written in.
///
/// Runs of one operator are one node, so the depth of a tree is that of its parentheses and negations, which is
/// bounded: walking and dropping it needs little stack, however long the text is.
///
/// ```
/// use portolan_routes::constraints::expression::Expression;
///
/// let expression = Expression::parse("Label(`tier`, `web`) && !Label(`stage`, `dev`)")?;
/// assert!(matches!(expression, Expression::And(parts) if parts.len() == 2));
/// # Ok::<(), portolan_routes::constraints::expression::ExpressionError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expression {
    /// A call such as ``Label(`tier`, `web`)``.
    Call(Call),
    /// `!x`
    Not(Box<Self>),
    /// `a && b && c`: two or more.
    And(Vec<Self>),
    /// `a || b || c`: two or more.
    Or(Vec<Self>),
}

/// One call in an [`Expression`].
///
/// ```
/// use portolan_routes::constraints::expression::Expression;
///
/// let Expression::Call(call) = Expression::parse("Label(`tier`, `web`)")? else { return Ok(()) };
/// assert_eq!((call.name.as_str(), call.arguments.len(), call.span), ("Label", 2, 0..20));
/// # Ok::<(), portolan_routes::constraints::expression::ExpressionError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The function's name as written; dotted where the text has a selector.
    pub name: String,
    /// The bytes of the name.
    pub name_span: Range<usize>,
    /// The arguments in order.
    pub arguments: Vec<Argument>,
    /// The bytes of the whole call.
    pub span: Range<usize>,
}

/// A string argument of a [`Call`].
///
/// ```
/// use portolan_routes::constraints::expression::Expression;
///
/// let Expression::Call(call) = Expression::parse(r#"Label("a\tb")"#)? else { return Ok(()) };
/// assert_eq!((call.arguments[0].value.as_str(), &call.arguments[0].span), ("a\tb", &(6..12)));
/// # Ok::<(), portolan_routes::constraints::expression::ExpressionError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The text that the literal means, its escapes resolved.
    pub value: String,
    /// The bytes of the literal with its quotes.
    pub span: Range<usize>,
}

impl Expression {
    /// The longest text that is read, in bytes.
    pub const MAX_LENGTH: usize = 64 * 1024;
    /// The deepest nesting of parentheses and negations.
    pub const MAX_DEPTH: usize = 128;

    /// Reads an expression by Go's grammar (Traefik 3.7 hands the text to Go's own parser): strings in double quotes
    /// with Go's escapes or in backquotes, `&&` before `||`, `!`, parentheses, comments, a comma after the last
    /// argument, and a line that ends after an operand ends the expression.
    ///
    /// # Errors
    /// [`ExpressionError::Syntax`] where Go would not parse the text, [`ExpressionError::Operator`],
    /// [`ExpressionError::Undefined`] and [`ExpressionError::Argument`] for Go that is not of this language,
    /// [`ExpressionError::TooLong`] and [`ExpressionError::TooDeep`] beyond the bounds.
    ///
    /// ```
    /// use portolan_routes::constraints::expression::Expression;
    ///
    /// let parsed = Expression::parse("Host(`a.example`) && !Path(\"/x\")")?;
    /// assert!(matches!(parsed, Expression::And(sides) if sides.len() == 2));
    /// # Ok::<(), portolan_routes::constraints::expression::ExpressionError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        if text.len() > Self::MAX_LENGTH {
            return Err(ExpressionError::TooLong { length: text.len() });
        }
        Parser::new(text)?.whole()
    }
}

/// Why a text is not an [`Expression`]. Spans are bytes of the text; wording is near to Traefik's.
///
/// ```
/// use portolan_routes::constraints::expression::Expression;
///
/// assert!(Expression::parse("Label(`tier`, `web`").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ExpressionError {
    /// The text is not a Go expression.
    #[error("{line}:{column}: {message}")]
    Syntax {
        /// What was expected or is wrong, in the words of Go's parser.
        message: String,
        /// The line, from 1.
        line: usize,
        /// The byte in the line, from 1.
        column: usize,
        /// The bytes of the text.
        span: Range<usize>,
    },
    /// An operator of Go other than `&&`, `||` and `!`.
    #[error("`{operator}` is not supported")]
    Operator {
        /// The operator.
        operator: String,
        /// Its bytes.
        span: Range<usize>,
    },
    /// A name that is not called, such as an argument without quotes.
    #[error("`{name}` is not defined")]
    Undefined {
        /// The name.
        name: String,
        /// Its bytes.
        span: Range<usize>,
    },
    /// An argument, or an operand, that is not what it must be.
    #[error("expected {expected}, found {found}")]
    Argument {
        /// What can stand there.
        expected: &'static str,
        /// What stands there.
        found: &'static str,
        /// Its bytes.
        span: Range<usize>,
    },
    /// More than [`Expression::MAX_LENGTH`] bytes.
    #[error("expression has {length} bytes, more than {}", Expression::MAX_LENGTH)]
    TooLong {
        /// The text's length.
        length: usize,
    },
    /// More than [`Expression::MAX_DEPTH`] levels.
    #[error("expression is nested more than {} levels deep", Expression::MAX_DEPTH)]
    TooDeep {
        /// The parenthesis or negation that is one too many.
        span: Range<usize>,
    },
}

impl ExpressionError {
    /// The bytes that it is about.
    pub fn span(&self) -> Range<usize> {
        match self {
            Self::Syntax { span, .. }
            | Self::Operator { span, .. }
            | Self::Undefined { span, .. }
            | Self::Argument { span, .. }
            | Self::TooDeep { span } => span.clone(),
            Self::TooLong { length } => 0..*length,
        }
    }

    /// A next step, where one is known.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Undefined { name, .. } => Some(format!("write text in quotes: `\"{name}\"`")),
            Self::Operator { .. } => Some("combine calls with `&&`, `||` and `!`".to_owned()),
            Self::Syntax { message, .. } if message.starts_with("expected 'EOF'") => {
                Some("a line may be broken after `&&` and `||`, not before".to_owned())
            }
            Self::Syntax { message, .. } if message == "unknown escape sequence" => {
                Some("write text with backslashes in backquotes".to_owned())
            }
            _ => None,
        }
    }

    pub(super) fn syntax(text: &str, message: impl Into<String>, span: Range<usize>) -> Self {
        let before = text.get(..span.start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self::Syntax {
            message: message.into(),
            line: before.matches('\n').count() + 1,
            column: span.start - line_start + 1,
            span,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The expression in prefix form, to see what binds to what.
    fn shape(expression: &Expression) -> String {
        let join = |all: &[Expression]| all.iter().map(shape).collect::<Vec<_>>().join(" ");
        match expression {
            Expression::Call(call) => {
                let arguments: Vec<_> = call.arguments.iter().map(|a| a.value.as_str()).collect();
                format!("{}[{}]", call.name, arguments.join("|"))
            }
            Expression::Not(inner) => format!("(! {})", shape(inner)),
            Expression::And(all) => format!("(&& {})", join(all)),
            Expression::Or(all) => format!("(|| {})", join(all)),
        }
    }

    fn check(text: &str, expected: &str) {
        let got = Expression::parse(text).map_or_else(|error| format!("error: {error}"), |e| shape(&e));
        assert_eq!(got, expected, "{text:?}");
    }

    #[test]
    fn operators_bind_as_in_go() {
        check("a() || b() && c()", "(|| a[] (&& b[] c[]))");
        check("a() && b() || c() && !d()", "(|| (&& a[] b[]) (&& c[] (! d[])))");
        check("a() && (b() || c())", "(&& a[] (|| b[] c[]))");
        check("!(a() || b())", "(! (|| a[] b[]))");
        check("!!a()", "(! (! a[]))");
    }

    #[test]
    fn strings_mean_what_they_mean_in_go() {
        check(r#"f("a\tb\"\\\x41\101é", `\t`)"#, "f[a\tb\"\\AAé|\\t]");
        check("f(`a\r\nb`)", "f[a\nb]");
        check(r#"f("\xc3\xa9")"#, "f[é]");
        check(r#"f("\xff")"#, "error: 1:3: string literal is not valid UTF-8");
        check(r#"f("\U00110000")"#, "error: 1:4: escape sequence is invalid Unicode code point");
    }

    #[test]
    fn names_may_be_dotted_and_keywords_are_not_names() {
        check("x.y(`a`)", "x.y[a]");
        check("x.(`a`)", "error: 1:3: expected selector or type assertion, found '('");
        check("range(`a`)", "error: 1:1: expected operand, found 'range'");
    }

    #[test]
    fn errors_tell_their_bytes() {
        let error = Expression::parse("f(`a`) ||\n g(h.i)").expect_err("a name is no argument");
        assert_eq!((error.span(), error.to_string().as_str()), (13..16, "`h.i` is not defined"));
        let error = Expression::parse("f(`é`) §").expect_err("not a character of Go");
        assert_eq!((error.span(), error.to_string().as_str()), (8..10, "1:9: illegal character U+00A7 '§'"));
    }

    #[test]
    fn nesting_and_length_are_bounded_and_chains_are_flat() {
        let nested = |n: usize| format!("{}f(){}", "(".repeat(n), ")".repeat(n));
        check(&nested(Expression::MAX_DEPTH), "f[]");
        check(&nested(Expression::MAX_DEPTH + 1), "error: expression is nested more than 128 levels deep");
        check(&format!("{}f()", "!".repeat(200)), "error: expression is nested more than 128 levels deep");
        let long = vec!["f()"; 9_000].join("&&");
        assert!(matches!(Expression::parse(&long), Ok(Expression::And(all)) if all.len() == 9_000));
        check(&" ".repeat(70_000), "error: expression has 70000 bytes, more than 65536");
    }

    proptest! {
        #[test]
        fn no_text_panics_and_spans_lie_within(text in "\\PC*|([a-z(),!&|`\"'\\\\/*. \n0-9é]){0,60}") {
            if let Err(error) = Expression::parse(&text) {
                let span = error.span();
                prop_assert!(span.start <= span.end && span.end <= text.len(), "{span:?} in {text:?}");
                prop_assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
            }
        }
    }
}
