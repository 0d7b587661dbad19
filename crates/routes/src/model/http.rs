use portolan_labels::Duration;

use super::{Certificate, Domain, Internal, List, Map, Middleware, PeerCertSan, Service, Spiffe, model};

model! {
    /// Everything that speaks HTTP.
    Http "*dynamic.HTTPConfiguration" {
        routers: Map<Router>,
        services: Map<Service>,
        middlewares: Map<Middleware>,
        models: Map<Model>,
        #[serde(with = "portolan_labels::unlabelled")]
        servers_transports: Map<ServersTransport>,
    }

    /// Which requests go to which service, and through what.
    Router "*dynamic.Router" {
        entry_points: List,
        middlewares: List,
        service: String,
        rule: String,
        #[serde(with = "portolan_labels::unlabelled")]
        parent_refs: List,
        rule_syntax: String,
        priority: i64,
        #[serde(with = "portolan_labels::allow_empty")]
        tls: RouterTls,
        observability: Observability,
        #[serde(skip_serializing, with = "portolan_labels::unlabelled")]
        default_rule: bool,
        #[serde(with = "portolan_labels::unlabelled")]
        denied_encoded_path_characters: Internal,
    }

    /// That a router takes TLS connections, and with what.
    RouterTls "*dynamic.RouterTLSConfig" {
        options: String,
        cert_resolver: String,
        #[serde(with = "portolan_labels::structs")]
        domains: Vec<Domain>,
        #[serde(with = "portolan_labels::unlabelled")]
        resolved_options: Internal,
    }

    /// What of a router's requests is logged, counted and traced.
    Observability "*dynamic.RouterObservabilityConfig" {
        #[serde(with = "portolan_labels::pointer")]
        access_logs: bool,
        #[serde(with = "portolan_labels::pointer")]
        metrics: bool,
        #[serde(with = "portolan_labels::pointer")]
        tracing: bool,
        trace_verbosity: String,
        #[serde(with = "portolan_labels::unlabelled")]
        metadata: Internal,
    }

    /// What an entry point gives to its routers. Traefik applies its own alone.
    Model "*dynamic.Model" {
        middlewares: List,
        #[serde(with = "portolan_labels::allow_empty")]
        tls: RouterTls,
        observability: Observability,
    }

    /// How Traefik connects to the servers of an HTTP service.
    ServersTransport "*dynamic.ServersTransport" {
        server_name: String,
        insecure_skip_verify: bool,
        #[serde(rename = "rootCAs")]
        root_cas: List,
        #[serde(with = "portolan_labels::structs")]
        certificates: Vec<Certificate>,
        cipher_suites: List,
        min_version: String,
        max_version: String,
        max_idle_conns_per_host: i64,
        forwarding_timeouts: Box<ForwardingTimeouts>,
        #[serde(rename = "disableHTTP2")]
        disable_http2: bool,
        #[serde(rename = "peerCertURI")]
        peer_cert_uri: String,
        #[serde(rename = "peerCertSANs", with = "portolan_labels::structs")]
        peer_cert_sans: Vec<PeerCertSan>,
        #[serde(with = "portolan_labels::allow_empty")]
        spiffe: Box<Spiffe>,
    }

    /// How long Traefik waits for a server.
    ForwardingTimeouts "*dynamic.ForwardingTimeouts" {
        dial_timeout: Duration,
        response_header_timeout: Duration,
        idle_conn_timeout: Duration,
        read_idle_timeout: Duration,
        ping_timeout: Duration,
        read_timeout: Duration,
        write_timeout: Duration,
    }
}
