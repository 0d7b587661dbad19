//! Where ours may differ from the real `ip`, each with the reason.

use std::sync::OnceLock;

use portolan_tests::{command, output};

use crate::sequence::Call;
use crate::twin::Pair;

/// What is compared of a text: of the usage, which has many lines and may stand after warnings, the first.
pub(crate) fn text(text: &str) -> &str {
    let text = text.trim();
    let usage = if text.starts_with("Usage:") { Some(0) } else { text.find("\nUsage:").map(|at| at + 1) };
    let end = usage.and_then(|at| text[at..].find('\n').map(|length| at + length));
    text[..end.unwrap_or(text.len())].trim_end_matches(" [...]").trim_end()
}

/// Whether the real `ip` of this machine has other words than the version whose words are ours, 6.1: then codes and states alone are
/// compared.
pub(crate) fn other_words() -> bool {
    static OTHER: OnceLock<bool> = OnceLock::new();
    *OTHER.get_or_init(|| {
        let version = output(command("ip").arg("-V"), b"").unwrap_or_default();
        !version.contains("iproute2-6.1.")
    })
}

/// The reason for which this difference is allowed, if it is.
pub(crate) fn difference(call: &Call, pair: &Pair) -> Option<&'static str> {
    let verb = call.text.split_ascii_whitespace().next().unwrap_or("show");
    let begins = |words: &[&str]| words.iter().any(|word| word.starts_with(verb));
    if pair.difference.is_empty()
        && !pair.changed
        && pair.other.text.ends_with(": it has no effect here")
        && begins(&["show", "list", "lst", "get", "save", "showdump", "restore"])
    {
        return Some(
            "a string that only prints, or reads what it should do from standard input, is of no use in a label, and refused",
        );
    }
    None
}

#[test]
fn of_the_usage_the_first_line_counts() {
    let check = |given, expected| assert_eq!(text(given), expected);
    check("Error: no.\n", "Error: no.");
    check("Usage: ip rule [...]\n", "Usage: ip rule");
    check("Warning: a\nUsage: ip rule\n  more\n", "Warning: a\nUsage: ip rule");
    check("a\nb", "a\nb");
}
