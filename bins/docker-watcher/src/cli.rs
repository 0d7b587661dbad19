use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Where systemd looks for units of the machine's administrator.
pub(crate) const UNIT_DIRECTORY: &str = "/etc/systemd/system";

/// Reads the labels on containers and writes the files that Traefik's file provider loads.
#[derive(Debug, Parser)]
#[command(name = "docker-watcher", version, arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Follow the engines and keep the file in step
    ///
    /// Every setting can also stand in the settings file and in the environment: see docs/reference/settings.md.
    /// SIGHUP reads the settings again; SIGTERM and SIGINT end it, and leave the file as it is.
    Run(RunArguments),
    /// Print or write the dynamic configuration once
    ///
    /// The configuration goes to standard output, or with --output into the directory as `run` would write it. What is
    /// wrong or worth knowing goes to standard error. Exit codes: 0 done, 2 could not run.
    Render(RenderArguments),
    /// Tell what is wrong with labels, before or while containers run
    ///
    /// Sources are Compose files, output of `docker inspect`, quadlet units, directories that hold such, or `-` for standard
    /// input; with none, the engines. All of them together are one proxy: what one defines, another may name. Findings go to
    /// standard output. Exit codes: 0 nothing is wrong, 1 something is, 2 could not run.
    Check(CheckArguments),
    /// Tell what a container's labels come to
    ///
    /// Its engine; the network and port by which it is reached, and why; each router, service and so on, where requests end and
    /// which label or default each value came from, or why there is none; then each string of its labels `docker-events.*` and
    /// what would become of it in the network namespace as it is at this moment, unless the container is read from a file.
    /// Nothing is changed. Findings go to standard error, or with `--format json` into the object. Exit codes: 0 nothing is
    /// wrong, 1 something is, 2 could not run.
    Explain(ExplainArguments),
    /// Tell how things stand with the watcher that runs: engines, routes, findings, the last write
    ///
    /// It asks `docker-watcher run` at its socket, and looks at nothing else. Who may ask is who may write to the socket: the user
    /// and the group of the service. There is no value of a label in the answer; what is wrong with a container `explain` tells. Exit
    /// codes: 0 it has answered, 2 there is no answer.
    Status(StatusArguments),
    /// Carry out one label value by hand: addresses, routes and rules
    ///
    /// The words are a container's name or identifier, unless --pid or --netns says where; what the label is for, `address`,
    /// `route`, `rule` or `host-route`; and the value, strings of `ip` between semicolons. It is carried out as the service
    /// would do it. The exit code is that of `ip` for the first string that fails.
    #[command(after_help = NET_EXAMPLES)]
    Net(NetArguments),
    /// Let a watcher on another machine read which containers there are here, and nothing else
    ///
    /// It stands before the engine's socket on this machine and passes what reads containers: ping, version, info, the list,
    /// one container and events, by GET and HEAD, without the values of environment variables. All else is refused. It speaks
    /// TLS alone, with those whose certificate its authority has signed; `agent init` makes the certificates.
    Agent(AgentArguments),
    /// Write the systemd unit, enable it and start it
    ///
    /// The unit keeps of root's powers those alone that the settings take, so install again after a change of `output`,
    /// `network.enabled` or `scripts.enabled`. The settings are those that the service will find: the settings file, and no
    /// variable of this shell. Paths that were written are printed, one a line. A unit that is as it should be is left alone.
    Install(InstallArguments),
    /// Stop and disable the service, and remove the unit that `install` wrote
    ///
    /// Settings, scripts and the files for Traefik stay.
    Uninstall(UninstallArguments),
    /// Print what completes command lines of this program in a shell
    ///
    /// For bash, `source <(docker-watcher completions bash)` in `~/.bashrc`, or the text as a file `docker-watcher` in
    /// `/usr/share/bash-completion/completions`; for zsh as `_docker-watcher` in a directory of `$fpath`; for fish as
    /// `docker-watcher.fish` in `~/.config/fish/completions`.
    Completions(CompletionsArguments),
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// The shell
    pub(crate) shell: Shell,
}

