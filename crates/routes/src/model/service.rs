use portolan_labels::Duration;

use super::{Empty, Internal, List, Map, model};

model! {
    /// Where requests end: one kind of service, and what stands before it.
    Service "*dynamic.Service" {
        middlewares: List,
        load_balancer: LoadBalancer,
        #[serde(with = "portolan_labels::unlabelled")]
        highest_random_weight: Box<HighestRandomWeight>,
        #[serde(with = "portolan_labels::unlabelled")]
        weighted: Box<Weighted>,
        #[serde(with = "portolan_labels::unlabelled")]
        mirroring: Box<Mirroring>,
        #[serde(with = "portolan_labels::unlabelled")]
        failover: Box<Failover>,
    }

    /// Servers that share the requests.
    LoadBalancer "*dynamic.ServersLoadBalancer" {
        #[serde(with = "portolan_labels::server")]
        servers: Vec<Server>,
        #[serde(with = "portolan_labels::allow_empty")]
        sticky: Box<Sticky>,
        strategy: String,
        health_check: Box<HealthCheck>,
        passive_health_check: PassiveHealthCheck,
        #[serde(with = "portolan_labels::pointer")]
        pass_host_header: bool,
        response_forwarding: ResponseForwarding,
        servers_transport: String,
        #[serde(with = "portolan_labels::unlabelled")]
        nginx_upstream_hash_by: Internal,
    }

    /// One server of a load balancer. Labels give `scheme` and `port`, from which the URL is made; files carry the URL.
    Server "*dynamic.Server" {
        url: String,
        #[serde(with = "portolan_labels::pointer")]
        weight: i64,
        preserve_path: bool,
        #[serde(skip_serializing)]
        scheme: String,
        #[serde(skip_serializing)]
        port: String,
        #[serde(with = "portolan_labels::unlabelled")]
        fenced: Internal,
    }

    /// That one client's requests stay with one server.
    Sticky "*dynamic.Sticky" {
        #[serde(with = "portolan_labels::allow_empty")]
        cookie: Cookie,
    }

    /// The cookie that says which server.
    Cookie "*dynamic.Cookie" {
        name: String,
        secure: bool,
        http_only: bool,
        same_site: String,
        max_age: i64,
        #[serde(with = "portolan_labels::pointer")]
        path: String,
        domain: String,
        #[serde(with = "portolan_labels::unlabelled")]
        expires: Internal,
    }

    /// Requests of Traefik's own that tell whether a server is well.
    HealthCheck "*dynamic.ServerHealthCheck" {
        scheme: String,
        mode: String,
        path: String,
        method: String,
        status: i64,
        port: i64,
        interval: Duration,
        #[serde(with = "portolan_labels::pointer")]
        unhealthy_interval: Duration,
        timeout: Duration,
        hostname: String,
        #[serde(with = "portolan_labels::pointer")]
        follow_redirects: bool,
        #[serde(with = "portolan_labels::texts")]
        headers: Map<String>,
    }

    /// Failures of ordinary requests that tell the same.
    PassiveHealthCheck "*dynamic.PassiveServerHealthCheck" {
        failure_window: Duration,
        max_failed_attempts: i64,
    }

    /// How answers are passed on.
    ResponseForwarding "*dynamic.ResponseForwarding" {
        flush_interval: Duration,
    }

    /// Services that share the requests by weight.
    Weighted "*dynamic.WeightedRoundRobin" {
        #[serde(with = "portolan_labels::structs")]
        services: Vec<WeightedService>,
        sticky: Box<Sticky>,
        #[serde(with = "portolan_labels::allow_empty")]
        health_check: Empty,
    }

    /// One of them.
    WeightedService "*dynamic.WRRService" {
        name: String,
        #[serde(with = "portolan_labels::pointer")]
        weight: i64,
    }

    /// Services among which the client's address decides, by weight.
    HighestRandomWeight "*dynamic.HighestRandomWeight" {
        #[serde(with = "portolan_labels::structs")]
        services: Vec<WeightedService>,
        #[serde(with = "portolan_labels::allow_empty")]
        health_check: Empty,
    }

    /// A service whose requests are also sent to others.
    Mirroring "*dynamic.Mirroring" {
        service: String,
        #[serde(with = "portolan_labels::pointer")]
        mirror_body: bool,
        #[serde(with = "portolan_labels::pointer")]
        max_body_size: i64,
        #[serde(with = "portolan_labels::structs")]
        mirrors: Vec<Mirror>,
        #[serde(with = "portolan_labels::allow_empty")]
        health_check: Empty,
    }

    /// One of the others, and its share in per cent.
    Mirror "*dynamic.MirrorService" {
        name: String,
        percent: i64,
    }

    /// A service with another that stands in for it.
    Failover "*dynamic.Failover" {
        service: String,
        fallback: String,
        #[serde(with = "portolan_labels::allow_empty")]
        health_check: Empty,
        errors: FailoverErrors,
    }

    /// Which answers count as failures.
    FailoverErrors "*dynamic.FailoverError" {
        #[serde(with = "portolan_labels::pointer")]
        max_request_body_bytes: i64,
        status: List,
    }
}
