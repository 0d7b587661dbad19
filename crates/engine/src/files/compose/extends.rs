use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use portolan_container::Diagnostic;

use super::findings::too_large;
use super::load::{LONGEST_CHAIN, Loader, Service, Unit};
use super::merge::merge;
use super::paths::normal;
use crate::files::codes::COMPOSE_SERVICE;
use crate::files::yaml::{Node, excerpt};

impl Loader<'_> {
    /// A service with the services that it extends below it. `trail` holds those that led here.
    pub(super) fn resolve(&mut self, unit: &Unit, name: &str, trail: &mut Vec<(PathBuf, String)>) -> Service {
        let mut service = unit.services.get(name).cloned().unwrap_or_default();
        let Some(extends) = service.fields.remove("extends") else { return service };
        let key = format!("`services.{}.extends`", excerpt(name));
        let (base, file) = match &extends {
            Node::Map(fields) => {
                let field =
                    |name: &str| fields.get(name).and_then(Node::scalar).filter(|text| !text.is_empty());
                (field("service"), field("file"))
            }
            other => (other.scalar(), None),
        };
        let Some(base) = base else {
            service.refuse(Diagnostic::error(COMPOSE_SERVICE, format!("{key} names no service")));
            return service;
        };
        trail.push((unit.path.clone(), name.to_owned()));
        let other = match file {
            None => None,
            Some(file) => match self.base_file(unit, Path::new(&file), &key) {
                Ok(other) => Some(other),
                Err(finding) => {
                    service.refuse(*finding);
                    return service;
                }
            },
        };
        let other = other.as_deref().unwrap_or(unit);
        if trail.contains(&(other.path.clone(), base.clone())) || trail.len() > LONGEST_CHAIN {
            let message = format!("{key}: service `{}` would extend itself", excerpt(&base));
            service.refuse(Diagnostic::error(COMPOSE_SERVICE, message));
        } else if !other.services.contains_key(&base) {
            let message = format!("{key}: there is no service `{}`", excerpt(&base));
            service.refuse(Diagnostic::error(COMPOSE_SERVICE, message));
        } else {
            let base = self.resolve(other, &base, trail);
            service.broken |= base.broken;
            service.findings.splice(0..0, base.findings);
            let fields = Node::Map(base.fields);
            if !self.budget.spend(fields.size()) {
                service.refuse(too_large());
                return service;
            }
            if let Node::Map(fields) = merge(fields, Node::Map(service.fields)) {
                return Service { fields, ..service };
            }
            service.fields = BTreeMap::new();
        }
        service
    }

    fn base_file(&mut self, unit: &Unit, file: &Path, from: &str) -> Result<Rc<Unit>, Box<Diagnostic>> {
        let directory = unit.path.parent().unwrap_or(Path::new(""));
        let path = normal(&directory.join(file));
        let key = (unit.scope, path.clone());
        if let Some(known) = self.bases.get(&key) {
            return Ok(Rc::clone(known));
        }
        let text = self.file(&path, from)?;
        let mut root = self.documents(&text, Some(&path));
        // What such a file includes or defines besides services is not taken over.
        root.retain(|key, _| key == "services");
        let directory = path.parent().unwrap_or(Path::new("")).to_owned();
        let other = Rc::new(self.unit(root, unit.scope, &directory, path.clone(), Some(path)));
        self.bases.insert(key, Rc::clone(&other));
        Ok(other)
    }
}
