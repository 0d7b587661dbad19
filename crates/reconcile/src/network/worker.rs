use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Instant;

use portolan_container::{Attachment, Container, Diagnostic, State, printable};
use portolan_netlink::{Applied, Groups, Home, NO_ENTRY, Part, apply, parts, withdraw};
use tokio::sync::watch;
use tracing::{debug, info, warn};

use super::again::Again;
use super::{Findings, Ledger, Left, NetworkPolicy, Order};
use crate::script::ScriptEntrance;
use crate::{ContainerKey, log};

/// The thread: one container after the other.
pub(super) struct Worker {
    /// Where the thread comes back to from namespaces; it starts others to go there if it cannot tell where it is.
    home: Option<Home>,
    policy: NetworkPolicy,
    local: Vec<bool>,
    ledger: Ledger,
    again: Again,
    scripts: Option<ScriptEntrance>,
    /// The containers whose labels have been carried out.
    standing: BTreeMap<ContainerKey, Standing>,
    /// Containers with labels that do not run, as last seen.
    waiting: BTreeMap<ContainerKey, Box<Container>>,
    /// Where the processes of containers are found, by engine.
    groups: BTreeMap<usize, Groups>,
    /// The containers of each engine that has told them, as it did the last time.
    listed: BTreeMap<usize, BTreeSet<String>>,
    /// What is wrong with the labels that have been carried out, for those who ask how things stand.
    found: watch::Sender<Findings>,
}

/// What a container was like when its labels were carried out.
#[derive(Debug, PartialEq, Eq)]
struct Standing {
    container: Box<Container>,
    /// What was told then, which is no news.
    told: Vec<Diagnostic>,
    /// Whether that was before the engine told more than that it started.
    ahead: bool,
}

impl Worker {
    /// For the thread that it is made on.
    pub(super) fn new(
        policy: NetworkPolicy,
        local: Vec<bool>,
        scripts: Option<ScriptEntrance>,
        found: watch::Sender<Findings>,
    ) -> Self {
        Self {
            home: Home::of_this_thread().ok(),
            ledger: Ledger::load(&policy.ledger),
            again: Again::new(),
            policy,
            local,
            scripts,
            standing: BTreeMap::new(),
            waiting: BTreeMap::new(),
            groups: BTreeMap::new(),
            listed: BTreeMap::new(),
            found,
        }
    }

