use portolan_container::{Diagnostic, LabelPlace, Part, Severity};

use crate::codes::{DEPRECATED_NAME, UNKNOWN_REFERENCE};
use crate::label::instead_of;

/// A change of a label that certainly does what was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What is replaced.
    pub place: LabelPlace,
    /// What stands there now.
    pub before: String,
    /// What takes its place.
    pub after: String,
}

/// The change that mends a finding, where one is certain: a name with one letter wrong, or one that has a new name.
///
/// `value` is the label's.
pub fn fix(finding: &Diagnostic, value: &str) -> Option<Fix> {
    let place = finding.label.clone()?;
    let text = if place.part == Part::Key { place.key.as_str() } else { value };
    let before = text.get(place.start..place.end)?.to_owned();
    let after = if finding.code == DEPRECATED_NAME {
        instead_of(&before)?.to_owned()
    } else {
        // Somebody else may define what a warning says nobody does; and of two names that differ in a number, both may be meant.
        if finding.code == UNKNOWN_REFERENCE && finding.severity != Severity::Error {
            return None;
        }
        let help = finding.help.as_deref()?;
        let meant = help.strip_prefix("did you mean `")?.strip_suffix("`?")?;
        let distance = strsim::damerau_levenshtein(&before.to_lowercase(), &meant.to_lowercase());
        // The same letters in other case are no misspelling but where case counts.
        let letters = |name: &str| name.replace(|c: char| c.is_ascii_digit(), "");
        if distance > 1 || before == meant || letters(&before) == letters(meant) && distance > 0 {
            return None;
        }
        as_written(&before, meant)
    };
    Some(Fix { place, before, after })
}

/// The name in lower case where what it replaces was: labels are written so, and Traefik does not mind in keys.
fn as_written(before: &str, meant: &str) -> String {
    let is_key = before.chars().next().is_some_and(char::is_lowercase);
    let has_hump = before.chars().any(char::is_uppercase);
    if is_key && !has_hump && meant.chars().next().is_some_and(char::is_lowercase) {
        return meant.to_lowercase();
    }
    meant.to_owned()
}

#[cfg(test)]
mod tests {
    use portolan_container::{Code, LabelPlace};

    use super::*;

    fn check(key: &str, part: &str, help: &str, expected: Option<&str>) {
        let start = key.find(part).unwrap();
        let place = LabelPlace::key(key, start..start + part.len());
        let finding = Diagnostic::error(Code("unknown-field"), "x").at(place).with_help(help);
        assert_eq!(fix(&finding, "").map(|fix| fix.after).as_deref(), expected, "{key}");
    }

    #[test]
    fn one_letter_is_certain_and_two_are_not() {
        check("traefik.http.routers.a.rul", "rul", "did you mean `rule`?", Some("rule"));
        check(
            "traefik.http.routers.a.entrypoint",
            "entrypoint",
            "did you mean `entryPoints`?",
            Some("entrypoints"),
        );
        check(
            "traefik.http.routers.a.entryPoint",
            "entryPoint",
            "did you mean `entryPoints`?",
            Some("entryPoints"),
        );
        check("traefik.http.routers.a.ru", "ru", "did you mean `rule`?", None);
        check("traefik.http.routers.a.x", "x", "read the manual", None);
        check("traefik.http.routers.a1.rule", "a1", "did you mean `a2`?", None);
    }
}
