use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Notify, OnceCell};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::client::within;
use crate::{Endpoint, Engine, Error};

/// Connections to engines that their users share.
///
/// One connection serves all who ask for the same engine in the same way: what tells two apart is the address together with
/// the files for TLS. A connection is closed [`Pool::LINGER`] after its last user has dropped it, so that one who asks again
/// soon finds it open. Clones are the same pool; tasks on any thread may use it at once.
///
/// A client:
///
/// ```no_run
/// # async fn example() -> Result<(), portolan_engine::Error> {
/// use std::time::Duration;
/// use portolan_engine::{Endpoint, Pool};
///
/// let pool = Pool::default();
/// let endpoint = Endpoint::parse("unix:///var/run/docker.sock")?;
/// let client = pool.connect(&endpoint, Duration::from_secs(5)).await?;
/// println!("{} containers", client.list().await?.len());
/// # Ok(())
/// # }
/// ```
///
/// A client that nobody else uses needs no pool; it closes when it is dropped:
///
/// ```no_run
/// # async fn example() -> Result<(), portolan_engine::Error> {
/// use std::time::Duration;
/// use portolan_engine::{Endpoint, Engine};
///
/// let client = Engine::connect(&Endpoint::from_env_or_local()?, Duration::from_secs(5)).await?;
/// # drop(client);
/// # Ok(())
/// # }
/// ```
///
/// All clients:
///
/// ```no_run
/// # let pool = portolan_engine::Pool::default();
/// for (endpoint, client) in pool.clients() {
///     println!("connected to {endpoint}, which speaks {}", client.api_version());
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Pool(Arc<Shared>);

impl Pool {
    /// How long a connection stays open that nobody uses.
    pub const LINGER: Duration = Duration::from_secs(10);

    /// A pool that keeps connections that nobody uses for so long.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let pool = portolan_engine::Pool::with_linger(Duration::from_secs(1));
    /// assert!(pool.clients().is_empty());
    /// ```
    pub fn with_linger(linger: Duration) -> Self {
        Self(Arc::new(Shared {
            linger,
            slots: Mutex::default(),
            idle: Arc::new(Notify::new()),
            cleaner: Mutex::new(None),
        }))
    }

    /// The connection to this engine, a new one where there is none that answers.
    ///
    /// Of many who ask at once for one that is not there yet, one connects and the others wait for it, each for its own
    /// `timeout` at most. Must be called within a tokio runtime, where connections are closed later.
    ///
    /// # Errors
    /// As [`Engine::connect`].
    pub async fn connect(&self, endpoint: &Endpoint, timeout: Duration) -> Result<PooledEngine, Error> {
        self.0.start_cleaner();
        let mut lease = Shared::lease(&self.0, endpoint);
        within(endpoint, timeout, async {
            // An engine that was away takes an SSH connection with it, which does not come back by itself.
            if let Some(engine) = lease.cell.get()
                && engine.ping(timeout).await.is_err()
            {
                lease.renew();
            }
            let engine = lease.cell.get_or_try_init(|| Engine::connect(endpoint, timeout)).await?.clone();
            Ok(PooledEngine { engine, _lease: lease })
        })
        .await
    }

    /// All connections that are open, by the engine; each counts as used until it is dropped.
    pub fn clients(&self) -> BTreeMap<Endpoint, PooledEngine> {
        let mut slots = self.0.slots();
        let open = slots.iter_mut().filter_map(|(endpoint, slot)| {
            let engine = slot.cell.get()?.clone();
            let lease = slot.lease(&self.0, endpoint);
            Some((endpoint.clone(), PooledEngine { engine, _lease: lease }))
        });
        open.collect()
    }
}

impl Default for Pool {
    fn default() -> Self {
        Self::with_linger(Self::LINGER)
    }
}

/// An [`Engine`] of a [`Pool`]: one of its users, until it is dropped. Clones count as users of their own.
///
/// ```no_run
/// # async fn example(pool: portolan_engine::Pool, endpoint: portolan_engine::Endpoint) -> Result<(), portolan_engine::Error> {
/// let one = pool.connect(&endpoint, std::time::Duration::from_secs(5)).await?;
/// let two = one.clone();
/// drop(one);
/// println!("{:?}", two.inspect("web").await?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct PooledEngine {
    // In this order: the last user's engine is gone before the pool counts it as unused.
    engine: Engine,
    _lease: Lease,
}

