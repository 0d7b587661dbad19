use std::collections::BTreeMap;

use super::value::{Value, folded};
use crate::diagnostics::{LabelError, Phase};
use crate::{BAD_VALUE, MISPLACED_VALUE, UNKNOWN_FIELD, suggest};

/// Reads the fields of a mapping one by one, and knows at the end which were not asked for.
///
/// An error costs the field that it is in, and is told with its place; a field that is empty or null is as if it were not there.
/// Names are compared without regard to case and underscores.
///
/// ```
/// use portolan_labels::aliased::{Fields, Grammar, Value, parse};
///
/// let grammar = Grammar { root: "proxy", reserved: &[], shortcuts: &[] };
/// let labels = [("proxy.web".to_owned(), "{port: 80, prot: http}".to_owned())].into();
/// let (selection, _) = parse(&labels, &grammar);
/// let (routes, _) = selection.resolve(&["web".to_owned()]);
/// let mut fields = Fields::of(&routes["web"]);
/// assert_eq!(fields.read("port", Value::integer), Some(80));
/// assert_eq!(fields.finish().len(), 1, "nobody asked for `prot`");
/// ```
#[derive(Debug)]
pub struct Fields<'a> {
    /// By their folded names, with the name as it is spelled.
    left: BTreeMap<String, (String, Value<'a>)>,
    asked: Vec<&'static str>,
    errors: Vec<LabelError>,
}

impl<'a> Fields<'a> {
    /// The fields of a value; none, and an error, where it is no mapping.
    pub fn of(value: &Value<'a>) -> Self {
        let mut fields = Self { left: BTreeMap::new(), asked: Vec::new(), errors: Vec::new() };
        match value.mapping() {
            Ok(map) => {
                for (name, value) in map.into_owned() {
                    fields.add(name, value);
                }
            }
            Err(message) => {
                let place = value.place();
                let error =
                    LabelError { code: MISPLACED_VALUE, phase: Phase::Structure, message, place, help: None };
                fields.errors.push(error.with_help("write `NAME: VALUE`, a line for each field"));
            }
        }
        fields
    }

    fn add(&mut self, name: String, value: Value<'a>) {
        match self.left.get(&folded(&name)) {
            // In byte order, the first of two spellings holds.
            Some((other, _)) => {
                let message = format!("`{name}` and `{other}` are the same field: it is given twice");
                let place = value.name_place(&name);
                let error =
                    LabelError { code: BAD_VALUE, phase: Phase::Structure, message, place, help: None };
                self.errors.push(error.with_help("leave one of them out"));
            }
            None => drop(self.left.insert(folded(&name), (name, value))),
        }
    }

    /// The value of a field, under one of these names; `None` where it is not given.
    pub fn take(&mut self, names: &[&'static str]) -> Option<Value<'a>> {
        self.asked.extend(names);
        let mut taken = names.iter().filter_map(|name| self.left.remove(&folded(name)));
        taken.next().map(|(_, value)| value)
    }

    /// A field as `read` reads it; what is wrong is told, and nothing is set.
    pub fn read<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Value<'a>) -> Result<T, String>,
    ) -> Option<T> {
        self.read_any(&[name], read)
    }

    /// The same under one of several names.
    pub fn read_any<T>(
        &mut self,
        names: &[&'static str],
        read: impl FnOnce(&Value<'a>) -> Result<T, String>,
    ) -> Option<T> {
        let value = self.take(names).filter(|value| !value.is_empty())?;
        match read(&value) {
            Ok(read) => Some(read),
            Err(message) => {
                let name = names.first().copied().unwrap_or_default();
                self.refuse(&value, format!("{name}: {message}"));
                None
            }
        }
    }

    /// A field that is a mapping of its own; `read` reads its fields. An empty one is there, too.
    pub fn section<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let value = self.take(&[name])?;
        let mut below = Self::of(&value);
        let section = read(&mut below);
        self.errors.extend(below.finish());
        Some(section)
    }

    /// Tells that a value is wrong.
    pub fn refuse(&mut self, value: &Value<'a>, message: impl Into<String>) {
        let place = value.place();
        let error =
            LabelError { code: BAD_VALUE, phase: Phase::Value, message: message.into(), place, help: None };
        self.errors.push(error);
    }

    /// What was not asked for yet, by the name as it is spelled.
    pub fn rest(&mut self) -> Vec<(String, Value<'a>)> {
        std::mem::take(&mut self.left).into_values().collect()
    }

    /// Everything that is wrong, a field that nobody asked for included.
    pub fn finish(mut self) -> Vec<LabelError> {
        for (name, value) in std::mem::take(&mut self.left).into_values() {
            let message = format!("unknown field `{name}`");
            let place = value.name_place(&name);
            let error =
                LabelError { code: UNKNOWN_FIELD, phase: Phase::Structure, message, place, help: None };
            let near = suggest(&name, self.asked.iter().copied());
            self.errors.push(match near {
                Some(near) => error.with_help(format!("did you mean `{near}`?")),
                None => error,
            });
        }
        self.errors
    }
}
