use std::collections::BTreeMap;
use std::path::Path;

use portolan_container::Diagnostic;

use super::load::{LONGEST_CHAIN, Loader, Service, Unit};
use super::merge::merge;
use super::paths::{normal, texts};
use crate::files::codes::{COMPOSE_FILE, COMPOSE_SERVICE};
use crate::files::yaml::{Node, excerpt};

impl Loader<'_> {
    /// Adds what the files of one item of `include` define; what the unit defines itself stays.
    pub(super) fn include(&mut self, unit: &mut Unit, index: usize, item: Node, directory: &Path) {
        let from = format!("`include.[{index}]`");
        let mut loaded = Service::in_file(self.file.clone());
        let item = self.interpolated(unit.scope, format!("include.[{index}]"), item, &mut loaded);
        self.findings.append(&mut loaded.findings);
        let empty = BTreeMap::new();
        let (paths, fields) = match &item {
            Node::Map(fields) => (texts(fields.get("path")), fields),
            other => (texts(Some(other)), &empty),
        };
        let Some(first) = paths.first().filter(|_| !loaded.broken) else { return };
        let whole = |path: &String| normal(&directory.join(path));
        let first = whole(first);
        if self.including.contains(&first) || self.including.len() == LONGEST_CHAIN {
            let message = format!("{from}: `{}` would include itself", first.display());
            self.tell(Diagnostic::error(COMPOSE_FILE, message));
            return;
        }
        let mut root = Node::Map(BTreeMap::new());
        for path in paths.iter().map(whole) {
            match self.file(&path, &from) {
                Ok(text) => root = merge(root, Node::Map(self.documents(&text, Some(&path)))),
                Err(finding) => {
                    self.tell(*finding);
                    return;
                }
            }
        }
        let Node::Map(root) = root else { return };
        let project = match texts(fields.get("project_directory")).first() {
            Some(named) => whole(named),
            None => first.parent().unwrap_or(Path::new("")).to_owned(),
        };
        let named: Vec<_> = texts(fields.get("env_file")).iter().map(whole).collect();
        let outer = self.scopes.get(unit.scope).cloned().unwrap_or_default();
        let environment = match named.is_empty() {
            true => self.environment(&[project.join(".env")], false, &outer),
            false => self.environment(&named, true, &outer),
        };
        self.scopes.push(environment);
        self.including.push(first.clone());
        let mut included = self.unit(root, self.scopes.len() - 1, &project, first.clone(), Some(first));
        self.including.pop();
        for (name, service) in self.services(&mut included) {
            if unit.services.contains_key(&name) || unit.included.contains_key(&name) {
                let message =
                    format!("{from}: service `{}` is defined twice, the other is kept", excerpt(&name));
                self.tell(Diagnostic::error(COMPOSE_SERVICE, message));
            } else {
                unit.included.insert(name, service);
            }
        }
        for (map, more) in [(&mut unit.networks, included.networks), (&mut unit.volumes, included.volumes)] {
            for (name, node) in more {
                map.entry(name).or_insert(node);
            }
        }
    }
}
