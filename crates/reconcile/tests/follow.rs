//! Recorded facts on a watcher of an engine: each is tried on a server that answers as an engine would, or would not.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a record that is not as it should be ends the test"
)]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use portolan_engine::{Endpoint, Error, Requests};
use portolan_reconcile::{Event, follow};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

/// Long enough for a machine that is busy, so that only what hangs runs into it.
const LONG: Duration = Duration::from_secs(60);

/// How the server answers one kind of request.
#[derive(Clone, Copy)]
enum Answer {
    /// A status and a body.
    Whole(u16, &'static str),
    /// The head of an answer that goes on, and nothing more.
    Open,
    /// Not at all; the connection stays.
    Never,
}

/// An engine without containers.
#[derive(Debug)]
struct Server {
    endpoint: Endpoint,
    /// How often it was connected to.
    connected: Arc<AtomicUsize>,
    /// How often the stream of events was asked for.
    events: watch::Receiver<usize>,
}

/// Serves `/version` and, by how often it was asked for before, `/events`.
async fn serve(version: Answer, events: fn(usize) -> Answer) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::parse(&format!("tcp://{}", listener.local_addr().unwrap())).unwrap();
    let (asked, asked_for) = watch::channel(0);
    let server = Server { endpoint, connected: Arc::default(), events: asked_for };
    let connected = server.connected.clone();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let (connected, asked) = (connected.clone(), asked.clone());
            tokio::spawn(async move {
                respond(connection, |path| match path {
                    "/version" => {
                        connected.fetch_add(1, Ordering::SeqCst);
                        version
                    }
                    _ if path.ends_with("/events") => {
                        let mut before = 0;
                        asked.send_modify(|times| before = std::mem::replace(times, *times + 1));
                        events(before)
                    }
                    _ => Answer::Whole(200, "[]"),
                })
                .await;
            });
        }
    });
    server
}

async fn respond(mut connection: TcpStream, answer: impl Fn(&str) -> Answer) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let Ok(byte) = connection.read_u8().await else { return };
        request.push(byte);
    }
    let request = String::from_utf8(request).unwrap();
    let path = request.split([' ', '?']).nth(1).unwrap();
    let text = match answer(path) {
        Answer::Whole(status, body) => {
            format!("HTTP/1.1 {status} \r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
        }
        Answer::Open => "HTTP/1.1 200 \r\ntransfer-encoding: chunked\r\n\r\n".to_owned(),
        Answer::Never => String::new(),
    };
    // Whoever asked may be gone.
    let _ = connection.write_all(text.as_bytes()).await;
    if !text.contains("connection: close") {
        std::future::pending::<()>().await;
    }
}

/// What a watcher tells of this engine, one after the other.
fn watcher(endpoint: Endpoint) -> mpsc::Receiver<Event> {
    let (sender, receiver) = mpsc::channel(8);
    tokio::spawn(follow(0, endpoint, LONG, sender, Requests::default()));
    receiver
}

async fn next(events: &mut mpsc::Receiver<Event>) -> Event {
    tokio::time::timeout(LONG, events.recv()).await.expect("an event in time").expect("a watcher")
}

/// Waits until the stream of events was asked for so often: the list may be there before.
async fn asked_for(mut events: watch::Receiver<usize>, times: usize) {
    let asked = tokio::time::timeout(LONG, events.wait_for(|asked| *asked >= times)).await;
    asked.expect("asked for in time").expect("a server");
}

