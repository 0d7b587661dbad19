use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

/// A JupyterHub's proxy: the API of configurable-http-proxy in front of Traefik's file provider
///
/// A hub starts it as `c.ConfigurableHTTPProxy.command`, or finds it running. It takes the options of configurable-http-proxy that a hub
/// gives, and keeps the routes in a file that Traefik watches. Unless --external is given, it writes Traefik's static configuration too, and
/// starts Traefik, watches over it and stops it.
///
/// SIGTERM and SIGINT end it. Exit codes: 0 done, 2 could not run.
#[derive(Debug, Parser)]
#[command(
    name = "jupyterhub-proxy",
    version,
    disable_help_subcommand = true,
    args_conflicts_with_subcommands = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// Host routing: the first part of each route's path is a host
    #[arg(long)]
    pub(crate) host_routing: bool,
    /// Where requests go that no route takes: the route `/`
    #[arg(long, value_name = "URL")]
    pub(crate) default_target: Option<String>,
    /// Keep routes in this file, over a restart too [default: in memory alone]
    #[arg(long, value_name = "FILE")]
    pub(crate) state_file: Option<PathBuf>,
    /// Write the number of this process into this file
    #[arg(long, value_name = "FILE")]
    pub(crate) pid_file: Option<PathBuf>,
    /// How much is said; Traefik is told the same
    #[arg(long, value_name = "LEVEL", default_value = "info", ignore_case = true)]
    pub(crate) log_level: Level,
    #[command(flatten)]
    pub(crate) public: Public,
    #[command(flatten)]
    pub(crate) api: Api,
    #[command(flatten)]
    pub(crate) servers: Servers,
    #[command(flatten)]
    pub(crate) pages: Pages,
    #[command(flatten)]
    pub(crate) metrics: Metrics,
    #[command(flatten)]
    pub(crate) traefik: Traefik,
    #[command(flatten)]
    pub(crate) acme: Acme,
    #[command(flatten)]
    pub(crate) refused: Refused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub(crate) enum Command {
    /// Print what completes command lines of this program in a shell
    ///
    /// For bash, `source <(jupyterhub-proxy completions bash)` in `~/.bashrc`, or the text as a file `jupyterhub-proxy` in
    /// `/usr/share/bash-completion/completions`; for zsh as `_jupyterhub-proxy` in a directory of `$fpath`; for fish as
    /// `jupyterhub-proxy.fish` in `~/.config/fish/completions`.
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// A shell that completes command lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    Debug,
    Info,
    #[value(alias = "warning")]
    Warn,
    #[value(alias = "critical")]
    Error,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Where users come in")]
pub(crate) struct Public {
    /// Address [default: all]
    #[arg(long, value_name = "ADDRESS", default_value = "", hide_default_value = true)]
    pub(crate) ip: String,
    /// Port
    #[arg(long, value_name = "PORT", default_value_t = 8000)]
    pub(crate) port: u16,
    /// The key for HTTPS
    #[arg(long, value_name = "FILE", requires = "ssl_cert")]
    pub(crate) ssl_key: Option<PathBuf>,
    /// The certificate for HTTPS
    #[arg(long, value_name = "FILE", requires = "ssl_key")]
    pub(crate) ssl_cert: Option<PathBuf>,
    /// A port without TLS from which users are sent to HTTPS
    #[arg(long, value_name = "PORT")]
    pub(crate) redirect_port: Option<u16>,
    /// The port that they are sent to, where it is another than --port
    #[arg(long, value_name = "PORT", requires = "redirect_port")]
    pub(crate) redirect_to: Option<u16>,
    /// A proxy before this one, as a network, whose word is taken on where a request comes from; again for more
    #[arg(long, value_name = "NETWORK", default_values = ["127.0.0.1/32", "::1/128"])]
    pub(crate) trusted_proxy: Vec<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Where the hub comes in")]
pub(crate) struct Api {
    /// Address
    #[arg(long, value_name = "ADDRESS", default_value = "localhost")]
    pub(crate) api_ip: String,
    /// Port [default: the one after --port]
    #[arg(long, value_name = "PORT")]
    pub(crate) api_port: Option<u16>,
    /// A Unix socket in place of both
    #[arg(long, value_name = "FILE", conflicts_with_all = ["api_ip", "api_port"])]
    pub(crate) api_socket: Option<PathBuf>,
    /// The token that the hub must bear
    #[arg(long, value_name = "TOKEN", env = "CONFIGPROXY_AUTH_TOKEN", hide_env_values = true, hide = true)]
    pub(crate) auth_token: Option<String>,
    /// The file that holds the token [the token itself: the variable CONFIGPROXY_AUTH_TOKEN]
    #[arg(long, value_name = "FILE", env = "CONFIGPROXY_AUTH_TOKEN_FILE")]
    pub(crate) auth_token_file: Option<PathBuf>,
    /// The key for HTTPS
    #[arg(long, value_name = "FILE", requires = "api_ssl_cert")]
    pub(crate) api_ssl_key: Option<PathBuf>,
    /// The certificate for HTTPS
    #[arg(long, value_name = "FILE", requires = "api_ssl_key")]
    pub(crate) api_ssl_cert: Option<PathBuf>,
    /// The authority that signs the hub's certificate
    #[arg(long, value_name = "FILE")]
    pub(crate) api_ssl_ca: Option<PathBuf>,
    /// Ask the hub for a certificate
    #[arg(long, requires = "api_ssl_ca")]
    pub(crate) api_ssl_request_cert: bool,
    /// Refuse a hub without a good one
    #[arg(long, requires = "api_ssl_request_cert")]
    pub(crate) api_ssl_reject_unauthorized: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "How users' servers are reached")]
pub(crate) struct Servers {
    /// The key of our certificate
    #[arg(long, value_name = "FILE", requires = "client_ssl_cert")]
    pub(crate) client_ssl_key: Option<PathBuf>,
    /// Our certificate
    #[arg(long, value_name = "FILE", requires = "client_ssl_key")]
    pub(crate) client_ssl_cert: Option<PathBuf>,
    /// The authority that signs theirs [default: the system's]
    #[arg(long, value_name = "FILE")]
    pub(crate) client_ssl_ca: Option<PathBuf>,
    /// Taken for a hub's sake: a server that speaks HTTPS always shows a certificate
    #[arg(long)]
    pub(crate) client_ssl_request_cert: bool,
    /// Taken for a hub's sake: a certificate is verified unless --insecure is given
    #[arg(long)]
    pub(crate) client_ssl_reject_unauthorized: bool,
    /// Take any certificate of theirs
    #[arg(long)]
    pub(crate) insecure: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Pages for errors")]
pub(crate) struct Pages {
    /// Below which the hub has them: `URL/503?url=PATH`
    #[arg(long, value_name = "URL", conflicts_with = "error_path")]
    pub(crate) error_target: Option<String>,
    /// A directory with pages such as `503.html`, and `error.html` for all others
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) error_path: Option<PathBuf>,
    /// Where Traefik asks us for them [default: a free port of 127.0.0.1; with --external not at all]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) error_listen: Option<std::net::SocketAddr>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Metrics")]
pub(crate) struct Metrics {
    /// Address
    #[arg(long, value_name = "ADDRESS", default_value = "localhost", requires = "metrics_port")]
    pub(crate) metrics_ip: String,
    /// Port: `/metrics` for Prometheus, with the names of configurable-http-proxy
    #[arg(long, value_name = "PORT")]
    pub(crate) metrics_port: Option<u16>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Traefik")]
pub(crate) struct Traefik {
    /// Leave Traefik and its static configuration to somebody else, and write the file of routes alone
    // What goes with it, and what does not, is looked at where its value is known: the variable may say no.
    #[arg(long, env = "JUPYTERHUB_PROXY_EXTERNAL", value_parser = FalseyValueParser::new())]
    pub(crate) external: bool,
    /// The program
    #[arg(long, value_name = "PROGRAM", env = "JUPYTERHUB_PROXY_TRAEFIK", default_value = "traefik")]
    pub(crate) traefik: PathBuf,
    /// Traefik's static configuration [default: the first `traefik.toml` of ours in /etc/traefik, $HOME/.traefik or the working directory,
    /// else one in the working directory]
    #[arg(long, value_name = "FILE", env = "JUPYTERHUB_PROXY_STATIC_CONFIG_FILE")]
    pub(crate) static_config_file: Option<PathBuf>,
    /// The file of routes, as TOML or YAML by its ending [default: `rules.toml`, found as the other]
    #[arg(long, value_name = "FILE", env = "JUPYTERHUB_PROXY_DYNAMIC_CONFIG_FILE")]
    pub(crate) dynamic_config_file: Option<PathBuf>,
    /// Its permissions, such as 640 [default: as they are, and 600 for a new one]
    #[arg(long, value_name = "MODE", value_parser = mode)]
    pub(crate) dynamic_mode: Option<u32>,
    /// Traefik's name of the entry point that users come in by [default: `https` with --ssl-cert, else `http`]
    #[arg(long, value_name = "NAME")]
    pub(crate) traefik_entrypoint: Option<String>,
    /// Traefik's name of the entry point of its API
    #[arg(long, value_name = "NAME", default_value = "auth_api")]
    pub(crate) traefik_api_entrypoint: String,
    /// Where that is [default: `http://127.0.0.1:8099`, or a free port if that is taken and Traefik is ours]
    #[arg(long, value_name = "URL", env = "JUPYTERHUB_PROXY_TRAEFIK_API_URL")]
    pub(crate) traefik_api_url: Option<String>,
    /// Who may use Traefik's API and dashboard
    #[arg(
        long,
        value_name = "NAME",
        env = "JUPYTERHUB_PROXY_TRAEFIK_API_USERNAME",
        default_value = "jupyterhub"
    )]
    pub(crate) traefik_api_username: String,
    /// With which password: without one nobody may
    #[arg(
        long,
        value_name = "PASSWORD",
        env = "JUPYTERHUB_PROXY_TRAEFIK_API_PASSWORD",
        hide_env_values = true,
        hide = true
    )]
    pub(crate) traefik_api_password: Option<String>,
    /// The password as `htpasswd` hashes it [the password itself: the variable JUPYTERHUB_PROXY_TRAEFIK_API_PASSWORD; without either,
    /// nobody may]
    #[arg(
        long,
        value_name = "HASH",
        env = "JUPYTERHUB_PROXY_TRAEFIK_API_HASHED_PASSWORD",
        hide_env_values = true
    )]
    pub(crate) traefik_api_hashed_password: Option<String>,
    /// With --external: Traefik counts requests (`metrics.prometheus.manualRouting`), so that the hub learns who is idle
    #[arg(long)]
    pub(crate) traefik_metrics: bool,
    /// With --external: nobody else names a default certificate, so ours may be it, and changes are served sooner
    #[arg(long)]
    pub(crate) own_default_certificate: bool,
    /// How many seconds a change may take until Traefik serves it; after that the hub is told to try again
    #[arg(long, value_name = "SECONDS", default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) served_within: u64,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Certificates by ACME, such as of Let's Encrypt")]
