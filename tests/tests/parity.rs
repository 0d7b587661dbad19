//! The files that we write hold what Traefik's own Docker provider would have made of the same containers.

use anyhow::{Result, ensure};
use portolan_tests::{FileProvider, Loaded, Need, Vector, render, unmet, vectors};

#[test]
fn yaml_loads_as_traefiks_docker_provider_would_have_it() -> Result<()> {
    parity("yaml", "yml")
}

#[test]
fn toml_loads_as_traefiks_docker_provider_would_have_it() -> Result<()> {
    parity("toml", "toml")
}

fn parity(format: &str, extension: &'static str) -> Result<()> {
    if unmet(&[Need::Traefik, Need::Watcher])?.is_some() {
        return Ok(());
    }
    let mut provider = FileProvider::start(extension)?;
    let vectors = vectors()?;
    let mut different = Vec::new();
    for vector in &vectors {
        if let Err(why) = same(vector, format, &mut provider) {
            different.push(format!("{}: {why:#}", vector.name));
        }
    }
    let shown = different.iter().take(10).map(String::as_str).collect::<Vec<_>>().join("\n\n");
    ensure!(
        different.is_empty(),
        "{} of {} are not the same, among them\n{shown}",
        different.len(),
        vectors.len()
    );
    Ok(())
}

fn same(vector: &Vector, format: &str, provider: &mut FileProvider) -> Result<()> {
    let mut arguments = ["--no-blacklist", "--format", format].map(str::to_owned).to_vec();
    arguments.extend(vector.flags());
    arguments.push("-".to_owned());
    let text = render(&arguments, vector.containers.to_string().as_bytes())?;
    match provider.load(&text)? {
        Loaded::Refused(why) => anyhow::bail!("Traefik refuses\n{text}\n{why}"),
        Loaded::Configuration(loaded) => {
            let recorded = &vector.configuration;
            ensure!(loaded == *recorded, "recorded\n{recorded:#}\nloaded\n{loaded:#}\nfrom\n{text}");
        }
    }
    Ok(())
}

#[test]
fn the_measure_tells_configurations_and_refusals_apart() -> Result<()> {
    if unmet(&[Need::Traefik])?.is_some() {
        return Ok(());
    }
    let mut provider = FileProvider::start("yml")?;
    let router =
        |name: &str| format!("http: {{ routers: {{ {name}: {{ rule: Host(`{name}`), service: s }} }} }}");
    let expected = |name: &str| serde_json::json!({ "http": { "routers": { name: { "rule": format!("Host(`{name}`)"), "service": "s" } } } });
    for round in 0..5 {
        let name = format!("r{round}");
        ensure!(provider.load(&router(&name))? == Loaded::Configuration(expected(&name)), "round {round}");
        ensure!(
            matches!(provider.load("http: {}")?, Loaded::Refused(why) if why.contains("standalone")),
            "round {round}"
        );
        ensure!(matches!(provider.load("http: [")?, Loaded::Refused(_)), "round {round}");
        ensure!(provider.load("")? == Loaded::Configuration(serde_json::json!({})), "round {round}");
    }
    Ok(())
}
