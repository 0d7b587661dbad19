//! The engines to follow, from the settings.

use std::net::IpAddr;
use std::{env, fs};

use anyhow::anyhow;
use portolan_engine::{Endpoint, Tls};
use portolan_reconcile::EnginePolicy;
use portolan_routes::Options;
use portolan_settings::{Address, Agents, Provider, Settings};

use crate::report;

/// An engine to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// What people call it: its name in the settings, else its address.
    pub name: String,
    /// Where it is.
    pub endpoint: Endpoint,
    /// Whether its containers are reached by their published ports on its host alone.
    pub remote: bool,
    /// That host, where it is not the endpoint's.
    pub published_at: Option<String>,
    /// Whether a container is left out whose labels ask for no route.
    pub explicit_only: bool,
}

/// Those of `engine` and of `providers.docker`, in this order; without any, that of `DOCKER_HOST`, else the local socket.
///
/// # Errors
/// Where an address is none, an agent is not known, or there is no local engine.
pub fn engines(settings: &Settings) -> anyhow::Result<Vec<Followed>> {
    let providers = &settings.providers.docker.0;
    if settings.engine.is_empty() && providers.is_empty() {
        // Where that variable leads is taken as ours.
        let endpoint = Endpoint::from_env_or_local().map_err(report::engine)?;
        return Ok(vec![Followed { remote: !is_here(&endpoint, true), ..unnamed(endpoint) }]);
    }
    let listed = settings.engine.iter().map(|address| {
        let endpoint = Endpoint::parse(address).map_err(report::engine)?;
        let tls = &settings.tls;
        let has_tls = tls.ca.is_some() || tls.cert.is_some();
        let endpoint = if has_tls && !endpoint.is_local() { endpoint.with_tls(files(tls)) } else { endpoint };
        known(endpoint, &settings.providers.agents).map(unnamed)
    });
    listed.chain(providers.iter().map(|provider| named(provider, settings))).collect()
}

/// What is particular to each of these engines, by options that hold for all.
pub fn policies(engines: &[Followed], options: &Options) -> Vec<EnginePolicy> {
    let policy = |engine: &Followed| {
        let mut options = options.clone();
        if engine.remote {
            options.remote = true;
            options.published_at = engine.endpoint.host().unwrap_or_default().to_owned();
        }
        if let Some(host) = &engine.published_at {
            options.published_at.clone_from(host);
        }
        EnginePolicy { name: engine.name.clone(), options, explicit_only: engine.explicit_only }
    };
    engines.iter().map(policy).collect()
}

/// One that is known by its address alone.
fn unnamed(endpoint: Endpoint) -> Followed {
    let remote = !is_here(&endpoint, false);
    Followed { name: endpoint.to_string(), remote, published_at: None, endpoint, explicit_only: false }
}

/// Whether an engine is on this machine: behind a Unix socket or a loopback address, or where `DOCKER_HOST` leads by TCP, since that
/// may as well be a proxy of the socket.
fn is_here(endpoint: &Endpoint, is_variable: bool) -> bool {
    if endpoint.is_local() {
        return true;
    }
    // What `ssh` knows by a name need not be what that is to us, and nobody puts an agent before an engine of their own machine.
    if endpoint.to_string().starts_with("ssh://") || endpoint.is_agent() {
        return false;
    }
    let is_variable_s = || {
        let host = env::var("DOCKER_HOST").ok().and_then(|host| Endpoint::parse(&host).ok());
        host.is_some_and(|host| host.to_string() == endpoint.to_string())
    };
    let hosts = || fs::read_to_string("/etc/hosts").unwrap_or_default();
    is_variable || is_variable_s() || endpoint.host().is_some_and(|host| is_loopback(host, &hosts()))
}

/// Whether a name is one of this machine's loopback interface, by a text as `/etc/hosts` has it. Nobody else is asked: a name that has to be
/// looked up on the network is hardly one of this machine.
fn is_loopback(name: &str, hosts: &str) -> bool {
    let is = |other: &str| other.eq_ignore_ascii_case(name);
    if name.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case("localhost")) {
        return true;
    }
    let lines = hosts.lines().map(|line| line.split('#').next().unwrap_or_default().split_whitespace());
    let of_name: Vec<bool> = lines
        .filter_map(|mut words| {
            let address: IpAddr = words.next()?.parse().ok()?;
            words.any(is).then(|| address.is_loopback())
        })
        .collect();
    !of_name.is_empty() && of_name.into_iter().all(|it| it)
}