pub(crate) struct Acme {
    /// Whom the authority writes to
    #[arg(long, value_name = "ADDRESS", requires = "acme_domain", conflicts_with = "ssl_cert")]
    pub(crate) acme_email: Option<String>,
    /// A name; again for more
    #[arg(long, value_name = "NAME", requires = "acme_email")]
    pub(crate) acme_domain: Vec<String>,
    /// Where Traefik keeps what it got
    #[arg(long, value_name = "FILE", default_value = "acme.json")]
    pub(crate) acme_storage: PathBuf,
    /// Another authority than Let's Encrypt
    #[arg(long, value_name = "URL", requires = "acme_email")]
    pub(crate) acme_server: Option<String>,
}

/// Options of configurable-http-proxy that Traefik cannot honour: taken in order to say why not.
#[derive(Debug, Args)]
pub(crate) struct Refused {
    #[arg(long, hide = true)]
    socket: Option<String>,
    #[arg(long, hide = true)]
    metrics_socket: Option<String>,
    #[arg(long, hide = true)]
    storage_backend: Option<String>,
    #[arg(long, hide = true)]
    ssl_ca: Option<String>,
    #[arg(long, hide = true)]
    ssl_ciphers: Option<String>,
    #[arg(long, hide = true)]
    ssl_dhparam: Option<String>,
    #[arg(long, hide = true)]
    ssl_protocol: Option<String>,
    #[arg(long, hide = true, action = ArgAction::SetTrue)]
    ssl_request_cert: bool,
    #[arg(long, hide = true, action = ArgAction::SetTrue)]
    ssl_reject_unauthorized: bool,
    #[arg(long, hide = true, action = ArgAction::SetTrue)]
    ssl_allow_rc4: bool,
    #[arg(long, hide = true, action = ArgAction::SetTrue)]
    no_x_forward: bool,
    #[arg(long, hide = true, action = ArgAction::SetTrue)]
    no_prepend_path: bool,
    #[arg(long, hide = true, action = ArgAction::SetTrue)]
    no_include_prefix: bool,
    #[arg(long, hide = true, action = ArgAction::SetTrue)]
    auto_rewrite: bool,
    #[arg(long, hide = true, action = ArgAction::SetTrue)]
    change_origin: bool,
    #[arg(long, hide = true)]
    protocol_rewrite: Option<String>,
    #[arg(long, hide = true)]
    custom_header: Vec<String>,
    #[arg(long, hide = true)]
    timeout: Option<String>,
    #[arg(long, hide = true)]
    proxy_timeout: Option<String>,
    #[arg(long, hide = true)]
    keep_alive_timeout: Option<String>,
}

