//! Settings as what the crates take.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use portolan_blacklist::{Blacklist, Rules};
use portolan_netlink::{Allow, Conditions, OnError, system};
use portolan_reconcile::{NetworkPolicy, Policy, Scripts};
use portolan_routes::constraints::Constraint;
use portolan_routes::proxy::{self, EntryPoint, Sablier};
use portolan_routes::template::Template;
use portolan_routes::{DefaultRoute, Options};
use portolan_settings::{Danger, HostRoutes, Problem, Settings, Sources, Warning, locate};
use portolan_traefik::Format;

use crate::engines::{Followed, policies};
use crate::report;

/// The settings of all sources; what is wrong with them is told. `blacklist` is a settings file whose `blacklist` is used in
/// place of the others'.
///
/// # Errors
/// Where a file cannot be read or a setting is in error: all of it is told by then.
pub fn settings(
    config: Option<&Path>,
    blacklist: Option<&Path>,
    flags: Vec<(String, String)>,
) -> anyhow::Result<Settings> {
    settings_over(Settings::default(), config, blacklist, flags)
}

/// The same as [`settings`] with these for defaults.
///
/// # Errors
/// As [`settings`].
pub fn settings_over(
    defaults: Settings,
    config: Option<&Path>,
    blacklist: Option<&Path>,
    flags: Vec<(String, String)>,
) -> anyhow::Result<Settings> {
    let sources = Sources::gather(config, flags).map_err(|problem| refused(&[*problem]))?;
    let (mut settings, warnings) = defaults.load_over(&sources).map_err(|problems| refused(&problems))?;
    warn(&warnings);
    if let Some(path) = blacklist {
        settings.blacklist = blacklist_of(path)?;
    }
    Ok(settings)
}

/// The `blacklist` of a settings file of its own.
fn blacklist_of(path: &Path) -> anyhow::Result<portolan_settings::Blacklist> {
    let mut sources = Sources::gather(Some(path), Vec::new()).map_err(|problem| refused(&[*problem]))?;
    sources.env.clear();
    Ok(load(&sources)?.blacklist)
}

/// The settings that a service started by the system finds: those of the file, and nothing of this process's variables.
pub fn settings_of_service(config: Option<&Path>) -> anyhow::Result<Settings> {
    let file = match locate(config, &BTreeMap::new()) {
        Some(location) => location.read().map_err(|problem| refused(&[*problem]))?,
        None => None,
    };
    load(&Sources { file, ..Sources::default() })
}

fn load(sources: &Sources) -> anyhow::Result<Settings> {
    let (settings, warnings) = Settings::load(sources).map_err(|problems| refused(&problems))?;
    warn(&warnings);
    Ok(settings)
}

fn refused(problems: &[Problem]) -> anyhow::Error {
    for problem in problems {
        report::problem("error", problem);
    }
    anyhow::anyhow!("the settings cannot be used")
}

fn warn(warnings: &[Warning]) {
    for warning in warnings {
        report::problem("warning", warning);
    }
}

/// How containers become routes, by the settings.
///
/// # Errors
/// Where a setting is in error.
pub fn policy(settings: &Settings) -> anyhow::Result<Policy> {
    let default_rule = Template::parse(&settings.default_rule).context("setting `defaultRule`")?;
    let constraints = Constraint::parse(&settings.constraints).context("setting `constraints`")?;
    for warning in constraints.warnings() {
        report::diagnostic(warning, None);
    }
    let options = Options {
        exposed_by_default: settings.exposed_by_default,
        default_rule,
        constraints,
        network: settings.network.default.clone().unwrap_or_default(),
        use_bind_port_ip: settings.use_bind_port_ip,
        allow_empty_services: settings.allow_empty_services,
        default_route: match settings.default_route {
            portolan_settings::DefaultRoute::Traefik => DefaultRoute::Traefik,
            portolan_settings::DefaultRoute::None => DefaultRoute::None,
            portolan_settings::DefaultRoute::Proxy => DefaultRoute::Proxy,
        },
        traefik_networks: settings.traefik_networks.clone(),
        host_address: settings.host_address.clone(),
        published_at: String::new(),
        proxy: proxy_of(settings)?,
        remote: false,
    };
    let blacklist = &settings.blacklist;
    let blacklist = Blacklist::new(Rules {
        enabled: blacklist.enabled,
        images: blacklist.images.clone(),
        ports: blacklist.ports.clone(),
        mounts: blacklist.mounts.clone(),
        allow: blacklist.allow.clone(),
    });
    Ok(Policy { options, blacklist, engines: Vec::new() })
}

/// The same, with what is particular to each of these engines.
///
/// # Errors
/// Where a setting is in error.
pub fn policy_for(settings: &Settings, engines: &[Followed]) -> anyhow::Result<Policy> {
    let mut policy = policy(settings)?;
    policy.engines = policies(engines, &policy.options);
    Ok(policy)
}

/// What labels of the `proxy.*` dialect leave to the proxy, by the settings.
fn proxy_of(settings: &Settings) -> anyhow::Result<proxy::Settings> {
    let proxy = &settings.proxy;
    let mut entry_points = BTreeMap::new();
    for text in &proxy.entry_points {
        let (name, address) = text
            .split_once('=')
            .with_context(|| format!("setting `proxy.entryPoints`: `{text}` is no `NAME=ADDRESS`"))?;
        let entry_point: EntryPoint = address.parse().context("setting `proxy.entryPoints`")?;
        entry_points.insert(name.trim().to_owned(), entry_point);
    }
    let sablier = proxy.sablier.clone();
    Ok(proxy::Settings {
        http: proxy.http.clone(),
        https: proxy.https.clone(),
        cert_resolver: proxy.cert_resolver.clone().unwrap_or_default(),
        match_domains: proxy.match_domains.clone(),
        entry_points,
        sablier: sablier.map(|plugin| Sablier { plugin, url: proxy.sablier_url.clone() }),
    })
}

/// How network labels are carried out, by the settings and the machine's names of tables and so on.
pub fn network(settings: &Settings) -> NetworkPolicy {
    let (names, complaints) = system::names(Path::new("/"));
    for complaint in complaints {
        report::line("warning", &complaint, None);
    }
    let network = &settings.network;
    let allows = |danger| network.allow.contains(&danger);
    NetworkPolicy {
        conditions: Conditions {
            proc: network.proc.clone(),
            timeout: network.timeout,
            on_error: match network.on_error {
                portolan_settings::OnError::Continue => OnError::Continue,
                portolan_settings::OnError::Rollback => OnError::Rollback,
            },
            allow: Allow { flush: allows(Danger::Flush), host: allows(Danger::Host) },
        },
        names,
        variables: network.variables.clone(),
        keep_host_routes: network.host_routes == HostRoutes::Keep,
        ledger: network.state.clone(),
    }
}

/// Users' scripts, by the settings.
pub fn scripts(settings: &Settings) -> Option<Scripts> {
    let scripts = &settings.scripts;
    scripts.enabled.then(|| Scripts::new(&scripts.directory, scripts.timeout))
}

/// The format of the file, by the settings.
pub fn format(settings: &Settings) -> Format {
    match settings.format {
        portolan_settings::Format::Yaml => Format::Yaml,
        portolan_settings::Format::Toml => Format::Toml,
    }
}
