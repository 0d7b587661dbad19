use portolan_labels::aliased::Grammar;

/// The labels of the dialect that select no route, and those that give a field of each.
pub(crate) const GRAMMAR: Grammar = Grammar {
    root: "proxy",
    reserved: &[
        "aliases",
        "exclude",
        "network",
        "idle_timeout",
        "wake_timeout",
        "stop_method",
        "stop_timeout",
        "stop_signal",
        "start_endpoint",
        "depends_on",
        "no_loading_page",
    ],
    // In the order in which GoDoxy takes them.
    shortcuts: &[
        ("ports", "port"),
        ("protos", "scheme"),
        ("protocols", "scheme"),
        ("schemes", "scheme"),
        ("hosts", "host"),
        ("binds", "bind"),
        ("roots", "root"),
        ("spas", "spa"),
        ("indexes", "index"),
        ("no_tls_verifies", "no_tls_verify"),
        ("response_header_timeouts", "response_header_timeout"),
        ("max_conns_per_hosts", "max_conns_per_host"),
        ("disable_compressions", "disable_compression"),
        ("ssl_server_names", "ssl_server_name"),
        ("ssl_trusted_certificates", "ssl_trusted_certificate"),
        ("ssl_certificates", "ssl_certificate"),
        ("ssl_certificate_keys", "ssl_certificate_key"),
        ("agents", "agent"),
        ("inbound_mtls_profiles", "inbound_mtls_profile"),
        ("rule_files", "rule_file"),
        ("tls_terminations", "tls_termination"),
        ("proxy_protocol_headers", "relay_proxy_protocol_header"),
    ],
};
