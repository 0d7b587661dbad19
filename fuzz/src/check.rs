use std::collections::BTreeMap;

use portolan_check::{Subject, Surroundings, check as look, fix};
use portolan_container::{Container, Part};
use portolan_routes::{Options, Table, share};

/// Labels, one a line as `KEY=VALUE`: each finding's place is in its label, and what is mended is not what was.
pub fn check(text: &str) {
    let labels: BTreeMap<String, String> = text
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    let container = Container { id: "1".to_owned(), name: "web".to_owned(), labels, ..Container::default() };
    let mut table = Table::default();
    table.replace(share(&container, &Options::default(), &[][..]));
    for finding in look(&[Subject { engine: 0, container: &container }], &table, &Surroundings::default()) {
        let diagnostic = finding.diagnostic;
        if let Some(place) = &diagnostic.label {
            let value = container.labels.get(&place.key).expect("a finding is about a label that is there");
            let text = if place.part == Part::Key { &place.key } else { value };
            assert!(text.get(place.start..place.end).is_some(), "{diagnostic}: {place:?}");
            if let Some(fix) = fix(&diagnostic, value) {
                assert_ne!(fix.before, fix.after);
            }
        }
    }
}
