use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

/// Says on standard error that a long step begins, and what it took.
pub(crate) fn timed<T, E: std::fmt::Display>(
    what: &str,
    step: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let started = Instant::now();
    eprintln!("{}", bold(&format!("==> {what}")));
    let outcome = step();
    match &outcome {
        Ok(_) => eprintln!("    {what}: {}", seconds(started.elapsed())),
        Err(error) => eprintln!("    {what}: failed after {}: {error:#}", seconds(started.elapsed())),
    }
    outcome
}

/// A duration as people read it.
pub(crate) fn seconds(duration: Duration) -> String {
    match duration.as_secs() {
        0..60 => format!("{:.1} s", duration.as_secs_f64()),
        whole => format!("{} min {} s", whole / 60, whole % 60),
    }
}

fn bold(text: &str) -> String {
    // Colour and weight carry no meaning of their own: what is piped reads the same.
    if std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        format!("\u{1b}[1m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_said_from_a_minute_on() {
        let check = |millis, expected: &str| assert_eq!(seconds(Duration::from_millis(millis)), expected);
        check(40, "0.0 s");
        check(12_340, "12.3 s");
        check(60_000, "1 min 0 s");
        check(754_000, "12 min 34 s");
    }
}
