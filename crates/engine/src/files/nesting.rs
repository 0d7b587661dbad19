/// Brackets and braces that may be open at once in a YAML text.
///
/// The parser refuses 128 in truth, after it has read the whole text in time that grows with their square: 64 KiB of `[`
/// take it 20 seconds. So they are counted before, by [`most_open`], which may count some that are closed, never too few.
/// A list of quoted texts counts as one, and 4,000 of those are more than any Compose file has.
const MOST_OPEN: usize = 4_000;

/// Whether a YAML text may open so many brackets and braces that parsing it would take minutes.
pub(super) fn is_too_nested(text: &str) -> bool {
    most_open(text) > MOST_OPEN
}

/// At least as many brackets and braces as are open anywhere in the text.
///
/// Quotes, comments and tags may hide a bracket that closes. What is opened and closed without one of those between, on one
/// line, is closed for certain; all else counts as open to the end.
fn most_open(text: &str) -> usize {
    let (mut most, mut certain, mut here) = (0, 0, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => here += 1,
            b']' | b'}' => here = here.saturating_sub(1),
            b'"' | b'\'' | b'#' | b'!' | b'\n' | b'\r' => {
                certain += here;
                here = 0;
            }
            _ => {}
        }
        most = most.max(certain + here);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_never_counted_too_few() {
        let check = |text: &str, expected: usize| assert_eq!(most_open(text), expected, "{text}");
        check("a: [b, c]\nd: {e: [f]}\n", 2);
        check("a: x[0] and y[1]\n", 1);
        check("[[[", 3);
        check("[[]][[]]", 2);
        check("a: [\n]\nb: [\n]\n", 2);
        // Those that close are hidden: by a comment, by quotes, by a tag.
        check("[ #]\n[ #]\n[ #]\n", 3);
        check("['], ['], [']", 3);
        check("[\"\n]\", [\"]\"", 2);
        check("[!], [!], [!]", 3);
    }

    #[test]
    fn many_lists_are_not_deep_ones() {
        assert!(!is_too_nested(&"  - test: [\"CMD\", \"true\"]\n".repeat(3_000)));
        assert!(!is_too_nested(&"  - ports: [80, 81]\n".repeat(100_000)));
        assert!(is_too_nested(&"[".repeat(5_000)));
        assert!(is_too_nested(&format!("{}{}", "[".repeat(5_000), "]".repeat(5_000))));
    }
}
