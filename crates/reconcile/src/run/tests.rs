use std::path::Path;

use portolan_container::{Attachment, Port, Protocol};
use portolan_engine::Endpoint;
use portolan_traefik::{Directory, Format};
use tokio::sync::mpsc::Sender;

use super::*;

fn start(directory: &Path, engines: usize) -> (Loop, Sender<Event>, watch::Receiver<Status>) {
    let directory = Directory::new(directory, "test", Format::Yaml).unwrap();
    let sink = Sink::new(directory, Duration::from_millis(100));
    let engines = (0..engines).map(|engine| format!("unix:///{engine}")).collect();
    let (events, queue) = mpsc::channel(8);
    let (watcher, status) = Loop::new(Policy::default(), sink, Format::Yaml, engines, queue).unwrap();
    (watcher, events, status)
}

fn listed(engine: usize, name: &str) -> Event {
    let attachment = Attachment { ipv4: "172.17.0.2".parse().ok(), ..Attachment::default() };
    let container = Container {
        id: name.to_owned(),
        name: name.to_owned(),
        attachments: [("bridge".to_owned(), attachment)].into(),
        ports: vec![Port { number: 80, protocol: Protocol::Tcp, bindings: vec![] }],
        ..Container::default()
    };
    Event::Listed { engine, containers: vec![container] }
}

fn away(engine: usize) -> Event {
    let endpoint = Endpoint::parse("tcp://127.0.0.1:1").unwrap();
    Event::Away { engine, error: portolan_engine::Error::Ended { endpoint, reason: "test".to_owned() } }
}

fn read(directory: &Path) -> Option<String> {
    std::fs::read_to_string(directory.join("test.yml")).ok()
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_is_away_at_the_start_keeps_the_last_file() {
    let directory = tempfile::tempdir().unwrap();
    let (watcher, events, _status) = start(directory.path(), 1);
    events.send(away(0)).await.unwrap();
    events.send(Event::Command(Command::Stop)).await.unwrap();
    watcher.run().await;
    assert_eq!(read(directory.path()), None);
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_goes_away_keeps_its_routes() {
    let directory = tempfile::tempdir().unwrap();
    let (watcher, events, _status) = start(directory.path(), 1);
    events.send(listed(0, "web")).await.unwrap();
    events.send(away(0)).await.unwrap();
    events.send(Event::Command(Command::Stop)).await.unwrap();
    watcher.run().await;
    assert!(read(directory.path()).unwrap().contains("Host(`web`)"));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_before_all_engines_have_answered() {
    let directory = tempfile::tempdir().unwrap();
    let (watcher, events, mut status) = start(directory.path(), 2);
    let running = tokio::spawn(watcher.run());
    events.send(listed(0, "one")).await.unwrap();
    status.changed().await.unwrap();
    assert_eq!(read(directory.path()), None);
    events.send(listed(1, "two")).await.unwrap();
    status.wait_for(|status| status.ready).await.unwrap();
    let text = read(directory.path()).unwrap();
    assert!(text.contains("Host(`one`)") && text.contains("Host(`two`)"), "{text}");
    drop(events);
    running.await.unwrap();
}

/// It lost its routes in the file after half a minute before.
#[tokio::test(start_paused = true)]
async fn an_engine_that_is_away_at_the_start_keeps_its_routes() {
    let directory = tempfile::tempdir().unwrap();
    let addresses = || vec!["unix:///0".to_owned(), "unix:///1".to_owned()];
    let remembering = |(watcher, events, status): (Loop, Sender<Event>, watch::Receiver<Status>)| {
        let memory = Memory::open(watcher.sink.directory(), addresses()).unwrap();
        (watcher.with_memory(memory), events, status)
    };
    let (watcher, events, _status) = remembering(start(directory.path(), 2));
    events.send(listed(0, "one")).await.unwrap();
    events.send(listed(1, "two")).await.unwrap();
    events.send(Event::Command(Command::Stop)).await.unwrap();
    watcher.run().await;

    let (watcher, events, mut status) = remembering(start(directory.path(), 2));
    let running = tokio::spawn(watcher.run());
    let began = tokio::time::Instant::now();
    events.send(away(1)).await.unwrap();
    events.send(listed(0, "other")).await.unwrap();
    status.wait_for(|status| status.ready).await.unwrap();
    assert!(began.elapsed() < Loop::GRACE * 2, "the other is not held back: {:?}", began.elapsed());
    let text = read(directory.path()).unwrap();
    assert!(text.contains("Host(`other`)") && text.contains("Host(`two`)"), "{text}");
    assert!(!text.contains("Host(`one`)"), "{text}");

    // It is back, and has another container by now.
    events.send(listed(1, "three")).await.unwrap();
    drop(events);
    running.await.unwrap();
    let text = read(directory.path()).unwrap();
    assert!(text.contains("Host(`three`)") && !text.contains("Host(`two`)"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_is_away_does_not_hold_back_the_others_for_ever() {
    let directory = tempfile::tempdir().unwrap();
    let (watcher, events, mut status) = start(directory.path(), 2);
    let running = tokio::spawn(watcher.run());
    let began = tokio::time::Instant::now();
    events.send(away(1)).await.unwrap();
    events.send(listed(0, "one")).await.unwrap();
    status.wait_for(|status| status.ready).await.unwrap();
    assert!(began.elapsed() >= Loop::PATIENCE - Duration::from_secs(1));
    assert!(read(directory.path()).unwrap().contains("Host(`one`)"));
    assert_eq!(status.borrow().away, [1]);
    drop(events);
    running.await.unwrap();
}
