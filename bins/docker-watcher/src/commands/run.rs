mod reload;

use std::process::ExitCode;

use anyhow::Context;
use portolan_engine::Requests;
use portolan_program::engines::{Followed, engines};
use portolan_program::logging;
use portolan_reconcile::{Command, Event, Loop, Memory, Networks, Scripts, Sink, follow};
use portolan_settings::Settings;
use portolan_traefik::Directory;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tracing::{info, warn};

use super::render::STEM;
use crate::cli::RunArguments;
use crate::page::Page;
use crate::status_socket::StatusSocket;
use crate::{configure, report, supervise};

/// Events that may wait for the loop: more would only hold memory while it writes.
const QUEUE: usize = 64;

pub(crate) fn run(arguments: &RunArguments) -> anyhow::Result<ExitCode> {
    // What is said of the settings is said as they want it.
    let (settings, said) = report::captured(|| read(arguments));
    if let (Ok(settings), false) = (&settings, arguments.dry_run) {
        logging::start(&settings.log);
    }
    report::repeat(&said);
    let settings = settings?;
    if arguments.dry_run {
        return super::explain::all(&settings);
    }
    let engines = engines(&settings)?;
    let policy = configure::policy_for(&settings, &engines)?;
    let format = configure::format(&settings);
    let directory = Directory::new(&settings.output, STEM, format).map_err(report::directory)?;

    let version = env!("CARGO_PKG_VERSION");
    info!(version, file = %directory.file().display(), "docker-watcher starts");
    let (events, queue) = mpsc::channel(QUEUE);
    let memory = memory(&directory, &engines);
    let sink = Sink::new(directory, settings.debounce);
    let names = engines.iter().map(|engine| engine.name.clone()).collect();
    let (mut watcher, status) = Loop::new(policy, sink, format, names, queue)?;
    if let Some(memory) = memory {
        watcher = watcher.with_memory(memory);
    }
    let network = settings.network.enabled.then(|| configure::network(&settings));

    super::runtime()?.block_on(async {
        let scripts = configure::scripts(&settings).map(Scripts::spawn);
        if let Some(network) = network {
            let local = engines.iter().map(|engine| engine.endpoint.is_local()).collect();
            watcher = watcher.with_networks(Networks::start(network, local, scripts.as_ref()));
        }
        if let Some(scripts) = scripts {
            watcher = watcher.with_scripts(scripts);
        }
        let requests: Vec<Requests> = engines.iter().map(|_| Requests::default()).collect();
        for (engine, (followed, requests)) in engines.iter().zip(&requests).enumerate() {
            let (endpoint, events, requests) = (followed.endpoint.clone(), events.clone(), requests.clone());
            tokio::spawn(follow(engine, endpoint, settings.timeout, events, requests));
        }
        watcher = watcher.with_requests(requests);
        let socket = match &settings.status.socket {
            Some(path) => StatusSocket::open(path.clone()).await,
            None => None,
        };
        if let Some(socket) = &socket {
            socket.serve(events.downgrade(), status.clone());
        }
        if let Some(page) = Page::open(&settings.status).await {
            page.serve(events.downgrade(), status.clone());
        }
        tokio::spawn(supervise::supervise(status));
        tokio::spawn(signals(arguments.clone(), settings, engines, events)?);
        watcher.run().await;
        info!("docker-watcher ends, the file stays");
        Ok(ExitCode::SUCCESS)
    })
}

/// What each of several engines had. A single one that is away has the whole file stay as it was: nothing need be known of it.
fn memory(directory: &Directory, engines: &[Followed]) -> Option<Memory> {
    if engines.len() < 2 {
        if let Err(error) = directory.drop_kept(Memory::FILE) {
            let error = anyhow::Error::from(error);
            warn!("what engines had stays noted, though there is one alone: {error:#}");
        }
        return None;
    }
    let addresses: Vec<String> = engines.iter().map(|engine| engine.endpoint.to_string()).collect();
    Some(Memory::open(directory, addresses.clone()).unwrap_or_else(|error| {
        let error = anyhow::Error::from(error);
        warn!("an engine that is away now has no routes until it is back: {error:#}");
        Memory::empty(addresses)
    }))
}

fn read(arguments: &RunArguments) -> anyhow::Result<Settings> {
    let mut flags: Vec<(String, String)> = Vec::new();
    if let Some(format) = &arguments.format {
        flags.push(("format".to_owned(), format.clone()));
    }
    if let Some(socket) = &arguments.status_socket {
        flags.push(("status-socket".to_owned(), socket.clone()));
    }
    if let Some(address) = &arguments.status_listen {
        flags.push(("status-listen".to_owned(), address.clone()));
    }
    configure::settings(&arguments.common, flags)
}

/// Turns signals into commands. They are listened for before the future that is returned first runs.
fn signals(
    arguments: RunArguments,
    settings: Settings,
    engines: Vec<Followed>,
    events: mpsc::Sender<Event>,
) -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT")?;
    let mut hangup = signal(SignalKind::hangup()).context("SIGHUP")?;
    Ok(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
                _ = hangup.recv() => {
                    supervise::reloading(false);
                    if let Some(command) = reload::reload(&arguments, &settings, &engines)
                        && events.send(Event::Command(command)).await.is_err()
                    {
                        return;
                    }
                    supervise::reloading(true);
                }
            }
        }
        supervise::stopping();
        // The loop may have ended already.
        let _ = events.send(Event::Command(Command::Stop)).await;
    })
}
