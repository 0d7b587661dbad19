use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned};

/// An answer of HTTP.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Status line and headers.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.into_iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The backend that answered.
    pub(crate) fn backend(&self) -> &str {
        self.header("X-Backend").unwrap_or_default()
    }
}

fn connect(server: SocketAddr) -> Result<TcpStream> {
    // Whoever asks too early may get no answer, and asks again.
    let limit = Duration::from_secs(10);
    let stream = TcpStream::connect_timeout(&server, limit)?;
    stream.set_read_timeout(Some(limit))?;
    Ok(stream)
}

/// Asks for a path of a host, with further header lines.
pub(crate) fn get(server: SocketAddr, host: &str, path: &str, headers: &[&str]) -> Result<Answer> {
    ask(connect(server)?, host, path, headers)
}

fn ask(mut stream: impl Read + Write, host: &str, path: &str, headers: &[&str]) -> Result<Answer> {
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\n{headers}\r\n")?;
    stream.flush()?;
    let mut answer = Vec::new();
    // Some servers end a TLS connection without a word.
    let read = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) =
        answer.split_once("\r\n\r\n").with_context(|| format!("no HTTP in `{answer}`: {read:?}"))?;
    let status = head.split_whitespace().nth(1).and_then(|status| status.parse().ok());
    let status = status.with_context(|| format!("no status in `{head}`"))?;
    Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
}

/// The same over TLS, with the host as the name that is asked for; and the certificate that was shown.
pub(crate) fn get_secure(server: SocketAddr, host: &str, path: &str) -> Result<(Answer, Vec<u8>)> {
    let mut stream = secure(server, host)?;
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    let certificate = stream.conn.peer_certificates().and_then(|chain| chain.first());
    let certificate = certificate.map(|certificate| certificate.to_vec()).unwrap_or_default();
    Ok((ask(stream, host, path, &[])?, certificate))
}

/// Says a line over TLS and gives what comes back.
pub(crate) fn say_secure(server: SocketAddr, host: &str, line: &str) -> Result<String> {
    exchange(secure(server, host)?, line)
}

/// Says a line and gives what comes back.
pub(crate) fn say(server: SocketAddr, line: &str) -> Result<String> {
    exchange(connect(server)?, line)
}

fn exchange(mut stream: impl Read + Write, line: &str) -> Result<String> {
    stream.write_all(format!("{line}\n").as_bytes())?;
    stream.flush()?;
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    anyhow::ensure!(!answer.is_empty(), "nothing came back: {read:?}");
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn secure(server: SocketAddr, host: &str) -> Result<StreamOwned<ClientConnection, TcpStream>> {
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let config = config.dangerous().with_custom_certificate_verifier(Arc::new(AnyCertificate));
    let name = ServerName::try_from(host.to_owned())?;
    let connection = ClientConnection::new(Arc::new(config.with_no_client_auth()), name)?;
    Ok(StreamOwned::new(connection, connect(server)?))
}

/// Whose certificate it is, the test looks at by itself.
#[derive(Debug)]
struct AnyCertificate;

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
