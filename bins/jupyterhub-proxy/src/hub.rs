use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use portolan_jupyterhub::{
    Answer, Call, Change, Counters, ErrorPages, Frame, Instant, Operation, RouteSpec, Samples, Setting,
    Table, element_name, elements, state_text,
};
use portolan_traefik::Document;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

/// What the hub has asked for, and how far Traefik is with it.
///
/// Each writing of the file is a generation. A change belongs to the next one, and is done when that is served and kept.
#[derive(Debug)]
pub(crate) struct Hub {
    state: Mutex<State>,
    /// That there is something to write.
    changed: Notify,
    /// The generation that is in the file.
    written: watch::Sender<u64>,
    /// The generation that Traefik serves; 0 while there is no Traefik.
    served: watch::Sender<u64>,
    /// The generation that the state file keeps, if there is one.
    kept: watch::Sender<u64>,
    patience: Duration,
}

#[derive(Debug)]
struct State {
    table: Table,
    document: Document,
    setting: Setting,
    frame: Frame,
    /// The generation of the text that was made last.
    generation: u64,
    /// In which generation each route is as it is now.
    generations: BTreeMap<RouteSpec, u64>,
    /// What Traefik calls each.
    names: BTreeMap<String, RouteSpec>,
    counters: Counters,
    samples: Samples,
    /// Whether Traefik may have counted before we began: what the first reading finds of services that were there then is no use of now.
    counted_before: bool,
}

/// The generation of what there is to begin with.
const FIRST: u64 = 1;

impl Hub {
    /// With these routes to begin with. A change may take so long until it is served.
    pub(crate) fn new(
        table: Table,
        mut document: Document,
        setting: Setting,
        frame: Frame,
        patience: Duration,
        traefik_is_older: bool,
    ) -> Result<Self, portolan_traefik::Error> {
        frame.draw(&mut document)?;
        let mut state = State {
            table: Table::new(setting.host_routing),
            document,
            setting,
            frame,
            generation: 0,
            generations: BTreeMap::new(),
            names: BTreeMap::new(),
            counters: Counters::default(),
            samples: Samples::default(),
            counted_before: traefik_is_older,
        };
        for (spec, route) in table.routes() {
            elements(&mut state.document, spec, Some(route), &state.setting)?;
            state.names.insert(element_name(spec), spec.clone());
            state.generations.insert(spec.clone(), FIRST);
        }
        state.table = table;
        let (written, served, kept) = (watch::Sender::new(0), watch::Sender::new(0), watch::Sender::new(0));
        Ok(Self { state: Mutex::new(state), changed: Notify::new(), written, served, kept, patience })
    }

    /// Does what a request asks for, and answers when it is done.
    pub(crate) async fn call(&self, call: Call) -> Answer {
        match call {
            Call::List { inactive_since } => {
                let mut state = self.state();
                state.counters.operation(Operation::Get);
                Answer::json(&state.table.list(inactive_since))
            }
            Call::Get(spec) => {
                let mut state = self.state();
                state.counters.operation(Operation::Get);
                state.table.show(&spec).map_or(Answer::NO_ROUTE, |route| Answer::json(&route))
            }
            Call::Add { spec, target, data } => match self.add(spec, target, data) {
                Ok(generation) => self.done(generation, Answer::CREATED).await,
                Err(error) => Answer::error(400, error.to_string()),
            },
            Call::Delete(spec) => match self.delete(&spec) {
                Some(generation) => self.done(generation, Answer::NO_CONTENT).await,
                None => Answer::NO_ROUTE,
            },
        }
    }

