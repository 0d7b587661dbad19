use std::time::Duration;

/// How long to wait before each try of something that fails: twice as long as the last time, within bounds.
///
/// ```
/// use std::time::Duration;
///
/// let mut backoff = portolan_reconcile::Backoff::new(Duration::from_millis(100), Duration::from_secs(1));
/// let waits: Vec<u128> = (0..5).map(|_| backoff.next_wait().as_millis()).collect();
/// assert_eq!(waits, [100, 200, 400, 800, 1000]);
/// backoff.reset();
/// assert_eq!(backoff.next_wait().as_millis(), 100);
/// ```
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Backoff {
    /// Waits from `first` to `longest`.
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, next: first }
    }

    /// The wait before the next try.
    pub fn next_wait(&mut self) -> Duration {
        let wait = self.next.min(self.longest);
        self.next = wait.saturating_mul(2);
        wait
    }

    /// Starts over: the last try succeeded.
    pub fn reset(&mut self) {
        self.next = self.first;
    }
}
