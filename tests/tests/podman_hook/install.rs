//! As people set it up: by `podman-hook install`, and nothing told to Podman.

use std::fs::{self, DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use portolan_tests::{Need, Podman, PodmanScene, free_port, output, podman_scene_on, rootless_scene, unmet};
use serde_json::{Value, json};

#[test]
fn roots_podman_calls_the_hook_from_install_to_uninstall() -> Result<()> {
    if unmet(&[Need::Podman, Need::Traefik, Need::Hook])?.is_some() {
        return Ok(());
    }
    // Alone: all containers of its sandbox are the hook's.
    let podman = Podman::new()?;
    podman_scene_on(&podman, |scene| {
        let copy = scene.scratch().join("containers");
        let show = r#"cp -a /etc/containers "$1" && mount --bind "$1" /etc/containers"#;
        output(scene.podman.as_root("bash").args(["-euc", show, "bash"]).arg(&copy), b"")?;
        Installation {
            scene,
            options: &[],
            variables: &[],
            configuration: "/etc/containers".into(),
            seen: copy,
            records: podman.inside(Path::new("/run/portolan/podman-hook")),
        }
        .comes_and_goes()
    })
}

#[test]
fn a_users_podman_calls_the_hook_from_install_to_uninstall() -> Result<()> {
    rootless_scene(|scene| {
        let configuration = scene.scratch().join("config");
        // Of the sandbox's user, but not where other tests of that user have theirs.
        let runtime = scene.scratch().join("runtime");
        for directory in [&configuration, &configuration.join("containers"), &runtime] {
            DirBuilder::new().mode(0o700).create(directory)?;
            scene.podman.give(directory)?;
        }
        let [config, state] = [&configuration, &runtime].map(|path| path.display().to_string());
        let variables = [("XDG_CONFIG_HOME", config.as_str()), ("XDG_RUNTIME_DIR", state.as_str())];
        Installation {
            scene,
            options: &["--user"],
            variables: &variables,
            configuration: configuration.join("containers"),
            seen: configuration.join("containers"),
            records: runtime.join("portolan/podman-hook"),
        }
        .comes_and_goes()
    })
}

/// A hook that is installed, for a Podman whose configuration is the test's own.
struct Installation<'s> {
    scene: &'s PodmanScene<'s>,
    /// The options of `install` and `uninstall`.
    options: &'s [&'s str],
    /// What these are told besides.
    variables: &'s [(&'s str, &'s str)],
    /// The directory of Podman's configuration.
    configuration: PathBuf,
    /// The same as it is seen from outside of the sandbox.
    seen: PathBuf,
    /// Where records are to be.
    records: PathBuf,
}

impl Installation<'_> {
    fn comes_and_goes(&self) -> Result<()> {
        let scene = self.scene;
        // What Podman itself has to go by; where its user's directory is, is no matter of the hook's.
        let variables: Vec<_> =
            self.variables.iter().filter(|it| it.0 == "XDG_CONFIG_HOME").copied().collect();
        scene.configure(&variables);
        self.configure()?;
        let files = ["hooks.d/portolan.json", "containers.conf.d/portolan.conf"]
            .map(|name| (self.configuration.join(name), self.seen.join(name)));
        let [hook, drop_in] = files.each_ref().map(|(path, _)| path.display().to_string());
        let output = scene.dynamic().display().to_string();

        let written = self.run("install", &["--output", &output])?;
        ensure!(written == format!("{hook}\n{drop_in}\n"), "{written}");
        ensure!(self.run("install", &["--output", &output])?.is_empty(), "it has written the same again");

        let web = self.start("web")?;
        scene.served(&web.name, &web.name)?;
        ensure!(self.others()?.contains(&web.id), "the other hook is not called any more");
        let record = self.records.join(format!("{}.json", web.id));
        ensure!(record.exists(), "there is no `{}`", record.display());
        let mode = fs::metadata(&self.records)?.permissions().mode();
        ensure!(mode & 0o777 == 0o700, "{mode:o}");

        let status = self.hook(&["status"])?;
        let line = format!("{}  {}  known, since ", &web.id[..12], web.name);
        ensure!(status.starts_with(&line), "{status}");
        ensure!(status.contains(&format!("\nfiles: {output}\nlog: ")), "{status}");
        let status: Value = serde_json::from_str(&self.hook(&["status", "--format", "json"])?)?;
        let of_first = |key: &str| status.pointer(&format!("/containers/0/{key}")).and_then(Value::as_str);
        ensure!(of_first("id") == Some(web.id.as_str()) && of_first("state") == Some("known"), "{status}");
        ensure!(self.hook(&["sync"])?.is_empty(), "it has dropped something");

        let removed = self.run("uninstall", &[])?;
        ensure!(removed == format!("{drop_in}\n{hook}\n"), "{removed}");
        for (_, seen) in &files {
            ensure!(!seen.exists(), "`{}` is still there", seen.display());
        }
        ensure!(self.run("uninstall", &[])?.is_empty(), "it has removed something again");
        let unknown = self.start("unknown")?;
        ensure!(self.others()?.contains(&unknown.id), "the other hook is not called any more");
        let record = self.records.join(format!("{}.json", unknown.id));
        ensure!(!record.exists(), "the hook is still called");
        // A container that has started with the hook ends with it.
        web.order("rm", &["--force", "--time", "0"])?;
        scene.unrouted(&web.name)
    }

    /// Podman's configuration, with a hook of somebody else's in a directory that an earlier drop-in names.
    fn configure(&self) -> Result<()> {
        let scratch = self.scene.scratch();
        let of_sandbox = fs::read_to_string(self.scene.podman.directory().join("containers.conf"))?;
        File::create(self.seen.join("containers.conf"))?.write_all(of_sandbox.as_bytes())?;
        let drop_ins = self.seen.join("containers.conf.d");
        if !drop_ins.exists() {
            fs::create_dir(&drop_ins)?;
            self.scene.podman.give(&drop_ins)?;
        }
        let others = scratch.join("others");
        fs::create_dir(&others)?;
        let text = format!("[engine]\nhooks_dir = [{:?}]\n", others.display().to_string());
        File::create(drop_ins.join("10-others.conf"))?.write_all(text.as_bytes())?;
        let note = format!("cat >>'{}'", scratch.join("called").display());
        let hook = json!({
            "version": "1.0.0",
            "hook": { "path": "/bin/sh", "args": ["sh", "-c", note] },
            "when": { "always": true },
            "stages": ["poststart"],
        });
        Ok(serde_json::to_writer(File::create(others.join("other.json"))?, &hook)?)
    }

    /// What the other hook was told so far.
    fn others(&self) -> Result<String> {
        fs::read_to_string(self.scene.scratch().join("called")).context("the other hook was never called")
    }

    fn start(&self, name: &str) -> Result<portolan_tests::PodmanContainer<'_>> {
        let run = self.scene.run(name).exposed();
        let published = format!("{}:80", free_port());
        if self.scene.podman.is_rootless() { run.option("--publish", &published) } else { run }.start()
    }

    /// What `install` or `uninstall` prints.
    fn run(&self, command: &str, arguments: &[&str]) -> Result<String> {
        self.hook(&[&[command], self.options, arguments].concat())
    }

    /// What `podman-hook ARGUMENT...` prints for whoever tells it no settings.
    fn hook(&self, arguments: &[&str]) -> Result<String> {
        output(self.scene.podman.hook().args(arguments).envs(self.variables.iter().copied()), b"")
    }
}