    /// Adds a route; gives the generation in which it is as asked for.
    fn add(
        &self,
        spec: RouteSpec,
        target: portolan_jupyterhub::Target,
        data: serde_json::Map<String, serde_json::Value>,
    ) -> Result<u64, portolan_traefik::Error> {
        let mut state = self.state();
        state.counters.operation(Operation::Add);
        let change = state.table.add(spec.clone(), target, data, now());
        if change == Change::Nothing {
            return Ok(state.generations.get(&spec).copied().unwrap_or_default());
        }
        let next = state.generation + 1;
        let State { document, table, setting, .. } = &mut *state;
        if let Err(error) = elements(document, &spec, table.get(&spec), setting) {
            table.remove(&spec);
            return Err(error);
        }
        state.names.insert(element_name(&spec), spec.clone());
        state.generations.insert(spec, next);
        self.changed.notify_one();
        Ok(next)
    }

    fn delete(&self, spec: &RouteSpec) -> Option<u64> {
        let mut state = self.state();
        state.counters.operation(Operation::Delete);
        if !state.table.remove(spec) {
            return None;
        }
        let next = state.generation + 1;
        let State { document, setting, .. } = &mut *state;
        // Taking away is never refused.
        let _ = elements(document, spec, None, setting);
        state.names.remove(&element_name(spec));
        state.generations.remove(spec);
        self.changed.notify_one();
        Some(next)
    }

    /// The answer, once this generation is served and kept; else that it is not, and the hub asks again.
    async fn done(&self, generation: u64, answer: Answer) -> Answer {
        let (mut served, mut kept) = (self.served.subscribe(), self.kept.subscribe());
        let both = async {
            let kept = kept.wait_for(|kept| *kept >= generation).await.is_ok();
            let served = served.wait_for(|served| *served >= generation).await.is_ok();
            kept && served
        };
        match timeout(self.patience, both).await {
            Ok(true) => answer,
            Ok(false) => Answer::error(503, "the proxy is ending"),
            Err(_) if *self.written.borrow() < generation => {
                Answer::error(503, "the file of routes cannot be written: see the proxy's log")
            }
            Err(_) => {
                Answer::error(503, format!("Traefik does not serve the change after {:?}", self.patience))
            }
        }
    }

    /// Counts an answer of the API.
    pub(crate) fn answered(&self, status: u16) {
        self.state().counters.answer(status);
    }

    /// Waits until there is something to write.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Makes the text of the next generation, in place of what `text` holds.
    pub(crate) fn render(&self, text: &mut String) -> Result<u64, portolan_traefik::Error> {
        let mut state = self.state();
        state.generation += 1;
        let State { frame, document, generation, .. } = &mut *state;
        frame.mark(document, *generation)?;
        document.text_into(text);
        Ok(*generation)
    }

    /// What the state file is to keep.
    pub(crate) fn state_text(&self) -> String {
        state_text(&self.state().table)
    }

    /// The generation in the file.
    pub(crate) fn written(&self) -> &watch::Sender<u64> {
        &self.written
    }

    /// The generation that Traefik serves.
    pub(crate) fn served(&self) -> &watch::Sender<u64> {
        &self.served
    }

    /// The generation that is kept.
    pub(crate) fn kept(&self) -> &watch::Sender<u64> {
        &self.kept
    }

    /// Takes note of what Traefik has counted; the reading took so long.
    pub(crate) fn note(&self, samples: Samples, took: Duration) {
        let mut state = self.state();
        let now = now();
        let State { names, generations, table, setting, samples: before, counted_before, counters, .. } =
            &mut *state;
        if std::mem::take(counted_before) {
            let added = |spec| generations.get(spec).is_some_and(|generation| *generation > FIRST);
            *before = samples.of(|name| !names.get(name).is_some_and(added));
        }
        for spec in samples.active_since(before).filter_map(|name| names.get(name)) {
            table.touch(spec, now);
        }
        counters.traffic(before, &samples, setting.error_pages != ErrorPages::Traefik);
        *before = samples;
        counters.activity(took);
    }

    /// Our own metrics, as text.
    pub(crate) fn metrics(&self) -> String {
        self.state().counters.text()
    }

    /// Nothing that holds it can fail half-way: what is behind a lock that a panic has left is whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn now() -> Instant {
    SystemTime::now().into()
}
