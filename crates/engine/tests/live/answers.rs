use std::time::Duration;

use futures_util::StreamExt as _;
use portolan_container::{Health, State};
use portolan_engine::{Endpoint, Engine, Error, Event, EventKind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// How a server answers a request.
#[derive(Clone, Copy)]
enum Answer {
    /// A status and a body.
    Whole(u16, &'static str),
    /// A body that ends before it should.
    Cut(&'static str),
    /// Not at all; the connection stays.
    Never,
}

use Answer::{Cut, Never, Whole};

const VERSION: Answer = Whole(200, r#"{"ApiVersion": "1.41"}"#);

/// A server that answers by the path, without its query.
async fn serve(answer: fn(&str) -> Answer) -> Endpoint {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::parse(&format!("tcp://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(respond(connection, answer));
        }
    });
    endpoint
}

async fn respond(mut connection: TcpStream, answer: fn(&str) -> Answer) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(connection.read_u8().await.unwrap());
    }
    let request = String::from_utf8(request).unwrap();
    let path = request.split([' ', '?']).nth(1).unwrap();
    let (status, body, length) = match answer(path) {
        Whole(status, body) => (status, body, body.len()),
        Cut(body) => (200, body, body.len() + 1),
        Never => return std::future::pending().await,
    };
    let head = format!("HTTP/1.1 {status} \r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    connection.write_all(head.as_bytes()).await.unwrap();
}

async fn connect(answer: fn(&str) -> Answer) -> Result<Engine, Error> {
    Engine::connect(&serve(answer).await, Duration::from_secs(5)).await
}

#[tokio::test]
async fn words_that_no_enumeration_has() {
    let engine = connect(|path| match path {
        "/version" => Whole(200, r#"{"ApiVersion": "9.9", "Components": [{"Version": 7}]}"#),
        "/v1.53/containers/json" => Whole(200, r#"[{"Id": "c1", "State": "improper", "Mounts": null}, {"Id": 7}, {}, {"Id": "c2"}]"#),
        "/v1.53/containers/c1/json" => Whole(
            200,
            r#"{"Id": "c1", "Name": "/web", "Created": 7, "State": {"Status": "Initialized", "Health": {"Status": "reset"}},
                "HostConfig": {"RestartPolicy": {"Name": "often"}}, "Mounts": [{"Type": "glob", "Destination": "/d"}]}"#,
        ),
        _ => Whole(500, r#"{"message": "no"}"#),
    })
    .await
    .unwrap();
    assert_eq!(engine.list().await.unwrap(), ["c1", "c2"]);
    let web = engine.inspect("c1").await.unwrap().unwrap();
    assert_eq!((web.name.as_str(), web.mounts[0].kind.as_str()), ("web", "glob"));
    assert_eq!(web.state, State::Other("initialized".into()));
    assert_eq!(web.health, Some(Health::Other("reset".into())));
    let error = engine.inspect("c2").await.unwrap_err();
    assert!(matches!(&error, Error::Status { status: 500, message, .. } if message == "no"), "{error}");
}

#[tokio::test]
async fn events_that_were_not_asked_for() {
    let engine = connect(|path| match path {
        "/version" => VERSION,
        _ => Whole(
            200,
            concat!(
                r#"{"Type": "pod", "Action": "start", "Actor": {"ID": "p1"}}"#,
                "\n",
                r#"{"Type": "container", "Action": "exec_die", "Actor": {"ID": "c1"}}"#,
                "\n",
                r#"{"Type": "container", "Action": bad}"#,
                "\n",
                r#"{"Type": "container", "Action": "die", "Actor": {"ID": "c1"}}"#,
                r#"{"Type": "container", "Action": "remove", "Actor": {"ID": "c1", "Attributes": {"a": "{"}}}"#,
            ),
        ),
    })
    .await
    .unwrap();
    let events: Vec<Event> = engine.events().map(Result::unwrap).collect().await;
    let expected = [("die", EventKind::Changed), ("destroy", EventKind::Removed)]
        .map(|(action, kind)| Event { container: "c1".into(), action, kind });
    assert_eq!(events, expected);
}

/// A listing that is no list, or half of one, would take all routes away.
#[tokio::test]
async fn listings_that_are_none() {
    for answer in [
        |_: &str| Whole(200, "<html>log in</html>"),
        |_: &str| Whole(200, ""),
        |_: &str| Whole(200, "null"),
        |_: &str| Whole(200, r#"{"message": "busy"}"#),
        |_: &str| Whole(200, r#"[{"Id": "c1"}"#),
        |_: &str| Cut(r#"[{"Id": "c1"}]"#),
    ] as [fn(&str) -> Answer; 6]
    {
        // A function pointer cannot capture which answer it is: connect to one server, list at the other.
        let endpoint = serve(answer).await;
        let error = list_only(&endpoint).await.unwrap_err();
        assert!(matches!(error, Error::Answer { .. } | Error::Ended { .. }), "{error}");
    }
}

/// The listing of a server behind one that answers `/version`.
async fn list_only(behind: &Endpoint) -> Result<Vec<String>, Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let front = Endpoint::parse(&format!("tcp://{}", listener.local_addr().unwrap())).unwrap();
    let behind = behind.to_string().replace("tcp://", "");
    tokio::spawn(async move {
        respond(listener.accept().await.unwrap().0, |_| VERSION).await;
        let mut connection = listener.accept().await.unwrap().0;
        let mut onward = TcpStream::connect(behind).await.unwrap();
        let _ = tokio::io::copy_bidirectional(&mut connection, &mut onward).await;
    });
    Engine::connect(&front, Duration::from_secs(5)).await?.list().await
}

#[tokio::test]
async fn what_is_no_engine() {
    for answer in [
        |_: &str| Whole(200, "<html></html>"),
        |_: &str| Whole(200, "{}"),
        |_: &str| Whole(200, r#"{"ApiVersion": "x"}"#),
    ] as [fn(&str) -> Answer; 3]
    {
        let error = connect(answer).await.unwrap_err();
        assert!(matches!(error, Error::Answer { .. }), "{error}");
    }
    let error = connect(|_| Whole(403, "<h1>403 Forbidden</h1>")).await.unwrap_err();
    assert!(matches!(&error, Error::Status { status: 403, .. }), "{error}");
    assert!(error.help().unwrap().contains("proxy"));
    let error = connect(|_| Cut("{")).await.unwrap_err();
    assert!(matches!(&error, Error::Ended { .. }), "{error}");
}

#[tokio::test]
async fn nobody_answers() {
    let endpoint = serve(|_| Never).await;
    let time = Duration::from_millis(200);
    let error = Engine::connect(&endpoint, time).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { after, .. } if after == time), "{error}");
    assert_eq!(error.to_string(), format!("no answer from the engine at `{endpoint}` within 200ms"));

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::parse(&format!("tcp://{}", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let error = Engine::connect(&endpoint, Duration::from_secs(5)).await.unwrap_err();
    assert!(matches!(error, Error::Refused { .. }), "{error}");

    let endpoint = Endpoint::parse("tcp://name.invalid:2375").unwrap();
    let error = Engine::connect(&endpoint, Duration::from_secs(20)).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn a_container_that_is_just_being_removed() {
    let engine = connect(|path| match path {
        "/version" => VERSION,
        "/v1.41/containers/c1/json" => Whole(404, r#"{"message": "No such container: c1"}"#),
        "/v1.41/containers/c2/json" => {
            Whole(500, r#"{"cause": "container has already been removed", "message": "container has already been removed"}"#)
        }
        _ => Whole(500, r#"{"message": "the disk is gone"}"#),
    })
    .await
    .unwrap();
    assert_eq!(engine.inspect("c1").await.unwrap(), None);
    assert_eq!(engine.inspect("c2").await.unwrap(), None);
    assert!(engine.inspect("c3").await.is_err());
}
