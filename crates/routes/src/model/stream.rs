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
        entry_points: List,
        middlewares: List,
        service: String,
        rule: String,
        rule_syntax: String,
        priority: i64,
        #[serde(with = "portolan_labels::allow_empty")]
        tls: TcpRouterTls,
    }

    /// That a router takes TLS connections, and with what, or passes them on as they are.
    TcpRouterTls "*dynamic.RouterTCPTLSConfig" {
        passthrough: bool,
        options: String,
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
        servers_transport: String,
        #[serde(with = "portolan_labels::allow_empty")]
        proxy_protocol: ProxyProtocol,
        /// In milliseconds.
        #[serde(with = "portolan_labels::pointer")]
        termination_delay: i64,
        #[serde(with = "portolan_labels::allow_empty")]
        health_check: TcpHealthCheck,
    }

    /// One server. Labels give the port, from which the address is made; files carry the address.
    TcpServer "*dynamic.TCPServer" {
        #[serde(with = "portolan_labels::unlabelled")]
        address: String,
        #[serde(skip_serializing)]
        port: String,
        tls: bool,
    }

    ProxyProtocol "*dynamic.ProxyProtocol" {
        version: i64,
    }

    TcpHealthCheck "*dynamic.TCPServerHealthCheck" {
        port: i64,
        send: String,
        expect: String,
        interval: Duration,
        #[serde(with = "portolan_labels::pointer")]
        unhealthy_interval: Duration,
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
        #[serde(with = "portolan_labels::int64")]
        amount: i64,
    }

    TcpIpWhiteList "*dynamic.TCPIPWhiteList" {
        source_range: List,
    }

    TcpIpAllowList "*dynamic.TCPIPAllowList" {
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
        entry_points: List,
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
