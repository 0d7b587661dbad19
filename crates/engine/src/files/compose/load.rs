use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use portolan_container::Diagnostic;

use super::Layer;
use super::findings::{Finding, problem_finding, too_large, unset};
use super::merge::{merge, settle};
use super::paths::make_whole;
use crate::files::codes::{COMPOSE_FILE, COMPOSE_SERVICE, COMPOSE_SYNTAX, COMPOSE_TOO_LARGE};
use crate::files::interpolate::{Found, interpolate};
use crate::files::yaml::{self, Budget, Node, excerpt};
use crate::files::{Context, MAX_COMPOSE};

/// Files that one project may take in; a file may include itself by way of another.
const MOST_FILES: usize = 256;

/// Services that extend, or files that include, one another in a row.
pub(super) const LONGEST_CHAIN: usize = 32;

/// What a file costs for each of its bytes: parsing takes longer than copying.
pub(super) const FILE_COST: usize = 4;

/// Findings about one service: above that, it is no Compose file.
const MOST_FINDINGS: usize = 100;

/// Reads a Compose file and those that it names, variables in their places.
pub(super) struct Loader<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) budget: &'a Budget,
    /// The environment, then one for each directory of an included file.
    pub(super) scopes: Vec<BTreeMap<String, String>>,
    /// Profiles that are asked for.
    pub(super) profiles: BTreeSet<String>,
    /// Files that services extend, by scope and path.
    pub(super) bases: BTreeMap<(usize, PathBuf), Rc<Unit>>,
    /// Files that include the one that is read now.
    pub(super) including: Vec<PathBuf>,
    /// The file that is read now, where that is not the text itself.
    pub(super) file: Option<PathBuf>,
    files_left: usize,
    pub(super) findings: Vec<Finding>,
}

/// What one file, or several that are laid over each other, define, together with what they include.
#[derive(Debug, Default)]
pub(super) struct Unit {
    pub(super) scope: usize,
    pub(super) path: PathBuf,
    pub(super) services: BTreeMap<String, Service>,
    /// What the included files define, `extends` resolved.
    pub(super) included: BTreeMap<String, Service>,
    pub(super) networks: BTreeMap<String, Node>,
    pub(super) volumes: BTreeMap<String, Node>,
}

/// A service with its variables in their places.
#[derive(Clone, Debug, Default)]
pub(super) struct Service {
    pub(super) fields: BTreeMap<String, Node>,
    /// The file that defines it, where that is not the text itself.
    pub(super) file: Option<PathBuf>,
    pub(super) findings: Vec<Finding>,
    /// Whether a finding says that it must be left out.
    pub(super) broken: bool,
}

impl Service {
    pub(super) fn in_file(file: Option<PathBuf>) -> Self {
        Self { file, ..Self::default() }
    }

    /// A finding about its file.
    pub(super) fn finding(&self, diagnostic: Diagnostic) -> Finding {
        Finding { diagnostic, file: self.file.clone() }
    }

    pub(super) fn refuse(&mut self, finding: Diagnostic) {
        self.tell(finding);
        self.broken = true;
    }

    fn tell(&mut self, finding: Diagnostic) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(self.finding(finding));
        }
    }
}

