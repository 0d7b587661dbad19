//! Constraints: which containers are taken, by their labels (Traefik 3.7, `providers.docker.constraints`).

pub mod expression;
mod parser;
pub mod re2;
mod token;

use std::collections::BTreeMap;
use std::ops::Range;

use portolan_container::Diagnostic;
use regex::Regex;
use thiserror::Error;

use self::expression::{Call, Expression, ExpressionError};
use crate::codes::INVALID_CONSTRAINT_REGEX;

/// A test of a container's labels, such as ``Label(`tier`, `web`) && !LabelRegex(`stage`, `^dev`)``.
///
/// A label that is absent is an empty text to both functions, keys are compared byte by byte and regular expressions
/// (Go's syntax) are not anchored, all as in Traefik 3.7.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use portolan_routes::constraints::Constraint;
///
/// let constraint = Constraint::parse("Label(`tier`, `web`) || LabelRegex(\"stage\", \"^prod\")")?;
/// let labels = BTreeMap::from([("stage".to_owned(), "production".to_owned())]);
/// assert!(constraint.matches(&labels));
/// assert!(!constraint.matches(&BTreeMap::new()));
/// # Ok::<(), portolan_routes::constraints::ConstraintError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Constraint {
    text: String,
    /// Absent where the text is empty, which all labels match.
    test: Option<Test>,
    warnings: Vec<Diagnostic>,
}

impl Constraint {
    /// Reads a constraint; the empty text takes every container.
    ///
    /// # Errors
    /// [`ConstraintError::Expression`] where the text is no expression, [`ConstraintError::UnsupportedFunction`] and
    /// [`ConstraintError::ArgumentCount`] where a call is none of ours. Traefik refuses the same texts, and then
    /// takes no container at all. A regular expression that is invalid is no error: see [`Self::warnings`].
    pub fn parse(text: &str) -> Result<Self, ConstraintError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let mut warnings = Vec::new();
        let test = Test::new(&Expression::parse(text)?, &mut warnings)?;
        Ok(Self { text: text.to_owned(), test: Some(test), warnings })
    }

    /// Whether a container with these labels is taken.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.test.as_ref().is_none_or(|test| test.matches(labels))
    }

    /// What is accepted and probably not as meant: regular expressions that are invalid, which silently match no
    /// label (and so match all when negated).
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// The text that was read.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Why a text is no [`Constraint`].
///
/// ```
/// use portolan_routes::constraints::Constraint;
///
/// let error = Constraint::parse("label(`tier`, `web`)").unwrap_err();
/// assert_eq!((error.to_string().as_str(), error.span()), ("unsupported function: `label`", 0..5));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ConstraintError {
    /// The text is not an expression of calls.
    #[error(transparent)]
    Expression(#[from] ExpressionError),
    /// A function other than `Label` and `LabelRegex`, which are spelt so exactly.
    #[error("unsupported function: `{name}`")]
    UnsupportedFunction {
        /// The name as written.
        name: String,
        /// Its bytes.
        span: Range<usize>,
    },
    /// A call with more or fewer than two arguments.
    #[error("`{name}` takes two arguments, {count} given")]
    ArgumentCount {
        /// The function.
        name: String,
        /// How many arguments the call has.
        count: usize,
        /// The bytes of the call.
        span: Range<usize>,
    },
}

impl ConstraintError {
    /// The bytes of the text that it is about.
    pub fn span(&self) -> Range<usize> {
        match self {
            Self::Expression(error) => error.span(),
            Self::UnsupportedFunction { span, .. } | Self::ArgumentCount { span, .. } => span.clone(),
        }
    }

    /// A next step, where one is known.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Expression(error) => error.help(),
            Self::UnsupportedFunction { name, .. } => {
                let meant =
                    ["Label", "LabelRegex"].into_iter().find(|known| known.eq_ignore_ascii_case(name));
                Some(match meant {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => "a constraint knows `Label(key, value)` and `LabelRegex(key, regex)`".to_owned(),
                })
            }
            Self::ArgumentCount { name, .. } => {
                let second = if name == "Label" { "value" } else { "regex" };
                Some(format!("write `{name}(key, {second})`"))
            }
        }
    }
}

