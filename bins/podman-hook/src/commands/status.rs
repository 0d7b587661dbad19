use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use portolan_container::printable;
use portolan_hook::{Records, is_alive};

use crate::{location, settings};

pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let settings = settings::read()?;
    let records = Records::open(location::directory(&settings))?;
    let mut text = String::new();
    for (record, knowledge) in records.all()? {
        let container = record.container(knowledge.as_ref());
        let alive = is_alive(Path::new("/proc"), record.pid, record.born);
        let state = match (&knowledge, alive) {
            (_, false) => "ended, its record goes with the next `sync`",
            (None, true) => "waits for podman to tell what it is",
            (Some(known), true) if known.container.is_none() => "unknown",
            (Some(_), true) => "known",
        };
        text.push_str(&format!(
            "{}  {}  {state}\n",
            record.id.get(..12).unwrap_or(&record.id),
            printable(&container.name)
        ));
        for failure in knowledge.into_iter().flat_map(|it| it.failures) {
            text.push_str(&format!("  {}\n", printable(&failure)));
        }
    }
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
