use std::collections::BTreeMap;

use super::layer::{Layer, lay_over};
use super::value::{Content, Value};
use super::{Selection, no_mapping};
use crate::BAD_KEY;
use crate::diagnostics::{LabelError, Phase};

impl<'a> Selection<'a> {
    /// What is said of each alias: of those given, and of those that labels name besides. Aliases are compared without regard to
    /// case, and given in lower case.
    ///
    /// An alias named by labels alone is one only where they can be read: a stray `proxy.enable=true` makes no route.
    pub fn resolve(mut self, aliases: &[String]) -> (BTreeMap<String, Value<'a>>, Vec<LabelError>) {
        let mut errors = Vec::new();
        let aliases: Vec<String> = aliases.iter().map(|alias| alias.trim().to_lowercase()).collect();
        let mut named: BTreeMap<String, Vec<Value<'a>>> =
            aliases.iter().map(|alias| (alias.clone(), Vec::new())).collect();
        let mut indexed: BTreeMap<String, Vec<Value<'a>>> = BTreeMap::new();
        for (selector, layer) in std::mem::take(&mut self.selectors) {
            let Some(value) = readable(layer, &mut errors) else { continue };
            match index(selector) {
                Some(number) => match number.and_then(|number| alias_at(&aliases, number)) {
                    Ok(alias) => indexed.entry(alias.to_owned()).or_default().push(value),
                    Err(what) => errors.push(bad_index(what, &value, aliases.len())),
                },
                None if selector.trim().is_empty() => {
                    let error = LabelError {
                        code: BAD_KEY,
                        phase: Phase::Key,
                        message: "empty alias".to_owned(),
                        place: value.name_place(selector),
                        help: None,
                    };
                    errors.push(error.with_help("name an alias, or `*` for all of them"));
                }
                None => named.entry(selector.trim().to_lowercase()).or_default().push(value),
            }
        }
        let shortcuts = self.shortcuts(&aliases, &mut errors);
        let wildcard = self.wildcard.take().and_then(|layer| readable(layer, &mut errors));
        let routes = named.into_iter().map(|(alias, own)| {
            // The most specific first. Of two spellings of one alias the first in byte order is.
            let layers = own
                .into_iter()
                .chain(indexed.remove(&alias).unwrap_or_default())
                .chain(shortcuts.get(&alias).cloned())
                .chain(wildcard.clone());
            let merged = layers.reduce(|mut above, below| {
                lay_over(&mut above, &below, &mut errors);
                above
            });
            let nothing = || Value { content: Content::Map(BTreeMap::new()), key: "", text: "", name: None };
            (alias, merged.unwrap_or_else(nothing))
        });
        let routes = routes.collect();
        // A wildcard label that fits no alias is wrong once, not once for each.
        let mut told = Vec::new();
        errors.retain(|error| {
            !told.contains(error) && {
                told.push(error.clone());
                true
            }
        });
        (routes, errors)
    }

    fn shortcuts(&mut self, aliases: &[String], errors: &mut Vec<LabelError>) -> BTreeMap<String, Value<'a>> {
        let mut of_alias = BTreeMap::new();
        for (index, fields) in std::mem::take(&mut self.shortcuts).into_iter().enumerate() {
            match alias_at(aliases, index + 1) {
                Ok(alias) => {
                    let Some(any) = fields.values().next().cloned() else { continue };
                    // An alias that is in the list twice has both its items: the later ones hold.
                    let entry = of_alias.entry(alias.to_owned());
                    let value: &mut Value<'a> =
                        entry.or_insert_with(|| any.with(Content::Map(BTreeMap::new())));
                    if let Content::Map(map) = &mut value.content {
                        map.extend(fields);
                    }
                }
                Err(what) => {
                    let surplus = fields.into_values();
                    errors.extend(surplus.map(|value| bad_index(what.clone(), &value, aliases.len())));
                }
            }
        }
        of_alias
    }
}

/// What a selector's labels say as names and values.
fn readable<'a>(layer: Layer<'a>, errors: &mut Vec<LabelError>) -> Option<Value<'a>> {
    let mut value = layer.0?;
    match value.mapping() {
        Ok(map) => {
            value.content = Content::Map(map.into_owned());
            Some(value)
        }
        Err(message) => {
            let error = no_mapping(message, &value);
            errors.push(error.with_help("write `NAME: VALUE`, a line for each field"));
            None
        }
    }
}

/// The number of `#N` and `$N`, from one; `None` for an alias.
fn index(selector: &str) -> Option<Result<usize, String>> {
    let digits = selector.strip_prefix(['#', '$'])?;
    Some(digits.parse().map_err(|_| format!("`{selector}` is no index: `#` and a number is")))
}

fn alias_at(aliases: &[String], number: usize) -> Result<&str, String> {
    let alias = number.checked_sub(1).and_then(|index| aliases.get(index));
    alias.map(String::as_str).ok_or_else(|| format!("{number}: index out of range"))
}

fn bad_index(message: String, value: &Value<'_>, aliases: usize) -> LabelError {
    let help = match aliases {
        0 => "there is no alias to count".to_owned(),
        1 => "there is one alias, `#1`".to_owned(),
        _ => format!("there are {aliases} aliases, `#1` to `#{aliases}`"),
    };
    let place = value.name_place("");
    LabelError { code: BAD_KEY, phase: Phase::Key, message, place, help: None }.with_help(help)
}
