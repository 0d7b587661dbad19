use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::Context as _;
use portolan_agent::{Certificates, Pair};

use crate::cli::AgentInitArguments;
use crate::commands::install::written;
use crate::report;

pub(super) fn run(arguments: &AgentInitArguments) -> anyhow::Result<ExitCode> {
    let made = Certificates::make(&arguments.names, SystemTime::now()).map_err(report::agent)?;
    let here = &arguments.directory;
    let client = here.join("client");
    let places = [(here.as_path(), &made.agent), (client.as_path(), &made.client)];
    if !arguments.force {
        let files = places.iter().flat_map(|(directory, _)| NAMES.map(|name| directory.join(name)));
        if let Some(found) = files.into_iter().find(|path| path.symlink_metadata().is_ok()) {
            let error = anyhow::anyhow!("`{}` is there already", found.display());
            let help =
                "name another directory, or replace the files by `--force`: all sides need the new ones then";
            return Err(report::with_help(error, Some(help.to_owned())));
        }
    }
    for (directory, pair) in places {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .with_context(|| format!("`{}`", directory.display()))?;
        write(directory, &made.authority, pair)?;
    }
    let name = arguments.names.first().map(String::as_str).unwrap_or_default();
    let next = format!(
        "bring `{}` to the watcher's machine, name the files there under `providers.agents` for `{name}:8890`, and remove it here",
        client.display()
    );
    report::line("info", "the certificates are made", Some(&next));
    Ok(ExitCode::SUCCESS)
}

const NAMES: [&str; 3] = ["ca.pem", "cert.pem", "key.pem"];

/// The three files of one side. Nobody but its user may read the key, at no moment.
fn write(directory: &Path, authority: &str, pair: &Pair) -> anyhow::Result<()> {
    for (name, text) in NAMES.into_iter().zip([authority, &pair.certificate, &pair.key]) {
        let path = directory.join(name);
        // Not written over: it may be open somewhere, or a link to somewhere else.
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("`{}`", path.display()));
            }
            _ => {}
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        file.and_then(|mut file| file.write_all(text.as_bytes()))
            .with_context(|| format!("`{}`", path.display()))?;
        written(&path)?;
    }
    Ok(())
}
