use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// How long a test waits for what it expects. Far above what anything takes, so that a busy machine fails no test.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Asks again and again until the answer is there.
///
/// For what can't be awaited, such as an answer through a proxy. A log can: [`crate::Log::wait_for`].
///
/// # Errors
/// The last error of `attempt`, with `what` was waited for, after [`PATIENCE`].
pub fn eventually<T>(what: &str, attempt: impl FnMut() -> Result<T>) -> Result<T> {
    eventually_within(PATIENCE, what, attempt)
}

/// The same, for what takes longer by itself.
///
/// # Errors
/// The last error of `attempt`, with `what` was waited for, after `patience`.
pub fn eventually_within<T>(
    patience: Duration,
    what: &str,
    mut attempt: impl FnMut() -> Result<T>,
) -> Result<T> {
    let deadline = Instant::now() + patience;
    loop {
        match attempt() {
            Ok(value) => return Ok(value),
            Err(error) if Instant::now() > deadline => {
                return Err(error).with_context(|| format!("{what}: not within {patience:?}"));
            }
            Err(_) => thread::sleep(Duration::from_millis(20)),
        }
    }
}
