//! The server over real sockets and TLS, before an engine's socket at which this test listens to see what comes through.
#![expect(clippy::unwrap_used, reason = "all of it is test code, and a test may panic")]

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use portolan_agent::{Agent, Certificates, Error, Identity};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio_rustls::TlsConnector;

const PATIENCE: Duration = Duration::from_secs(60);

/// What an engine would answer, by the path.
fn engine_answer(path: &str) -> (u16, String) {
    match path {
        "/_ping" => (200, "OK".to_owned()),
        "/v1.47/containers/web/json" => (
            200,
            r#"{"Id":"1","Config":{"Env":["PASSWORD=hunter2"],"Labels":{"traefik.enable":"true"}}}"#
                .to_owned(),
        ),
        "/events" => (200, "{\"Action\":\"exec_start: hunter2\"}\n{\"Action\":\"start\"}\n".to_owned()),
        "/version" => (200, "<html>".to_owned()),
        _ => (404, r#"{"message":"No such container"}"#.to_owned()),
    }
}

/// An agent, the socket before which it stands, and its certificates.
struct Scene {
    directory: TempDir,
    address: SocketAddr,
    /// The first line of each request that came through.
    came: Arc<Mutex<Vec<String>>>,
}

impl Scene {
    async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        let made =
            Certificates::make(&["localhost".to_owned(), "127.0.0.1".to_owned()], SystemTime::now()).unwrap();
        let other = Certificates::make(&["localhost".to_owned()], SystemTime::now()).unwrap();
        for (name, text) in [
            ("ca.pem", &made.authority),
            ("cert.pem", &made.agent.certificate),
            ("key.pem", &made.agent.key),
            ("client.pem", &made.client.certificate),
            ("client-key.pem", &made.client.key),
            ("stranger.pem", &other.client.certificate),
            ("stranger-key.pem", &other.client.key),
        ] {
            put(&at.join(name), text);
        }
        let came = Arc::new(Mutex::new(Vec::new()));
        let listener = UnixListener::bind(at.join("engine.sock")).unwrap();
        let seen = Arc::clone(&came);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(respond(connection, Arc::clone(&seen)));
            }
        });
        let identity = Identity::read(&at.join("ca.pem"), &at.join("cert.pem"), &at.join("key.pem")).unwrap();
        let agent = Agent::bind(([127, 0, 0, 1], 0).into(), &identity, at.join("engine.sock")).await.unwrap();
        let address = agent.address();
        tokio::spawn(agent.run());
        Self { directory, address, came }
    }

    /// The whole answer to this text, as the client of this certificate; `None` for one without.
    async fn ask(&self, client: Option<&str>, request: &str) -> Result<String, String> {
        let at = self.directory.path();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(at.join("ca.pem")).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_root_certificates(roots);
        let config = match client {
            None => config.with_no_client_auth(),
            Some(name) => {
                let certificate = CertificateDer::from_pem_file(at.join(format!("{name}.pem"))).unwrap();
                let key = PrivateKeyDer::from_pem_file(at.join(format!("{name}-key.pem"))).unwrap();
                config.with_client_auth_cert(vec![certificate], key).unwrap()
            }
        };
        let exchange = async {
            let stream = TcpStream::connect(self.address).await?;
            let connector = TlsConnector::from(Arc::new(config));
            let mut stream = connector.connect(ServerName::try_from("localhost").unwrap(), stream).await?;
            stream.write_all(request.as_bytes()).await?;
            let mut answer = Vec::new();
            let read = stream.read_to_end(&mut answer).await;
            // A server that closes without ceremony after an answer is no matter.
            if answer.is_empty() {
                read.map(|_| String::new())
            } else {
                Ok(String::from_utf8_lossy(&answer).into())
            }
        };
        let exchange = tokio::time::timeout(PATIENCE, exchange).await.unwrap();
        exchange.map_err(|error: std::io::Error| error.to_string())
    }

    async fn get(&self, method: &str, target: &str) -> String {
        let request = format!("{method} {target} HTTP/1.1\r\nHost: agent\r\nConnection: close\r\n\r\n");
        self.ask(Some("client"), &request).await.unwrap()
    }

    fn came(&self) -> Vec<String> {
        self.came.lock().unwrap().clone()
    }
}

async fn respond(mut connection: UnixStream, seen: Arc<Mutex<Vec<String>>>) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let Ok(byte) = connection.read_u8().await else { return };
        request.push(byte);
    }
    let request = String::from_utf8(request).unwrap();
    let line = request.lines().next().unwrap().to_owned();
    let path = line.split([' ', '?']).nth(1).unwrap().to_owned();
    let is_head = line.starts_with("HEAD");
    seen.lock().unwrap().push(line);
    let (status, body) = engine_answer(&path);
    let length = body.len();
    let body = if is_head { String::new() } else { body };
    let answer = format!(
        "HTTP/1.1 {status} Word\r\nContent-Length: {length}\r\nApi-Version: 1.47\r\nX-Own: 1\r\n\r\n{body}"
    );
    let _ = connection.write_all(answer.as_bytes()).await;
}

#[expect(clippy::disallowed_methods, reason = "files of the test's own, which nobody else reads")]
fn put(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
}

