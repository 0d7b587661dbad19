use std::fmt;
use std::ops::Range;

/// Why a string is not carried out: what `ip` says of it, with which code it would exit, and where in the string it is.
///
/// The words are those of iproute2 6.1, so that what people know from `ip` and find on the web stays true.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Refusal {
    /// The code with which `ip` exits.
    pub exit: Exit,
    /// What `ip` prints, without the final line feed: `Error: any valid prefix is expected rather than "10.0.0.1/33".`
    pub text: String,
    /// The next step, where there is one.
    pub help: Option<String>,
    /// The place in the string, in bytes; empty and at its end where something is missing.
    pub span: Range<usize>,
    /// What `ip` would have looked for before it came to this refusal: where it is not there, that is told instead.
    pub lookups: Vec<crate::Lookup>,
    /// What `ip` would have warned of before.
    pub warnings: Vec<String>,
}

/// The code with which `ip` exits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 1: a prefix that cannot be read, a device that is not there, what is missing.
    Unusable,
    /// 2: the kernel refused.
    Kernel,
    /// 22: `l3mdev` and a table in one rule.
    Invalid,
    /// 255: a word or a value that is not of the language.
    Language,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Unusable => 1,
            Self::Kernel => 2,
            Self::Invalid => 22,
            Self::Language => 255,
        }
    }
}

impl Refusal {
    /// A refusal with these words, of this place.
    pub fn new(exit: Exit, text: impl Into<String>, span: Range<usize>) -> Self {
        Self { exit, text: text.into(), help: None, span, lookups: Vec::new(), warnings: Vec::new() }
    }

    /// The same, with a next step.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same, where `ip` looks for these first.
    #[must_use]
    pub(crate) fn after(mut self, lookups: &[crate::Lookup]) -> Self {
        self.lookups.splice(0..0, lookups.iter().cloned());
        self
    }

    /// What `ip` prints of the string in a namespace with these links: its warnings, then this, unless something is not there that
    /// it looks for first.
    #[must_use]
    pub fn in_namespace(mut self, links: &crate::Links) -> Self {
        let mut lines = std::mem::take(&mut self.warnings);
        let missing = self.lookups.iter().find_map(|lookup| lookup.check(links).err());
        let mut told = missing.unwrap_or_else(|| Self { lookups: Vec::new(), ..self });
        lines.push(told.text);
        told.text = lines.join("\n");
        told
    }

    /// `Error: argument "X" is wrong: WHY`, code 255: what `ip` says of most values.
    pub(crate) fn wrong(word: &crate::word::Word<'_>, why: impl fmt::Display) -> Self {
        Self::new(
            Exit::Language,
            format!("Error: argument \"{}\" is wrong: {why}", word.text),
            word.span.clone(),
        )
    }

    /// `Error: duplicate "KEYWORD": "X" is the second value.`, code 255.
    pub(crate) fn duplicate(keyword: &str, word: &crate::word::Word<'_>) -> Self {
        let text = format!("Error: duplicate \"{keyword}\": \"{}\" is the second value.", word.text);
        Self::new(Exit::Language, text, word.span.clone())
    }

    /// `Error: either "KEYWORD" is duplicate, or "X" is a garbage.`, code 255: a word where none of the language fits.
    pub(crate) fn garbage(keyword: &str, word: &crate::word::Word<'_>) -> Self {
        let text = format!("Error: either \"{keyword}\" is duplicate, or \"{}\" is a garbage.", word.text);
        Self::new(Exit::Language, text, word.span.clone())
    }
}
