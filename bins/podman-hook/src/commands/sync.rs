use std::process::ExitCode;

use portolan_hook::Records;

use crate::{location, publish, settings};

pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let settings = settings::read()?;
    let records = Records::open(location::directory(&settings))?;
    publish::publish(&records, &settings)?;
    Ok(ExitCode::SUCCESS)
}
