use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use portolan_container::printable;
use portolan_hook::{Knowledge, Records, is_alive};

use crate::worker::Worker;
use crate::{location, settings};

pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let settings = settings::read_by_hand()?;
    let records = Records::open(location::directory(&settings))?;
    let mut text = String::new();
    for (record, knowledge) in records.all()? {
        if !is_alive(Path::new("/proc"), record.pid, record.born) {
            let name = record.container(knowledge.as_ref()).name;
            let id = record.id.get(..12).unwrap_or(&record.id);
            text.push_str(&format!("dropped  {id}  {}: it has ended\n", printable(&name)));
        } else if let Some(unknown) = knowledge.filter(|it| it.is_done && it.container.is_none()) {
            // Podman may tell by now what it did not tell then. A hook asks once: it has others to see to.
            records.learn(&record.id, &Knowledge { is_done: false, ..unknown })?;
        }
    }
    let worker = Worker { settings, may_publish: true };
    worker.publish(&records)?;
    std::io::stdout().write_all(text.as_bytes()).context("standard output")?;
    worker.adopt(&records)?;
    Ok(ExitCode::SUCCESS)
}