impl<'a> Loader<'a> {
    pub(super) fn new(context: &'a Context<'a>, budget: &'a Budget) -> Self {
        Self {
            context,
            budget,
            scopes: Vec::new(),
            profiles: BTreeSet::new(),
            bases: BTreeMap::new(),
            including: Vec::new(),
            file: None,
            files_left: MOST_FILES,
            findings: Vec::new(),
        }
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// Tells of the file that is read now.
    pub(super) fn tell(&mut self, diagnostic: Diagnostic) {
        self.findings.push(Finding { diagnostic, file: self.file.clone() });
    }

    /// The project's name, and what its files define.
    pub(super) fn project(&mut self, layers: &[Layer<'_>]) -> (String, Unit) {
        let context = self.context;
        let environment = self.environment(&[context.directory.join(".env")], false, &context.environment);
        let profiles = environment.get("COMPOSE_PROFILES").map_or("", String::as_str).split(',');
        self.profiles = profiles.map(|profile| profile.trim().to_owned()).collect();
        self.scopes.push(environment);
        let mut root = BTreeMap::new();
        for (number, layer) in layers.iter().enumerate() {
            let documents = self.documents(layer.text, layer.path.filter(|_| number > 0));
            if let Node::Map(merged) = merge(Node::Map(root), Node::Map(documents)) {
                root = merged;
            } else {
                root = BTreeMap::new();
            }
        }
        let name = self.project_name(root.get("name"));
        self.scopes.iter_mut().for_each(|scope| {
            scope.entry("COMPOSE_PROJECT_NAME".to_owned()).or_insert_with(|| name.clone());
        });
        if !root.is_empty() && !root.contains_key("services") && !root.contains_key("include") {
            let finding = Diagnostic::error(COMPOSE_SYNTAX, "this is no Compose file: it has no `services`");
            self.tell(finding.with_help("give a Compose file, or the JSON that `docker inspect` prints"));
        }
        let path = layers.first().and_then(|layer| layer.path);
        let path = path.map_or_else(|| context.directory.join("compose.yaml"), Path::to_owned);
        let unit = self.unit(root, 0, &context.directory, path, None);
        (name, unit)
    }

    /// Takes all services out of a unit, with what they extend.
    pub(super) fn services(&mut self, unit: &mut Unit) -> BTreeMap<String, Service> {
        let extending = unit.services.iter().filter(|(_, service)| service.fields.contains_key("extends"));
        let extending: Vec<String> = extending.map(|(name, _)| name.clone()).collect();
        let resolved: Vec<Service> =
            extending.iter().map(|name| self.resolve(unit, name, &mut Vec::new())).collect();
        unit.services.extend(extending.into_iter().zip(resolved));
        let mut services = std::mem::take(&mut unit.included);
        for (name, mut service) in std::mem::take(&mut unit.services) {
            let settled = service.fields.into_iter().filter(|(_, value)| *value != Node::Reset);
            service.fields = settled.map(|(key, value)| (key, settle(value))).collect();
            services.insert(name, service);
        }
        services
    }

    /// What a file's root defines, with what it includes; `file` is the file, where it is not the text itself.
    pub(super) fn unit(
        &mut self,
        root: BTreeMap<String, Node>,
        scope: usize,
        directory: &Path,
        path: PathBuf,
        file: Option<PathBuf>,
    ) -> Unit {
        let outer = std::mem::replace(&mut self.file, file);
        let unit = self.unit_of_file(root, scope, directory, path);
        self.file = outer;
        unit
    }

    fn unit_of_file(
        &mut self,
        mut root: BTreeMap<String, Node>,
        scope: usize,
        directory: &Path,
        path: PathBuf,
    ) -> Unit {
        let mut unit = Unit { scope, path, ..Unit::default() };
        let include = root.remove("include");
        for (name, node) in self.section(&mut root, "services") {
            let service = self.service(scope, directory, &name, node);
            unit.services.insert(name, service);
        }
        for (section, map) in [("networks", &mut unit.networks), ("volumes", &mut unit.volumes)] {
            for (name, node) in self.section(&mut root, section) {
                let mut loaded = Service::in_file(self.file.clone());
                let node =
                    self.interpolated(scope, format!("{section}.{}", excerpt(&name)), node, &mut loaded);
                self.findings.append(&mut loaded.findings);
                map.insert(name, settle(node));
            }
        }
        match include.map(settle) {
            None | Some(Node::Null) => {}
            Some(Node::List(items)) => {
                for (index, item) in items.into_iter().enumerate() {
                    self.include(&mut unit, index, item, directory);
                }
            }
            Some(other) => {
                let message = format!("`include` must be a list, this is {}", other.kind());
                self.tell(Diagnostic::error(COMPOSE_SYNTAX, message));
            }
        }
        unit
    }

    /// A service's fields, variables in their places and relative paths made whole.
    fn service(&mut self, scope: usize, directory: &Path, name: &str, node: Node) -> Service {
        let mut service = Service::in_file(self.file.clone());
        let path = format!("services.{}", excerpt(name));
        let node = self.interpolated(scope, path.clone(), node, &mut service);
        match node {
            Node::Map(fields) => service.fields = fields,
            _ if service.broken => {}
            other => {
                let message = format!("`{path}` must be a mapping, this is {}", other.kind());
                service.refuse(Diagnostic::error(COMPOSE_SERVICE, message));
            }
        }
        for field in ["volumes", "label_file"] {
            if let Some(node) = service.fields.get_mut(field) {
                make_whole(
                    node,
                    directory,
                    field,
                    self.scopes.get(scope).and_then(|scope| scope.get("HOME")),
                );
            }
        }
        service
    }

    pub(super) fn interpolated(
        &mut self,
        scope: usize,
        mut path: String,
        node: Node,
        service: &mut Service,
    ) -> Node {
        let empty = BTreeMap::new();
        let variables = self.scopes.get(scope).unwrap_or(&empty);
        let mut named = BTreeSet::new();
        let mut found = |path: &str, found: Found| match found {
            Found::Unset(variable) => {
                if named.insert(variable.clone()) {
                    service.tell(unset(&format!("`{path}`"), &variable));
                }
            }
            Found::Refused(reason) => {
                service.refuse(Diagnostic::error(COMPOSE_SYNTAX, format!("`{path}`: {reason}")));
            }
            Found::Problem(problem) => service.refuse(problem_finding(path, &problem)),
        };
        interpolate(node, &mut path, &|name| variables.get(name).cloned(), self.budget, &mut found)
    }

    /// A part of a file's root, as a mapping.
    fn section(&mut self, root: &mut BTreeMap<String, Node>, name: &str) -> BTreeMap<String, Node> {
        let problem = match root.remove(name).map(unwrap) {
            None | Some(Node::Null | Node::Reset) => return BTreeMap::new(),
            Some(Node::Map(entries)) => {
                let entries = entries.into_iter().filter(|(_, node)| *node != Node::Reset);
                return entries.map(|(key, node)| (key, unwrap(node))).collect();
            }
            Some(Node::Refused(reason)) => format!("`{name}`: {reason}"),
            Some(other) => format!("`{name}` must be a mapping, this is {}", other.kind()),
        };
        self.tell(Diagnostic::error(COMPOSE_SYNTAX, problem));
        BTreeMap::new()
    }

    /// The roots of a text's documents, each laid over the one before; `file` is where it is from, where that is not the text itself.
    pub(super) fn documents(&mut self, text: &str, file: Option<&Path>) -> BTreeMap<String, Node> {
        let path = file.unwrap_or(Path::new("the Compose file")).display();
        let problem = match yaml::parse(text.trim_start_matches('\u{feff}'), self.budget) {
            Ok(documents) => match documents.into_iter().reduce(merge) {
                None => format!("{path} is empty"),
                Some(Node::Map(root)) => return root,
                Some(Node::Refused(reason)) => format!("{path} is no Compose file: {reason}"),
                Some(other) => format!("{path} must be a mapping, this is {}", other.kind()),
            },
            Err(_) if self.budget.is_spent() => {
                self.tell(too_large());
                return BTreeMap::new();
            }
            Err(error) => format!("{path} is not YAML: {error}"),
        };
        let file = file.map(Path::to_owned);
        self.findings.push(Finding { diagnostic: Diagnostic::error(COMPOSE_SYNTAX, problem), file });
        BTreeMap::new()
    }

    /// A file that `from` names.
    pub(super) fn file(&mut self, path: &Path, from: &str) -> Result<String, Box<Diagnostic>> {
        let shown = path.display();
        let refuse =
            |code, reason: String| Err(Box::new(Diagnostic::error(code, format!("{from}: {reason}"))));
        // Compose fetches `https://`, `git@` and `oci://`; a watcher of containers does not.
        if path.to_string_lossy().contains(":/") {
            return refuse(COMPOSE_FILE, format!("`{shown}` is not a file on this machine"));
        }
        let Some(left) = self.files_left.checked_sub(1) else {
            return refuse(COMPOSE_TOO_LARGE, format!("the project has more than {MOST_FILES} files"));
        };
        self.files_left = left;
        match (self.context.read)(path) {
            Ok(text) if text.len() > MAX_COMPOSE => {
                refuse(COMPOSE_TOO_LARGE, format!("`{shown}` is larger than {} MiB", MAX_COMPOSE >> 20))
            }
            Ok(text) if !self.budget.spend(FILE_COST * text.len()) => {
                refuse(COMPOSE_TOO_LARGE, "the project's files are too large together".to_owned())
            }
            Ok(text) => Ok(text),
            Err(error) => refuse(COMPOSE_FILE, format!("cannot read `{shown}`: {error}")),
        }
    }
}

/// The node within `!override`.
fn unwrap(node: Node) -> Node {
    if let Node::Override(inner) = node { *inner } else { node }
}
