//! One module a command: it reads settings, wires the crates together, and prints.

pub(crate) mod agent;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod explain;
pub(crate) mod install;
mod listing;
pub(crate) mod net;
pub(crate) mod render;
pub(crate) mod run;
pub(crate) mod status;
pub(crate) mod uninstall;

/// One thread is enough: the work is waiting.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}
