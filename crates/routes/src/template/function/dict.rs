//! Dicts. Values never change in place: where sprig changes its first argument, an action that is such a call assigns
//! the variable anew.

use std::sync::Arc;

use gotmpl::Value;

use super::{Arguments, Dict, Failure, Function, Outcome, at_least, dict, exactly, go, list, texts};

pub(super) const TABLE: &[Function] = &[
    at_least("dict", 0, |a| {
        let pairs = a.from(0).chunks(2).map(|pair| match pair {
            [key, value] => (Arc::from(go::print(key)), value.clone()),
            // A key without a value has the empty text.
            _ => (Arc::from(pair.iter().map(go::print).collect::<String>()), Value::from("")),
        });
        dict(pairs.collect())
    }),
    exactly("get", 2, |a| Ok(a.dict(0)?.get(a.text(1)?).cloned().unwrap_or_else(|| Value::from("")))),
    exactly("hasKey", 2, |a| Ok(Value::Bool(a.dict(0)?.contains_key(a.text(1)?)))),
    exactly("set", 3, |a| {
        let mut changed = a.dict(0)?.clone();
        changed.insert(Arc::from(a.text(1)?), a.value(2).clone());
        dict(changed)
    }),
    exactly("unset", 2, |a| {
        let mut changed = a.dict(0)?.clone();
        changed.remove(a.text(1)?);
        dict(changed)
    }),
    at_least("pluck", 1, |a| {
        let key = a.text(0)?;
        let dicts = (1..a.values.len()).map(|at| a.dict(at)).collect::<Result<Vec<_>, _>>()?;
        list(dicts.into_iter().filter_map(|dict| dict.get(key).cloned()).collect())
    }),
    at_least("keys", 0, |a| {
        let dicts = (0..a.values.len()).map(|at| a.dict(at)).collect::<Result<Vec<_>, _>>()?;
        texts(dicts.into_iter().flat_map(|dict| dict.keys().cloned()))
    }),
    exactly("values", 1, |a| list(a.dict(0)?.values().cloned().collect())),
    at_least("pick", 1, |a| chosen(a, true)),
    at_least("omit", 1, |a| chosen(a, false)),
    at_least("merge", 1, |a| merged(a, false)),
    at_least("mustMerge", 1, |a| merged(a, false)),
    at_least("mergeOverwrite", 1, |a| merged(a, true)),
    at_least("mustMergeOverwrite", 1, |a| merged(a, true)),
    at_least("dig", 3, dig),
    exactly("deepCopy", 1, |a| Ok(a.value(0).clone())),
    exactly("mustDeepCopy", 1, |a| Ok(a.value(0).clone())),
    exactly("deepEqual", 2, |a| Ok(Value::Bool(a.value(0) == a.value(1)))),
];

fn chosen(a: &Arguments<'_>, keep: bool) -> Outcome {
    let names = (1..a.values.len()).map(|at| a.text(at)).collect::<Result<Vec<_>, _>>()?;
    let entries = a.dict(0)?.iter().filter(|(key, _)| names.contains(&key.as_ref()) == keep);
    dict(entries.map(|(key, value)| (Arc::clone(key), value.clone())).collect())
}

fn merged(a: &Arguments<'_>, overwrite: bool) -> Outcome {
    let mut into = a.dict(0)?.clone();
    for at in 1..a.values.len() {
        merge(&mut into, a.dict(at)?, overwrite);
    }
    dict(into)
}

/// Fills what is missing or empty; overwrites the rest if asked to. Dicts within are merged likewise.
fn merge(into: &mut Dict, from: &Dict, overwrite: bool) {
    for (key, value) in from {
        match (into.get_mut(key), value) {
            (Some(Value::Map(inner)), Value::Map(added)) => merge(Arc::make_mut(inner), added, overwrite),
            (Some(present), value) if overwrite || !present.is_truthy() => *present = value.clone(),
            (Some(_), _) => {}
            (None, value) => {
                into.insert(Arc::clone(key), value.clone());
            }
        }
    }
}

/// `dig "a" "b" fallback dict`.
fn dig(a: &Arguments<'_>) -> Outcome {
    let count = a.values.len();
    let mut value = a.value(count - 1).clone();
    for at in 0..count - 2 {
        let Value::Map(entries) = &value else {
            let found = go::type_name(&value);
            return Err(Failure::from(format!("expected map[string]interface {{}}, found {found}")));
        };
        match entries.get(a.text(at)?) {
            Some(found) => value = found.clone(),
            None => return Ok(a.value(count - 2).clone()),
        }
    }
    Ok(value)
}
