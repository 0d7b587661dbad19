use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use data_encoding::HEXLOWER;
use portolan_jupyterhub::{
    ApiRoute, EntryPoint, ErrorPages, Frame, RouteSpec, Setting, StaticConfiguration, Table,
};
use portolan_program::{logging, report};
use portolan_settings::LogLevel;
use portolan_traefik::{Directory, Document, plain_text};
use sd_notify::NotifyState;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tracing::{debug, info, warn};
use url::Url;

use crate::activity::Activity;
use crate::api::Api;
use crate::client::Client;
use crate::fallback::Fallback;
use crate::hub::Hub;
use crate::listen::{Address, Listener};
use crate::lock::{Kept, Lock};
use crate::options::{DefaultCertificate, Options, OurTraefik, socket_address};
use crate::supervise::Traefik;
use crate::{certificate, files, marker, metrics, publish, serve, tls};

/// How long Traefik has for an answer to us.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where Traefik's API is, if nobody says.
const API_PORT: u16 = 8099;

/// Runs until it is told to end.
pub(crate) fn run(mut options: Options) -> anyhow::Result<()> {
    logging::start(&options.log);
    let open = |options: &Options| {
        files::open(&options.dynamic_file, options.dynamic_mode).map_err(report::directory)
    };
    let mut directory = open(&options)?;
    // Until the last: another one may begin when all that we listen on is free.
    let _lock = match (
        Lock::take(&directory, options.unnamed.map_or(Lock::PATIENCE, |_| Lock::MOMENT)),
        options.unnamed,
    ) {
        (Err(kept), Some(port)) => {
            // A hub beside another, in one working directory: each has a Traefik and a file of its own.
            options.stand_aside(port);
            info!("{kept}: ours is `{}`", options.dynamic_file.display());
            directory = open(&options)?;
            Lock::take(&directory, Lock::PATIENCE).map_err(Kept::into_error)?
        }
        (taken, _) => taken.map_err(Kept::into_error)?,
    };
    // The thread that starts Traefik is the one that lives as long as we do.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve(options, directory))
}

async fn serve(options: Options, mut directory: Directory) -> anyhow::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let listeners = Listeners::open(&options).await?;
    let traefik_api = traefik_api(&options)?;
    let frame = frame(&options, listeners.fallback.as_ref())?;
    let setting = Setting {
        entry_points: vec![options.entry_point.clone()],
        host_routing: options.host_routing,
        error_pages: frame.error_pages,
        backend_tls: frame.backend_tls.is_some(),
    };
    let (metrics_path, secret) = (frame.metrics_path(), frame.secret.clone());
    let document = Document::new(directory.format()).with_header(directory.marker());
    let table = table(&options)?;
    let count = table.len();
    let traefik_is_older = options.traefik.is_none();
    let hub = Hub::new(table, document, setting, frame, options.served_within, traefik_is_older)
        .map_err(report::directory)?;
    let hub = Arc::new(hub);
    publish::begin(&hub, &mut directory)?;
    info!("{count} routes in `{}`", directory.file().display());
    if let Some(path) = &options.pid_file {
        let write = || writeln!(File::create(path)?, "{}", std::process::id());
        write().with_context(|| format!("cannot write `{}`", path.display()))?;
    }

    let ask = |limit| Client::new(&traefik_api, None, limit);
    let activity = options.traefik_metrics.then(|| ask(PATIENCE)).transpose()?;
    let activity = activity.map(|traefik| Arc::new(Activity::new(traefik, metrics_path)));
    let mut tasks = JoinSet::new();
    if let Some(activity) = &activity {
        tasks.spawn(Arc::clone(activity).follow(Arc::clone(&hub)));
    }
    let mut entry_points = vec![ask(PATIENCE)?];
    if let Some(ours) = &options.traefik {
        let tls = ours.public.tls.then(tls::own_connector).transpose()?;
        entry_points.push(Client::new(&public_url(&ours.public)?, tls, PATIENCE)?);
    }
    tasks.spawn(marker::watch(Arc::clone(&hub), entry_points, secret.clone()));
    tasks.spawn(publish::publish(Arc::clone(&hub), directory, options.state.clone()));
    tasks.spawn(ready(Arc::clone(&hub), options.traefik.is_some()));
    listeners.serve(&mut tasks, &options, &hub, activity, &secret)?;

    let (stop, stopped) = oneshot::channel();
    let traefik = options.traefik.as_ref().map(|ours| start(ours, &options, &traefik_api)).transpose()?;
    let supervised = async {
        match traefik {
            Some(traefik) => traefik.supervise(Arc::clone(&hub), stopped).await,
            None => {
                let _ = stopped.await;
                Ok(())
            }
        }
    };
    let mut supervised = std::pin::pin!(supervised);
    let result = tokio::select! {
        result = &mut supervised => result,
        _ = terminate.recv() => { stopping(); drop(stop); supervised.await }
        _ = interrupt.recv() => { stopping(); drop(stop); supervised.await }
    };
    // Who was active since the last change of a route is kept now.
    publish::keep(&hub, options.state.as_ref()).await;
    if let Some(path) = &options.pid_file {
        let _ = std::fs::remove_file(path);
    }
    result
}

