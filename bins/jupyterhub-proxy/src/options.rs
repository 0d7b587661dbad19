use std::fs;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use portolan_jupyterhub::{Acme, BackendTls, EntryPoint, HashedPassword, Target, user_entry};
use portolan_program::report;
use portolan_settings::{Log, LogLevel};
use url::Url;

use crate::cli::{self, Cli, Level};
use crate::fallback::Pages;
use crate::listen::Address;
use crate::state::StateFile;
use crate::tls::{Asked, Pair};
use crate::{files, supervise, usable};

/// What the command line comes to.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) log: Log,
    pub(crate) api: Address,
    pub(crate) api_tls: Option<(Pair, Option<Asked>)>,
    pub(crate) token: Option<String>,
    pub(crate) metrics: Option<Address>,
    pub(crate) pages: Pages,
    /// Where Traefik asks for them, if it does.
    pub(crate) error_listen: Option<SocketAddr>,
    pub(crate) host_routing: bool,
    pub(crate) default_target: Option<(Target, String)>,
    pub(crate) state: Option<StateFile>,
    pub(crate) pid_file: Option<PathBuf>,
    pub(crate) served_within: Duration,
    pub(crate) dynamic_file: PathBuf,
    pub(crate) dynamic_mode: Option<u32>,
    /// By which our files are told from those of another proxy in the same place, where nobody has named them: the port of users.
    pub(crate) unnamed: Option<u16>,
    /// Traefik's name of the entry point that users come in by.
    pub(crate) entry_point: String,
    pub(crate) api_entry_point: String,
    /// Who may use Traefik's API.
    pub(crate) api_user: Option<String>,
    /// Where Traefik's API is; none leaves the choice to us.
    pub(crate) traefik_api: Option<Url>,
    /// Whether Traefik counts requests.
    pub(crate) traefik_metrics: bool,
    pub(crate) default_certificate: DefaultCertificate,
    pub(crate) backend_tls: Option<BackendTls>,
    /// How the hub's own pages are asked for, if by TLS: its authority, and our certificate.
    pub(crate) hub_tls: Option<(PathBuf, Option<Pair>)>,
    /// The Traefik that we start; none if it is somebody else's.
    pub(crate) traefik: Option<OurTraefik>,
}

/// What a Traefik of ours is told at its start.
#[derive(Debug)]
pub(crate) struct OurTraefik {
    pub(crate) program: PathBuf,
    pub(crate) static_file: PathBuf,
    pub(crate) public: EntryPoint,
    pub(crate) redirect: Option<(String, u16)>,
    pub(crate) acme: Option<Acme>,
    pub(crate) trusted_proxies: Vec<String>,
}

/// Which certificate Traefik shows for a name that has no other.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DefaultCertificate {
    Files(Pair),
    /// One that nobody knows.
    Unknown,
    /// That is not for us to say.
    Unsaid,
}

/// What it costs Traefik to check a password: about 20 ms. Only people give one.
const COST: u32 = 8;

