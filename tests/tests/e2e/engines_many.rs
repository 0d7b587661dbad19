//! Four engines in one watcher: one by its socket, the same by TLS, the same through an agent, and Podman.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use portolan_tests::{
    Container, Engine, Need, PATIENCE, Process, Scene, eventually, output, program, scene_on, unmet,
};
use serde_json::{Value, json};

/// What the agent listens at: an address of the engine's machine that is none of its own for the watcher.
const AGENT: &str = "172.17.0.1:8890";
/// Where `dockerd` listens, besides its socket.
const TLS: &str = "127.0.0.1:2376";

/// The three files of one side.
fn files(directory: &Path) -> [PathBuf; 3] {
    ["ca.pem", "cert.pem", "key.pem"].map(|name| directory.join(name))
}

/// Certificates for `dockerd` and the agent, and for the watcher in `client`.
fn certificates() -> Result<tempfile::TempDir> {
    let directory = tempfile::Builder::new().prefix("portolan-tls-").tempdir()?;
    let mut init = program()?;
    init.args(["agent", "init", "127.0.0.1", "172.17.0.1", "--force", "--directory"]).arg(directory.path());
    let printed = output(&mut init, b"")?;
    ensure!(printed.lines().count() == 6, "each file is printed: {printed}");
    Ok(directory)
}

fn agent(certificates: &Path, engine: &Engine) -> Result<Process> {
    let [ca, cert, key] = files(certificates);
    let mut agent = program()?;
    agent.args(["agent", "--listen", AGENT, "--engine", &engine.docker.url()]);
    agent.arg("--tls-ca").arg(ca).arg("--tls-cert").arg(cert).arg("--tls-key").arg(key);
    let process = Process::start(&agent)?;
    process
        .log
        .wait_for(0, PATIENCE, "the agent listens", |line| line.contains("agent listens").then_some(()))?;
    Ok(process)
}

