//! A real JupyterHub and its users' real servers, with `jupyterhub-proxy` and a real Traefik in between.

mod adds;
mod external;
mod own;
mod package;
mod started;

use anyhow::{Context, Result};
use nix::sys::signal::Signal::SIGKILL;
use portolan_tests::Hub;

/// Users as no administrator would name them, but they name themselves.
const USERS: [&str; 6] = ["zoe", "a+b@x.org", "ada lovelace", "zoé", "back`tick \"and' quotes", "{{ x"];

/// What the guide shows, in this language; its blocks are what the tests configure a hub with.
fn shown(language: &str, number: usize) -> Result<String> {
    let page = include_str!("../../../docs/guide/jupyterhub-python.md");
    let fence = format!("```{language}\n");
    let block = page.split(&fence).nth(number + 1).and_then(|rest| rest.split("```").next());
    block.map(str::to_owned).with_context(|| format!("the page has no block {number} of {language}"))
}

/// Starts a Traefik that is nobody's but its administrator's, as the guide has it.
fn run_traefik(hub: &mut Hub) -> Result<()> {
    std::fs::create_dir(hub.directory().join("TLJH_INSTALL_DIR"))?;
    hub.write("TLJH_INSTALL_DIR/rules.toml", "")?;
    let path = hub.write("traefik.toml", &shown("toml", 0)?)?;
    let mut traefik = hub.command("traefik");
    traefik.arg(format!("--configFile={}", path.display()));
    hub.serve(&traefik)
}

/// Has everybody reach their own server of a hub that runs: at first, and after each program was killed or started anew.
fn visited_whatever_is_killed(hub: &Hub) -> Result<()> {
    hub.visit(&USERS)?;
    for program in ["traefik", "jupyterhub-proxy"] {
        hub.signal(&[program], SIGKILL)?;
        hub.visit(&USERS)?;
    }
    hub.restart()?;
    hub.visit(&USERS)
}
