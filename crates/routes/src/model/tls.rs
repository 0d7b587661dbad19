use super::{List, Map, model};

model! {
    /// Certificates, and how TLS connections are made.
    Tls "*dynamic.TLSConfiguration" {
        #[serde(with = "portolan_labels::unlabelled")]
        certificates: Vec<StoredCertificate>,
        #[serde(with = "portolan_labels::unlabelled")]
        options: Map<TlsOptions>,
        stores: Map<TlsStore>,
    }

    /// A certificate and the stores that it is in. Both files as a path or as content.
    StoredCertificate "tls.CertAndStores" {
        cert_file: String,
        key_file: String,
        stores: List,
    }

    /// A certificate. Both files as a path or as content.
    Certificate "tls.Certificate" {
        cert_file: String,
        key_file: String,
    }

    /// What a TLS connection must be like.
    TlsOptions "tls.Options" {
        min_version: String,
        max_version: String,
        cipher_suites: List,
        curve_preferences: List,
        client_auth: ClientAuth,
        sni_strict: bool,
        #[serde(rename = "alpnProtocols")]
        alpn_protocols: List,
        disable_session_tickets: bool,
        #[serde(with = "portolan_labels::pointer")]
        prefer_server_cipher_suites: bool,
    }

    ClientAuth "tls.ClientAuth" {
        ca_files: List,
        client_auth_type: String,
    }

    /// Where Traefik looks for a certificate. Only the store named `default` is used.
    TlsStore "tls.Store" {
        #[serde(with = "portolan_labels::unlabelled")]
        default_certificate: Certificate,
        default_generated_cert: GeneratedCert,
    }

    /// A default certificate that a resolver gets.
    GeneratedCert "*tls.GeneratedCert" {
        /// The resolver that gets the default certificate. For example `letsencrypt`.
        resolver: String,
        domain: Domain,
    }

    /// A name and the further names of one certificate.
    Domain "*types.Domain" {
        /// The name that the certificate is for. For example `example.com`.
        main: String,
        /// Further names of the same certificate. For example `www.example.com, *.example.com`.
        sans: List,
    }

    /// A name that a server's certificate must bear.
    PeerCertSan "dynamic.PeerCertSAN" {
        #[serde(rename = "type")]
        kind: String,
        value: String,
    }

    /// Identities of the SPIFFE kind that a server must have.
    Spiffe "*dynamic.Spiffe" {
        ids: List,
        trust_domain: String,
    }
}
