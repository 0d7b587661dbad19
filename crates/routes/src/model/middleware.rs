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
        #[serde(with = "portolan_labels::allow_empty")]
        compress: Box<Compress>,
        #[serde(rename = "passTLSClientCert")]
        pass_tls_client_cert: Box<PassTlsClientCert>,
        retry: Box<Retry>,
        #[serde(with = "portolan_labels::allow_empty")]
        content_type: Box<ContentType>,
        grpc_web: Box<GrpcWeb>,
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
        prefix: String,
    }

    StripPrefix "*dynamic.StripPrefix" {
        prefixes: List,
        #[serde(with = "portolan_labels::pointer")]
        force_slash: bool,
    }

    StripPrefixRegex "*dynamic.StripPrefixRegex" {
        regex: List,
    }

    ReplacePath "*dynamic.ReplacePath" {
        path: String,
    }

    ReplacePathRegex "*dynamic.ReplacePathRegex" {
        regex: String,
        replacement: String,
    }

    Chain "*dynamic.Chain" {
        middlewares: List,
    }

    IpWhiteList "*dynamic.IPWhiteList" {
        source_range: List,
        #[serde(with = "portolan_labels::allow_empty")]
        ip_strategy: IpStrategy,
    }

    IpAllowList "*dynamic.IPAllowList" {
        source_range: List,
        #[serde(with = "portolan_labels::allow_empty")]
        ip_strategy: IpStrategy,
        reject_status_code: i64,
    }

    IpStrategy "*dynamic.IPStrategy" {
        depth: i64,
        #[serde(rename = "excludedIPs")]
        excluded_ips: List,
        #[serde(with = "portolan_labels::pointer")]
        ipv6_subnet: i64,
    }

    Headers "*dynamic.Headers" {
        is_development: bool,
        #[serde(with = "portolan_labels::texts")]
        custom_request_headers: Map<String>,
        #[serde(with = "portolan_labels::texts")]
        custom_response_headers: Map<String>,
        access_control_allow_credentials: bool,
        access_control_allow_headers: List,
        access_control_allow_methods: List,
        access_control_allow_origin_list: List,
        access_control_allow_origin_list_regex: List,
        access_control_expose_headers: List,
        #[serde(with = "portolan_labels::pointer")]
        access_control_max_age: i64,
        add_vary_header: bool,
        allowed_hosts: List,
        hosts_proxy_headers: List,
        #[serde(with = "portolan_labels::texts")]
        ssl_proxy_headers: Map<String>,
        #[serde(with = "portolan_labels::pointer")]
        sts_seconds: i64,
        sts_include_subdomains: bool,
        sts_preload: bool,
        #[serde(rename = "forceSTSHeader")]
        force_sts_header: bool,
        frame_deny: bool,
        custom_frame_options_value: String,
        content_type_nosniff: bool,
        browser_xss_filter: bool,
        #[serde(rename = "customBrowserXSSValue")]
        custom_browser_xss_value: String,
        content_security_policy: String,
        content_security_policy_report_only: String,
        public_key: String,
        referrer_policy: String,
        permissions_policy: String,
        #[serde(with = "portolan_labels::pointer")]
        feature_policy: String,
        #[serde(with = "portolan_labels::pointer")]
        ssl_redirect: bool,
        #[serde(with = "portolan_labels::pointer")]
        ssl_temporary_redirect: bool,
        #[serde(with = "portolan_labels::pointer")]
        ssl_host: String,
        #[serde(with = "portolan_labels::pointer")]
        ssl_force_host: bool,
    }

    EncodedCharacters "*dynamic.EncodedCharacters" {
        allow_encoded_slash: bool,
        allow_encoded_back_slash: bool,
        allow_encoded_null_character: bool,
        allow_encoded_semicolon: bool,
        allow_encoded_percent: bool,
        allow_encoded_question_mark: bool,
        allow_encoded_hash: bool,
    }

    ErrorPage "*dynamic.ErrorPage" {
        status: List,
        status_rewrites: Map<i64>,
        service: String,
        query: String,
        error_request_headers: List,
        #[serde(with = "portolan_labels::unlabelled")]
        nginx_headers: Internal,
    }

    RateLimit "*dynamic.RateLimit" {
        #[serde(with = "portolan_labels::int64")]
        average: i64,
        period: Duration,
        #[serde(with = "portolan_labels::int64")]
        burst: i64,
        source_criterion: SourceCriterion,
        redis: Redis,
    }

    Redis "*dynamic.Redis" {
        endpoints: List,
        tls: RedisTls,
        username: String,
        password: String,
        db: i64,
        pool_size: i64,
        min_idle_conns: i64,
        max_active_conns: i64,
        #[serde(with = "portolan_labels::pointer")]
        read_timeout: Duration,
        #[serde(with = "portolan_labels::pointer")]
        write_timeout: Duration,
        #[serde(with = "portolan_labels::pointer")]
        dial_timeout: Duration,
    }

    RedisTls "*types.ClientTLS" {
        ca: String,
        cert: String,
        key: String,
        insecure_skip_verify: bool,
    }

    SourceCriterion "*dynamic.SourceCriterion" {
        request_header_name: String,
        request_host: bool,
        ip_strategy: IpStrategy,
    }

    RedirectRegex "*dynamic.RedirectRegex" {
        regex: String,
        replacement: String,
        permanent: bool,
        #[serde(with = "portolan_labels::unlabelled")]
        status_code: Internal,
    }

    RedirectScheme "*dynamic.RedirectScheme" {
        scheme: String,
        port: String,
        permanent: bool,
        #[serde(with = "portolan_labels::unlabelled")]
        force_permanent_redirect: Internal,
    }

    BasicAuth "*dynamic.BasicAuth" {
        users: List,
        users_file: String,
        realm: String,
        remove_header: bool,
        header_field: String,
    }

    DigestAuth "*dynamic.DigestAuth" {
        users: List,
        users_file: String,
        remove_header: bool,
        realm: String,
        header_field: String,
    }

    ForwardAuth "*dynamic.ForwardAuth" {
        address: String,
        tls: ClientTls,
        #[serde(with = "portolan_labels::pointer")]
        trust_forward_header: bool,
        auth_response_headers: List,
        auth_response_headers_regex: String,
        auth_request_headers: List,
        add_auth_cookies_to_response: List,
        header_field: String,
        forward_body: bool,
        #[serde(with = "portolan_labels::pointer")]
        max_body_size: i64,
        #[serde(with = "portolan_labels::pointer")]
        max_response_body_size: i64,
        preserve_location_header: bool,
        preserve_request_method: bool,
        #[serde(rename = "authSigninURL")]
        auth_signin_url: String,
    }

    ClientTls "*dynamic.ClientTLS" {
        ca: String,
        cert: String,
        key: String,
        insecure_skip_verify: bool,
        #[serde(with = "portolan_labels::pointer")]
        ca_optional: bool,
    }

    InFlightReq "*dynamic.InFlightReq" {
        #[serde(with = "portolan_labels::int64")]
        amount: i64,
        source_criterion: SourceCriterion,
    }

    Buffering "*dynamic.Buffering" {
        #[serde(with = "portolan_labels::int64")]
        max_request_body_bytes: i64,
        #[serde(with = "portolan_labels::int64")]
        mem_request_body_bytes: i64,
        #[serde(with = "portolan_labels::int64")]
        max_response_body_bytes: i64,
        #[serde(with = "portolan_labels::int64")]
        mem_response_body_bytes: i64,
        retry_expression: String,
        #[serde(with = "portolan_labels::unlabelled")]
        disable_request_buffer: Internal,
        #[serde(with = "portolan_labels::unlabelled")]
        disable_response_buffer: Internal,
    }

    CircuitBreaker "*dynamic.CircuitBreaker" {
        expression: String,
        check_period: Duration,
        fallback_duration: Duration,
        recovery_duration: Duration,
        response_code: i64,
    }

    Compress "*dynamic.Compress" {
        excluded_content_types: List,
        included_content_types: List,
        min_response_body_bytes: i64,
        encodings: List,
        default_encoding: String,
    }

    PassTlsClientCert "*dynamic.PassTLSClientCert" {
        pem: bool,
        info: ClientCertificateInfo,
    }

    ClientCertificateInfo "*dynamic.TLSClientCertificateInfo" {
        not_after: bool,
        not_before: bool,
        sans: bool,
        serial_number: bool,
        subject: SubjectInfo,
        issuer: IssuerInfo,
    }

    SubjectInfo "*dynamic.TLSClientCertificateSubjectDNInfo" {
        country: bool,
        province: bool,
        locality: bool,
        organization: bool,
        organizational_unit: bool,
        common_name: bool,
        serial_number: bool,
        domain_component: bool,
    }

    IssuerInfo "*dynamic.TLSClientCertificateIssuerDNInfo" {
        country: bool,
        province: bool,
        locality: bool,
        organization: bool,
        common_name: bool,
        serial_number: bool,
        domain_component: bool,
    }

    Retry "*dynamic.Retry" {
        attempts: i64,
        initial_interval: Duration,
        timeout: Duration,
        #[serde(with = "portolan_labels::pointer")]
        max_request_body_bytes: i64,
        status: List,
        disable_retry_on_network_error: bool,
        retry_non_idempotent_method: bool,
    }

    ContentType "*dynamic.ContentType" {
        #[serde(with = "portolan_labels::pointer")]
        auto_detect: bool,
    }

    GrpcWeb "*dynamic.GrpcWeb" {
        allow_origins: List,
    }
}
