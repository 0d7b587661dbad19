//! Who keeps an alias that two containers of one engine define differently.

use std::collections::BTreeMap;

use portolan_container::{Attachment, Container, Port, Protocol, State};
use portolan_routes::{Element, Merged, Name, Options, Section, Table, share};

/// A container with the address of its last byte, created at that second.
fn container(number: u8, labels: &[(&str, &str)]) -> Container {
    let attachment = Attachment { ipv4: Some([172, 17, 0, number].into()), ..Attachment::default() };
    Container {
        id: format!("{number:02x}"),
        name: format!("c{number}"),
        labels: labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        attachments: [("bridge".to_owned(), attachment)].into(),
        ports: vec![Port { number: 80, protocol: Protocol::Tcp, bindings: vec![] }],
        created: Some(i64::from(number)),
        ..Container::default()
    }
}

fn table(containers: &[Container]) -> Table {
    let mut table = Table::default();
    for container in containers {
        table.replace(share(container, &Options::default(), &[][..]));
    }
    table
}

fn name(section: Section, name: &str) -> Name {
    (section, name.to_owned())
}

/// The servers of each HTTP service, and what is told of names.
fn outcome(table: &Table) -> (BTreeMap<String, Vec<String>>, Vec<String>) {
    let mut servers = BTreeMap::new();
    for name in table.names().filter(|(section, _)| *section == Section::HttpServices) {
        let Some(Merged::One(element)) = table.get(name) else { continue };
        let Element::HttpServices(service) = element.as_ref() else { continue };
        let of = service.load_balancer.iter().flat_map(|it| it.servers.iter().flatten());
        servers.insert(name.1.clone(), of.filter_map(|server| server.url.clone()).collect());
    }
    let told = table.names().filter_map(|name| match table.get(name)? {
        Merged::One(_) => table.overruling(name, |key| key),
        Merged::Conflict => Some(table.conflict(name, |key| key)),
    });
    (servers, told.map(|finding| finding.message).collect())
}

/// In whichever order they come, the alias `app` ends at these addresses, and so many findings name the others.
#[track_caller]
fn check(containers: Vec<Container>, expected: &[u8], findings: usize) {
    let (servers, told) = outcome(&table(&containers));
    let urls: Vec<String> = expected.iter().map(|number| format!("http://172.17.0.{number}:80")).collect();
    assert_eq!(servers.get("app"), Some(&urls), "{told:?}");
    assert_eq!(told.len(), findings, "{told:?}");
    let reversed: Vec<Container> = containers.into_iter().rev().collect();
    assert_eq!(outcome(&table(&reversed)), (servers, told));
}

const ALIAS: (&str, &str) = ("proxy.aliases", "app");
const LIMIT: (&str, &str) = ("proxy.app.middlewares.rate_limit", "{average: 1, burst: 1}");
const OTHER: (&str, &str) = ("proxy.app.middlewares.rate_limit", "{average: 2, burst: 2}");

#[test]
fn the_one_created_last_keeps_it() {
    check(vec![container(1, &[ALIAS]), container(2, &[ALIAS, LIMIT])], &[2], 1);
    check(vec![container(1, &[ALIAS, LIMIT]), container(2, &[ALIAS])], &[2], 1);
    // The router and the middleware differ.
    check(vec![container(1, &[ALIAS, LIMIT]), container(2, &[ALIAS, OTHER])], &[2], 1);
}

#[test]
fn at_one_moment_it_is_the_lower_identifier() {
    let unknown = |number, labels: &[_]| Container { created: None, ..container(number, labels) };
    check(vec![unknown(1, &[ALIAS]), unknown(2, &[ALIAS, LIMIT])], &[1], 1);
    check(vec![unknown(1, &[ALIAS, LIMIT]), unknown(2, &[ALIAS])], &[1], 1);
    check(vec![container(1, &[ALIAS, LIMIT]), unknown(2, &[ALIAS])], &[1], 1);
}

