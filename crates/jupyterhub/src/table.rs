use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{Instant, RouteSpec, Target};

/// A route as the hub asked for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Where its requests go.
    pub target: Target,
    /// The whole body of the request that added it.
    pub data: Map<String, Value>,
    /// When a request last came its way.
    pub last_activity: Instant,
}

/// What was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A route that Traefik has to learn of.
    Route,
    /// Something that the hub alone asks about.
    Data,
    /// Nothing but the moment of its last activity.
    Nothing,
}

/// All routes, by what they take.
///
/// ```
/// use portolan_jupyterhub::{Change, Instant, RouteSpec, Table, Target};
///
/// let mut table = Table::new(false);
/// let spec = RouteSpec::from_decoded("/user/zoe");
/// let target = Target::parse("http://127.0.0.1:40001")?;
/// let at = Instant::parse("2026-01-31T12:00:00Z")?;
/// let data = serde_json::Map::from_iter([("target".to_owned(), "http://127.0.0.1:40001".into())]);
/// assert_eq!(table.add(spec.clone(), target.clone(), data.clone(), at), Change::Route);
/// assert_eq!(table.add(spec, target, data, at), Change::Nothing);
/// assert_eq!(
///     table.list(None).to_string(),
///     r#"{"/user/zoe":{"last_activity":"2026-01-31T12:00:00.000Z","target":"http://127.0.0.1:40001"}}"#
/// );
/// # Ok::<(), portolan_jupyterhub::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    host_routing: bool,
    routes: BTreeMap<RouteSpec, Route>,
}

impl Table {
    /// A table without routes; with host routing the first part of each path is a host.
    pub const fn new(host_routing: bool) -> Self {
        Self { host_routing, routes: BTreeMap::new() }
    }

    /// Whether the first part of each path is a host.
    pub const fn host_routing(&self) -> bool {
        self.host_routing
    }

    /// Puts a route in the place of whatever was there.
    pub fn add(&mut self, spec: RouteSpec, target: Target, data: Map<String, Value>, at: Instant) -> Change {
        let new = Route { target, data, last_activity: at };
        match self.routes.insert(spec, new.clone()) {
            Some(old) if old.target != new.target => Change::Route,
            Some(old) if old.data != new.data => Change::Data,
            Some(_) => Change::Nothing,
            None => Change::Route,
        }
    }

    /// Puts a route back as it was.
    pub fn restore(&mut self, spec: RouteSpec, route: Route) {
        self.routes.insert(spec, route);
    }

    /// Takes a route away. True if there was one.
    pub fn remove(&mut self, spec: &RouteSpec) -> bool {
        self.routes.remove(spec).is_some()
    }

    /// One route.
    pub fn get(&self, spec: &RouteSpec) -> Option<&Route> {
        self.routes.get(spec)
    }

    /// All routes, in order.
    pub fn routes(&self) -> impl Iterator<Item = (&RouteSpec, &Route)> {
        self.routes.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.routes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.routes.is_empty()
    }

    /// Notes that a request came a route's way. True if there is such a route.
    pub fn touch(&mut self, spec: &RouteSpec, at: Instant) -> bool {
        let route = self.routes.get_mut(spec);
        route.map(|route| route.last_activity = route.last_activity.max(at)).is_some()
    }

    /// What the hub is told of one route.
    pub fn show(&self, spec: &RouteSpec) -> Option<Value> {
        self.get(spec).map(|route| self.entry(spec, route))
    }

    /// What the hub is told of all routes, or of those that were last active before a moment.
    pub fn list(&self, inactive_since: Option<Instant>) -> Value {
        let listed = self.routes.iter();
        let listed =
            listed.filter(|(_, route)| inactive_since.is_none_or(|since| route.last_activity < since));
        listed.map(|(spec, route)| (spec.to_string(), self.entry(spec, route))).collect::<Map<_, _>>().into()
    }

    fn entry(&self, spec: &RouteSpec, route: &Route) -> Value {
        let mut entry = route.data.clone();
        entry.insert("last_activity".to_owned(), route.last_activity.to_string().into());
        if let (Some(host), _) = spec.host_and_path(self.host_routing) {
            entry.insert("host".to_owned(), host.into());
        }
        entry.into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(second: u8) -> Instant {
        Instant::parse(&format!("2026-01-01T00:00:{second:02}Z")).expect("is a time")
    }

    fn add(table: &mut Table, path: &str, data: &Value, second: u8) -> Change {
        let Value::Object(data) = data.clone() else { panic!("data is an object") };
        let target = Target::parse(data["target"].as_str().expect("is said")).expect("is a URL");
        table.add(RouteSpec::from_decoded(path), target, data, at(second))
    }

    #[test]
    fn data_comes_back_as_it_was_sent() {
        let mut table = Table::new(true);
        let data = json!({"target": "http://a:1/x", "user": "`{{", "n": [1.5, null], "last_activity": "mine", "jupyterhub": true});
        assert_eq!(add(&mut table, "/h.example.com/a", &data, 1), Change::Route);
        let mut expected = data.clone();
        expected["last_activity"] = "2026-01-01T00:00:01.000Z".into();
        expected["host"] = "h.example.com".into();
        assert_eq!(table.list(None), json!({"/h.example.com/a": expected}));
        assert_eq!(table.show(&RouteSpec::from_decoded("/h.example.com")), None);
    }

    #[test]
    fn a_change_is_one_of_the_target_or_of_the_data() {
        let mut table = Table::new(false);
        let data = json!({"target": "http://a:1", "user": "a"});
        assert_eq!(add(&mut table, "/a", &data, 1), Change::Route);
        assert_eq!(add(&mut table, "/a", &data, 2), Change::Nothing);
        assert_eq!(add(&mut table, "/a", &json!({"target": "http://a:1"}), 3), Change::Data);
        assert_eq!(add(&mut table, "/a", &json!({"target": "http://a:2"}), 4), Change::Route);
        assert!(
            table.remove(&RouteSpec::from_decoded("/a")) && !table.remove(&RouteSpec::from_decoded("/a"))
        );
        assert!(table.is_empty());
    }

    #[test]
    fn who_is_idle_is_told() {
        let mut table = Table::new(false);
        let data = json!({"target": "http://a:1"});
        add(&mut table, "/a", &data, 1);
        add(&mut table, "/b", &data, 2);
        let idle = |table: &Table| {
            table.list(Some(at(2))).as_object().map(|all| all.keys().cloned().collect::<Vec<_>>())
        };
        assert_eq!(idle(&table), Some(vec!["/a".to_owned()]), "strictly before");
        assert!(table.touch(&RouteSpec::from_decoded("/a"), at(9)));
        assert!(table.touch(&RouteSpec::from_decoded("/a"), at(1)), "what was later stays");
        assert_eq!(idle(&table), Some(vec![]));
        assert!(!table.touch(&RouteSpec::from_decoded("/c"), at(9)));
    }
}
