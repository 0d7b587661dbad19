use std::time::Duration;

use portolan_reconcile::Status;
use sd_notify::NotifyState;
use tokio::sync::watch;
use tracing::debug;

/// Tells systemd, if it started us, when the first file is written, how things stand, and that we are alive.
///
/// It runs on the thread of the loop: a loop that hangs keeps it from telling that all is well.
pub(crate) async fn supervise(mut status: watch::Receiver<Status>) {
    let interval = sd_notify::watchdog_enabled().map(|limit| limit / 2);
    let mut ready = false;
    let mut last = String::new();
    loop {
        let (is_ready, text) = {
            let status = status.borrow_and_update();
            (status.ready, describe(&status))
        };
        if is_ready && !ready {
            ready = true;
            notify(&[NotifyState::Ready]);
        }
        if text != last {
            notify(&[NotifyState::Status(&text)]);
            last = text;
        }
        tokio::select! {
            changed = status.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(interval.unwrap_or(Duration::MAX)), if interval.is_some() => {
                notify(&[NotifyState::Watchdog]);
            }
        }
    }
}

/// Tells systemd that settings are being read again, and when that is done.
pub(crate) fn reloading(done: bool) {
    if done {
        notify(&[NotifyState::Ready]);
    } else if let Ok(now) = NotifyState::monotonic_usec_now() {
        notify(&[NotifyState::Reloading, now]);
    }
}

/// Tells systemd that requests are answered.
pub(crate) fn serving() {
    notify(&[NotifyState::Ready]);
}

/// Tells systemd that we are ending.
pub(crate) fn stopping() {
    notify(&[NotifyState::Stopping]);
}

fn describe(status: &Status) -> String {
    let mut text = format!("{} containers, {} elements", status.containers, status.elements);
    if !status.away.is_empty() {
        text.push_str(&format!(", {} engines away", status.away.len()));
    }
    if let Some(error) = &status.sink {
        text.push_str(&format!(", file not written: {error}"));
    }
    text
}

fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        debug!("systemd was not told: {error}");
    }
}
