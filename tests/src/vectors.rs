use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};

use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use serde_json::{Map, Value};

use crate::file_provider::without_empty_sections;

/// Recorded containers, and what Traefik's own Docker provider made of them.
#[derive(Clone, Debug)]
pub struct Vector {
    /// What the case is about.
    pub name: String,
    /// The containers, as `docker inspect` prints them.
    pub containers: Value,
    /// The Docker provider's options, by Traefik's names for them.
    pub options: Map<String, Value>,
    /// The dynamic configuration, as Traefik logs it, without empty sections.
    pub configuration: Value,
    /// What Traefik logged as errors, with the keys of containers: service names and identifiers.
    errors: Value,
}

/// All recorded cases.
///
/// # Errors
/// Where the data can't be read.
pub fn vectors() -> Result<Vec<Vector>> {
    let lines = BufReader::new(GzDecoder::new(include_bytes!("../data/traefik.jsonl.gz").as_slice())).lines();
    lines.map(|line| Vector::parse(&line?)).collect()
}

impl Vector {
    fn parse(line: &str) -> Result<Self> {
        let mut case: Map<String, Value> = serde_json::from_str(line)?;
        let mut take = |key: &str| case.remove(key).with_context(|| format!("a case without `{key}`"));
        Ok(Self {
            name: take("name")?.as_str().unwrap_or_default().to_owned(),
            containers: take("containers")?,
            configuration: without_empty_sections(take("config")?),
            errors: take("errors")?,
            options: take("options")
                .ok()
                .and_then(|options| options.as_object().cloned())
                .unwrap_or_default(),
        })
    }

    /// The names of the containers of which Traefik logged an error.
    pub fn containers_in_error(&self) -> BTreeSet<&str> {
        let list = |value| Value::as_array(value).into_iter().flatten();
        let text = |value: &'_ Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
        let keys: Vec<String> = list(&self.errors).map(|error| text(error, "container")).collect();
        let of_error = |container: &&Value| {
            let id = container["Id"].as_str().unwrap_or_default();
            keys.iter().any(|key| key.strip_suffix(id).is_some_and(|name| name.ends_with('-')))
        };
        let in_error = list(&self.containers).filter(of_error);
        in_error.filter_map(|container| Some(container["Name"].as_str()?.trim_start_matches('/'))).collect()
    }

    /// Whether Traefik logged no error at all.
    pub fn is_without_errors(&self) -> bool {
        self.errors.as_array().is_none_or(Vec::is_empty)
    }

    /// The options as `docker-watcher` takes them: `useBindPortIP` becomes `--use-bind-port-ip=true`.
    pub fn flags(&self) -> Vec<String> {
        let flag = |(name, value): (&String, &Value)| {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            format!("--{}={value}", kebab_case(name))
        };
        self.options.iter().map(flag).collect()
    }
}

fn kebab_case(name: &str) -> String {
    let mut out = String::new();
    let mut after_lower = false;
    for letter in name.chars() {
        if letter.is_uppercase() && after_lower {
            out.push('-');
        }
        after_lower = letter.is_lowercase();
        out.push(letter.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_become_flags() {
        let check = |option: &str, flag: &str| assert_eq!(kebab_case(option), flag);
        check("network", "network");
        check("exposedByDefault", "exposed-by-default");
        check("useBindPortIP", "use-bind-port-ip");
    }

    #[test]
    fn all_cases_are_read() -> Result<()> {
        assert_eq!(vectors()?.len(), 978);
        Ok(())
    }
}
