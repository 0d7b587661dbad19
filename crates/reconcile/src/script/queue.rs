use std::collections::{BTreeMap, BTreeSet, VecDeque};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use portolan_container::printable;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::warn;

use super::{ScriptContext, Scripts};

/// How many events may be on the way to the task.
const POSTED: usize = 1024;

/// How many events of one container wait for its script to end.
const WAITING: usize = 16;

/// How many scripts run at the same time, of different containers.
const RUNNING: usize = 8;

/// Runs scripts for events, one at a time for each container and in their order, and containers side by side.
///
/// Where events of a container come faster than its scripts end, the oldest that wait are given up: what is newest is nearest
/// to what is so.
#[derive(Debug)]
pub struct ScriptQueue {
    sender: mpsc::Sender<ScriptContext>,
    task: JoinHandle<()>,
}

impl ScriptQueue {
    pub(super) fn spawn(scripts: Scripts) -> Self {
        let (sender, receiver) = mpsc::channel(POSTED);
        Self { sender, task: tokio::spawn(serve(scripts, receiver)) }
    }

    /// Has the script run that there is for this event, if any. Returns at once.
    pub fn post(&self, context: ScriptContext) {
        post(&self.sender, context);
    }

    /// Another way in. The queue ends when this is gone too.
    pub(crate) fn entrance(&self) -> ScriptEntrance {
        ScriptEntrance(self.sender.clone())
    }

    /// Ends: kills what runs and forgets what waits. So does dropping it, without waiting until it is done.
    pub async fn stop(self) {
        drop(self.sender);
        // The error is a panic, which has been told.
        let _ = self.task.await;
    }
}

/// A way into a [`ScriptQueue`].
#[derive(Clone, Debug)]
pub(crate) struct ScriptEntrance(mpsc::Sender<ScriptContext>);

impl ScriptEntrance {
    /// As [`ScriptQueue::post`].
    pub(crate) fn post(&self, context: ScriptContext) {
        post(&self.0, context);
    }
}

fn post(sender: &mpsc::Sender<ScriptContext>, context: ScriptContext) {
    if let Err(mpsc::error::TrySendError::Full(context)) = sender.try_send(context) {
        give_up(&context, "too many events are on the way");
    }
}

/// Runs scripts until nobody can post events any more.
async fn serve(scripts: Scripts, mut receiver: mpsc::Receiver<ScriptContext>) {
    let mut lanes = Lanes::default();
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < RUNNING
            && let Some((container, context)) = lanes.next()
        {
            running.push(run(&scripts, container, context));
        }
        tokio::select! {
            context = receiver.recv() => match context {
                Some(context) if scripts.is_candidate(&context) => {
                    if let Some(oldest) = lanes.push(context) {
                        give_up(&oldest, "too many later events of the container wait for its script to end");
                    }
                }
                Some(_) => {}
                None => break,
            },
            Some(container) = running.next() => lanes.done(&container),
        }
    }
}

/// Looks for the script when its turn has come, so that it is started as it was found.
async fn run(scripts: &Scripts, container: ContainerOfEngine, context: ScriptContext) -> ContainerOfEngine {
    match scripts.find(&context.event, &context.container.name) {
        Ok(Some(script)) => {
            scripts.run(&script, &context).await;
        }
        Ok(None) => {}
        Err(error) => {
            let help = error.help();
            let container = printable(&context.container.name);
            warn!(container = &*container, event = context.event, help, "script refused: {error}");
        }
    }
    container
}

fn give_up(context: &ScriptContext, why: &str) {
    let container = printable(&context.container.name);
    warn!(container = &*container, event = context.event, "script not started: {why}");
}

/// An engine's address and a container's identifier.
type ContainerOfEngine = (String, String);

/// What waits, by container.
#[derive(Debug, Default)]
struct Lanes {
    waiting: BTreeMap<ContainerOfEngine, VecDeque<ScriptContext>>,
    /// Containers of which something waits and nothing runs, in the order in which they came to be so.
    ready: VecDeque<ContainerOfEngine>,
    busy: BTreeSet<ContainerOfEngine>,
}

impl Lanes {
    /// Takes what has happened; gives back the oldest that waits where that is too much.
    fn push(&mut self, context: ScriptContext) -> Option<ScriptContext> {
        let container = (context.engine.clone(), context.container.id.clone());
        let lane = self.waiting.entry(container.clone()).or_default();
        if lane.is_empty() && !self.busy.contains(&container) {
            self.ready.push_back(container);
        }
        lane.push_back(context);
        if lane.len() > WAITING { lane.pop_front() } else { None }
    }

