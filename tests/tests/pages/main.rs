//! The pages under `docs/`: each kind of finding has one, made from the documentation of its code, and what pages show is what
//! `docker-watcher` prints.
//!
//! In a page, a fenced block with a file's name behind its language is that file. A `sh` block with a `docker-watcher render`, `check`
//! or `explain` is run beside the page's files; a `text` block after it holds what is said to people, a `yaml`, `toml` or `json`
//! block what stands on standard output. One that begins with `ip netns add` is run whole, as root in namespaces of its own; a
//! `text` block after it holds all that is printed. With `UPDATE=1` pages, and the documentation that they are made from, are written anew.

mod completions;
mod finding;
mod guide;
mod run;
mod sheet;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, ensure};
use finding::findings;
use portolan_tests::{Need, unmet};
use run::{CommandLine, render};
use sheet::Sheet;

/// Codes that no run on a small file or in a namespace shows, each with the reason.
const NOT_SHOWN: &[(&str, &str)] = &[
    ("compose-too-large", "takes a file of megabytes"),
    ("not-published", "takes podman-hook and a container without an address"),
    ("network-no-entry", "takes a container and a service that lacks root's powers"),
];

/// What each page has, in this order.
const HEADINGS: [&str; 5] =
    ["## What it is", "## Why it matters", "## Example", "## Instead", "## Where the rule comes from"];

/// The parts of the index, in its order.
const GROUPS: [&str; 7] = [
    "Labels",
    "Routers and services",
    "Labels of the `proxy.` dialect",
    "Networks and ports",
    "Which containers",
    "Addresses, routes and rules",
    "Files that are rendered",
];

/// What stands before the tables of the index.
const BEGIN: &str =
    "<!-- From here on made from the documentation of the codes; `cargo xtask docs` writes it anew. -->\n";

/// Held by who reads or writes sources and pages.
static PAGES: Mutex<()> = Mutex::new(());

#[test]
fn pages_are_made_from_the_documentation_of_codes() -> Result<()> {
    let _turn = PAGES.lock().unwrap_or_else(PoisonError::into_inner);
    let findings = findings()?;
    ensure!(findings.len() > 20, "the codes are found: {findings:?}");
    let directory = root().join("docs/findings");
    let index = directory.join("README.md");
    let text = fs::read_to_string(&index)?;
    let (introduction, _) = text.split_once(BEGIN).context("the index says where its tables begin")?;

    let mut made: Vec<_> = findings
        .iter()
        .map(|finding| (directory.join(format!("{}.md", finding.code)), finding.page()))
        .collect();
    made.push((index, format!("{introduction}{BEGIN}{}", tables(&findings)?)));
    let mut stale = BTreeSet::new();
    for (path, page) in &made {
        if fs::read_to_string(path).ok().as_ref() == Some(page) {
            continue;
        }
        if updates() {
            update(path, page)?;
        } else {
            stale.insert(path.clone());
        }
    }
    let strangers = files(&directory, "md")?;
    let strangers = strangers.into_iter().filter(|path| made.iter().all(|(made, _)| made != path));
    for path in strangers {
        if updates() {
            fs::remove_file(path)?;
        } else {
            stale.insert(path);
        }
    }
    assert_eq!(stale, BTreeSet::new(), "`cargo xtask docs` writes them anew");
    Ok(())
}

/// The tables of the index: each finding in one, by its code.
fn tables(findings: &[finding::Finding]) -> Result<String> {
    let mut text = String::new();
    let mut listed = 0;
    for group in GROUPS {
        let _ = write!(text, "\n## {group}\n\n| code | severity | meaning |\n| --- | --- | --- |\n");
        for finding in findings {
            let (severities, own) = finding.severities_and_group()?;
            if own == group {
                listed += 1;
                let (code, summary) = (&finding.code, finding.summary().replace('|', "\\|"));
                let _ = writeln!(text, "| [`{code}`]({code}.md) | {} | {summary} |", severities.join(", "));
            }
        }
    }
    ensure!(listed == findings.len(), "each finding is of one of the parts {GROUPS:?}");
    Ok(text)
}

