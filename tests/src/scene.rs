use std::ops::Deref;
use std::thread;

use anyhow::{Result, ensure};

use crate::stage::Stage;
use crate::{Engine, Need, Traefik, eventually, unmet};

/// A [`Stage`] with a Traefik that watches its directory.
#[derive(Debug)]
pub struct Scene<'e> {
    /// The proxy.
    pub traefik: Traefik,
    stage: Stage<'e>,
}

/// Plays a test on the shared engine; a test that can't run here says so and passes.
///
/// # Errors
/// Those of the test, after showing the file and what each program logged.
pub fn scene(test: impl FnOnce(&Scene<'_>) -> Result<()>) -> Result<()> {
    if unmet(&[Need::Docker, Need::Traefik, Need::Watcher])?.is_some() {
        return Ok(());
    }
    scene_on(Engine::shared()?, test)
}

/// The same on this engine.
///
/// # Errors
/// Those of the test, after showing the file and what each program logged.
pub fn scene_on(engine: &Engine, test: impl FnOnce(&Scene<'_>) -> Result<()>) -> Result<()> {
    let stage = Stage::new(engine)?;
    let traefik = Traefik::start(&stage.dynamic(), stage.scratch())?;
    let scene = Scene { traefik, stage };
    let result = test(&scene);
    if result.is_err() {
        scene.show();
    }
    result
}

impl Scene<'_> {
    /// Waits until a host is served by the container of this name.
    ///
    /// # Errors
    /// Where it is not in time.
    pub fn served(&self, host: &str, container: &str) -> Result<()> {
        eventually(&format!("`{host}` is served by `{container}`"), || {
            let response = self.traefik.get(host)?;
            ensure!(response.status == 200 && response.body == container, "{response:?}");
            Ok(())
        })
    }

    /// Waits until Traefik has no route for a host.
    ///
    /// # Errors
    /// Where it still has one.
    pub fn unrouted(&self, host: &str) -> Result<()> {
        self.answers(host, 404)
    }

    /// Waits until a host is answered with this status.
    ///
    /// # Errors
    /// Where it is not in time.
    pub fn answers(&self, host: &str, status: u16) -> Result<()> {
        eventually(&format!("`{host}` is answered with {status}"), || {
            let response = self.traefik.get(host)?;
            ensure!(response.status == status, "{response:?}");
            Ok(())
        })
    }

    #[expect(clippy::print_stderr, reason = "shown with the failed test, where output is captured too")]
    fn complain(&self) {
        eprintln!("--- traefik, warnings and errors\n{}", self.traefik.complaints().join("\n"));
    }

    fn show(&self) {
        self.stage.show();
        self.complain();
    }
}

impl<'e> Deref for Scene<'e> {
    type Target = Stage<'e>;

    fn deref(&self) -> &Self::Target {
        &self.stage
    }
}

impl Drop for Scene<'_> {
    fn drop(&mut self) {
        // The stage shows itself.
        if thread::panicking() {
            self.complain();
        }
    }
}
