//! An engine of made-up containers.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use anyhow::{Context as _, Result};

use super::fleet::Fleet;

/// A server on loopback that speaks as much of the Engine API as is needed to list, inspect and follow containers, and
/// counts the requests that it gets.
#[derive(Debug)]
pub(super) struct Engine {
    address: SocketAddr,
    state: Arc<State>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct State {
    fleet: Mutex<Fleet>,
    /// The connections that are told of events.
    streams: Mutex<Vec<TcpStream>>,
    requests: AtomicUsize,
    over: AtomicBool,
}

impl Engine {
    pub(super) fn start(containers: usize) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot listen on loopback")?;
        let address = listener.local_addr().context("cannot tell where we listen")?;
        let state = Arc::new(State {
            fleet: Mutex::new(Fleet::new(containers)),
            streams: Mutex::default(),
            requests: AtomicUsize::new(0),
            over: AtomicBool::new(false),
        });
        let shared = Arc::clone(&state);
        let accepting = std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                if shared.over.load(Ordering::SeqCst) {
                    return;
                }
                let state = Arc::clone(&shared);
                // A client that hangs up ends its connection and nothing else.
                std::thread::spawn(move || state.serve(connection).ok());
            }
        });
        Ok(Self { address, state, accepting: Some(accepting) })
    }

    /// Its address, as both programs take it.
    pub(super) fn url(&self) -> String {
        format!("tcp://{}", self.address)
    }

    /// How many containers it has.
    pub(super) fn containers(&self) -> usize {
        locked(&self.state.fleet).len()
    }

    /// How many requests it got until now.
    pub(super) fn requests(&self) -> usize {
        self.state.requests.load(Ordering::SeqCst)
    }

    /// How many follow its events.
    pub(super) fn followers(&self) -> usize {
        locked(&self.state.streams).len()
    }

    /// The rule of its last container's router.
    pub(super) fn last_rule(&self) -> String {
        let fleet = locked(&self.state.fleet);
        fleet.rule(fleet.len().saturating_sub(1)).unwrap_or_default().to_owned()
    }

    /// Gives a container's router a rule that none had before, and tells those who follow.
    pub(super) fn change(&self, number: usize) -> String {
        let (rule, event) = locked(&self.state.fleet).change(number);
        let chunk = format!("{:x}\r\n{event}\n\r\n", event.len() + 1);
        locked(&self.state.streams).retain_mut(|stream| stream.write_all(chunk.as_bytes()).is_ok());
        rule
    }

    /// Lets go of those who followed: a program that ended is noticed only when it is told something.
    pub(super) fn forget_followers(&self) {
        for stream in locked(&self.state.streams).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.state.over.store(true, Ordering::SeqCst);
        self.forget_followers();
        // Wakes the thread that waits for a connection.
        let woken = TcpStream::connect(self.address).is_ok();
        if let Some(accepting) = self.accepting.take().filter(|_| woken) {
            let _ = accepting.join();
        }
    }
}

impl State {
    /// Answers one connection's requests, until it ends or turns into a stream of events.
    fn serve(&self, mut connection: TcpStream) -> io::Result<()> {
        connection.set_nodelay(true)?;
        let mut reader = BufReader::new(connection.try_clone()?);
        while let Some((method, target)) = request(&mut reader)? {
            self.requests.fetch_add(1, Ordering::SeqCst);
            let path = target.split_once('?').map_or(target.as_str(), |(path, _)| path);
            let path = without_version(path);
            if path == "/events" {
                connection.write_all(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
                )?;
                locked(&self.streams).push(connection);
                return Ok(());
            }
            let (status, body) = self.answer(path);
            let mut answer = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nApi-Version: 1.47\r\nOstype: linux\r\n\
                 Server: Docker/27.0.0 (linux)\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            if method != "HEAD" {
                answer.push_str(&body);
            }
            // Whole, so that no part of it waits for an acknowledgement of another.
            connection.write_all(answer.as_bytes())?;
        }
        Ok(())
    }

