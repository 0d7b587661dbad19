//! Regular expressions, in Go's syntax. Those without `must` stop the template too, as sprig's do; only `regexMatch`
//! takes an invalid expression for one that does not match.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use gotmpl::Value;
use regex::{Captures, Regex};

use super::super::budget::{Budget, Exceeded};
use super::{Arguments, Failure, Function, Outcome, exactly, ok, texts};
use crate::constraints::re2::{self, PatternError};

pub(super) const TABLE: &[Function] = &[
    exactly("regexMatch", 2, |a| match get(a)? {
        Ok(regex) => Ok(Value::Bool(matches(&regex, a))),
        // Ours, not Go's: no match would be a wrong answer.
        Err(PatternError::TooLarge) => Err(invalid(&PatternError::TooLarge)),
        Err(_) => Ok(Value::Bool(false)),
    }),
    exactly("mustRegexMatch", 2, |a| Ok(Value::Bool(matches(&compiled(a)?, a)))),
    exactly("regexFind", 2, find),
    exactly("mustRegexFind", 2, find),
    exactly("regexFindAll", 3, find_all),
    exactly("mustRegexFindAll", 3, find_all),
    exactly("regexReplaceAll", 3, replace_expanded),
    exactly("mustRegexReplaceAll", 3, replace_expanded),
    exactly("regexReplaceAllLiteral", 3, replace_literal),
    exactly("mustRegexReplaceAllLiteral", 3, replace_literal),
    exactly("regexSplit", 3, split),
    exactly("mustRegexSplit", 3, split),
    exactly("regexQuoteMeta", 1, |a| {
        let mut quoted = String::new();
        for c in a.text(0)?.chars() {
            if r"\.+*?()|[]{}^$".contains(c) {
                quoted.push('\\');
            }
            quoted.push(c);
        }
        ok(quoted)
    }),
];

/// The expressions that a template has compiled, kept from one rendering to the next: they are literals as a rule.
#[derive(Debug, Default)]
pub(in crate::template) struct Patterns(Mutex<BTreeMap<String, Regex>>);

/// How many are kept.
const KEPT: usize = 32;
/// The size of one, in bytes: `\pL{20}` is within it.
const MAX_SIZE: usize = 1 << 20;
/// What compiling counts, in steps: by far the dearest thing that a template can do.
const COMPILING: usize = 50_000;

impl Patterns {
    fn get(&self, pattern: &str, budget: &Budget) -> Result<Result<Regex, PatternError>, Exceeded> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(regex) = kept.get(pattern) {
            return Ok(Ok(regex.clone()));
        }
        budget.spend(COMPILING)?;
        let regex = re2::compile_within(pattern, MAX_SIZE);
        if let Ok(regex) = &regex
            && kept.len() < KEPT
        {
            kept.insert(pattern.to_owned(), regex.clone());
        }
        Ok(regex)
    }
}

/// The expression of a call, paid for by the text that it will run over.
fn get(a: &Arguments<'_>) -> Result<Result<Regex, PatternError>, Failure> {
    let text = a.value(1).as_str().unwrap_or_default();
    a.budget().spend(text.len().saturating_mul(8))?;
    Ok(a.context.patterns.get(a.text(0)?, a.budget())?)
}

fn compiled(a: &Arguments<'_>) -> Result<Regex, Failure> {
    get(a)?.map_err(|error| invalid(&error))
}

fn invalid(error: &PatternError) -> Failure {
    Failure::from(format!("error parsing regexp: {error}"))
}

fn matches(regex: &Regex, a: &Arguments<'_>) -> bool {
    a.text(1).is_ok_and(|text| regex.is_match(text))
}

fn find(a: &Arguments<'_>) -> Outcome {
    ok(compiled(a)?.find(a.text(1)?).map_or("", |found| found.as_str()))
}

fn find_all(a: &Arguments<'_>) -> Outcome {
    let (regex, text, limit) = (compiled(a)?, a.text(1)?, limit(a.int(2)?));
    texts(regex.find_iter(text).take(limit).map(|found| found.as_str()))
}

/// A negative count is all.
fn limit(count: i64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn replace_expanded(a: &Arguments<'_>) -> Outcome {
    let template = a.text(2)?;
    replaced(a, |captures, out| captures.expand(template, out))
}

fn replace_literal(a: &Arguments<'_>) -> Outcome {
    let literal = a.text(2)?;
    replaced(a, |_, out| out.push_str(literal))
}

fn replaced(a: &Arguments<'_>, replacement: impl Fn(&Captures<'_>, &mut String)) -> Outcome {
    let (regex, text) = (compiled(a)?, a.text(1)?);
    let mut out = String::new();
    let mut end = 0;
    for captures in regex.captures_iter(text) {
        let Some(found) = captures.get(0) else { continue };
        out.push_str(text.get(end..found.start()).unwrap_or_default());
        replacement(&captures, &mut out);
        a.budget().admit(out.len())?;
        end = found.end();
    }
    out.push_str(text.get(end..).unwrap_or_default());
    ok(out)
}

/// Go's `Split`: at most so many pieces, none for zero; a match of nothing at the start splits nothing off.
fn split(a: &Arguments<'_>) -> Outcome {
    let (regex, text, count) = (compiled(a)?, a.text(1)?, a.int(2)?);
    if count == 0 {
        return texts(Vec::<&str>::new());
    }
    if text.is_empty() && !a.text(0)?.is_empty() {
        return texts([""]);
    }
    let limit = limit(count);
    let mut pieces = Vec::new();
    let (mut start, mut end) = (0, 0);
    for found in regex.find_iter(text).take(limit) {
        if pieces.len() + 1 == limit {
            break;
        }
        end = found.start();
        if found.end() != 0 {
            pieces.push(text.get(start..end).unwrap_or_default());
        }
        start = found.end();
    }
    if end != text.len() {
        pieces.push(text.get(start..).unwrap_or_default());
    }
    texts(pieces)
}
