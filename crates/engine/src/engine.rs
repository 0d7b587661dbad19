use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bollard::API_DEFAULT_VERSION;
use futures_util::{Stream, StreamExt as _, stream};
use portolan_container::Container;
use serde::Deserialize;
use serde_json::Value;

use crate::client::{Client, within};
use crate::event::filters;
use crate::objects::Objects;
use crate::{Endpoint, Error, Event, Requests};

/// A connection to a Docker or Podman engine.
///
/// Clones share it. Requests answer whole or with an error, within [`Engine::REQUEST`] ([`Engine::LIST`] for the
/// listing); nothing is retried, since the caller knows what to do meanwhile.
///
/// ```
/// # async fn example() -> Result<(), portolan_engine::Error> {
/// use std::time::Duration;
/// use portolan_engine::{Endpoint, Engine};
///
/// let engine = Engine::connect(&Endpoint::from_env_or_local()?, Duration::from_secs(5)).await?;
/// for id in engine.list().await? {
///     if let Some(container) = engine.inspect(&id).await? {
///         println!("{}", container.name);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Engine {
    client: Client,
    /// The version of the API that both sides know, such as `1.41`.
    version: String,
}

impl Engine {
    /// How long an engine may take for an answer.
    pub const REQUEST: Duration = Duration::from_secs(10);
    /// How long an engine may take to list its containers: Podman looks into each.
    pub const LIST: Duration = Duration::from_secs(60);
    /// How long a remote engine may send no event before it is asked whether it is there.
    const QUIET: Duration = Duration::from_secs(30);

    /// Connects, and agrees on a version of the API: ours, or the engine's where that is older.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), portolan_engine::Error> {
    /// use std::time::Duration;
    /// use portolan_engine::{Endpoint, Engine};
    ///
    /// let engine = Engine::connect(&Endpoint::from_env_or_local()?, Duration::from_secs(5)).await?;
    /// println!("{} speaks {}", engine.endpoint(), engine.api_version());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::NoSocket`], [`Error::PermissionDenied`], [`Error::Refused`] and [`Error::Unreachable`] where there is no
    /// connection, [`Error::Timeout`] where there is no answer within `timeout`, [`Error::TlsFile`], [`Error::Tls`] and
    /// [`Error::Ssh`] where these fail, [`Error::UnknownAgent`] where there is no certificate for an agent, [`Error::Status`] and [`Error::Answer`] where another service answers or a proxy
    /// forbids it.
    pub async fn connect(endpoint: &Endpoint, timeout: Duration) -> Result<Self, Error> {
        Self::connect_counting(endpoint, timeout, &Requests::default()).await
    }

