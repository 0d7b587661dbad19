use std::time::Duration;

/// How often something took how long: counts by upper bounds, with the sum.
///
/// ```
/// use std::time::Duration;
/// use portolan_reconcile::Histogram;
///
/// let mut histogram = Histogram::new(&[0.001, 0.01]);
/// for milliseconds in [1, 2, 500] {
///     histogram.observe(Duration::from_millis(milliseconds));
/// }
/// assert_eq!(histogram.buckets().collect::<Vec<_>>(), [(0.001, 1), (0.01, 1), (f64::INFINITY, 1)]);
/// assert_eq!((histogram.count(), histogram.sum()), (3, Duration::from_millis(503)));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    bounds: &'static [f64],
    counts: Vec<u64>,
    sum: Duration,
}

impl Histogram {
    /// An empty one, with these upper bounds in seconds, in ascending order; one above all is added.
    pub fn new(bounds: &'static [f64]) -> Self {
        Self { bounds, counts: vec![0; bounds.len() + 1], sum: Duration::ZERO }
    }

    /// Counts one.
    pub fn observe(&mut self, took: Duration) {
        let seconds = took.as_secs_f64();
        let at = self.bounds.partition_point(|bound| *bound < seconds);
        if let Some(count) = self.counts.get_mut(at) {
            *count += 1;
        }
        self.sum = self.sum.saturating_add(took);
    }

    /// Each upper bound in seconds, with how many were above the bound before it and not above this; of the last one, which has
    /// no bound, [`f64::INFINITY`].
    pub fn buckets(&self) -> impl Iterator<Item = (f64, u64)> {
        self.bounds.iter().copied().chain([f64::INFINITY]).zip(self.counts.iter().copied())
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// How long all of them took together.
    pub const fn sum(&self) -> Duration {
        self.sum
    }
}
