use std::collections::BTreeSet;
use std::ops::Range;

use super::literal::{Test, never};
use super::{Node, Rule, Syntax};

/// Why a rule takes no request at all.
///
/// ```
/// use portolan_routes::rule::{Protocol, Rule, Syntax};
///
/// let text = "Host(`a.example`) && Host(`b.example`)";
/// let rule = Rule::parse(text, Protocol::Http, Syntax::V3).map_err(|errors| format!("{errors:?}"))?;
/// assert_eq!(rule.never().map(|never| never.span), Some(21..38));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Never {
    /// What is so, in words.
    pub message: String,
    /// What was probably meant, where that is known.
    pub help: Option<String>,
    /// The bytes of the rule that say so.
    pub span: Range<usize>,
}

/// The most alternatives that a rule is taken apart into: of a longer one nothing is said.
const MOST: usize = 256;

/// A test, and whether it must be true or false.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Literal {
    wanted: bool,
    test: Test,
    span: Range<usize>,
}

/// Literals that must all hold.
type Conjunction = Vec<Literal>;

impl Rule {
    /// What in the rule is never true: a matcher by itself, or matchers that cannot hold together.
    ///
    /// Not complete: a regular expression is not looked into.
    pub fn never(&self) -> Option<Never> {
        let alone = self.matchers().find_map(|matcher| {
            let (argument, message, help) = never(matcher, self.syntax)?;
            Some(Never { message, help: Some(help), span: matcher.argument_span(argument) })
        });
        alone.or_else(|| self.contradiction())
    }

    /// That no alternative can hold.
    fn contradiction(&self) -> Option<Never> {
        let mut first = None;
        let alternatives = self.alternatives()?;
        for conjunction in &alternatives.0 {
            let clash = clash(conjunction)?;
            first.get_or_insert(clash);
        }
        let (one, two) = first?;
        let message = "no request passes both this and what stands before it".to_owned();
        // Of a test and its opposite, one holds for every request.
        let help = match one.wanted && two.wanted {
            true => "either may do: join them by `||`",
            false => "leave one of them out",
        };
        let span = if one.span.start > two.span.start { &one.span } else { &two.span };
        Some(Never { message, help: Some(help.to_owned()), span: span.clone() })
    }

    /// Whether this rule takes whatever the other takes. Not complete: false where it cannot be told.
    pub fn covers(&self, other: &Self) -> bool {
        match (self.alternatives(), other.alternatives()) {
            (Some(ours), Some(theirs)) => ours.cover(&theirs),
            _ => false,
        }
    }

    /// The rule taken apart, to be compared with many; `None` where it has too many alternatives.
    pub fn alternatives(&self) -> Option<Alternatives> {
        let mut alternatives = normal(&self.root, true, self.syntax)?;
        for conjunction in &mut alternatives {
            conjunction.retain(|literal| !(literal.wanted && literal.test == Test::Any));
        }
        Some(Alternatives(alternatives))
    }
}

/// A rule as alternatives, of each of which all tests must hold.
///
/// ```
/// use portolan_routes::rule::{Protocol, Rule, Syntax};
///
/// let text = "Host(`a.example`) || Host(`b.example`)";
/// let rule = Rule::parse(text, Protocol::Http, Syntax::V3).map_err(|errors| format!("{errors:?}"))?;
/// let alternatives = rule.alternatives().ok_or("there are few")?;
/// assert!(alternatives.hosts().contains("b.example"));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternatives(Vec<Conjunction>);

impl Alternatives {
    /// Whether these take whatever the others take. Not complete, as [`Rule::covers`].
    pub fn cover(&self, other: &Self) -> bool {
        let implies = |their: &Conjunction, our: &Conjunction| {
            our.iter().all(|literal| their.iter().any(|it| it.implies(literal)))
        };
        other.0.iter().all(|their| self.0.iter().any(|our| implies(their, our)))
    }

    /// The host, or server name, that each alternative asks for; empty where one asks for none, or for more than one.
    pub fn hosts(&self) -> BTreeSet<&str> {
        self.0
            .iter()
            .map(|conjunction| conjunction.iter().find_map(Literal::host).unwrap_or_default())
            .collect()
    }
}

impl Literal {
    /// The host that it asks for.
    fn host(&self) -> Option<&str> {
        match &self.test {
            Test::Host(name) if self.wanted => Some(name),
            _ => None,
        }
    }

    fn implies(&self, other: &Self) -> bool {
        match (self.wanted, other.wanted) {
            (true, true) => self.test.implies(&other.test),
            (false, false) => other.test.implies(&self.test),
            (true, false) => self.test.excludes(&other.test),
            (false, true) => other.test == Test::Any,
        }
    }

    fn clashes(&self, other: &Self) -> bool {
        match (self.wanted, other.wanted) {
            (true, true) => self.test.excludes(&other.test),
            (true, false) => self.test.implies(&other.test),
            (false, true) => other.test.implies(&self.test),
            (false, false) => false,
        }
    }
}

/// Two literals that cannot both hold; one that nothing passes clashes with itself.
fn clash(conjunction: &Conjunction) -> Option<(&Literal, &Literal)> {
    conjunction.iter().enumerate().find_map(|(index, one)| {
        if !one.wanted && one.test == Test::Any {
            return Some((one, one));
        }
        let two = conjunction.iter().skip(index + 1).find(|two| one.clashes(two))?;
        Some((one, two))
    })
}

fn normal(node: &Node, wanted: bool, syntax: Syntax) -> Option<Vec<Conjunction>> {
    match node {
        Node::Not(inner) => normal(inner, !wanted, syntax),
        Node::Matcher(matcher) => {
            let tests = Test::of(matcher, syntax);
            let literals = tests.into_iter().map(|test| Literal { wanted, test, span: matcher.span.clone() });
            // One of the tests must be true; or all of them must be false.
            Some(if wanted {
                literals.map(|literal| vec![literal]).collect()
            } else {
                vec![literals.collect()]
            })
        }
        Node::And(all) if wanted => product(all, wanted, syntax),
        Node::Or(all) if !wanted => product(all, wanted, syntax),
        Node::And(all) | Node::Or(all) => {
            let mut alternatives = Vec::new();
            for node in all {
                alternatives.extend(normal(node, wanted, syntax)?);
                if alternatives.len() > MOST {
                    return None;
                }
            }
            Some(alternatives)
        }
    }
}

fn product(all: &[Node], wanted: bool, syntax: Syntax) -> Option<Vec<Conjunction>> {
    let mut alternatives: Vec<Conjunction> = vec![Vec::new()];
    for node in all {
        let more = normal(node, wanted, syntax)?;
        let longest = alternatives.iter().map(Vec::len).max().unwrap_or(0);
        if alternatives.len() * more.len() > MOST || longest > MOST {
            return None;
        }
        alternatives = alternatives
            .iter()
            .flat_map(|left| more.iter().map(|right| left.iter().chain(right).cloned().collect()))
            .collect();
    }
    Some(alternatives)
}
