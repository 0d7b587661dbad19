use std::collections::BTreeMap;

use portolan_container::Container;
use portolan_engine::files::{self, Context, Source};
use portolan_reconcile::Policy;

use crate::chart::holds;

/// What `docker inspect` or `podman inspect` may have printed.
pub fn inspect(text: &str) {
    if Source::detect(text) != Source::Inspect {
        return;
    }
    let (containers, _) = files::parse(text, &Context::without_files(BTreeMap::new()));
    if let Ok(value) = serde_json::from_str(text) {
        let one = Container::from_inspect(&value);
        assert!(one.is_err() || containers == [one.expect("is no error")], "one object is another container");
    }
    // An engine gives no identifier twice; whoever reads from files keeps the last.
    let by_id: BTreeMap<String, Container> = containers.into_iter().map(|it| (it.id.clone(), it)).collect();
    let containers: Vec<Container> = by_id.into_values().take(8).collect();
    holds(&containers, &Policy::default());
}