fn named(provider: &Provider, settings: &Settings) -> anyhow::Result<Followed> {
    let failed = |error: portolan_engine::Error| {
        let help = error.help();
        report::with_help(anyhow!("setting `providers.docker`: engine `{}`: {error}", provider.name), help)
    };
    let endpoint = match &provider.address {
        Address::Text(text) if is_variable(text) => Endpoint::from_env_or_local().map_err(failed)?,
        address => {
            let endpoint = Endpoint::parse(&address.to_string()).map_err(failed)?;
            match address {
                Address::Parts { tls: Some(tls), .. } => endpoint.with_tls(files(tls)),
                // `tcp://` would become TLS by it, and this engine does not say so.
                _ if endpoint.speaks_tls() => endpoint.with_tls(files(&settings.tls)),
                _ => endpoint,
            }
        }
    };
    let is_variable = matches!(&provider.address, Address::Text(text) if is_variable(text));
    Ok(Followed {
        name: provider.name.clone(),
        remote: !provider.local.unwrap_or_else(|| is_here(&endpoint, is_variable)),
        published_at: provider.published_at.clone(),
        endpoint: known(endpoint, &settings.providers.agents)?,
        explicit_only: provider.explicit_only,
    })
}

fn is_variable(text: &str) -> bool {
    matches!(text.trim(), "$DOCKER_HOST" | "${DOCKER_HOST}")
}

fn files(tls: &portolan_settings::Tls) -> Tls {
    Tls { ca: tls.ca.clone(), cert: tls.cert.clone(), key: tls.key.clone() }
}

/// An agent with the certificates that it wants; any other engine as it is.
fn known(endpoint: Endpoint, agents: &Agents) -> anyhow::Result<Endpoint> {
    if !endpoint.is_agent() {
        return Ok(endpoint);
    }
    let same = |address: &str| {
        Endpoint::parse(&format!("agent://{address}"))
            .is_ok_and(|agent| agent.to_string() == endpoint.to_string())
    };
    match agents.0.iter().find(|agent| same(&agent.address)) {
        Some(agent) => {
            let (ca, cert, key) = (agent.ca.clone(), agent.cert.clone(), agent.key.clone());
            Ok(endpoint.with_tls(Tls { ca: Some(ca), cert: Some(cert), key: Some(key) }))
        }
        None => {
            let known: Vec<String> = agents.0.iter().map(|agent| format!("`{}`", agent.address)).collect();
            let error = portolan_engine::Error::UnknownAgent { endpoint };
            let help = error.help().unwrap_or_default();
            let help = match known.is_empty() {
                true => help,
                false => format!("{help}; known are {}", known.join(", ")),
            };
            Err(report::with_help(error.into(), Some(help)))
        }
    }
}

#[cfg(test)]
mod tests {
    use portolan_settings::{File, Sources};

    use super::*;

    /// The engines of a settings file, a line each, or what is wrong.
    fn engines_of(text: &str) -> Result<Vec<String>, String> {
        let file = File { path: "settings.yml".into(), text: text.to_owned() };
        let sources = Sources { file: Some(file), ..Sources::default() };
        let (settings, _) = Settings::load(&sources).map_err(|problems| problems[0].to_string())?;
        let line = |it: Followed| {
            let flag = |is: bool, word: &str| if is { format!(" {word}") } else { String::new() };
            format!(
                "{} {}{}{}{}",
                it.name,
                it.endpoint,
                flag(it.remote, "remote"),
                flag(it.explicit_only, "explicit"),
                it.published_at.map(|host| format!(" at {host}")).unwrap_or_default()
            )
        };
        let engines = engines(&settings).map_err(|error| error.to_string())?;
        Ok(engines.into_iter().map(line).collect())
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(engines_of(text), Ok(expected.iter().map(|line| (*line).to_owned()).collect()), "{text}");
    }

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let error = engines_of(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }

    #[test]
    fn each_form_of_an_engine() {
        check("engine: unix:///a", &["unix:///a unix:///a"]);
        check("engine: tcp://127.0.0.1:2375", &["tcp://127.0.0.1:2375 tcp://127.0.0.1:2375"]);
        check("engine: tcp://db:2375", &["tcp://db:2375 tcp://db:2375 remote"]);
        check("engine: [tls://db, http://db]", &["tls://db tls://db remote", "http://db http://db remote"]);
        check("engine: ssh://ops@db", &["ssh://ops@db ssh://ops@db remote"]);
        check(
            "engine: unix:///a\nproviders: {docker: {b: 'tcp://b:1', 'a!': {scheme: tls, host: '::1', port: 2}}}",
            &["unix:///a unix:///a", "b tcp://b:1 remote", "a tls://[::1]:2 explicit"],
        );
        check(
            "providers:\n  docker: {far: agent://db}\n  agents: {'db': {ca_file: a, cert_file: b, key_file: c}}",
            &["far agent://db remote"],
        );
    }

