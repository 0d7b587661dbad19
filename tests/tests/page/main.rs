//! The status page of `docker-watcher run`, in a real browser.

mod hostile;
mod keyboard;
mod live;
mod looks;
mod many;
mod search;

use anyhow::{Context, Result, ensure};
use portolan_tests::{Browser, Need, Stage, Watcher, free_port, stage, unmet};
use serde_json::{Value, json};

/// What tests ask of the page, before its own script runs.
const QUESTIONS: &str = r"
    window.node = (name) => [...document.querySelectorAll('.node')].find((node) => node.querySelector('.name').textContent === name);
    window.names = (kind) => [...document.querySelectorAll(`.column[data-kind='${kind}'] .node .name`)].map((name) => name.textContent);
    window.focused = () => document.activeElement?.closest('.node')?.querySelector('.name').textContent;
";

/// One who hears what the page tells those who do not see it.
const LISTENER: &str = r"
    window.heard = [];
    new MutationObserver(() => heard.push(at('live').textContent)).observe(at('live'), { childList: true });
";

/// A watcher that serves the page, and a browser that has not opened it yet.
struct Shown<'s, 'e> {
    stage: &'s Stage<'e>,
    watcher: Watcher,
    browser: Browser,
    port: u16,
}

/// Plays a test of the page on an engine that no other test uses meanwhile.
fn shown(test: impl FnOnce(&mut Shown<'_, '_>) -> Result<()>) -> Result<()> {
    if unmet(&[Need::Browser])?.is_some() {
        return Ok(());
    }
    stage(|stage| {
        let port = free_port();
        let watcher = listening(stage, port)?;
        let mut shown = Shown { stage, watcher, browser: Browser::start()?, port };
        shown.browser.call("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": QUESTIONS }))?;
        test(&mut shown)
    })
}

/// A watcher that is ready, and serves the page at this port of loopback.
fn listening(stage: &Stage<'_>, port: u16) -> Result<Watcher> {
    stage.watch(&["--status-listen", &port.to_string()])
}

impl Shown<'_, '_> {
    fn open(&mut self) -> Result<()> {
        self.browser.open(&format!("http://127.0.0.1:{}/", self.port))?;
        self.until("the page is live", "document.documentElement.dataset.link === 'live'")?;
        self.value(LISTENER).map(drop)
    }

    fn until(&mut self, what: &str, expression: &str) -> Result<()> {
        self.browser.until(what, expression)
    }

    /// Waits until the map has a node of this name.
    fn has(&mut self, name: &str) -> Result<()> {
        self.until(&format!("`{name}` is in the map"), &format!("node({})", json!(name)))
    }

    /// Waits until it has none any more.
    fn has_not(&mut self, name: &str) -> Result<()> {
        self.until(&format!("`{name}` is not in the map"), &format!("!node({})", json!(name)))
    }

    fn value(&mut self, expression: &str) -> Result<Value> {
        self.browser.evaluate(expression)
    }

    fn text(&mut self, expression: &str) -> Result<String> {
        let value = self.value(expression)?;
        Ok(value.as_str().with_context(|| format!("`{expression}` is `{value}`"))?.to_owned())
    }

    fn press(&mut self, keys: &[&str]) -> Result<()> {
        keys.iter().try_for_each(|key| self.browser.press(key))
    }

    /// The console of the browser is empty.
    fn nothing_to_complain(&mut self) -> Result<()> {
        let complaints = self.browser.complaints()?;
        ensure!(complaints.is_empty(), "{complaints:#?}");
        Ok(())
    }
}