/// A shell that completes command lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pub(crate) common: CommonArguments,
    /// The format of the file
    #[arg(long, value_name = "FORMAT", value_parser = ["yaml", "toml"])]
    pub(crate) format: Option<String>,
    /// The Unix socket at which `status` is answered; an empty text for none [default: /run/portolan/docker-watcher.sock]
    #[arg(long, value_name = "PATH")]
    pub(crate) status_socket: Option<String>,
    /// Where the status page is served, with metrics and an API: `ADDRESS:PORT`, or a port on loopback [default: nowhere]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) status_listen: Option<String>,
    /// Change nothing: look at the containers once and print what would become of their network labels
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RenderArguments {
    /// A file with `docker inspect` output, a Compose file or a directory that has one; `-` for standard input; else the engine
    pub(crate) source: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: CommonArguments,
    /// The format to print
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<PrintFormat>,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// Compose files, `docker inspect` output, quadlet units or directories; `-` for standard input; else the engines
    #[arg(value_name = "SOURCE")]
    pub(crate) sources: Vec<PathBuf>,
    /// How findings are printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: CheckFormat,
    /// Exit with 1 for warnings too
    #[arg(long)]
    pub(crate) deny_warnings: bool,
    /// Mend in the files what is certain: a name with one letter wrong, a name that has a new one
    #[arg(long)]
    pub(crate) fix: bool,
    /// Traefik's static configuration, to know its entry points, certificate resolvers and files
    #[arg(long = "static", value_name = "FILE")]
    pub(crate) static_file: Option<PathBuf>,
    /// A file or directory of dynamic configuration that defines what labels may name; again for more
    #[arg(long, value_name = "PATH")]
    pub(crate) dynamic: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) common: CommonArguments,
}

/// How `check` prints findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people: the line, the place in it, what to do
    Text,
    /// For tools: a list of objects
    Json,
    /// For GitHub's workflows: an annotation a line
    Github,
    /// For code scanning: SARIF 2.1.0
    Sarif,
}

const NET_EXAMPLES: &str = "\
Examples:
  docker-watcher net web route 'replace default via 172.20.20.1; add 10.0.0.0/8 via 172.20.20.2'
  docker-watcher net --dry-run web rule 'add from 172.20.20.0/24 table 100'
  docker-watcher net --netns /run/netns/lab address 'add 10.0.1.4/16 dev eth0'";

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The container's name or identifier
    pub(crate) container: String,
    /// A file with `docker inspect` output, a Compose file or a directory that has one; `-` for standard input; else the engines
    pub(crate) source: Option<PathBuf>,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: ExplainFormat,
    #[command(flatten)]
    pub(crate) common: CommonArguments,
}

/// How `explain` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExplainFormat {
    /// For people: what is a part of what by indentation
    Text,
    /// For tools: a list of objects, one for each container that is meant
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArguments {
    /// The settings file [default: /etc/portolan/docker-watcher.yml, if there is one]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The Unix socket of the watcher [default: /run/portolan/docker-watcher.sock]
    #[arg(long, value_name = "PATH")]
    pub(crate) status_socket: Option<String>,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: StatusFormat,
    /// Tell again at each change, until interrupted
    #[arg(long)]
    pub(crate) watch: bool,
}

/// How `status` prints what it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatusFormat {
    /// For people: a table
    Text,
    /// For tools: an object on a line
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct NetArguments {
    /// What it is for, and the value
    #[arg(value_names = ["CONTAINER", "KIND", "STRING"], num_args = 2..=3, required = true, allow_hyphen_values = true)]
    pub(crate) words: Vec<String>,
    /// In the network namespace of this process
    #[arg(long, value_name = "PID")]
    pub(crate) pid: Option<u32>,
    /// In the network namespace of this file
    #[arg(long, value_name = "PATH")]
    pub(crate) netns: Option<PathBuf>,
    /// IPv4, as `ip -4`
    #[arg(short = '4', conflicts_with = "six")]
    four: bool,
    /// IPv6, as `ip -6`
    #[arg(short = '6')]
    six: bool,
    /// Do exactly what `ip` would do: nothing is looked up first, refused as a danger, or left out because it is done already
    #[arg(long)]
    pub(crate) as_ip: bool,
    /// Send nothing, and print what would be sent
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// How that is printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: NetFormat,
    #[command(flatten)]
    pub(crate) common: CommonArguments,
}

impl NetArguments {
    /// The option of `ip` that was given, if one was.
    pub(crate) fn family(&self) -> Option<&'static str> {
        if self.six { Some("-6") } else { self.four.then_some("-4") }
    }
}

/// How `net` prints what it would send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum NetFormat {
    /// What becomes of each string, with the messages
    Text,
    /// The messages alone: a list of `type`, `flags` and `hex`, the whole message with sequence and port zero
    Json,
}

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true
)]
pub(crate) struct AgentArguments {
    #[command(subcommand)]
    pub(crate) command: Option<AgentCommand>,
    #[command(flatten)]
    pub(crate) serve: AgentServeArguments,
}

