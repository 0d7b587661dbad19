//! Routes over a restart.

use std::fs::{self, File};
use std::io::Write;

use anyhow::{Result, ensure};
use nix::sys::signal::Signal;
use portolan_tests::{Backends, HubProxy, hub_proxy_with};

#[test]
fn a_state_file_keeps_routes_and_nothing_else_does() -> Result<()> {
    hub_proxy_with(&["--state-file", "state.json"], |proxy| {
        let backends = Backends::start()?;
        proxy.add("/user/a%2Bb", &backends.url(1))?;
        let before = proxy.routes()?;
        let restart = |proxy: &mut HubProxy, options: &[&str]| {
            proxy.process.signal(Signal::SIGTERM)?;
            proxy.process.ended(HubProxy::PATIENCE)?;
            proxy.start_again(options)?;
            proxy.ready()
        };
        restart(proxy, &["--state-file", "state.json"])?;
        ensure!(proxy.routes()? == before, "{} is not {before}", proxy.routes()?);
        ensure!(proxy.visit("/user/a+b")?.body == "1 /user/a+b", "it is served");
        restart(proxy, &[])?;
        ensure!(proxy.routes()? == serde_json::json!({}), "{}", proxy.routes()?);
        ensure!(proxy.visit("/user/a+b")?.status == 404, "it is gone");

        File::create(proxy.file("state.json"))?.write_all(b"{\"version\": 1, \"rou")?;
        restart(proxy, &["--state-file", "state.json"])?;
        ensure!(proxy.routes()? == serde_json::json!({}), "it begins with none");
        ensure!(fs::read(proxy.file("state.json.corrupt"))? == b"{\"version\": 1, \"rou", "it is set aside");
        ensure!(!proxy.process.log.matching(0, &["state.json.corrupt"]).is_empty(), "it is told");
        proxy.add("/b", &backends.url(2))?;
        ensure!(fs::read_to_string(proxy.file("state.json"))?.contains("\"/b\""), "it is kept again");
        Ok(())
    })
}
