use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Keeps Traefik's files in step with Podman's containers, as an OCI hook.
///
/// Without a command it is the hook: it reads a container's state from standard input, as a runtime gives it.
#[derive(Debug, Parser)]
#[command(name = "podman-hook", version, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Have Podman call the hook for each container
    ///
    /// Writes a file among Podman's hooks and a drop-in to containers.conf that names their directory beside those in use.
    Install(InstallArguments),
    /// Have Podman call the hook no more
    Uninstall(UninstallArguments),
    /// Write the file anew from what is known, without containers that have ended
    ///
    /// Podman is asked again about containers of which it did not tell in time what they are.
    Sync,
    /// Tell which containers are known, and what last went wrong
    Status(StatusArguments),
    /// Print what completes command lines of this program in a shell
    ///
    /// For bash, `source <(podman-hook completions bash)` in `~/.bashrc`, or the text as a file `podman-hook` in
    /// `/usr/share/bash-completion/completions`; for zsh as `_podman-hook` in a directory of `$fpath`; for fish as
    /// `podman-hook.fish` in `~/.config/fish/completions`.
    Completions(CompletionsArguments),
    /// What the hook leaves behind
    #[command(hide = true)]
    Worker(WorkerArguments),
}

#[derive(Debug, Args)]
pub(crate) struct InstallArguments {
    /// For your own containers, and not for root's
    #[arg(long)]
    pub(crate) user: bool,
    /// The directory for Traefik's files, whatever the settings say
    #[arg(long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    /// The directory for hooks
    #[arg(long, value_name = "DIR")]
    pub(crate) hooks_dir: Option<PathBuf>,
    /// Print what would be written, and write nothing
    #[arg(long)]
    pub(crate) print: bool,
    /// Replace files that somebody else wrote
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UninstallArguments {
    /// For your own containers, and not for root's
    #[arg(long)]
    pub(crate) user: bool,
    /// The directory for hooks, if another was given to `install`
    #[arg(long, value_name = "DIR")]
    pub(crate) hooks_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArguments {
    /// For people or for programs
    #[arg(long, value_enum, default_value_t = StatusFormat::Text)]
    pub(crate) format: StatusFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatusFormat {
    /// Lines for people
    Text,
    /// JSON for programs
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// The shell
    pub(crate) shell: Shell,
}

/// A shell that completes command lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
}

#[derive(Debug, Args)]
pub(crate) struct WorkerArguments {
    /// The container's identifier
    pub(crate) id: String,
    /// The start that it is for; none where the container has stopped
    pub(crate) start: Option<String>,
}
