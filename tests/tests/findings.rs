//! The pages under `docs/`: each kind of finding has one, and what they show is what `docker-watcher render` prints.
//!
//! In a page, a fenced block with a file's name behind its language is that file. A `sh` block with a `docker-watcher render`
//! or `check` is run beside the page's files; a `text` block after it holds what stands on standard error, a `yaml`, `toml` or `json`
//! block what stands on standard output. One that begins with `ip netns add` is run whole, as root in namespaces of its own; a
//! `text` block after it holds all that is printed. With `UPDATE=1` the pages are written anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use portolan_tests::{Need, command, program, unmet};

/// Where the files of examples lie, as pages have it.
const DIRECTORY: &str = "/srv/demo";

/// Codes that no run on a small file or in a namespace shows, each with the reason.
const NOT_SHOWN: &[(&str, &str)] = &[
    ("compose-too-large", "takes a file of megabytes"),
    ("not-published", "takes podman-hook and a container without an address"),
    ("overruled", "takes two engines"),
    ("network-no-entry", "takes a container and a service that lacks root's powers"),
];

const HEADINGS: [&str; 4] =
    ["## What it means", "## Example", "## What to do", "## Where the rule comes from"];

#[test]
fn every_code_has_a_page_and_every_page_a_code() -> Result<()> {
    let mut codes = BTreeSet::new();
    for source in files(&root().join("crates"), "rs")? {
        let text = fs::read_to_string(&source)?;
        let constants = text.lines().filter(|line| line.starts_with("pub const "));
        codes.extend(
            constants
                .filter_map(|line| Some(line.split_once("= Code(\"")?.1.strip_suffix("\");")?.to_owned())),
        );
    }
    ensure!(codes.len() > 20, "the codes are found: {codes:?}");
    let pages = files(&root().join("docs/findings"), "md")?;
    let pages: BTreeSet<String> =
        pages.iter().map(|page| stem(page)).filter(|name| name != "README").collect();
    assert_eq!(codes, pages);

    let index = fs::read_to_string(root().join("docs/findings/README.md"))?;
    let listed: BTreeSet<String> = index
        .lines()
        .filter_map(|line| Some(line.strip_prefix("| [`")?.split_once("`]")?.0.to_owned()))
        .collect();
    assert_eq!(codes, listed, "the index lists them");
    Ok(())
}

