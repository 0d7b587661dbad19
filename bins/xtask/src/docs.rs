//! `cargo xtask docs`: the pages that are written from the sources.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::cli::DocsOptions;
use crate::workspace;

/// A generated page: where it stands, and what writes it.
struct Page {
    path: &'static str,
    write: fn() -> Result<String>,
}

const PAGES: &[Page] = &[];

/// Writes the pages, or with `--check` tells which are out of date; whether all is well.
pub(crate) fn run(options: &DocsOptions) -> Result<bool> {
    if options.check {
        return up_to_date();
    }
    for page in PAGES {
        let path = page.absolute();
        let text = (page.write)()?;
        if fs::read_to_string(&path).is_ok_and(|found| found == text) {
            continue;
        }
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)
                .with_context(|| format!("cannot make `{}`", directory.display()))?;
        }
        #[expect(clippy::disallowed_methods, reason = "a page of the sources: nobody reads it meanwhile")]
        fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
        println!("wrote {}", page.path);
    }
    Ok(true)
}

/// Whether each page is what would be written; says which is not.
pub(crate) fn up_to_date() -> Result<bool> {
    let mut all = true;
    for page in PAGES {
        let found = fs::read_to_string(page.absolute()).unwrap_or_default();
        if found != (page.write)()? {
            println!("{} is not up to date", page.path);
            all = false;
        }
    }
    Ok(all)
}

impl Page {
    fn absolute(&self) -> PathBuf {
        workspace::root().join(self.path)
    }
}
