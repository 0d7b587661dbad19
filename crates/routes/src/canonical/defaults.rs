use std::collections::BTreeMap;

use super::Canonical;

/// What Traefik 3.7 puts into a struct when it makes one, by what Traefik calls the struct. Durations are in Go's syntax.
pub(super) fn defaults(go_type: &str) -> Vec<(&'static str, Canonical)> {
    match go_type {
        "*dynamic.ServersLoadBalancer" => vec![
            ("strategy", text("wrr")),
            ("passHostHeader", pointer(Canonical::Bool(true))),
            (
                "responseForwarding",
                Canonical::Map(BTreeMap::from([("flushInterval".to_owned(), text("100ms"))])),
            ),
        ],
        "*dynamic.ResponseForwarding" => vec![("flushInterval", text("100ms"))],
        "*dynamic.Cookie" => vec![("path", pointer(text("/")))],
        "*dynamic.ServerHealthCheck" => vec![
            ("mode", text("http")),
            ("interval", text("30s")),
            ("timeout", text("5s")),
            ("followRedirects", pointer(Canonical::Bool(true))),
        ],
        "*dynamic.PassiveServerHealthCheck" => {
            vec![("failureWindow", text("10s")), ("maxFailedAttempts", Canonical::Integer(1))]
        }
        "*dynamic.RouterObservabilityConfig" => vec![("traceVerbosity", text("minimal"))],
        "*dynamic.WRRService" | "*dynamic.TCPWRRService" | "*dynamic.UDPWRRService" => {
            vec![("weight", pointer(Canonical::Integer(1)))]
        }
        "*dynamic.Mirroring" => {
            vec![
                ("mirrorBody", pointer(Canonical::Bool(true))),
                ("maxBodySize", pointer(Canonical::Integer(-1))),
            ]
        }
        "*dynamic.FailoverError" => vec![("maxRequestBodyBytes", pointer(Canonical::Integer(-1)))],
        "*dynamic.CircuitBreaker" => vec![
            ("checkPeriod", text("100ms")),
            ("fallbackDuration", text("10s")),
            ("recoveryDuration", text("10s")),
            ("responseCode", Canonical::Integer(503)),
        ],
        "*dynamic.Compress" => {
            vec![("encodings", Canonical::List(["gzip", "br", "zstd"].map(text).to_vec()))]
        }
        "*dynamic.ForwardAuth" => vec![("maxBodySize", pointer(Canonical::Integer(-1)))],
        "*dynamic.RateLimit" => vec![("period", text("1s")), ("burst", Canonical::Integer(1))],
        "*dynamic.Redis" => vec![
            ("endpoints", Canonical::List(vec![text("localhost:6379")])),
            ("readTimeout", pointer(text("3s"))),
            ("writeTimeout", pointer(text("3s"))),
            ("dialTimeout", pointer(text("5s"))),
        ],
        "*dynamic.Retry" => vec![("maxRequestBodyBytes", pointer(Canonical::Integer(2_097_152)))],
        "*dynamic.ForwardingTimeouts" => {
            vec![("dialTimeout", text("30s")), ("idleConnTimeout", text("90s")), ("pingTimeout", text("15s"))]
        }
        "*dynamic.ProxyProtocol" => vec![("version", Canonical::Integer(2))],
        "*dynamic.TCPServerHealthCheck" => vec![("interval", text("30s")), ("timeout", text("5s"))],
        "*dynamic.TCPServersTransport" => {
            vec![
                ("dialKeepAlive", text("15s")),
                ("dialTimeout", text("30s")),
                ("terminationDelay", text("100ms")),
            ]
        }
        "tls.Options" => {
            vec![("alpnProtocols", Canonical::List(["h2", "http/1.1", "acme-tls/1"].map(text).to_vec()))]
        }
        _ => Vec::new(),
    }
}

fn text(text: &str) -> Canonical {
    Canonical::Text(text.to_owned())
}

fn pointer(value: Canonical) -> Canonical {
    Canonical::Pointer(Box::new(value))
}
