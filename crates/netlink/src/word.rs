use std::ops::Range;

use crate::{Exit, Refusal};

/// One word of an argument string, and where it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    pub(crate) span: Range<usize>,
}

impl Word<'_> {
    /// iproute2's test of an abbreviation: the word is a beginning of the keyword, and not empty.
    pub(crate) fn begins(&self, keyword: &str) -> bool {
        !self.text.is_empty() && keyword.starts_with(self.text)
    }

    /// iproute2's other test.
    pub(crate) fn is(&self, keyword: &str) -> bool {
        self.text == keyword
    }

    /// A word inside this one.
    pub(crate) fn part(&self, range: Range<usize>) -> Word<'_> {
        let span = self.span.start + range.start..self.span.start + range.end;
        Word { text: self.text.get(range).unwrap_or_default(), span }
    }
}

/// The words of an argument string, one after the other, as the arguments of `ip` are.
///
/// White space separates; there are no quotes.
#[derive(Clone, Debug)]
pub(crate) struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Words<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The next word, which stays the next.
    pub(crate) fn peek(&self) -> Option<Word<'a>> {
        self.clone().next()
    }

    /// The value of a keyword: the next word.
    ///
    /// # Errors
    /// `Command line is not complete.` where the string ends.
    pub(crate) fn value(&mut self) -> Result<Word<'a>, Refusal> {
        self.next().ok_or_else(|| self.incomplete())
    }

    /// What `ip` says where a word is missing.
    pub(crate) fn incomplete(&self) -> Refusal {
        let text = "Command line is not complete. Try option \"help\"";
        Refusal::new(Exit::Language, text, self.end()..self.end())
    }

    /// Where the last word ends.
    pub(crate) fn end(&self) -> usize {
        self.text.trim_end().len()
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = Word<'a>;

    fn next(&mut self) -> Option<Word<'a>> {
        let rest = self.text.get(self.at..)?;
        let start = self.at + rest.find(|c: char| !is_space(c))?;
        let rest = self.text.get(start..)?;
        let end = start + rest.find(is_space).unwrap_or(rest.len());
        self.at = end;
        Some(Word { text: self.text.get(start..end)?, span: start..end })
    }
}

/// The white space of C's locale, by which a shell and `ip -batch` split.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\x0b' | '\x0c' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_their_places() {
        let check = |text: &str, expected: &[(&str, usize)]| {
            let words: Vec<_> = Words::new(text).map(|word| (word.text, word.span.start)).collect();
            assert_eq!(words, expected, "{text:?}");
        };
        check("", &[]);
        check(" \t\n", &[]);
        check("add  10.0.0.1\tdev eth0 ", &[("add", 0), ("10.0.0.1", 5), ("dev", 14), ("eth0", 18)]);
        check("\u{a0}é x", &[("\u{a0}é", 0), ("x", 5)]);
    }

    #[test]
    fn an_abbreviation_is_a_beginning() {
        let word = Word { text: "ad", span: 0..2 };
        assert!(word.begins("add") && !word.begins("a") && !word.is("add"));
        assert!(!Word { text: "", span: 0..0 }.begins("add"));
    }
}
