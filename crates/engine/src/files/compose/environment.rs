use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;

use portolan_container::Diagnostic;

use super::findings::{Finding, environment_finding, problem_finding, too_large, unset};
use super::load::{FILE_COST, Loader, Service};
use super::paths::texts;
use super::project::normal_name;
use crate::files::codes::{COMPOSE_FILE, COMPOSE_PROJECT_NAME};
use crate::files::dotenv;
use crate::files::interpolate::substitute;
use crate::files::yaml::{Node, excerpt};

impl Loader<'_> {
    /// The variables of `.env` files, later ones over earlier ones, below those that are set already.
    ///
    /// The one beside a Compose file need not be there (`required` is false); one that is named must.
    pub(super) fn environment(
        &mut self,
        files: &[PathBuf],
        required: bool,
        outer: &BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        let off = outer.get("COMPOSE_DISABLE_ENV_FILE").is_some_and(|said| said == "1" || said == "true");
        let mut variables = BTreeMap::new();
        let mut read_bytes = 0;
        for path in files.iter().filter(|_| required || !off) {
            let shown = path.display();
            let text = match (self.context.read)(path) {
                Ok(text) => text,
                Err(error) if !required && is_absent(&error) => continue,
                Err(error) => {
                    let message = format!("cannot read `{shown}`: {error}");
                    self.tell(Diagnostic::error(COMPOSE_FILE, message));
                    continue;
                }
            };
            read_bytes += text.len();
            let read = dotenv::parse(&text, outer, self.budget);
            let mistakes = read.mistakes.iter().map(|mistake| environment_finding(path, mistake));
            let unset = read.unset.iter().map(|name| unset(&format!("`{shown}`"), name));
            let of_file = |diagnostic| Finding { diagnostic, file: Some(path.clone()) };
            self.findings.extend(mistakes.chain(unset).map(of_file));
            variables.extend(read.variables);
        }
        if !self.budget.spend(
            read_bytes * FILE_COST
                + outer.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>(),
        ) {
            self.tell(too_large());
            return BTreeMap::new();
        }
        variables.extend(outer.iter().map(|(name, value)| (name.clone(), value.clone())));
        variables
    }

    /// Whether one of its profiles is asked for, or it has none.
    pub(super) fn is_active(&self, service: &Service) -> bool {
        let Some(Node::List(profiles)) = service.fields.get("profiles") else { return true };
        let active = |profile: &String| self.profiles.contains(profile) || self.profiles.contains("*");
        profiles.is_empty() || profiles.iter().filter_map(Node::scalar).any(|profile| active(&profile))
    }

    /// The labels in the files that `label_file` names, later files over earlier ones.
    pub(super) fn label_files(
        &mut self,
        name: &str,
        service: &Service,
    ) -> Result<BTreeMap<String, String>, Vec<Finding>> {
        let (empty, mut labels) = (BTreeMap::new(), BTreeMap::new());
        let mut found = Vec::new();
        for path in texts(service.fields.get("label_file")).into_iter().map(PathBuf::from) {
            let from = format!("`services.{}.label_file`", excerpt(name));
            match self.file(&path, &from) {
                Ok(text) => {
                    let read = dotenv::parse(&text, self.scopes.first().unwrap_or(&empty), self.budget);
                    let mistakes = read.mistakes.iter().map(|mistake| environment_finding(&path, mistake));
                    let of_file = |diagnostic| Finding { diagnostic, file: Some(path.clone()) };
                    found.extend(mistakes.map(of_file));
                    labels.extend(read.variables);
                }
                Err(refused) => found.push(service.finding(*refused)),
            }
        }
        if found.is_empty() { Ok(labels) } else { Err(found) }
    }

    /// By `COMPOSE_PROJECT_NAME`, else the file, else the directory, as Compose does.
    pub(super) fn project_name(&mut self, said: Option<&Node>) -> String {
        let scope = self.scopes.first().cloned().unwrap_or_default();
        if let Some(name) = scope.get("COMPOSE_PROJECT_NAME").filter(|name| !name.is_empty()) {
            let normal = normal_name(name);
            if *name != normal {
                let message =
                    format!("Compose refuses the project name `{}`; `{normal}` is used", excerpt(name));
                let help =
                    "a name is of lower-case letters, digits, `-` and `_`, with a letter or digit first";
                self.tell(Diagnostic::warning(COMPOSE_PROJECT_NAME, message).with_help(help));
            }
            return normal;
        }
        let mut names = BTreeSet::new();
        let template = said.and_then(Node::scalar).unwrap_or_default();
        let name = substitute(&template, &|name| scope.get(name).cloned(), self.budget, &mut names);
        names.iter().for_each(|variable| self.tell(unset("`name`", variable)));
        match name {
            Ok(name) if !name.is_empty() => return normal_name(&name),
            Ok(_) => {}
            Err(problem) => self.tell(problem_finding("name", &problem)),
        }
        normal_name(&self.context.directory.file_name().unwrap_or_default().to_string_lossy())
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
