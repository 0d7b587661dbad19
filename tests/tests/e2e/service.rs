//! `docker-watcher install` and `uninstall`, with a systemd that runs what they write.

use std::fs::{self, File};
use std::io::Write;
use std::net::SocketAddr;

use anyhow::{Result, ensure};
use portolan_tests::{
    Engine, Need, Scene, Systemd, command, eventually, free_port, get, output, scene_on, unmet,
};

const PACKAGED: &str = include_str!("../../../bins/packaging/docker-watcher.service");
const UNIT: &str = "/etc/systemd/system/docker-watcher.service";

/// Plays a test with a systemd whose `/srv` is the scene's: the engine's socket and Traefik's directory are below it.
fn on_systemd(test: impl FnOnce(&Scene<'_>, &Systemd) -> Result<()>) -> Result<()> {
    if unmet(&[Need::Docker, Need::Traefik, Need::Watcher, Need::Systemd])?.is_some() {
        return Ok(());
    }
    let engine = Engine::shared()?;
    scene_on(engine, |scene| {
        let systemd = Systemd::start(scene.scratch(), engine)?;
        fs::hard_link(engine.directory().join("docker.sock"), scene.scratch().join("docker.sock"))?;
        let source = scene.source();
        let [_, _, _, constraints] = source.as_slice() else { anyhow::bail!("{source:?}") };
        let settings = format!(
            "engine: unix:///srv/docker.sock\nconstraints: {constraints}\noutput: /srv/dynamic\nnetwork: {{proc: /engine/proc}}\n"
        );
        File::create(scene.scratch().join("settings.yml"))?.write_all(settings.as_bytes())?;
        systemd
            .run("mkdir --parents /etc/portolan && mv /srv/settings.yml /etc/portolan/docker-watcher.yml")?;
        let result = test(scene, &systemd);
        result.map_err(|error| error.context(systemd.log()))
    })
}

#[test]
fn the_service_is_installed_and_runs_and_is_removed() -> Result<()> {
    on_systemd(|scene, systemd| {
        let web = scene.run("web").start()?;
        ensure!(systemd.run("docker-watcher install")? == UNIT, "it tells other paths than the unit's");
        scene.served(&web.name, &web.name)?;
        active(systemd, "active")?;
        ensure!(systemd.run("systemctl is-enabled docker-watcher")? == "enabled");
        systemd.run("systemd-analyze verify docker-watcher.service")?;

        let before = main_process(systemd)?;
        let again = systemd.run("docker-watcher install 2>&1")?;
        ensure!(again.contains(&format!("unchanged: `{UNIT}`")), "{again}");
        ensure!(main_process(systemd)? == before, "the service was restarted though nothing has changed");

        systemd.run("systemctl reload docker-watcher")?;
        let later = scene.run("later").start()?;
        scene.served(&later.name, &later.name)?;

        ensure!(systemd.run("docker-watcher uninstall")? == UNIT, "it tells other paths than the unit's");
        active(systemd, "inactive")?;
        systemd
            .run(&format!("! test -e {UNIT} && ! test -e /etc/systemd/system/multi-user.target.wants/*"))?;
        scene.served(&web.name, &web.name)?;
        let again = systemd.run("docker-watcher uninstall 2>&1")?;
        ensure!(again.contains("not installed"), "{again}");
        Ok(())
    })
}

#[test]
fn the_service_has_the_capabilities_of_its_features_and_no_others() -> Result<()> {
    on_systemd(|_, systemd| {
        let check = |arguments: &str, capabilities: &str| {
            systemd.run(&format!("docker-watcher install {arguments}"))?;
            // What was installed before may still be about to end.
            eventually("the service runs with its capabilities", || {
                let process = main_process(systemd)?;
                let found = systemd.run(&format!("grep ^CapBnd: /proc/{process}/status"))?;
                ensure!(found == format!("CapBnd:\t{capabilities}"), "`{arguments}` gives `{found}`");
                Ok(())
            })
        };
        // CAP_NET_ADMIN is 12, CAP_SYS_PTRACE 19, CAP_SYS_ADMIN 21.
        check("", "0000000000281000")?;
        check("--no-network", "0000000000000000")?;
        check("--no-scripts", "0000000000281000")?;
        systemd.run("sed -i 's/network: {/&enabled: false, /' /etc/portolan/docker-watcher.yml")?;
        check("", "0000000000000000")
    })
}

#[test]
fn the_service_changes_networks_from_inside_its_sandbox() -> Result<()> {
    on_systemd(|scene, systemd| {
        systemd.run("docker-watcher install")?;
        active(systemd, "active")?;
        // Of another user than root: that takes the right to look at its process.
        for user in ["0", "1234"] {
            let container = scene
                .run(&format!("user-{user}"))
                .option("--user", user)
                .line(&["sleep", "1000"])
                .label("docker-events.route", "add 10.200.77.0/24 dev eth0")
                .label("docker-events.rule", "add from 10.200.77.0/24 table 77")
                .start()?;
            let namespace = scene.engine.inside(&container.namespace()?)?;
            let ask = |arguments: &[&str]| {
                output(command("nsenter").arg(format!("--net={namespace}")).arg("ip").args(arguments), b"")
            };
            eventually("the container has its route and its rule", || {
                ensure!(ask(&["route", "show", "10.200.77.0/24"])?.contains("dev eth0"), "no route");
                ensure!(ask(&["rule"])?.contains("from 10.200.77.0/24 lookup 77"), "no rule");
                Ok(())
            })?;
        }
        Ok(())
    })
}

#[test]
fn the_status_page_is_served_from_inside_the_sandbox() -> Result<()> {
    on_systemd(|_, systemd| {
        let page = SocketAddr::from(([127, 0, 0, 1], free_port()));
        systemd
            .run(&format!("echo 'status: {{listen: {}}}' >>/etc/portolan/docker-watcher.yml", page.port()))?;
        for capabilities in ["", "--no-network"] {
            systemd.run(&format!("docker-watcher install {capabilities}"))?;
            active(systemd, "active")?;
            eventually("the page answers", || {
                let answer = get(page, "localhost", "/readyz")?;
                ensure!(answer.status == 200, "{answer:?}");
                Ok(())
            })?;
        }
        Ok(())
    })
}

#[test]
fn the_service_answers_at_a_socket_elsewhere() -> Result<()> {
    on_systemd(|scene, systemd| {
        let settings = "status: {socket: /var/lib/portolan/status/watcher.sock}";
        systemd.run(&format!("echo '{settings}' >>/etc/portolan/docker-watcher.yml"))?;
        systemd.run("sed -i 's#network: {#&state: \"/var/lib/portolan notes/routes.json\", #' /etc/portolan/docker-watcher.yml")?;
        let told = systemd.run("docker-watcher install")?;
        ensure!(told == format!("/var/lib/portolan/status\n/var/lib/portolan notes\n{UNIT}"), "{told}");
        active(systemd, "active")?;
        let web =
            scene.run("web").label("docker-events.host-route", "add 10.88.1.0/24 dev docker0").start()?;
        eventually("the service tells of the container and notes its route", || {
            let told = systemd.run("docker-watcher status --format json")?;
            ensure!(told.contains("\"containers\""), "{told}");
            let notes = systemd.run("cat '/var/lib/portolan notes/routes.json'")?;
            ensure!(notes.contains(&web.id), "{notes}");
            Ok(())
        })
    })
}

#[test]
fn the_printed_unit_is_the_packaged_one() -> Result<()> {
    on_systemd(|_, systemd| {
        let printed = systemd.run("rm /etc/portolan/docker-watcher.yml; docker-watcher install --print")?;
        ensure!(printed == PACKAGED.trim_end(), "{printed}");
        systemd.run(&format!("! test -e {UNIT}"))?;
        // Variables of the shell that installs are none of the service.
        let variables = "PORTOLAN_NETWORK_ENABLED=false PORTOLAN_CONFIG=/nonexistent";
        let printed = systemd.run(&format!("{variables} docker-watcher install --print"))?;
        ensure!(printed == PACKAGED.trim_end(), "{printed}");
        Ok(())
    })
}

#[test]
fn any_path_may_be_the_service_s() -> Result<()> {
    on_systemd(|scene, systemd| {
        let odd = r#"/srv/a b%h$x"y\z;#"#;
        let config = r#"/etc/portolan/100% $a "b".yml"#;
        systemd.run(&format!("mv /etc/portolan/docker-watcher.yml '{config}'"))?;
        let told = systemd.run(&format!("docker-watcher install --output '{odd}' --config '{config}'"))?;
        ensure!(told == format!("{odd}\n{UNIT}"), "{told}");
        let web = scene.run("web").start()?;
        let file = scene.scratch().join(&odd["/srv/".len()..]).join("docker-watcher.yml");
        eventually("the file has the container", || {
            let text = fs::read_to_string(&file)?;
            ensure!(text.contains(&web.name), "{text}");
            Ok(())
        })
    })
}

#[test]
fn what_is_not_ours_is_left_alone_and_what_cannot_work_is_refused() -> Result<()> {
    on_systemd(|_, systemd| {
        let refused = |line: &str, why: &[&str]| {
            let told = systemd.run(&format!("{line} 2>&1; test $? = 2"))?;
            let missing = why.iter().find(|why| !told.contains(*why));
            ensure!(missing.is_none(), "`{line}` says\n{told}and not `{missing:?}`");
            Ok(())
        };
        systemd.run(&format!("printf '[Service]\\nExecStart=/bin/true\\n' >{UNIT}"))?;
        refused("docker-watcher install", &[UNIT, "is not a unit that", "--force"])?;
        refused("docker-watcher uninstall", &[UNIT, "is not a unit that"])?;
        systemd.run(&format!("grep /bin/true {UNIT}"))?;
        systemd.run("docker-watcher install --force")?;
        active(systemd, "active")?;
        systemd.run("docker-watcher uninstall")?;

        refused("docker-watcher install --output /tmp/traefik", &["would not see", "/tmp/traefik"])?;
        refused("docker-watcher install --config /etc/none.yml", &["/etc/none.yml"])?;
        let with = |settings: &str| {
            let text = format!("echo '{settings}' >/etc/portolan/other.yml");
            format!("{text}; docker-watcher install --config /etc/portolan/other.yml")
        };
        refused(&with("status: {socket: /tmp/a.sock}"), &["would not see", "`/tmp`"])?;
        refused(&with("status: {socket: /run/a.sock}"), &["all of `/run`", "/run/a.sock", "/run/portolan"])?;
        refused(
            "cd /srv && docker-watcher install --unit-dir none",
            &["none/docker-watcher.service", "--unit-dir"],
        )?;
        refused(
            "cp /usr/local/bin/docker-watcher /tmp && /tmp/docker-watcher install",
            &["`/tmp`", "install -m 755"],
        )?;
        systemd.run(&format!("! test -e {UNIT}"))?;
        // Elsewhere than where systemd looks it is written and no more.
        let told = systemd.run("mkdir /srv/units && docker-watcher install --unit-dir /srv/units 2>&1")?;
        ensure!(
            told.contains("systemctl enable --now") && told.contains("/srv/units/docker-watcher.service"),
            "{told}"
        );
        active(systemd, "inactive")
    })
}

fn active(systemd: &Systemd, expected: &str) -> Result<()> {
    eventually(&format!("the service is {expected}"), || {
        let state = systemd.run("systemctl is-active docker-watcher || true")?;
        ensure!(state == expected, "it is {state}: {}", systemd.log());
        Ok(())
    })
}

/// The number of the service's process, once there is one.
fn main_process(systemd: &Systemd) -> Result<String> {
    active(systemd, "active")?;
    systemd.run("systemctl show --property MainPID --value docker-watcher")
}