    fn answer(&self, path: &str) -> (&'static str, String) {
        const OK: &str = "200 OK";

        let container = path.strip_prefix("/containers/").and_then(|rest| rest.strip_suffix("/json"));
        match (path, container) {
            ("/_ping", _) => (OK, "OK".to_owned()),
            ("/version", _) => (OK, VERSION.to_owned()),
            ("/info", _) => (OK, INFO.to_owned()),
            ("/networks", _) => (OK, "[]".to_owned()),
            ("/containers/json", _) => (OK, locked(&self.fleet).list()),
            (_, Some(id)) => match locked(&self.fleet).inspect(id) {
                Some(inspect) => (OK, inspect.to_owned()),
                None => ("404 Not Found", format!(r#"{{"message":"No such container: {id}"}}"#)),
            },
            _ => ("404 Not Found", r#"{"message":"page not found"}"#.to_owned()),
        }
    }
}

const VERSION: &str = r#"{"Version":"27.0.0","ApiVersion":"1.47","MinAPIVersion":"1.24","Os":"linux","Arch":"amd64","GitCommit":"0","GoVersion":"go1.22","KernelVersion":"6.1","BuildTime":"2026-01-01T00:00:00.000000000+00:00","Platform":{"Name":"made up"},"Components":[]}"#;

const INFO: &str = r#"{"ID":"x","Name":"made-up","ServerVersion":"27.0.0","OperatingSystem":"made up","OSType":"linux","Swarm":{"LocalNodeState":"inactive"}}"#;

/// The method and target of the next request, `None` at the end. Bodies are not read: nobody sends us one.
fn request(reader: &mut BufReader<TcpStream>) -> io::Result<Option<(String, String)>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let request = words.next().zip(words.next());
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim_end().is_empty() {
            return Ok(request);
        }
    }
}

/// `/containers/json` for `/v1.47/containers/json` too.
fn without_version(path: &str) -> &str {
    let versioned = path.strip_prefix("/v").and_then(|rest| rest.split_once('/'));
    match versioned {
        Some((version, rest)) if version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => {
            path.get(path.len() - rest.len() - 1..).unwrap_or(path)
        }
        _ => path,
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    /// All that the engine sends on one connection until it hangs up.
    fn exchange(engine: &Engine, requests: &str) -> String {
        let mut connection = TcpStream::connect(engine.address).unwrap();
        connection.write_all(requests.as_bytes()).unwrap();
        connection.shutdown(Shutdown::Write).unwrap();
        let mut said = String::new();
        connection.read_to_string(&mut said).unwrap();
        said
    }

    #[test]
    fn requests_are_answered_and_counted() {
        let engine = Engine::start(3).unwrap();
        let get = |path: &str| exchange(&engine, &format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert!(get("/_ping").ends_with("\r\n\r\nOK"));
        assert!(get("/v1.44/version").contains("\"ApiVersion\":\"1.47\""));
        assert!(get("/v1.44/containers/json?all=true").contains(&engine.last_rule()));
        assert!(get("/containers/app1/json").contains("Host(`app1.example.com`)"));
        assert!(get("/containers/app9/json").starts_with("HTTP/1.1 404"));
        assert!(get("/volumes").starts_with("HTTP/1.1 404"));
        assert_eq!(engine.requests(), 6);
        let two =
            exchange(&engine, "HEAD /_ping HTTP/1.1\r\n\r\nGET /v1.24/networks HTTP/1.1\r\nA: b\r\n\r\n");
        assert!(two.matches("HTTP/1.1 200 OK").count() == 2 && two.ends_with("\r\n\r\n[]"), "{two}");
    }

    #[test]
    fn those_who_follow_are_told_of_changes() {
        let engine = Engine::start(2).unwrap();
        let mut connection = TcpStream::connect(engine.address).unwrap();
        connection.write_all(b"GET /v1.47/events?since=1 HTTP/1.1\r\n\r\n").unwrap();
        while engine.followers() == 0 {
            std::thread::yield_now();
        }
        let rule = engine.change(1);
        engine.forget_followers();
        let mut said = String::new();
        connection.read_to_string(&mut said).unwrap();
        let (head, body) = said.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("chunked"));
        let (length, event) = body.split_once("\r\n").unwrap();
        assert_eq!(usize::from_str_radix(length, 16).unwrap(), event.strip_suffix("\r\n").unwrap().len());
        assert!(event.contains(&rule) && engine.last_rule() == rule);
    }

    #[test]
    fn versions_in_paths_are_passed_over() {
        let check = |path: &str, expected: &str| assert_eq!(without_version(path), expected);
        check("/v1.47/containers/json", "/containers/json");
        check("/containers/json", "/containers/json");
        check("/version", "/version");
        check("/volumes/x", "/volumes/x");
    }
}
