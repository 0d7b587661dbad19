use crate::Settings;
use crate::keys::{KEYS, SECTIONS};
use crate::setting::Setting;

/// One key of the settings: all that the file, the environment, the flags and the reference page need of it.
#[derive(Clone, Copy)]
pub struct Key {
    /// Its path in the file, sections before a dot: `log.level`.
    pub path: &'static str,
    /// What it does, in Markdown sentences.
    pub doc: &'static str,
    /// An example value, as the file has it.
    pub example: &'static str,
    pub(crate) slot: Slot,
}

/// The place in the settings that a key sets.
pub(crate) type Slot = for<'a> fn(&'a mut Settings) -> &'a mut dyn Setting;

/// A key that holds other keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its name in the file.
    pub name: &'static str,
    /// What its keys are about, in Markdown sentences.
    pub doc: &'static str,
    /// The path of the key that is set where the section is given as one value: by `network: front` as by the key
    /// `default` in the section `network`.
    pub short: Option<&'static str>,
}

impl Key {
    /// The key of this path, with its exact spelling.
    pub fn find(path: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.path == path)
    }

    /// The key that a variable or a flag means: case and separators don't count.
    pub fn find_folded(name: &str) -> Option<&'static Self> {
        let folded = fold(name);
        let short = || SECTIONS.iter().find(|section| fold(section.name) == folded)?.short_key();
        KEYS.iter().find(|key| fold(key.path) == folded).or_else(short)
    }

    /// What kind of value it takes, as the reference says it: ``one of `yaml` and `toml` ``.
    pub fn kind(&self) -> String {
        (self.slot)(&mut Settings::default()).expected()
    }

    /// The value that it has where nothing sets it, as the file would have it; empty where it has none.
    pub fn default_text(&self) -> String {
        (self.slot)(&mut Settings::default()).show()
    }

    /// The variable that sets it: `PORTOLAN_LOG_LEVEL`.
    pub fn variable(&self) -> String {
        format!("PORTOLAN_{}", words(self.path).join("_").to_uppercase())
    }

    /// The flag that sets it, without its dashes: `log-level`.
    pub fn flag(&self) -> String {
        words(self.path).join("-")
    }
}

impl Section {
    /// The key that is set where the section is given as one value.
    pub(crate) fn short_key(&self) -> Option<&'static Key> {
        self.short.and_then(Key::find)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("path", &self.path).finish_non_exhaustive()
    }
}

/// The name without case and separators, in which spellings of one key are the same.
pub(crate) fn fold(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | '.')).flat_map(char::to_lowercase).collect()
}

/// The words of a path, in lower case: `blacklist.useBindPortIP` is `blacklist use bind port ip`.
fn words(path: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_upper = true;
    for c in path.chars() {
        if c == '.' || (c.is_uppercase() && !after_upper) {
            words.push(String::new());
        }
        after_upper = c.is_uppercase();
        if let Some(word) = words.last_mut().filter(|_| c != '.') {
            word.extend(c.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn variables_and_flags_follow_from_the_path() {
        let names = |path: &str| Key::find(path).map(|key| (key.variable(), key.flag())).unwrap();
        let check =
            |path, variable: &str, flag: &str| assert_eq!(names(path), (variable.into(), flag.into()));
        check("output", "PORTOLAN_OUTPUT", "output");
        check("exposedByDefault", "PORTOLAN_EXPOSED_BY_DEFAULT", "exposed-by-default");
        check("useBindPortIP", "PORTOLAN_USE_BIND_PORT_IP", "use-bind-port-ip");
        check("log.level", "PORTOLAN_LOG_LEVEL", "log-level");
    }

    #[test]
    fn no_two_keys_fold_to_one_name() {
        let short = || SECTIONS.iter().filter(|section| section.short.is_some()).map(|section| section.name);
        let mut folded: BTreeSet<String> = KEYS.iter().map(|key| key.path).chain(short()).map(fold).collect();
        assert_eq!(folded.len(), KEYS.len() + short().count());
        assert!(folded.insert("config".to_owned()), "`PORTOLAN_CONFIG` names the file");
    }

    #[test]
    fn the_key_that_a_section_is_short_for_is_its_own() {
        for section in SECTIONS.iter().filter(|section| section.short.is_some()) {
            let key = section.short_key().unwrap();
            assert_eq!(key.path.split_once('.').map(|(name, _)| name), Some(section.name));
            assert_eq!(Key::find_folded(section.name).map(|key| key.path), Some(key.path));
        }
    }

    #[test]
    fn every_key_is_at_the_root_or_in_a_section() {
        for key in KEYS {
            let section = key.path.split_once('.').map(|(section, _)| section);
            assert!(
                section.is_none_or(|name| SECTIONS.iter().any(|section| section.name == name)),
                "{key:?}"
            );
        }
    }
}
