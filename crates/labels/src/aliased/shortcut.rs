use portolan_container::LabelPlace;

use super::value::{Content, Value, words};
use super::{Grammar, Label, Selection};
use crate::codes::SHORTCUT_CONFLICT;
use crate::diagnostics::{LabelError, Phase};

/// Gives each alias its item of every list. A list whose field another label gives is told and left out.
pub(super) fn expand<'a>(
    mut plurals: Vec<(Label<'a>, &'static str)>,
    full: &[Label<'a>],
    grammar: &Grammar,
    selection: &mut Selection<'a>,
    errors: &mut Vec<LabelError>,
) {
    let rank = |name: &str| grammar.shortcuts.iter().position(|(plural, _)| *plural == name);
    plurals.sort_by_key(|(label, _)| rank(label.selector()));
    for (label, field) in plurals {
        let mut conflicts: Vec<String> =
            full.iter().filter(|other| targets(other, field)).map(|other| other.key.to_owned()).collect();
        let expanded = selection.shortcuts.iter().enumerate();
        conflicts.extend(
            expanded
                .filter(|(_, fields)| fields.contains_key(field))
                .map(|(index, _)| format!("{}.#{}.{field}", grammar.root, index + 1)),
        );
        if !conflicts.is_empty() {
            errors.push(conflict(&label, field, &conflicts));
            continue;
        }
        for (index, word) in words(label.value).enumerate() {
            if selection.shortcuts.len() <= index {
                selection.shortcuts.push(Default::default());
            }
            let value = Value {
                content: Content::Text(word.to_owned()),
                key: label.key,
                text: label.value,
                name: Some(label.selector.clone()),
            };
            if let Some(fields) = selection.shortcuts.get_mut(index) {
                fields.insert(field.to_owned(), value);
            }
        }
    }
}

/// Whether a label gives this field, by itself or in an object. Spelling counts, as with GoDoxy.
fn targets(label: &Label<'_>, field: &str) -> bool {
    match label.path.as_slice() {
        [only] => label.key.get(only.clone()) == Some(field),
        [] => {
            let value =
                Value { content: Content::Label(label.value), key: label.key, text: label.value, name: None };
            value.mapping().is_ok_and(|map| map.contains_key(field))
        }
        _ => false,
    }
}

fn conflict(label: &Label<'_>, field: &str, conflicts: &[String]) -> LabelError {
    let message = format!(
        "{} -> {field} conflicts with {}: shortcut conflicts with full label",
        label.key,
        conflicts.join(", ")
    );
    let error = LabelError {
        code: SHORTCUT_CONFLICT,
        phase: Phase::Structure,
        message,
        place: LabelPlace::key(label.key, label.selector.clone()),
        help: None,
    };
    error.with_help(format!("give `{field}` in one way: in the list for all aliases, or one by one"))
}
