//! What programs print for shells is what a shell takes.

use anyhow::{Context as _, Result};
use portolan_tests::{Need, command, hook_program, hub_proxy_program, output, program, unmet};

/// What bash offers for the last of these words.
fn completed(program: &mut std::process::Command, words: &[&str]) -> Result<Vec<String>> {
    let script = output(program.args(["completions", "bash"]), b"")?;
    let name = words.first().copied().unwrap_or_default();
    let (last, count) = (words.last().copied().unwrap_or_default(), words.len().saturating_sub(1));
    let before = words.get(count.saturating_sub(1)).copied().unwrap_or_default();
    let words: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
    let function = format!("_{}", name.replace('-', "__"));
    let ask = format!(
        "{script}\nCOMP_WORDS=({}) COMP_CWORD={count}\n{function} '{name}' '{last}' '{before}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"",
        words.join(" ")
    );
    Ok(output(command("bash").args(["-c", &ask]), b"")?.lines().map(str::to_owned).collect())
}

#[test]
fn bash_completes_command_lines() -> Result<()> {
    if unmet(&[Need::Watcher, Need::Hook, Need::HubProxy])?.is_some() {
        return Ok(());
    }
    assert_eq!(completed(&mut program()?, &["docker-watcher", "che"])?, ["check"]);
    assert_eq!(completed(&mut program()?, &["docker-watcher", "check", "--deny"])?, ["--deny-warnings"]);
    assert_eq!(completed(&mut program()?, &["docker-watcher", "check", "--format", "sa"])?, ["sarif"]);
    let hook = || hook_program().map(command).context("`podman-hook` is not built");
    let hub_proxy = hub_proxy_program().map(command).context("`jupyterhub-proxy` is not built");
    assert_eq!(completed(&mut hook()?, &["podman-hook", "un"])?, ["uninstall"]);
    assert_eq!(completed(&mut hub_proxy?, &["jupyterhub-proxy", "--host"])?, ["--host-routing"]);
    Ok(())
}
