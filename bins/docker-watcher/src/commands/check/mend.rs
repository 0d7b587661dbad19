use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use portolan_check::fix;
use tempfile::NamedTempFile;

use super::Told;

/// Changes in one file: what is there now, and what takes its place, by where it is.
type Changes = BTreeMap<(usize, usize), String>;

/// Mends in the files what is certain; how many places were changed. Comments and layout stay as they are.
pub(super) fn mend(told: &[Told]) -> anyhow::Result<usize> {
    let mut files: BTreeMap<PathBuf, (String, Changes)> = BTreeMap::new();
    for it in told.iter().filter(|it| it.is_label) {
        let (Some(location), Some(container), Some(label)) =
            (&it.location, &it.container, &it.diagnostic.label)
        else {
            continue;
        };
        let value = container.labels.get(&label.key).map(String::as_str).unwrap_or_default();
        let (Some(fix), Some(path)) = (fix(&it.diagnostic, value), &location.path) else { continue };
        let Range { start, end } = location.bytes.clone();
        // An escape or a variable may stand between the label and its text: then nothing is certain.
        if location.text.get(start..end) == Some(fix.before.as_str()) {
            let (_, changes) =
                files.entry(path.clone()).or_insert_with(|| (location.text.to_string(), Changes::new()));
            changes.insert((start, end), fix.after);
        }
    }
    let mut mended = 0;
    for (path, (mut text, changes)) in files {
        let mut before = usize::MAX;
        for ((start, end), after) in changes.into_iter().rev().filter(|((start, end), _)| start <= end) {
            if end <= before {
                text.replace_range(start..end, &after);
                before = start;
                mended += 1;
            }
        }
        replace(&path, &text).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(mended)
}

/// Replaces a file in one rename, with the permissions that it had.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    // Where the path is a link, what it leads to is replaced.
    let path = fs::canonicalize(path)?;
    // A mark at the beginning was not read.
    let mark = if fs::read(&path)?.starts_with("\u{feff}".as_bytes()) { "\u{feff}" } else { "" };
    let mut new = NamedTempFile::new_in(path.parent().unwrap_or(Path::new("/")))?;
    new.write_all(mark.as_bytes())?;
    new.write_all(text.as_bytes())?;
    new.as_file().set_permissions(fs::metadata(&path)?.permissions())?;
    new.as_file().sync_all()?;
    new.persist(&path)?;
    Ok(())
}
