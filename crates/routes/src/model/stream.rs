use portolan_labels::Duration;

use super::{Certificate, Domain, Empty, Internal, List, Map, PeerCertSan, Spiffe, model};

model! {
    /// Everything that speaks TCP and no HTTP.
    Tcp "*dynamic.TCPConfiguration" {
        routers: Map<TcpRouter>,
        services: Map<TcpService>,
        middlewares: Map<TcpMiddleware>,
        #[serde(with = "portolan_labels::unlabelled")]
        models: Internal,
        #[serde(with = "portolan_labels::unlabelled")]
        servers_transports: Map<TcpServersTransport>,
    }

    /// Which connections go to which service, and through what.
    TcpRouter "*dynamic.TCPRouter" {
        /// The entry points that it listens at; without it, all that Traefik gives to routers by default. For example `smtp`.
        entry_points: List,
        /// What connections pass on their way, in this order. For example `ipallowlist`.
        middlewares: List,
        /// The service that gets the connections; may be left out where the container has only one. For example `mail`.
        service: String,
        /// Which connections are meant; must be given. For example ``HostSNI(`mail.example.com`)``.
        rule: String,
        /// Deprecated: whether the rule is written as Traefik 2 or 3 has it; write it as Traefik 3 does. For example `v3`.
        rule_syntax: String,
        /// Which router is asked first, the greater number before the lesser; without it, the length of the rule. For example `42`.
        priority: i64,
        /// Whether it takes TLS connections, and only those. For example `true`.
        #[serde(with = "portolan_labels::allow_empty")]
        tls: TcpRouterTls,
    }

    /// That a router takes TLS connections, and with what, or passes them on as they are.
    TcpRouterTls "*dynamic.RouterTCPTLSConfig" {
        /// Whether they go on to the server as they are, still encrypted. For example `false`.
        passthrough: bool,
        /// The set of TLS options that connections must meet. For example `modern@file`.
        options: String,
        /// The resolver that gets the certificate. For example `letsencrypt`.
        cert_resolver: String,
        #[serde(with = "portolan_labels::structs")]
        domains: Vec<Domain>,
    }

    /// Where connections end.
    TcpService "*dynamic.TCPService" {
        load_balancer: TcpLoadBalancer,
        #[serde(with = "portolan_labels::unlabelled")]
        weighted: TcpWeighted,
    }

    /// Servers that share the connections.
    TcpLoadBalancer "*dynamic.TCPServersLoadBalancer" {
        #[serde(with = "portolan_labels::server")]
        servers: Vec<TcpServer>,
        /// How Traefik connects to the servers: a transport that a file defines. For example `internal@file`.
        servers_transport: String,
        /// Deprecated: whether the server is told by the PROXY protocol where a connection comes from; set it in a servers' transport. For example `true`.
        #[serde(with = "portolan_labels::allow_empty")]
        proxy_protocol: ProxyProtocol,
        /// Deprecated: for how many milliseconds a connection that one side has closed stays open; set it in a servers' transport. For example `100`.
        #[serde(with = "portolan_labels::pointer")]
        termination_delay: i64,
        /// Whether servers are asked whether they are well. For example `true`.
        #[serde(with = "portolan_labels::allow_empty")]
        health_check: TcpHealthCheck,
    }

    /// One server. Labels give the port, from which the address is made; files carry the address.
    TcpServer "*dynamic.TCPServer" {
        #[serde(with = "portolan_labels::unlabelled")]
        address: String,
        /// The container's port; without it, the lowest that it exposes or publishes. For example `25`.
        #[serde(skip_serializing)]
        port: String,
        /// Whether Traefik speaks TLS to the server. For example `true`.
        tls: bool,
    }

    ProxyProtocol "*dynamic.ProxyProtocol" {
        /// Which version of the PROXY protocol: 1 or 2; default 2. For example `1`.
        version: i64,
    }

    TcpHealthCheck "*dynamic.TCPServerHealthCheck" {
        /// The port that is asked, where it is another than the server's. For example `2525`.
        port: i64,
        /// What is sent; without it, the check is that a connection comes about. For example `PING`.
        send: String,
        /// What must be answered. For example `PONG`.
        expect: String,
        /// The time between two checks; default `30s`. For example `10s`.
        interval: Duration,
        /// The same while the server is ill; without it, as `interval`. For example `2s`.
        #[serde(with = "portolan_labels::pointer")]
        unhealthy_interval: Duration,
        /// After how long without an answer the server counts as ill; default `5s`. For example `3s`.
        timeout: Duration,
    }

    /// Services that share the connections by weight.
    TcpWeighted "*dynamic.TCPWeightedRoundRobin" {
        #[serde(with = "portolan_labels::structs")]
        services: Vec<TcpWeightedService>,
        #[serde(with = "portolan_labels::allow_empty")]
        health_check: Empty,
    }

    TcpWeightedService "*dynamic.TCPWRRService" {
        name: String,
        #[serde(with = "portolan_labels::pointer")]
        weight: i64,
    }

    /// What happens to a connection on its way: one kind of middleware.
    TcpMiddleware "*dynamic.TCPMiddleware" {
        in_flight_conn: TcpInFlightConn,
        ip_white_list: TcpIpWhiteList,
        ip_allow_list: TcpIpAllowList,
    }

    TcpInFlightConn "*dynamic.TCPInFlightConn" {
        /// How many connections of one address may be open at once. For example `10`.
        #[serde(with = "portolan_labels::int64")]
        amount: i64,
    }

    TcpIpWhiteList "*dynamic.TCPIPWhiteList" {
        /// Deprecated with `ipwhitelist`: use `ipallowlist`. For example `192.0.2.0/24`.
        source_range: List,
    }

    TcpIpAllowList "*dynamic.TCPIPAllowList" {
        /// The addresses and networks that may connect. For example `192.0.2.0/24, 2001:db8::/32`.
        source_range: List,
    }

    /// How Traefik connects to the servers of a TCP service.
    TcpServersTransport "*dynamic.TCPServersTransport" {
        dial_keep_alive: Duration,
        dial_timeout: Duration,
        #[serde(with = "portolan_labels::allow_empty")]
        proxy_protocol: ProxyProtocol,
        termination_delay: Duration,
        #[serde(with = "portolan_labels::allow_empty")]
        tls: Box<TlsClient>,
    }

    TlsClient "*dynamic.TLSClientConfig" {
        server_name: String,
        insecure_skip_verify: bool,
        #[serde(rename = "rootCAs")]
        root_cas: List,
        #[serde(with = "portolan_labels::structs")]
        certificates: Vec<Certificate>,
        #[serde(rename = "peerCertURI")]
        peer_cert_uri: String,
        #[serde(rename = "peerCertSANs", with = "portolan_labels::structs")]
        peer_cert_sans: Vec<PeerCertSan>,
        #[serde(with = "portolan_labels::allow_empty")]
        spiffe: Box<Spiffe>,
    }

    /// Everything that speaks UDP.
    Udp "*dynamic.UDPConfiguration" {
        routers: Map<UdpRouter>,
        services: Map<UdpService>,
    }

    /// Which packets go to which service.
    UdpRouter "*dynamic.UDPRouter" {
        /// The entry points that it listens at; without it, all that Traefik gives to routers by default. For example `dns`.
        entry_points: List,
        /// The service that gets the packets; may be left out where the container has only one. For example `dns`.
        service: String,
    }

    /// Where packets end.
    UdpService "*dynamic.UDPService" {
        load_balancer: UdpLoadBalancer,
        #[serde(with = "portolan_labels::unlabelled")]
        weighted: UdpWeighted,
    }

    /// Servers that share the packets.
    UdpLoadBalancer "*dynamic.UDPServersLoadBalancer" {
        #[serde(with = "portolan_labels::server")]
        servers: Vec<UdpServer>,
    }

    /// One server. Labels give the port, from which the address is made; files carry the address.
    UdpServer "*dynamic.UDPServer" {
        #[serde(with = "portolan_labels::unlabelled")]
        address: String,
        /// The container's port; without it, the lowest that it exposes or publishes. For example `53`.
        #[serde(skip_serializing)]
        port: String,
    }

    /// Services that share the packets by weight.
    UdpWeighted "*dynamic.UDPWeightedRoundRobin" {
        #[serde(with = "portolan_labels::structs")]
        services: Vec<UdpWeightedService>,
    }

    UdpWeightedService "*dynamic.UDPWRRService" {
        name: String,
        #[serde(with = "portolan_labels::pointer")]
        weight: i64,
    }
}
