mod again;
mod ledger;
mod worker;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use portolan_container::{Container, Diagnostic};
use portolan_netlink::{Conditions, Names, asks};
use tokio::sync::{oneshot, watch};
use tracing::warn;

pub use self::ledger::{Ledger, Left};
use self::worker::Worker;
use crate::{ContainerKey, ScriptContext, ScriptQueue};

/// How the network labels of containers are carried out.
#[derive(Clone, Debug)]
pub struct NetworkPolicy {
    /// Where, how long, and what is allowed.
    pub conditions: Conditions,
    /// The names of tables and so on.
    pub names: Names,
    /// What variables stand for; the environment of the service is asked for others.
    pub variables: BTreeMap<String, String>,
    /// Whether routes on the host stay when their container stops.
    pub keep_host_routes: bool,
    /// The file in which routes on the host are noted.
    pub ledger: PathBuf,
}

impl NetworkPolicy {
    /// The value of a variable.
    pub fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned().or_else(|| std::env::var(name).ok())
    }
}

/// Gives the work on networks to a thread of its own: it begins at once, whatever the loop is at, and the file never waits
/// for it.
#[derive(Debug)]
pub struct Networks {
    orders: Sender<Order>,
    /// Says nothing: it is gone when the thread is.
    end: oneshot::Receiver<()>,
    found: watch::Receiver<Findings>,
}

/// What is wrong with the network labels of each container, where anything is.
pub(crate) type Findings = BTreeMap<ContainerKey, Vec<Diagnostic>>;

/// What the thread is told.
#[derive(Debug)]
enum Order {
    /// A container that was seen before it ran has started.
    Start(ContainerKey),
    /// A container is as given. Its interfaces may have changed where `connected`.
    See { key: ContainerKey, container: Box<Container>, connected: bool },
    /// An engine has these containers and no others.
    Only { engine: usize, ids: BTreeSet<String> },
    /// A container is gone.
    Forget(ContainerKey),
    /// What a script is to be told, once the container's network is as its labels say.
    Script(Box<ScriptContext>),
    /// Settings were read again.
    Adopt(Box<NetworkPolicy>),
}

impl Networks {
    /// Starts the thread. It ends when nobody can tell it anything any more, having done all that it was told.
    ///
    /// `local` says of each engine whether it is on this machine, by its place in the settings. Scripts for an event wait until
    /// the network of its container is as the labels say.
    pub fn start(policy: NetworkPolicy, local: Vec<bool>, scripts: Option<&ScriptQueue>) -> Self {
        let (orders, queue) = mpsc::channel();
        let (working, end) = oneshot::channel();
        let (told, found) = watch::channel(Findings::new());
        let scripts = scripts.map(ScriptQueue::entrance);
        thread::spawn(move || {
            // It stays on this thread, whose namespace it remembers.
            Worker::new(policy, local, scripts, told).run(&queue);
            drop(working);
        });
        Self { orders, end, found }
    }

    /// How long what was told is still worked on at the end.
    const LAST: Duration = Duration::from_secs(5);

    /// Ends, with what it was told done: a route on the host that is not noted would never be withdrawn.
    pub(crate) async fn stop(self) {
        drop(self.orders);
        if tokio::time::timeout(Self::LAST, self.end).await.is_err() {
            warn!("not all network labels were carried out before the end");
        }
    }

    /// Waits until something else is wrong with network labels than before, and tells all that is; forever where the thread is gone.
    ///
    /// Nothing is lost where it is given up in between.
    pub(crate) async fn findings(&mut self) -> Findings {
        if self.found.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
        self.found.borrow_and_update().clone()
    }

    /// A container has started, and more is not known yet. That may be enough, and the engine takes its time to tell more.
    pub(crate) fn start_with_what_is_known(&self, key: ContainerKey) {
        self.tell(Order::Start(key));
    }

    pub(crate) fn see(&self, key: ContainerKey, container: &Container, connected: bool) {
        if asks(&container.labels) {
            self.tell(Order::See { key, container: Box::new(container.clone()), connected });
        }
    }

    pub(crate) fn only(&self, engine: usize, containers: &[Container]) {
        let ids = containers.iter().map(|container| container.id.clone()).collect();
        self.tell(Order::Only { engine, ids });
        for container in containers {
            let key = ContainerKey { engine, id: container.id.clone() };
            self.see(key, container, false);
        }
    }

    pub(crate) fn forget(&self, key: ContainerKey) {
        self.tell(Order::Forget(key));
    }

    pub(crate) fn then(&self, context: ScriptContext) {
        self.tell(Order::Script(Box::new(context)));
    }

    pub(crate) fn adopt(&self, policy: NetworkPolicy) {
        self.tell(Order::Adopt(Box::new(policy)));
    }

    fn tell(&self, order: Order) {
        // It ends after us alone.
        let _ = self.orders.send(order);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_told_before_the_end_is_done() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = directory.path().join("host-routes.json");
        std::fs::File::create(&ledger)
            .and_then(|file| Ok(serde_json::to_writer(file, &serde_json::json!({"gone": ["00"]}))?))
            .unwrap();
        let policy = NetworkPolicy {
            conditions: Conditions::default(),
            names: Names::built_in(),
            variables: BTreeMap::new(),
            keep_host_routes: true,
            ledger: ledger.clone(),
        };
        let networks = Networks::start(policy, vec![true], None);
        networks.only(0, &[]);
        networks.stop().await;
        assert_eq!(std::fs::read_to_string(ledger).unwrap(), "{}\n");
    }
}
