mod file;
mod word;

use std::path::{Path, PathBuf};

pub(crate) use file::{Found, UnitFile};
pub(crate) use word::NotAWord;
use word::{argument, optional_path, path, program};

/// The name under which systemd knows us.
pub(crate) const NAME: &str = "docker-watcher.service";

/// The first line of each unit that we write, by which we know it again.
const MARKER: &str =
    "# Written by `docker-watcher install`. Edits are lost: use `systemctl edit docker-watcher` instead.";

/// The directory that systemd makes for the service.
pub(crate) const RUNTIME: &str = "/run/portolan";

/// The systemd unit of the watcher: what runs, and the sandbox that has room for just that.
///
/// `bins/packaging/docker-watcher.service` is its text for the default settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// The program's absolute path.
    pub(crate) program: PathBuf,
    /// The settings file, where it isn't the usual one; absolute.
    pub(crate) config: Option<PathBuf>,
    /// The directory for Traefik.
    pub(crate) output: Output,
    /// The directories of what else it writes, where that is not in [`RUNTIME`]; absolute.
    pub(crate) others: Vec<PathBuf>,
    /// Addresses, routes and rules in containers.
    pub(crate) network: Feature,
    /// Users' scripts.
    pub(crate) scripts: Feature,
}

/// The directory for Traefik, absolute, which is all that the service may write to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// As the settings say.
    Settings(PathBuf),
    /// As the command line says, whatever the settings do.
    Flag(PathBuf),
}

impl Output {
    /// The directory.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Settings(path) | Self::Flag(path) => path,
        }
    }
}

/// Whether the service does a thing, and so needs what that takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feature {
    /// It does.
    On,
    /// The settings say no.
    Off,
    /// The command line says no, whatever the settings do.
    Refused,
}

impl Unit {
    /// Whether a file is one that we wrote.
    pub(crate) fn is_ours(text: &[u8]) -> bool {
        text.strip_prefix(MARKER.as_bytes()).is_some_and(|rest| rest.starts_with(b"\n"))
    }

    /// The file's text.
    ///
    /// # Errors
    /// [`NotAWord`] for a path that no unit can hold.
    pub(crate) fn text(&self) -> Result<String, NotAWord> {
        let paragraphs = [
            format!("{MARKER}\n\n{UNIT}"),
            self.service()?,
            self.files()?,
            self.capabilities().to_owned(),
            SYSTEM_CALLS.to_owned(),
            REST.to_owned(),
        ];
        let scripts = (self.scripts == Feature::On).then(|| SCRIPTS.to_owned());
        let paragraphs: Vec<String> =
            paragraphs.into_iter().chain(scripts).chain([INSTALL.to_owned()]).collect();
        Ok(paragraphs.join("\n"))
    }

    fn service(&self) -> Result<String, NotAWord> {
        let mut line = format!("ExecStart={} run", program(&self.program)?);
        if let Some(config) = &self.config {
            line.push_str(&format!(" --config {}", argument(config)?));
        }
        if let Output::Flag(output) = &self.output {
            line.push_str(&format!(" --output {}", argument(output)?));
        }
        let refused = [("NETWORK", self.network), ("SCRIPTS", self.scripts)];
        for (name, _) in refused.iter().filter(|(_, feature)| *feature == Feature::Refused) {
            line.push_str(&format!("\nEnvironment=PORTOLAN_{name}_ENABLED=false"));
        }
        Ok(format!("[Service]\nType=notify\nNotifyAccess=main\n{line}\n{SERVICE}"))
    }

    fn files(&self) -> Result<String, NotAWord> {
        let settings = match &self.config {
            // In a comment nothing needs quotes, but a line's end would end it.
            Some(config) => argument(config)?,
            None => portolan_settings::DEFAULT_FILE.to_owned(),
        };
        let mut text = format!(
            "# What it may write. It finds its settings in {settings}.\nReadWritePaths={}\n",
            path(self.output.path())?
        );
        for other in &self.others {
            // Routes are kept also where one of these is not there.
            text.push_str(&format!("ReadWritePaths={}\n", optional_path(other)?));
        }
        text.push_str(FILES);
        Ok(text)
    }

    fn capabilities(&self) -> &'static str {
        match self.network {
            Feature::On => NETWORK,
            Feature::Off | Feature::Refused => NO_NETWORK,
        }
    }
}

const UNIT: &str = "\
# It runs as root, because whoever may open the engine's socket is as good as root anyway, but keeps of root's capabilities
# those alone that the settings take. After a change of `output`, `network.enabled`, `network.state`, `scripts.enabled` or
# `status.socket`, run `docker-watcher install` again.

[Unit]
Description=Traefik routes from container labels
Documentation=https://github.com/portolan/portolan
# Not Requires: the engine may come later, or be another. Routes stay while it is away.
Wants=docker.service
After=docker.service podman.socket network-online.target
";

const SERVICE: &str = "\
ExecReload=/bin/kill -HUP $MAINPID
# It is ready when the first file is written, and waits for an engine that is away as long as that takes.
TimeoutStartSec=infinity
WatchdogSec=30
Restart=always
RestartSec=2
";

const FILES: &str = "\
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
# Where routes on the host are noted that are to be withdrawn (`network.state`), and where `docker-watcher status` is answered
# (`status.socket`): the group of the service may ask, which `systemctl edit docker-watcher` changes by `Group=` below `[Service]`.
# It outlives the service, and ends with the system.
RuntimeDirectory=portolan
RuntimeDirectoryMode=0750
RuntimeDirectoryPreserve=yes
";