/// A `dockerd` that also listens at TLS, with a test's scene on it and Podman beside it.
fn with_engines(test: impl FnOnce(&Scene<'_>, &Engine, &Path) -> Result<()>) -> Result<()> {
    if unmet(&[Need::Docker, Need::Podman, Need::Traefik, Need::Watcher])?.is_some() {
        return Ok(());
    }
    let certificates = certificates()?;
    let [ca, cert, key] = files(certificates.path()).map(|path| path.display().to_string());
    let podman = Engine::podman()?;
    let options = ["--tlsverify", "--tlscacert", &ca, "--tlscert", &cert, "--tlskey", &key];
    let docker = Engine::docker_with(&[&["--host", &format!("tcp://{TLS}")], options.as_slice()].concat())?;
    scene_on(&docker, |scene| test(scene, &podman, certificates.path()))
}

/// A settings file with these engines, and the arguments of a command that reads it.
fn settings(scene: &Scene<'_>, podman: &Engine, certificates: &Path) -> Result<Vec<String>> {
    let files = files(&certificates.join("client"));
    let [ca, cert, key] = files.map(|path| path.display().to_string());
    let tls = json!({ "ca_file": ca, "cert_file": cert, "key_file": key });
    let docker = json!({
        "local": scene.engine.docker.url(),
        "by-tls": { "scheme": "tls", "host": "127.0.0.1", "port": 2376, "tls": tls },
        "by-agent": format!("agent://{AGENT}"),
        "podman": podman.docker.url(),
    });
    let text = json!({ "providers": { "docker": docker, "agents": { AGENT: tls } }, "network": { "enabled": false } });
    let path = scene.scratch().join("many.yml");
    serde_json::to_writer(File::create(&path)?, &text)?;
    let constraint = format!("Label(`e2e`, `{}`)", scene.name("x").trim_start_matches("x-"));
    Ok(["--config", &path.display().to_string(), "--constraints", &constraint].map(str::to_owned).to_vec())
}

fn run(command: &mut Command, arguments: &[String]) -> Result<(String, String)> {
    let done = command.args(arguments).output().context("start the program")?;
    Ok((String::from_utf8(done.stdout)?, String::from_utf8(done.stderr)?))
}

#[test]
fn four_engines_are_followed_each_by_itself() -> Result<()> {
    with_engines(|scene, podman, certificates| {
        let mut agent_process = agent(certificates, scene.engine)?;
        let web = scene.run("web").option("--publish", "8080:80").start()?;
        let there = scene.run_on(podman, "there").start()?;
        let arguments = settings(scene, podman, certificates)?;
        let output = ["--output".to_owned(), scene.dynamic().display().to_string()];
        let watcher = scene.watch_with(&[arguments.clone(), output.to_vec()].concat())?;
        watcher.ready()?;
        for engine in ["local", "by-tls", "by-agent", "podman"] {
            watcher.wait_for(&["engine followed", &format!("engine=\"{engine}\"")])?;
        }
        // Of which engines it has come by then, and so which are named, depends on who answered first.
        watcher.wait_for(&[&web.name, "engine=\"", "router"])?;
        watcher.wait_for(&[&there.name, "engine=\"podman\"", "router"])?;

        // One container on three engines: one router, and the servers of all, each once. Of the remote one, the published port.
        scene.served(&web.name, &web.name)?;
        let servers = scene.servers(&web.name)?;
        ensure!(servers.len() == 2, "{servers:?}");
        ensure!(servers.contains(&"http://172.17.0.1:8080".to_owned()), "{servers:?}");
        explained(scene, &arguments, &web, &there)?;

        // The agent is killed: its routes stay, and the others are followed on.
        let before = (scene.servers(&web.name)?, watcher.process.log.len());
        agent_process.kill()?;
        watcher.wait_for_from(before.1, &["engine is away", "engine=\"by-agent\""])?;
        let later = scene.run("later").start()?;
        scene.served(&later.name, &later.name)?;
        ensure!(scene.servers(&web.name)? == before.0, "the engine that is away has lost its routes");
        let before = watcher.process.log.len();
        let _agent = agent(certificates, scene.engine)?;
        watcher.wait_for_from(before, &["engine followed", "engine=\"by-agent\""])?;

        // So is Podman, whose containers are its own.
        let before = watcher.process.log.len();
        podman.kill()?;
        watcher.wait_for_from(before, &["engine is away", "engine=\"podman\""])?;
        ensure!(!scene.servers(&there.name)?.is_empty(), "the engine that is away has lost its routes");
        let meanwhile = scene.run("meanwhile").start()?;
        scene.served(&meanwhile.name, &meanwhile.name)?;
        podman.start_again()?;
        watcher.wait_for_from(before, &["engine followed", "engine=\"podman\""])?;
        let back = scene.run_on(podman, "back").start()?;
        eventually("the engine that came back is followed", || {
            ensure!(!scene.servers(&back.name)?.is_empty(), "not in the file");
            Ok(())
        })
    })
}

/// `explain` tells from which engine each route came.
fn explained(scene: &Scene<'_>, arguments: &[String], web: &Container, there: &Container) -> Result<()> {
    let (text, errors) = run(program()?.args(["explain", &web.name]), arguments)?;
    for part in [
        "engine: local at unix://",
        &format!("engine: by-tls at tls://{TLS}\n"),
        &format!("engine: by-agent at agent://{AGENT}, on another machine"),
        &format!("HTTP router `{0}`: {0} -> ", web.name),
        "also defined by",
        &format!("`{} on by-tls`", web.name),
        "no label for the rule: it is made by the setting `defaultRule`",
    ] {
        ensure!(text.contains(part), "not {part:?}:\n{text}\n{errors}");
    }
    let (text, errors) = run(program()?.args(["explain", &there.name]), arguments)?;
    ensure!(text.contains("engine: podman at unix://"), "{text}\n{errors}");
    ensure!(!text.contains("also defined by"), "{text}");
    let unknown = run(program()?.args(["explain", &scene.name("nobody")]), arguments)?.1;
    ensure!(unknown.contains("no engine has a container"), "{unknown}");
    Ok(())
}

#[test]
fn of_two_engines_that_differ_the_earlier_keeps_the_name() -> Result<()> {
    with_engines(|scene, podman, certificates| {
        let _agent = agent(certificates, scene.engine)?;
        let hosts = ["first", "second"].map(|name| format!("{}.test", scene.name(name)));
        let router = format!("traefik.http.routers.{}.rule", scene.name("site"));
        let rule = |host: &str| format!("Host(`{host}`)");
        // The later engine's is there first.
        let second = scene.run_on(podman, "second").label(&router, &rule(&hosts[1])).start()?;
        let arguments = settings(scene, podman, certificates)?;
        let output = ["--output".to_owned(), scene.dynamic().display().to_string()];
        let watcher = scene.watch_with(&[arguments.clone(), output.to_vec()].concat())?;
        watcher.ready()?;
        eventually("the later engine's route is in the file", || {
            ensure!(scene.text()?.contains(&hosts[1]), "not in the file");
            Ok(())
        })?;
        let first =
            scene.run("first").option("--publish", "8080:80").label(&router, &rule(&hosts[0])).start()?;
        scene.served(&hosts[0], &first.name)?;
        let told = watcher.wait_for(&["overruled"])?;
        // The first one is on three engines, which tell of it in any order.
        for part in [format!("`{} on podman`", second.name), format!("`{} on ", first.name)] {
            ensure!(told.contains(&part), "not {part:?}: {told}");
        }
        ensure!(!scene.text()?.contains(&hosts[1]), "both are served");
        let (text, errors) = run(program()?.args(["explain", &second.name]), &arguments)?;
        // JSON has keys in order: of the three, the agent comes first in these settings.
        let fate = format!("not served, `{} on by-agent` keeps the name", first.name);
        ensure!(text.contains(&fate), "{text}\n{errors}");
        ensure!(errors.contains("[overruled]"), "{errors}");

        first.order("rm", &["--force"])?;
        eventually("the name is the later engine's again", || {
            ensure!(scene.text()?.contains(&hosts[1]), "not in the file");
            Ok(())
        })
    })
}

/// What a command prints as JSON, whatever it ends with.
fn told(command: &[&str], arguments: &[String]) -> Result<Vec<Value>> {
    let (text, errors) = run(program()?.args(command).args(["--format", "json"]), arguments)?;
    serde_json::from_str(&text).context(errors)
}

/// Each engine's settings hold for its containers, which all were judged as those of one local engine before.
#[test]
fn check_and_explain_go_by_each_engine_s_settings() -> Result<()> {
    with_engines(|scene, podman, certificates| {
        let _agent = agent(certificates, scene.engine)?;
        let arguments = settings(scene, podman, certificates)?;
        let web = scene.run("web").start()?;
        let wrong =
            scene.run_on(podman, "wrong").label("traefik.http.routers.wrong.rul", "Path(`/`)").start()?;

        let findings = told(&["check"], &arguments)?;
        let of = |name: &str| -> Vec<(String, String)> {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let of = findings.iter().filter(|it| it["container"] == name);
            of.map(|it| (text(&it["engine"]), text(&it["code"]))).collect()
        };
        let pair = |engine: &str, code: &str| (engine.to_owned(), code.to_owned());
        ensure!(of(&wrong.name) == [pair("podman", "unknown-field")], "{findings:#?}");
        // Here it has an address; where the agent is it would need a published port.
        let of_web = of(&web.name);
        ensure!(of_web.contains(&pair("by-agent", "not-published")), "{findings:#?}");
        ensure!(of_web.iter().all(|(engine, _)| engine == "by-agent"), "{findings:#?}");

        let explained = told(&["explain", &web.name], &arguments)?;
        let engines: Vec<_> =
            explained.iter().map(|it| (&it["engine"]["name"], &it["engine"]["remote"])).collect();
        let expected = [("by-agent", true), ("by-tls", false), ("local", false)];
        let expected = expected.map(|(name, remote)| (json!(name), json!(remote)));
        ensure!(
            engines == expected.iter().map(|(name, remote)| (name, remote)).collect::<Vec<_>>(),
            "{explained:#?}"
        );
        for it in &explained {
            let codes: Vec<_> =
                it["findings"].as_array().into_iter().flatten().map(|it| &it["code"]).collect();
            ensure!(
                codes.contains(&&json!("not-published")) == (it["engine"]["name"] == "by-agent"),
                "{it:#}"
            );
        }
        Ok(())
    })
}

#[test]
fn an_agent_hands_out_containers_and_nothing_else() -> Result<()> {
    with_engines(|scene, podman, certificates| {
        let agent = agent(certificates, scene.engine)?;
        let web = scene.run("web").option("--env", "PASSWORD=hunter2").start()?;
        let [ca, cert, key] = files(&certificates.join("client")).map(|path| path.display().to_string());
        // Docker's own client, through the agent.
        let docker = |arguments: &[&str]| -> Result<(bool, String)> {
            let tls = ["--tlsverify", "--tlscacert", &ca, "--tlscert", &cert, "--tlskey", &key];
            let mut docker = portolan_tests::command("docker");
            docker.env("DOCKER_CONFIG", "/nonexistent").args(["--host", &format!("tcp://{AGENT}")]);
            let done = docker.args(tls).args(arguments).output()?;
            let text = [done.stdout, done.stderr].concat();
            Ok((done.status.success(), String::from_utf8_lossy(&text).into_owned()))
        };
        let (done, text) = docker(&["ps", "--format", "{{.Names}}"])?;
        ensure!(done && text.contains(&web.name), "{text}");
        let (done, text) = docker(&["inspect", "--type", "container", &web.name])?;
        ensure!(done && text.contains("PASSWORD=***") && !text.contains("hunter2"), "{text}");
        for refused in [
            ["rm", "--force", &web.name].as_slice(),
            &["exec", &web.name, "true"],
            &["stop", &web.name],
            &["logs", &web.name],
            &["cp", &format!("{}:/etc/passwd", web.name), "-"],
            &["images"],
            &["network", "ls"],
            &["run", "--detach", "busybox"],
        ] {
            let (done, text) = docker(refused)?;
            ensure!(!done && text.contains("the agent passes"), "{refused:?}: {text}");
        }
        ensure!(agent.log.text().contains("refused"), "refusals are logged");
        // One that is not known is an error before anything is asked.
        let unknown = run(program()?.args(["render", "--engine", "agent://127.0.0.1:1"]), &[])?.1;
        ensure!(unknown.contains("is not known") && unknown.contains("providers.agents"), "{unknown}");
        drop((podman, web));
        Ok(())
    })
}
