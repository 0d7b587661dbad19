use std::collections::BTreeMap;
use std::sync::Arc;

use gotmpl::Value;

use super::budget::{Budget, Exceeded};
use super::go;

mod builtin;
mod case;
mod dict;
mod encoding;
mod fallback;
mod json;
mod list;
mod number;
mod path;
mod pattern;
mod reflection;
mod text;
mod url;
mod withheld;
mod wrap;

pub(super) use self::pattern::Patterns;

/// Finds a function by its name.
pub(super) fn lookup(name: &str) -> Lookup {
    if let Some(function) = FAMILIES.iter().copied().flatten().find(|function| function.name == name) {
        return Lookup::Known(function.name, function);
    }
    if ENGINE.contains(&name) {
        return Lookup::Engine;
    }
    withheld::reason(name).map_or(Lookup::Unknown, Lookup::Withheld)
}

/// What a name stands for.
pub(super) enum Lookup {
    /// One of ours.
    Known(&'static str, &'static Function),
    /// One of the engine's that needs no guard.
    Engine,
    /// One of sprig's that we do not offer, and why.
    Withheld(&'static str),
    /// None.
    Unknown,
}

/// The known name that is nearest to a misspelt one, if one is near.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let known = FAMILIES.iter().copied().flatten().map(|function| function.name).chain(ENGINE);
    let lower = name.to_lowercase();
    known
        .filter(|known| !known.starts_with('('))
        .map(|known| (strsim::damerau_levenshtein(&known.to_lowercase(), &lower), known))
        .filter(|(distance, _)| distance * 3 <= name.chars().count())
        .min()
        .map(|(_, known)| known)
}

/// All names that a template can write.
#[cfg(test)]
pub(super) fn names() -> Vec<&'static str> {
    let ours = FAMILIES.iter().copied().flatten().map(|function| function.name);
    ours.filter(|name| !name.starts_with('(')).chain(ENGINE).collect()
}

/// Those of Go's own functions that the engine has and that cannot make anything large.
const ENGINE: [&str; 11] = ["and", "call", "eq", "ge", "gt", "le", "len", "lt", "ne", "not", "or"];

/// Those of sprig's functions that change their first argument.
pub(super) const MUTATORS: [&str; 6] =
    ["set", "unset", "merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite"];

const FAMILIES: [&[Function]; 14] = [
    builtin::TABLE,
    case::TABLE,
    dict::TABLE,
    encoding::TABLE,
    fallback::TABLE,
    json::TABLE,
    list::TABLE,
    number::TABLE,
    path::TABLE,
    pattern::TABLE,
    reflection::TABLE,
    text::TABLE,
    url::TABLE,
    wrap::TABLE,
];

/// A template function: its name, how many arguments it takes and what it does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Function {
    name: &'static str,
    least: usize,
    most: usize,
    body: Body,
}

type Body = fn(&Arguments<'_>) -> Outcome;
type Outcome = Result<Value, Failure>;

/// A function that takes so many arguments.
const fn exactly(name: &'static str, count: usize, body: Body) -> Function {
    Function { name, least: count, most: count, body }
}

/// A function that takes so many arguments or more.
const fn at_least(name: &'static str, least: usize, body: Body) -> Function {
    Function { name, least, most: usize::MAX, body }
}

impl Function {
    /// Calls it within the bounds of a rendering.
    pub(super) fn call(&self, context: &Context, values: &[Value]) -> gotmpl::Result<Value> {
        self.checked(context, values).map_err(|Failure(message)| {
            // The names in parentheses are ours: no author has written them.
            let internal = self.name.starts_with('(');
            gotmpl::TemplateError::Exec(if internal { message } else { format!("{}: {message}", self.name) })
        })
    }

    fn checked(&self, context: &Context, values: &[Value]) -> Outcome {
        let size = context.budget.measure(values)?;
        context.budget.spend(1 + size / 16)?;
        let (name, least, got) = (self.name, self.least, values.len());
        if got < least || got > self.most {
            let want = if self.most == least { format!("{least}") } else { format!("at least {least}") };
            return Err(format!("wrong number of args for {name}: want {want} got {got}").into());
        }
        let value = (self.body)(&Arguments { values, context })?;
        context.budget.measure(std::slice::from_ref(&value))?;
        Ok(value)
    }
}

/// What the functions of one rendering share.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) budget: Budget,
    /// The template's data: a struct in Go, so that its fields are known.
    pub(super) root: Arc<BTreeMap<Arc<str>, Value>>,
    /// The container's labels: a map of texts in Go, so that a missing key is the empty text.
    pub(super) labels: Arc<BTreeMap<Arc<str>, Value>>,
    /// The regular expressions of the template.
    pub(super) patterns: Arc<Patterns>,
}

/// Why a function gives no value, in Go's words where it is Go's own failure.
#[derive(Debug)]
struct Failure(String);

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self(message)
    }
}