const VERSION: Answer = Answer::Whole(200, r#"{"ApiVersion": "1.41"}"#);

/// The stream of events ends: the engine is away, is connected to anew, and all its containers are told again.
async fn after_the_end_of_the_stream() -> (Event, Event, Server) {
    let server =
        serve(VERSION, |before| if before == 0 { Answer::Whole(200, "") } else { Answer::Open }).await;
    let mut events = watcher(server.endpoint.clone());
    let mut first = next(&mut events).await;
    // The list may have come before the end of the stream, or not.
    if is_listed(&first) {
        first = next(&mut events).await;
    }
    let again = next(&mut events).await;
    (first, again, server)
}

fn is_listed(event: &Event) -> bool {
    matches!(event, Event::Listed { engine: 0, containers } if containers.is_empty())
}

/// Whether it replaces all that was known of an engine, which the reference calls to force a reload.
fn reloads(event: &Event) -> bool {
    matches!(event, Event::Listed { .. })
}

async fn check(record: &Value) {
    let (name, input, expected) = (&record["name"], &record["input"], &record["expected"]);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match text(&record["kind"]).as_str() {
        "event_handler" => {
            let event = |case: &Value| match text(&case[0]).as_str() {
                "force-reload" => Event::Listed { engine: 0, containers: Vec::new() },
                action => {
                    assert_eq!(action, "start");
                    let received = Instant::now();
                    Event::Inspected {
                        engine: 0,
                        container: Box::default(),
                        actions: vec!["start"],
                        received,
                    }
                }
            };
            let cases = input["cases"].as_array().expect("cases").iter().map(event);
            assert_eq!(
                json!(cases.map(|event| reloads(&event)).collect::<Vec<_>>()),
                expected["has_force_reload"]
            );
        }
        "watcher" if input.get("event").is_some() => {
            // Of the reference's two channels, one is ours: a stream that yields events, or its error.
            assert_eq!(text(&expected["error"]), "docker watcher: event stream closed", "{name}");
            let (away, ..) = after_the_end_of_the_stream().await;
            let Event::Away { engine: 0, error: error @ Error::Ended { .. } } = away else {
                panic!("{away:?}")
            };
            assert!(error.to_string().contains("ended"), "{name}: {error}");
        }
        "watcher" if input.get("client_factory").is_some() => {
            assert_eq!(
                expected,
                &json!({"ready_error": true, "error_reported": true, "events_closed": true})
            );
            let endpoint = Endpoint::parse("unix:///nowhere/docker.sock").unwrap();
            let mut events = watcher(endpoint);
            let away = next(&mut events).await;
            assert!(matches!(away, Event::Away { error: Error::NoSocket { .. }, .. }), "{name}: {away:?}");
        }
        "watcher" if input["ping"] == 401 => {
            let server = serve(Answer::Whole(401, r#"{"message": "who are you"}"#), |_| Answer::Never).await;
            let away = next(&mut watcher(server.endpoint)).await;
            assert!(
                matches!(&away, Event::Away { error: Error::Status { status: 401, .. }, .. }),
                "{name}: {away:?}"
            );
            assert_eq!(*server.events.borrow(), 0);
        }
        "watcher" if input["ping"] == 200 => {
            let server = serve(VERSION, |_| Answer::Never).await;
            let ready = next(&mut watcher(server.endpoint)).await;
            assert!(is_listed(&ready), "{name}: {ready:?}");
            assert_eq!(expected["events_requested"], true);
            asked_for(server.events, 1).await;
        }
        "watcher" => {
            assert_eq!(text(&input["first_events_response"]), "200 then EOF", "{name}");
            let (away, again, server) = after_the_end_of_the_stream().await;
            assert!(matches!(away, Event::Away { .. }), "{name}: {away:?}");
            assert!(is_listed(&again), "{name}: {again:?}");
            let at_least = |key: &str| usize::try_from(expected[key].as_u64().expect("a number")).unwrap();
            assert!(
                server.connected.load(Ordering::SeqCst) >= at_least("clients_created_at_least"),
                "{name}"
            );
            asked_for(server.events, at_least("events_requests_at_least")).await;
        }
        other => panic!("a record of another kind: {other}"),
    }
}

#[tokio::test]
async fn watchers_do_as_recorded() {
    let records = include_str!("data/watcher.jsonl").lines().map(|line| serde_json::from_str(line).unwrap());
    let records: Vec<Value> = records.collect();
    let names: BTreeSet<&str> = records.iter().filter_map(|record| record["name"].as_str()).collect();
    assert_eq!(names.len(), 7);
    for record in &records {
        check(record).await;
    }
}
