use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use portolan_container::Container;
use portolan_reconcile::{Chart, Command, ContainerKey, Event, Journal, Policy, Report, State, Status};
use portolan_settings::StatusSettings;
use portolan_traefik::Format;
use time::OffsetDateTime;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::Instant;

use super::feed::{Feed, PACE};
use super::{Page, stream};

/// A loop that tells of so many containers, and as the number of writes how often it was asked before.
struct Told {
    events: mpsc::Sender<Event>,
    status: watch::Sender<Status>,
    asked: Arc<AtomicUsize>,
}

impl Told {
    fn of(containers: usize) -> Self {
        let (events, mut queue) = mpsc::channel(8);
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let mut chart = Chart::new(Policy::default(), Format::Yaml, None);
        let journal = Journal::new(vec!["one".to_owned()], OffsetDateTime::UNIX_EPOCH);
        for number in 0..containers {
            let id = format!("{number:064}");
            let container = Container { name: format!("container-{number}"), id, ..Container::default() };
            chart.put(ContainerKey { engine: 0, id: container.id.clone() }, container);
        }
        tokio::spawn(async move {
            while let Some(Event::Command(command)) = queue.recv().await {
                let report = || journal.report(&chart, "/srv/file.yml".as_ref());
                match command {
                    Command::State(asker) => {
                        let writes = u64::try_from(count.fetch_add(1, Ordering::SeqCst)).unwrap_or_default();
                        let report = Report { writes, ..report() };
                        let _ = asker.send(Box::new(State::of(&chart, report, Vec::new())));
                    }
                    Command::Report(asker) => drop(asker.send(report())),
                    _ => {}
                }
            }
        });
        Self { events, status: watch::Sender::new(Status::default()), asked }
    }

    fn feed(&self) -> Arc<Feed> {
        Arc::new(Feed::new(self.events.downgrade()))
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn change(&self) {
        self.status.send_modify(|_| {});
    }
}

/// The number of the asking that a piece of an event is of.
fn number(piece: &[u8]) -> Option<u64> {
    let state: serde_json::Value = serde_json::from_slice(piece).ok()?;
    state["report"]["writes"].as_u64()
}

/// Waits until so many states were asked for, and a while longer than the next would take.
async fn asked_for(told: &Told, times: usize) {
    let start = Instant::now();
    while told.asked() < times {
        assert!(start.elapsed() < Duration::from_secs(60), "asked {} times", told.asked());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::sleep(PACE * 2).await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_made_while_nobody_looks() {
    let told = Told::of(1);
    let feed = told.feed();
    tokio::spawn(Arc::clone(&feed).follow(told.status.subscribe()));
    for _ in 0..10 {
        told.change();
        tokio::time::sleep(PACE * 2).await;
    }
    assert_eq!(told.asked(), 0);
    assert!(feed.state().await.is_some());
    assert_eq!(told.asked(), 1);
}

#[tokio::test]
async fn those_who_ask_at_once_are_answered_with_one_state() {
    let told = Told::of(1);
    let feed = told.feed();
    let asking = (0..20).map(|_| feed.state());
    let states = futures_util::future::join_all(asking).await;
    assert!(states.iter().all(Option::is_some));
    assert!(told.asked() <= 2, "asked {} times", told.asked());
}

#[tokio::test(start_paused = true)]
async fn a_client_is_told_at_once_then_at_each_change_and_not_too_often() {
    let told = Told::of(1);
    let feed = told.feed();
    tokio::spawn(Arc::clone(&feed).follow(told.status.subscribe()));
    let place = Arc::new(Semaphore::new(1)).acquire_owned().await.unwrap();
    let mut events = std::pin::pin!(stream::events(feed, place));
    let start = Instant::now();
    let mut pieces = Vec::new();
    for _ in 0..3 {
        pieces.push(events.next().await.unwrap());
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!((&pieces[0][..], &pieces[2][..]), (&b"event: state\ndata: "[..], &b"\n\n"[..]));
    assert_eq!(number(&pieces[1]), Some(0));
    assert!(!pieces[1].contains(&b'\n'));

    // Many changes are one event, with the last of them.
    for _ in 0..50 {
        told.change();
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut seen = Vec::new();
    while seen.len() < 2 {
        let piece = events.next().await.unwrap();
        if let Some(number) = number(&piece) {
            seen.push((number, start.elapsed()));
            told.change();
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{seen:?}");
    }
    assert!(seen[0].1 >= PACE && seen[1].1 >= seen[0].1 + PACE, "{seen:?}");
    assert!(told.asked() <= 5, "asked {} times", told.asked());

    // And where nothing happens, there is a comment.
    let before = Instant::now();
    let comment = loop {
        let piece = events.next().await.unwrap();
        if piece.starts_with(b":") {
            break piece;
        }
    };
    assert_eq!(&comment[..], b":\n\n");
    assert!(before.elapsed() >= Duration::from_secs(14), "{:?}", before.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_was_slow_is_told_the_newest_state_and_none_between() {
    let told = Told::of(1);
    let feed = told.feed();
    tokio::spawn(Arc::clone(&feed).follow(told.status.subscribe()));
    let place = Arc::new(Semaphore::new(1)).acquire_owned().await.unwrap();
    let mut events = std::pin::pin!(stream::events(feed, place));
    assert!(events.next().await.is_some());
    for times in 2..=10 {
        told.change();
        asked_for(&told, times).await;
    }
    let mut numbers = Vec::new();
    while numbers.len() < 2 {
        numbers.extend(number(&events.next().await.unwrap()));
    }
    assert_eq!(numbers, [0, 9], "what it was told at first, and the last of all");
}

#[tokio::test]
async fn without_a_loop_there_is_no_answer() {
    let told = Told::of(1);
    let address = serve(&told).await;
    let Told { events, .. } = told;
    drop(events);
    let answers = tokio::task::spawn_blocking(move || {
        ["/healthz", "/api/v1/report", "/api/v1/state", "/metrics"].map(|path| ask(address, path))
    });
    for answer in answers.await.unwrap() {
        assert!(answer.starts_with("HTTP/1.1 503 ") || answer.starts_with("HTTP/1.0 503 "), "{answer}");
    }
}

/// The resident memory of this process, in bytes.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = text.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap();
    pages * 4096
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_take_nothing_hold_no_more_than_a_state() {
    // Half a megabyte each time.
    let told = Told::of(1500);
    let address = serve(&told).await;
    let clients: Vec<std::net::TcpStream> = (0..4)
        .map(|_| {
            let mut client = std::net::TcpStream::connect(address).unwrap();
            client.write_all(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
            client
        })
        .collect();
    for times in 1..=5 {
        told.change();
        asked_for(&told, times).await;
    }
    let before = resident();
    for times in 6..=25 {
        told.change();
        asked_for(&told, times).await;
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 16 << 20, "20 states later it is {grown} bytes more");
    drop(clients);
}

async fn serve(told: &Told) -> SocketAddr {
    let listen = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    let page = Page::open(&StatusSettings { listen, ..StatusSettings::default() }).await.unwrap();
    let address = page.listener.local_addr().unwrap();
    page.serve(told.events.downgrade(), told.status.subscribe());
    address
}

fn ask(address: SocketAddr, path: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
