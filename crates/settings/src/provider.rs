use std::fmt;
use std::net::Ipv6Addr;
use std::path::PathBuf;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use crate::Tls;

/// The engines of `providers.docker`, in the order of the file: of two that define a name, the earlier one keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Providers(pub Vec<Provider>);

/// An engine that is followed under a name of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// What people call it, without the `!` behind it.
    pub name: String,
    /// Whether a container is left out whose labels ask for no route; in the file, the name ends in `!`.
    pub explicit_only: bool,
    /// Where it is.
    pub address: Address,
    /// Whether it is on this machine, where its address tells otherwise: one behind a proxy of its socket is.
    pub local: Option<bool>,
    /// The host by which the ports are reached that its containers publish, where it is not that of the address: `ssh` may know the
    /// engine's machine by a name that nobody else does.
    pub published_at: Option<String>,
}

/// Where an engine is, in the two forms that the file has for it.
///
/// ```
/// use portolan_settings::Address;
///
/// let parts = Address::Parts { scheme: "tls".into(), host: "2001:db8::1".into(), port: 2376, tls: None };
/// assert_eq!(parts.to_string(), "tls://[2001:db8::1]:2376");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// One text, such as `ssh://ops@db.example.com`, or `${DOCKER_HOST}`.
    Text(String),
    /// Its parts.
    Parts {
        /// `tcp`, `http`, `https` or `tls`.
        scheme: String,
        /// A name or an address, without brackets.
        host: String,
        /// The port, in host order.
        port: u16,
        /// The files for TLS with this engine.
        tls: Option<Tls>,
    },
}

/// The agents of `providers.agents`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agents(pub Vec<AgentFiles>);

/// What is needed to be let in by an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentFiles {
    /// Where it is: `HOST:PORT`, as in its `agent://` address.
    pub address: String,
    /// The authority that signed its certificate.
    pub ca: PathBuf,
    /// The certificate that we show.
    pub cert: PathBuf,
    /// The private key of that.
    pub key: PathBuf,
}

/// As a text.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Parts { scheme, host, port, .. } if host.parse::<Ipv6Addr>().is_ok() => {
                write!(f, "{scheme}://[{host}]:{port}")
            }
            Self::Parts { scheme, host, port, .. } => write!(f, "{scheme}://{host}:{port}"),
        }
    }
}

impl Provider {
    /// The name as the file has it.
    pub(crate) fn spelled(&self) -> String {
        format!("{}{}", self.name, if self.explicit_only { "!" } else { "" })
    }
}

impl Serialize for Providers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|it| (it.spelled(), it)))
    }
}

/// As the file has the value of its name.
impl Serialize for Provider {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { address, local, published_at, .. } = self;
        let mut parts = match address {
            Address::Text(text) if local.is_none() && published_at.is_none() => {
                return serializer.serialize_str(text);
            }
            _ => serializer.serialize_map(None)?,
        };
        match address {
            Address::Text(text) => parts.serialize_entry("address", text)?,
            Address::Parts { scheme, host, port, tls } => {
                parts.serialize_entry("scheme", scheme)?;
                parts.serialize_entry("host", host)?;
                parts.serialize_entry("port", port)?;
                if let Some(tls) = tls {
                    parts.serialize_entry("tls", &Files::of(tls))?;
                }
            }
        }
        if let Some(local) = local {
            parts.serialize_entry("local", local)?;
        }
        if let Some(host) = published_at {
            parts.serialize_entry("published_at", host)?;
        }
        parts.end()
    }
}

impl Serialize for Agents {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let files = |it: &AgentFiles| Files {
            ca_file: Some(it.ca.clone()),
            cert_file: Some(it.cert.clone()),
            key_file: Some(it.key.clone()),
        };
        serializer.collect_map(self.0.iter().map(|it| (&it.address, files(it))))
    }
}

/// Files for TLS under the names that they have below a provider.
#[derive(Serialize)]
struct Files {
    #[serde(skip_serializing_if = "Option::is_none")]
    ca_file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cert_file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_file: Option<PathBuf>,
}

impl Files {
    fn of(tls: &Tls) -> Self {
        Self { ca_file: tls.ca.clone(), cert_file: tls.cert.clone(), key_file: tls.key.clone() }
    }
}
