use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use portolan_reconcile::{Command, Event, Report, Status};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::timeout;
use tracing::{debug, warn};

/// The line by which a client asks for a report at each change; without one it is told once.
pub(crate) const WATCH: &str = "watch";

/// How long a client may take to say what it wants, and to take what it is told.
const PATIENCE: Duration = Duration::from_secs(10);

/// The least time between two reports to one client: more often, nobody could look.
const PACE: Duration = Duration::from_millis(200);

/// Clients at once; others wait.
const CLIENTS: usize = 16;

/// The Unix socket at which a running watcher tells how things stand. It is removed when this is dropped.
///
/// A client writes a line, [`WATCH`] or an empty one, or ends its writing. It is told a [`Report`] as a line of JSON, and the
/// connection is closed; or one at each change until it closes the connection. Nothing can be changed by it.
#[derive(Debug)]
pub(crate) struct StatusSocket {
    path: PathBuf,
    listener: Arc<tokio::net::UnixListener>,
    /// The device and number of the file, by which ours is told from another's at the same path.
    identity: (u64, u64),
}

impl StatusSocket {
    /// One at this path. Where that can't be, it is told, and the watcher does its work without.
    pub(crate) async fn open(path: PathBuf) -> Option<Self> {
        match Self::bind(&path).await {
            Ok(socket) => Some(socket),
            Err(error) => {
                let help = "choose another path by the setting `status.socket`, or none by an empty one";
                warn!(help, "`docker-watcher status` gets no answer: {error:#}");
                None
            }
        }
    }

    /// Replaces the socket of a watcher that is dead, and nothing else.
    async fn bind(path: &Path) -> anyhow::Result<Self> {
        let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
        let directory = directory.unwrap_or(Path::new("."));
        let shown = path.display();
        DirBuilder::new()
            .recursive(true)
            .mode(0o750)
            .create(directory)
            .with_context(|| format!("cannot make the directory `{}`", directory.display()))?;
        if let Ok(found) = fs::symlink_metadata(path) {
            if !found.file_type().is_socket() {
                bail!("`{shown}` is no socket, and is left alone");
            }
            if is_alive(path).await {
                bail!("another watcher answers at `{shown}`");
            }
            fs::remove_file(path).with_context(|| format!("cannot remove the stale socket `{shown}`"))?;
        }
        // Under another name until its mode is right, so that nobody opens it before.
        let listener = tempfile::Builder::new()
            .prefix(".status-")
            .make_in(directory, |path| UnixListener::bind(path))
            .and_then(|listener| {
                fs::set_permissions(listener.path(), Permissions::from_mode(0o660))?;
                // Not over a socket that has come meanwhile.
                listener.persist_noclobber(path).map_err(|error| error.error)
            })
            .with_context(|| format!("cannot make the socket `{shown}`"))?;
        listener.set_nonblocking(true)?;
        let listener = Arc::new(tokio::net::UnixListener::from_std(listener)?);
        let identity = identity(path).with_context(|| format!("cannot look at `{shown}`"))?;
        Ok(Self { path: path.to_owned(), listener, identity })
    }

    /// Answers from now on, with what the loop tells that takes these events. It ends with the loop.
    pub(crate) fn serve(&self, events: mpsc::WeakSender<Event>, status: watch::Receiver<Status>) {
        let listener = self.listener.clone();
        let clients = Arc::new(Semaphore::new(CLIENTS));
        tokio::spawn(async move {
            while let Ok(place) = clients.clone().acquire_owned().await {
                let stream = match listener.accept().await {
                    Ok((stream, _)) => stream,
                    Err(error) => {
                        debug!("nobody can ask for the status for now: {error}");
                        tokio::time::sleep(PACE).await;
                        continue;
                    }
                };
                let (events, status) = (events.clone(), status.clone());
                tokio::spawn(async move {
                    if let Err(error) = answer(stream, &events, status).await {
                        debug!("status not told to the end: {error}");
                    }
                    drop(place);
                });
            }
        });
    }
}

impl Drop for StatusSocket {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|identity| identity == self.identity)
            && let Err(error) = fs::remove_file(&self.path)
        {
            debug!("the socket `{}` is left: {error}", self.path.display());
        }
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|found| (found.dev(), found.ino()))
}

/// Whether somebody answers there; a watcher with more clients than it has places for does too.
async fn is_alive(path: &Path) -> bool {
    match UnixStream::connect(path).await {
        Ok(_) => true,
        Err(error) => !matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::NotFound),
    }
}

async fn answer(
    mut stream: UnixStream,
    events: &mpsc::WeakSender<Event>,
    mut status: watch::Receiver<Status>,
) -> io::Result<()> {
    let (reader, mut writer) = stream.split();
    // No client has more to say.
    let mut reader = BufReader::new(reader).take(64);
    let mut line = String::new();
    timeout(PATIENCE, reader.read_line(&mut line)).await??;
    let watch = line.trim_end() == WATCH;
    loop {
        // What changes after this is told by the next report, whether or not this one has it.
        status.mark_unchanged();
        let Some(report) = ask(events).await else { return Ok(()) };
        let mut line = serde_json::to_vec(&report)?;
        line.push(b'\n');
        timeout(PATIENCE, writer.write_all(&line)).await??;
        if !watch {
            return writer.shutdown().await;
        }
        tokio::time::sleep(PACE).await;
        let mut rest = [0];
        tokio::select! {
            changed = status.changed() => if changed.is_err() { return Ok(()) },
            // Either it has ended, or it says what nobody understands.
            _ = reader.read(&mut rest) => return Ok(()),
        }
    }
}

/// What the loop tells; nothing where it has ended.
async fn ask(events: &mpsc::WeakSender<Event>) -> Option<Report> {
    let (asker, answer) = oneshot::channel();
    events.upgrade()?.send(Event::Command(Command::Report(asker))).await.ok()?;
    answer.await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<T>(test: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
    }

    #[test]
    fn a_stale_socket_is_replaced_and_a_living_one_is_not() {
        run(async {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("new").join("status.sock");
            let first = StatusSocket::bind(&path).await.unwrap();
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o660);
            let error = StatusSocket::bind(&path).await.unwrap_err().to_string();
            assert!(error.starts_with("another watcher answers at"), "{error}");
            drop(first);
            assert!(!path.exists());

            // What a watcher leaves that was killed.
            drop(UnixListener::bind(&path).unwrap());
            assert!(path.exists());
            let second = StatusSocket::bind(&path).await.unwrap();
            assert!(is_alive(&path).await);
            drop(second);
            assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 0, "nothing is left");
        });
    }

    #[test]
    fn what_is_no_socket_is_left_alone() {
        run(async {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("status.sock");
            fs::create_dir(&path).unwrap();
            let error = StatusSocket::bind(&path).await.unwrap_err().to_string();
            assert!(error.ends_with("is no socket, and is left alone"), "{error}");
            assert!(path.is_dir());
        });
    }

    #[test]
    fn another_s_socket_at_our_path_is_not_removed() {
        run(async {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("status.sock");
            let ours = StatusSocket::bind(&path).await.unwrap();
            fs::rename(&path, directory.path().join("moved")).unwrap();
            let _other = UnixListener::bind(&path).unwrap();
            drop(ours);
            assert!(path.exists());
        });
    }
}
