use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::make_venv;
use crate::process::{command, quiet};
use crate::workspace;

/// A virtual environment with packages of the Python index, each in the version that is named.
#[derive(Debug)]
pub(super) struct Environment {
    /// Its folder in `.tools/`.
    pub(super) name: &'static str,
    /// Texts as `pip` reads them, with all that the packages depend on: nothing else is installed.
    pub(super) requirements: &'static [&'static str],
}

impl Environment {
    /// Makes it, unless it is there with these very requirements, and gives the path of its Python.
    pub(super) fn install(&self) -> Result<PathBuf> {
        let venv = workspace::tools().join(self.name);
        let python = venv.join("bin/python");
        let wanted = self.requirements.concat();
        let installed = venv.join("installed.txt");
        if python.exists() && fs::read_to_string(&installed).is_ok_and(|found| found == wanted) {
            return Ok(python);
        }
        make_venv(&venv)?;
        eprintln!("    installing {} into {}", self.name, venv.display());
        let asked = venv.join("requirements.txt");
        let write = |path: &PathBuf| {
            let written = File::create(path).and_then(|mut file| file.write_all(wanted.as_bytes()));
            written.with_context(|| format!("cannot write `{}`", path.display()))
        };
        write(&asked)?;
        quiet(
            command(&python)
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"])
                .arg("--requirement")
                .arg(&asked),
        )?;
        // Written last: an installation that was interrupted is done again.
        write(&installed)?;
        Ok(python)
    }
}