    /// The same, with each request counted that is made by this connection.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn connect_counting(
        endpoint: &Endpoint,
        timeout: Duration,
        requests: &Requests,
    ) -> Result<Self, Error> {
        let work = async {
            let client = Client::open(endpoint, timeout, requests).await?;
            let answer = client.get_whole("/version", timeout).await?;
            let version = serde_json::from_slice(&answer)
                .ok()
                .and_then(|answer: Value| negotiate(answer.get("ApiVersion")?.as_str()?))
                .ok_or_else(|| client.strange("`/version` names no version of the API"))?;
            Ok(Self { client, version })
        };
        within(endpoint, timeout, work).await
    }

    /// The identifiers of all containers, those that do not run too.
    ///
    /// ```no_run
    /// # async fn example(engine: portolan_engine::Engine) -> Result<(), portolan_engine::Error> {
    /// for id in engine.list().await? {
    ///     println!("{id}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`connect`](Self::connect), and [`Error::Ended`].
    pub async fn list(&self) -> Result<Vec<String>, Error> {
        #[derive(Deserialize)]
        struct Entry {
            #[serde(rename = "Id")]
            id: String,
        }

        self.listing(|object| serde_json::from_slice(object).ok().map(|entry: Entry| entry.id)).await
    }

    /// All containers, those that do not run too, as far as a listing tells of them: one request, where
    /// [`inspect`](Self::inspect) takes one for each and tells more. An entry that cannot be read is left out.
    ///
    /// ```no_run
    /// # async fn example(engine: portolan_engine::Engine) -> Result<(), portolan_engine::Error> {
    /// use portolan_container::Severity;
    /// use portolan_routes::{Options, proxy};
    ///
    /// let containers = engine.summaries().await?;
    /// for container in &containers {
    ///     let found = proxy::discover(container, &Options::default(), &containers[..]);
    ///     if let Some(error) = found.diagnostics.iter().find(|it| it.severity == Severity::Error) {
    ///         eprintln!("{error}");
    ///         continue;
    ///     }
    ///     println!("container: {}, aliases: {:?}", container.name, found.aliases);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub async fn summaries(&self) -> Result<Vec<Container>, Error> {
        let read = |object: &[u8]| Container::from_summary(&serde_json::from_slice(object).ok()?).ok();
        self.listing(read).await
    }

    /// What `each` makes of the entries of the listing.
    async fn listing<T>(&self, each: impl Fn(&[u8]) -> Option<T>) -> Result<Vec<T>, Error> {
        let path = self.path("/containers/json?all=true");
        let work = async {
            let mut chunks = self.client.get(&path);
            let mut objects = Objects::default();
            let mut entries = Vec::new();
            while let Some(chunk) = chunks.next().await {
                objects
                    .push(chunk?.as_ref(), |object| entries.extend(each(object)))
                    .map_err(|_| self.client.strange("a container in it has no end"))?;
            }
            // Half a list would read as containers that are gone.
            if objects.is_list() {
                Ok(entries)
            } else {
                Err(self.client.strange("it is not a list of containers"))
            }
        };
        self.client.within(Self::LIST, work).await
    }

    /// Looks a container's ports up again, as an inspect tells them: those that are published, and on the host's network those
    /// that are exposed, which a listing does not have. Gives whether it is still there; else its ports stay as they were.
    ///
    /// ```no_run
    /// # async fn example(engine: portolan_engine::Engine) -> Result<(), portolan_engine::Error> {
    /// for mut container in engine.summaries().await? {
    ///     if engine.update_ports(&mut container).await? {
    ///         println!("{}: {:?}", container.name, container.ports);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`inspect`](Self::inspect).
    pub async fn update_ports(&self, container: &mut Container) -> Result<bool, Error> {
        let Some(now) = self.inspected(&container.id).await? else { return Ok(false) };
        container.update_ports(&now);
        Ok(true)
    }

    /// Asks whether the engine is there.
    ///
    /// ```no_run
    /// # async fn example(engine: portolan_engine::Engine) -> Result<(), portolan_engine::Error> {
    /// engine.ping(std::time::Duration::from_secs(3)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`connect`](Self::connect), within `timeout`.
    pub async fn ping(&self, timeout: Duration) -> Result<(), Error> {
        self.client.get_whole("/_ping", timeout).await.map(drop)
    }

    /// What the engine knows of the container of this identifier or name; `None` where there is none.
    ///
    /// ```no_run
    /// # async fn example(engine: portolan_engine::Engine) -> Result<(), portolan_engine::Error> {
    /// if let Some(container) = engine.inspect("web").await? {
    ///     println!("{} runs {}", container.name, container.image);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`connect`](Self::connect), and [`Error::Ended`].
    pub async fn inspect(&self, id: &str) -> Result<Option<Container>, Error> {
        let Some(value) = self.inspected(id).await? else { return Ok(None) };
        Container::from_inspect(&value)
            .map(Some)
            .map_err(|error| self.client.strange(format!("container `{id}`: {error}")))
    }

    /// The answer to an inspect; `None` where there is no such container.
    async fn inspected(&self, id: &str) -> Result<Option<Value>, Error> {
        if !is_reference(id) {
            return Ok(None);
        }
        let path = self.path(&format!("/containers/{id}/json"));
        let answer = match self.client.get_whole(&path, Self::REQUEST).await {
            Ok(answer) => answer,
            Err(Error::Status { status, message, .. }) if is_gone(status, &message) => return Ok(None),
            Err(error) => return Err(error),
        };
        serde_json::from_slice(&answer)
            .map(Some)
            .map_err(|error| self.client.strange(format!("container `{id}`: {error}")))
    }

    /// What happens to containers from now on.
    ///
    /// The request is made when the stream is first polled, and asks for what happened since this call: whoever polls it
    /// and lists afterwards misses nothing, and may be told twice. The stream ends, or gives one error and ends, when
    /// the engine goes away. It does not reconnect.
    ///
    /// ```no_run
    /// # async fn example(engine: portolan_engine::Engine) -> Result<(), portolan_engine::Error> {
    /// use futures_util::StreamExt as _;
    ///
    /// let mut events = std::pin::pin!(engine.events());
    /// while let Some(event) = events.next().await {
    ///     println!("{:?}", event?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn events(&self) -> impl Stream<Item = Result<Event, Error>> + Send + 'static + use<> {
        let path = format!("/events?since={}&filters={}", self.since(), encoded(&filters()));
        let chunks = self.client.get(&self.path(&path));
        let state = (self.clone(), chunks, Objects::default(), VecDeque::new());
        stream::unfold(Some(state), |state| async {
            let (engine, mut chunks, mut objects, mut events) = state?;
            loop {
                if let Some(event) = events.pop_front() {
                    return Some((Ok(event), Some((engine, chunks, objects, events))));
                }
                let chunk = match engine.or_gone(chunks.next()).await {
                    Ok(chunk) => chunk?,
                    Err(error) => return Some((Err(error), None)),
                };
                let taken = chunk.map(|chunk| {
                    objects.push(chunk.as_ref(), |object| {
                        let message = serde_json::from_slice(object).unwrap_or(Value::Null);
                        events.extend(Event::from_message(&message));
                    })
                });
                match taken {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) => {
                        return Some((Err(engine.client.strange("an event in it has no end")), None));
                    }
                    Err(error) => return Some((Err(error), None)),
                }
            }
        })
    }

    /// Where the engine is.
    pub fn endpoint(&self) -> &Endpoint {
        self.client.endpoint()
    }

    /// The version of the API that is spoken, such as `1.41`.
    pub fn api_version(&self) -> &str {
        &self.version
    }

    /// Waits for this; an engine on another machine is asked now and then whether it is still there, since a machine that
    /// vanished does not end its connections.
    async fn or_gone<T>(&self, work: impl Future<Output = T>) -> Result<T, Error> {
        let mut work = std::pin::pin!(work);
        loop {
            if self.endpoint().is_local() {
                return Ok(work.await);
            }
            match tokio::time::timeout(Self::QUIET, &mut work).await {
                Ok(done) => return Ok(done),
                Err(_) => self.client.get_whole("/version", Self::REQUEST).await.map(drop)?,
            }
        }
    }

    fn path(&self, path: &str) -> String {
        format!("/v{}{path}", self.version)
    }

    /// The time from which events are wanted, in seconds: a moment ago, or longer for clocks that may not agree.
    fn since(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        now.saturating_sub(if self.endpoint().is_local() { 1 } else { 60 })
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("endpoint", &self.endpoint().to_string())
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// The older of this version and ours, if it is one.
fn negotiate(theirs: &str) -> Option<String> {
    let (major, minor) = theirs.split_once('.')?;
    let theirs = (major.parse().ok()?, minor.parse().ok()?);
    let ours = (API_DEFAULT_VERSION.major_version, API_DEFAULT_VERSION.minor_version);
    let (major, minor): (usize, usize) = theirs.min(ours);
    Some(format!("{major}.{minor}"))
}

/// Whether an engine would take it as an identifier or name; others must not get into a path.
fn is_reference(id: &str) -> bool {
    id.starts_with(|first: char| first.is_ascii_alphanumeric())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

/// Whether an answer says that there is no such container; Podman says it as a failure where it is just being removed.
fn is_gone(status: u16, message: &str) -> bool {
    status == 404
        || status == 500
            && ["no such container", "has already been removed", "no container with"]
                .iter()
                .any(|words| message.to_ascii_lowercase().contains(words))
}

/// A value as part of a query.
fn encoded(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[test]
    fn the_older_version_is_spoken() {
        let check = |theirs: &str, expected: Option<&str>| {
            assert_eq!(negotiate(theirs).as_deref(), expected, "{theirs}")
        };
        check("1.41", Some("1.41"));
        check("1.9", Some("1.9"));
        check("1.999", Some("1.53"));
        check("2.0", Some("1.53"));
        for none in ["", "1", "1.", ".41", "1.41.0", "v1.41", "-1.2"] {
            check(none, None);
        }
    }

    #[test]
    fn what_may_stand_in_a_path() {
        for reference in ["4f1c", "web", "my_web-1.2", "9"] {
            assert!(is_reference(reference), "{reference}");
        }
        for other in ["", ".", "..", "../info", "-a", "_a", "a/b", "a?b", "a#b", "a%2fb", "a b", "ä"] {
            assert!(!is_reference(other), "{other}");
        }
    }

    #[test]
    fn the_query_is_one_the_request_takes() {
        assert_eq!(encoded("a{\"b\":[1]} ~é"), "a%7B%22b%22%3A%5B1%5D%7D%20~%C3%A9");
    }

    /// No packet says that a machine is gone, so silence is looked into; on this machine, the connection's end says it.
    #[tokio::test(start_paused = true)]
    async fn silence_of_a_remote_engine_is_looked_into() {
        let engine = async |address: &str| {
            let endpoint = Endpoint::parse(address).unwrap();
            let client = Client::open(&endpoint, Duration::ZERO, &Requests::default()).await.unwrap();
            Engine { client, version: "1.41".to_owned() }
        };
        // Nobody listens at port 1; this spelling of loopback is one that does not count as local.
        let remote = engine("tcp://[::ffff:127.0.0.1]:1").await;
        let begin = tokio::time::Instant::now();
        let gone = remote.or_gone(pending::<()>()).await.unwrap_err();
        assert!(matches!(gone, Error::Refused { .. }), "{gone}");
        assert!(begin.elapsed() >= Engine::QUIET);

        let local = engine("tcp://127.0.0.1:1").await;
        let waited = tokio::time::timeout(Engine::QUIET * 10, local.or_gone(pending::<()>())).await;
        assert!(waited.is_err());
        assert!(remote.or_gone(async { 7 }).await.is_ok_and(|seven| seven == 7));
    }
}
