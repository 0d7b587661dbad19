use std::path::{Component, Path};

use portolan_container::Container;
use portolan_hook::{Knowledge, OciState, Record, is_id};
use portolan_reconcile::Policy;

use crate::chart::holds;

/// What a runtime may have written to a hook's standard input.
///
/// Whatever is taken for a state can be kept as a file of its own below a directory, and is the same when it is read back; what
/// is said of all else is one short line.
pub fn state(text: &str) {
    let state = match OciState::read(text.as_bytes()) {
        Ok(state) => state,
        Err(error) => {
            let said = error.to_string();
            assert!(!said.is_empty() && said.chars().count() < 400, "{said}");
            assert!(!said.contains(char::is_control), "a terminal would obey {said:?}");
            return;
        }
    };
    assert!(is_id(&state.id));
    let parts: Vec<_> = Path::new(&state.id).components().collect();
    assert_eq!(parts, [Component::Normal(state.id.as_ref())], "an identifier that is a path");
    assert!(state.pid != Some(0) && !(state.status.is_stopped() && state.pid.is_some()), "{state:?}");
    assert_eq!(OciState::read(format!("\n{text} ").as_bytes()), Ok(state.clone()), "blanks matter");

    let record = Record::new(state, "1-2-3".to_owned(), 1, 2, None);
    let kept = serde_json::to_string(&record).expect("a record can be kept");
    assert_eq!(serde_json::from_str::<Record>(&kept).expect("what was kept can be read"), record);
    let labels = [("traefik.enable".to_owned(), "true".to_owned())].into();
    let knowledge =
        Knowledge::told("1-2-3", Container { name: "front".to_owned(), labels, ..Container::default() });
    let container = record.container(Some(&knowledge));
    assert_eq!(
        container.labels.get("traefik.enable").map(String::as_str),
        Some("true"),
        "labels come before annotations"
    );
    assert_eq!(
        record.container(Some(&Knowledge { start: "another".to_owned(), ..knowledge })),
        record.container(None)
    );
    holds(&[record.container(None)], &Policy::default());
    holds(&[container], &Policy::default());
}
