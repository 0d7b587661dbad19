use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use portolan_netlink::{Answer, Error, HostRoutes, Request};
use serde::{Deserialize, Serialize};
use tracing::warn;

/// Which routes on the host each container asked for and got: they are withdrawn when the last that asked for one stops.
///
/// It is kept in a file, so that a restart of the service forgets none. Where the file cannot be written, memory alone knows.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    /// By the container's identifier.
    entries: BTreeMap<String, BTreeSet<Route>>,
    /// Why the file is not written any more, once told.
    told: bool,
}

/// Why routes on the host are still there though nobody asks for them any more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("routes on the host not withdrawn: {reason}")]
pub struct Left {
    /// What the kernel said of each, or why it was not asked.
    pub reason: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// A route as the message that added it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
struct Route(String);

impl Ledger {
    /// Reads the file, which may be absent. One that is something else is left alone.
    pub fn load(path: &Path) -> Self {
        let mut ledger = Self { path: path.to_owned(), entries: BTreeMap::new(), told: false };
        let read = std::fs::read(path).and_then(|text| Ok(serde_json::from_slice(&text)?));
        match read {
            Ok(entries) => ledger.entries = entries,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                let help = "remove it, or name another by `network.state`";
                warn!(file = %path.display(), help, "notes on routes of the host cannot be read: {error}");
                ledger.told = true;
            }
        }
        ledger
    }

    /// The containers that have routes.
    pub fn holders(&self) -> impl Iterator<Item = &String> {
        self.entries.keys()
    }

    /// A container has added routes; those that were there already are its own too if another container's.
    pub fn note(&mut self, id: &str, routes: &HostRoutes) {
        let others = |route: &Route| self.entries.values().any(|held| held.contains(route));
        let there = routes.there.iter().map(Route::of).filter(others);
        let new: BTreeSet<Route> = routes.added.iter().map(Route::of).chain(there).collect();
        if new.is_empty() {
            return;
        }
        let held = self.entries.entry(id.to_owned()).or_default();
        let before = held.len();
        held.extend(new);
        if held.len() != before {
            self.write();
        }
    }

    /// A container has stopped: the routes that no other asked for are withdrawn, unless they are to `keep`, and so is the note of it.
    ///
    /// What is still there afterwards stays noted, so that it can be tried again. How many were withdrawn; `None` where there were none
    /// to withdraw.
    pub fn leave(
        &mut self,
        id: &str,
        keep: bool,
        withdraw: impl FnOnce(&[Request]) -> Result<Vec<(Request, Answer)>, Error>,
    ) -> Option<Result<usize, Left>> {
        let held = self.entries.remove(id)?;
        let others = |route: &Route| self.entries.values().any(|held| held.contains(route));
        let alone = held.iter().filter(|route| !keep && !others(route));
        let routes: Vec<Request> = alone.filter_map(Route::request).collect();
        if routes.is_empty() {
            self.write();
            return None;
        }
        let (left, outcome) = match withdraw(&routes) {
            Ok(failures) if failures.is_empty() => (BTreeSet::new(), Ok(routes.len())),
            Ok(failures) => {
                let reasons: Vec<String> = failures.iter().map(|(_, answer)| answer.reason()).collect();
                let help = failures.iter().find_map(|(_, answer)| answer.help());
                let left = failures.iter().map(|(route, _)| Route::of(route)).collect();
                (left, Err(Left { reason: reasons.join(", "), help }))
            }
            Err(error) => {
                let left = routes.iter().map(Route::of).collect();
                (left, Err(Left { reason: error.to_string(), help: error.help() }))
            }
        };
        if !left.is_empty() {
            self.entries.insert(id.to_owned(), left);
        }
        self.write();
        Some(outcome)
    }

    fn write(&mut self) {
        if self.told {
            return;
        }
        if let Err(error) = self.try_write() {
            let help = "routes on the host will not be withdrawn after a restart; name another file by `network.state`";
            warn!(file = %self.path.display(), help, "notes on routes of the host cannot be written: {error}");
            self.told = true;
        }
    }

