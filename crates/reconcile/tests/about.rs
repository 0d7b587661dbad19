//! What is said of each kind of finding in general is what the list of findings says.

use portolan_reconcile::About;

#[test]
fn every_code_has_the_summary_of_the_list_and_a_next_step() {
    let list = include_str!("../../../docs/findings/README.md");
    let rows = list.lines().filter_map(|line| line.strip_prefix("| [`")?.split_once("`]"));
    let mut seen = 0;
    for (code, rest) in rows {
        let meaning = rest.split('|').nth(2).map(str::trim).unwrap_or_default();
        let about = About::code(code).unwrap_or_else(|| panic!("nothing is said of `{code}`"));
        assert_eq!(about.summary, meaning, "`{code}`");
        assert!(!about.help.is_empty() && !about.help.ends_with('.'), "`{code}`: {}", about.help);
        assert!(About::page(code).ends_with(&format!("/docs/findings/{code}.md")));
        seen += 1;
    }
    assert!(seen > 60, "the list is read: {seen}");
    assert_eq!(About::code("nothing"), None);
}
