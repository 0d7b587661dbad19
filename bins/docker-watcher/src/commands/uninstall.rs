use std::process::ExitCode;

use super::install::written;
use crate::cli::UninstallArguments;
use crate::report;
use crate::systemd::{follows, systemctl};
use crate::unit::{Found, NAME, UnitFile};

pub(crate) fn run(arguments: &UninstallArguments) -> anyhow::Result<ExitCode> {
    let file = UnitFile::new(&arguments.unit_dir);
    match file.find()? {
        Found::Nothing => {
            report::line("info", &format!("not installed: there is no `{}`", file.path().display()), None);
        }
        Found::Foreign => {
            let help = "what somebody else made is theirs to remove".to_owned();
            return Err(report::with_help(file.foreign(), Some(help)));
        }
        Found::Ours(_) => {
            let followed = follows(&arguments.unit_dir);
            if followed {
                systemctl(&["--quiet", "disable", "--now", NAME])?;
            }
            file.remove()?;
            written(file.path())?;
            if followed {
                systemctl(&["daemon-reload"])?;
            }
            report::line("info", "removed; settings, scripts and the files for Traefik stay", None);
        }
    }
    Ok(ExitCode::SUCCESS)
}
