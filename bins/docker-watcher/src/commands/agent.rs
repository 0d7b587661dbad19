//! The other end of an `agent://` engine.

mod init;

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use portolan_agent::{Agent, Identity};
use portolan_engine::Endpoint;
use portolan_program::logging;
use portolan_settings::Log;
use tokio::signal::unix::{SignalKind, signal};
use tracing::info;

use crate::cli::{AgentArguments, AgentCommand, AgentServeArguments};
use crate::{report, supervise};

pub(crate) fn run(arguments: &AgentArguments) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        Some(AgentCommand::Init(arguments)) => init::run(arguments),
        None => serve(&arguments.serve),
    }
}

fn serve(arguments: &AgentServeArguments) -> anyhow::Result<ExitCode> {
    let address = arguments.listen.context("`--listen` is missing")?;
    let endpoint = match &arguments.engine {
        Some(address) => Endpoint::parse(address),
        None => Endpoint::from_env_or_local(),
    };
    let endpoint = endpoint.map_err(report::engine)?;
    let Some(socket) = endpoint.socket() else {
        bail!("an agent stands before the socket of an engine on its own machine, and `{endpoint}` is none");
    };
    let identity = Identity::read(&arguments.tls_ca, &arguments.tls_cert, &arguments.tls_key);
    let identity = identity.map_err(report::agent)?;
    logging::start(&Log::default());
    super::runtime()?.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).context("SIGTERM")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT")?;
        let agent = Agent::bind(address, &identity, socket.to_owned()).await.map_err(report::agent)?;
        info!(version = env!("CARGO_PKG_VERSION"), address = %agent.address(), engine = %endpoint, "agent listens");
        supervise::serving();
        tokio::select! {
            () = agent.run() => {}
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        supervise::stopping();
        Ok(ExitCode::SUCCESS)
    })
}
