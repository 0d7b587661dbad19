use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Error, Instant, Route, RouteSpec, Table, Target};

/// The routes as a file keeps them over a restart.
///
/// ```
/// use portolan_jupyterhub::{Table, parse_state, state_text};
///
/// let table = Table::new(false);
/// assert_eq!(parse_state(&state_text(&table), false)?, table);
/// # Ok::<(), portolan_jupyterhub::Error>(())
/// ```
pub fn state_text(table: &Table) -> String {
    let routes = table.routes().map(|(spec, route)| {
        let kept = Kept { data: route.data.clone(), last_activity: route.last_activity };
        (spec.to_string(), kept)
    });
    let state = State { version: VERSION, host_routing: table.host_routing(), routes: routes.collect() };
    // Maps with texts for keys are all that it has: it can be written.
    serde_json::to_string(&state).unwrap_or_default()
}

/// The routes of such a file.
///
/// # Errors
/// [`Error::State`] for a file that is none, is of another version, or was written with the other kind of routing.
pub fn parse_state(text: &str, host_routing: bool) -> Result<Table, Error> {
    let refused = |reason: String| Error::State { reason };
    let state: State =
        serde_json::from_str(text).map_err(|error| refused(format!("cannot be read: {error}")))?;
    if state.version != VERSION {
        return Err(refused(format!(
            "is of version {}, and this program reads version {VERSION}",
            state.version
        )));
    }
    if state.host_routing != host_routing {
        let (was, is) = if host_routing { ("without", "with") } else { ("with", "without") };
        return Err(refused(format!("was written {was} host routing, and this program runs {is} it")));
    }
    let mut table = Table::new(host_routing);
    for (path, Kept { data, last_activity }) in state.routes {
        let target = data.get("target").and_then(Value::as_str).unwrap_or_default();
        let target =
            Target::parse(target).map_err(|error| refused(format!("has a route `{path}`: {error}")))?;
        // One slash at the end is dropped, and a path may have one of its own.
        let spec = RouteSpec::from_decoded(&format!("{path}/"));
        table.restore(spec, Route { target, data, last_activity });
    }
    Ok(table)
}

const VERSION: u32 = 1;

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct State {
    version: u32,
    host_routing: bool,
    routes: BTreeMap<String, Kept>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Kept {
    data: Map<String, Value>,
    last_activity: Instant,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(paths: &[String]) -> Table {
        let mut table = Table::new(false);
        for path in paths {
            let data = Map::from_iter([
                ("target".to_owned(), "http://127.0.0.1:1/p".into()),
                ("user".to_owned(), path.as_str().into()),
            ]);
            let target = Target::parse("http://127.0.0.1:1/p").expect("is a URL");
            let at = Instant::parse("2026-01-01T00:00:00.123Z").expect("is a time");
            table.add(RouteSpec::from_decoded(path), target, data, at);
        }
        table
    }

    #[test]
    fn what_is_no_state_is_told() {
        let check = |text: &str, said: &str| {
            let error = parse_state(text, false).expect_err("is refused").to_string();
            assert!(error.contains(said), "{error}");
        };
        check("", "cannot be read");
        check(r#"{"version": 1, "hostRouting": false, "routes": {"#, "cannot be read");
        check(r#"{"version": 2, "hostRouting": false, "routes": {}}"#, "version 2");
        check(r#"{"version": 1, "hostRouting": true, "routes": {}}"#, "with host routing");
        check(
            r#"{"version": 1, "hostRouting": false, "routes": {"/a": {"data": {}, "lastActivity": "2026-01-01T00:00:00Z"}}}"#,
            "`/a`",
        );
    }

    proptest::proptest! {
        #[test]
        fn what_was_kept_is_read_back(paths: Vec<String>) {
            let table = table(&paths);
            proptest::prop_assert_eq!(parse_state(&state_text(&table), false), Ok(table));
        }

        #[test]
        fn half_a_state_is_none(at in 0..100usize) {
            let text = state_text(&table(&["/a".to_owned(), "/b".to_owned()]));
            proptest::prop_assert!(parse_state(&text[..text.len() * at / 100], false).is_err());
        }
    }
}
