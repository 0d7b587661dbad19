use std::io::Write as _;

use anyhow::Context as _;

use crate::cli::Shell;

/// Prints what `cargo xtask docs` has made of the command line: the program need not bring what makes it.
pub(crate) fn print(shell: Shell) -> anyhow::Result<()> {
    let text = match shell {
        Shell::Bash => include_str!("../../../docs/completions/jupyterhub-proxy.bash"),
        Shell::Zsh => include_str!("../../../docs/completions/_jupyterhub-proxy"),
        Shell::Fish => include_str!("../../../docs/completions/jupyterhub-proxy.fish"),
    };
    std::io::stdout().write_all(text.as_bytes()).context("standard output")
}
