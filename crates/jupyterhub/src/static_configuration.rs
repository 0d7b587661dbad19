use std::net::SocketAddr;

use serde_json::{Value, json};

/// Traefik's file for its start, for a Traefik of ours: entry points, where routes stand, and no more.
///
/// ```
/// use portolan_jupyterhub::{EntryPoint, StaticConfiguration};
///
/// let configuration = StaticConfiguration {
///     public: EntryPoint { name: "http".into(), address: "127.0.0.1:8000".into(), tls: false },
///     redirect: None,
///     api_entry_point: "auth_api".into(),
///     api: "127.0.0.1:8099".parse()?,
///     dynamic_file: "/srv/rules.toml".into(),
///     log_level: "INFO".into(),
///     metrics: true,
///     acme: None,
///     trusted_proxies: vec!["127.0.0.1/32".into()],
/// };
/// assert_eq!(configuration.value()["providers"]["providersThrottleDuration"], "0s");
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticConfiguration {
    /// Where users come in.
    pub public: EntryPoint,
    /// An address without TLS from which users are sent to that one, and the port that they are told.
    pub redirect: Option<(String, u16)>,
    /// What the entry point of the API is called.
    pub api_entry_point: String,
    /// Where Traefik's API and the marker are.
    pub api: SocketAddr,
    /// The file of routes.
    pub dynamic_file: String,
    /// Traefik's log level, such as `INFO`.
    pub log_level: String,
    /// Whether Traefik counts requests.
    pub metrics: bool,
    /// From whom it gets certificates.
    pub acme: Option<Acme>,
    /// The proxies before us whose word on where a request comes from is taken, as networks.
    pub trusted_proxies: Vec<String>,
}

/// An entry point of Traefik's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPoint {
    /// Its name.
    pub name: String,
    /// Address and port, such as `:8000`.
    pub address: String,
    /// Whether it is HTTPS.
    pub tls: bool,
}

/// Certificates of an authority that speaks ACME, such as Let's Encrypt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acme {
    /// Whom the authority writes to.
    pub email: String,
    /// The file in which Traefik keeps what it got.
    pub storage: String,
    /// The names; the first is the certificate's main one.
    pub domains: Vec<String>,
    /// Another authority than Traefik's default.
    pub server: Option<String>,
}

impl StaticConfiguration {
    /// The configuration as data, to be written in any format.
    pub fn value(&self) -> Value {
        let mut entry_points = json!({
            &self.public.name: self.public_entry_point(),
            &self.api_entry_point: { "address": self.api.to_string() },
        });
        if let Some((address, port)) = &self.redirect {
            let to = json!({ "to": format!(":{port}"), "scheme": "https" });
            entry_points["redirect"] =
                json!({ "address": address, "http": { "redirections": { "entryPoint": to } } });
        }
        let mut value = json!({
            "global": { "checkNewVersion": false, "sendAnonymousUsage": false },
            "log": { "level": self.log_level },
            "api": { "dashboard": true },
            "entryPoints": entry_points,
            "providers": {
                // One change is one load: changes that come together are written together already.
                "providersThrottleDuration": "0s",
                "file": { "filename": self.dynamic_file, "watch": true },
            },
        });
        if self.metrics {
            let labels =
                json!({ "addEntryPointsLabels": false, "addServicesLabels": true, "manualRouting": true });
            value["metrics"] = json!({ "prometheus": labels });
        }
        if let Some(acme) = &self.acme {
            let mut resolver = json!({ "email": acme.email, "storage": acme.storage, "tlsChallenge": {} });
            if let Some(server) = &acme.server {
                resolver["caServer"] = server.as_str().into();
            }
            value["certificatesResolvers"] = json!({ RESOLVER: { "acme": resolver } });
        }
        value
    }

    fn public_entry_point(&self) -> Value {
        let mut http = json!({
            // All that a name may have: the hub's rules take it in both spellings.
            "encodedCharacters": {
                "allowEncodedSlash": true,
                "allowEncodedBackSlash": true,
                "allowEncodedNullCharacter": true,
                "allowEncodedSemicolon": true,
                "allowEncodedPercent": true,
                "allowEncodedQuestionMark": true,
                "allowEncodedHash": true,
            },
            // Paths are passed on as they came, as configurable-http-proxy does: servers of users proxy URLs in paths.
            "sanitizePath": false,
        });
        if self.public.tls {
            http["tls"] = match &self.acme {
                None => json!({ "options": "default" }),
                Some(acme) => {
                    let (main, sans) =
                        acme.domains.split_first().map_or(("", &[][..]), |(main, sans)| (main, sans));
                    json!({ "certResolver": RESOLVER, "domains": [{ "main": main, "sans": sans }] })
                }
            };
        }
        json!({
            "address": self.public.address,
            "http": http,
            "forwardedHeaders": { "trustedIPs": self.trusted_proxies },
            "transport": {
                // An upload takes as long as it takes; Traefik's own limit is a minute.
                "respondingTimeouts": { "readTimeout": "0s" },
                "lifeCycle": { "graceTimeOut": "1s" },
            },
        })
    }
}

/// What the source of ACME certificates is called.
const RESOLVER: &str = "hub";

#[cfg(test)]
mod tests {
    use super::*;

    fn configuration() -> StaticConfiguration {
        StaticConfiguration {
            public: EntryPoint { name: "https".into(), address: ":443".into(), tls: true },
            redirect: Some((":80".into(), 443)),
            api_entry_point: "auth_api".into(),
            api: SocketAddr::from(([127, 0, 0, 1], 8099)),
            dynamic_file: "/rules.toml".into(),
            log_level: "INFO".into(),
            metrics: false,
            acme: None,
            trusted_proxies: Vec::new(),
        }
    }

    #[test]
    fn tls_is_of_the_public_entry_point() {
        let value = configuration().value();
        assert_eq!(value["entryPoints"]["https"]["http"]["tls"]["options"], "default");
        assert_eq!(value["entryPoints"]["redirect"]["http"]["redirections"]["entryPoint"]["to"], ":443");
        assert_eq!(value["entryPoints"]["auth_api"], json!({ "address": "127.0.0.1:8099" }));
        assert_eq!(value.get("certificatesResolvers").or(value.get("metrics")), None);
    }

    #[test]
    fn certificates_of_an_authority() {
        let domains = vec!["hub.example.com".into(), "www.example.com".into()];
        let acme =
            Acme { email: "a@example.com".into(), storage: "/acme.json".into(), domains, server: None };
        let value = StaticConfiguration { acme: Some(acme), ..configuration() }.value();
        let tls = &value["entryPoints"]["https"]["http"]["tls"];
        assert_eq!(tls["certResolver"], "hub");
        assert_eq!(tls["domains"][0], json!({ "main": "hub.example.com", "sans": ["www.example.com"] }));
        assert_eq!(value["certificatesResolvers"]["hub"]["acme"]["tlsChallenge"], json!({}));
    }
}
