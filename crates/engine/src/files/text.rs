use std::cell::OnceCell;
use std::ops::Deref;

/// The text of a file, which finds its lines once, however many places in it are asked for.
///
/// ```
/// use portolan_engine::files::Text;
///
/// assert!(Text::from("services: {}").starts_with("services"));
/// ```
#[derive(Debug)]
pub struct Text {
    text: Box<str>,
    /// The bytes at which lines begin, once somebody has asked.
    lines: OnceCell<Vec<usize>>,
}

impl Text {
    /// The line that a byte is on, from one, and the character in it, from one.
    ///
    /// ```
    /// use portolan_engine::files::Text;
    ///
    /// let text = Text::from("é: 1\nweb: 2\n");
    /// assert_eq!(text.line_and_column(4), (1, 4));
    /// assert_eq!(text.line_and_column(6), (2, 1));
    /// ```
    pub fn line_and_column(&self, byte: usize) -> (usize, usize) {
        let begin = |(at, _): (usize, _)| at + 1;
        let lines = self
            .lines
            .get_or_init(|| std::iter::once(0).chain(self.text.match_indices('\n').map(begin)).collect());
        let line = lines.partition_point(|start| *start <= byte);
        let start = lines.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let before = self.text.get(start..byte).or_else(|| self.text.get(start..)).unwrap_or_default();
        (line, before.chars().count() + 1)
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Text {}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self { text: text.into(), lines: OnceCell::new() }
    }
}
