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
        /// The entry points that it listens at; without it, all that Traefik gives to routers by default. For example `web, websecure`.
        entry_points: List,
        /// What requests pass on their way, in this order. For example `basicauth, compress`.
        middlewares: List,
        /// The service that gets the requests; may be left out where the container has only one. For example `web`.
        service: String,
        /// Which requests are meant; without it, the default rule. For example ``Host(`web.example.com`) && PathPrefix(`/app`)``.
        rule: String,
        #[serde(with = "portolan_labels::unlabelled")]
        parent_refs: List,
        /// Deprecated: whether the rule is written as Traefik 2 or 3 has it; write it as Traefik 3 does. For example `v3`.
        rule_syntax: String,
        /// Which router is asked first, the greater number before the lesser; without it, the length of the rule. For example `42`.
        priority: i64,
        /// Whether it takes TLS connections, and only those. For example `true`.
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
        /// The set of TLS options that connections must meet. For example `modern@file`.
        options: String,
        /// The resolver that gets the certificate. For example `letsencrypt`.
        cert_resolver: String,
        #[serde(with = "portolan_labels::structs")]
        domains: Vec<Domain>,
        #[serde(with = "portolan_labels::unlabelled")]
        resolved_options: Internal,
    }

    /// What of a router's requests is logged, counted and traced.
    Observability "*dynamic.RouterObservabilityConfig" {
        /// Whether its requests are logged. For example `false`.
        #[serde(with = "portolan_labels::pointer")]
        access_logs: bool,
        /// Whether its requests are counted. For example `false`.
        #[serde(with = "portolan_labels::pointer")]
        metrics: bool,
        /// Whether its requests are traced. For example `false`.
        #[serde(with = "portolan_labels::pointer")]
        tracing: bool,
        /// How much of a request is traced: `minimal` or `detailed`. For example `detailed`.
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
