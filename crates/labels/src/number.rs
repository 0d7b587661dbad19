use std::num::IntErrorKind;

/// Reads a boolean as Go's `strconv.ParseBool` does: `1 t T TRUE true True 0 f F FALSE false False`, nothing trimmed.
///
/// ```
/// assert_eq!(portolan_labels::parse_bool("T"), Ok(true));
/// assert!(portolan_labels::parse_bool("yes").is_err());
/// ```
///
/// # Errors
/// The text of Go's error.
pub fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err(format!("strconv.ParseBool: parsing {}: invalid syntax", go_quote(text))),
    }
}

/// Reads a decimal integer of 64 bits as Go's `strconv.ParseInt` does: a sign may stand before it, nothing else.
///
/// ```
/// assert_eq!(portolan_labels::parse_int("+7"), Ok(7));
/// assert!(portolan_labels::parse_int("1_000").is_err());
/// ```
///
/// # Errors
/// The text of Go's error.
pub fn parse_int(text: &str) -> Result<i64, String> {
    text.parse::<i64>().map_err(|error| {
        let out_of_range = matches!(error.kind(), IntErrorKind::PosOverflow | IntErrorKind::NegOverflow);
        let what = if out_of_range { "value out of range" } else { "invalid syntax" };
        format!("strconv.ParseInt: parsing {}: {what}", go_quote(text))
    })
}

/// Quotes a text as Go's `%q` does.
pub(crate) fn go_quote(text: &str) -> String {
    use std::fmt::Write;

    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            _ if is_printable(c) => quoted.push(c),
            // Writing to a string does not fail.
            _ if u32::from(c) < 0x80 => drop(write!(quoted, "\\x{:02x}", u32::from(c))),
            _ if u32::from(c) < 0x1_0000 => drop(write!(quoted, "\\u{:04x}", u32::from(c))),
            _ => drop(write!(quoted, "\\U{:08x}", u32::from(c))),
        }
    }
    quoted.push('"');
    quoted
}

/// Near enough to Go's `strconv.IsPrint` for an error text: no control, no blank but the ordinary one, no byte order mark.
fn is_printable(c: char) -> bool {
    c == ' '
        || !(c.is_control()
            || c.is_whitespace()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn booleans_are_exact() {
        for text in ["1", "t", "T", "TRUE", "true", "True"] {
            assert_eq!(parse_bool(text), Ok(true));
        }
        for text in ["0", "f", "F", "FALSE", "false", "False"] {
            assert_eq!(parse_bool(text), Ok(false));
        }
        for text in ["", "yes", "tRUE", " true", "2"] {
            let expected = format!("strconv.ParseBool: parsing \"{text}\": invalid syntax");
            assert_eq!(parse_bool(text), Err(expected));
        }
    }

    #[test]
    fn integers_are_decimal() {
        fn check(text: &str, expected: Result<i64, &str>) {
            let expected =
                expected.map_err(|what| format!("strconv.ParseInt: parsing {}: {what}", go_quote(text)));
            assert_eq!(parse_int(text), expected);
        }
        check("+5", Ok(5));
        check("007", Ok(7));
        check("-1", Ok(-1));
        check("9223372036854775807", Ok(i64::MAX));
        check("9223372036854775808", Err("value out of range"));
        check("-9223372036854775809", Err("value out of range"));
        for text in ["", "+", "0x10", "1_0", " 1", "1.5"] {
            check(text, Err("invalid syntax"));
        }
    }

    #[test]
    fn quotes_are_those_of_go() {
        assert_eq!(go_quote("a\"b\\\n\u{1}ä\u{2028}"), r#""a\"b\\\n\x01ä\u2028""#);
    }
}
