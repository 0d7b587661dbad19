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
            options: take("options")
                .ok()
                .and_then(|options| options.as_object().cloned())
                .unwrap_or_default(),
        })
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
