use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::cli::UNIT_DIRECTORY;

/// Where systemd looks for units; one that is written elsewhere it doesn't find.
const KNOWN: &[&str] = &[UNIT_DIRECTORY, "/run/systemd/system", "/usr/local/lib/systemd/system"];

/// Whether systemd runs this machine and looks for units in this directory: else there is nobody to tell.
pub(crate) fn follows(directory: &Path) -> bool {
    // What sd_booted(3) looks at.
    Path::new("/run/systemd/system").is_dir() && KNOWN.iter().any(|known| Path::new(known) == directory)
}

/// Tells systemd: `systemctl ARGUMENTS`.
///
/// # Errors
/// Where it can't be started or refuses, with what it says.
#[expect(
    clippy::disallowed_methods,
    reason = "to install a service is to have systemctl do it, and nothing else is started"
)]
pub(crate) fn systemctl(arguments: &[&str]) -> anyhow::Result<()> {
    let line = format!("systemctl {}", arguments.join(" "));
    let output = Command::new("systemctl")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        bail!("`{line}`: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
