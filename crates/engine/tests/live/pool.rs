use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use portolan_engine::{Endpoint, Engine, Error, Pool, Tls};
use tokio::net::{TcpListener, UnixStream};
use tokio::task::JoinSet;

use crate::daemon::Daemon;

const PATIENCE: Duration = Duration::from_secs(60);

/// Connections to an engine, counted by what stands between.
#[derive(Debug, Default)]
struct Counted {
    opened: AtomicUsize,
    closed: AtomicUsize,
}

impl Counted {
    fn opened(&self) -> usize {
        self.opened.load(Ordering::SeqCst)
    }

    fn open(&self) -> usize {
        self.opened() - self.closed.load(Ordering::SeqCst)
    }
}

/// A way to the engine behind this socket that counts, and its address.
async fn counted(socket: PathBuf) -> (Endpoint, Arc<Counted>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::parse(&format!("tcp://{}", listener.local_addr().unwrap())).unwrap();
    let counted = Arc::new(Counted::default());
    let counts = Arc::clone(&counted);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (socket, counts) = (socket.clone(), Arc::clone(&counts));
            counts.opened.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                if let Ok(mut engine) = UnixStream::connect(&socket).await {
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut engine).await;
                }
                counts.closed.fetch_add(1, Ordering::SeqCst);
            });
        }
    });
    (endpoint, counted)
}

/// Waits until this is so. A connection's end is told by nobody who could be waited for.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    assert!(waited.await.is_ok(), "{what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_tasks_take_and_drop_clients_while_the_cleaner_runs() {
    let Some(daemon) = Daemon::docker().await else { return };
    let (endpoint, counted) = counted(daemon.socket()).await;
    // So short that connections are closed while others ask for them.
    let pool = Pool::with_linger(Duration::from_millis(1));
    let mut tasks = JoinSet::new();
    for task in 0..50_u64 {
        let (pool, endpoint) = (pool.clone(), endpoint.clone());
        tasks.spawn(async move {
            for round in 0..20 {
                let client = pool.connect(&endpoint, PATIENCE).await.unwrap();
                let second = client.clone();
                drop(client);
                assert_eq!(second.list().await.unwrap(), Vec::<String>::new());
                let _all = pool.clients();
                drop(second);
                tokio::time::sleep(Duration::from_millis((task * 7 + round * 3) % 5)).await;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    until("the last connection is closed", || pool.clients().is_empty()).await;
    until("no connection is left open", || counted.open() == 0).await;
    assert!(counted.opened() > 0);
    // What was closed is made anew.
    let again = pool.connect(&endpoint, PATIENCE).await.unwrap();
    assert_eq!(again.list().await.unwrap(), Vec::<String>::new());
    assert_eq!(pool.clients().len(), 1);
}

#[tokio::test]
async fn a_connection_is_shared_by_its_whole_identity_and_lingers() {
    let Some(daemon) = Daemon::docker().await else { return };
    let (endpoint, counted) = counted(daemon.socket()).await;
    let pool = Pool::default();
    let one = pool.connect(&endpoint, PATIENCE).await.unwrap();
    let two = pool.connect(&endpoint, PATIENCE).await.unwrap();
    let alone = Engine::connect(&endpoint, PATIENCE).await.unwrap();
    assert_eq!(pool.clients().keys().collect::<Vec<_>>(), [&endpoint], "a unique client is not among them");
    drop(alone);

    // The same address with other certificates is another engine.
    let with_tls = endpoint.clone().with_tls(Tls { ca: Some("/nonexistent.pem".into()), ..Tls::default() });
    let error = pool.connect(&with_tls, PATIENCE).await.unwrap_err();
    assert!(
        matches!(&error, Error::TlsFile { path, .. } if path == Path::new("/nonexistent.pem")),
        "{error}"
    );
    assert_eq!(pool.clients().len(), 1, "what did not come about is not kept");

    drop((one, two));
    // Much sooner than it is closed.
    assert_eq!(pool.clients().len(), 1, "it lingers");
    assert!(counted.open() > 0);
    drop(pool);
    until("the pool's end closes what lingers", || counted.open() == 0).await;
}

#[tokio::test]
async fn a_client_after_the_engine_was_away_is_a_new_one() {
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join("engine.sock");
    let endpoint = Endpoint::parse(&format!("unix://{}", socket.display())).unwrap();
    let pool = Pool::default();
    let error = pool.connect(&endpoint, PATIENCE).await.unwrap_err();
    assert!(matches!(error, Error::NoSocket { .. }), "{error}");

    let Some(mut daemon) = Daemon::docker().await else { return };
    std::os::unix::fs::symlink(daemon.socket(), &socket).unwrap();
    let before = pool.connect(&endpoint, PATIENCE).await.unwrap();
    daemon.kill();
    assert!(pool.connect(&endpoint, PATIENCE).await.is_err(), "nobody is there");
    let Some(second) = Daemon::docker().await else { return };
    std::fs::remove_file(&socket).unwrap();
    std::os::unix::fs::symlink(second.socket(), &socket).unwrap();
    let after = pool.connect(&endpoint, PATIENCE).await.unwrap();
    assert_eq!(after.list().await.unwrap(), Vec::<String>::new());
    drop(before);
}

/// Nobody answers there: a connection is accepted by the kernel, and that is all.
#[tokio::test]
async fn no_connection_takes_longer_than_it_may() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let pool = Pool::default();
    for scheme in ["tcp", "http", "tls", "https", "ssh"] {
        let endpoint = Endpoint::parse(&format!("{scheme}://{address}")).unwrap();
        let started = std::time::Instant::now();
        let after = Duration::from_millis(300);
        let error = pool.connect(&endpoint, after).await.unwrap_err();
        // `ssh` may not be there, or end by itself.
        assert!(matches!(error, Error::Timeout { .. } | Error::Ssh { .. }), "{scheme}: {error}");
        assert!(started.elapsed() < PATIENCE, "{scheme} took {:?}", started.elapsed());
        assert!(error.help().is_some(), "{scheme}");
    }
    assert!(pool.clients().is_empty());
}
