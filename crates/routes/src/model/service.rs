use portolan_labels::Duration;

use super::{Empty, Internal, List, Map, model};

model! {
    /// Where requests end: one kind of service, and what stands before it.
    Service "*dynamic.Service" {
        /// What requests pass on their way to the service, whichever router they come from. For example `compress`.
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
        /// Whether a client's requests stay with one server. For example `true`.
        #[serde(with = "portolan_labels::allow_empty")]
        sticky: Box<Sticky>,
        /// How a server is chosen: `wrr` by turns, `p2c` the less busy of two, `hrw` by the client's address, `leasttime` by the time that answers take; default `wrr`. For example `p2c`.
        strategy: String,
        health_check: Box<HealthCheck>,
        passive_health_check: PassiveHealthCheck,
        /// Whether the server sees the host that the client asked for; default `true`. For example `false`.
        #[serde(with = "portolan_labels::pointer")]
        pass_host_header: bool,
        response_forwarding: ResponseForwarding,
        /// How Traefik connects to the servers: a transport that a file defines. For example `internal@file`.
        servers_transport: String,
        #[serde(with = "portolan_labels::unlabelled")]
        nginx_upstream_hash_by: Internal,
    }

    /// One server of a load balancer. Labels give `scheme` and `port`, from which the URL is made; files carry the URL.
    Server "*dynamic.Server" {
        /// The server's whole address, in place of the container's with `scheme` and `port`. For example `http://192.0.2.7:8080`.
        url: String,
        /// How many requests it gets beside the other servers of the service. For example `2`.
        #[serde(with = "portolan_labels::pointer")]
        weight: i64,
        /// Whether the path of `url` is put before that of the request. For example `true`.
        preserve_path: bool,
        /// What the server speaks: `http`, `https` or `h2c`. For example `h2c`.
        #[serde(skip_serializing)]
        scheme: String,
        /// The container's port; without it, the lowest that it exposes or publishes. For example `8080`.
        #[serde(skip_serializing)]
        port: String,
        #[serde(with = "portolan_labels::unlabelled")]
        fenced: Internal,
    }

    /// That one client's requests stay with one server.
    Sticky "*dynamic.Sticky" {
        /// Whether a cookie says which server. For example `true`.
        #[serde(with = "portolan_labels::allow_empty")]
        cookie: Cookie,
    }

    /// The cookie that says which server.
    Cookie "*dynamic.Cookie" {
        /// The cookie's name. For example `server`.
        name: String,
        /// Whether it is for TLS alone. For example `true`.
        secure: bool,
        /// Whether scripts don't see it. For example `true`.
        http_only: bool,
        /// Whether it goes with requests from other sites: `none`, `lax` or `strict`. For example `lax`.
        same_site: String,
        /// How many seconds it lasts; 0 until the browser is closed. For example `3600`.
        max_age: i64,
        /// The path below which it is sent; default `/`. For example `/app`.
        #[serde(with = "portolan_labels::pointer")]
        path: String,
        /// The domain that it is for. For example `example.com`.
        domain: String,
        #[serde(with = "portolan_labels::unlabelled")]
        expires: Internal,
    }

    /// Requests of Traefik's own that tell whether a server is well.
    HealthCheck "*dynamic.ServerHealthCheck" {
        /// What the check speaks, where it is not what the server speaks. For example `http`.
        scheme: String,
        /// What is asked: `http` or `grpc`; default `http`. For example `grpc`.
        mode: String,
        /// The path that is asked. For example `/health`.
        path: String,
        /// The method that it is asked by; default `GET`. For example `HEAD`.
        method: String,
        /// The status that a server in health answers with; without it, any from 200 to 399. For example `204`.
        status: i64,
        /// The port that is asked, where it is another than the server's. For example `9090`.
        port: i64,
        /// The time between two checks; default `30s`. For example `10s`.
        interval: Duration,
        /// The same while the server is ill; without it, as `interval`. For example `2s`.
        #[serde(with = "portolan_labels::pointer")]
        unhealthy_interval: Duration,
        /// After how long without an answer the server counts as ill; default `5s`. For example `3s`.
        timeout: Duration,
        /// The host that is asked for. For example `web.example.com`.
        hostname: String,
        /// Whether redirects are followed; default `true`. For example `false`.
        #[serde(with = "portolan_labels::pointer")]
        follow_redirects: bool,
        /// A header of the request, called KEY. For example `Bearer of-health`.
        #[serde(with = "portolan_labels::texts")]
        headers: Map<String>,
    }

    /// Failures of ordinary requests that tell the same.
    PassiveHealthCheck "*dynamic.PassiveServerHealthCheck" {
        /// The time within which failures are counted; default `10s`. For example `30s`.
        failure_window: Duration,
        /// How many of them make a server ill; default 1. For example `3`.
        max_failed_attempts: i64,
    }

    /// How answers are passed on.
    ResponseForwarding "*dynamic.ResponseForwarding" {
        /// How long parts of an answer may wait before they are passed on; default `100ms`. For example `1s`.
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
