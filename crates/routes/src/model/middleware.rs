use portolan_labels::{Duration, Raw};

use super::{Internal, List, Map, model};

model! {
    /// What happens to a request on its way to the service, and to the answer: one kind of middleware.
    Middleware "*dynamic.Middleware" {
        add_prefix: Box<AddPrefix>,
        strip_prefix: Box<StripPrefix>,
        strip_prefix_regex: Box<StripPrefixRegex>,
        replace_path: Box<ReplacePath>,
        replace_path_regex: Box<ReplacePathRegex>,
        chain: Box<Chain>,
        ip_white_list: Box<IpWhiteList>,
        ip_allow_list: Box<IpAllowList>,
        headers: Box<Headers>,
        encoded_characters: Box<EncodedCharacters>,
        errors: Box<ErrorPage>,
        rate_limit: Box<RateLimit>,
        redirect_regex: Box<RedirectRegex>,
        redirect_scheme: Box<RedirectScheme>,
        basic_auth: Box<BasicAuth>,
        digest_auth: Box<DigestAuth>,
        forward_auth: Box<ForwardAuth>,
        in_flight_req: Box<InFlightReq>,
        buffering: Box<Buffering>,
        circuit_breaker: Box<CircuitBreaker>,
        /// Whether answers are compressed, if the client can read them. For example `true`.
        #[serde(with = "portolan_labels::allow_empty")]
        compress: Box<Compress>,
        #[serde(rename = "passTLSClientCert")]
        pass_tls_client_cert: Box<PassTlsClientCert>,
        retry: Box<Retry>,
        /// Whether Traefik guesses the type of answers that have none. For example `true`.
        #[serde(with = "portolan_labels::allow_empty")]
        content_type: Box<ContentType>,
        grpc_web: Box<GrpcWeb>,
        /// A setting of the plugin that the static configuration calls PLUGIN. For example `value`.
        plugin: Map<Raw>,
        #[serde(with = "portolan_labels::unlabelled")]
        request_header_modifier: Internal,
        #[serde(with = "portolan_labels::unlabelled")]
        response_header_modifier: Internal,
        #[serde(with = "portolan_labels::unlabelled")]
        request_redirect: Internal,
        #[serde(rename = "URLRewrite", with = "portolan_labels::unlabelled")]
        url_rewrite: Internal,
        #[serde(rename = "authTLSPassCertificateToUpstream", with = "portolan_labels::unlabelled")]
        auth_tls_pass_certificate_to_upstream: Internal,
        #[serde(with = "portolan_labels::unlabelled")]
        snippet: Internal,
        #[serde(with = "portolan_labels::unlabelled")]
        rewrite_target: Internal,
        #[serde(rename = "upstreamVHost", with = "portolan_labels::unlabelled")]
        upstream_v_host: Internal,
        #[serde(with = "portolan_labels::unlabelled")]
        app_root: Internal,
    }

    AddPrefix "*dynamic.AddPrefix" {
        /// What is put before the path. For example `/api`.
        prefix: String,
    }

    StripPrefix "*dynamic.StripPrefix" {
        /// Of these, the first that the path begins with is taken away. For example `/api, /v1`.
        prefixes: List,
        /// Deprecated: whether an empty path becomes `/`. For example `true`.
        #[serde(with = "portolan_labels::pointer")]
        force_slash: bool,
    }

    StripPrefixRegex "*dynamic.StripPrefixRegex" {
        /// The beginning of the path that one of these matches is taken away. For example `/v[0-9]+/`.
        regex: List,
    }

    ReplacePath "*dynamic.ReplacePath" {
        /// The path that takes the place of any other; the old one is kept in `X-Replaced-Path`. For example `/maintenance`.
        path: String,
    }

    ReplacePathRegex "*dynamic.ReplacePathRegex" {
        /// Which part of the path is replaced. For example `^/old/(.*)`.
        regex: String,
        /// By what; `$1` is what the first parentheses matched. For example `/new/$1`.
        replacement: String,
    }

    Chain "*dynamic.Chain" {
        /// The middlewares that it stands for, in this order. For example `basicauth, compress`.
        middlewares: List,
    }

    IpWhiteList "*dynamic.IPWhiteList" {
        /// Deprecated with `ipwhitelist`: use `ipallowlist`. For example `192.0.2.0/24`.
        source_range: List,
        /// Deprecated with `ipwhitelist`. For example `true`.
        #[serde(with = "portolan_labels::allow_empty")]
        ip_strategy: IpStrategy,
    }

    IpAllowList "*dynamic.IPAllowList" {
        /// The addresses and networks that may come in. For example `192.0.2.0/24, 2001:db8::/32`.
        source_range: List,
        /// How the client's address is found; alone it changes nothing. For example `true`.
        #[serde(with = "portolan_labels::allow_empty")]
        ip_strategy: IpStrategy,
        /// The status that all others get; default 403. For example `404`.
        reject_status_code: i64,
    }

    IpStrategy "*dynamic.IPStrategy" {
        /// The client is this item of `X-Forwarded-For`, counted from the right; 0 does not look at the header. For example `1`.
        depth: i64,
        /// The client is the first item from the right that is none of these. For example `192.0.2.1, 192.0.2.2`.
        #[serde(rename = "excludedIPs")]
        excluded_ips: List,
        /// How many bits of an IPv6 address are compared. For example `64`.
        #[serde(with = "portolan_labels::pointer")]
        ipv6_subnet: i64,
    }

    Headers "*dynamic.Headers" {
        /// Whether what is for production alone is left out: checks of the host, redirects and `Strict-Transport-Security`. For example `true`.
        is_development: bool,
        /// A header that the server sees, called KEY; an empty value removes it. For example `https`.
        #[serde(with = "portolan_labels::texts")]
        custom_request_headers: Map<String>,
        /// A header that the client sees, called KEY; an empty value removes it. For example `noindex`.
        #[serde(with = "portolan_labels::texts")]
        custom_response_headers: Map<String>,
        /// Whether other sites may send credentials along. For example `true`.
        access_control_allow_credentials: bool,
        /// Headers that other sites may send. For example `Content-Type, Authorization`.
        access_control_allow_headers: List,
        /// Methods that other sites may use. For example `GET, POST`.
        access_control_allow_methods: List,
        /// Sites that may read the answers. For example `https://www.example.com`.
        access_control_allow_origin_list: List,
        /// The same, as regular expressions. For example `^https://.*\.example\.com$`.
        access_control_allow_origin_list_regex: List,
        /// Headers of the answer that other sites may read. For example `ETag`.
        access_control_expose_headers: List,
        /// How many seconds a browser may remember all that. For example `600`.
        #[serde(with = "portolan_labels::pointer")]
        access_control_max_age: i64,
        /// Whether caches are told that answers depend on `Origin`. For example `true`.
        add_vary_header: bool,
        /// The hosts that may be asked for; all others get an error. For example `web.example.com`.
        allowed_hosts: List,
        /// Headers that may hold that host, looked at before the request's own. For example `X-Forwarded-Host`.
        hosts_proxy_headers: List,
        /// A header called KEY that with this value says that the client came by TLS. For example `https`.
        #[serde(with = "portolan_labels::texts")]
        ssl_proxy_headers: Map<String>,
        /// For how many seconds browsers come by TLS alone; 0 says nothing. For example `31536000`.
        #[serde(with = "portolan_labels::pointer")]
        sts_seconds: i64,
        /// Whether that holds for all names below. For example `true`.
        sts_include_subdomains: bool,
        /// Whether browsers may have that built in. For example `true`.
        sts_preload: bool,
        /// Whether it is said without TLS too. For example `true`.
        #[serde(rename = "forceSTSHeader")]
        force_sts_header: bool,
        /// Whether no page may show it in a frame. For example `true`.
        frame_deny: bool,
        /// Which pages may, as the value of `X-Frame-Options`; overrides `framedeny`. For example `SAMEORIGIN`.
        custom_frame_options_value: String,
        /// Whether browsers keep to the type that they are told. For example `true`.
        content_type_nosniff: bool,
        /// Whether old browsers look for scripts that were smuggled in. For example `true`.
        browser_xss_filter: bool,
        /// The value of `X-XSS-Protection`; overrides `browserxssfilter`. For example `1; mode=block`.
        #[serde(rename = "customBrowserXSSValue")]
        custom_browser_xss_value: String,
        /// The value of `Content-Security-Policy`. For example `default-src 'self'`.
        content_security_policy: String,
        /// The same, which browsers report and do not hold to. For example `default-src 'self'`.
        content_security_policy_report_only: String,
        /// The value of `Public-Key-Pins`, which browsers no longer read. For example `pin-sha256="AAAA"; max-age=60`.
        public_key: String,
        /// How much other sites are told of where a user comes from. For example `same-origin`.
        referrer_policy: String,
        /// What pages may use of the browser. For example `camera=(), microphone=()`.
        permissions_policy: String,
        /// Deprecated: use `permissionspolicy`. For example `camera 'none'`.
        #[serde(with = "portolan_labels::pointer")]
        feature_policy: String,
        /// Deprecated: use the middleware `redirectscheme`. For example `true`.
        #[serde(with = "portolan_labels::pointer")]
        ssl_redirect: bool,
        /// Deprecated: use the middleware `redirectscheme`. For example `true`.
        #[serde(with = "portolan_labels::pointer")]
        ssl_temporary_redirect: bool,
        /// Deprecated: use the middleware `redirectregex`. For example `web.example.com`.
        #[serde(with = "portolan_labels::pointer")]
        ssl_host: String,
        /// Deprecated: use the middleware `redirectregex`. For example `true`.
        #[serde(with = "portolan_labels::pointer")]
        ssl_force_host: bool,
    }

    EncodedCharacters "*dynamic.EncodedCharacters" {
        /// Whether a path may have `%2F`. For example `true`.
        allow_encoded_slash: bool,
        /// Whether a path may have `%5C`. For example `true`.
        allow_encoded_back_slash: bool,
        /// Whether a path may have `%00`. For example `true`.
        allow_encoded_null_character: bool,
        /// Whether a path may have `%3B`. For example `true`.
        allow_encoded_semicolon: bool,
        /// Whether a path may have `%25`. For example `true`.
        allow_encoded_percent: bool,
        /// Whether a path may have `%3F`. For example `true`.
        allow_encoded_question_mark: bool,
        /// Whether a path may have `%23`. For example `true`.
        allow_encoded_hash: bool,
    }

    ErrorPage "*dynamic.ErrorPage" {
        /// Answers with such a status are replaced. For example `404, 500-599`.
        status: List,
        /// The status that an answer with the status KEY, or one of a range such as `500-503`, gets. For example `404`.
        status_rewrites: Map<i64>,
        /// The service that has the pages. For example `web`.
        service: String,
        /// The path of the page; `{status}` and `{url}` are filled in. For example `/{status}.html`.
        query: String,
        /// Headers of the request that this service sees too. For example `Accept-Language`.
        error_request_headers: List,
        #[serde(with = "portolan_labels::unlabelled")]
        nginx_headers: Internal,
    }

    RateLimit "*dynamic.RateLimit" {
        /// How many requests there may be in a `period`, on the average, of one address unless `sourcecriterion` says of what; 0 sets no limit. For example `100`.
        #[serde(with = "portolan_labels::int64")]
        average: i64,
        /// That time; default `1s`. For example `1m`.
        period: Duration,
        /// How many may come at once; default 1. For example `50`.
        #[serde(with = "portolan_labels::int64")]
        burst: i64,
        source_criterion: SourceCriterion,
        redis: Redis,
    }

    Redis "*dynamic.Redis" {
        /// Where several Traefiks count together: addresses of Redis; default `localhost:6379`. For example `redis:6379`.
        endpoints: List,
        tls: RedisTls,
        /// Who signs in there. For example `traefik`.
        username: String,
        /// By which password. For example `secret`.
        password: String,
        /// The number of the database. For example `1`.
        db: i64,
        /// How many connections there may be at once; 0 lets the client decide. For example `10`.
        pool_size: i64,
        /// How many of them stay open. For example `2`.
        min_idle_conns: i64,
        /// How many there may be in all; 0 sets no limit. For example `20`.
        max_active_conns: i64,
        /// How long an answer may take; default `3s`. For example `1s`.
        #[serde(with = "portolan_labels::pointer")]
        read_timeout: Duration,
        /// How long sending may take; default `3s`. For example `1s`.
        #[serde(with = "portolan_labels::pointer")]
        write_timeout: Duration,
        /// How long connecting may take; default `5s`. For example `1s`.
        #[serde(with = "portolan_labels::pointer")]
        dial_timeout: Duration,
    }

    RedisTls "*types.ClientTLS" {
        /// The authority that has signed the server's certificate: a file. For example `/certs/ca.pem`.
        ca: String,
        /// Traefik's own certificate: a file. For example `/certs/cert.pem`.
        cert: String,
        /// The private key of that: a file. For example `/certs/key.pem`.
        key: String,
        /// Whether any certificate is taken. For example `true`.
        insecure_skip_verify: bool,
    }

    SourceCriterion "*dynamic.SourceCriterion" {
        /// All requests with the same value of this header are counted together. For example `X-User`.
        request_header_name: String,
        /// All requests for the same host are counted together. For example `true`.
        request_host: bool,
        ip_strategy: IpStrategy,
    }

    RedirectRegex "*dynamic.RedirectRegex" {
        /// Which requests are redirected, by their whole URL. For example `^https://www\.(.*)`.
        regex: String,
        /// Whither; `$1` is what the first parentheses matched. For example `https://$1`.
        replacement: String,
        /// Whether browsers may remember it. For example `true`.
        permanent: bool,
        #[serde(with = "portolan_labels::unlabelled")]
        status_code: Internal,
    }

    RedirectScheme "*dynamic.RedirectScheme" {
        /// The scheme that requests are redirected to. For example `https`.
        scheme: String,
        /// The port, where it is not the scheme's own. For example `8443`.
        port: String,
        /// Whether browsers may remember it. For example `true`.
        permanent: bool,
        #[serde(with = "portolan_labels::unlabelled")]
        force_permanent_redirect: Internal,
    }

    BasicAuth "*dynamic.BasicAuth" {
        /// Who may come in: names with the hash of the password that `htpasswd` prints. For example `admin:$apr1$H6uskkkW$IgXLP6ewTrSuBkTrqE8wj/`.
        users: List,
        /// A file with such lines. For example `/etc/traefik/users`.
        users_file: String,
        /// What users are asked to sign in to; default `traefik`. For example `intranet`.
        realm: String,
        /// Whether the server does not see the header `Authorization`. For example `true`.
        remove_header: bool,
        /// The header that tells the server who it is. For example `X-User`.
        header_field: String,
    }

    DigestAuth "*dynamic.DigestAuth" {
        /// Who may come in: `NAME:REALM:HASH`, as `htdigest` prints it. For example `admin:traefik:a2688e031edb4be6a3797f3882655c05`.
        users: List,
        /// A file with such lines. For example `/etc/traefik/users`.
        users_file: String,
        /// Whether the server does not see the header `Authorization`. For example `true`.
        remove_header: bool,
        /// What users are asked to sign in to; default `traefik`. For example `traefik`.
        realm: String,
        /// The header that tells the server who it is. For example `X-User`.
        header_field: String,
    }

    ForwardAuth "*dynamic.ForwardAuth" {
        /// Whom Traefik asks about each request; any status from 200 to 299 lets it in. For example `http://auth:4181/verify`.
        address: String,
        tls: ClientTls,
        /// Whether headers `X-Forwarded-*` that came with the request are passed on. For example `true`.
        #[serde(with = "portolan_labels::pointer")]
        trust_forward_header: bool,
        /// Headers of that answer that the server sees. For example `X-User, X-Groups`.
        auth_response_headers: List,
        /// The same, by a regular expression. For example `^X-Auth-`.
        auth_response_headers_regex: String,
        /// The headers that are passed to whom is asked; without it, all. For example `Accept, Cookie`.
        auth_request_headers: List,
        /// Cookies of that answer that the client gets. For example `session`.
        add_auth_cookies_to_response: List,
        /// The header that tells who it is, for the log. For example `X-User`.
        header_field: String,
        /// Whether the request's body is passed on too. For example `true`.
        forward_body: bool,
        /// The most bytes of it; default -1, no limit. For example `1048576`.
        #[serde(with = "portolan_labels::pointer")]
        max_body_size: i64,
        /// The most bytes of the answer. For example `65536`.
        #[serde(with = "portolan_labels::pointer")]
        max_response_body_size: i64,
        /// Whether `Location` of the answer stays as it is. For example `true`.
        preserve_location_header: bool,
        /// Whether the method of the request is used, rather than GET. For example `true`.
        preserve_request_method: bool,
        /// Where those are sent who must sign in. For example `https://auth.example.com/signin`.
        #[serde(rename = "authSigninURL")]
        auth_signin_url: String,
    }

    ClientTls "*dynamic.ClientTLS" {
        /// The authority that has signed the server's certificate: a file. For example `/certs/ca.pem`.
        ca: String,
        /// Traefik's own certificate: a file. For example `/certs/cert.pem`.
        cert: String,
        /// The private key of that: a file. For example `/certs/key.pem`.
        key: String,
        /// Whether any certificate is taken. For example `true`.
        insecure_skip_verify: bool,
        /// Deprecated: it has no effect. For example `true`.
        #[serde(with = "portolan_labels::pointer")]
        ca_optional: bool,
    }

    InFlightReq "*dynamic.InFlightReq" {
        /// How many requests may be under way at once, of one host unless `sourcecriterion` says of what. For example `10`.
        #[serde(with = "portolan_labels::int64")]
        amount: i64,
        source_criterion: SourceCriterion,
    }

    Buffering "*dynamic.Buffering" {
        /// The most bytes of a request's body; 0 sets no limit. For example `2000000`.
        #[serde(with = "portolan_labels::int64")]
        max_request_body_bytes: i64,
        /// From how many bytes on it is kept on the disk; default 1 MiB. For example `500000`.
        #[serde(with = "portolan_labels::int64")]
        mem_request_body_bytes: i64,
        /// The most bytes of an answer's body; 0 sets no limit. For example `2000000`.
        #[serde(with = "portolan_labels::int64")]
        max_response_body_bytes: i64,
        /// From how many bytes on it is kept on the disk; default 1 MiB. For example `500000`.
        #[serde(with = "portolan_labels::int64")]
        mem_response_body_bytes: i64,
        /// When a request is sent again. For example `IsNetworkError() && Attempts() < 2`.
        retry_expression: String,
        #[serde(with = "portolan_labels::unlabelled")]
        disable_request_buffer: Internal,
        #[serde(with = "portolan_labels::unlabelled")]
        disable_response_buffer: Internal,
    }

    CircuitBreaker "*dynamic.CircuitBreaker" {
        /// When requests are refused because too many fail. For example `NetworkErrorRatio() > 0.30`.
        expression: String,
        /// How often that is looked at; default `100ms`. For example `1s`.
        check_period: Duration,
        /// For how long they are refused; default `10s`. For example `30s`.
        fallback_duration: Duration,
        /// For how long afterwards only some are let through; default `10s`. For example `30s`.
        recovery_duration: Duration,
        /// The status that refused ones get; default 503. For example `429`.
        response_code: i64,
    }

    Compress "*dynamic.Compress" {
        /// Types that are not. For example `text/event-stream`.
        excluded_content_types: List,
        /// Types that are, and no others. For example `text/html, application/json`.
        included_content_types: List,
        /// From how many bytes on; default 1024. For example `1200`.
        min_response_body_bytes: i64,
        /// How, the first that the client takes; default `gzip, br, zstd`. For example `zstd, gzip`.
        encodings: List,
        /// How, where the client does not say what it takes. For example `gzip`.
        default_encoding: String,
    }

    PassTlsClientCert "*dynamic.PassTLSClientCert" {
        /// Whether the server sees the client's whole certificate, in `X-Forwarded-Tls-Client-Cert`. For example `true`.
        pem: bool,
        info: ClientCertificateInfo,
    }

    ClientCertificateInfo "*dynamic.TLSClientCertificateInfo" {
        /// Whether it sees until when the certificate holds; this and all below in `X-Forwarded-Tls-Client-Cert-Info`. For example `true`.
        not_after: bool,
        /// Whether it sees from when on. For example `true`.
        not_before: bool,
        /// Whether it sees the further names. For example `true`.
        sans: bool,
        /// Whether it sees the serial number. For example `true`.
        serial_number: bool,
        subject: SubjectInfo,
        issuer: IssuerInfo,
    }

    SubjectInfo "*dynamic.TLSClientCertificateSubjectDNInfo" {
        /// Whether it sees the country of whom the certificate is for. For example `true`.
        country: bool,
        /// The same of the province. For example `true`.
        province: bool,
        /// The same of the place. For example `true`.
        locality: bool,
        /// The same of the organization. For example `true`.
        organization: bool,
        /// The same of the unit in it. For example `true`.
        organizational_unit: bool,
        /// The same of the name. For example `true`.
        common_name: bool,
        /// The same of the serial number. For example `true`.
        serial_number: bool,
        /// The same of the domain. For example `true`.
        domain_component: bool,
    }

    IssuerInfo "*dynamic.TLSClientCertificateIssuerDNInfo" {
        /// Whether it sees the country of who signed the certificate. For example `true`.
        country: bool,
        /// The same of the province. For example `true`.
        province: bool,
        /// The same of the place. For example `true`.
        locality: bool,
        /// The same of the organization. For example `true`.
        organization: bool,
        /// The same of the name. For example `true`.
        common_name: bool,
        /// The same of the serial number. For example `true`.
        serial_number: bool,
        /// The same of the domain. For example `true`.
        domain_component: bool,
    }

    Retry "*dynamic.Retry" {
        /// How often a request is sent before its failure is told. For example `4`.
        attempts: i64,
        /// The wait before the second time, which then grows. For example `100ms`.
        initial_interval: Duration,
        /// How long all of that may take; 0 sets no limit. For example `10s`.
        timeout: Duration,
        /// Up to how many bytes of body a request is kept to be sent again; default 2 MiB. For example `65536`.
        #[serde(with = "portolan_labels::pointer")]
        max_request_body_bytes: i64,
        /// Answers with such a status count as failures too. For example `502, 504`.
        status: List,
        /// Whether failures of the network don't count. For example `true`.
        disable_retry_on_network_error: bool,
        /// Whether POST and others that change something are sent again too. For example `true`.
        retry_non_idempotent_method: bool,
    }

    ContentType "*dynamic.ContentType" {
        /// Deprecated: the middleware alone turns it on. For example `true`.
        #[serde(with = "portolan_labels::pointer")]
        auto_detect: bool,
    }

    GrpcWeb "*dynamic.GrpcWeb" {
        /// The sites that may call gRPC from a browser. For example `https://www.example.com`.
        allow_origins: List,
    }
}
