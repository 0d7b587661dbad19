use std::time::{Duration, Instant};

/// When to write: the first change at once, what follows gathered until this long after the last write.
///
/// So a burst of a hundred starts is a handful of files, one start is not held up, and the last change is never lost.
/// It holds times that it is given; it reads no clock.
#[derive(Clone, Debug)]
pub struct Pace {
    interval: Duration,
    written: Option<Instant>,
    due: Option<Instant>,
}

impl Pace {
    /// At most one write in this time.
    pub const fn new(interval: Duration) -> Self {
        Self { interval, written: None, due: None }
    }

    /// Notes that there is something to write.
    pub fn changed(&mut self, now: Instant) {
        let earliest = self.written.map_or(now, |written| (written + self.interval).max(now));
        self.due.get_or_insert(earliest);
    }

    /// When the next write is due; `None` where there is nothing to write.
    pub const fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Notes that everything is written.
    pub fn written(&mut self, now: Instant) {
        self.written = Some(now);
        self.due = None;
    }

    /// Notes that writing failed, and shall be tried again after `wait`.
    pub fn failed(&mut self, now: Instant, wait: Duration) {
        self.due = Some(now + wait);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_change_is_due_at_once_and_what_follows_after_the_interval() {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut pace = Pace::new(Duration::from_millis(100));
        assert_eq!(pace.due(), None);
        pace.changed(at(0));
        assert_eq!(pace.due(), Some(at(0)));
        pace.written(at(3));
        assert_eq!(pace.due(), None);
        pace.changed(at(10));
        pace.changed(at(90));
        assert_eq!(pace.due(), Some(at(103)), "a stream of changes does not put it off");
        pace.written(at(103));
        pace.changed(at(500));
        assert_eq!(pace.due(), Some(at(500)));
    }

    #[test]
    fn a_failed_write_stays_due() {
        let start = Instant::now();
        let mut pace = Pace::new(Duration::from_millis(100));
        pace.changed(start);
        pace.failed(start, Duration::from_secs(1));
        assert_eq!(pace.due(), Some(start + Duration::from_secs(1)));
        pace.changed(start);
        assert_eq!(pace.due(), Some(start + Duration::from_secs(1)));
    }
}
