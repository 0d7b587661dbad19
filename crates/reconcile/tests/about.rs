//! Something is said of each kind of finding in general, and of no other.

use portolan_reconcile::About;

#[test]
fn every_code_that_has_a_page_has_a_clause_and_a_next_step() {
    let list = include_str!("../../../docs/findings/README.md");
    let codes = list.lines().filter_map(|line| Some(line.strip_prefix("| [`")?.split_once("`]")?.0));
    let mut seen = 0;
    for code in codes {
        let about = About::code(code).unwrap_or_else(|| panic!("nothing is said of `{code}`"));
        for words in [about.summary, about.help] {
            assert!(!words.is_empty() && !words.ends_with('.'), "`{code}`: {words}");
        }
        assert!(About::page(code).ends_with(&format!("/docs/findings/{code}.md")));
        seen += 1;
    }
    assert!(seen > 60, "the list is read: {seen}");
    assert_eq!(About::code("nothing"), None);
}