#[derive(Debug, Args)]
pub(crate) struct AgentServeArguments {
    /// The address and port to listen at, such as 192.0.2.7:8890
    #[arg(long, value_name = "ADDRESS:PORT", required = true)]
    pub(crate) listen: Option<SocketAddr>,
    /// The certificate of the authority that has signed the clients' certificates
    #[arg(long, value_name = "FILE", default_value = "/etc/portolan/agent/ca.pem")]
    pub(crate) tls_ca: PathBuf,
    /// The agent's certificate
    #[arg(long, value_name = "FILE", default_value = "/etc/portolan/agent/cert.pem")]
    pub(crate) tls_cert: PathBuf,
    /// The private key of that
    #[arg(long, value_name = "FILE", default_value = "/etc/portolan/agent/key.pem")]
    pub(crate) tls_key: PathBuf,
    /// The engine's socket [default: `DOCKER_HOST`, else the local one]
    #[arg(long, value_name = "URL")]
    pub(crate) engine: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AgentCommand {
    /// Make the certificates of an agent and of who may ask it
    ///
    /// `ca.pem`, `cert.pem` and `key.pem` are the agent's; those of the same names in `client` are for the watcher. Each path
    /// that is written is printed. The authority's key is not kept: for another client, all are made anew.
    Init(AgentInitArguments),
}

#[derive(Debug, Args)]
pub(crate) struct AgentInitArguments {
    /// The names and addresses under which the watcher reaches the agent
    #[arg(value_name = "NAME", required = true)]
    pub(crate) names: Vec<String>,
    /// Where the files are written
    #[arg(long, value_name = "DIR", default_value = "/etc/portolan/agent")]
    pub(crate) directory: PathBuf,
    /// Replace files that are there
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InstallArguments {
    /// The settings file of the service [default: /etc/portolan/docker-watcher.yml, if there is one]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The directory that Traefik watches; made if it is absent [default: as the settings say]
    #[arg(long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    /// Print the unit and do nothing
    #[arg(long)]
    pub(crate) print: bool,
    /// Enable the service, but don't start it now
    #[arg(long)]
    pub(crate) no_start: bool,
    /// Without addresses, routes and rules in containers: the service needs no capability then
    #[arg(long)]
    pub(crate) no_network: bool,
    /// Without scripts
    #[arg(long)]
    pub(crate) no_scripts: bool,
    /// Where the unit is written
    #[arg(long, value_name = "DIR", default_value = UNIT_DIRECTORY)]
    pub(crate) unit_dir: PathBuf,
    /// Replace a unit that `install` did not write
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UninstallArguments {
    /// Where the unit is
    #[arg(long, value_name = "DIR", default_value = UNIT_DIRECTORY)]
    pub(crate) unit_dir: PathBuf,
}

/// What `render` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PrintFormat {
    /// As Traefik loads it
    Yaml,
    /// As Traefik loads it
    Toml,
    /// For tools
    Json,
}

/// The options that all commands share; those of Traefik's Docker provider have its names.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct CommonArguments {
    /// The settings file [default: /etc/portolan/docker-watcher.yml, if there is one]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// An engine's address, such as unix:///run/docker.sock or ssh://user@host; again for more engines
    #[arg(long, value_name = "URL")]
    engine: Vec<String>,
    /// The directory that Traefik watches
    #[arg(long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    /// Whether containers without `traefik.enable` are routed
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    exposed_by_default: Option<String>,
    /// The rule of routers without one, a Go template
    #[arg(long, value_name = "TEMPLATE")]
    default_rule: Option<String>,
    /// Which containers are looked at, such as Label(`tier`, `front`)
    #[arg(long, value_name = "EXPRESSION", allow_hyphen_values = true)]
    constraints: Option<String>,
    /// The network by which containers are reached, where they choose none
    #[arg(long, value_name = "NAME")]
    network: Option<String>,
    /// Whether the address and port that a port is published on are used
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    use_bind_port_ip: Option<String>,
    /// Whether services of unhealthy containers stay, without servers
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    allow_empty_services: Option<String>,
    /// What routes a container whose labels ask for nothing
    #[arg(long, value_name = "WHAT")]
    default_route: Option<String>,
    /// A settings file whose `blacklist` is used in place of the other sources'
    #[arg(long, value_name = "FILE")]
    pub(crate) blacklist: Option<PathBuf>,
    /// Route databases and tools too
    #[arg(long)]
    no_blacklist: bool,
}

impl CommonArguments {
    /// The flags as settings, under the names that the settings crate gives them.
    pub(crate) fn flags(&self) -> Vec<(String, String)> {
        let mut flags = Vec::new();
        let mut push = |name: &str, value: &str| flags.push((name.to_owned(), value.to_owned()));
        for engine in &self.engine {
            push("engine", engine);
        }
        let texts = [
            ("exposed-by-default", &self.exposed_by_default),
            ("default-rule", &self.default_rule),
            ("constraints", &self.constraints),
            ("network", &self.network),
            ("use-bind-port-ip", &self.use_bind_port_ip),
            ("allow-empty-services", &self.allow_empty_services),
            ("default-route", &self.default_route),
        ];
        for (name, value) in texts {
            if let Some(value) = value {
                push(name, value);
            }
        }
        if let Some(output) = &self.output {
            push("output", &output.to_string_lossy());
        }
        if self.no_blacklist {
            push("blacklist-enabled", "false");
        }
        flags
    }
}
