use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use portolan_container::Container;
use portolan_traefik::Directory;
use serde::{Deserialize, Serialize};

use crate::{Error, Pace, World};

/// What each engine had when it was last followed, kept beside the file for Traefik.
///
/// A watcher that starts while one of its engines is away does not know what that engine's containers are, and the file alone does
/// not say which of its routes were that engine's. So containers are noted as they were, and until their engine has answered they count
/// as if it had listed them. Engines are known by their addresses: what was noted of one that is no longer followed is dropped.
///
/// ```
/// use portolan_reconcile::Memory;
/// use portolan_traefik::{Directory, Format};
///
/// let path = tempfile::tempdir()?;
/// let directory = Directory::new(path.path(), "docker-watcher", Format::Yaml)?;
/// let memory = Memory::open(&directory, vec!["unix:///run/docker.sock".to_owned(), "ssh://db".to_owned()])?;
/// assert!(!memory.knows(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Memory {
    /// The engines' addresses, by their place in the settings.
    engines: Vec<String>,
    /// What is remembered of those that have not answered yet, by their place.
    remembered: BTreeMap<usize, Vec<Container>>,
    /// Those that have.
    answered: BTreeSet<usize>,
    pace: Pace,
    /// Why it was not kept the last time.
    failure: Option<String>,
}

/// The file as written.
#[derive(Serialize)]
struct Noted<'w> {
    version: u32,
    engines: BTreeMap<&'w str, Vec<&'w Container>>,
}

/// The file as read.
#[derive(Deserialize)]
struct Read {
    version: u32,
    engines: BTreeMap<String, Vec<Container>>,
}

impl Memory {
    /// How often it is written at most: a start at which an engine is away is rare.
    pub const INTERVAL: Duration = Duration::from_secs(10);
    /// The file, in the hidden directory beside the one for Traefik.
    pub const FILE: &'static str = "engines.json";
    /// The form of the file. Another one is not understood.
    const VERSION: u32 = 1;

    /// What is noted there of these engines, which are given by their addresses.
    ///
    /// # Errors
    /// [`Error::Directory`] where the system refuses to read it, [`Error::NotUnderstood`] where it is not what was written.
    pub fn open(directory: &Directory, engines: Vec<String>) -> Result<Self, Error> {
        let mut memory = Self::empty(engines);
        let Some(bytes) = directory.kept(Self::FILE)? else { return Ok(memory) };
        let read =
            serde_json::from_slice::<Read>(&bytes).map_err(|error| error.to_string()).and_then(|read| {
                let known = read.version == Self::VERSION;
                known.then_some(read).ok_or_else(|| "it is of another version".to_owned())
            });
        let mut read = read.map_err(|reason| {
            let path = directory.beside(Self::FILE);
            Error::NotUnderstood { path, reason }
        })?;
        for (place, engine) in memory.engines.iter().enumerate() {
            if let Some(containers) = read.engines.remove(engine) {
                memory.remembered.insert(place, containers);
            }
        }
        Ok(memory)
    }

    /// One that remembers nothing, of engines at these addresses.
    pub fn empty(engines: Vec<String>) -> Self {
        Self {
            engines,
            remembered: BTreeMap::new(),
            answered: BTreeSet::new(),
            pace: Pace::new(Self::INTERVAL),
            failure: None,
        }
    }

    /// Whether it remembers what an engine had that has not answered yet.
    pub fn knows(&self, engine: usize) -> bool {
        self.remembered.contains_key(&engine)
    }

    /// What an engine had that has not answered yet.
    pub(crate) fn recall(&self, engine: usize) -> Option<&[Container]> {
        self.remembered.get(&engine).map(Vec::as_slice)
    }

    /// An engine has answered: what it had before is of no use any more.
    pub(crate) fn answered(&mut self, engine: usize) {
        self.answered.insert(engine);
        self.remembered.remove(&engine);
    }

    /// Notes that something is different with a container.
    pub(crate) fn changed(&mut self, now: Instant) {
        self.pace.changed(now);
    }

    /// When it is to be kept again.
    pub(crate) const fn due(&self) -> Option<Instant> {
        self.pace.due()
    }

    /// Keeps what the engines have; why it could not be, where that is news.
    pub(crate) fn keep(&mut self, directory: &Directory, world: &World) -> Option<String> {
        let now = Instant::now();
        match directory.keep(Self::FILE, self.text(world).as_bytes()) {
            Ok(()) => {
                self.failure = None;
                self.pace.written(now);
                None
            }
            Err(error) => {
                self.pace.failed(now, Self::INTERVAL);
                let told = error.to_string();
                let is_news = self.failure.is_none();
                self.failure = Some(told.clone());
                is_news.then_some(told)
            }
        }
    }

