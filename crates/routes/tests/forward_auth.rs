//! A route whose requests another route's application lets pass.
#![expect(clippy::unwrap_used, reason = "all of it is test code, and a test may panic")]

use portolan_container::{Attachment, Container, Port, Protocol, State};
use portolan_routes::{Element, Options, share};

fn container(number: u8, name: &str, labels: &[(&str, &str)]) -> Container {
    let attachment = Attachment { ipv4: Some([172, 17, 0, number].into()), ..Attachment::default() };
    Container {
        id: format!("{number:02x}"),
        name: name.to_owned(),
        labels: labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        attachments: [("bridge".to_owned(), attachment)].into(),
        ports: vec![Port { number: 3000, protocol: Protocol::Tcp, bindings: vec![] }],
        created: Some(i64::from(number)),
        ..Container::default()
    }
}

/// What is asked, whether without a look at its certificate, and which headers are taken; or why the route is not written.
fn asked(labels: &[(&str, &str)], others: Vec<Container>) -> Result<(String, bool, Vec<String>), String> {
    let app = container(1, "app", labels);
    let peers = [vec![app.clone()], others].concat();
    let made = share(&app, &Options::default(), &peers[..]);
    let auth = made.elements.iter().find_map(|(name, element)| match element {
        Element::HttpMiddlewares(middleware) if name == "app-forward-auth" => middleware.forward_auth.clone(),
        _ => None,
    });
    let is_open = made.elements.iter().any(|(_, it)| matches!(it, Element::HttpRouters(_)));
    match auth {
        Some(auth) => {
            let skips = auth.tls.and_then(|tls| tls.insecure_skip_verify) == Some(true);
            Ok((auth.address.unwrap_or_default(), skips, auth.auth_response_headers.unwrap_or_default()))
        }
        None if is_open => Err("the route is open".to_owned()),
        None => Err(made.diagnostics.iter().map(ToString::to_string).collect()),
    }
}

const ASKS: (&str, &str) = ("proxy.app.middlewares.forward_auth", "{}");

#[track_caller]
fn check(labels: &[(&str, &str)], others: Vec<Container>, expected: &str) {
    assert_eq!(asked(labels, others).map(|(address, ..)| address), Ok(expected.to_owned()));
}

#[track_caller]
fn refused(labels: &[(&str, &str)], others: Vec<Container>, expected: &str) {
    let why = asked(labels, others).unwrap_err();
    assert!(why.contains(expected), "{why}");
}

#[test]
fn the_application_is_asked_where_its_route_ends() {
    let tinyauth = || container(2, "tinyauth", &[]);
    check(&[ASKS], vec![tinyauth()], "http://172.17.0.2:3000/api/auth/traefik");
    let aliased = container(3, "sso", &[("proxy.aliases", "other, Login"), ("proxy.#2.port", "80")]);
    let label =
        ("proxy.app.middlewares.forward_auth", "{route: login, auth_endpoint: /verify, headers: [X-User]}");
    check(&[label], vec![tinyauth(), aliased.clone()], "http://172.17.0.3:80/verify");
    let (_, skips, headers) = asked(&[label], vec![aliased]).unwrap();
    assert_eq!((skips, headers), (false, vec!["X-User".to_owned()]));
    let headers = asked(&[ASKS], vec![tinyauth()]).unwrap().2;
    assert_eq!(headers, ["Remote-User", "Remote-Name", "Remote-Email", "Remote-Groups"]);
}

#[test]
fn it_may_be_of_the_same_container_or_kept_off_the_proxy() {
    let own = [ASKS, ("proxy.aliases", "app, tinyauth"), ("proxy.tinyauth.port", "8080")];
    check(&own, vec![], "http://172.17.0.1:8080/api/auth/traefik");
    let hidden = container(2, "tinyauth", &[("proxy.exclude", "true")]);
    check(&[ASKS], vec![hidden], "http://172.17.0.2:3000/api/auth/traefik");
}

#[test]
fn what_its_route_says_of_tls_holds_for_it() {
    let labels = [("proxy.tinyauth.scheme", "https"), ("proxy.tinyauth.no_tls_verify", "true")];
    let (address, skips, _) = asked(&[ASKS], vec![container(2, "tinyauth", &labels)]).unwrap();
    assert_eq!((address.as_str(), skips), ("https://172.17.0.2:3000/api/auth/traefik", true));
}

#[test]
fn of_several_the_first_that_runs_is_asked() {
    let older = container(2, "old", &[("proxy.aliases", "tinyauth")]);
    let newer = container(3, "new", &[("proxy.aliases", "tinyauth")]);
    let stopped = Container { state: State::Exited, ..container(4, "tinyauth", &[]) };
    for others in [vec![older.clone(), newer.clone(), stopped.clone()], vec![stopped, newer, older]] {
        check(&[ASKS], others, "http://172.17.0.3:3000/api/auth/traefik");
    }
}

/// Without the one who says who may ask, the route would be open.
#[test]
fn a_route_whose_application_is_not_there_is_not_written() {
    let told = "no container that runs on this engine has the route `tinyauth`, which middleware `forward_auth` asks";
    refused(&[ASKS], vec![], told);
    refused(&[ASKS], vec![Container { state: State::Exited, ..container(2, "tinyauth", &[]) }], told);
    refused(&[ASKS], vec![container(2, "tinyauth", &[("proxy.tinyauth.scheme", "tcp")])], told);
    let wrong = ("proxy.app.middlewares.forward_auth", "{auth_endpoint: verify}");
    refused(&[wrong], vec![container(2, "tinyauth", &[])], "a path from `/` is expected");
}