    /// What is to run now. Its container is busy until it is done.
    fn next(&mut self) -> Option<(ContainerOfEngine, ScriptContext)> {
        let container = self.ready.pop_front()?;
        let lane = self.waiting.get_mut(&container)?;
        let context = lane.pop_front()?;
        if lane.is_empty() {
            self.waiting.remove(&container);
        }
        self.busy.insert(container.clone());
        Some((container, context))
    }

    /// What ran for this container has ended.
    fn done(&mut self, container: &ContainerOfEngine) {
        if self.busy.remove(container) && self.waiting.contains_key(container) {
            self.ready.push_back(container.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use portolan_container::Container;
    use proptest::prelude::*;

    use super::*;

    fn context(container: &str, event: &str) -> ScriptContext {
        let container = Container { id: container.to_owned(), ..Container::default() };
        ScriptContext { event: event.to_owned(), engine: "e".to_owned(), container }
    }

    fn next(lanes: &mut Lanes) -> Option<(String, String)> {
        lanes.next().map(|((_, container), context)| (container, context.event))
    }

    fn done(lanes: &mut Lanes, container: &str) {
        lanes.done(&("e".to_owned(), container.to_owned()));
    }

    #[test]
    fn one_at_a_time_for_each_container() {
        let mut lanes = Lanes::default();
        for (container, event) in [("a", "create"), ("a", "start"), ("b", "create")] {
            assert_eq!(lanes.push(context(container, event)), None);
        }
        let pair = |container: &str, event: &str| Some((container.to_owned(), event.to_owned()));
        assert_eq!(next(&mut lanes), pair("a", "create"));
        assert_eq!(next(&mut lanes), pair("b", "create"));
        assert_eq!(next(&mut lanes), None, "both are busy");
        done(&mut lanes, "b");
        assert_eq!(next(&mut lanes), None);
        done(&mut lanes, "a");
        assert_eq!(next(&mut lanes), pair("a", "start"));
        done(&mut lanes, "a");
        assert!(lanes.waiting.is_empty() && lanes.ready.is_empty() && lanes.busy.is_empty());
    }

    #[test]
    fn one_identifier_on_two_engines_is_two_containers() {
        let mut lanes = Lanes::default();
        lanes.push(context("a", "start"));
        lanes.push(ScriptContext { engine: "f".to_owned(), ..context("a", "start") });
        assert!(lanes.next().is_some() && lanes.next().is_some());
    }

    #[test]
    fn of_a_burst_the_oldest_is_given_up() {
        let mut lanes = Lanes::default();
        for n in 0..WAITING {
            assert_eq!(lanes.push(context("a", &n.to_string())), None);
        }
        let oldest = lanes.push(context("a", "last")).map(|context| context.event);
        assert_eq!(oldest.as_deref(), Some("0"));
        assert_eq!(next(&mut lanes).map(|(_, event)| event).as_deref(), Some("1"));
    }

    proptest! {
        #[test]
        fn every_event_is_run_or_given_up_and_in_order(
            steps in prop::collection::vec((prop::sample::select(vec!["a", "b", "c"]), any::<bool>()), 0..200),
        ) {
            let (mut lanes, mut seen) = (Lanes::default(), BTreeMap::<String, Vec<usize>>::new());
            let (mut given_up, mut busy) = (0, BTreeSet::new());
            let mut take = |lanes: &mut Lanes, busy: &mut BTreeSet<String>| {
                while let Some((container, event)) = next(lanes) {
                    assert!(busy.insert(container.clone()), "{container} runs twice");
                    seen.entry(container).or_default().push(event.parse().unwrap());
                }
            };
            for (n, (container, ends)) in steps.iter().enumerate() {
                given_up += usize::from(lanes.push(context(container, &n.to_string())).is_some());
                take(&mut lanes, &mut busy);
                if *ends && busy.remove(*container) {
                    done(&mut lanes, container);
                }
            }
            take(&mut lanes, &mut busy);
            while let Some(container) = busy.pop_first() {
                done(&mut lanes, &container);
                take(&mut lanes, &mut busy);
            }
            prop_assert_eq!(seen.values().map(Vec::len).sum::<usize>() + given_up, steps.len());
            prop_assert!(seen.values().all(|events| events.is_sorted()));
        }
    }
}
