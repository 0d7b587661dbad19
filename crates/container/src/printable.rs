use std::borrow::Cow;

/// A text from outside as it may be printed: on one line, without a character that a terminal would obey.
///
/// Names and labels are of any content; one with a line break could otherwise forge a line of the log.
///
/// ```
/// use portolan_container::printable;
///
/// assert_eq!(printable("Host(`ä.example`)"), "Host(`ä.example`)");
/// assert_eq!(printable("a\nb\u{1b}[31m"), r"a\nb\u{1b}[31m");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    // Controls, and what turns the direction of a line.
    let obeyed = |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !text.contains(obeyed) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if obeyed(c) { out.extend(c.escape_default()) } else { out.push(c) }
    }
    Cow::Owned(out)
}
