use std::time::{Duration, Instant};

use portolan_traefik::{Directory, Error, Outcome};

use crate::{Backoff, Pace};

/// The directory that Traefik watches, written to at a pace, and tried again where that fails.
#[derive(Debug)]
pub struct Sink {
    directory: Directory,
    pace: Pace,
    backoff: Backoff,
    prepared: bool,
}

impl Sink {
    /// At most one write in `interval`.
    pub fn new(directory: Directory, interval: Duration) -> Self {
        let backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(15));
        Self { directory, pace: Pace::new(interval), backoff, prepared: false }
    }

    /// The directory.
    pub const fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Notes that there is something to write.
    pub fn changed(&mut self, now: Instant) {
        self.pace.changed(now);
    }

    /// When the next write is due.
    pub const fn due(&self) -> Option<Instant> {
        self.pace.due()
    }

    /// Writes the text; where that fails, the last file stays and another try is due.
    ///
    /// # Errors
    /// Those of [`Directory::prepare`] and [`Directory::write`].
    pub fn write(&mut self, text: &str) -> Result<Outcome, Error> {
        let result = self.try_write(text);
        let now = Instant::now();
        match &result {
            Ok(_) => {
                self.backoff.reset();
                self.pace.written(now);
            }
            Err(_) => {
                // The directory may be another when it is back.
                self.prepared = false;
                self.pace.failed(now, self.backoff.next_wait());
            }
        }
        result
    }

    fn try_write(&mut self, text: &str) -> Result<Outcome, Error> {
        if !self.prepared {
            self.directory.prepare()?;
            self.prepared = true;
        }
        self.directory.write(text)
    }
}
