//! `cargo xtask docs`: the pages that are written from the sources, completions for shells among them.

mod command_lines;

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, Result};

use crate::cli::DocsOptions;
use crate::process::{capture, cargo, command, quiet, run as start};
use crate::workspace;

/// The programs whose command lines have a page each, from what they say of themselves.
const PROGRAMS: [&str; 3] = ["docker-watcher", "jupyterhub-proxy", "podman-hook"];

/// Tests that hold pages equal to what they are made from, or with `UPDATE=1` write them: arguments of `cargo test`.
const TESTS: [&[&str]; 3] = [
    &["--package", "portolan-settings", "reference"],
    &["--package", "portolan-tests", "--test", "labels", "the_page"],
    &["--package", "portolan-tests", "--test", "pages", "pages_are_made"],
];

/// Writes the pages, or with `--check` tells which are out of date; whether all is well.
pub(crate) fn run(options: &DocsOptions) -> Result<bool> {
    if !options.check {
        // First of all: the programs have them inside.
        command_lines::write()?;
    }
    quiet(cargo().args(["build", "--locked"]).args(PROGRAMS.map(|program| format!("--package={program}"))))?;
    if options.check {
        let tests =
            TESTS.iter().filter(|test| quiet(cargo().args(["test", "--locked"]).args(**test)).is_err());
        let stale = tests.inspect(|test| println!("`cargo test {}` fails", test.join(" "))).count();
        return Ok(commands_up_to_date()? && stale == 0);
    }
    for test in TESTS {
        start(cargo().args(["test", "--locked"]).args(test).env("UPDATE", "1"))?;
    }
    for program in PROGRAMS {
        let text = commands(program)?;
        let path = workspace::root().join(page(program));
        #[expect(clippy::disallowed_methods, reason = "a page of the sources: nobody reads it meanwhile")]
        fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
        println!("wrote {}", page(program));
    }
    Ok(true)
}

/// Whether the pages of commands are what the programs, as they were built last, say of themselves, and completions and pages for `man`
/// what their command lines are; tells which are not.
pub(crate) fn commands_up_to_date() -> Result<bool> {
    let mut all = command_lines::up_to_date()?;
    for program in PROGRAMS {
        let found = fs::read_to_string(workspace::root().join(page(program))).unwrap_or_default();
        if found != commands(program)? {
            println!("{} is not up to date", page(program));
            all = false;
        }
    }
    Ok(all)
}

/// Where a program's page is, from the root.
fn page(program: &str) -> String {
    format!("docs/reference/{program}.md")
}

/// The page of commands: the help text of the program, then of each of its commands and of theirs.
fn commands(program: &str) -> Result<String> {
    let help = |arguments: &[&str]| {
        let program = workspace::built(program);
        capture(command(program).args(arguments).arg("--help").env_remove("COLUMNS"))
    };
    let overview = help(&[])?;
    let mut page =
        format!("<!-- Made from the program's help; `cargo xtask docs` writes it anew. -->\n\n# {program}\n");
    let _ = write!(page, "\n```text\n{}\n```\n", trimmed(&overview));
    for name in names(&overview) {
        let of_command = help(&[name])?;
        let _ = write!(page, "\n## {name}\n\n```text\n{}\n```\n", trimmed(&of_command));
        for inner in names(&of_command) {
            let text = help(&[name, inner])?;
            let _ = write!(page, "\n### {name} {inner}\n\n```text\n{}\n```\n", trimmed(&text));
        }
    }
    Ok(page)
}

/// The commands that a help text lists.
fn names(help: &str) -> impl Iterator<Item = &str> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands = lines.take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    commands.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help")
}

fn trimmed(text: &str) -> String {
    text.trim_end().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_from_the_help() {
        let help = "What it is\n\nUsage: x <COMMAND>\n\nCommands:\n  run     Follow\n          the engine\n  render  Write\n  help    Print\n\nOptions:\n  -h\n";
        assert_eq!(names(help).collect::<Vec<_>>(), ["run", "render"]);
        assert_eq!(names("Usage: x\n").count(), 0);
    }
}
