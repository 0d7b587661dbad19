//! The pages of findings are the documentation of their codes in the sources.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};

use crate::{files, root, update};

/// A code, and what its documentation says.
#[derive(Debug)]
pub(crate) struct Finding {
    /// As it is told: `unknown-field`.
    pub(crate) code: String,
    /// The whole, as Markdown.
    pub(crate) documentation: String,
    source: PathBuf,
}

/// The codes of all crates, in order.
pub(crate) fn findings() -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for source in files(&root().join("crates"), "rs")? {
        let text = fs::read_to_string(&source)?;
        let mut documentation = Vec::new();
        for line in text.lines() {
            if let Some(said) = line.strip_prefix("///") {
                documentation.push(said.strip_prefix(' ').unwrap_or(said).to_owned());
                continue;
            }
            let code = line.strip_prefix("pub const ").and_then(|line| line.split_once(": Code = Code(\""));
            if let Some(code) = code.and_then(|(_, rest)| rest.strip_suffix("\");")) {
                let documentation = documentation.join("\n") + "\n";
                findings.push(Finding { code: code.to_owned(), documentation, source: source.clone() });
            }
            documentation.clear();
        }
    }
    findings.sort_by(|one, other| one.code.cmp(&other.code));
    Ok(findings)
}

impl Finding {
    /// The page in `docs/findings`.
    pub(crate) fn page(&self) -> String {
        format!("# {}\n\n{}", self.code, self.documentation)
    }

    /// The first paragraph: what it is in one sentence.
    pub(crate) fn summary(&self) -> String {
        self.documentation.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// How bad it is, one or several, and the part of the index that lists it.
    pub(crate) fn severities_and_group(&self) -> Result<(Vec<&str>, &str)> {
        let line = self.documentation.lines().find_map(|line| line.strip_prefix("Severity: "));
        let stated = line.and_then(|line| line.strip_suffix('.')?.split_once(". Listed under: "));
        let (severities, group) = stated.with_context(|| {
            format!(
                "`{}` says in a line of its own: `Severity: ONE, ANOTHER. Listed under: PART.`",
                self.code
            )
        })?;
        Ok((severities.split(", ").collect(), group))
    }

    /// Puts another documentation in the place of this one, in the source.
    pub(crate) fn rewrite(&self, documentation: &str) -> Result<()> {
        let text = fs::read_to_string(&self.source)?;
        let old = comment(&self.documentation);
        ensure!(text.matches(&old).count() == 1, "the documentation of `{}` is there once", self.code);
        update(&self.source, &text.replace(&old, &comment(documentation)))
    }
}

fn comment(documentation: &str) -> String {
    let lines = documentation.lines();
    lines.map(|line| format!("/// {line}").trim_end().to_owned() + "\n").collect()
}
