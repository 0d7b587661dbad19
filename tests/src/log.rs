use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// The lines that a program has written so far; whoever waits for one is woken by it.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<(Mutex<Vec<String>>, Condvar)>);

impl Log {
    /// Also reads this stream, line by line, until it ends.
    pub fn follow(&self, stream: impl Read + Send + 'static) {
        let log = self.clone();
        thread::spawn(move || {
            let mut stream = BufReader::new(stream);
            let mut line = Vec::new();
            while stream.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                log.push(String::from_utf8_lossy(&line).trim_end().to_owned());
                line.clear();
            }
        });
    }

    /// Adds a line.
    pub fn push(&self, line: String) {
        self.lines().push(line);
        self.0.1.notify_all();
    }

    /// How many lines there are: where [`Log::wait_for`] begins for what is yet to come.
    pub fn len(&self) -> usize {
        self.lines().len()
    }

    /// Whether nothing was written yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All lines so far.
    pub fn text(&self) -> String {
        self.lines().join("\n")
    }

    /// The lines so far, from number `from` on, that contain one of these.
    pub fn matching(&self, from: usize, parts: &[&str]) -> Vec<String> {
        let lines = self.lines();
        let lines = lines.iter().skip(from);
        lines.filter(|line| parts.iter().any(|part| line.contains(part))).cloned().collect()
    }

    /// Waits for a line from number `from` on for which `find` gives something; that and the number of the line after.
    ///
    /// # Errors
    /// Where none came in time.
    pub fn wait_for<T>(
        &self,
        from: usize,
        patience: Duration,
        what: &str,
        mut find: impl FnMut(&str) -> Option<T>,
    ) -> Result<(T, usize)> {
        let deadline = Instant::now() + patience;
        let mut next = from;
        let mut lines = self.lines();
        loop {
            while let Some(line) = lines.get(next) {
                next += 1;
                if let Some(found) = find(line) {
                    return Ok((found, next));
                }
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                bail!("the log does not say within {patience:?}: {what}");
            }
            (lines, _) = self.0.1.wait_timeout(lines, left).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lines(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_comes_later_wakes_who_waits() -> Result<()> {
        let log = Log::default();
        let (reader, mut writer) = std::io::pipe()?;
        log.follow(reader);
        thread::spawn(move || {
            use std::io::Write;
            writer.write_all(b"one\ntwo\nthr").and_then(|()| writer.write_all(b"ee\n"))
        });
        let find = |line: &str| line.strip_prefix("thr").map(str::to_owned);
        assert_eq!(log.wait_for(1, Duration::from_secs(10), "three", find)?, ("ee".to_owned(), 3));
        Ok(())
    }

    #[test]
    fn a_line_that_never_comes_is_an_error_that_says_which() {
        let log = Log::default();
        log.push("one".to_owned());
        let error = log.wait_for(0, Duration::from_millis(1), "two", |line| (line == "two").then_some(()));
        assert_eq!(
            error.map_err(|error| error.to_string()),
            Err("the log does not say within 1ms: two".to_owned())
        );
    }
}