impl From<&str> for Failure {
    fn from(message: &str) -> Self {
        Self(message.to_owned())
    }
}

impl From<Exceeded> for Failure {
    fn from(_: Exceeded) -> Self {
        // Not shown: the budget remembers which bound it was.
        Self("stopped".to_owned())
    }
}

/// The arguments of one call. Getters fail as Go does where a value has not the type of the parameter.
struct Arguments<'a> {
    values: &'a [Value],
    context: &'a Context,
}

/// A sprig dict.
type Dict = BTreeMap<Arc<str>, Value>;

impl<'a> Arguments<'a> {
    /// The value at this place; nil where there is none.
    fn value(&self, at: usize) -> &'a Value {
        self.values.get(at).unwrap_or(&Value::Nil)
    }

    /// The values from this place on.
    fn from(&self, at: usize) -> &'a [Value] {
        self.values.get(at..).unwrap_or_default()
    }

    fn text(&self, at: usize) -> Result<&'a str, Failure> {
        let value = self.value(at);
        value.as_str().ok_or_else(|| expected("string", value))
    }

    fn int(&self, at: usize) -> Result<i64, Failure> {
        match self.value(at) {
            Value::Int(number) => Ok(*number),
            Value::Uint(number) => i64::try_from(*number).map_err(|_| expected("int", self.value(at))),
            // Go takes a constant such as 2.0 for an integer.
            #[expect(clippy::cast_possible_truncation, reason = "whole and small, as tested")]
            Value::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => Ok(*number as i64),
            other => Err(expected("int", other)),
        }
    }

    /// An integer that counts something; negative counts none.
    fn count(&self, at: usize) -> Result<usize, Failure> {
        Ok(usize::try_from(self.int(at)?.max(0)).unwrap_or(usize::MAX))
    }

    fn bool(&self, at: usize) -> Result<bool, Failure> {
        match self.value(at) {
            Value::Bool(value) => Ok(*value),
            other => Err(expected("bool", other)),
        }
    }

    fn dict(&self, at: usize) -> Result<&'a Dict, Failure> {
        match self.value(at) {
            // In Go the labels are a map of another type, which sprig's functions refuse.
            Value::Map(entries) if Arc::ptr_eq(entries, &self.context.labels) => {
                Err("wrong type for value; expected map[string]interface {}; found the labels".into())
            }
            Value::Map(entries) => Ok(entries),
            other => Err(expected("map[string]interface {}", other)),
        }
    }

    fn list(&self, at: usize) -> Result<&'a [Value], Failure> {
        match self.value(at) {
            Value::List(items) => Ok(items),
            other => Err(format!("takes a list, not type {}", go::type_name(other)).into()),
        }
    }

    /// sprig's `toStrings`: the texts of a list without its nils, or of the one value.
    fn texts(&self, at: usize) -> Vec<String> {
        match self.value(at) {
            Value::Nil => Vec::new(),
            Value::List(items) => items.iter().filter(|item| **item != Value::Nil).map(go::print).collect(),
            other => vec![go::print(other)],
        }
    }

    fn budget(&self) -> &'a Budget {
        &self.context.budget
    }
}

fn expected(what: &str, found: &Value) -> Failure {
    let shown: String = match found {
        Value::Nil => "nil".to_owned(),
        other => go::print(other).chars().take(40).collect(),
    };
    format!("wrong type for value; expected {what}; found `{shown}` ({})", go::type_name(found)).into()
}

fn ok(value: impl Into<Value>) -> Outcome {
    Ok(value.into())
}

fn list(items: Vec<Value>) -> Outcome {
    Ok(Value::List(items.into()))
}

fn texts<T: Into<Value>>(items: impl IntoIterator<Item = T>) -> Outcome {
    list(items.into_iter().map(Into::into).collect())
}

fn dict(entries: Dict) -> Outcome {
    Ok(Value::Map(Arc::new(entries)))
}

#[cfg(test)]
mod tests {
    use super::super::tree;
    use super::*;

    #[test]
    fn each_name_stands_for_one_function() {
        let mut names: Vec<_> =
            FAMILIES.iter().copied().flatten().map(|function| function.name).chain(ENGINE).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(MUTATORS.iter().all(|name| names.contains(name)));
        assert!(names.iter().all(|name| withheld::reason(name).is_none()));
        assert!([tree::FIELD, tree::PRINT, tree::RANGE, tree::STEP].iter().all(|name| names.contains(name)));
    }

    #[test]
    fn a_misspelt_name_has_a_neighbour() {
        assert_eq!(nearest("normalise"), Some("normalize"));
        assert_eq!(nearest("toLower"), Some("lower"));
        assert_eq!(nearest("nope"), None);
        assert_eq!(nearest("trimsuffix"), Some("trimSuffix"));
        assert_eq!(nearest("x"), None);
    }
}