impl Options {
    /// Reads the command line.
    ///
    /// # Errors
    /// Where something is asked for that Traefik cannot do, or that is no address, target, or file that can be read.
    pub(crate) fn new(cli: Cli) -> anyhow::Result<Self> {
        let refused: Vec<_> = cli
            .refused
            .given()
            .into_iter()
            .map(|(option, why)| format!("{option} cannot be honoured: {why}"))
            .collect();
        if !refused.is_empty() {
            bail!("{}", refused.join("; "));
        }
        let external = cli.traefik.external;
        for (option, given, with_external) in [
            ("--static-config-file", cli.traefik.static_config_file.is_some(), false),
            ("--acme-email", cli.acme.acme_email.is_some(), false),
            ("--traefik-metrics", cli.traefik.traefik_metrics, true),
            ("--own-default-certificate", cli.traefik.own_default_certificate, true),
        ] {
            if given && with_external != external {
                bail!("{option} goes {} --external", if with_external { "only with" } else { "without" });
            }
        }
        let public = pair(cli.public.ssl_cert.as_deref(), cli.public.ssl_key.as_deref())?;
        let https = public.is_some() || cli.acme.acme_email.is_some();
        if cli.public.redirect_port.is_some() && !https {
            bail!(
                "--redirect-port sends users to HTTPS, which takes --ssl-key and --ssl-cert, or --acme-email"
            );
        }
        let entry_point = cli
            .traefik
            .traefik_entrypoint
            .clone()
            .unwrap_or_else(|| if https { "https" } else { "http" }.to_owned());
        if entry_point == cli.traefik.traefik_api_entrypoint {
            bail!(
                "users and administrators come in by one entry point, `{entry_point}`: give --traefik-entrypoint another"
            );
        }
        let traefik_api = cli.traefik.traefik_api_url.as_deref().map(api_url).transpose()?;
        let client = pair(cli.servers.client_ssl_cert.as_deref(), cli.servers.client_ssl_key.as_deref())?;
        let client_ca = cli.servers.client_ssl_ca.as_deref().map(file).transpose()?;
        // Traefik would start with them, and serve nobody or reach no server.
        for pair in [&public, &client].into_iter().flatten() {
            usable::pair(pair, !external)?;
        }
        if let Some(ca) = &client_ca {
            usable::authority(ca, !external)?;
        }
        let default_target =
            cli.default_target.map(|url| anyhow::Ok((Target::parse(&url)?, url))).transpose()?;
        let api_tls = pair(cli.api.api_ssl_cert.as_deref(), cli.api.api_ssl_key.as_deref())?;
        let asked = match &cli.api.api_ssl_ca {
            Some(ca) if cli.api.api_ssl_request_cert => {
                Some(Asked { ca: file(ca)?, required: cli.api.api_ssl_reject_unauthorized })
            }
            _ => None,
        };
        Ok(Self {
            log: Log { level: level(cli.log_level), ..Log::default() },
            api: match cli.api.api_socket.clone() {
                Some(path) => Address::Unix(path),
                None => Address::Tcp {
                    host: cli.api.api_ip.clone(),
                    port: match cli.api.api_port {
                        Some(port) => port,
                        None => cli
                            .public
                            .port
                            .checked_add(1)
                            .context("there is no port after --port: --api-port names one")?,
                    },
                },
            },
            api_tls: api_tls.map(|pair| (pair, asked)),
            token: token(&cli.api)?,
            metrics: cli
                .metrics
                .metrics_port
                .map(|port| Address::Tcp { host: cli.metrics.metrics_ip.clone(), port }),
            pages: pages(&cli.pages)?,
            error_listen: cli
                .pages
                .error_listen
                .or((!external).then_some(SocketAddr::from(([127, 0, 0, 1], 0)))),
            host_routing: cli.host_routing,
            default_target,
            state: cli.state_file.map(StateFile::new),
            pid_file: cli.pid_file,
            served_within: Duration::from_secs(cli.traefik.served_within),
            dynamic_file: cli
                .traefik
                .dynamic_config_file
                .clone()
                .unwrap_or_else(|| files::find("rules.toml")),
            dynamic_mode: cli.traefik.dynamic_mode,
            unnamed: (!external
                && cli.traefik.dynamic_config_file.is_none()
                && cli.traefik.static_config_file.is_none())
            .then_some(cli.public.port),
            api_entry_point: cli.traefik.traefik_api_entrypoint.clone(),
            api_user: api_user(&cli.traefik)?,
            traefik_api,
            traefik_metrics: !external || cli.traefik.traefik_metrics,
            default_certificate: match public {
                Some(pair) => DefaultCertificate::Files(pair),
                None if external && !cli.traefik.own_default_certificate => DefaultCertificate::Unsaid,
                None => DefaultCertificate::Unknown,
            },
            backend_tls: backend_tls(&cli.servers, client.as_ref(), client_ca.as_deref()),
            hub_tls: client_ca.map(|ca| (ca, client)),
            traefik: match external {
                true => None,
                false => Some(OurTraefik {
                    program: supervise::find(&cli.traefik.traefik)?,
                    static_file: cli
                        .traefik
                        .static_config_file
                        .clone()
                        .unwrap_or_else(|| files::find("traefik.toml")),
                    public: EntryPoint {
                        name: entry_point.clone(),
                        address: address(&cli.public.ip, cli.public.port),
                        tls: https,
                    },
                    redirect: cli.public.redirect_port.map(|port| {
                        (address(&cli.public.ip, port), cli.public.redirect_to.unwrap_or(cli.public.port))
                    }),
                    acme: acme(cli.acme)?,
                    trusted_proxies: cli.public.trusted_proxy,
                }),
            },
            entry_point,
        })
    }
}