/// What we listen on, before anything else is done: what is taken is told before a file is touched.
struct Listeners {
    api: Listener,
    fallback: Option<Listener>,
    metrics: Option<Listener>,
}

impl Listeners {
    async fn open(options: &Options) -> anyhow::Result<Self> {
        let api = options.api.listen().await?;
        let fallback = match options.error_listen {
            Some(address) => {
                let address = Address::Tcp { host: address.ip().to_string(), port: address.port() };
                Some(address.listen().await?)
            }
            None => None,
        };
        let metrics = match &options.metrics {
            Some(address) => Some(address.listen().await?),
            None => None,
        };
        Ok(Self { api, fallback, metrics })
    }

    fn serve(
        self,
        tasks: &mut JoinSet<()>,
        options: &Options,
        hub: &Arc<Hub>,
        activity: Option<Arc<Activity>>,
        secret: &str,
    ) -> anyhow::Result<()> {
        if let Some(listener) = self.fallback {
            let hub_tls =
                options.hub_tls.as_ref().map(|(ca, pair)| tls::connector(ca, pair.as_ref())).transpose()?;
            let unavailable = format!("/{secret}/error/503");
            let fallback = Arc::new(Fallback { pages: options.pages.clone(), tls: hub_tls, unavailable });
            tasks.spawn(serve::serve(listener, None, move |request| {
                let fallback = Arc::clone(&fallback);
                async move { fallback.answer(request).await }
            }));
        }
        if let Some(listener) = self.metrics {
            let (hub, activity) = (Arc::clone(hub), activity.clone());
            tasks.spawn(serve::serve(listener, None, move |request| {
                let (hub, activity) = (Arc::clone(&hub), activity.clone());
                async move { metrics::answer(&hub, activity.as_deref(), request).await }
            }));
        }
        if options.token.is_none() {
            warn!("whoever reaches the API may change routes: there is no CONFIGPROXY_AUTH_TOKEN");
        }
        let acceptor =
            options.api_tls.as_ref().map(|(pair, asked)| tls::acceptor(pair, asked.as_ref())).transpose()?;
        let api = Arc::new(Api { hub: Arc::clone(hub), token: options.token.clone(), activity });
        tasks.spawn(serve::serve(self.api, acceptor, move |request| {
            let api = Arc::clone(&api);
            async move { api.answer(request).await }
        }));
        Ok(())
    }
}

/// The routes to begin with.
fn table(options: &Options) -> anyhow::Result<Table> {
    let mut table = match &options.state {
        Some(state) => state.load(options.host_routing)?,
        None => Table::new(options.host_routing),
    };
    if let Some((target, url)) = &options.default_target {
        let data = [("target".to_owned(), url.as_str().into())].into_iter().collect();
        table.add(RouteSpec::from_decoded("/"), target.clone(), data, SystemTime::now().into());
    }
    Ok(table)
}

fn frame(options: &Options, fallback: Option<&Listener>) -> anyhow::Result<Frame> {
    let mut secret = [0; 16];
    getrandom::fill(&mut secret).context("the system has no random numbers")?;
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let fallback = fallback.and_then(Listener::address).map(|address| format!("http://{address}"));
    let error_pages = match fallback {
        None => ErrorPages::Traefik,
        // The Traefik that we start has no routes but ours.
        Some(_) if options.traefik.is_some() => ErrorPages::AboveAll,
        Some(_) => ErrorPages::EachRoute,
    };
    Ok(Frame {
        entry_points: vec![options.entry_point.clone()],
        api_entry_point: options.api_entry_point.clone(),
        secret: HEXLOWER.encode(&secret),
        metrics: options.traefik_metrics,
        api: options.api_user.clone().map(|user| ApiRoute { user }),
        fallback,
        error_pages,
        default_certificate: match &options.default_certificate {
            DefaultCertificate::Files(pair) => Some((text(&pair.certificate), text(&pair.key))),
            DefaultCertificate::Unknown => Some(certificate::unknown()?),
            DefaultCertificate::Unsaid => None,
        },
        backend_tls: options.backend_tls.clone(),
    })
}

