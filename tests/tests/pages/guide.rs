//! The commands of the pages: played on a machine as a reader has it, or not, and then with a reason.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use portolan_tests::{Machine, MachineKind, Need, eventually_within, unmet};

use crate::run::{command_lines, takes_namespaces};
use crate::sheet::Sheet;
use crate::{files, root};

/// A page whose commands are played from top to bottom, on a machine of its own.
struct Guide {
    page: &'static str,
    kind: MachineKind,
    /// What it takes beside an engine.
    needs: &'static [Need],
    /// What the page takes to be there.
    before: &'static [&'static str],
}

const GUIDES: [Guide; 13] = [
    Guide { page: "README.md", kind: MachineKind::Docker, needs: &[Need::Traefik], before: &[] },
    Guide { page: "docs/guide/README.md", kind: MachineKind::Podman, needs: &[], before: &[] },
    Guide { page: "docs/guide/docker.md", kind: MachineKind::Docker, needs: &[Need::Traefik], before: &[] },
    Guide { page: "docs/guide/podman.md", kind: MachineKind::Podman, needs: &[Need::Traefik], before: &[] },
    Guide {
        page: "docs/guide/jupyterhub.md",
        kind: MachineKind::Podman,
        needs: &[Need::Traefik, Need::Hub],
        before: &[],
    },
    Guide {
        page: "docs/guide/compose.md",
        kind: MachineKind::Docker,
        needs: &[],
        before: &[INSTALL, "docker run --detach --name web nginx"],
    },
    Guide {
        page: "docs/guide/networks.md",
        kind: MachineKind::Docker,
        needs: &[],
        before: &[
            INSTALL,
            "docker-watcher run --output /srv/traefik/dynamic &",
            "docker network create --subnet 172.20.20.0/24 dualnet_lan",
            "docker run --detach --name dualnet-app-1 --network dualnet_lan nginx",
        ],
    },
    Guide {
        page: "docs/guide/agents.md",
        kind: MachineKind::Docker,
        needs: &[],
        before: &[
            INSTALL,
            "ip address add 192.0.2.7/32 dev lo",
            "echo 192.0.2.7 db.example.com >>/etc/hosts",
            "docker run --detach --name db nginx",
        ],
    },
    Guide {
        page: "docs/guide/scripts.md",
        kind: MachineKind::Docker,
        needs: &[],
        before: &[
            INSTALL,
            "docker run --detach --name web nginx",
            "docker-watcher run --output /srv/traefik/dynamic &",
        ],
    },
    Guide {
        page: "docs/guide/migrating-from-docker-events.md",
        kind: MachineKind::Docker,
        needs: &[],
        before: &[
            INSTALL,
            "docker network create --subnet 172.20.20.0/24 lan",
            "docker run --detach --name web --network lan nginx",
        ],
    },
    Guide {
        page: "docs/guide/migrating-from-the-docker-provider.md",
        kind: MachineKind::Docker,
        needs: &[],
        before: &["docker run --detach --label traefik.http.routers.web.middlewares=auth@docker nginx"],
    },
    Guide {
        page: "docs/guide/troubleshooting.md",
        kind: MachineKind::Docker,
        needs: &[],
        before: &[INSTALL, "docker run --detach --name web nginx"],
    },
    Guide {
        page: "docs/guide/status-page.md",
        kind: MachineKind::Docker,
        needs: &[],
        before: &[INSTALL, "docker-watcher run --output /srv/traefik/dynamic --config docker-watcher.yml &"],
    },
];

const INSTALL: &str = "install -m 755 target/release/docker-watcher /usr/local/bin/";

/// Beginnings of commands that ask what a command before them has started: they are tried again until it answers.
const ASKING: [&str; 2] = ["curl ", "docker --host "];

/// How long what a command leaves behind may take to answer: a hub is a large program.
const PATIENCE: Duration = Duration::from_secs(120);