impl Options {
    /// Gives our files names of their own, in the same place: those that everybody has are another proxy's.
    pub(crate) fn stand_aside(&mut self, port: u16) {
        self.dynamic_file.set_file_name(format!("rules-{port}.toml"));
        if let Some(ours) = &mut self.traefik {
            ours.static_file.set_file_name(format!("traefik-{port}.toml"));
        }
    }
}

fn level(level: Level) -> LogLevel {
    match level {
        Level::Debug => LogLevel::Debug,
        Level::Info => LogLevel::Info,
        Level::Warn => LogLevel::Warn,
        Level::Error => LogLevel::Error,
    }
}

/// A path that Traefik can be told, wherever it runs from.
fn file(path: &Path) -> anyhow::Result<PathBuf> {
    path.canonicalize().with_context(|| format!("cannot read `{}`", path.display()))
}

fn pair(certificate: Option<&Path>, key: Option<&Path>) -> anyhow::Result<Option<Pair>> {
    match (certificate, key) {
        (Some(certificate), Some(key)) => Ok(Some(Pair { certificate: file(certificate)?, key: file(key)? })),
        _ => Ok(None),
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// As Traefik and Go read an address: none at all are all.
fn address(ip: &str, port: u16) -> String {
    let ip = if ip == "*" { "" } else { ip.trim_start_matches('[').trim_end_matches(']') };
    if ip.contains(':') { format!("[{ip}]:{port}") } else { format!("{ip}:{port}") }
}

fn api_url(url: &str) -> anyhow::Result<Url> {
    let parsed = Url::parse(url).with_context(|| format!("--traefik-api-url `{url}`"))?;
    if parsed.scheme() != "http" || parsed.host_str().is_none() {
        bail!("--traefik-api-url `{url}`: it begins with `http://`, as only this machine is asked");
    }
    Ok(parsed)
}

/// The address of a URL, the older kind first.
pub(crate) fn socket_address(url: &Url) -> anyhow::Result<SocketAddr> {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let port = url.port_or_known_default().unwrap_or(80);
    let mut found: Vec<_> = (host, port).to_socket_addrs().with_context(|| format!("`{url}`"))?.collect();
    found.sort_by_key(SocketAddr::is_ipv6);
    found.first().copied().with_context(|| format!("`{url}` has no address"))
}

/// What is given: a variable that is set to nothing is as good as none.
fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

fn token(api: &cli::Api) -> anyhow::Result<Option<String>> {
    let token = match (given(&api.auth_token), &api.auth_token_file) {
        (Some(token), _) => Some(token.to_owned()),
        (None, Some(path)) => {
            let read = fs::read_to_string(path)
                .with_context(|| format!("cannot read the token `{}`", path.display()))?;
            Some(read.trim().to_owned())
        }
        (None, None) => None,
    };
    Ok(token.filter(|token| !token.is_empty()))
}

fn pages(pages: &cli::Pages) -> anyhow::Result<Pages> {
    Ok(match (&pages.error_target, &pages.error_path) {
        (Some(url), _) => {
            let parsed = Url::parse(url).with_context(|| format!("--error-target `{url}`"))?;
            if !matches!(parsed.scheme(), "http" | "https") {
                // A hub that listens on a Unix socket: users get a page all the same.
                report::line(
                    "warning",
                    &format!("no page is asked for at `{url}`: it is neither `http` nor `https`"),
                    None,
                );
                return Ok(Pages::Own);
            }
            Pages::Target(parsed)
        }
        (None, Some(path)) => Pages::Directory(path.clone()),
        (None, None) => Pages::Own,
    })
}

fn api_user(traefik: &cli::Traefik) -> anyhow::Result<Option<String>> {
    let password = match (given(&traefik.traefik_api_password), given(&traefik.traefik_api_hashed_password)) {
        (Some(_), Some(_)) => bail!("the password of Traefik's API is given twice: itself and as a hash"),
        (Some(password), None) => {
            let mut salt = [0; 16];
            getrandom::fill(&mut salt).context("the system has no random numbers")?;
            HashedPassword::hash(password, COST, salt)?
        }
        (None, Some(hash)) => HashedPassword::hashed(hash)?,
        (None, None) => return Ok(None),
    };
    Ok(Some(user_entry(&traefik.traefik_api_username, &password)?))
}

fn backend_tls(servers: &cli::Servers, client: Option<&Pair>, ca: Option<&Path>) -> Option<BackendTls> {
    let tls = BackendTls {
        ca: ca.map(text),
        certificate: client.map(|pair| (text(&pair.certificate), text(&pair.key))),
        insecure: servers.insecure,
    };
    Some(tls).filter(|tls| *tls != BackendTls::default())
}

fn acme(acme: cli::Acme) -> anyhow::Result<Option<Acme>> {
    let Some(email) = acme.acme_email else { return Ok(None) };
    let storage = std::path::absolute(acme.acme_storage).context("--acme-storage")?;
    Ok(Some(Acme { email, storage: text(&storage), domains: acme.acme_domain, server: acme.acme_server }))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn options(line: &str) -> anyhow::Result<Options> {
        let line = format!("jupyterhub-proxy --traefik /bin/sh {line}");
        Options::new(Cli::try_parse_from(line.split_whitespace())?)
    }

    #[test]
    fn addresses_as_traefik_reads_them() {
        for (ip, expected) in
            [("", ":8000"), ("*", ":8000"), ("::1", "[::1]:8000"), ("127.0.0.1", "127.0.0.1:8000")]
        {
            assert_eq!(address(ip, 8000), expected);
        }
    }

    #[test]
    fn the_api_is_beside_the_public_port() {
        let options = options("--port 9000").unwrap();
        assert_eq!(options.api, Address::Tcp { host: "localhost".to_owned(), port: 9001 });
        assert_eq!((options.entry_point.as_str(), options.traefik_metrics), ("http", true));
        assert_eq!(options.default_certificate, DefaultCertificate::Unknown);
    }

    #[test]
    fn another_ones_traefik_is_left_alone() {
        let options = options("--external --traefik-entrypoint web").unwrap();
        assert!(options.traefik.is_none() && options.error_listen.is_none() && !options.traefik_metrics);
        assert_eq!(options.default_certificate, DefaultCertificate::Unsaid);
        assert_eq!(options.entry_point, "web");
    }

    #[test]
    fn an_empty_password_is_none() {
        let check = |arguments: &[&str], expected: bool| {
            let line = ["jupyterhub-proxy", "--traefik", "/bin/sh"].iter().chain(arguments);
            let options = Options::new(Cli::try_parse_from(line).unwrap()).unwrap();
            assert_eq!(options.api_user.is_some(), expected, "{arguments:?}");
        };
        check(&[], false);
        check(&["--traefik-api-password", ""], false);
        check(&["--traefik-api-hashed-password", ""], false);
        check(&["--traefik-api-password", "x"], true);
        check(
            &[
                "--traefik-api-password",
                "",
                "--traefik-api-hashed-password",
                "$apr1$eS/j3kum$q/X2khsIEG/bBGsteP.x./",
            ],
            true,
        );
    }

    #[test]
    fn what_cannot_be_is_said_at_once() {
        let check = |line: &str, said: &str| {
            let error = format!("{:#}", options(line).unwrap_err());
            assert!(error.contains(said), "{line}: {error}");
        };
        check("--socket /run/x", "--socket cannot be honoured: Traefik listens on TCP alone");
        check("--redirect-port 80", "takes --ssl-key");
        check("--port 65535", "--api-port");
        check("--default-target unix:/x", "`unix:/x`");
        check("--traefik-api-url https://x", "begins with `http://`");
        check("--traefik-metrics", "--traefik-metrics goes only with --external");
        check("--external --static-config-file x.toml", "--static-config-file goes without --external");
        check("--traefik-entrypoint auth_api", "one entry point");
        check("--ssl-key /nothing/key --ssl-cert /nothing/cert", "`/nothing/cert`");
        check("--traefik-api-hashed-password plain", "no hash that Traefik reads");
        check("--traefik-api-hashed-password x --traefik-api-password x", "given twice");
    }

    #[test]
    fn an_empty_token_leaves_that_of_the_file() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        std::io::Write::write_all(&mut file, b"secret\n").unwrap();
        let line = ["jupyterhub-proxy", "--traefik", "/bin/sh", "--auth-token", "", "--auth-token-file"]
            .map(str::to_owned);
        let line = line.into_iter().chain([text(file.path())]);
        let options = Options::new(Cli::try_parse_from(line).unwrap()).unwrap();
        assert_eq!(options.token.as_deref(), Some("secret"));
    }
}