    fn text(&self, world: &World) -> String {
        let mut by_place: BTreeMap<usize, Vec<&Container>> = BTreeMap::new();
        for (key, container, _) in world.containers() {
            by_place.entry(key.engine).or_default().push(container);
        }
        let engines = self.engines.iter().enumerate().filter_map(|(place, engine)| {
            let containers = match self.remembered.get(&place) {
                Some(remembered) => remembered.iter().collect(),
                None if self.answered.contains(&place) => by_place.remove(&place).unwrap_or_default(),
                // Nothing is known of it, which is not the same as that it has no containers.
                None => return None,
            };
            Some((engine.as_str(), containers))
        });
        let noted = Noted { version: Self::VERSION, engines: engines.collect() };
        // Neither keys nor values can fail: they are texts and numbers.
        serde_json::to_string(&noted).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use portolan_traefik::Format;

    use super::*;
    use crate::Policy;

    fn engines() -> Vec<String> {
        ["unix:///a", "unix:///b"].map(str::to_owned).to_vec()
    }

    fn world(names: &[&str]) -> World {
        let container = |name: &&str| Container { id: (*name).to_owned(), ..Container::default() };
        let mut world = World::new(Policy::default());
        world.list(1, names.iter().map(container).collect());
        world
    }

    fn ids(memory: &Memory, engine: usize) -> Option<Vec<&str>> {
        Some(memory.recall(engine)?.iter().map(|it| it.id.as_str()).collect())
    }

    #[test]
    fn what_is_kept_is_remembered_until_the_engine_answers() {
        let path = tempfile::tempdir().unwrap();
        let directory = Directory::new(path.path(), "test", Format::Yaml).unwrap();
        let mut memory = Memory::open(&directory, engines()).unwrap();
        memory.answered(1);
        assert_eq!(memory.keep(&directory, &world(&["web"])), None);
        let mut memory = Memory::open(&directory, engines()).unwrap();
        assert_eq!((memory.knows(0), ids(&memory, 1)), (false, Some(vec!["web"])));

        // As long as it has not, it is kept as it was, whatever the world has.
        assert_eq!(memory.keep(&directory, &world(&[])), None);
        let mut memory = Memory::open(&directory, engines()).unwrap();
        assert_eq!(ids(&memory, 1), Some(vec!["web"]));
        memory.answered(1);
        assert_eq!(memory.keep(&directory, &world(&["other"])), None);
        assert_eq!(ids(&Memory::open(&directory, engines()).unwrap(), 1), Some(vec!["other"]));
    }

    #[test]
    fn an_engine_is_known_by_its_address_and_one_that_is_gone_is_forgotten() {
        let path = tempfile::tempdir().unwrap();
        let directory = Directory::new(path.path(), "test", Format::Yaml).unwrap();
        let mut memory = Memory::empty(engines());
        memory.answered(1);
        assert_eq!(memory.keep(&directory, &world(&["web"])), None);
        let others = ["unix:///b", "unix:///c"].map(str::to_owned).to_vec();
        let memory = Memory::open(&directory, others).unwrap();
        assert_eq!((ids(&memory, 0), memory.knows(1)), (Some(vec!["web"]), false));
        let others = ["unix:///a", "unix:///c"].map(str::to_owned).to_vec();
        let mut memory = Memory::open(&directory, others).unwrap();
        assert_eq!(memory.keep(&directory, &world(&[])), None);
        assert!(!Memory::open(&directory, engines()).unwrap().knows(1));
    }

    #[test]
    fn what_is_not_understood_is_told() {
        let path = tempfile::tempdir().unwrap();
        let directory = Directory::new(path.path(), "test", Format::Yaml).unwrap();
        for (text, expected) in [
            ("", "EOF"),
            ("{\"version\": 2, \"engines\": {}}", "it is of another version"),
            ("{\"version\": 1, \"engines\": {\"unix:///a\": 7}}", "invalid type"),
        ] {
            directory.keep(Memory::FILE, text.as_bytes()).unwrap();
            let error = Memory::open(&directory, engines()).unwrap_err().to_string();
            assert!(error.contains(expected) && error.contains("engines.json"), "{error}");
        }
    }
}