/// What stands in the place of a command that the machine cannot run.
const INSTEAD: [(&str, &str); 2] = [
    // There is no systemd. `tests/tests/e2e/service.rs` has one, installs the service and asks how it is.
    ("sudo docker-watcher install", "docker-watcher run --output /srv/traefik/dynamic &"),
    // The other machine is the same, and what is brought there by hand is brought.
    (
        "docker-watcher agent --listen 192.0.2.7:8890",
        "cp /etc/portolan/agent/client/*.pem . && docker-watcher agent --listen 192.0.2.7:8890 &",
    ),
];

/// Beginnings of commands that are not played, each with the reason.
const NOT_PLAYED: &[(&str, &str)] = &[
    ("cargo build ", "the machine has the programs that were built for the tests"),
    ("cargo xtask ", "it is what runs the tests, builds images, or takes minutes"),
    ("cargo test ", "it is what runs"),
    ("cargo run --manifest-path fuzz/", "compiles another workspace, and takes an input that was found"),
    ("RUSTC_BOOTSTRAP=1 cargo fuzz ", "compiles for minutes, then runs for one"),
    ("systemctl ", "there is no systemd; tests/tests/e2e/service.rs has one"),
    ("journalctl ", "the same"),
    ("ssh -L ", "takes a second machine"),
    ("docker run --detach --name docker-watcher ", "takes the image; tests/tests/e2e/image.rs builds it"),
    (
        "podman run --detach --name web --publish ",
        "takes a user; tests/tests/podman_hook/rootless.rs has one",
    ),
    ("podman run --detach --name dns ", "takes a DNS server; tests/tests/podman_hook has UDP"),
    ("/opt/hub/bin/pip install ", "takes a hub; tests/tests/jupyterhub/package.rs installs it into one"),
    ("install -m 600 /dev/null TLJH_INSTALL_DIR/", "takes The Littlest JupyterHub"),
    ("python3 -m venv hub", "the machine has the environment of the tests"),
    ("hub/bin/pip install ", "the same, from the Python index"),
    ("jupyterhub-proxy --external ", "takes a hub; tests/tests/jupyterhub/external.rs has one"),
];

/// A command of a page, lines that go on joined; and whether it is one that a test runs beside the page's files.
struct Command {
    text: String,
    run: bool,
}

fn commands(page: &Path) -> Result<Vec<Command>> {
    let sheet = Sheet::read(&fs::read_to_string(page)?);
    let mut commands = Vec::new();
    for (info, lines) in sheet.blocks().filter(|(info, _)| ["sh", "console", "bash", "shell"].contains(info))
    {
        ensure!(info == "sh", "a block of commands is called `sh`, not `{info}`");
        let run = takes_namespaces(lines) || command_lines(lines).is_some();
        let joined = lines.join("\n").replace("\\\n", "");
        commands.extend(joined.lines().map(|line| Command { text: line.to_owned(), run }));
    }
    Ok(commands)
}

fn is_played(command: &Command) -> bool {
    let stands_in = INSTEAD.iter().any(|(text, _)| *text == command.text);
    !command.run
        && (stands_in || NOT_PLAYED.iter().all(|(beginning, _)| !command.text.starts_with(beginning)))
}

