//! Parts of texts: cutting, trimming, searching, replacing, joining, quoting.

use gotmpl::Value;

use super::{Arguments, Failure, Function, Outcome, at_least, dict, exactly, go, list, ok, texts};

pub(super) const TABLE: &[Function] = &[
    exactly("hello", 0, |_| ok("Hello!")),
    exactly("trim", 1, |a| ok(a.text(0)?.trim())),
    exactly("trimAll", 2, trim_all),
    exactly("trimall", 2, trim_all),
    exactly("trimPrefix", 2, |a| ok(a.text(1)?.strip_prefix(a.text(0)?).unwrap_or(a.text(1)?))),
    exactly("trimSuffix", 2, |a| ok(a.text(1)?.strip_suffix(a.text(0)?).unwrap_or(a.text(1)?))),
    exactly("nospace", 1, |a| ok(a.text(0)?.replace(char::is_whitespace, ""))),
    exactly("contains", 2, |a| Ok(Value::Bool(a.text(1)?.contains(a.text(0)?)))),
    exactly("hasPrefix", 2, |a| Ok(Value::Bool(a.text(1)?.starts_with(a.text(0)?)))),
    exactly("hasSuffix", 2, |a| Ok(Value::Bool(a.text(1)?.ends_with(a.text(0)?)))),
    exactly("repeat", 2, repeat),
    exactly("replace", 3, replace),
    exactly("substr", 3, substr),
    exactly("trunc", 2, trunc),
    at_least("cat", 0, |a| ok(join(present(a), " "))),
    at_least("quote", 0, |a| ok(join(present(a).map(|text| go::quote(&text)), " "))),
    at_least("squote", 0, |a| ok(join(present(a).map(|text| format!("'{text}'")), " "))),
    exactly("indent", 2, |a| ok(indent(a)?)),
    exactly("nindent", 2, |a| ok(format!("\n{}", indent(a)?))),
    exactly("plural", 3, |a| ok(a.text(if a.int(2)? == 1 { 0 } else { 1 })?)),
    exactly("toString", 1, |a| ok(go::print(a.value(0)))),
    exactly("toStrings", 1, |a| texts(a.texts(0))),
    exactly("join", 2, |a| {
        let (separator, parts) = (a.text(0)?, a.texts(1));
        let gaps = parts.len().saturating_mul(separator.len());
        a.budget().admit(gaps.saturating_add(parts.iter().map(String::len).sum()))?;
        ok(parts.join(separator))
    }),
    exactly("splitList", 2, |a| pieces(a, go::split(a.text(1)?, a.text(0)?, -1), list_of)),
    exactly("split", 2, |a| pieces(a, go::split(a.text(1)?, a.text(0)?, -1), numbered)),
    exactly("splitn", 3, |a| pieces(a, go::split(a.text(2)?, a.text(0)?, a.int(1)?), numbered)),
    exactly("sortAlpha", 1, |a| {
        let mut sorted = match a.value(0) {
            Value::List(_) => a.texts(0),
            other => vec![go::print(other)],
        };
        sorted.sort_unstable();
        texts(sorted)
    }),
    exactly("fail", 1, |a| Err(Failure::from(a.text(0)?))),
];

fn trim_all(a: &Arguments<'_>) -> Outcome {
    let cut = a.text(0)?;
    ok(a.text(1)?.trim_matches(|c| cut.contains(c)))
}

fn repeat(a: &Arguments<'_>) -> Outcome {
    let (count, text) = (a.int(0)?, a.text(1)?);
    let count = usize::try_from(count).map_err(|_| Failure::from("negative repeat count"))?;
    a.budget().admit(text.len().saturating_mul(count))?;
    // A count without a text to repeat is free, and so must be the loop.
    ok(if text.is_empty() { String::new() } else { text.repeat(count) })
}

fn replace(a: &Arguments<'_>) -> Outcome {
    let (old, new, text) = (a.text(0)?, a.text(1)?, a.text(2)?);
    a.budget().admit(text.matches(old).count().saturating_mul(new.len()).saturating_add(text.len()))?;
    ok(text.replace(old, new))
}

/// By bytes; a negative start is the beginning, a negative or too large end is the end.
fn substr(a: &Arguments<'_>) -> Outcome {
    let (start, end, text) = (a.int(0)?, a.int(1)?, a.text(2)?);
    let length = i64::try_from(text.len()).unwrap_or(i64::MAX);
    let to = if start >= 0 && (end < 0 || end > length) { length } else { end };
    let part = usize::try_from(start.max(0)).ok().zip(usize::try_from(to).ok());
    let part = part.and_then(|(from, to)| go::bytes(text, from, to));
    part.map_or_else(|| Err(format!("slice bounds out of range [{start}:{to}]").into()), ok)
}

/// By bytes; a negative count keeps the end.
fn trunc(a: &Arguments<'_>) -> Outcome {
    let (count, text) = (a.int(0)?, a.text(1)?);
    let width = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let part = if count < 0 {
        go::bytes(text, text.len().saturating_sub(width), text.len())
    } else {
        go::bytes(text, 0, width.min(text.len()))
    };
    ok(part.unwrap_or_default())
}

/// The texts of the arguments that are not nil.
fn present<'a>(a: &Arguments<'a>) -> impl Iterator<Item = String> + 'a {
    a.from(0).iter().filter(|value| **value != Value::Nil).map(go::print)
}

fn join(parts: impl Iterator<Item = String>, separator: &str) -> String {
    parts.collect::<Vec<_>>().join(separator)
}

fn indent(a: &Arguments<'_>) -> Result<String, Failure> {
    let (width, text) = (a.int(0)?, a.text(1)?);
    let width = usize::try_from(width).map_err(|_| Failure::from("negative repeat count"))?;
    let lines = text.matches('\n').count() + 1;
    a.budget().admit(lines.saturating_mul(width).saturating_add(text.len()))?;
    let margin = " ".repeat(width);
    Ok(format!("{margin}{}", text.replace('\n', &format!("\n{margin}"))))
}

fn pieces(a: &Arguments<'_>, parts: Vec<&str>, make: fn(Vec<&str>) -> Outcome) -> Outcome {
    a.budget().admit_list(parts.len())?;
    make(parts)
}

fn list_of(parts: Vec<&str>) -> Outcome {
    list(parts.into_iter().map(Value::from).collect())
}

/// `_0`, `_1` and so on.
fn numbered(parts: Vec<&str>) -> Outcome {
    dict(parts.into_iter().enumerate().map(|(n, part)| (format!("_{n}").into(), Value::from(part))).collect())
}
