//! Lists.

use gotmpl::Value;

use super::{Arguments, Failure, Function, Outcome, at_least, exactly, go, list, ok};

pub(super) const TABLE: &[Function] = &[
    at_least("list", 0, |a| list(a.from(0).to_vec())),
    at_least("tuple", 0, |a| list(a.from(0).to_vec())),
    exactly("first", 1, first),
    exactly("mustFirst", 1, first),
    exactly("last", 1, last),
    exactly("mustLast", 1, last),
    exactly("rest", 1, rest),
    exactly("mustRest", 1, rest),
    exactly("initial", 1, initial),
    exactly("mustInitial", 1, initial),
    exactly("append", 2, append),
    exactly("push", 2, append),
    exactly("mustAppend", 2, append),
    exactly("mustPush", 2, append),
    exactly("prepend", 2, prepend),
    exactly("mustPrepend", 2, prepend),
    at_least("concat", 0, |a| {
        let lists = (0..a.values.len()).map(|at| a.list(at)).collect::<Result<Vec<_>, _>>()?;
        list(lists.concat())
    }),
    exactly("reverse", 1, reverse),
    exactly("mustReverse", 1, reverse),
    exactly("uniq", 1, uniq),
    exactly("mustUniq", 1, uniq),
    at_least("without", 1, without),
    at_least("mustWithout", 1, without),
    exactly("has", 2, has),
    exactly("mustHas", 2, has),
    exactly("compact", 1, compact),
    exactly("mustCompact", 1, compact),
    at_least("slice", 1, slice),
    at_least("mustSlice", 1, slice),
    exactly("chunk", 2, chunk),
    exactly("mustChunk", 2, chunk),
    exactly("until", 1, |a| {
        let count = a.int(0)?;
        list(steps(a, 0, count, if count < 0 { -1 } else { 1 })?)
    }),
    exactly("untilStep", 3, |a| list(steps(a, a.int(0)?, a.int(1)?, a.int(2)?)?)),
    at_least("seq", 0, seq),
];

fn first(a: &Arguments<'_>) -> Outcome {
    Ok(a.list(0)?.first().cloned().unwrap_or(Value::Nil))
}

fn last(a: &Arguments<'_>) -> Outcome {
    Ok(a.list(0)?.last().cloned().unwrap_or(Value::Nil))
}

fn rest(a: &Arguments<'_>) -> Outcome {
    list(a.list(0)?.iter().skip(1).cloned().collect())
}

fn initial(a: &Arguments<'_>) -> Outcome {
    list(a.list(0)?.split_last().map_or_else(Vec::new, |(_, initial)| initial.to_vec()))
}

fn append(a: &Arguments<'_>) -> Outcome {
    list([a.list(0)?, &[a.value(1).clone()]].concat())
}

fn prepend(a: &Arguments<'_>) -> Outcome {
    list([&[a.value(1).clone()], a.list(0)?].concat())
}

fn reverse(a: &Arguments<'_>) -> Outcome {
    list(a.list(0)?.iter().rev().cloned().collect())
}

/// Compares all pairs, since lists and dicts are elements too; so it is paid for by pairs.
fn uniq(a: &Arguments<'_>) -> Outcome {
    let mut unique: Vec<Value> = Vec::new();
    for item in a.list(0)? {
        a.budget().spend(unique.len() / 8)?;
        if !unique.contains(item) {
            unique.push(item.clone());
        }
    }
    list(unique)
}

fn without(a: &Arguments<'_>) -> Outcome {
    let omitted = a.from(1);
    let items = a.list(0)?;
    a.budget().spend(items.len().saturating_mul(omitted.len()) / 8)?;
    list(items.iter().filter(|item| !omitted.contains(item)).cloned().collect())
}

fn has(a: &Arguments<'_>) -> Outcome {
    match a.value(1) {
        Value::Nil => Ok(Value::Bool(false)),
        _ => Ok(Value::Bool(a.list(1)?.contains(a.value(0)))),
    }
}

fn compact(a: &Arguments<'_>) -> Outcome {
    list(a.list(0)?.iter().filter(|item| item.is_truthy()).cloned().collect())
}

fn slice(a: &Arguments<'_>) -> Outcome {
    let items = a.list(0)?;
    if items.is_empty() {
        return Ok(Value::Nil);
    }
    let place = |at: usize, otherwise: usize| match a.values.get(at) {
        None => Ok(Some(otherwise)),
        Some(_) => a.int(at).map(|index| usize::try_from(index).ok()),
    };
    let range = place(1, 0)?.zip(place(2, items.len())?).and_then(|(from, to)| items.get(from..to));
    range.map_or_else(|| Err("slice index out of bounds".into()), |items| list(items.to_vec()))
}

fn chunk(a: &Arguments<'_>) -> Outcome {
    let size = usize::try_from(a.int(0)?).ok().filter(|size| *size > 0);
    let size = size.ok_or_else(|| Failure::from("a chunk needs a size above zero"))?;
    list(a.list(1)?.chunks(size).map(|part| Value::List(part.into())).collect())
}

/// From `start` up to, and without, `stop`; none where the step leads away.
fn steps(a: &Arguments<'_>, start: i64, stop: i64, step: i64) -> Result<Vec<Value>, Failure> {
    let away = if stop < start { step >= 0 } else { step <= 0 };
    if away || start == stop {
        return Ok(Vec::new());
    }
    let count = start.abs_diff(stop).div_ceil(step.unsigned_abs());
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    a.budget().admit_list(count)?;
    let mut number = start;
    let mut numbers = Vec::with_capacity(count);
    for _ in 0..count {
        numbers.push(Value::Int(number));
        number = number.saturating_add(step);
    }
    Ok(numbers)
}

/// Both ends included, as the command of that name counts; nothing where the step leads away.
fn seq(a: &Arguments<'_>) -> Outcome {
    let toward = |from: i64, to: i64| if to < from { -1 } else { 1 };
    let (start, step, end) = match a.values.len() {
        1 => (1, toward(1, a.int(0)?), a.int(0)?),
        2 => (a.int(0)?, toward(a.int(0)?, a.int(1)?), a.int(1)?),
        3 => (a.int(0)?, a.int(1)?, a.int(2)?),
        _ => return ok(""),
    };
    if end < start && step > 0 {
        return ok("");
    }
    let stop = end.saturating_add(toward(start, end));
    let numbers: Vec<String> = steps(a, start, stop, step)?.iter().map(go::print).collect();
    ok(numbers.join(" "))
}
