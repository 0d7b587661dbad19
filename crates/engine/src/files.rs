//! Files as an engine: containers from text that an engine printed, or that says what an engine is to start.
//!
//! A person or a CI job can see what labels come to without an engine, and a report of a mistake can be repeated anywhere.
//! Reading is total: what cannot be read becomes a [`Diagnostic`], and everything else is kept.
//!
//! ```
//! use std::collections::BTreeMap;
//! use portolan_engine::files::{self, Context};
//!
//! let text = "
//! name: shop
//! services:
//!   web:
//!     image: nginx
//!     labels:
//!       traefik.http.routers.web.rule: Host(`${DOMAIN:-example.com}`)
//! ";
//! let (containers, findings) = files::parse(text, &Context::without_files(BTreeMap::new()));
//! assert!(findings.is_empty());
//! assert_eq!(containers[0].name, "shop-web-1");
//! assert_eq!(containers[0].labels["traefik.http.routers.web.rule"], "Host(`example.com`)");
//! // The address is not known yet; the service's name resolves on the project's network.
//! assert_eq!(containers[0].attachments["shop_default"].address().as_deref(), Some("web"));
//! ```

mod codes;
mod compose;
mod dotenv;
mod inspect;
mod interpolate;
mod marked;
mod nesting;
mod places;
mod quadlet;
mod text;
mod words;
mod yaml;

use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use portolan_container::{Container, Diagnostic};

pub use self::codes::*;
pub use self::places::{Location, Places};
pub use self::text::Text;
use crate::Error;

/// The largest `docker inspect` output that is read, in bytes: some ten thousand containers.
pub const MAX_INSPECT: usize = 128 << 20;

/// The largest Compose file that is read, in bytes, likewise each file that it names.
pub const MAX_COMPOSE: usize = 1 << 20;

/// Which language a text is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// What `docker inspect` or `podman inspect` prints: a JSON list, one object, or one object a line.
    Inspect,
    /// A Compose file, in YAML or as the JSON that `docker compose config --format json` prints.
    Compose,
    /// A `.container` unit, from which Podman's generator makes a service of systemd.
    Quadlet,
}

impl Source {
    /// Tells by the first character that is not blank; a JSON object with `services` is a Compose file, and what begins with
    /// `[Unit]` or another section is a unit.
    pub fn detect(text: &str) -> Self {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        match text.chars().next() {
            Some('[' | '#' | ';') if quadlet::is_unit(text) => Self::Quadlet,
            Some('[') => Self::Inspect,
            Some('{') if !inspect::is_compose(text) => Self::Inspect,
            _ => Self::Compose,
        }
    }
}

/// What a text is read against: where it lies, the environment, and the files beside it.
pub struct Context<'a> {
    /// The directory of the file, absolute; it names the project and is where relative paths begin.
    pub directory: PathBuf,
    /// The environment's variables, over those of `.env`.
    pub environment: BTreeMap<String, String>,
    /// Reads a file that the text names; `.env` is asked for and need not be there.
    pub read: &'a dyn Fn(&Path) -> io::Result<String>,
}

impl Context<'static> {
    /// Files are read from disk.
    pub fn on_disk(directory: PathBuf, environment: BTreeMap<String, String>) -> Self {
        Self { directory, environment, read: &|path| read_bounded(path, MAX_COMPOSE) }
    }

    /// There are no files beside the text.
    pub fn without_files(environment: BTreeMap<String, String>) -> Self {
        Self { directory: PathBuf::from("/"), environment, read: &|_| Err(io::ErrorKind::NotFound.into()) }
    }
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Variables hold passwords.
        f.debug_struct("Context").field("directory", &self.directory).finish_non_exhaustive()
    }
}

/// Reads the containers of a file.
///
/// # Errors
/// [`Error::Source`] where the file cannot be read. What is wrong with its text is among the diagnostics.
pub fn read(
    path: &Path,
    environment: &BTreeMap<String, String>,
) -> Result<(Vec<Container>, Vec<Diagnostic>), Error> {
    open(path, environment).map(|reading| (reading.containers, reading.findings))
}

