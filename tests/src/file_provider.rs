use std::fs;
use std::io::Write;

use anyhow::Result;
use serde_json::{Value, json};
use tempfile::{NamedTempFile, TempDir};

use crate::traefik::configuration;
use crate::{PATIENCE, Traefik};

/// One Traefik that is given many files, one after the other, and says what it makes of each.
#[derive(Debug)]
pub struct FileProvider {
    traefik: Traefik,
    directory: TempDir,
    extension: &'static str,
    count: usize,
    line: usize,
}

/// What Traefik's file provider makes of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Loaded {
    /// The dynamic configuration, defaults filled in, without empty sections.
    Configuration(Value),
    /// It refuses the file, and why.
    Refused(String),
}

impl FileProvider {
    /// Starts one, for files of this extension.
    ///
    /// # Errors
    /// Where Traefik doesn't start.
    pub fn start(extension: &'static str) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        fs::create_dir(directory.path().join("dynamic"))?;
        let traefik = Traefik::start_unreached(&directory.path().join("dynamic"), directory.path())?;
        Ok(Self { traefik, directory, extension, count: 0, line: 0 })
    }

    /// Loads a file in place of the one before.
    ///
    /// # Errors
    /// Where Traefik says nothing about it.
    pub fn load(&mut self, text: &str) -> Result<Loaded> {
        let loaded = self.load_marked(text, true)?;
        if let Loaded::Refused(_) = loaded {
            // Traefik may be about to read the file once more: what it says of it must not count for the next.
            self.load_marked("", false)?;
        }
        Ok(loaded)
    }

    /// The first thing that Traefik says after the file was put.
    fn load_marked(&mut self, text: &str, may_be_refused: bool) -> Result<Loaded> {
        // Traefik logs a configuration only if it is another one than before: a router that is in each load once makes
        // sure of that. It tells this load from those that are still on the way, too: Traefik reads files in the order
        // of their names, so what was loaded with the mark was read after it, and so after both were put.
        let mark = format!("mark-{}.", self.count);
        self.count += 1;
        let router = json!({ "http": { "routers": { &mark: { "rule": "Host(`mark`)", "service": "noop@internal" } } } });
        self.put(&format!("case.{}", self.extension), text)?;
        self.put("a-mark.yml", &router.to_string())?;
        let (loaded, line) = self.traefik.process.log.wait_for(self.line, PATIENCE, &mark, |line| {
            if line.contains("watcher callback") && line.contains(r#""level":"error""#) {
                return may_be_refused.then(|| Loaded::Refused(line.to_owned()));
            }
            let mut configuration = line.contains(&mark).then(|| configuration(line)).flatten()?;
            configuration.pointer_mut("/http/routers")?.as_object_mut()?.remove(&mark)?;
            Some(Loaded::Configuration(without_empty_sections(configuration)))
        })?;
        self.line = line;
        Ok(loaded)
    }

    fn put(&self, name: &str, text: &str) -> Result<()> {
        let mut file = NamedTempFile::new_in(self.directory.path())?;
        file.write_all(text.as_bytes())?;
        file.persist(self.directory.path().join("dynamic").join(name))?;
        Ok(())
    }
}

/// Traefik logs an empty section as `{}` or not at all, depending on the provider.
pub(crate) fn without_empty_sections(mut configuration: Value) -> Value {
    let full = |value: &Value| value.as_object().is_some_and(|section| !section.is_empty());
    if let Some(protocols) = configuration.as_object_mut() {
        if let Some(http) = protocols.get_mut("http").and_then(Value::as_object_mut) {
            http.retain(|_, section| full(section));
        }
        protocols.retain(|_, protocol| full(protocol));
    }
    configuration
}