#[tokio::test]
async fn what_reads_containers_goes_through_without_secrets() {
    let scene = Scene::start().await;
    let answer = scene.get("GET", "/_ping").await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("OK"), "{answer}");
    assert!(answer.contains("api-version: 1.47") && !answer.contains("x-own"), "{answer}");
    let answer = scene.get("HEAD", "/_ping").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");

    let answer = scene.get("GET", "/v1.47/containers/web/json").await;
    assert!(answer.contains("PASSWORD=***") && answer.contains("traefik.enable"), "{answer}");
    let answer = scene.get("GET", "/events?since=1").await;
    assert!(
        answer.contains("exec_start") && answer.contains("\"start\"") && !answer.contains("hunter2"),
        "{answer}"
    );
    let answer = scene.get("GET", "/v1.47/containers/none/json").await;
    assert!(answer.starts_with("HTTP/1.1 404 ") && answer.contains("No such container"), "{answer}");
    let answer = scene.get("GET", "/version").await;
    assert!(answer.starts_with("HTTP/1.1 502 ") && answer.contains("no JSON"), "{answer}");
    assert_eq!(scene.came().len(), 6);
    assert_eq!(scene.came()[2], "GET /v1.47/containers/web/json HTTP/1.1");
}

#[tokio::test]
async fn all_else_is_refused_and_does_not_reach_the_engine() {
    let scene = Scene::start().await;
    for (method, target) in [
        ("POST", "/containers/create"),
        ("POST", "/v1.47/containers/web/exec"),
        ("DELETE", "/v1.47/containers/web"),
        ("PUT", "/v1.47/containers/web/archive?path=/"),
        ("GET", "/v1.47/containers/web/archive?path=/etc/shadow"),
        ("GET", "/v1.47/containers/web/logs?stdout=1"),
        ("GET", "/v1.47/containers/json?size=1"),
        ("GET", "/v1.47/images/json"),
        ("GET", "/v1.47/secrets"),
        ("GET", "/containers/../images/json"),
        ("GET", "/containers/%2e%2e/json"),
        ("GET", "//containers/json"),
        ("GET", "http://engine/containers/json"),
        ("OPTIONS", "*"),
        ("CONNECT", "engine:80"),
    ] {
        let answer = scene.get(method, target).await;
        assert!(answer.starts_with("HTTP/1.1 403 "), "{method} {target}: {answer}");
        assert!(answer.contains("\"message\""), "{method} {target}: {answer}");
    }
    let body = "GET /_ping HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx";
    let answer = scene.ask(Some("client"), body).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 403 ") && answer.contains("has a body"), "{answer}");
    // Two requests in one: what stands behind the first is judged by itself.
    let two =
        "GET /_ping HTTP/1.1\r\nHost: a\r\n\r\nPOST /exec HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let answer = scene.ask(Some("client"), two).await.unwrap();
    assert!(answer.contains("HTTP/1.1 200 ") && answer.contains("HTTP/1.1 403 "), "{answer}");
    assert_eq!(scene.came(), ["GET /_ping HTTP/1.1"]);
}

#[tokio::test]
async fn who_shows_no_certificate_of_the_authority_is_not_spoken_to() {
    let scene = Scene::start().await;
    let request = "GET /_ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    for client in [None, Some("stranger")] {
        let error = scene.ask(client, request).await.unwrap_err();
        assert!(!error.is_empty(), "{client:?}");
    }
    // The agent's own certificate is one of its authority, and none of a client.
    let at = scene.directory.path();
    fs::copy(at.join("cert.pem"), at.join("agent.pem")).unwrap();
    fs::copy(at.join("key.pem"), at.join("agent-key.pem")).unwrap();
    assert!(scene.ask(Some("agent"), request).await.is_err());
    // Nor is plain text answered.
    let mut plain = TcpStream::connect(scene.address).await.unwrap();
    plain.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, plain.read_to_end(&mut answer)).await.unwrap();
    assert!(!String::from_utf8_lossy(&answer).contains("HTTP"), "{answer:?}");
    assert_eq!(scene.came(), Vec::<String>::new());
}

#[tokio::test]
async fn an_engine_that_is_away_is_told_and_the_agent_stays() {
    let scene = Scene::start().await;
    let socket = scene.directory.path().join("engine.sock");
    let aside = scene.directory.path().join("aside.sock");
    fs::rename(&socket, &aside).unwrap();
    let answer = scene.get("GET", "/_ping").await;
    assert!(answer.starts_with("HTTP/1.1 502 ") && answer.contains("No such file"), "{answer}");
    fs::rename(&aside, &socket).unwrap();
    assert!(scene.get("GET", "/_ping").await.starts_with("HTTP/1.1 200 "));
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let made = Certificates::make(&["a".to_owned()], SystemTime::now()).unwrap();
    let other = Certificates::make(&["a".to_owned()], SystemTime::now()).unwrap();
    let path = |name: &str, text: &str| {
        let path = directory.path().join(name);
        put(&path, text);
        path
    };
    let (ca, cert) = (path("ca", &made.authority), path("cert", &made.agent.certificate));
    let (key, wrong) = (path("key", &made.agent.key), path("wrong", &other.agent.key));
    let empty = path("empty", "nothing");
    let named = |result: Result<Identity, Error>| match result.unwrap_err() {
        Error::TlsFile { path, .. } => path.file_name().unwrap().to_string_lossy().into_owned(),
        Error::Tls(_) => "together".to_owned(),
        other => panic!("{other}"),
    };
    assert!(Identity::read(&ca, &cert, &key).is_ok());
    assert_eq!(named(Identity::read(&empty, &cert, &key)), "empty");
    assert_eq!(named(Identity::read(&ca, &empty, &key)), "empty");
    assert_eq!(named(Identity::read(&ca, &cert, &cert)), "cert");
    assert_eq!(named(Identity::read(&ca, &cert, &directory.path().join("none"))), "none");
    assert_eq!(named(Identity::read(&ca, &cert, &wrong)), "together");
    let error = Certificates::make(&["ä".to_owned()], SystemTime::now()).unwrap_err();
    assert!(error.help().is_some(), "{error}");
}
