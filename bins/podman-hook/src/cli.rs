use clap::{Args, Parser, Subcommand};

/// Keeps Traefik's files in step with Podman's containers, as an OCI hook.
///
/// Without a command it is the hook: it reads a container's state from standard input, as a runtime gives it.
#[derive(Debug, Parser)]
#[command(version, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write the file anew from what is known, without containers that have ended
    Sync,
    /// Tell which containers are known, and what last went wrong
    Status,
    /// What the hook leaves behind
    #[command(hide = true)]
    Worker(WorkerArguments),
}

#[derive(Debug, Args)]
pub(crate) struct WorkerArguments {
    /// The container's identifier
    pub(crate) id: String,
    /// The start that it is for; none where the container has stopped
    pub(crate) start: Option<String>,
}