impl Deref for PooledEngine {
    type Target = Engine;

    fn deref(&self) -> &Engine {
        &self.engine
    }
}

#[derive(Debug)]
struct Shared {
    linger: Duration,
    slots: Mutex<BTreeMap<Endpoint, Slot>>,
    /// Wakes the cleaner: a connection has lost its last user, or the pool is gone.
    idle: Arc<Notify>,
    cleaner: Mutex<Option<JoinHandle<()>>>,
}

/// One engine, for as long as it is used or lingers.
#[derive(Debug, Default)]
struct Slot {
    cell: Arc<OnceCell<Engine>>,
    users: usize,
    /// When the last user left.
    idle_since: Option<Instant>,
}

impl Slot {
    /// One more user.
    fn lease(&mut self, shared: &Arc<Shared>, endpoint: &Endpoint) -> Lease {
        self.users += 1;
        self.idle_since = None;
        Lease { shared: Arc::clone(shared), endpoint: endpoint.clone(), cell: Arc::clone(&self.cell) }
    }
}

impl Shared {
    fn slots(&self) -> MutexGuard<'_, BTreeMap<Endpoint, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lease(shared: &Arc<Self>, endpoint: &Endpoint) -> Lease {
        shared.slots().entry(endpoint.clone()).or_default().lease(shared, endpoint)
    }

    /// The task may have ended with the runtime that it was on.
    fn start_cleaner(self: &Arc<Self>) {
        let mut cleaner = self.cleaner.lock().unwrap_or_else(PoisonError::into_inner);
        if cleaner.as_ref().is_none_or(JoinHandle::is_finished) {
            *cleaner = Some(tokio::spawn(clean(Arc::downgrade(self), Arc::clone(&self.idle))));
        }
    }

    /// Takes out what has been unused for long enough; also gives when the next will have been.
    fn sweep(&self, now: Instant) -> (Vec<Slot>, Option<Instant>) {
        let mut slots = self.slots();
        let due = |slot: &Slot| slot.idle_since.map(|since| since + self.linger);
        let over: Vec<Endpoint> = slots
            .iter()
            .filter(|(_, slot)| due(slot).is_some_and(|due| due <= now))
            .map(|(endpoint, _)| endpoint.clone())
            .collect();
        let closed = over.iter().filter_map(|endpoint| slots.remove(endpoint)).collect();
        (closed, slots.values().filter_map(due).min())
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.idle.notify_one();
    }
}

/// Closes connections that have lingered, until the pool is gone.
async fn clean(shared: Weak<Shared>, idle: Arc<Notify>) {
    loop {
        let Some((closed, next)) = shared.upgrade().map(|shared| shared.sweep(Instant::now())) else {
            return;
        };
        // Outside of the lock: an SSH connection takes a moment to end.
        drop(closed);
        match next {
            Some(next) => {
                let _ = tokio::time::timeout_at(next, idle.notified()).await;
            }
            None => idle.notified().await,
        }
    }
}

/// One user of a connection.
#[derive(Debug)]
struct Lease {
    shared: Arc<Shared>,
    endpoint: Endpoint,
    cell: Arc<OnceCell<Engine>>,
}

impl Lease {
    /// Puts a connection that is yet to be made in place of this one, unless another user has done so already.
    fn renew(&mut self) {
        let new = {
            let mut slots = self.shared.slots();
            let Some(slot) = slots.get_mut(&self.endpoint) else { return };
            if Arc::ptr_eq(&slot.cell, &self.cell) {
                slot.cell = Arc::default();
            }
            Arc::clone(&slot.cell)
        };
        // Outside of the lock: the old connection may end here.
        self.cell = new;
    }
}

impl Clone for Lease {
    fn clone(&self) -> Self {
        let mut lease = Shared::lease(&self.shared, &self.endpoint);
        lease.cell = Arc::clone(&self.cell);
        lease
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut slots = self.shared.slots();
        let Some(slot) = slots.get_mut(&self.endpoint) else { return };
        slot.users = slot.users.saturating_sub(1);
        if slot.users > 0 {
            return;
        }
        if slot.cell.initialized() {
            slot.idle_since = Some(Instant::now());
            self.shared.idle.notify_one();
        } else {
            // Nobody got through, and nobody is trying any more.
            slots.remove(&self.endpoint);
        }
    }
}
