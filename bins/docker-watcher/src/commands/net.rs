//! One label value by hand: as the service would carry it out, or exactly as `ip` would.

mod as_ip;
mod by_hand;

use std::process::ExitCode;

use anyhow::{Context, bail};
use portolan_container::Container;
use portolan_engine::Engine;
use portolan_netlink::{Inside, Kind, Namespace, Process, Request};
use portolan_program::engines::engines;
use portolan_settings::Settings;

use crate::cli::{NetArguments, NetFormat};
use crate::{configure, report};

pub(crate) fn run(arguments: &NetArguments) -> anyhow::Result<ExitCode> {
    let asked = Asked::read(arguments)?;
    if arguments.as_ip {
        return as_ip::run(arguments, &asked);
    }
    let settings = configure::settings(&arguments.common, Vec::new())?;
    by_hand::run(arguments, &asked, &settings)
}

/// What is to be done, and where.
#[derive(Debug)]
struct Asked {
    container: Option<String>,
    kind: Kind,
    text: String,
}

impl Asked {
    fn read(arguments: &NetArguments) -> anyhow::Result<Self> {
        let (container, kind, text) = match arguments.words.as_slice() {
            [kind, text] => (None, kind, text),
            [container, kind, text] => (Some(container.clone()), kind, text),
            _ => bail!(
                "a container, a kind and a string are needed: `net web route 'add default via 10.0.0.1'`"
            ),
        };
        let Some(kind) = Kind::ALL.into_iter().find(|it| it.word() == kind) else {
            bail!("`{kind}` is none of `address`, `route`, `rule` and `host-route`");
        };
        let places = [arguments.pid.is_some(), arguments.netns.is_some(), container.is_some()];
        match places.into_iter().filter(|it| *it).count() {
            0 if kind != Kind::HostRoute => bail!("name a container, or give `--pid` or `--netns`"),
            0 | 1 => Ok(Self { container, kind, text: text.clone() }),
            _ => bail!("one of a container, `--pid` and `--netns` is enough"),
        }
    }

    /// The namespace, and the container where one was named.
    fn place(
        &self,
        arguments: &NetArguments,
        settings: &Settings,
    ) -> anyhow::Result<(Namespace, Option<Container>)> {
        let proc = &settings.network.proc;
        if let Some(path) = &arguments.netns {
            return Ok((Namespace::open(path).map_err(report::network)?, None));
        }
        if let Some(pid) = arguments.pid {
            let process = Process::open(proc, pid).map_err(report::network)?;
            return Ok((process.namespace().map_err(report::network)?, None));
        }
        let container = match &self.container {
            Some(name) => Some(find(name, settings)?),
            None => None,
        };
        match &container {
            Some(container) if self.kind != Kind::HostRoute => {
                if container.pid.is_none() {
                    bail!("container `{}` does not run", container.name);
                }
                let conditions = configure::network(settings).conditions;
                let inside = Inside::find(container, &conditions).map_err(report::network)?;
                Ok((inside.namespace, Some(container.clone())))
            }
            _ => Ok((portolan_netlink::host_namespace(proc).map_err(report::network)?, container)),
        }
    }
}

/// The container of this name, of the first engine that has it.
pub(super) fn find(name: &str, settings: &Settings) -> anyhow::Result<Container> {
    let engines = engines(settings)?;
    super::runtime()?.block_on(async {
        for followed in &engines {
            let engine =
                Engine::connect(&followed.endpoint, settings.timeout).await.map_err(report::engine)?;
            if let Some(container) = engine.inspect(name).await.map_err(report::engine)? {
                return Ok(container);
            }
        }
        bail!("no engine has a container `{name}`")
    })
}

/// Prints messages that would be sent.
fn print(requests: &[&Request], format: NetFormat) -> anyhow::Result<()> {
    let mut text = String::new();
    match format {
        NetFormat::Text => {
            for request in requests {
                text.push_str(&format!(
                    "{} {} {}\n",
                    request.name(),
                    request.flag_names().join(","),
                    request.hex()
                ));
            }
        }
        NetFormat::Json => {
            let list: Vec<_> = requests
                .iter()
                .map(|it| serde_json::json!({"type": it.name(), "flags": it.flag_names(), "hex": it.hex()}))
                .collect();
            text = serde_json::to_string(&list)?;
            text.push('\n');
        }
    }
    print_text(&text)
}

pub(super) fn print_text(text: &str) -> anyhow::Result<()> {
    super::render::print(text).context("standard output")
}
