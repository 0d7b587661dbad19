//! The unit that is packaged, with a systemd that runs it.

use std::fs::{self, File};
use std::io::Write;

use anyhow::{Context, Result, ensure};
use portolan_tests::{
    Backends, HubProxy, Need, NetworkNamespace, Process, Systemd, add, api, command, hub_proxy_program,
    request, traefik_program, unmet,
};

const UNIT: &str = include_str!("../../../bins/packaging/jupyterhub-proxy.service");

#[test]
fn the_service_does_its_work_from_inside_its_sandbox() -> Result<()> {
    if unmet(&[Need::HubProxy, Need::Traefik, Need::Systemd])?.is_some() {
        return Ok(());
    }
    let network = NetworkNamespace::new()?;
    network.enter()?;
    let scratch = tempfile::Builder::new().prefix("hub-service-").tempdir()?;
    let hub = scratch.path().join("hub");
    fs::create_dir(&hub)?;
    let write = |name: &str, text: &str| File::create(scratch.path().join(name))?.write_all(text.as_bytes());
    write("jupyterhub-proxy.service", UNIT)?;
    write("hub/traefik.toml", super::external::STATIC)?;

    let systemd = Systemd::boot(scratch.path(), &std::process::id().to_string())?;
    systemd.install(&hub_proxy_program().context("no `jupyterhub-proxy`")?)?;
    systemd.run("mv /srv/jupyterhub-proxy.service /etc/systemd/system/ && mkdir /etc/portolan")?;
    systemd.run("umask 077 && echo CONFIGPROXY_AUTH_TOKEN=secret >/etc/portolan/jupyterhub-proxy.env")?;
    systemd.run("systemd-analyze verify jupyterhub-proxy.service")?;

    let result = (|| {
        systemd.run("systemctl daemon-reload && systemctl enable --now jupyterhub-proxy")?;
        // Once the service is up, there is the file that Traefik wants.
        let mut traefik = command(traefik_program().context("no Traefik")?);
        traefik.current_dir(&hub).arg("--configFile=traefik.toml");
        let _traefik = Process::start(&traefik)?;
        let backends = Backends::start()?;
        add("/user/zoe", &backends.url(1))?;
        let visit = || request(HubProxy::PUBLIC, "GET /user/zoe HTTP/1.0\r\nHost: 127.0.0.1:8000\r\n\r\n");
        ensure!(visit()?.body == "1 /user/zoe", "it is served");

        let process = systemd.run("systemctl show --property MainPID --value jupyterhub-proxy")?;
        let found = systemd.run(&format!("grep ^CapBnd: /proc/{process}/status"))?;
        // CAP_CHOWN is 0.
        ensure!(found == "CapBnd:\t0000000000000001", "{found}");
        let touch = |path: &str| systemd.run(&format!("nsenter --target {process} --mount touch {path}"));
        touch("/srv/hub/other")?;
        for path in ["/srv/other", "/etc/other", "/usr/local/bin/other"] {
            ensure!(touch(path).is_err(), "it may write `{path}`");
        }

        systemd.run("systemctl restart jupyterhub-proxy")?;
        ensure!(api("GET", "/api/routes", "")?.body.contains("/user/zoe"), "the state is kept");
        systemd.run("systemctl stop jupyterhub-proxy")?;
        ensure!(visit()?.body == "1 /user/zoe", "Traefik serves on");
        Ok(())
    })();
    result.map_err(|error: anyhow::Error| {
        let status = systemd.run("systemctl status --lines 50 jupyterhub-proxy || true").unwrap_or_default();
        error.context(status)
    })
}
