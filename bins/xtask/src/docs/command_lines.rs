//! What is made of the programs' command lines: completions for shells, and pages for `man`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Command, CommandFactory as _};
use clap_complete::Shell;

use crate::workspace;

// The file of each program that says what its command line is, as it stands: it needs nothing but clap.
#[expect(dead_code, reason = "what a program does with its arguments is not done here")]
#[path = "../../../docker-watcher/src/cli.rs"]
mod docker_watcher;
#[cfg_attr(not(test), expect(dead_code, reason = "what a program does with its arguments is not done here"))]
#[path = "../../../jupyterhub-proxy/src/cli.rs"]
mod jupyterhub_proxy;
#[path = "../../../podman-hook/src/cli.rs"]
mod podman_hook;

/// The shells that completions are made for: each program has a command `completions` for the same.
const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Zsh, Shell::Fish];

/// Where the files are, from the root.
const DIRECTORIES: [&str; 2] = ["docs/completions", "docs/man"];

/// Writes the files anew, and removes those of commands that there are no more.
pub(super) fn write() -> Result<()> {
    let made = made()?;
    for path in found()?.into_keys().filter(|path| !made.contains_key(path)) {
        fs::remove_file(workspace::root().join(&path)).with_context(|| path.display().to_string())?;
        println!("removed {}", path.display());
    }
    for (path, text) in made {
        #[expect(clippy::disallowed_methods, reason = "a file of the sources: nobody reads it meanwhile")]
        fs::write(workspace::root().join(&path), text).with_context(|| path.display().to_string())?;
        println!("wrote {}", path.display());
    }
    Ok(())
}

/// Whether the files are what would be written; tells which are not.
pub(super) fn up_to_date() -> Result<bool> {
    let (made, found) = (made()?, found()?);
    let paths = made.keys().chain(found.keys().filter(|path| !made.contains_key(*path)));
    let stale: Vec<_> = paths.filter(|path| made.get(*path) != found.get(*path)).collect();
    stale.iter().for_each(|path| println!("{} is not up to date", path.display()));
    Ok(stale.is_empty())
}

fn programs() -> [Command; 3] {
    [docker_watcher::Cli::command(), jupyterhub_proxy::Cli::command(), podman_hook::Cli::command()]
}

/// The files by path from the root: as the crates of clap make them.
fn made() -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let scratch = tempfile::tempdir().context("no temporary directory")?;
    let [completions, manual] = DIRECTORIES.map(|directory| scratch.path().join(directory));
    for directory in [&completions, &manual] {
        fs::create_dir_all(directory)?;
    }
    for command in programs() {
        let name = command.get_name().to_owned();
        for shell in SHELLS {
            let file = clap_complete::generate_to(shell, &mut offered(&command), &name, &completions)?;
            if shell == Shell::Bash {
                mend(&file, &name)?;
            }
        }
        clap_mangen::generate_to(command, &manual)?;
    }
    files(scratch.path())
}

/// A command line without what is hidden, which clap_complete would offer like the rest: what the program itself calls, and options that
/// are taken for the sake of other programs alone.
fn offered(command: &Command) -> Command {
    let arguments = command.get_arguments().filter(|it| !it.is_hide_set()).cloned();
    let commands = command.get_subcommands().filter(|it| !it.is_hide_set()).map(offered);
    let offered = Command::new(command.get_name().to_owned()).args(arguments).subcommands(commands);
    let offered = offered.disable_help_subcommand(command.is_disable_help_subcommand_set());
    let offered = match command.get_version() {
        Some(version) => offered.version(version.to_owned()),
        None => offered,
    };
    match command.get_about() {
        Some(about) => offered.about(about.clone()),
        None => offered,
    }
}

/// Has the script for bash call a program with a hyphen in its name by one name throughout: clap_complete 4.6.12 looks for commands
/// under one and has them under another, so that nothing is offered behind a command.
fn mend(file: &Path, name: &str) -> Result<()> {
    let text = fs::read_to_string(file)?.replace(&name.replace('-', "__subcmd__"), &name.replace('-', "__"));
    #[expect(clippy::disallowed_methods, reason = "a file in a directory of our own")]
    fs::write(file, text).with_context(|| file.display().to_string())
}

/// The files by path from the root: as they are there.
fn found() -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    files(&workspace::root())
}

fn files(root: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for directory in DIRECTORIES.map(Path::new) {
        for entry in fs::read_dir(root.join(directory)).with_context(|| directory.display().to_string())? {
            let entry = entry?;
            files.insert(directory.join(entry.file_name()), fs::read(entry.path())?);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_up_to_date() {
        assert!(up_to_date().expect("they are made"), "`cargo xtask docs` writes them anew");
    }

    #[test]
    fn what_is_hidden_is_not_offered() {
        for (path, text) in made().expect("they are made") {
            let text = String::from_utf8_lossy(&text);
            for hidden in ["storage-backend", "worker"] {
                assert!(!text.contains(hidden), "{}: {hidden}", path.display());
            }
        }
    }

    #[test]
    fn each_program_prints_the_completions_that_there_are() {
        let shells: Vec<_> = SHELLS.iter().map(ToString::to_string).collect();
        for mut command in programs() {
            command.build();
            let completions = command.find_subcommand("completions").expect("there is the command");
            let shell = completions.get_positionals().next().expect("it takes a shell");
            let taken: Vec<_> =
                shell.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
            assert_eq!(taken, shells, "{}", command.get_name());
        }
    }
}
