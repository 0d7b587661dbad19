//! Faults that tests inject: the process is killed at a step, as a machine's trouble would.

/// The variable that names the step. It means something in builds with debug assertions alone.
const VARIABLE: &str = "PORTOLAN_HOOK_FAULT";

/// Kills this process with no chance to put anything right, if a test wants that at this step.
pub(crate) fn at(step: &str) {
    if cfg!(debug_assertions) && std::env::var_os(VARIABLE).is_some_and(|wanted| wanted == step) {
        // Nothing is to be done if even that fails: the test will tell.
        let _ = nix::sys::signal::raise(nix::sys::signal::SIGKILL);
    }
}