    /// Until nobody can tell it anything any more.
    pub(super) fn run(mut self, queue: &Receiver<Order>) {
        loop {
            let now = Instant::now();
            let order = match self.again.due() {
                Some(due) if due <= now => Err(RecvTimeoutError::Timeout),
                Some(due) => queue.recv_timeout(due - now),
                None => queue.recv().map_err(RecvTimeoutError::from),
            };
            match order {
                Ok(order) => self.follow(order),
                Err(RecvTimeoutError::Timeout) => self.try_again(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn follow(&mut self, order: Order) {
        match order {
            Order::Start(key) => self.start(key),
            Order::See { key, container, connected } => self.see(key, container, connected),
            Order::Only { engine, ids } => {
                let gone = |key: &&ContainerKey| key.engine == engine && !ids.contains(&key.id);
                self.waiting.retain(|key, _| key.engine != engine || ids.contains(&key.id));
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

    /// Begins before the engine has told by which process: the labels are those of before, and the kernel knows the process.
    ///
    /// Where that is not enough, or anything is in the way, all is left to what the engine will tell.
    fn start(&mut self, key: ContainerKey) {
        let Some(container) = self.waiting.get(&key) else { return };
        let Some(pid) = self.groups.get(&key.engine).and_then(|groups| groups.process(&key.id)) else {
            return;
        };
        let state = State::Running;
        let container = Box::new(Container { pid: Some(pid), state, ..Container::clone(container) });
        let (parts, findings) = self.parts(&container);
        // Which interface is on which network the engine will tell.
        let is_known = |part: &Part| !part.text.contains("network:");
        if !findings.is_empty() || !parts.iter().all(is_known) {
            return;
        }
        let applied = self.apply(&container, &parts);
        self.ledger.note(&container.id, &applied.host);
        told_done(&container, &applied);
        // What failed may be told and tried once more when the engine has told all.
        if applied.ended || !applied.diagnostics.is_empty() {
            return;
        }
        debug!(
            container = &*printable(&container.name),
            "labels carried out before the engine told the process"
        );
        self.waiting.remove(&key);
        self.standing.insert(key, Standing { container, told: Vec::new(), ahead: true });
    }

    fn see(&mut self, key: ContainerKey, container: Box<Container>, connected: bool) {
        if container.pid.is_none() || !matches!(container.state, State::Running | State::Paused) {
            self.standing.remove(&key);
            self.publish(&key, &[]);
            self.withdraw(&container.id, &container.name);
            self.waiting.insert(key, container);
            return;
        }
        self.waiting.remove(&key);
        let before = self.standing.remove(&key);
        match before {
            Some(Standing { container: before, told, ahead })
                if !connected && (is_same(&before, &container) || ahead && before.pid == container.pid) =>
            {
                self.standing.insert(key, Standing { container, told, ahead: false });
            }
            Some(before) if before.container.pid == container.pid => {
                self.carry_out(key, container, &before.told)
            }
            _ => self.carry_out(key, container, &[]),
        }
    }

    fn carry_out(&mut self, key: ContainerKey, container: Box<Container>, told: &[Diagnostic]) {
        let (parts, mut diagnostics) = self.parts(&container);
        let parts = self.policy.conditions.on_error.keep(parts, &diagnostics);
        let applied = self.apply(&container, &parts);
        if applied.ended {
            self.tell_ended(&key, &printable(&container.name), &mut diagnostics);
        }
        told_done(&container, &applied);
        self.ledger.note(&container.id, &applied.host);
        let Applied { diagnostics: more, .. } = applied;
        diagnostics.extend(more);
        for diagnostic in diagnostics.iter().filter(|diagnostic| !told.contains(diagnostic)) {
            log::finding(diagnostic);
        }
        let groups = self.groups.entry(key.engine).or_default();
        if let Some(pid) = container.pid.filter(|_| !groups.is_taught()) {
            groups.learn(&self.policy.conditions.proc, pid, &container.id);
        }
        self.publish(&key, &diagnostics);
        self.standing.insert(key, Standing { container, told: diagnostics, ahead: false });
    }

    /// Lets others see what is wrong with the labels of a container now.
    fn publish(&self, key: &ContainerKey, findings: &[Diagnostic]) {
        self.found.send_if_modified(|found| {
            if findings.is_empty() {
                return found.remove(key).is_some();
            }
            let before = found.insert(key.clone(), findings.to_vec());
            before.as_deref() != Some(findings)
        });
    }

    /// What the labels ask for, and what is wrong with them.
    fn parts(&self, container: &Container) -> (Vec<Part>, Vec<Diagnostic>) {
        let (parts, mut diagnostics) =
            parts(&container.labels, &self.policy.names, &|name| self.policy.variable(name));
        for diagnostic in &mut diagnostics {
            diagnostic.container = Some(container.name.clone());
        }
        (parts, diagnostics)
    }

    fn apply(&mut self, container: &Container, parts: &[Part]) -> Applied {
        // It runs again: what is still there of it is to be there.
        self.again.remove(&container.id);
        let conditions = &self.policy.conditions;
        let applied = alone(|| match &self.home {
            Some(home) => home.apply(container, parts, conditions),
            None => apply(container, parts, conditions),
        });
        applied.unwrap_or_default()
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
        self.waiting.remove(key);
        let standing = self.standing.remove(key);
        self.publish(key, &[]);
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
        let outcome = self.try_to_withdraw(id);
        let name = &*printable(name);
        match outcome {
            Some(Err(left)) => {
                let Left { reason, help } = &left;
                if self.again.add(id, name, Instant::now()) {
                    warn!(
                        container = name,
                        help, "routes on the host not withdrawn, and tried again: {reason}"
                    );
                } else {
                    debug!(container = name, help, "{left}");
                }
                return;
            }
            Some(Ok(1)) => info!(container = name, "1 route on the host withdrawn"),
            Some(Ok(count)) => info!(container = name, "{count} routes on the host withdrawn"),
            None => {}
        }
        self.again.remove(id);
    }

    fn try_to_withdraw(&mut self, id: &str) -> Option<Result<usize, Left>> {
        let Self { home, policy, ledger, .. } = self;
        ledger.leave(id, policy.keep_host_routes, |routes| {
            alone(|| match home {
                Some(home) => home.withdraw(routes, &policy.conditions),
                None => withdraw(routes, &policy.conditions),
            })
            .unwrap_or_else(|| Ok(Vec::new()))
        })
    }

    fn try_again(&mut self) {
        for (id, name) in self.again.all() {
            self.withdraw(&id, &name);
        }
    }
}

fn told_done(container: &Container, applied: &Applied) {
    let name = printable(&container.name);
    for command in &applied.done {
        info!(container = &*name, "{} done", printable(command));
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
