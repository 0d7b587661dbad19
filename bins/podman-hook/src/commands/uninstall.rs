use std::process::ExitCode;

use portolan_program::report;

use super::install::written;
use crate::cli::UninstallArguments;
use crate::install::Places;

pub(crate) fn run(arguments: &UninstallArguments) -> anyhow::Result<ExitCode> {
    let places = Places::new(arguments.user, arguments.hooks_dir.as_deref())?;
    // First the drop-in: without it, nothing is called.
    for file in [places.drop_in(), places.hook()] {
        if file.remove()? {
            written(file.path())?;
        } else {
            report::line("info", &format!("not installed: there is no `{}`", file.path().display()), None);
        }
    }
    report::line("info", "settings, records and the files for Traefik stay", None);
    Ok(ExitCode::SUCCESS)
}
