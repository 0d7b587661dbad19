use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many requests were made to an engine, over all connections that were given a clone of it.
///
/// ```no_run
/// # async fn example() -> Result<(), portolan_engine::Error> {
/// use std::time::Duration;
/// use portolan_engine::{Endpoint, Engine, Requests};
///
/// let requests = Requests::default();
/// let engine = Engine::connect_counting(&Endpoint::from_env_or_local()?, Duration::from_secs(5), &requests).await?;
/// engine.list().await?;
/// assert_eq!(requests.made(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Requests(Arc<AtomicU64>);

impl Requests {
    /// How many there were so far, whether or not they were answered.
    pub fn made(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// One more.
    pub(crate) fn note(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}