/// Where Traefik's API is: where it is said to be, else at the usual port, else at one that is free.
fn traefik_api(options: &Options) -> anyhow::Result<Url> {
    if let Some(url) = &options.traefik_api {
        return Ok(url.clone());
    }
    let mut port = API_PORT;
    let bind = |port| std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port));
    if options.traefik.is_some() && bind(port).is_err() {
        port = bind(0).and_then(|free| free.local_addr()).context("there is no free port")?.port();
        warn!("port {API_PORT} is taken: Traefik's API is at port {port}");
    }
    Url::parse(&format!("http://127.0.0.1:{port}")).context("an address is a URL")
}

/// Where we reach an entry point of a Traefik of ours: one that listens on all addresses is found on this machine's own.
fn public_url(entry_point: &EntryPoint) -> anyhow::Result<Url> {
    let scheme = if entry_point.tls { "https" } else { "http" };
    let address = match entry_point.address.strip_prefix("0.0.0.0:").or(entry_point.address.strip_prefix(':'))
    {
        Some(port) => format!("127.0.0.1:{port}"),
        None => entry_point.address.replace("[::]:", "[::1]:"),
    };
    Url::parse(&format!("{scheme}://{address}")).with_context(|| format!("--ip: `{}`", entry_point.address))
}

/// Writes the static configuration.
fn start(ours: &OurTraefik, options: &Options, api: &Url) -> anyhow::Result<Traefik> {
    let configuration = StaticConfiguration {
        public: ours.public.clone(),
        redirect: ours.redirect.clone(),
        api_entry_point: options.api_entry_point.clone(),
        api: socket_address(api)?,
        dynamic_file: std::path::absolute(&options.dynamic_file)?.to_string_lossy().into_owned(),
        log_level: match options.log.level {
            LogLevel::Error => "ERROR",
            LogLevel::Warn => "WARN",
            LogLevel::Info => "INFO",
            LogLevel::Debug | LogLevel::Trace => "DEBUG",
        }
        .to_owned(),
        metrics: options.traefik_metrics,
        acme: ours.acme.clone(),
        trusted_proxies: ours.trusted_proxies.clone(),
    };
    let mut directory = files::open(&ours.static_file, None).map_err(report::directory)?;
    let mut write = || {
        directory.prepare()?;
        let format = directory.format();
        let mut text = format!("{}\n", directory.marker());
        text.push_str(&plain_text(format, &configuration.value())?);
        directory.write(&text)
    };
    write().map_err(report::directory)?;
    Ok(Traefik { program: ours.program.clone(), static_file: directory.file() })
}

/// Tells systemd, if it started us, that users can come: at the first generation that is served, or at once where Traefik is not ours.
async fn ready(hub: Arc<Hub>, traefik_is_ours: bool) {
    let mut served = hub.served().subscribe();
    let first = async {
        if served.wait_for(|served| *served > 0).await.is_ok() {
            info!("Traefik serves the routes");
        }
    };
    if traefik_is_ours {
        first.await;
        notify(&[NotifyState::Ready]);
    } else {
        notify(&[NotifyState::Ready]);
        first.await;
    }
}

fn stopping() {
    notify(&[NotifyState::Stopping]);
    info!("ending");
}

fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        debug!("systemd was not told: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_point_is_found_where_it_listens() {
        let check = |address: &str, tls: bool, expected: &str| {
            let entry_point = EntryPoint { name: "x".to_owned(), address: address.to_owned(), tls };
            assert_eq!(public_url(&entry_point).unwrap().as_str(), expected, "{address}");
        };
        check(":8000", false, "http://127.0.0.1:8000/");
        check("0.0.0.0:443", true, "https://127.0.0.1/");
        check("[::]:8000", false, "http://[::1]:8000/");
        check("10.0.0.7:8000", false, "http://10.0.0.7:8000/");
        check("hub.example.com:80", false, "http://hub.example.com/");
    }
}
