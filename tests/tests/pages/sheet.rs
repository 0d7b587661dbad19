use std::fs;

use anyhow::{Context as _, Result, ensure};

use crate::run::{CommandLine, command_lines, in_namespaces, render, render_all, takes_namespaces};
use crate::update;

/// A page as prose and fenced blocks.
pub(crate) struct Sheet(Vec<Part>);

struct Part {
    /// What stands behind the opening fence; absent for prose.
    info: Option<String>,
    lines: Vec<String>,
}

impl Sheet {
    pub(crate) fn read(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut part = Part { info: None, lines: Vec::new() };
        for line in text.lines() {
            let inside = part.info.is_some();
            let info = match line.strip_prefix("```") {
                Some("") if inside => None,
                Some(info) if !inside => Some(info.to_owned()),
                _ => {
                    part.lines.push(line.to_owned());
                    continue;
                }
            };
            parts.push(std::mem::replace(&mut part, Part { info, lines: Vec::new() }));
        }
        parts.push(part);
        Self(parts)
    }

    /// The fenced blocks: what stands behind the fence, and the lines.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().filter_map(|part| Some((part.info.as_deref()?, part.lines.as_slice())))
    }

    pub(crate) fn text(&self) -> String {
        let mut lines = Vec::new();
        for Part { info, lines: own } in &self.0 {
            lines.extend(info.iter().map(|info| format!("```{info}")));
            lines.extend(own.iter().cloned());
            lines.extend(info.iter().map(|_| "```".to_owned()));
        }
        lines.join("\n") + "\n"
    }

    /// Writes the page's files, runs its commands and puts what they print in its place; how many were run.
    ///
    /// Without `namespaces`, what is printed by commands that need some is left as it stands.
    pub(crate) fn fill(&mut self, namespaces: bool) -> Result<usize> {
        let scratch = tempfile::tempdir()?;
        let directory = scratch.path().join("demo");
        fs::create_dir(&directory)?;
        let mut run = 0;
        let mut printed: Option<(String, String)> = None;
        let mut asked = false;
        for Part { info, lines } in &mut self.0 {
            let Some(info) = info else {
                // What is printed is shown under the same heading.
                if lines.iter().any(|line| line.starts_with('#')) {
                    (printed, asked) = (None, false);
                }
                continue;
            };
            ensure!(
                info != "text" || !asked || printed.is_some(),
                "output that nothing here prints: {lines:?}"
            );
            asked = info == "sh" || (asked && info == "text");
            match info.split_once(' ') {
                Some((_, name)) => {
                    printed = None;
                    // One that a guide puts elsewhere on its machine stands below here as well.
                    let name = name.trim_start_matches('/');
                    let file = directory.join(name);
                    fs::create_dir_all(file.parent().context("a file has a directory")?)?;
                    update(&file, &(lines.join("\n") + "\n"))?;
                    if name.ends_with("docker-watcher.yml") {
                        update(&directory.join("none.json"), "[]\n")?;
                        let words = ["render", "--config", name, "none.json"].map(str::to_owned).to_vec();
                        let (_, errors) =
                            render(&CommandLine { words, ..CommandLine::default() }, &directory)?;
                        ensure!(errors.is_empty(), "the settings `{name}` load: {errors}");
                    }
                }
                None => match (info.as_str(), &printed) {
                    ("sh", _) if takes_namespaces(lines) => {
                        asked = namespaces;
                        run += usize::from(namespaces);
                        printed = namespaces.then(|| in_namespaces(lines, &directory)).transpose()?;
                    }
                    ("sh", _) => {
                        let all = command_lines(lines);
                        run += usize::from(all.is_some());
                        printed = all.map(|all| render_all(&all, &directory)).transpose()?;
                    }
                    ("text", Some((_, errors))) => {
                        *lines = errors.lines().map(str::to_owned).collect();
                    }
                    ("yaml" | "toml" | "json", Some((output, _))) => {
                        *lines = output.lines().map(str::to_owned).collect();
                    }
                    _ => printed = None,
                },
            }
        }
        Ok(run)
    }
}
