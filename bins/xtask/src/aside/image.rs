use std::path::Path;

use anyhow::{Context as _, Result};

/// Writes the file system of an image to `archive`: busybox, and an empty directory to serve.
///
/// No registry is asked: this works on a machine without a network.
pub(crate) fn write(busybox: &Path, archive: &Path) -> Result<()> {
    let file =
        std::fs::File::create(archive).with_context(|| format!("cannot write `{}`", archive.display()))?;
    let mut image = tar::Builder::new(file);
    for directory in ["bin/", "www/", "tmp/"] {
        let mut header = header(tar::EntryType::Directory, 0o1777);
        image.append_data(&mut header, directory, std::io::empty()).context("cannot pack a directory")?;
    }
    let program = std::fs::read(busybox).with_context(|| format!("cannot read `{}`", busybox.display()))?;
    let mut header = header(tar::EntryType::Regular, 0o755);
    header.set_size(program.len().try_into().context("the program is too long")?);
    image.append_data(&mut header, "bin/busybox", program.as_slice()).context("cannot pack busybox")?;
    image.finish().context("cannot pack the image")
}

fn header(kind: tar::EntryType, mode: u32) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header
}