#[test]
fn every_finding_is_told_in_the_same_order() -> Result<()> {
    let _turn = PAGES.lock().unwrap_or_else(PoisonError::into_inner);
    for finding in findings()? {
        let (name, text) = (&finding.code, &finding.documentation);
        let headings: Vec<_> = text.lines().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(headings, HEADINGS, "`{name}`");
        let shown: BTreeSet<&str> = text
            .lines()
            .filter_map(|line| line.split_once(&format!("[{name}]: ")))
            .map(|(before, _)| before)
            .collect();
        let excused = NOT_SHOWN.iter().any(|(code, _)| code == name);
        ensure!(!shown.is_empty(), "`{name}` shows its message");
        let (severities, _) = finding.severities_and_group()?;
        for severity in shown.iter().chain(&severities) {
            ensure!(["error", "warning", "info"].contains(severity), "`{name}`: `{severity}` is no severity");
            ensure!(
                severities.contains(severity),
                "`{name}` shows one of severity `{severity}`, and does not say so"
            );
        }
        ensure!(!excused || !text.contains("```sh"), "`{name}` can be run, so `NOT_SHOWN` need not name it");
        ensure!(excused || text.contains("```sh\n"), "`{name}` says how its message comes about");
    }
    Ok(())
}

#[test]
fn what_pages_show_is_what_is_printed() -> Result<()> {
    if unmet(&[Need::Watcher])?.is_some() {
        return Ok(());
    }
    let _turn = PAGES.lock().unwrap_or_else(PoisonError::into_inner);
    let namespaces = unmet(&[Need::Namespaces])?.is_none();
    let mut run = 0;
    let mut wrong = Vec::new();
    let mut show = |name: &str, text: &str, write: &dyn Fn(&str) -> Result<()>| -> Result<()> {
        let mut sheet = Sheet::read(text);
        assert_eq!(sheet.text(), text, "a page that is taken apart can be put together again");
        run += sheet.fill(namespaces).with_context(|| name.to_owned())?;
        match sheet.text() {
            printed if printed == text => {}
            printed if updates() => write(&printed)?,
            printed => wrong.push(format!("{name}: printed is\n{printed}")),
        }
        Ok(())
    };
    for finding in findings()? {
        show(&finding.code, &finding.documentation, &|text| {
            finding.rewrite(text)?;
            let page = root().join(format!("docs/findings/{}.md", finding.code));
            update(&page, &format!("# {}\n\n{text}", finding.code))
        })?;
    }
    for page in files(&root().join("docs"), "md")? {
        if page.parent().is_some_and(|directory| directory.ends_with("docs/findings")) {
            continue;
        }
        show(&page.display().to_string(), &fs::read_to_string(&page)?, &|text| update(&page, text))?;
    }
    ensure!(run > 30, "pages have examples that run: {run}");
    assert_eq!(wrong, Vec::<String>::new());
    Ok(())
}

#[test]
fn examples_are_without_mistakes() -> Result<()> {
    if unmet(&[Need::Watcher])?.is_some() {
        return Ok(());
    }
    let examples = files(&root().join("examples"), "yaml")?;
    ensure!(examples.len() >= 2, "there are examples: {examples:?}");
    for example in examples {
        let words = ["render".to_owned(), example.to_string_lossy().into_owned()].to_vec();
        let (_, errors) = render(&CommandLine { words, ..CommandLine::default() }, &root())?;
        let told = errors.lines().find(|line| line.starts_with("error") || line.starts_with("warning"));
        assert_eq!(told, None, "{}", example.display());
    }
    Ok(())
}

/// Whether pages are to be written anew.
fn updates() -> bool {
    std::env::var_os("UPDATE").is_some()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All files below a directory with this extension, in order.
fn files(directory: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).with_context(|| directory.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[expect(clippy::disallowed_methods, reason = "a page of the sources, and files of a test")]
fn update(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| path.display().to_string())
}