    fn try_write(&self) -> io::Result<()> {
        let directory = self.path.parent().unwrap_or(Path::new("/"));
        std::fs::create_dir_all(directory)?;
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        serde_json::to_writer_pretty(&mut file, &self.entries)?;
        file.write_all(b"\n")?;
        file.persist(&self.path)?;
        Ok(())
    }
}

impl Route {
    fn of(request: &Request) -> Self {
        Self(HEXLOWER.encode(&request.body))
    }

    fn request(&self) -> Option<Request> {
        let body = HEXLOWER.decode(self.0.as_bytes()).ok()?;
        Some(Request { kind: Request::NEW_ROUTE, flags: 0, body })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(number: u8) -> Request {
        Request { kind: Request::NEW_ROUTE, flags: 0, body: vec![number; 12] }
    }

    fn added(numbers: &[u8]) -> HostRoutes {
        HostRoutes { added: numbers.iter().map(|number| route(*number)).collect(), there: vec![] }
    }

    /// Has a container leave, and gives the routes that are withdrawn for it.
    fn withdrawn(ledger: &mut Ledger, id: &str, keep: bool) -> Vec<Request> {
        let mut withdrawn = Vec::new();
        let outcome = ledger.leave(id, keep, |routes| {
            withdrawn = routes.to_vec();
            Ok(Vec::new())
        });
        assert_eq!(outcome, (!withdrawn.is_empty()).then_some(Ok(withdrawn.len())));
        withdrawn
    }

    #[test]
    fn the_last_that_asked_for_a_route_takes_it_along() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("run/routes.json");
        let mut ledger = Ledger::load(&path);
        ledger.note("a", &added(&[1, 2]));
        ledger.note("b", &HostRoutes { added: vec![route(3)], there: vec![route(1), route(9)] });
        let mut ledger = Ledger::load(&path);
        assert_eq!(ledger.holders().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(withdrawn(&mut ledger, "a", false), [route(2)], "the other one has 1 as well");
        assert_eq!(withdrawn(&mut ledger, "a", false), []);
        assert_eq!(withdrawn(&mut ledger, "b", false), [route(1), route(3)], "and 9 is somebody else's");
        assert_eq!(Ledger::load(&path).holders().count(), 0);
    }

    #[test]
    fn what_is_not_withdrawn_stays_noted() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("routes.json");
        let mut ledger = Ledger::load(&path);
        ledger.note("a", &added(&[1, 2]));
        let none = ledger.leave("a", false, |_| Err(Error::NoHost));
        assert_eq!(none, Some(Err(Left { reason: Error::NoHost.to_string(), help: Error::NoHost.help() })));
        let denied = Answer { errno: 1, message: Some("Not you.".to_owned()) };
        let some =
            ledger.leave("a", false, |routes| Ok(vec![(routes[1].clone(), denied)])).unwrap().unwrap_err();
        assert_eq!(some.to_string(), "routes on the host not withdrawn: Not you");
        assert!(some.help.unwrap().contains("CAP_NET_ADMIN"));
        let mut ledger = Ledger::load(&path);
        // Whoever asks for it while it is there has it from the one that has gone.
        ledger.note("b", &HostRoutes { added: vec![], there: vec![route(2)] });
        assert_eq!(withdrawn(&mut ledger, "a", false), []);
        assert_eq!(withdrawn(&mut ledger, "b", false), [route(2)]);
    }

    #[test]
    fn routes_that_are_to_stay_stay() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("routes.json");
        let mut ledger = Ledger::load(&path);
        ledger.note("a", &added(&[1]));
        assert_eq!(withdrawn(&mut ledger, "a", true), []);
        assert_eq!(Ledger::load(&path).holders().count(), 0);
    }

    #[test]
    fn a_foreign_file_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("routes.json");
        let mut file = std::fs::File::create(&path).unwrap();
        file.write_all(b"not ours").unwrap();
        let mut ledger = Ledger::load(&path);
        ledger.note("a", &added(&[1]));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "not ours");
        assert_eq!(withdrawn(&mut ledger, "a", false), [route(1)], "memory knows");
    }
}