    /// What is a proxy of a socket, and what `ssh` alone knows.
    #[test]
    fn what_an_address_does_not_tell() {
        check("providers: {docker: {a: {address: 'tcp://proxy:1', local: true}}}", &["a tcp://proxy:1"]);
        check(
            "providers: {docker: {a: {address: 'ssh://db', published_at: db.example.com}}}",
            &["a ssh://db remote at db.example.com"],
        );
        check(
            "providers: {docker: {a: {scheme: tls, host: '::1', port: 2, local: false, published_at: 192.0.2.1}}}",
            &["a tls://[::1]:2 remote at 192.0.2.1"],
        );
        check(
            "providers: {docker: {a: {address: 'unix:///a', published_at: 127.0.0.1}}}",
            &["a unix:///a at 127.0.0.1"],
        );
        refused("providers: {docker: {a: {address: 'unix:///a', port: 1}}}", "an engine has `address`, or");
        refused("providers: {docker: {a: {address: ''}}}", "the address is empty");
        refused(
            "providers: {docker: {a: {address: 'unix:///a', local: perhaps}}}",
            "expected `true` or `false`",
        );
        refused(
            "providers: {docker: {a: {address: 'ssh://a', published_at: 'a:1'}}}",
            "neither an IP address nor",
        );
        refused("providers: {docker: {a: {local: true}}}", "needs `scheme`, `host` and `port`");
    }

    #[test]
    fn a_name_of_the_loopback_interface_is_one_of_this_machine() {
        let hosts =
            "127.0.0.1 localhost\n127.0.1.1\tbox.example.com box # mine\n::1 both\n192.0.2.1 both db\n";
        let check = |name: &str, expected| assert_eq!(is_loopback(name, hosts), expected, "{name}");
        check("localhost", true);
        check("engine.localhost", true);
        check("Box", true);
        check("box.example.com", true);
        check("mine", false);
        check("both", false);
        check("db", false);
        check("proxy", false);
    }

    #[test]
    fn an_agent_that_is_not_known_is_an_error() {
        refused("engine: agent://db:8890", "agent `agent://db:8890` is not known");
        refused("providers: {docker: {far: 'agent://db:8890'}}", "agent `agent://db:8890` is not known");
    }

    #[test]
    fn an_address_that_is_none_is_told_with_the_engine_s_name() {
        refused("providers: {docker: {far: 'ftp://db'}}", "engine `far`: `ftp://db` is not the address");
        refused("providers: {docker: {far: {scheme: ftp, host: db, port: 1}}}", "expected one of `tcp`");
        refused(
            "providers: {docker: {far: {scheme: tcp, host: 'a:1', port: 1}}}",
            "neither an IP address nor",
        );
        refused("providers: {docker: {far: {scheme: tcp, host: db, port: 65536}}}", "a port from 1 to 65535");
        refused(
            "providers: {docker: {far: {scheme: tls, host: db, port: 1, tls: {cert_file: c}}}}",
            "of no use without each other",
        );
        refused("providers: {docker: {'': 'unix:///a'}}", "no name of an engine");
        refused("providers: {docker: {a: 'unix:///a', 'a!': 'unix:///b'}}", "given twice");
    }

    /// Forms and mistakes as GoDoxy's own tests have them.
    #[test]
    fn the_forms_of_the_reference() {
        let vectors = include_str!("../tests/data/docker_provider_config.jsonl");
        assert_eq!(vectors.lines().count(), 12);
        for line in vectors.lines() {
            let vector: serde_json::Value = serde_json::from_str(line).unwrap();
            let engine = vector.pointer("/input/yaml").and_then(serde_json::Value::as_str).unwrap();
            let text: String = engine.lines().map(|line| format!("    {line}\n")).collect();
            let result = engines_of(&format!("providers:\n  docker:\n{text}"));
            let is_wrong = vector.pointer("/expected/error").and_then(serde_json::Value::as_bool);
            assert_eq!(Some(result.is_err()), is_wrong, "{engine}: {result:?}");
        }
    }
}
