//! Compose files from the wild, small, with the containers and findings that come of them; and laws that hold for any text.
//!
//! Each folder of `tests/data/compose` has a Compose file, what lies beside it, the environment in `environment` if it
//! needs one, and `expected.txt`. `PORTOLAN_BLESS=1` writes what is read now; look at the difference before it is committed.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "all of it is test code, and a test may panic")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use portolan_container::{Container, Diagnostic};
use portolan_engine::files::{self, Context};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/compose")
}

/// Reads a folder as if it lay in `/srv`, so that the outcome is the same wherever the project lies.
fn read(folder: &Path) -> (Vec<Container>, Vec<Diagnostic>) {
    let environment = fs::read_to_string(folder.join("environment")).unwrap_or_default();
    let variable = |line: &str| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    let environment: BTreeMap<_, _> = environment.lines().filter_map(variable).collect();
    let file =
        ["compose.yaml", "compose.json"].map(|name| folder.join(name)).into_iter().find(|file| file.exists());
    let text = fs::read_to_string(file.expect("a folder has a Compose file")).unwrap();
    let directory = Path::new("/srv").join(folder.file_name().unwrap());
    let below = directory.clone();
    let read = move |path: &Path| match path.strip_prefix(&below) {
        Ok(path) => fs::read_to_string(folder.join(path)),
        Err(_) => Err(io::ErrorKind::NotFound.into()),
    };
    files::parse(&text, &Context { directory, environment, read: &read })
}

#[test]
fn folders_have_the_containers_that_are_expected() {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(data()).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(folders.len() >= 12, "{folders:?}");
    for folder in folders {
        let (containers, findings) = read(&folder);
        let got = show(&containers, &findings);
        let path = folder.join("expected.txt");
        if std::env::var_os("PORTOLAN_BLESS").is_some() {
            #[expect(clippy::disallowed_methods, reason = "nobody reads it meanwhile")]
            fs::write(&path, &got).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert!(got == expected, "{}: expected\n{expected}\ngot\n{got}", folder.display());
        assert_eq!(read(&folder), (containers, findings), "{}: another reading differs", folder.display());
    }
}

/// A container in a few lines, then the findings.
fn show(containers: &[Container], findings: &[Diagnostic]) -> String {
    let mut text = String::new();
    for container in containers {
        writeln!(text, "{} ({}) of {}", container.name, container.id, container.image).unwrap();
        writeln!(text, "  network mode {:?}", container.network_mode).unwrap();
        for (network, at) in &container.attachments {
            let address = at.address().unwrap_or_else(|| "nowhere".to_owned());
            let more =
                [at.ipv6.map(|ip| format!(" and {ip}")), at.mac.as_ref().map(|mac| format!(", mac {mac}"))];
            writeln!(
                text,
                "  network {network} at {address}{}",
                more.into_iter().flatten().collect::<String>()
            )
            .unwrap();
        }
        for port in &container.ports {
            write!(text, "  port {}/{}", port.number, port.protocol).unwrap();
            for binding in &port.bindings {
                let ip = binding.host_ip.map_or("any address".to_owned(), |ip| ip.to_string());
                let port = binding.host_port.map_or("any port".to_owned(), |port| port.to_string());
                write!(text, " <- {ip}, {port}").unwrap();
            }
            writeln!(text).unwrap();
        }
        for mount in &container.mounts {
            writeln!(text, "  {} {:?} at {}", mount.kind, mount.source, mount.destination).unwrap();
        }
        for (key, value) in &container.labels {
            writeln!(text, "  {key} = {value:?}").unwrap();
        }
    }
    for finding in findings {
        writeln!(text, "{finding}").unwrap();
        if let Some(help) = &finding.help {
            writeln!(text, "  help: {help}").unwrap();
        }
    }
    text
}
