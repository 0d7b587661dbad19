//! The status page, its metrics and its API: what `status.listen` serves. It reads, and changes nothing.

mod answer;
mod document;
mod feed;
mod hosts;
mod patient;
mod stream;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use portolan_reconcile::{Event, Status};
use portolan_settings::StatusSettings;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tracing::{debug, info, warn};

use answer::Site;
use feed::Feed;
use hosts::Hosts;
use patient::Patient;

/// Connections at once; others wait.
const CONNECTIONS: usize = 64;

/// How long a client may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);

/// A listener for the status page, and who may ask there.
#[derive(Debug)]
pub(crate) struct Page {
    listener: TcpListener,
    hosts: Hosts,
}

impl Page {
    /// One at the address of the settings. Where that can't be, it is told, and the watcher does its work without.
    pub(crate) async fn open(settings: &StatusSettings) -> Option<Self> {
        let address = settings.listen?;
        let listening = TcpListener::bind(address).await;
        let listening = listening.and_then(|listener| Ok((listener.local_addr()?, listener)));
        match listening {
            Ok((bound, listener)) => {
                let who = if bound.ip().is_loopback() { "" } else { ", for all who reach that address" };
                info!("status page at http://{bound}/{who}");
                Some(Self { listener, hosts: Hosts::new(&settings.hosts) })
            }
            Err(error) => {
                let help = match error.kind() {
                    ErrorKind::AddrInUse => "choose another port by the setting `status.listen`",
                    ErrorKind::PermissionDenied => "choose a port above 1023 by the setting `status.listen`",
                    _ => "choose an address of this machine by the setting `status.listen`",
                };
                warn!(help, "no status page: cannot listen on `{address}`: {error}");
                None
            }
        }
    }

    /// Answers from now on, with what the loop tells that takes these events. It ends with the program.
    pub(crate) fn serve(self, events: mpsc::WeakSender<Event>, status: watch::Receiver<Status>) {
        let feed = Arc::new(Feed::new(events));
        tokio::spawn(Arc::clone(&feed).follow(status.clone()));
        let site = Arc::new(Site::new(feed, status, self.hosts));
        tokio::spawn(accept(self.listener, site));
    }
}

async fn accept(listener: TcpListener, site: Arc<Site>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    // The semaphore is never closed.
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let site = Arc::clone(&site);
                tokio::spawn(async move {
                    connection(stream, site).await;
                    drop(place);
                });
            }
            Err(error) => {
                // Too many open files, mostly: it passes.
                debug!("a connection to the status page was not accepted: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, site: Arc<Site>) {
    let Ok(local) = stream.local_addr() else { return };
    let _ = stream.set_nodelay(true);
    let answer = service_fn(|request| {
        let site = Arc::clone(&site);
        async move { Ok::<_, Infallible>(site.answer(&request, local.ip()).await) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(32 << 10)
        .serve_connection(TokioIo::new(Patient::new(stream)), answer);
    if let Err(error) = served.await {
        debug!("a connection to the status page ended: {error}");
    }
}