impl Refused {
    /// The options that were given, each with the reason.
    pub(crate) fn given(&self) -> Vec<(&'static str, &'static str)> {
        const REWRITE: &str = "Traefik passes requests and answers on as they are";
        const TLS: &str = "what TLS connections must be like is said in a dynamic file of your own, as `tls.options.default`";
        const TIMES: &str = "limits of time are said in Traefik's own configuration, with --external";
        let options = [
            ("--socket", self.socket.is_some(), "Traefik listens on TCP alone"),
            ("--metrics-socket", self.metrics_socket.is_some(), "metrics have a port: --metrics-port"),
            ("--storage-backend", self.storage_backend.is_some(), "routes are kept by --state-file"),
            ("--ssl-ca", self.ssl_ca.is_some(), TLS),
            ("--ssl-ciphers", self.ssl_ciphers.is_some(), TLS),
            ("--ssl-dhparam", self.ssl_dhparam.is_some(), TLS),
            ("--ssl-protocol", self.ssl_protocol.is_some(), TLS),
            ("--ssl-request-cert", self.ssl_request_cert, TLS),
            ("--ssl-reject-unauthorized", self.ssl_reject_unauthorized, TLS),
            ("--ssl-allow-rc4", self.ssl_allow_rc4, "Traefik knows no RC4"),
            ("--no-x-forward", self.no_x_forward, "Traefik always says where a request comes from"),
            ("--no-prepend-path", self.no_prepend_path, REWRITE),
            ("--no-include-prefix", self.no_include_prefix, REWRITE),
            ("--auto-rewrite", self.auto_rewrite, REWRITE),
            ("--change-origin", self.change_origin, REWRITE),
            ("--protocol-rewrite", self.protocol_rewrite.is_some(), REWRITE),
            ("--custom-header", !self.custom_header.is_empty(), REWRITE),
            ("--timeout", self.timeout.is_some(), TIMES),
            ("--proxy-timeout", self.proxy_timeout.is_some(), TIMES),
            ("--keep-alive-timeout", self.keep_alive_timeout.is_some(), TIMES),
        ];
        options.into_iter().filter(|(_, given, _)| *given).map(|(option, _, why)| (option, why)).collect()
    }
}

