use std::fmt;

/// A place in Traefik's dynamic configuration that holds named elements, in the order in which files carry them.
///
/// ```
/// use portolan_routes::Section;
///
/// assert_eq!(Section::HttpRouters.path(), ("http", "routers"));
/// assert_eq!(Section::TcpServices.to_string(), "tcp.services");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// `http.routers`
    HttpRouters,
    /// `http.services`
    HttpServices,
    /// `http.middlewares`
    HttpMiddlewares,
    /// `http.models`
    HttpModels,
    /// `http.serversTransports`
    HttpServersTransports,
    /// `tcp.routers`
    TcpRouters,
    /// `tcp.services`
    TcpServices,
    /// `tcp.middlewares`
    TcpMiddlewares,
    /// `tcp.serversTransports`
    TcpServersTransports,
    /// `udp.routers`
    UdpRouters,
    /// `udp.services`
    UdpServices,
    /// `tls.options`
    TlsOptions,
    /// `tls.stores`
    TlsStores,
}

impl Section {
    /// Every section, in file order.
    pub const ALL: [Self; 13] = [
        Self::HttpRouters,
        Self::HttpServices,
        Self::HttpMiddlewares,
        Self::HttpModels,
        Self::HttpServersTransports,
        Self::TcpRouters,
        Self::TcpServices,
        Self::TcpMiddlewares,
        Self::TcpServersTransports,
        Self::UdpRouters,
        Self::UdpServices,
        Self::TlsOptions,
        Self::TlsStores,
    ];

    /// The two keys under which a file has it, such as `("http", "routers")`.
    pub const fn path(self) -> (&'static str, &'static str) {
        match self {
            Self::HttpRouters => ("http", "routers"),
            Self::HttpServices => ("http", "services"),
            Self::HttpMiddlewares => ("http", "middlewares"),
            Self::HttpModels => ("http", "models"),
            Self::HttpServersTransports => ("http", "serversTransports"),
            Self::TcpRouters => ("tcp", "routers"),
            Self::TcpServices => ("tcp", "services"),
            Self::TcpMiddlewares => ("tcp", "middlewares"),
            Self::TcpServersTransports => ("tcp", "serversTransports"),
            Self::UdpRouters => ("udp", "routers"),
            Self::UdpServices => ("udp", "services"),
            Self::TlsOptions => ("tls", "options"),
            Self::TlsStores => ("tls", "stores"),
        }
    }

    /// What one element of it is called in messages, such as `HTTP router` (Traefik 3.7's wording).
    pub const fn element(self) -> &'static str {
        match self {
            Self::HttpRouters => "HTTP router",
            Self::HttpServices => "HTTP service",
            Self::HttpMiddlewares => "HTTP middleware",
            Self::HttpModels => "HTTP model",
            Self::HttpServersTransports => "HTTP servers transport",
            Self::TcpRouters => "TCP router",
            Self::TcpServices => "TCP service",
            Self::TcpMiddlewares => "TCP middleware",
            Self::TcpServersTransports => "TCP servers transport",
            Self::UdpRouters => "UDP router",
            Self::UdpServices => "UDP service",
            Self::TlsOptions => "TLS options",
            Self::TlsStores => "TLS store",
        }
    }
}

/// The dotted path: `http.routers`.
impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (protocol, elements) = self.path();
        write!(f, "{protocol}.{elements}")
    }
}