/// An [`Expression`] made ready to run.
#[derive(Clone, Debug)]
enum Test {
    Label { key: String, value: String },
    LabelRegex { key: String, pattern: Option<Regex> },
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
}

impl Test {
    fn new(expression: &Expression, warnings: &mut Vec<Diagnostic>) -> Result<Self, ConstraintError> {
        let mut all = |operands: &[Expression]| {
            operands.iter().map(|operand| Self::new(operand, warnings)).collect::<Result<Vec<_>, _>>()
        };
        match expression {
            Expression::And(operands) => Ok(Self::And(all(operands)?)),
            Expression::Or(operands) => Ok(Self::Or(all(operands)?)),
            Expression::Not(operand) => Ok(Self::Not(Box::new(Self::new(operand, warnings)?))),
            Expression::Call(call) => Self::call(call, warnings),
        }
    }

    fn call(call: &Call, warnings: &mut Vec<Diagnostic>) -> Result<Self, ConstraintError> {
        let Call { name, name_span, arguments, span } = call;
        if name != "Label" && name != "LabelRegex" {
            return Err(ConstraintError::UnsupportedFunction { name: name.clone(), span: name_span.clone() });
        }
        let [key, second] = arguments.as_slice() else {
            let (name, count, span) = (name.clone(), arguments.len(), span.clone());
            return Err(ConstraintError::ArgumentCount { name, count, span });
        };
        let key = key.value.clone();
        if name == "Label" {
            return Ok(Self::Label { key, value: second.value.clone() });
        }
        let pattern = re2::compile(&second.value)
            .inspect_err(|error| {
                let message = format!("regular expression `{}` is invalid: {error}", second.value);
                let help =
                    format!("`LabelRegex` with it matches no container (bytes {span:?} of the constraint)");
                warnings.push(Diagnostic::warning(INVALID_CONSTRAINT_REGEX, message).with_help(help));
            })
            .ok();
        Ok(Self::LabelRegex { key, pattern })
    }

    fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        let value = |key: &str| labels.get(key).map_or("", String::as_str);
        match self {
            Self::Label { key, value: expected } => value(key) == expected,
            Self::LabelRegex { key, pattern } => pattern.as_ref().is_some_and(|p| p.is_match(value(key))),
            Self::Not(operand) => !operand.matches(labels),
            Self::And(operands) => operands.iter().all(|operand| operand.matches(labels)),
            Self::Or(operands) => operands.iter().any(|operand| operand.matches(labels)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The label sets on which `tests/data/constraints.tsv` was recorded.
    fn recorded_labels() -> Vec<BTreeMap<String, String>> {
        let sets: [&[(&str, &str)]; 5] =
            [&[], &[("a", "b")], &[("a", "")], &[("tier", "x")], &[("é", "ü"), ("a", "b")]];
        sets.iter().map(|set| set.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()).collect()
    }

    #[test]
    fn constraints_take_what_a_real_traefik_takes() {
        let sets = recorded_labels();
        let mut wrong = Vec::new();
        let mut rows = 0;
        for line in
            include_str!("../tests/data/constraints.tsv").lines().filter(|line| !line.starts_with('#'))
        {
            let mut columns = line.split('\t').map(unescape);
            let (Some(text), Some(outcome), Some(detail)) = (columns.next(), columns.next(), columns.next())
            else {
                panic!("a row has three columns: {line:?}");
            };
            rows += 1;
            let got = Constraint::parse(&text).map(|constraint| {
                let taken =
                    |(n, set): (usize, &BTreeMap<_, _>)| constraint.matches(set).then(|| n.to_string());
                sets.iter().enumerate().filter_map(taken).collect::<String>()
            });
            let same = match &got {
                Ok(taken) => outcome == "ok" && *taken == detail,
                Err(_) => outcome == "error",
            };
            if !same {
                wrong.push(format!("{text:?}: Traefik {outcome} {detail:?}, we {got:?}"));
            }
        }
        assert!(wrong.is_empty() && rows > 100, "{rows} rows\n{}", wrong.join("\n"));
    }

    /// `\n`, `\t`, `\r` and `\\` of the recorded tables.
    fn unescape(column: &str) -> String {
        let mut out = String::new();
        let mut chars = column.chars();
        while let Some(c) = chars.next() {
            out.push(match (c, c == '\\') {
                (c, false) => c,
                (_, true) => match chars.next() {
                    Some('n') => '\n',
                    Some('t') => '\t',
                    Some('r') => '\r',
                    other => other.unwrap_or('\\'),
                },
            });
        }
        out
    }

    #[track_caller]
    fn check_error(text: &str, expected: &str, help: Option<&str>) {
        let error = Constraint::parse(text).expect_err(text);
        assert_eq!((error.to_string().as_str(), error.help().as_deref()), (expected, help), "{text:?}");
    }

    #[test]
    fn errors_say_what_to_write() {
        check_error("label(`a`, `b`)", "unsupported function: `label`", Some("did you mean `Label`?"));
        check_error(
            "Tag(`a`)",
            "unsupported function: `Tag`",
            Some("a constraint knows `Label(key, value)` and `LabelRegex(key, regex)`"),
        );
        check_error("Label(`a`)", "`Label` takes two arguments, 1 given", Some("write `Label(key, value)`"));
        check_error("Label(a, `b`)", "`a` is not defined", Some("write text in quotes: `\"a\"`"));
        check_error("Label(1, `b`)", "expected a string as argument, found a number", None);
        check_error(
            "Label(`a`, `b`)\n&& Label(`c`, `d`)",
            "2:1: expected 'EOF', found '&&'",
            Some("a line may be broken after `&&` and `||`, not before"),
        );
    }

    #[test]
    fn an_invalid_regular_expression_is_told_and_matches_nothing() {
        let constraint = Constraint::parse("!LabelRegex(`a`, `(?=b)`)").expect("a constraint");
        assert!(constraint.matches(&BTreeMap::new()));
        let messages: Vec<_> = constraint.warnings().iter().map(ToString::to_string).collect();
        let expected = "warning[invalid-constraint-regex]: regular expression `(?=b)` is invalid: \
                        invalid or unsupported Perl syntax: `(?=b`";
        assert_eq!(messages, [expected]);
        assert_eq!(Constraint::parse("LabelRegex(`a`, `b`)").expect("a constraint").warnings(), []);
    }

    #[test]
    fn the_empty_text_takes_all() {
        let constraint = Constraint::parse("").expect("a constraint");
        assert!(recorded_labels().iter().all(|labels| constraint.matches(labels)));
        assert!(Constraint::parse(" ").is_err());
    }

    proptest! {
        #[test]
        fn no_constraint_panics(text in "\\PC*|((!|&&|\\|\\||\\(|\\)|Label\\(`a`, `b`\\)|LabelRegex\\(`a`, `.`\\)| |\n){0,12})") {
            if let Ok(constraint) = Constraint::parse(&text) {
                for labels in recorded_labels() {
                    let _ = constraint.matches(&labels);
                }
            }
        }

        #[test]
        fn negation_turns_each_answer(key in "[a-c]", value in "[ab]?", set in 0..5_usize) {
            let labels = &recorded_labels()[set];
            let (plain, negated) = (format!("Label(`{key}`, `{value}`)"), format!("!Label(`{key}`, `{value}`)"));
            let answer = |text: &str| Constraint::parse(text).map(|constraint| constraint.matches(labels));
            prop_assert_eq!(answer(&plain), answer(&negated).map(|taken| !taken));
        }
    }
}