const NETWORK: &str = "\
# For addresses, routes and rules in containers: to open the network namespace of another's process (SYS_PTRACE), to enter
# it (SYS_ADMIN), and to change what is in it (NET_ADMIN). No other kind of namespace can be entered, and none of these
# capabilities is needed without them: see `network.enabled`, and --no-network of `docker-watcher install`.
CapabilityBoundingSet=CAP_NET_ADMIN CAP_SYS_ADMIN CAP_SYS_PTRACE
RestrictNamespaces=net
# Engines are reached by Unix sockets and TCP, by which the status page is served too, and the kernel's tables by netlink.
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
";

const NO_NETWORK: &str = "\
# No capability. An engine behind ssh:// needs root's keys, which it may read as their owner.
CapabilityBoundingSet=
RestrictNamespaces=yes
# Engines are reached by Unix sockets and TCP, by which the status page is served too.
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
";

const SYSTEM_CALLS: &str = "\
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
SystemCallArchitectures=native
";

const REST: &str = "\
NoNewPrivileges=yes
RestrictSUIDSGID=yes
UMask=0022
LockPersonality=yes
MemoryDenyWriteExecute=yes
MemoryMax=256M
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictRealtime=yes
";

const SCRIPTS: &str = "\
# Scripts are started inside of all this: they see no other /tmp, write nowhere else, share the memory, and run as a root
# that cannot pass over permissions. What yours need, add by `systemctl edit docker-watcher`, as in
#
#   [Service]
#   ReadWritePaths=/srv/backup
#   CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER
#   SystemCallFilter=@chown
#   MemoryDenyWriteExecute=no
#   MemoryMax=1G
";

const INSTALL: &str = "\
[Install]
WantedBy=multi-user.target
";

#[cfg(test)]
mod tests {
    use super::*;

    fn usual() -> Unit {
        Unit {
            program: "/usr/local/bin/docker-watcher".into(),
            config: None,
            output: Output::Settings(portolan_settings::Settings::default().output),
            others: Vec::new(),
            network: Feature::On,
            scripts: Feature::On,
        }
    }

    /// The lines that are neither comments nor empty.
    fn settings(unit: &Unit) -> Vec<String> {
        let text = unit.text().unwrap();
        text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a file of the sources: nobody reads it meanwhile")]
    fn the_packaged_unit_is_that_of_the_default_settings() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../packaging/docker-watcher.service");
        let text = usual().text().unwrap();
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), text, "UPDATE=1 writes it anew");
    }

    #[test]
    fn a_unit_has_the_capabilities_of_its_features_and_no_more() {
        let check = |unit: Unit, line: &str| {
            let found = settings(&unit);
            let key = line.split_inclusive('=').next().unwrap();
            let lines: Vec<_> = found.iter().filter(|found| found.starts_with(key)).collect();
            assert_eq!(lines, [line], "{unit:?}");
        };
        let all = "CapabilityBoundingSet=CAP_NET_ADMIN CAP_SYS_ADMIN CAP_SYS_PTRACE";
        check(usual(), all);
        check(usual(), "RestrictNamespaces=net");
        check(usual(), "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK");
        check(Unit { scripts: Feature::Off, ..usual() }, all);
        for network in [Feature::Off, Feature::Refused] {
            let unit = || Unit { network, ..usual() };
            check(unit(), "CapabilityBoundingSet=");
            check(unit(), "RestrictNamespaces=yes");
            check(unit(), "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6");
        }
    }

    #[test]
    fn what_the_command_line_refuses_is_refused_to_the_service_too() {
        let check = |unit: Unit, expected: &[&str]| {
            let found = settings(&unit);
            let found: Vec<_> = found.iter().filter(|line| line.starts_with("Environment=")).collect();
            assert_eq!(found, expected, "{unit:?}");
        };
        let (network, scripts) =
            ("Environment=PORTOLAN_NETWORK_ENABLED=false", "Environment=PORTOLAN_SCRIPTS_ENABLED=false");
        check(usual(), &[]);
        check(Unit { network: Feature::Off, scripts: Feature::Off, ..usual() }, &[]);
        check(Unit { network: Feature::Refused, ..usual() }, &[network]);
        check(Unit { network: Feature::Refused, scripts: Feature::Refused, ..usual() }, &[network, scripts]);
    }

    #[test]
    fn paths_are_quoted_where_they_stand() {
        let unit = Unit {
            program: "/opt/port olan/docker-watcher".into(),
            config: Some("/etc/100%.yml".into()),
            output: Output::Flag("/srv/a $b".into()),
            others: vec!["/srv/status".into(), "/var/lib/a b".into()],
            ..usual()
        };
        let found = settings(&unit);
        let has =
            |line: &str| assert!(found.iter().any(|found| found == line), "{line} is not in {found:#?}");
        has(
            r#"ExecStart="/opt/port olan/docker-watcher" run --config "/etc/100%%.yml" --output "/srv/a $$b""#,
        );
        has(r#"ReadWritePaths="/srv/a $b""#);
        has("ReadWritePaths=-/srv/status");
        has(r#"ReadWritePaths="-/var/lib/a b""#);
        let split = Unit { output: Output::Settings("/srv/a\n[Service]\nUser=x".into()), ..usual() };
        assert!(split.text().is_err());
    }

    #[test]
    fn only_our_own_first_line_makes_a_unit_ours() {
        let text = usual().text().unwrap();
        let check =
            |text: &str, expected: bool| assert_eq!(Unit::is_ours(text.as_bytes()), expected, "{text:?}");
        check(&text, true);
        check(&format!("{MARKER}\n"), true);
        check("", false);
        check(MARKER, false);
        check(&format!("\n{text}"), false);
        check(&format!("{MARKER} Or not.\n"), false);
        check("[Service]\nExecStart=/usr/local/bin/docker-watcher run\n", false);
    }
}
