use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::prerequisites::find;
use crate::{Log, PATIENCE, command};

/// A headless Chromium with one tab, driven over its DevTools protocol.
///
/// Through pipes, as `--remote-debugging-pipe` has it: messages are JSON with a zero byte at their end, and no port is opened. It
/// is in the network namespace of the thread that starts it, and ends with the test's process, since its pipes end then.
#[derive(Debug)]
pub struct Browser {
    process: Child,
    orders: ChildStdin,
    messages: Receiver<Value>,
    session: String,
    calls: u64,
    complaints: Vec<String>,
    /// What the program itself says.
    log: Log,
    _profile: TempDir,
}

/// What keeps it to the page: nothing is asked of the network by itself, and no driver of a screen is looked for.
const OPTIONS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-breakpad",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--lang=en-GB",
    "--metrics-recording-only",
    "--mute-audio",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-proxy-server",
    "--password-store=basic",
    "--remote-debugging-pipe",
];

/// A shell that gives a program its standard input and output as descriptors 3 and 4, where Chromium looks for its pipes.
const PIPES: &str = r#"exec "$@" 3<&0 4>&1 </dev/null >&2"#;

/// A key that a test presses: its name, its number on Windows, and the text that it enters.
const KEYS: &[(&str, u32, &str)] = &[
    ("Tab", 9, ""),
    ("Enter", 13, "\r"),
    ("Escape", 27, ""),
    ("End", 35, ""),
    ("Home", 36, ""),
    ("ArrowLeft", 37, ""),
    ("ArrowUp", 38, ""),
    ("ArrowRight", 39, ""),
    ("ArrowDown", 40, ""),
    ("/", 191, "/"),
];