fn mode(text: &str) -> Result<u32, String> {
    u32::from_str_radix(text, 8)
        .ok()
        .filter(|mode| mode & !0o777 == 0 && mode & 0o400 != 0)
        .ok_or_else(|| "three octal digits, the owner being able to read, such as 640".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(["jupyterhub-proxy"].into_iter().chain(line.split_whitespace()))
    }

    #[test]
    fn what_a_hub_gives_is_taken() {
        let line = "--ip 127.0.0.1 --port 8000 --api-ip 127.0.0.1 --api-port 8001 --error-target http://127.0.0.1:8081/hub/error \
                    --log-level DEBUG --host-routing --ssl-key /k --ssl-cert /c --api-ssl-key /k --api-ssl-cert /c --api-ssl-ca /a \
                    --api-ssl-request-cert --api-ssl-reject-unauthorized --client-ssl-key /k --client-ssl-cert /c --client-ssl-ca /a \
                    --client-ssl-request-cert --client-ssl-reject-unauthorized --default-target http://127.0.0.1:9";
        let cli = parse(line).expect("is taken");
        assert_eq!((cli.log_level, cli.host_routing, cli.api.api_port), (Level::Debug, true, Some(8001)));
        assert!(cli.refused.given().is_empty());
        // A hub at all addresses.
        assert!(Cli::try_parse_from(["jupyterhub-proxy", "--ip", "", "--port", "8000"]).is_ok());
        assert_eq!(parse("--api-socket /s --log-level warning").expect("is taken").log_level, Level::Warn);
    }

    #[test]
    fn what_traefik_cannot_do_is_refused_with_a_reason() {
        let check = |line: &str, expected: &[&str]| {
            let cli = parse(line).expect("is read");
            let refused: Vec<_> = cli.refused.given().into_iter().map(|(option, _)| option).collect();
            assert_eq!(refused, expected);
        };
        check(
            "--socket /run/s --storage-backend x --auto-rewrite",
            &["--socket", "--storage-backend", "--auto-rewrite"],
        );
        check("--ssl-allow-rc4 --ssl-reject-unauthorized", &["--ssl-reject-unauthorized", "--ssl-allow-rc4"]);
        assert!(parse("--nothing-of-the-kind").is_err());
    }

    #[test]
    fn permissions_are_octal() {
        assert_eq!(parse("--dynamic-mode 640").expect("is taken").traefik.dynamic_mode, Some(0o640));
        for wrong in ["888", "1777", "040", "rw"] {
            assert!(parse(&format!("--dynamic-mode {wrong}")).is_err(), "{wrong}");
        }
    }
}
