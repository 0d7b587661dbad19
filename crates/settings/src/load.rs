use std::collections::{BTreeMap, BTreeSet};

use crate::key::Key;
use crate::node::{Node, printable};
use crate::{Error, Origin, Place, Problem, Settings, Sources, Warning, check, suggest};

impl Settings {
    /// Settings of these sources: defaults, overridden by the file, that by the environment, that by flags.
    ///
    /// Total: whatever the texts are, there are settings or the whole list of what is wrong with them, those of the file
    /// first. Settings come with what is probably not as meant: a variable that begins with `PORTOLAN_` and means no
    /// key, since other programs may have variables of such a name.
    ///
    /// ```
    /// use portolan_settings::{Settings, Sources};
    ///
    /// let flags = [("timeout", "5"), ("format", "yml")].map(|(flag, value)| (flag.to_owned(), value.to_owned()));
    /// let problems = Settings::load(&Sources { flags: flags.into(), ..Sources::default() }).expect_err("two mistakes");
    /// let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    /// assert_eq!(lines, [
    ///     "flag `--format`: key `format`: expected one of `yaml`, `toml`, found the text `yml`",
    ///     "flag `--timeout`: key `timeout`: expected a duration with a unit, found the text `5`",
    /// ]);
    /// ```
    ///
    /// # Errors
    /// Each [`Problem`] with its origin, key and next step; see [`Error`] for what can be wrong.
    pub fn load(sources: &Sources) -> Result<(Self, Vec<Warning>), Vec<Problem>> {
        Self::default().load_over(sources)
    }

    /// The same as [`Settings::load`] with these for defaults: a program's own, where they are others.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn load_over(self, sources: &Sources) -> Result<(Self, Vec<Warning>), Vec<Problem>> {
        let mut layers = Layers { settings: self, ..Layers::default() };
        if let Some(file) = &sources.file {
            layers.file(&file.text);
        }
        layers.environment(&sources.env);
        layers.flags(&sources.flags);
        layers.check();

        let text = sources.file.as_ref().map(|file| file.text.as_str()).unwrap_or_default();
        let path = sources.file.as_ref().map(|file| file.path.clone()).unwrap_or_default();
        let mut places = Places::new(text);
        let mut finish = |found: Vec<Found>| -> Vec<Problem> {
            let problem = |found: Found| Problem {
                origin: match found.source {
                    Source::Node(ordinal) => Origin::File { path: path.clone(), place: places.of(ordinal) },
                    Source::Text(place) => Origin::File { path: path.clone(), place },
                    Source::Variable(name) => Origin::Variable(printable(&name)),
                    Source::Flag(name) => Origin::Flag(printable(&name)),
                },
                key: found.key.map(|key| printable(&key)),
                error: found.error,
                help: found.help,
            };
            found.into_iter().map(problem).collect()
        };
        match finish(layers.problems) {
            problems if problems.is_empty() => Ok((layers.settings, finish(layers.warnings))),
            problems => Err(problems),
        }
    }
}

/// The settings as far as the sources have been read, and what was found on the way.
#[derive(Default)]
pub(crate) struct Layers {
    pub(crate) settings: Settings,
    pub(crate) problems: Vec<Found>,
    pub(crate) warnings: Vec<Found>,
    /// Which source set a key last.
    set_by: BTreeMap<&'static str, Source>,
    /// Keys whose value was refused, about which nothing more is said.
    refused: BTreeSet<&'static str>,
}

/// A mistake, before places are looked up.
pub(crate) struct Found {
    pub(crate) source: Source,
    pub(crate) key: Option<String>,
    pub(crate) error: Error,
    pub(crate) help: Option<String>,
}

/// Where a value came from, before places are looked up.
#[derive(Clone)]
pub(crate) enum Source {
    /// The node of the file with this ordinal.
    Node(usize),
    /// The file as a whole, or a place in it.
    Text(Option<Place>),
    Variable(String),
    Flag(String),
}

impl Layers {
    /// Sets a key to a value of a source. The source is that of each item, where the value is a list of the file.
    pub(crate) fn set(&mut self, key: &'static Key, node: &Node, source: &Source) {
        self.set_by.insert(key.path, source.clone());
        let Err(faults) = (key.slot)(&mut self.settings).read(node) else { return };
        self.refused.insert(key.path);
        self.problems.extend(faults.into_iter().map(|fault| Found {
            source: match source {
                Source::Node(_) => Source::Node(fault.ordinal),
                other => other.clone(),
            },
            key: Some(key.path.to_owned()),
            error: fault.error,
            help: fault.help,
        }));
    }

    /// What can't be seen from one value alone.
    fn check(&mut self) {
        for finding in check::check(&self.settings) {
            let Some((key, _)) = finding.about.split_first() else { continue };
            let Some(source) = self.set_by.get(key) else { continue };
            if finding.about.iter().any(|key| self.refused.contains(key)) {
                continue;
            }
            self.problems.push(Found {
                source: source.clone(),
                key: Some((*key).to_owned()),
                error: Error::Invalid(finding.message),
                help: Some(finding.help),
            });
        }
    }

    pub(crate) fn unknown(&mut self, source: Source, section: &str, name: &str) {
        self.problems.push(Found {
            source,
            key: Some(format!("{section}{}{name}", if section.is_empty() { "" } else { "." })),
            error: Error::UnknownKey,
            help: Some(suggest::in_file(section, name)),
        });
    }
}

/// Finds the places of nodes. Each costs a reading of the text, so a file with thousands of mistakes gets places for
/// the first of them.
pub(crate) struct Places<'a> {
    text: &'a str,
    budget: usize,
}

impl<'a> Places<'a> {
    const BUDGET: usize = 100;

    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, budget: Self::BUDGET }
    }

    pub(crate) fn of(&mut self, ordinal: usize) -> Option<Place> {
        self.budget = self.budget.checked_sub(1)?;
        Node::place(self.text, ordinal)
    }
}
