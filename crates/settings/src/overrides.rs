use std::collections::BTreeMap;

use crate::key::{Key, fold};
use crate::load::{Found, Layers, Source};
use crate::node::{Node, Value};
use crate::setting::Setting;
use crate::{Error, Settings, suggest};

const PREFIX: &str = "PORTOLAN_";

impl Layers {
    /// Takes what variables say. An empty one sets an empty value.
    pub(crate) fn environment(&mut self, env: &BTreeMap<String, String>) {
        let mut set: BTreeMap<&'static str, &str> = BTreeMap::new();
        for (variable, text) in env {
            let Some(name) = variable.strip_prefix(PREFIX) else { continue };
            // It names the file, and has been read when the file was looked for.
            if name == "CONFIG" {
                continue;
            }
            let source = Source::Variable(variable.clone());
            let Some(key) = Key::find_folded(name) else {
                self.warnings.push(unknown_variable(source, name));
                continue;
            };
            if let Some(first) = set.insert(key.path, variable) {
                self.problems.push(Found {
                    source,
                    key: Some(key.path.to_owned()),
                    error: Error::Duplicate(format!("`{first}`")),
                    help: Some(format!("set `{}` alone", key.variable())),
                });
                continue;
            }
            let value = slot(key, &mut self.settings).spelled(text);
            self.set(key, &Node { ordinal: 0, value }, &source);
        }
    }

    /// Takes what flags say: the items of a list from all its flags, else the value of the last.
    pub(crate) fn flags(&mut self, flags: &[(String, String)]) {
        let mut values: BTreeMap<&'static str, (&'static Key, &str, Value)> = BTreeMap::new();
        for (flag, text) in flags {
            let Some(key) = Key::find_folded(flag) else {
                self.problems.push(unknown_flag(flag));
                continue;
            };
            let value = slot(key, &mut self.settings).spelled(text);
            let earlier = values.remove(key.path).map(|(_, _, value)| value);
            let value = match (earlier, value) {
                (Some(Value::List(mut items)), Value::List(more)) => {
                    items.extend(more);
                    Value::List(items)
                }
                (_, value) => value,
            };
            values.insert(key.path, (key, flag, value));
        }
        for (key, flag, value) in values.into_values() {
            self.set(key, &Node { ordinal: 0, value }, &Source::Flag(flag.to_owned()));
        }
    }
}

fn slot<'a>(key: &Key, settings: &'a mut Settings) -> &'a mut dyn Setting {
    (key.slot)(settings)
}

fn unknown_variable(source: Source, name: &str) -> Found {
    let known = || Key::find(suggest::folded(name)?).map(|key| key.variable());
    let help = match known() {
        _ if fold(name) == "config" => "did you mean `PORTOLAN_CONFIG`?".to_owned(),
        Some(variable) => format!("did you mean `{variable}`?"),
        None => "a variable is `PORTOLAN_` and a key, such as `PORTOLAN_LOG_LEVEL`".to_owned(),
    };
    Found { source, key: None, error: Error::UnknownVariable, help: Some(help) }
}

fn unknown_flag(flag: &str) -> Found {
    let known = || Key::find(suggest::folded(flag)?).map(|key| key.flag());
    Found {
        source: Source::Flag(flag.to_owned()),
        key: None,
        error: Error::UnknownFlag,
        help: known().map(|flag| format!("did you mean `--{flag}`?")),
    }
}