impl Browser {
    /// Starts one, with a profile of its own, that shows an empty page of 1280 by 800.
    ///
    /// # Errors
    /// Where it can't be started or is not answered.
    pub fn start() -> Result<Self> {
        let profile = tempfile::Builder::new().prefix("portolan-browser-").tempdir()?;
        let mut chromium = command("setpriv");
        chromium.args(["--pdeathsig", "KILL", "--", "sh", "-c", PIPES, "sh"]);
        chromium.arg(find("chromium").unwrap_or_else(|| "chromium".into())).args(OPTIONS);
        chromium.arg(option("--user-data-dir=", profile.path())).arg("about:blank");
        // What it keeps outside of its profile.
        for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"] {
            chromium.env(variable, profile.path());
        }
        chromium.env_remove("DBUS_SESSION_BUS_ADDRESS").env("TZ", "UTC");
        let mut process =
            chromium.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let pipes = (process.stdin.take(), process.stdout.take(), process.stderr.take());
        let (Some(orders), Some(answers), Some(said)) = pipes else { bail!("a browser without pipes") };
        let log = Log::default();
        log.follow(said);
        let mut browser = Self {
            process,
            orders,
            messages: read(answers),
            session: String::new(),
            calls: 0,
            complaints: Vec::new(),
            log,
            _profile: profile,
        };
        browser.attach().with_context(|| browser.log.text())?;
        Ok(browser)
    }

    fn attach(&mut self) -> Result<()> {
        let tab = self.call("Target.createTarget", &json!({ "url": "about:blank" }))?;
        let attach = json!({ "targetId": tab["targetId"], "flatten": true });
        let attached = self.call("Target.attachToTarget", &attach)?;
        attached["sessionId"].as_str().context("a session")?.clone_into(&mut self.session);
        for domain in ["Page.enable", "Runtime.enable", "Log.enable"] {
            self.call(domain, &json!({}))?;
        }
        self.size(1280, 800)
    }

    /// Opens this address and waits until the page has loaded.
    ///
    /// # Errors
    /// Where nobody answers there.
    pub fn open(&mut self, url: &str) -> Result<()> {
        let opened = self.call("Page.navigate", &json!({ "url": url }))?;
        ensure!(opened["errorText"].is_null(), "`{url}`: {opened}");
        self.until("the page has loaded", "document.readyState === 'complete'")
    }

    /// What an expression of JavaScript comes to in the page; a promise is waited for.
    ///
    /// # Errors
    /// Where it throws.
    pub fn evaluate(&mut self, expression: &str) -> Result<Value> {
        let asked = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.call("Runtime.evaluate", &asked)?;
        ensure!(
            answer["exceptionDetails"].is_null(),
            "`{expression}` throws: {}",
            answer["exceptionDetails"]
        );
        Ok(answer["result"]["value"].clone())
    }

    /// Waits until an expression is true, or is not empty, looking at each frame that is drawn; what it comes to then.
    ///
    /// # Errors
    /// Where it does not become so in time; with the text that the page shows.
    pub fn until_some(&mut self, what: &str, expression: &str) -> Result<Value> {
        let limit = PATIENCE.as_millis();
        let found = self.evaluate(&format!(
            "new Promise((done) => {{
                const late = performance.now() + {limit};
                const look = () => {{
                    let found = null;
                    try {{ found = {expression}; }} catch (error) {{ found = null; }}
                    if (found || performance.now() > late) done(found || null);
                    else requestAnimationFrame(look);
                }};
                look();
            }})"
        ))?;
        if found.is_null() {
            let text = self.evaluate("document.body.innerText")?;
            bail!("{what}: not within {PATIENCE:?}; the page says: {}", text.as_str().unwrap_or_default());
        }
        Ok(found)
    }

    /// The same, where it does not matter what it comes to.
    ///
    /// # Errors
    /// Where it does not become so in time.
    pub fn until(&mut self, what: &str, expression: &str) -> Result<()> {
        self.until_some(what, &format!("Boolean({expression})")).map(drop)
    }

    /// Presses a key of the keyboard.
    ///
    /// # Errors
    /// Where it is none that tests press.
    pub fn press(&mut self, key: &str) -> Result<()> {
        let (key, number, text) = KEYS.iter().find(|(name, ..)| *name == key).context("a key")?;
        let mut event =
            json!({ "type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": number });
        if !text.is_empty() {
            event["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", &event)?;
        event["type"] = json!("keyUp");
        self.call("Input.dispatchKeyEvent", &event).map(drop)
    }

    /// Enters a text where the keyboard is.
    ///
    /// # Errors
    /// Where the browser is gone.
    pub fn enter(&mut self, text: &str) -> Result<()> {
        self.call("Input.insertText", &json!({ "text": text })).map(drop)
    }

    /// Makes the window this large, in pixels of CSS.
    ///
    /// # Errors
    /// Where the browser is gone.
    pub fn size(&mut self, width: u32, height: u32) -> Result<()> {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.call("Emulation.setDeviceMetricsOverride", &size).map(drop)
    }

    /// Says what the user prefers, such as `("prefers-color-scheme", "dark")`.
    ///
    /// # Errors
    /// Where the browser is gone.
    pub fn prefer(&mut self, features: &[(&str, &str)]) -> Result<()> {
        let features: Vec<_> =
            features.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        self.call("Emulation.setEmulatedMedia", &json!({ "features": features })).map(drop)
    }

    /// What the window shows, as a PNG in base64.
    ///
    /// # Errors
    /// Where the browser is gone.
    pub fn screenshot(&mut self) -> Result<String> {
        let shot = self.call("Page.captureScreenshot", &json!({ "format": "png" }))?;
        Ok(shot["data"].as_str().context("a picture")?.to_owned())
    }

    /// What the page has had to complain about in the browser's console, errors and warnings, and what it has thrown.
    ///
    /// # Errors
    /// Where the browser is gone.
    pub fn complaints(&mut self) -> Result<&[String]> {
        // What came before this answer has been read.
        self.evaluate("0")?;
        Ok(&self.complaints)
    }

    /// Calls a method of the protocol.
    ///
    /// # Errors
    /// Where the browser refuses it or does not answer.
    pub fn call(&mut self, method: &str, parameters: &Value) -> Result<Value> {
        self.calls += 1;
        let number = self.calls;
        let mut order = json!({ "id": number, "method": method, "params": parameters });
        if !self.session.is_empty() {
            order["sessionId"] = json!(self.session);
        }
        let mut bytes = serde_json::to_vec(&order)?;
        bytes.push(0);
        self.orders.write_all(&bytes)?;
        let deadline = Instant::now() + 3 * PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let mut message = match self.messages.recv_timeout(left) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout) => bail!("the browser does not answer `{method}`"),
                Err(RecvTimeoutError::Disconnected) => bail!("the browser has ended: {}", self.log.text()),
            };
            if message["id"] == number {
                ensure!(message["error"].is_null(), "`{method}`: {}", message["error"]);
                return Ok(message["result"].take());
            }
            self.complaints.extend(complaint(&message));
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It ends its processes in order; killed, they would write into the profile while that is removed.
        self.session.clear();
        let asked = self.call("Browser.close", &json!({})).is_ok();
        let deadline = Instant::now() + Duration::from_secs(5);
        while asked && Instant::now() < deadline && matches!(self.process.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn option(name: &str, path: &Path) -> std::ffi::OsString {
    let mut option = std::ffi::OsString::from(name);
    option.push(path);
    option
}

/// The messages of a stream, until it ends.
fn read(stream: impl Read + Send + 'static) -> Receiver<Value> {
    let (sender, messages) = mpsc::channel();
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut bytes = Vec::new();
        while stream.read_until(0, &mut bytes).is_ok_and(|read| read > 0) {
            let message = serde_json::from_slice(bytes.strip_suffix(&[0]).unwrap_or(&bytes));
            if message.is_ok_and(|message| sender.send(message).is_err()) {
                return;
            }
            bytes.clear();
        }
    });
    messages
}

/// What of an event of the protocol a user would see as an error or a warning in the console.
fn complaint(event: &Value) -> Option<String> {
    let told = &event["params"];
    match event["method"].as_str()? {
        "Runtime.exceptionThrown" => Some(told["exceptionDetails"].to_string()),
        "Runtime.consoleAPICalled" => ["error", "warning", "assert"]
            .contains(&told["type"].as_str().unwrap_or_default())
            .then(|| told["args"].to_string()),
        "Log.entryAdded" => ["error", "warning"]
            .contains(&told["entry"]["level"].as_str().unwrap_or_default())
            .then(|| told["entry"].to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_end_with_a_zero_byte() {
        let messages = read(b"{\"id\":1}\0{\"id\":2}\0{\"id\":".as_slice());
        assert_eq!(messages.iter().map(|message| message["id"].clone()).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn errors_and_warnings_are_complaints() {
        let check = |event: Value, expected: Option<&str>| {
            assert_eq!(complaint(&event).as_deref(), expected, "{event}");
        };
        let console = |kind: &str| json!({ "method": "Runtime.consoleAPICalled", "params": { "type": kind, "args": ["x"] } });
        check(console("error"), Some("[\"x\"]"));
        check(console("log"), None);
        let entry =
            |level: &str| json!({ "method": "Log.entryAdded", "params": { "entry": { "level": level } } });
        check(entry("warning"), Some("{\"level\":\"warning\"}"));
        check(entry("info"), None);
        check(json!({ "id": 7, "result": {} }), None);
    }
}