#[test]
fn every_finding_is_told_in_the_same_order() -> Result<()> {
    for page in files(&root().join("docs/findings"), "md")? {
        let name = stem(&page);
        if name == "README" {
            continue;
        }
        let text = fs::read_to_string(&page)?;
        ensure!(text.starts_with(&format!("# {name}\n")), "`{name}` begins with its name");
        let headings: Vec<_> = text.lines().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(headings, HEADINGS, "`{name}`");
        let shown = text.contains(&format!("[{name}]: "));
        let excused = NOT_SHOWN.iter().any(|(code, _)| *code == name);
        ensure!(shown, "`{name}` shows its message");
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
    let namespaces = unmet(&[Need::Namespaces])?.is_none();
    let mut run = 0;
    let mut wrong = Vec::new();
    for page in files(&root().join("docs"), "md")? {
        let text = fs::read_to_string(&page)?;
        let mut sheet = Sheet::read(&text);
        assert_eq!(sheet.text(), text, "a page that is taken apart can be put together again");
        run += sheet.fill(namespaces).with_context(|| page.display().to_string())?;
        if sheet.text() != text {
            if std::env::var_os("UPDATE").is_some() {
                update(&page, &sheet.text())?;
            } else {
                wrong.push(format!("{}: printed is\n{}", page.display(), sheet.text()));
            }
        }
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

/// A page as prose and fenced blocks.
struct Sheet(Vec<Part>);

struct Part {
    /// What stands behind the opening fence; absent for prose.
    info: Option<String>,
    lines: Vec<String>,
}

impl Sheet {
    fn read(text: &str) -> Self {
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

    fn text(&self) -> String {
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
    fn fill(&mut self, namespaces: bool) -> Result<usize> {
        let scratch = tempfile::tempdir()?;
        let directory = scratch.path().join("demo");
        fs::create_dir(&directory)?;
        let mut run = 0;
        let mut printed: Option<(String, String)> = None;
        let mut asked = false;
        for Part { info, lines } in &mut self.0 {
            let Some(info) = info else { continue };
            ensure!(
                info != "text" || !asked || printed.is_some(),
                "output that nothing here prints: {lines:?}"
            );
            asked = info == "sh" || (asked && info == "text");
            match info.split_once(' ') {
                Some((_, name)) => {
                    printed = None;
                    let file = directory.join(name);
                    fs::create_dir_all(file.parent().context("a file has a directory")?)?;
                    update(&file, &(lines.join("\n") + "\n"))?;
                    if name == "docker-watcher.yml" {
                        update(&directory.join("none.json"), "[]\n")?;
                        let words = ["render", "--config", name, "none.json"].map(str::to_owned).to_vec();
                        let (_, errors) =
                            render(&CommandLine { words, ..CommandLine::default() }, &directory)?;
                        ensure!(errors.is_empty(), "the settings `{name}` load: {errors}");
                    }
                }
                None => match (info.as_str(), &printed) {
                    ("sh", _) if lines.first().is_some_and(|line| line.starts_with("ip netns add ")) => {
                        asked = namespaces;
                        run += usize::from(namespaces);
                        printed = namespaces.then(|| in_namespaces(lines, &directory)).transpose()?;
                    }
                    ("sh", _) => {
                        printed = match lines.iter().find_map(|line| command_line(line)) {
                            Some(command) => {
                                run += 1;
                                Some(render(&command, &directory)?)
                            }
                            None => None,
                        }
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

/// What to run: variables before the program's name, and the words after it.
#[derive(Default)]
struct CommandLine {
    variables: Vec<(String, String)>,
    words: Vec<String>,
}

/// The commands of pages that read files and change nothing.
const COMMANDS: [&str; 2] = ["render", "check"];

/// A `docker-watcher render` or `check`, if it reads a file that the page gives.
fn command_line(line: &str) -> Option<CommandLine> {
    let mut words = words(line).into_iter().peekable();
    let mut variables = Vec::new();
    while let Some((name, value)) = words.peek().and_then(|word| word.split_once('=')) {
        variables.push((name.to_owned(), value.to_owned()));
        words.next();
    }
    let words: Vec<String> = words.collect();
    let endings = [".yaml", ".json", ".container"];
    let source = words.last().is_some_and(|word| endings.iter().any(|ending| word.ends_with(ending)));
    let beside = !words.last().is_some_and(|word| word.contains('/'));
    let ours =
        words.first()? == "docker-watcher" && COMMANDS.contains(&words.get(1)?.as_str()) && source && beside;
    ours.then(|| CommandLine { variables, words: words.into_iter().skip(1).collect() })
}

/// As a shell splits them; single quotes are all that pages need.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            other => word.push(other),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// Standard output and standard error; findings of `check`, which are its output, count as said.
fn render(CommandLine { variables, words }: &CommandLine, directory: &Path) -> Result<(String, String)> {
    let mut command = program()?;
    command.args(words).current_dir(directory).env_clear().env("PORTOLAN_CONFIG", "");
    command.envs(variables.iter().cloned()).stdin(std::process::Stdio::null());
    let output = command.output()?;
    let plain =
        |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&*directory.to_string_lossy(), DIRECTORY);
    let (printed, said) = (plain(&output.stdout), plain(&output.stderr));
    let is_check = words.first().is_some_and(|word| word == "check");
    Ok(if is_check { (String::new(), printed) } else { (printed, said) })
}

/// What the lines print in all, run by a shell in a network namespace, and with an empty `/run`, that nothing else uses.
fn in_namespaces(lines: &[String], directory: &Path) -> Result<(String, String)> {
    let watcher = PathBuf::from(program()?.get_program());
    let beside = watcher.parent().context("a program is in a directory")?;
    let path = format!("{}:{}", beside.display(), std::env::var("PATH")?);
    let script = format!("exec 2>&1\nmount -t tmpfs tmpfs /run\n{}", lines.join("\n"));
    let mut shell = command("unshare");
    shell.args(["--net", "--mount", "sh", "-c", &script]).current_dir(directory);
    shell.env_clear().env("PATH", path).env("PORTOLAN_CONFIG", "");
    let output = shell.stdin(std::process::Stdio::null()).output()?;
    ensure!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok((String::new(), String::from_utf8_lossy(&output.stdout).into_owned()))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
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
