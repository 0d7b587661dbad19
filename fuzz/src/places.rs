use std::collections::BTreeMap;
use std::path::Path;

use portolan_container::LabelPlace;
use portolan_engine::files;

/// A Compose file, a unit or an engine's output: each label's place is in the text, and its key where it says so.
pub fn places(text: &str) {
    // Files that the text names would be read from the disk.
    if ["include", "extends", "label_file", "env_file"].iter().any(|word| text.contains(word)) {
        return;
    }
    let reading = files::open_text(text, Path::new("/nonexistent"), &BTreeMap::new());
    for container in &reading.containers {
        if let Some(location) = reading.places.container(container) {
            assert!(location.text.get(location.bytes.clone()).is_some());
            location.line_and_column();
        }
        for (key, value) in &container.labels {
            for place in [LabelPlace::key(key, 0..key.len()), LabelPlace::value(key, 0..value.len())] {
                if let Some(location) = reading.places.label(container, &place) {
                    assert!(location.text.get(location.bytes.clone()).is_some(), "{place:?}");
                    let (line, column) = location.line_and_column();
                    assert!(line > 0 && column > 0);
                }
            }
        }
    }
    for finding in &reading.findings {
        let container = reading.containers.first();
        if let Some(location) = reading.places.finding(finding, container) {
            assert!(location.text.get(location.bytes.clone()).is_some(), "{finding:?}");
        }
    }
}
