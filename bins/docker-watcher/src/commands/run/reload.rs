//! Settings that are read again while it runs.

use portolan_program::engines::{Followed, engines};
use portolan_reconcile::Command;
use portolan_settings::Settings;
use tracing::{error, warn};

use super::read;
use crate::cli::RunArguments;
use crate::{configure, report};

/// Reads the settings again; settings that are in error change nothing. `running` are those of the start, by which all goes on that
/// takes effect at a start alone.
pub(super) fn reload(arguments: &RunArguments, running: &Settings, followed: &[Followed]) -> Option<Command> {
    let (read, said) = report::captured(|| read(arguments));
    report::repeat(&said);
    match read.and_then(|new| Ok((configure::policy_for(&new, followed)?, new))) {
        Ok((policy, new)) => {
            let waiting = waiting(running, &new);
            if !waiting.is_empty() {
                warn!("what is new in {} takes effect at the next start", in_words(&waiting));
            }
            for doubt in doubts(&new) {
                warn!("{doubt}");
            }
            let network = Box::new(configure::network(&new));
            Some(Command::Adopt(Box::new(policy), Some(network)))
        }
        Err(error) => {
            let first = said.iter().find(|line| line.level == "error");
            let cause = first.map_or_else(|| format!("{error:#}"), |line| line.message.clone());
            error!(
                key = first.and_then(|line| line.key.as_deref()),
                help = first.and_then(|line| line.help.as_deref()),
                "settings not read again, the old ones stay: {cause}"
            );
            None
        }
    }
}

/// The keys of what is another than it was at the start, and is looked at there alone.
fn waiting(running: &Settings, new: &Settings) -> Vec<&'static str> {
    let keys = [
        ("engine", running.engine != new.engine),
        ("tls", running.tls != new.tls),
        ("providers", running.providers != new.providers),
        ("output", running.output != new.output),
        ("format", running.format != new.format),
        ("debounce", running.debounce != new.debounce),
        ("timeout", running.timeout != new.timeout),
        ("log", running.log != new.log),
        ("scripts", running.scripts != new.scripts),
        ("status", running.status != new.status),
        ("network.enabled", running.network.enabled != new.network.enabled),
        ("network.state", running.network.state != new.network.state),
    ];
    keys.into_iter().filter_map(|(key, is_other)| is_other.then_some(key)).collect()
}

/// What would go wrong at a start with these settings, as far as that shows without a connection.
fn doubts(new: &Settings) -> Vec<String> {
    match engines(new) {
        Ok(engines) => {
            let doubt = |engine: &Followed| {
                let error = engine.endpoint.check().err()?;
                Some(format!("after the next start, engine `{}` would be away: {error}", engine.name))
            };
            engines.iter().filter_map(doubt).collect()
        }
        Err(error) => vec![format!("the next start would fail: {error:#}")],
    }
}

/// `a, b and c` in backticks.
fn in_words(keys: &[&str]) -> String {
    let mut keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    let last = keys.pop().unwrap_or_default();
    if keys.is_empty() { last } else { format!("{} and {last}", keys.join(", ")) }
}

#[cfg(test)]
mod tests {
    use portolan_settings::{File, Sources};

    use super::*;

    fn settings(text: &str) -> Settings {
        let file = File { path: "settings.yml".into(), text: text.to_owned() };
        Settings::load(&Sources { file: Some(file), ..Sources::default() }).unwrap().0
    }

    #[test]
    fn what_waits_for_the_next_start_is_named_where_it_changed() {
        let check = |old: &str, new: &str, expected: &str| {
            assert_eq!(in_words(&waiting(&settings(old), &settings(new))), expected, "{new}");
        };
        check("exposedByDefault: true", "exposedByDefault: false", "");
        check("", "debounce: 5s", "`debounce`");
        check("log: {level: debug}", "log: {level: debug}\nstatus: {listen: 9000}", "`status`");
        check(
            "",
            "engine: unix:///a\noutput: /b\nnetwork: {enabled: false}",
            "`engine`, `output` and `network.enabled`",
        );
    }

    #[test]
    fn settings_that_could_not_start_are_told_at_a_reload() {
        let check = |text: &str, expected: &[&str]| assert_eq!(doubts(&settings(text)), expected, "{text}");
        check("engine: tcp://127.0.0.1:1", &[]);
        check(
            "engine: agent://db:1",
            &[
                "the next start would fail: agent `agent://db:1` is not known: no certificates are given for it",
            ],
        );
        check(
            "engine: ftp://db",
            &[
                "the next start would fail: `ftp://db` is not the address of an engine: the scheme is not known",
            ],
        );
        check(
            "engine: [unix:///a, 'tls://db']\ntls: {ca: /none/ca.pem}",
            &[
                "after the next start, engine `tls://db` would be away: cannot use `/none/ca.pem` for TLS: No such file or directory (os error 2)",
            ],
        );
    }
}
