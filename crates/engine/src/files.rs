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
pub use self::compose::Finding;
use self::compose::Layer;
pub use self::places::{Location, Places};
pub use self::text::Text;
use crate::Error;

/// The largest `docker inspect` output that is read, in bytes: some ten thousand containers.
///
/// ```
/// assert_eq!(portolan_engine::files::MAX_INSPECT, 128 * 1024 * 1024);
/// ```
pub const MAX_INSPECT: usize = 128 << 20;

/// The largest Compose file that is read, in bytes, likewise each file that it names.
///
/// ```
/// assert_eq!(portolan_engine::files::MAX_COMPOSE, 1024 * 1024);
/// ```
pub const MAX_COMPOSE: usize = 1 << 20;

/// Which language a text is in.
///
/// ```
/// use portolan_engine::files::Source;
///
/// assert_eq!(Source::detect("services: {}"), Source::Compose);
/// assert_eq!(Source::detect("[{\"Id\": \"1f\"}]"), Source::Inspect);
/// assert_eq!(Source::detect("[Container]\nImage=nginx\n"), Source::Quadlet);
/// ```
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
///
/// ```
/// use portolan_engine::files::{self, Context};
///
/// let environment = [("TAG".to_owned(), "1.29".to_owned())].into();
/// let text = "services: {web: {image: \"nginx:${TAG}\"}}";
/// let (containers, _) = files::parse(text, &Context::without_files(environment));
/// assert_eq!(containers[0].image.tag, "1.29");
/// ```
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

/// The Compose files of a directory that Compose takes where none is named: the first of `compose.yaml`, `compose.yml`,
/// `docker-compose.yml` and `docker-compose.yaml`, and the one that is laid over it, `compose.override.yml` and so on. None where the
/// first is not there (Compose 2.40).
///
/// ```
/// use portolan_engine::files::compose_files;
///
/// let directory = tempfile::tempdir()?;
/// assert!(compose_files(directory.path()).is_empty());
/// std::fs::File::create(directory.path().join("compose.yml"))?;
/// assert!(compose_files(directory.path())[0].ends_with("compose.yml"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn compose_files(directory: &Path) -> Vec<PathBuf> {
    const FILES: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
    const OVER: [&str; 4] = [
        "compose.override.yml",
        "compose.override.yaml",
        "docker-compose.override.yml",
        "docker-compose.override.yaml",
    ];
    let first =
        |names: [&str; 4]| names.map(|name| directory.join(name)).into_iter().find(|file| file.is_file());
    let file = first(FILES);
    let over = file.is_some().then(|| first(OVER)).flatten();
    file.into_iter().chain(over).collect()
}

/// Reads the containers of a file, or of the Compose files of a directory.
///
/// ```
/// use portolan_engine::files;
///
/// let directory = tempfile::tempdir()?;
/// let path = directory.path().join("containers.json");
/// # use std::io::Write as _;
/// std::fs::File::create(&path)?.write_all(b"[{\"Id\": \"1f\", \"Name\": \"/web\"}]")?;
/// let (containers, findings) = files::read(&path, &Default::default())?;
/// assert_eq!((containers[0].name.as_str(), findings), ("web", vec![]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::Source`] where the file cannot be read. What is wrong with its text is among the diagnostics.
pub fn read(
    path: &Path,
    environment: &BTreeMap<String, String>,
) -> Result<(Vec<Container>, Vec<Diagnostic>), Error> {
    open(path, environment).map(Reading::into_parts)
}

/// What a file or text comes to, with the places of its labels.
///
/// ```
/// use portolan_container::LabelPlace;
/// use portolan_engine::files;
///
/// let text = "services:\n  web:\n    image: nginx\n    labels:\n      traefik.enable: yes\n";
/// let reading = files::open_text(text, "/srv/shop".as_ref(), &Default::default());
/// let place = LabelPlace::key("traefik.enable", 0..7);
/// let location = reading.places.label(&reading.containers[0], &place).ok_or("it stands there")?;
/// assert_eq!(location.line_and_column(), (5, 7));
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
pub struct Reading {
    /// The containers.
    pub containers: Vec<Container>,
    /// What is wrong with the text.
    pub findings: Vec<Finding>,
    /// Where labels stand.
    pub places: Places,
}

impl Reading {
    fn into_parts(self) -> (Vec<Container>, Vec<Diagnostic>) {
        (self.containers, self.findings.into_iter().map(|finding| finding.diagnostic).collect())
    }
}

/// Reads the containers of a file, or of the Compose files of a directory, and where their labels stand.
///
/// ```
/// use portolan_engine::files;
///
/// let reading = files::open("/nonexistent/compose.yaml".as_ref(), &Default::default());
/// assert!(reading.is_err());
/// ```
///
/// # Errors
/// [`Error::Source`] where the file cannot be read, or a directory has no Compose file. What is wrong with a text is among the findings.
pub fn open(path: &Path, environment: &BTreeMap<String, String>) -> Result<Reading, Error> {
    let source = |path: &Path, reason| Error::Source { path: path.to_owned(), reason };
    let paths = if path.is_dir() { compose_files(path) } else { vec![path.to_owned()] };
    let mut files = Vec::new();
    for path in &paths {
        let most = if files.is_empty() { MAX_INSPECT } else { MAX_COMPOSE };
        let text = read_bounded(path, most).map_err(|reason| source(path, reason))?;
        let absolute = std::path::absolute(path).map_err(|reason| source(path, reason))?;
        files.push((path.as_path(), absolute, text));
    }
    let Some((_, first, _)) = files.first() else {
        let reason = io::Error::new(io::ErrorKind::NotFound, "the directory has no Compose file");
        return Err(source(path, reason));
    };
    let directory = first.parent().unwrap_or(Path::new("/")).to_owned();
    let texts: Vec<Given<'_>> =
        files.iter().map(|(path, absolute, text)| Given { path: Some((path, absolute)), text }).collect();
    Ok(reading(&texts, &Context::on_disk(directory, environment.clone())))
}

