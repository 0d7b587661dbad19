use proptest::prelude::*;

use super::*;

/// Each row holds for Go's `regexp`, as Traefik 3.7's templates show; more rows are in `tests/data/sprig.tsv`.
#[track_caller]
fn check(pattern: &str, text: &str, expected: Result<bool, &str>) {
    let got = compile(pattern).map(|regex| regex.is_match(text)).map_err(|error| error.to_string());
    assert_eq!(got, expected.map_err(str::to_owned), "{pattern:?} on {text:?}");
}

#[test]
fn classes_are_ascii() {
    check(r"\w", "é", Ok(false));
    check(r"\W", "é", Ok(true));
    check(r"[^\w]", "é", Ok(true));
    check(r"\d", "٣", Ok(false));
    check(r"\s", "\u{a0}", Ok(false));
    check(r"\bé", "aé", Ok(true));
    check(r"\pL", "é", Ok(true));
    check(r"\p{^Greek}", "α", Ok(false));
}

#[test]
fn sets_have_no_operators() {
    check("[a&&b]", "a", Ok(true));
    check("[[b]", "[", Ok(true));
    check("[~~a]", "~", Ok(true));
    check("[a-]", "-", Ok(true));
    check("[]a]", "]", Ok(true));
    check("[[:alpha:]-]+$", "a-b", Ok(true));
    check("[[:a]", ":", Ok(true));
    check(r"[\d-x]", "-", Ok(true));
    check("[a--c]", "b", Err("invalid character class range: `a--`"));
    check("[", "", Err("missing closing ]"));
}

#[test]
fn braces_that_count_nothing_are_characters() {
    check("a{", "a{", Ok(true));
    check("a{,2}", "a{,2}", Ok(true));
    check("^a{2,}$", "aaa", Ok(true));
    check("a{1001}", "a", Err("invalid repeat count: `{1001}`"));
    check("x{2}{3}", "x", Err("invalid nested repetition operator: `{`"));
    check("a*+", "a", Err("invalid nested repetition operator: `+`"));
    check("^a*?$", "aa", Ok(true));
}

#[test]
fn groups_and_escapes_of_go_alone() {
    check("(?x)a b", "ab", Err("invalid or unsupported Perl syntax: `(?x`"));
    check("a(?=b)", "ab", Err("invalid or unsupported Perl syntax: `(?=b`"));
    check("(?<=a)b", "ab", Err("invalid or unsupported Perl syntax: `(?<=a`"));
    check("(?P<n>a)(?<m>b)(?i-s:C)(?)", "abc", Ok(true));
    check("^(?P<n>a)(?P<n>b)$", "ab", Ok(true));
    check(r"\Qa.b\E+", "a.b", Ok(true));
    check(r"\Qa.b", "axb", Ok(false));
    check(r"\<\101\x41\x{42}", "<AAB", Ok(true));
    check(r"(a)\1", "aa", Err(r"invalid escape sequence: `\1`"));
    check(r"\Z", "", Err(r"invalid escape sequence: `\Z`"));
    check(r"\u0041", "A", Err(r"invalid escape sequence: `\u`"));
}

#[test]
fn size_is_bounded() {
    check("(((a{100}){100}){100})", "a", Err("expression too large"));
}

proptest! {
    #[test]
    fn no_pattern_panics(pattern in "\\PC{0,40}|([a-zA-Z0-9(){}?*+\\[\\]\\\\:^&~<>,.|$-]){0,40}") {
        let _ = compile(&pattern);
    }

    #[test]
    fn a_quoted_text_matches_itself_alone(text in "\\PC{0,20}") {
        let quoted = format!("^{}$", regex::escape(&text));
        let regex = compile(&quoted);
        prop_assert!(regex.is_ok_and(|regex| regex.is_match(&text)), "{quoted:?}");
    }
}