/// What a file or text comes to, with the places of its labels.
#[derive(Debug)]
pub struct Reading {
    /// The containers.
    pub containers: Vec<Container>,
    /// What is wrong with the text.
    pub findings: Vec<Diagnostic>,
    /// Where labels stand.
    pub places: Places,
}

/// Reads the containers of a file, and where their labels stand in it.
///
/// # Errors
/// [`Error::Source`] where the file cannot be read. What is wrong with its text is among the diagnostics.
pub fn open(path: &Path, environment: &BTreeMap<String, String>) -> Result<Reading, Error> {
    let source = |reason| Error::Source { path: path.to_owned(), reason };
    let text = read_bounded(path, MAX_INSPECT).map_err(source)?;
    let absolute = std::path::absolute(path).map_err(source)?;
    let directory = absolute.parent().unwrap_or(Path::new("/")).to_owned();
    Ok(reading(&text, Some(path), &Context::on_disk(directory, environment.clone())))
}

/// The same of a text without a file of its own; `directory` is the working directory.
pub fn open_text(text: &str, directory: &Path, environment: &BTreeMap<String, String>) -> Reading {
    let directory = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
    reading(text, None, &Context::on_disk(directory, environment.clone()))
}

/// Reads the containers of a text without a file of its own, such as standard input; `directory` is the working directory.
pub fn parse_text(
    text: &str,
    directory: &Path,
    environment: &BTreeMap<String, String>,
) -> (Vec<Container>, Vec<Diagnostic>) {
    let reading = open_text(text, directory, environment);
    (reading.containers, reading.findings)
}

/// Reads the containers of a text. Total, and pure if [`Context::read`] is.
///
/// Of a Compose file: the state is unknown, the address is the service's name unless the file gives one, and labels that
/// Compose sets are set. `compose:PROJECT/SERVICE/NUMBER` is the identifier. Of a quadlet unit, likewise; `quadlet:NAME`.
pub fn parse(text: &str, context: &Context<'_>) -> (Vec<Container>, Vec<Diagnostic>) {
    let reading = reading(text, None, context);
    (reading.containers, reading.findings)
}

/// Reads a text that was found at `path`, if anywhere.
fn reading(text: &str, path: Option<&Path>, context: &Context<'_>) -> Reading {
    let text = text.trim_start_matches('\u{feff}');
    let kind = Source::detect(text);
    let (containers, findings) = match kind {
        Source::Inspect => inspect::parse(text),
        Source::Compose | Source::Quadlet if text.len() > MAX_COMPOSE => {
            let message = format!("a Compose file is at most {MAX_COMPOSE} bytes, this has {}", text.len());
            (Vec::new(), vec![Diagnostic::error(COMPOSE_TOO_LARGE, message)])
        }
        Source::Compose => compose::parse(text, context),
        Source::Quadlet => {
            let unit = quadlet::parse(text, path);
            let places = Places::of_quadlet(path, text, unit.assignments);
            return Reading { containers: unit.containers, findings: unit.findings, places };
        }
    };
    Reading { containers, findings, places: Places::new(kind, path, text) }
}

/// Reads a file that may be a device or grow while it is read.
fn read_bounded(path: &Path, most: usize) -> io::Result<String> {
    let mut text = String::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    std::fs::File::open(path)?.take(limit).read_to_string(&mut text)?;
    if text.len() > most {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {} MiB", most >> 20)));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_told_by_its_beginning() {
        let check = |text: &str, expected: Source| assert_eq!(Source::detect(text), expected, "{text}");
        check("[]", Source::Inspect);
        check("\u{feff}\r\n [{}]", Source::Inspect);
        check("{\"Id\": \"1\"}", Source::Inspect);
        check("{\"name\": \"p\", \"services\": {}}", Source::Compose);
        check("{\"services\": ", Source::Inspect);
        check("services: {}", Source::Compose);
        check("# a comment\nname: x", Source::Compose);
        check("", Source::Compose);
        check("# web\n[Unit]\n", Source::Quadlet);
    }
}
