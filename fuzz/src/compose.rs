use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use portolan_engine::files::{self, Context};
use portolan_reconcile::Policy;

use crate::chart::{holds, points_into};

/// A Compose file in whose folder every file is the same, so that `include` and `extends` find themselves.
pub fn compose(text: &str) {
    let read = |path: &Path| match path.extension() {
        Some(_) => Ok(text.to_owned()),
        None => Err(std::io::ErrorKind::NotFound.into()),
    };
    let environment = BTreeMap::from([("A".to_owned(), "1".to_owned())]);
    let context = Context { directory: "/srv/shop".into(), environment, read: &read };
    let (containers, findings) = files::parse(text, &context);
    assert_eq!((&containers, &findings), (&files::parse(text, &context).0, &files::parse(text, &context).1));
    let ids: BTreeSet<&str> = containers.iter().map(|container| &*container.id).collect();
    let is_compose = containers.iter().all(|container| container.id.starts_with("compose:"));
    assert!(!is_compose || ids.len() == containers.len(), "two containers have one identifier");
    for finding in &findings {
        let about = containers.iter().find(|container| finding.container.as_ref() == Some(&container.name));
        if let (Some(container), Some(_)) = (about, &finding.label) {
            points_into(finding, container);
        }
    }
    if is_compose && containers.len() <= 8 {
        holds(&containers, &Policy::default());
    }
}
