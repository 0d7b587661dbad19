//! Where ours may differ from the real `ip`, each with the reason.

use std::sync::OnceLock;

use portolan_tests::{command, output};

use crate::sequence::Call;
use crate::twin::Pair;

/// What is compared of a text: of the usage, which has many lines, the first.
pub(crate) fn text(text: &str) -> &str {
    let text = text.trim();
    if text.starts_with("Usage:") {
        text.lines().next().unwrap_or_default().trim_end_matches(" [...]").trim_end()
    } else {
        text
    }
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