/// The same of a text without a file of its own; `directory` is the working directory.
///
/// ```
/// use portolan_engine::files;
///
/// let reading = files::open_text("services: {web: {image: nginx}}", "/srv/shop".as_ref(), &Default::default());
/// assert_eq!(reading.containers[0].name, "shop-web-1");
/// ```
pub fn open_text(text: &str, directory: &Path, environment: &BTreeMap<String, String>) -> Reading {
    let directory = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
    reading(&[Given { path: None, text }], &Context::on_disk(directory, environment.clone()))
}

/// Reads the containers of a text without a file of its own, such as standard input; `directory` is the working directory.
///
/// ```
/// use portolan_engine::files;
///
/// let (containers, _) = files::parse_text("{\"Id\": \"1f\"}", "/".as_ref(), &Default::default());
/// assert_eq!(containers[0].id, "1f");
/// ```
pub fn parse_text(
    text: &str,
    directory: &Path,
    environment: &BTreeMap<String, String>,
) -> (Vec<Container>, Vec<Diagnostic>) {
    open_text(text, directory, environment).into_parts()
}

/// Reads the containers of a text. Total, and pure if [`Context::read`] is.
///
/// Of a Compose file: the state is unknown, the address is the service's name unless the file gives one, and labels that
/// Compose sets are set. `compose:PROJECT/SERVICE/NUMBER` is the identifier. Of a quadlet unit, likewise; `quadlet:NAME`.
///
/// ```
/// use portolan_engine::files::{self, Context};
///
/// let text = "services: {web: {image: nginx, scale: 2}}";
/// let (containers, findings) = files::parse(text, &Context::without_files(Default::default()));
/// assert_eq!((containers.len(), findings), (2, vec![]));
/// ```
pub fn parse(text: &str, context: &Context<'_>) -> (Vec<Container>, Vec<Diagnostic>) {
    reading(&[Given { path: None, text }], context).into_parts()
}

/// A text, and the path at which it was found, if at any, as it was named and absolute.
#[derive(Clone, Copy, Debug)]
struct Given<'t> {
    path: Option<(&'t Path, &'t Path)>,
    text: &'t str,
}

/// Reads a text; those after the first are laid over it where it is a Compose file.
fn reading(texts: &[Given<'_>], context: &Context<'_>) -> Reading {
    let texts: Vec<Given<'_>> = texts
        .iter()
        .map(|Given { path, text }| Given { path: *path, text: text.trim_start_matches('\u{feff}') })
        .collect();
    let Given { path, text } = texts.first().copied().unwrap_or(Given { path: None, text: "" });
    let path = path.map(|(path, _)| path);
    let kind = Source::detect(text);
    let of_text = |(containers, findings): (Vec<Container>, Vec<Diagnostic>)| {
        (containers, findings.into_iter().map(Finding::of_text).collect())
    };
    let (containers, findings) = match kind {
        Source::Inspect => of_text(inspect::parse(text)),
        Source::Compose | Source::Quadlet if text.len() > MAX_COMPOSE => {
            let message = format!("a Compose file is at most {MAX_COMPOSE} bytes, this has {}", text.len());
            of_text((Vec::new(), vec![Diagnostic::error(COMPOSE_TOO_LARGE, message)]))
        }
        Source::Compose => {
            let layers: Vec<Layer<'_>> = texts
                .iter()
                .map(|Given { path, text }| Layer { path: path.map(|(_, absolute)| absolute), text })
                .collect();
            let (containers, findings) = compose::parse(&layers, context);
            let over = texts.get(1..).unwrap_or_default().iter();
            let over = over.filter_map(|text| Some((text.path?.0, text.text)));
            let places = Places::of_compose(path, text, over, &context.directory);
            return Reading { containers, findings, places };
        }
        Source::Quadlet => {
            let quadlet::Unit { containers, findings, assignments } = quadlet::parse(text, path);
            let (containers, findings) = of_text((containers, findings));
            return Reading { containers, findings, places: Places::of_quadlet(path, text, assignments) };
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
    fn compose_takes_one_file_and_one_over_it() {
        let directory = tempfile::tempdir().unwrap();
        let check = |new: &str, expected: &[&str]| {
            std::fs::File::create(directory.path().join(new)).unwrap();
            let names: Vec<PathBuf> = expected.iter().map(|name| directory.path().join(name)).collect();
            assert_eq!(compose_files(directory.path()), names, "{new}");
        };
        check("compose.override.yaml", &[]);
        check("docker-compose.yml", &["docker-compose.yml", "compose.override.yaml"]);
        check("docker-compose.override.yml", &["docker-compose.yml", "compose.override.yaml"]);
        check("compose.override.yml", &["docker-compose.yml", "compose.override.yml"]);
        check("compose.yml", &["compose.yml", "compose.override.yml"]);
        check("compose.yaml", &["compose.yaml", "compose.override.yml"]);
    }

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
