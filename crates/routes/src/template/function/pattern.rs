//! Regular expressions, in Go's syntax. Those without `must` stop the template too, as sprig's do; only `regexMatch`
//! takes an invalid expression for one that does not match.

use gotmpl::Value;
use regex::{Captures, Regex};

use super::{Arguments, Failure, Function, Outcome, exactly, ok, texts};
use crate::constraints::re2;

pub(super) const TABLE: &[Function] = &[
    exactly("regexMatch", 2, |a| Ok(Value::Bool(compiled(a).is_ok_and(|regex| matches(&regex, a))))),
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

/// What compiling an expression counts, in steps: it is by far the dearest thing that a template can do.
const COMPILING: usize = 2_000;

fn compiled(a: &Arguments<'_>) -> Result<Regex, Failure> {
    let pattern = a.text(0)?;
    a.budget().spend(COMPILING.saturating_add(pattern.len().saturating_mul(20)))?;
    re2::compile(pattern).map_err(|error| format!("error parsing regexp: {error}").into())
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
    if end != text.len() || text.is_empty() {
        pieces.push(text.get(start..).unwrap_or_default());
    }
    texts(pieces)
}