#[test]
fn one_that_does_not_run_has_no_say() {
    let stopped = Container { state: State::Exited, ..container(9, &[ALIAS, LIMIT]) };
    check(vec![container(1, &[ALIAS]), stopped], &[1], 0);
}

#[test]
fn those_that_are_alike_share_it() {
    check(vec![container(1, &[ALIAS]), container(2, &[ALIAS])], &[1, 2], 0);
    check(
        vec![container(1, &[ALIAS, LIMIT]), container(2, &[ALIAS, LIMIT]), container(3, &[ALIAS])],
        &[3],
        1,
    );
    check(
        vec![container(1, &[ALIAS]), container(2, &[ALIAS, LIMIT]), container(3, &[ALIAS, LIMIT])],
        &[2, 3],
        1,
    );
}

#[test]
fn only_what_both_claim_is_lost() {
    let (servers, told) = outcome(&table(&[
        container(1, &[("proxy.aliases", "app, own"), LIMIT]),
        container(2, &[("proxy.aliases", "app, other")]),
    ]));
    assert_eq!(servers["app"], ["http://172.17.0.2:80"]);
    assert_eq!(servers["own"], ["http://172.17.0.1:80"]);
    assert_eq!(servers["other"], ["http://172.17.0.2:80"]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("HTTP router `app` of `c1-01` is not served: `c2-02` defines it"), "{told:?}");
}

/// Traefik's own labels are as Traefik has them, and a claim does not take a name from them.
#[test]
fn what_traefik_s_labels_define_is_in_conflict() {
    let rule = |path| ("traefik.http.routers.app.rule", path);
    let conflict = |one: Container, two: Container| {
        let table = table(&[one, two]);
        let name = name(Section::HttpRouters, "app");
        assert_eq!(table.get(&name), Some(Merged::Conflict));
        assert_eq!(table.overruled(&name), None);
    };
    conflict(container(1, &[rule("Path(`/1`)")]), container(2, &[rule("Path(`/2`)")]));
    conflict(container(1, &[rule("Path(`/1`)")]), container(2, &[ALIAS]));
    conflict(container(2, &[rule("Path(`/1`)")]), container(1, &[ALIAS]));
}

#[test]
fn between_engines_the_rank_comes_first() {
    let mut table = Table::default();
    for (rank, number, labels) in [(0, 1, &[ALIAS][..]), (1, 2, &[ALIAS, LIMIT]), (0, 3, &[ALIAS, OTHER])] {
        let mut share = share(&container(number, labels), &Options::default(), &[][..]);
        share.rank = rank;
        table.replace(share);
    }
    let (servers, told) = outcome(&table);
    assert_eq!(servers["app"], ["http://172.17.0.3:80"]);
    assert!(told[0].contains("router `app` of `c1-01` is not served: `c3-03`"), "{told:?}");
    assert!(told[1].contains("middleware `app-rate-limit` of `c2-02` is not served: `c3-03`"), "{told:?}");
    table.remove("c3-03");
    assert_eq!(outcome(&table).0["app"], ["http://172.17.0.1:80"]);
    table.remove("c1-01");
    assert_eq!(outcome(&table).0["app"], ["http://172.17.0.2:80"]);
}

/// A change names all that may have become another.
#[test]
fn what_is_touched_is_told() {
    let all = [container(1, &[ALIAS, LIMIT]), container(2, &[ALIAS]), container(3, &[ALIAS, OTHER])];
    let mut table = table(&all);
    let get = |table: &Table| -> BTreeMap<Name, String> {
        table.names().map(|name| (name.clone(), format!("{:?}", table.get(name)))).collect()
    };
    for gone in ["c3-03", "c2-02"] {
        let before = get(&table);
        let touched = table.remove(gone);
        let after = get(&table);
        let differs = before.iter().filter(|(name, was)| after.get(*name) != Some(was));
        for (name, _) in differs {
            assert!(touched.contains(name), "{name:?} has changed");
        }
        assert_ne!(before, after);
    }
}
