use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use portolan_tests::{command, program};

/// Where the files of examples lie, as pages have it.
const DIRECTORY: &str = "/srv/demo";

/// What to run: variables before the program's name, and the words after it.
#[derive(Default)]
pub(crate) struct CommandLine {
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) words: Vec<String>,
}

/// The commands of pages that read files and change nothing.
const COMMANDS: [&str; 3] = ["render", "check", "explain"];

/// Whether these lines are run as root in namespaces of their own.
pub(crate) fn takes_namespaces(lines: &[String]) -> bool {
    lines.first().is_some_and(|line| line.starts_with("ip netns add "))
}

/// The command lines of a block, if all of it are such that are run beside the page's files.
pub(crate) fn command_lines(lines: &[String]) -> Option<Vec<CommandLine>> {
    lines.iter().map(|line| command_line(line)).collect()
}

/// A `docker-watcher render`, `check` or `explain`, if it reads a file that the page gives.
fn command_line(line: &str) -> Option<CommandLine> {
    let mut words = words(line).into_iter().peekable();
    let mut variables = Vec::new();
    while let Some((name, value)) = words.peek().and_then(|word| word.split_once('=')) {
        variables.push((name.to_owned(), value.to_owned()));
        words.next();
    }
    let words: Vec<String> = words.collect();
    let endings = [".yaml", ".json", ".container"];
    // A file that the page gives, or all of them.
    let is_source = |word: &String| {
        word == "." || (!word.contains('/') && endings.iter().any(|ending| word.ends_with(ending)))
    };
    let source = words.last().is_some_and(is_source);
    let ours = words.first()? == "docker-watcher" && COMMANDS.contains(&words.get(1)?.as_str()) && source;
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

/// What goes to `yaml`, `toml` and `json` blocks, and what to `text`: standard output and standard error; of the commands that print for
/// people, the former goes to the latter.
pub(crate) fn render(
    CommandLine { variables, words }: &CommandLine,
    directory: &Path,
) -> Result<(String, String)> {
    let mut command = program()?;
    command.args(words).current_dir(directory).env_clear().env("PORTOLAN_CONFIG", "");
    command.envs(variables.iter().cloned()).stdin(std::process::Stdio::null());
    let output = command.output()?;
    let plain =
        |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&*directory.to_string_lossy(), DIRECTORY);
    let (printed, said) = (plain(&output.stdout), plain(&output.stderr));
    let is_render = words.first().is_some_and(|word| word == "render");
    Ok(if is_render { (printed, said) } else { (String::new(), printed) })
}

/// The same of several, one after the other.
pub(crate) fn render_all(commands: &[CommandLine], directory: &Path) -> Result<(String, String)> {
    let mut all = (String::new(), String::new());
    for command in commands {
        let (printed, said) = render(command, directory)?;
        all.0 += &printed;
        all.1 += &said;
    }
    Ok(all)
}

/// What the lines print in all, run by a shell in a network namespace, and with an empty `/run`, that nothing else uses.
pub(crate) fn in_namespaces(lines: &[String], directory: &Path) -> Result<(String, String)> {
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
