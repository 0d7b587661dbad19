use std::borrow::Cow;

/// Whether two names are the same without regard to case, by Unicode's simple folding (Go's `strings.EqualFold`).
///
/// ```
/// assert!(portolan_labels::eq_fold("entryPoints", "ENTRYPOINTS"));
/// assert!(portolan_labels::eq_fold("K", "\u{212a}"), "the sign for kelvin");
/// ```
pub fn eq_fold(left: &str, right: &str) -> bool {
    if let (Some(one), Some(other)) = (left.bytes().next(), right.bytes().next())
        && one.is_ascii()
        && other.is_ascii()
        && !one.eq_ignore_ascii_case(&other)
    {
        // Most pairs end here.
        return false;
    }
    if left.is_ascii() && right.is_ascii() {
        return left.eq_ignore_ascii_case(right);
    }
    left.chars().map(fold_char).eq(right.chars().map(fold_char))
}

/// Whether the first bytes of `text` are `prefix` without regard to case.
///
/// ```
/// assert!(portolan_labels::has_prefix_fold("Traefik.http.routers", "traefik."));
/// ```
pub fn has_prefix_fold(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| eq_fold(start, prefix))
}

/// A name's folded form: equal for two names exactly where [`eq_fold`] says so.
pub(crate) fn folded(name: &str) -> Cow<'_, str> {
    if !name.is_ascii() {
        Cow::Owned(name.chars().map(fold_char).collect())
    } else if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        // Most names of fields, and of routers, are written so.
        Cow::Borrowed(name)
    }
}

/// One representative of each set of characters that fold onto one another.
fn fold_char(c: char) -> char {
    // The dotless i is upper-cased to I, but folds to nothing else.
    if c.is_ascii() || c == 'ı' {
        return c.to_ascii_lowercase();
    }
    let upper = single(c.to_uppercase()).unwrap_or(c);
    single(upper.to_lowercase()).unwrap_or(upper)
}

/// Simple folding maps one character to one: a longer mapping is none.
fn single(mut mapped: impl Iterator<Item = char>) -> Option<char> {
    let first = mapped.next()?;
    mapped.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(left: &str, right: &str, expected: bool) {
        assert_eq!(eq_fold(left, right), expected, "{left} {right}");
        assert_eq!(folded(left) == folded(right), expected, "{left} {right}");
    }

    #[test]
    fn names_fold_as_in_go() {
        check("Rule", "rULE", true);
        check("rule", "rules", false);
        check("straße", "STRASSE", false);
        check("ß", "ẞ", true);
        check("σ", "ς", true);
        check("K", "\u{212a}", true);
        check("s", "ſ", true);
        check("i", "ı", false);
        check("i", "İ", false);
        check("ärger", "ÄRGER", true);
    }

    #[test]
    fn a_prefix_is_bytes() {
        assert!(has_prefix_fold("Traefik.HTTPfoo", "traefik.http"));
        assert!(!has_prefix_fold("traefik", "traefik.http"));
        assert!(!has_prefix_fold("traefik.htt漢", "traefik.http"));
    }
}
