//! Labels for the network, from an engine's event to the kernel's word on the last change: ours beside the shell way.

mod scene;
mod witness;

use std::path::Path;

use anyhow::Result;

use self::scene::{ADDITIONS, Scene};
use super::figures::median;
use crate::aside::{self, Engine};
use crate::background::Background;
use crate::interrupt::Interrupt;
use crate::process::command;
use crate::progress::timed;
use crate::{tools, workspace};

/// Measures both ways on an engine in namespaces of its own, and prints them; tells why not where there can be none.
pub(super) fn outside(events: usize, interrupt: &Interrupt) -> Result<()> {
    if let Some(obstacle) = aside::obstacle() {
        eprintln!("    network labels are not measured: {obstacle}");
        return Ok(());
    }
    timed("tools", || tools::install(&[tools::ENGINE, tools::IMAGE].concat()))?;
    timed("network labels", || aside::outside(&["bench", "--events", &events.to_string()], interrupt))?;
    Ok(())
}

/// The same, from inside.
pub(super) fn inside(directory: &Path, events: usize, interrupt: &Interrupt) -> Result<bool> {
    let (theirs, ours) = aside::inside(directory, interrupt, |engine| {
        let mut scene = Scene::set(&engine, directory)?;
        let theirs = timed(&format!("the shell way: {events} starts"), || {
            let _shell = shell(&engine, directory)?;
            scene.measure(events, interrupt)
        })?;
        let ours = timed(&format!("docker-watcher: {events} starts"), || {
            let _watcher = watcher(&engine, directory)?;
            scene.measure(events, interrupt)
        })?;
        Ok((theirs, ours))
    })?;
    println!("{}", table(&theirs, &ours));
    Ok(true)
}

fn shell(engine: &Engine, directory: &Path) -> Result<Background> {
    let mut bash = command("bash");
    bash.args(["-c", include_str!("shell.sh"), "shell.sh", engine.host()]);
    Background::start(&mut bash, &directory.join("shell.log"))
}

fn watcher(engine: &Engine, directory: &Path) -> Result<Background> {
    let mut watcher = command(workspace::released("docker-watcher"));
    // Whatever the environment sets is not measured.
    watcher.env_clear().args(["run", "--engine", engine.host(), "--output"]).arg(directory.join("dynamic"));
    // Not the notes of the machine's own service.
    watcher.env("PORTOLAN_NETWORK_STATE", directory.join("host-routes.json"));
    watcher.env("PORTOLAN_STATUS_SOCKET", directory.join("status.sock"));
    Background::start(&mut watcher, &directory.join("docker-watcher.log"))
}

/// A table in Markdown.
fn table(theirs: &[f64], ours: &[f64]) -> String {
    let row = |figure: &str, of: fn(&[f64]) -> f64| {
        let (theirs, ours) = (of(theirs), of(ours));
        format!("| {figure:<44} | {theirs:9.2} | {ours:14.2} | {:5.1} |\n", theirs / ours)
    };
    let least = |values: &[f64]| values.iter().copied().fold(f64::NAN, f64::min);
    [
        format!("| event to the last of {ADDITIONS} routes and rules      | shell way | docker-watcher | ratio |\n"),
        format!("| {:-<44} | --------: | -------------: | ----: |\n", ""),
        row("ms (median)", median),
        row("ms (least)", least),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_ratios() {
        let expected = "\
| event to the last of 6 routes and rules      | shell way | docker-watcher | ratio |
| -------------------------------------------- | --------: | -------------: | ----: |
| ms (median)                                  |    120.00 |           2.00 |  60.0 |
| ms (least)                                   |    100.00 |           1.00 | 100.0 |
";
        assert_eq!(table(&[200.0, 100.0, 120.0], &[2.0, 1.0, 4.0]), expected);
    }
}
