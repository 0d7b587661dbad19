use std::fs::DirBuilder;
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use portolan_program::running::{Starter, running_program};
use portolan_traefik::{Directory, Format};

use super::render::STEM;
use crate::cli::InstallArguments;
use crate::systemd::{follows, systemctl};
use crate::unit::{Feature, Found, NAME, Output, RUNTIME, Unit, UnitFile};
use crate::{configure, report};

/// What PrivateTmp= of the unit replaces: a path in there would be another to the service than to everybody else.
const REPLACED: &[&str] = &["/tmp", "/var/tmp"];

pub(crate) fn run(arguments: &InstallArguments) -> anyhow::Result<ExitCode> {
    let (program, doubt) = running_program(Starter::Root)?;
    let (unit, format) = unit(arguments, program)?;
    let text = unit.text()?;
    if arguments.print {
        if let Some(doubt) = doubt {
            report::line("warning", &doubt.to_string(), Some(&doubt.help()));
        }
        io::stdout().lock().write_all(text.as_bytes()).context("standard output")?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(doubt) = doubt {
        let help = doubt.help();
        return Err(report::with_help(doubt.into(), Some(help)));
    }

    // First the directory: a service that may write to a directory which is not there does not start.
    if !unit.output.path().exists() {
        let mut directory = Directory::new(unit.output.path(), STEM, format).map_err(report::directory)?;
        directory.prepare().map_err(report::directory)?;
        written(unit.output.path())?;
    }
    for directory in unit.others.iter().filter(|directory| !directory.exists()) {
        let made = DirBuilder::new().recursive(true).mode(0o750).create(directory);
        made.with_context(|| format!("cannot make the directory `{}`", directory.display()))?;
        written(directory)?;
    }
    let file = UnitFile::new(&arguments.unit_dir);
    let found = file.find()?;
    if found == Found::Foreign && !arguments.force {
        let help = "remove it, or replace it by --force".to_owned();
        return Err(report::with_help(file.foreign(), Some(help)));
    }
    let changed = found != Found::Ours(text.clone().into_bytes());
    if changed {
        file.write(&text)?;
        written(file.path())?;
    } else {
        report::line("info", &format!("unchanged: `{}`", file.path().display()), None);
    }
    start(arguments, changed)?;
    Ok(ExitCode::SUCCESS)
}

/// What the service is to be, by the settings that it will find: variables of this process are not among them.
fn unit(arguments: &InstallArguments, program: PathBuf) -> anyhow::Result<(Unit, Format)> {
    let config = arguments.config.as_deref().map(absolute).transpose()?;
    let output = arguments.output.as_deref().map(absolute).transpose()?;
    let settings = configure::settings_of_service(config.as_deref())?;
    // Told here, where somebody looks, and not by a service that does not start.
    configure::policy(&settings)?;
    let feature = |enabled, refused| match (refused, enabled) {
        (true, _) => Feature::Refused,
        (false, true) => Feature::On,
        (false, false) => Feature::Off,
    };
    let network = feature(settings.network.enabled, arguments.no_network);
    let scripts = feature(settings.scripts.enabled, arguments.no_scripts);
    let format = configure::format(&settings);
    let state = (network == Feature::On).then_some(settings.network.state.as_path());
    let files = settings.status.socket.as_deref().into_iter().chain(state);
    let others = others(files)?;
    let output = output.map_or(Output::Settings(settings.output), Output::Flag);
    let unit = Unit { program, config, output, others, network, scripts };
    let directories = [unit.output.path()].into_iter().chain(unit.others.iter().map(PathBuf::as_path));
    let config = unit.config.iter().map(|path| ("settings file", path.as_path()));
    for (what, path) in config.chain(directories.map(|path| ("directory", path))) {
        if REPLACED.iter().any(|replaced| path.starts_with(replaced)) {
            let error = anyhow::anyhow!("the service would not see the {what} `{}`", path.display());
            let help = "it has a /tmp and a /var/tmp of its own: choose a path elsewhere".to_owned();
            return Err(report::with_help(error, Some(help)));
        }
    }
    Ok((unit, format))
}

/// The directories of files that the service makes, but for the one that systemd makes for it.
fn others<'p>(files: impl Iterator<Item = &'p Path>) -> anyhow::Result<Vec<PathBuf>> {
    let mut directories = Vec::new();
    for file in files {
        let file = absolute(file)?;
        let Some(directory) = file.parent() else { continue };
        if directory == Path::new("/run") {
            let error =
                anyhow::anyhow!("the service would have to write to all of `/run` for `{}`", file.display());
            let help = format!("choose a directory of its own for it, as `{RUNTIME}`");
            return Err(report::with_help(error, Some(help)));
        }
        if !directory.starts_with(RUNTIME) && !directories.iter().any(|known| known == directory) {
            directories.push(directory.to_owned());
        }
    }
    Ok(directories)
}

fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("`{}`", path.display()))
}

/// Has systemd take up the unit, or says what to do where there is none.
fn start(arguments: &InstallArguments, changed: bool) -> anyhow::Result<()> {
    if !follows(&arguments.unit_dir) {
        let help = format!("later, where systemd runs and finds the unit: `systemctl enable --now {NAME}`");
        report::line("info", "systemd is not running here, or does not look for units there", Some(&help));
        return Ok(());
    }
    if changed {
        systemctl(&["daemon-reload"])?;
    }
    systemctl(&["--quiet", "enable", NAME])?;
    if arguments.no_start {
        report::line("info", "enabled", Some(&format!("to start it now: `systemctl start {NAME}`")));
        return Ok(());
    }
    // Not waited for: it is ready when the engine has answered, and the engine may be away.
    systemctl(&["--no-block", if changed { "restart" } else { "start" }, NAME])?;
    report::line("info", "enabled and started", Some(&format!("how it fares: `systemctl status {NAME}`")));
    Ok(())
}

/// Tells, on standard output, a path that is written or removed.
pub(in crate::commands) fn written(path: &Path) -> anyhow::Result<()> {
    writeln!(io::stdout(), "{}", path.display()).context("standard output")
}