#[test]
fn every_command_is_run_or_is_left_out_for_a_reason() -> Result<()> {
    let mut pages = files(&root().join("docs"), "md")?;
    for directory in ["crates", "bins", "tests"] {
        let all = files(&root().join(directory), "md")?;
        pages.extend(all.into_iter().filter(|page| page.ends_with("README.md")));
    }
    pages.extend(["README.md", "CONTRIBUTING.md"].map(|page| root().join(page)));
    let played: BTreeSet<_> = GUIDES.iter().map(|guide| root().join(guide.page)).collect();
    let mut reasons: BTreeSet<&(&str, &str)> = BTreeSet::new();
    let mut wrong = Vec::new();
    for page in pages {
        for command in commands(&page).with_context(|| page.display().to_string())? {
            if is_played(&command) && !played.contains(&page) {
                wrong.push(format!("{}: nobody runs `{}`", page.display(), command.text));
            }
            reasons.extend(NOT_PLAYED.iter().filter(|(beginning, _)| command.text.starts_with(beginning)));
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "play them in `GUIDES`, or say in `NOT_PLAYED` why not");
    let idle: Vec<_> = NOT_PLAYED.iter().filter(|reason| !reasons.contains(reason)).collect();
    ensure!(idle.is_empty(), "no page has these any more: {idle:?}");
    Ok(())
}

/// Plays a guide.
fn play(page: &str) -> Result<()> {
    let guide = GUIDES.iter().find(|guide| guide.page == page).context("it is among the guides")?;
    let engine = match guide.kind {
        MachineKind::Docker => Need::Docker,
        MachineKind::Podman => Need::Podman,
    };
    let needs = [&[engine, Need::Watcher, Need::Hook, Need::HubProxy], guide.needs].concat();
    if unmet(&needs)?.is_some() {
        return Ok(());
    }
    let machine = Machine::new(guide.kind)?;
    follow(guide, &machine).with_context(|| machine.logs())
}

fn follow(guide: &Guide, machine: &Machine) -> Result<()> {
    if guide.needs.contains(&Need::Traefik) {
        machine.add_traefik()?;
    }
    let page = root().join(guide.page);
    let text = fs::read_to_string(&page)?;
    for (info, lines) in Sheet::read(&text).blocks() {
        if let Some((_, path)) = info.split_once(' ') {
            let path = Path::new("/srv/portolan").join(path);
            machine.write(&path.display().to_string(), &(lines.join("\n") + "\n"))?;
        }
    }
    for line in guide.before {
        machine.run(line)?;
    }
    let mut played = 0;
    for command in commands(&page)?.iter().filter(|command| is_played(command)) {
        let instead = INSTEAD.iter().find(|(text, _)| *text == command.text).map(|(_, instead)| *instead);
        let line = instead.unwrap_or(&command.text);
        let asking = line.replace("curl ", "curl --fail ");
        match ASKING.iter().any(|beginning| line.starts_with(beginning)) {
            true => drop(eventually_within(PATIENCE, line, || machine.run(&asking))?),
            false => drop(machine.run(line)?),
        }
        played += 1;
    }
    ensure!(played > 0, "`{}` has commands", guide.page);
    Ok(())
}

#[test]
fn the_readme_leads_to_a_route() -> Result<()> {
    play("README.md")
}

#[test]
fn the_index_of_the_guide_can_be_followed() -> Result<()> {
    play("docs/guide/README.md")
}

#[test]
fn the_guide_to_docker_can_be_followed() -> Result<()> {
    play("docs/guide/docker.md")
}

#[test]
fn the_guide_to_podman_can_be_followed() -> Result<()> {
    play("docs/guide/podman.md")
}

#[test]
fn the_guide_to_jupyterhub_can_be_followed() -> Result<()> {
    play("docs/guide/jupyterhub.md")
}

#[test]
fn the_guide_to_compose_files_can_be_followed() -> Result<()> {
    play("docs/guide/compose.md")
}

#[test]
fn the_guide_to_networks_can_be_followed() -> Result<()> {
    play("docs/guide/networks.md")
}

#[test]
fn the_guide_to_agents_can_be_followed() -> Result<()> {
    play("docs/guide/agents.md")
}

#[test]
fn the_guide_to_scripts_can_be_followed() -> Result<()> {
    play("docs/guide/scripts.md")
}

#[test]
fn the_way_from_docker_events_can_be_followed() -> Result<()> {
    play("docs/guide/migrating-from-docker-events.md")
}

#[test]
fn the_way_from_the_docker_provider_can_be_followed() -> Result<()> {
    play("docs/guide/migrating-from-the-docker-provider.md")
}

#[test]
fn troubleshooting_can_be_followed() -> Result<()> {
    play("docs/guide/troubleshooting.md")
}

#[test]
fn the_guide_to_the_status_page_can_be_followed() -> Result<()> {
    play("docs/guide/status-page.md")
}
