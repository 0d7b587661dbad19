mod ledger;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use portolan_container::{Attachment, Container, Diagnostic, State, printable};
use portolan_netlink::{Answer, Applied, Conditions, Home, NO_ENTRY, Names, apply, asks, parts, withdraw};
use tokio::sync::oneshot;
use tracing::{debug, info, warn};

pub use self::ledger::Ledger;
use crate::log;
use crate::script::ScriptEntrance;
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
}

/// What the thread is told.
#[derive(Debug)]
enum Order {
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
        let scripts = scripts.map(ScriptQueue::entrance);
        let ledger = Ledger::load(&policy.ledger);
        let worker = move |home| Worker {
            home,
            ledger,
            policy,
            local,
            scripts,
            standing: BTreeMap::new(),
            listed: BTreeMap::new(),
        };
        thread::spawn(move || {
            worker(Home::of_this_thread().ok()).run(&queue);
            drop(working);
        });
        Self { orders, end }
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

/// The thread: one container after the other.
struct Worker {
    /// Where the thread comes back to from namespaces; it starts others to go there if it cannot tell where it is.
    home: Option<Home>,
    policy: NetworkPolicy,
    local: Vec<bool>,
    ledger: Ledger,
    scripts: Option<ScriptEntrance>,
    /// The containers whose labels have been carried out.
    standing: BTreeMap<ContainerKey, Standing>,
    /// The containers of each engine that has told them, as it did the last time.
    listed: BTreeMap<usize, BTreeSet<String>>,
}

/// What a container was like when its labels were carried out.
#[derive(Debug, PartialEq, Eq)]
struct Standing {
    container: Box<Container>,
    /// What was told then, which is no news.
    told: Vec<Diagnostic>,
}

impl Worker {
    fn run(mut self, queue: &Receiver<Order>) {
        while let Ok(order) = queue.recv() {
            match order {
                Order::See { key, container, connected } => self.see(key, container, connected),
                Order::Only { engine, ids } => {
                    let gone = |key: &&ContainerKey| key.engine == engine && !ids.contains(&key.id);
                    for key in self.standing.keys().filter(gone).cloned().collect::<Vec<_>>() {
                        self.forget(&key);
                    }
                    self.listed.insert(engine, ids);
                    self.withdraw_of_strangers();
                }
                Order::Forget(key) => self.forget(&key),
                Order::Script(context) => {
                    if let Some(scripts) = &self.scripts {
                        scripts.post(*context);
                    }
                }
                Order::Adopt(policy) => {
                    self.policy = *policy;
                    let seen: Vec<_> = std::mem::take(&mut self.standing).into_iter().collect();
                    for (key, standing) in seen {
                        self.carry_out(key, standing.container, &standing.told);
                    }
                }
            }
        }
    }

    fn see(&mut self, key: ContainerKey, container: Box<Container>, connected: bool) {
        if container.pid.is_none() || !matches!(container.state, State::Running | State::Paused) {
            self.standing.remove(&key);
            self.withdraw(&container.id, &container.name);
            return;
        }
        let before = self.standing.remove(&key);
        match before {
            Some(before) if !connected && is_same(&before.container, &container) => {
                self.standing.insert(key, before);
            }
            Some(before) if before.container.pid == container.pid => {
                self.carry_out(key, container, &before.told)
            }
            _ => self.carry_out(key, container, &[]),
        }
    }

    fn carry_out(&mut self, key: ContainerKey, container: Box<Container>, told: &[Diagnostic]) {
        let (parts, mut diagnostics) =
            parts(&container.labels, &self.policy.names, &|name| self.policy.variable(name));
        for diagnostic in &mut diagnostics {
            diagnostic.container = Some(container.name.clone());
        }
        let conditions = self.policy.conditions.clone();
        let parts = conditions.on_error.keep(parts, &diagnostics);
        let applied = alone(|| match &self.home {
            Some(home) => home.apply(&container, &parts, &conditions),
            None => apply(&container, &parts, &conditions),
        })
        .unwrap_or_default();
        let name = printable(&container.name).into_owned();
        if applied.ended {
            self.tell_ended(&key, &name, &mut diagnostics);
        }
        for command in &applied.done {
            info!(container = name, "{} done", printable(command));
        }
        self.ledger.note(&container.id, &applied.host);
        let Applied { diagnostics: more, .. } = applied;
        diagnostics.extend(more);
        for diagnostic in diagnostics.iter().filter(|diagnostic| !told.contains(diagnostic)) {
            log::finding(diagnostic);
        }
        self.standing.insert(key, Standing { container, told: diagnostics });
    }

    /// A container that ends in the middle is no failure; one that never had a process here is.
    fn tell_ended(&self, key: &ContainerKey, name: &str, diagnostics: &mut Vec<Diagnostic>) {
        if self.local.get(key.engine).copied().unwrap_or(true) {
            debug!(container = name, "container ended before its labels were carried out");
            return;
        }
        let message = "network actions are not done: the container's process is not on this machine";
        let help = "run docker-watcher on the engine's machine; its engine may be another's too";
        diagnostics.push(Diagnostic::error(NO_ENTRY, message).in_container(name).with_help(help));
    }

    fn forget(&mut self, key: &ContainerKey) {
        let standing = self.standing.remove(key);
        let name = standing.map(|standing| standing.container.name);
        self.withdraw(&key.id, name.as_deref().unwrap_or(&key.id));
    }

    /// Takes back the routes of containers that went while nobody looked, as soon as all engines have told which they have.
    fn withdraw_of_strangers(&mut self) {
        if self.listed.len() < self.local.len() {
            return;
        }
        let known = |id: &&String| self.listed.values().any(|ids| ids.contains(*id));
        let strangers: Vec<String> = self.ledger.holders().filter(|id| !known(id)).cloned().collect();
        for id in strangers {
            // Nobody knows its name any more.
            self.withdraw(&id, &id);
        }
    }

    /// Takes back the routes on the host that a container asked for and no other does.
    fn withdraw(&mut self, id: &str, name: &str) {
        let Some(routes) = self.ledger.leave(id, self.policy.keep_host_routes) else { return };
        if routes.is_empty() {
            return;
        }
        let conditions = self.policy.conditions.clone();
        let count = routes.len();
        let name = &*printable(name);
        let withdrawn = alone(|| match &self.home {
            Some(home) => home.withdraw(&routes, &conditions),
            None => withdraw(&routes, &conditions),
        });
        match withdrawn {
            Some(Ok(failures)) if failures.is_empty() => {
                let routes = if count == 1 { "1 route".to_owned() } else { format!("{count} routes") };
                info!(container = name, "{routes} on the host withdrawn");
            }
            Some(Ok(failures)) => {
                let reasons: Vec<String> = failures.iter().map(Answer::reason).collect();
                warn!(container = name, "routes on the host not withdrawn: {}", reasons.join(", "));
            }
            Some(Err(error)) => {
                warn!(container = name, help = error.help(), "routes on the host not withdrawn: {error}");
            }
            None => {}
        }
    }
}

/// Whether nothing has happened to a container that its routes could have been lost by.
fn is_same(before: &Container, now: &Container) -> bool {
    let ways = |container: &Container| -> Vec<(String, Attachment)> {
        container.attachments.iter().map(|(name, it)| (name.clone(), it.clone())).collect()
    };
    before.pid == now.pid && ways(before) == ways(now)
}

/// Does work that a panic would end alone; `None` then, and there should be none.
fn alone<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
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
