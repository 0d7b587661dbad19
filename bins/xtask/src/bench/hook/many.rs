//! Many containers that start at once: what is left behind for each must not hold up the others.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use super::scene::Scene;
use super::{Hook, least};
use crate::bench::figures::median;
use crate::interrupt::Interrupt;

/// How many are started, and how many at a time.
const CONTAINERS: usize = 100;
const AT_A_TIME: usize = 8;
/// Each hook has its turn so often.
const ROUNDS: usize = 3;

/// Starts many containers with the first hook, which does nothing, and with the last, and tells how they compare.
pub(super) fn compare(scene: &Scene, hooks: &[Hook], interrupt: &Interrupt) -> Result<String> {
    let [idle, .., ours] = hooks else { return Ok(String::new()) };
    let directories = [scene.hooks_d("many-idle", idle)?, scene.hooks_d("many-ours", ours)?];
    let mut took = [const { Vec::new() }; 2];
    for _ in 0..ROUNDS {
        for (directory, took) in directories.iter().zip(&mut took) {
            took.push(start(scene, directory)?.as_secs_f64());
            scene.settle(interrupt)?;
            scene.remove_all()?;
            scene.settle(interrupt)?;
        }
    }
    Ok(sentence(&took[0], &took[1]))
}

/// Starts them all; the time until the last has started.
fn start(scene: &Scene, hooks: &Path) -> Result<Duration> {
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    thread::scope(|scope| {
        let work = || -> Result<()> {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= CONTAINERS {
                    return Ok(());
                }
                scene.run(Some(hooks), &format!("subject-{number}"))?;
            }
        };
        let threads: Vec<_> = (0..AT_A_TIME).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| anyhow!("a thread panicked"))?)
    })?;
    Ok(started.elapsed())
}

fn sentence(idle: &[f64], ours: &[f64]) -> String {
    let (idle_median, ours_median) = (median(idle), median(ours));
    format!(
        "{CONTAINERS} containers, {AT_A_TIME} at a time: {idle_median:.2} s with `true`, {ours_median:.2} s with podman-hook, \
         {:.2} times as long (medians; least {:.2} s and {:.2} s).",
        ours_median / idle_median,
        least(idle),
        least(ours)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_compares_medians() {
        assert_eq!(
            sentence(&[10.0, 12.0, 11.0], &[12.0, 11.5, 11.0]),
            "100 containers, 8 at a time: 11.00 s with `true`, 11.50 s with podman-hook, 1.05 times as long (medians; least \
             10.00 s and 11.00 s)."
        );
    }
}
