use std::ops::Range;

/// A word of a line and the bytes that it takes, quotes and all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) bytes: Range<usize>,
}

/// Splits at blanks as systemd does (systemd.syntax(7)): quotes of either kind hold a word together, a backslash escapes.
///
/// A quote that nothing closes holds to the end.
pub(super) fn split(line: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = line.char_indices().peekable();
    while let Some((start, c)) = rest.peek().copied() {
        if c.is_whitespace() {
            rest.next();
            continue;
        }
        let mut text = String::new();
        let mut quote = None;
        let mut end = start;
        while let Some((at, c)) = rest.next_if(|(_, c)| quote.is_some() || !c.is_whitespace()) {
            end = at + c.len_utf8();
            match c {
                '\\' => match rest.next() {
                    Some((at, escaped)) => {
                        end = at + escaped.len_utf8();
                        text.push(match escaped {
                            'n' => '\n',
                            't' => '\t',
                            'r' => '\r',
                            's' => ' ',
                            other => other,
                        });
                    }
                    None => text.push('\\'),
                },
                '"' | '\'' if quote == Some(c) => quote = None,
                '"' | '\'' if quote.is_none() => quote = Some(c),
                other => text.push(other),
            }
        }
        words.push(Word { text, bytes: start..end });
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_systemd_does() {
        let check = |line: &str, expected: &[&str]| {
            let words = split(line);
            assert_eq!(words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), expected, "{line}");
            for word in words {
                assert!(line.get(word.bytes).is_some());
            }
        };
        check("a=1 b=2", &["a=1", "b=2"]);
        check("\"a=1 2\" b='3 4' 'c=5 \"6\"'", &["a=1 2", "b=3 4", "c=5 \"6\""]);
        check("a=Host(`x`)", &["a=Host(`x`)"]);
        check("a=\\\"x\\\" b\\s", &["a=\"x\"", "b "]);
        check("\"open", &["open"]);
        check("  ", &[]);
        check("é=ü\\", &["é=ü\\"]);
    }
}
