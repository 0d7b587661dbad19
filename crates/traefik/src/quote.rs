use std::fmt::Write;

/// The text between double quotes, in escapes that YAML and TOML read alike, as one line.
///
/// Traefik runs a file through Go templates before it reads it as YAML or TOML, so every brace of a run of two or more
/// is an escape: no template begins there, and the file is the same YAML or TOML before that step and after it.
/// What a reader could not see (controls, line separators, marks that turn the direction of text) is escaped too.
/// Characters above U+FFFF stand as themselves: YAML readers refuse surrogate pairs.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut characters = text.chars().peekable();
    let mut before = None;
    while let Some(c) = characters.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '{' if before == Some('{') || characters.peek() == Some(&'{') => escape(&mut out, c),
            c if unseen(c) => escape(&mut out, c),
            c => out.push(c),
        }
        before = Some(c);
    }
    out.push('"');
    out
}

/// Whether a reader could not see it, or not tell it from another.
pub(crate) const fn unseen(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{a0}' | '\u{ad}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff0}'..='\u{ffff}')
}

fn escape(out: &mut String, c: char) {
    // Writing to a String does not fail.
    let _ = write!(out, "\\u{:04x}", u32::from(c));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(quoted(text), expected, "{text:?}");
    }

    #[test]
    fn braces_in_runs_are_escapes() {
        check("a", r#""a""#);
        check("{a}", r#""{a}""#);
        check("{ {", r#""{ {""#);
        check(r#"{{ env "X" }}"#, r#""\u007b\u007b env \"X\" }}""#);
        check("{{{", r#""\u007b\u007b\u007b""#);
        check("a{{", r#""a\u007b\u007b""#);
    }

    #[test]
    fn what_cannot_be_seen_is_an_escape() {
        check("\0\u{1f}\u{7f}\u{85}\u{a0}", r#""\u0000\u001f\u007f\u0085\u00a0""#);
        check("\u{2028}\u{202e}\u{feff}\u{ffff}", r#""\u2028\u202e\ufeff\uffff""#);
        check("a\r\n\tb", r#""a\r\n\tb""#);
        check("ä🚢\u{1fffe}", "\"ä🚢\u{1fffe}\"");
    }

    proptest::proptest! {
        /// A third reading of the same escapes: JSON.
        #[test]
        fn the_literal_says_the_text(text: String) {
            let literal = quoted(&text);
            proptest::prop_assert!(!literal.contains("{{"));
            proptest::prop_assert_eq!(serde_json::from_str::<String>(&literal).ok(), Some(text));
        }
    }
}
