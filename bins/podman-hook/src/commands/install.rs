use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use portolan_program::running::{Starter, running_program};
use portolan_program::{configure, report};
use portolan_traefik::Directory;

use crate::cli::InstallArguments;
use crate::install::{Conf, HookFile, Places, variable};
use crate::publish::STEM;

pub(crate) fn run(arguments: &InstallArguments) -> anyhow::Result<ExitCode> {
    let starter = if arguments.user { Starter::User(nix::unistd::geteuid().as_raw()) } else { Starter::Root };
    let (program, doubt) = running_program(starter)?;
    if let Some(doubt) = doubt {
        let help = doubt.help();
        if !arguments.print {
            return Err(report::with_help(doubt.into(), Some(help)));
        }
        report::line("warning", &doubt.to_string(), Some(&help));
    }
    let places = Places::new(arguments.user, arguments.hooks_dir.as_deref())?;
    // Told here, where somebody looks, and not by a hook that nobody sees.
    let settings = configure::settings_of_service(None)?;
    configure::policy(&settings)?;
    let output = output(arguments)?;
    let records = records(arguments);
    let mut variables: BTreeMap<&str, &Path> = BTreeMap::new();
    variables.extend(output.as_deref().map(|path| ("PORTOLAN_OUTPUT", path)));
    variables.extend(records.as_deref().map(|path| ("PORTOLAN_HOOK_DIRECTORY", path)));
    let hook = HookFile::new(&program, &variables)?.text()?;
    let conf = Conf::read(&places)?;
    let hooks =
        places.hooks.to_str().with_context(|| format!("`{}` is not UTF-8", places.hooks.display()))?;
    let drop_in = conf.with(hooks).text();
    let files = [(places.hook(), hook), (places.drop_in(), drop_in)];
    if arguments.print {
        for (file, text) in &files {
            write!(io::stdout(), "==> {} <==\n{text}\n", file.path().display()).context("standard output")?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let output = output.unwrap_or_else(|| settings.output.clone());
    if !output.exists() {
        let directory = Directory::new(&output, STEM, configure::format(&settings));
        directory.map_err(report::directory)?.prepare().map_err(report::directory)?;
        written(&output)?;
    }
    for (file, text) in &files {
        if file.write(text, arguments.force)? {
            written(file.path())?;
        } else {
            report::line("info", &format!("unchanged: `{}`", file.path().display()), None);
        }
    }
    for later in &conf.later {
        let message =
            format!("`{}` names directories for hooks too, and Podman reads it after ours", later.display());
        report::line("warning", &message, Some(&format!("add `{hooks}` to `hooks_dir` there")));
    }
    if conf.later.is_empty() {
        let next = "containers that run already are not known to the hook: start them again";
        report::line("info", "Podman calls the hook from now on", Some(next));
    }
    Ok(ExitCode::SUCCESS)
}

/// The directory for Traefik's files that the hook is to be told; none where the settings say it.
fn output(arguments: &InstallArguments) -> anyhow::Result<Option<PathBuf>> {
    if let Some(output) = &arguments.output {
        return std::path::absolute(output).map(Some).with_context(|| format!("`{}`", output.display()));
    }
    if !arguments.user {
        return Ok(None);
    }
    let data = variable("XDG_DATA_HOME").or_else(|| Some(variable("HOME")?.join(".local/share")));
    Ok(data.map(|data| data.join("portolan/dynamic")))
}

/// The directory of a user's records: a hook has none of the user's variables.
fn records(arguments: &InstallArguments) -> Option<PathBuf> {
    let runtime = variable("XDG_RUNTIME_DIR").filter(|_| arguments.user);
    runtime.map(|runtime| runtime.join("portolan/podman-hook"))
}

/// Tells, on standard output, a path that is written or removed.
pub(super) fn written(path: &Path) -> anyhow::Result<()> {
    writeln!(io::stdout(), "{}", path.display()).context("standard output")
}
