//! Writes the file for Traefik from all records, under their lock.

use std::path::Path;

use portolan_hook::{Records, is_alive};
use portolan_program::{configure, report};
use portolan_settings::Settings;
use portolan_traefik::{Directory, Marker};

use crate::drawing::Drawing;
use crate::{fault, networks};

/// The file's name in the directory, without its extension.
pub(crate) const STEM: &str = "podman-hook";

/// Draws the file from all records, and drops those of containers that have ended, with their routes on the host. Nobody else does so meanwhile.
pub(crate) fn publish(records: &Records, settings: &Settings) -> anyhow::Result<Drawing> {
    let mut directory = Directory::new(&settings.output, STEM, configure::format(settings))
        .map_err(report::directory)?
        .with_marker(Marker::new("podman-hook"));
    let held = records.lock()?;
    fault::at("holding-lock");
    held.tidy()?;
    let mut all = records.all()?;
    for (record, _) in
        all.extract_if(.., |(record, _)| !is_alive(Path::new("/proc"), record.pid, record.born))
    {
        records.remove(&record.id)?;
    }
    let drawing = Drawing::new(&all, settings, Some(directory.marker()))?;
    directory.prepare().map_err(report::directory)?;
    fault::at("before-write");
    directory.write(&drawing.text()).map_err(report::directory)?;
    fault::at("after-write");
    let running = all.into_iter().map(|(record, _)| record.id).collect();
    networks::withdraw_but_for(&running, &held, settings);
    drop(held);
    Ok(drawing)
}
