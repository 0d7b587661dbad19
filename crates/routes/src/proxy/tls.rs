use portolan_labels::aliased::{Fields, Value};

/// How the proxy speaks TLS with a container.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::{Options, proxy::discover};
///
/// let labels = [("proxy.app.no_tls_verify", "true")];
/// let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
/// let container = Container { name: "app".into(), labels, ..Container::default() };
/// let found = discover(&container, &Options::default(), &[][..]);
/// assert_eq!(found.routes["app"].tls.no_verify, Some(true));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsClient {
    /// Whether any certificate will do.
    pub no_verify: Option<bool>,
    /// The name that the certificate must bear, or `off`; empty and `on` for the host.
    pub server_name: Option<String>,
    /// The file of the authority that signed it.
    pub trusted: Option<String>,
    /// The file of the certificate that the proxy shows.
    pub certificate: Option<String>,
    /// The file of its key.
    pub key: Option<String>,
    /// The versions that may be spoken, in lower case.
    pub protocols: Vec<String>,
}

/// Versions of TLS as labels and as Traefik have them, the oldest first.
const VERSIONS: [(&str, &str); 4] = [
    ("tlsv1.0", "VersionTLS10"),
    ("tlsv1.1", "VersionTLS11"),
    ("tlsv1.2", "VersionTLS12"),
    ("tlsv1.3", "VersionTLS13"),
];

impl TlsClient {
    pub(super) fn read(fields: &mut Fields<'_>) -> Self {
        let tls = Self {
            no_verify: fields.read("no_tls_verify", Value::boolean),
            server_name: fields.read("ssl_server_name", Value::text),
            trusted: fields.read("ssl_trusted_certificate", Value::text),
            certificate: fields.read("ssl_certificate", Value::text),
            key: fields.read("ssl_certificate_key", Value::text),
            protocols: fields.read("ssl_protocols", protocols).unwrap_or_default(),
        };
        Self { protocols: tls.protocols, ..tls }
    }

    /// What is wrong with the fields together.
    pub(super) fn fault(&self) -> Option<&'static str> {
        match (&self.certificate, &self.key) {
            (Some(_), None) => Some("`ssl_certificate` needs `ssl_certificate_key`"),
            (None, Some(_)) => Some("`ssl_certificate_key` needs `ssl_certificate`"),
            _ => None,
        }
    }

    /// The name that the certificate must bear, where it is not the host.
    pub(super) fn name(&self) -> Option<&str> {
        self.server_name.as_deref().filter(|name| !matches!(*name, "" | "on" | "off"))
    }

    /// The oldest and the newest version that may be spoken, in Traefik's words.
    pub(super) fn versions(&self) -> Option<(&'static str, &'static str)> {
        let mut spoken = VERSIONS.iter().filter(|(word, _)| self.protocols.iter().any(|it| it == word));
        let oldest = spoken.next()?.1;
        Some((oldest, spoken.next_back().map_or(oldest, |(_, newest)| newest)))
    }
}

fn protocols(value: &Value<'_>) -> Result<Vec<String>, String> {
    let given: Vec<String> = value.texts()?.iter().map(|text| text.to_lowercase()).collect();
    let stranger = given.iter().find(|text| VERSIONS.iter().all(|(word, _)| word != text));
    match stranger {
        Some(stranger) => Err(format!("unsupported TLS protocol `{stranger}`")),
        None => Ok(given),
    }
}
