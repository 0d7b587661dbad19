use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::Error;
use crate::format::Format;
use crate::marker::Marker;
use crate::sync::{orders_renames, sync_directory};

/// The directory that Traefik watches, and our one file in it.
///
/// One file, because Traefik skips a name that two files define. It is replaced in one rename, so that nobody ever reads half
/// of it, and made in the hidden sub-directory `.<stem>`: Traefik reads sub-directories but does not watch them, and anything
/// that happens in the watched directory itself, a temporary file's birth and each of its writes included, makes it load
/// everything again (3.7: five times for one change; this way once).
///
/// Files that others wrote are never touched: ours are known by their [`Marker`].
///
/// ```
/// use portolan_traefik::{Directory, Document, Format, Outcome};
///
/// let path = tempfile::tempdir()?;
/// let mut directory = Directory::new(path.path(), "docker-watcher", Format::Yaml)?;
/// directory.prepare()?;
/// let document = Document::new(Format::Yaml).with_header(directory.marker());
/// assert_eq!(directory.write(&document.text())?, Outcome::Written);
/// assert_eq!(directory.write(&document.text())?, Outcome::Unchanged);
/// assert!(directory.file().ends_with("docker-watcher.yml"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    stem: String,
    format: Format,
    extension: String,
    marker: Marker,
    /// Whether our file of the other format may still be there.
    other_format: bool,
    mode: Mode,
    adopts_empty: bool,
    synced: bool,
}

/// Who may read the file.
#[derive(Clone, Copy, Debug)]
enum Mode {
    Fixed(u32),
    /// As it was, group included; the first one like this.
    Kept(u32),
}

/// What a write came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The file is new.
    Written,
    /// It had these bytes already, and Traefik was not woken.
    Unchanged,
}

impl Directory {
    /// The file `<stem>.yml` or `<stem>.toml` in this directory, marked as written by the program `stem`. Touches nothing yet.
    ///
    /// # Errors
    /// [`Error::JsonInDirectory`], as Traefik does not read JSON there, and [`Error::Stem`] for a stem with a slash in it or none at all.
    pub fn new(path: impl Into<PathBuf>, stem: &str, format: Format) -> Result<Self, Error> {
        let path = path.into();
        if format == Format::Json {
            return Err(Error::JsonInDirectory { path });
        }
        if Path::new(stem).file_name().is_none_or(|name| name != stem) {
            return Err(Error::Stem { stem: stem.to_owned() });
        }
        Ok(Self {
            path,
            stem: stem.to_owned(),
            format,
            extension: format.extension().to_owned(),
            marker: Marker::new(stem),
            other_format: true,
            mode: Mode::Fixed(0o644),
            adopts_empty: false,
            synced: true,
        })
    }

    /// The file of this path, in the format that its extension says, for a program that was given one file rather than a directory.
    ///
    /// # Errors
    /// [`Error::UnknownFormat`] for another extension, else those of [`Directory::new`].
    pub fn of_file(path: &Path, marker: Marker) -> Result<Self, Error> {
        let part = |part: Option<&std::ffi::OsStr>| part.map(|it| it.to_string_lossy().into_owned());
        let extension = part(path.extension()).unwrap_or_default();
        let format = extension.parse()?;
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let stem = part(path.file_stem()).unwrap_or_default();
        let directory = Self::new(directory.unwrap_or(Path::new(".")), &stem, format)?;
        // What stands in another file was not asked about.
        Ok(Self { extension, marker, other_format: false, ..directory })
    }

    /// The same, with these permissions for the file instead of 0644.
    #[must_use]
    pub const fn with_mode(mut self, mode: u32) -> Self {
        self.mode = Mode::Fixed(mode);
        self
    }

    /// The same, the file keeping permissions and group of the one before; `first` if there was none.
    #[must_use]
    pub const fn keeping_mode(mut self, first: u32) -> Self {
        self.mode = Mode::Kept(first);
        self
    }

    /// The same, an empty file counting as ours: somebody made it for us, with the permissions that it should have.
    #[must_use]
    pub const fn adopting_empty(mut self) -> Self {
        self.adopts_empty = true;
        self
    }

    /// The same, without waiting for the disk: for a program that writes the file anew whenever it starts.
    #[must_use]
    pub const fn unsynced(mut self) -> Self {
        self.synced = false;
        self
    }

    /// The same, for a program that isn't called as its file is.
    #[must_use]
    pub fn with_marker(mut self, marker: Marker) -> Self {
        self.marker = marker;
        self
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Our file in it.
    pub fn file(&self) -> PathBuf {
        self.path.join(format!("{}.{}", self.stem, self.extension))
    }

    /// What it is written in.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// By what our file is known: the header that its documents must have.
    pub const fn marker(&self) -> &Marker {
        &self.marker
    }

    /// Makes the directory if it is absent, removes what a killed process left half written, and sees that no foreign file
    /// stands under our name.
    ///
    /// # Errors
    /// [`Error::Foreign`] and [`Error::NotAFile`] for what stands under our name, [`Error::Io`] if the system refuses a step.
    pub fn prepare(&mut self) -> Result<(), Error> {
        make_directories(&self.path)?;
        let scratch = self.scratch();
        make_directories(&scratch)?;
        for entry in fs::read_dir(&scratch).map_err(|error| Error::io("read", &scratch, error))? {
            let path = entry.map_err(|error| Error::io("read", &scratch, error))?.path();
            if path.extension().is_some_and(|extension| extension == TEMPORARY) {
                remove_if_present(&path)?;
            }
        }
        self.ours(&self.file())?;
        Ok(())
    }

    /// Replaces the file by this text, unless it has these very bytes. Once that is done, our file of the other format, from
    /// before a change of settings, is removed: later than a moment in which routes are defined twice, and never earlier.
    ///
    /// The new text is on the disk when this returns, and readable by everyone whatever the umask, as Traefik may be another user.
    /// Whoever reads sees it before that where the file system keeps a crash from leaving less than one of the two texts.
    ///
    /// # Errors
    /// Those of [`Directory::prepare`], and [`Error::Unmarked`] for a text without our header. The file is then as it was, or
    /// whole and new if it is in its place and the disk fails at last.
    pub fn write(&mut self, text: &str) -> Result<Outcome, Error> {
        let file = self.file();
        if !self.marker.heads(text.as_bytes()) {
            return Err(Error::Unmarked { path: file, marker: self.marker.to_string() });
        }
        let old = self.ours(&file)?;
        let metadata = old.as_ref().and_then(|old| old.file.metadata().ok());
        let unchanged = match old {
            Some(old) => old.is(text).map_err(|error| Error::io("read", &file, error))?,
            None => false,
        };
        let outcome = if unchanged {
            Outcome::Unchanged
        } else {
            self.replace(&file, text, metadata.as_ref())?;
            Outcome::Written
        };
        if self.other_format {
            self.remove_other_format()?;
            self.other_format = false;
        }
        Ok(outcome)
    }

    /// A file of ours in the hidden directory beside the one for Traefik, which neither reads nor watches it.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.scratch().join(name)
    }

    /// Keeps bytes for the program's own next start, in the hidden directory under this name, readable by its user alone. They are
    /// replaced in one rename, and may be lost if the machine stops within seconds.
    ///
    /// ```
    /// use portolan_traefik::{Directory, Format};
    ///
    /// let path = tempfile::tempdir()?;
    /// let directory = Directory::new(path.path(), "docker-watcher", Format::Yaml)?;
    /// directory.keep("engines.json", b"{}")?;
    /// assert_eq!(directory.kept("engines.json")?.as_deref(), Some(b"{}".as_slice()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Io`] if the system refuses a step.
    pub fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let (scratch, file) = (self.scratch(), self.beside(name));
        make_directories(&self.path)?;
        make_directories(&scratch)?;
        let temporary = temporary_in(&scratch);
        let temporary = temporary.map_err(|error| Error::io("create a file in", &scratch, error))?;
        temporary.as_file().write_all(bytes).map_err(|error| Error::io("write", &file, error))?;
        temporary.persist(&file).map_err(|error| Error::io("replace", &file, error.error))?;
        Ok(())
    }

    /// What is kept under this name, `None` if nothing is.
    ///
    /// # Errors
    /// [`Error::Io`] if the system refuses to read it.
    pub fn kept(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let file = self.beside(name);
        match fs::read(&file) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io("read", file, error)),
        }
    }

    /// Removes what is kept under this name, if anything is.
    ///
    /// # Errors
    /// [`Error::Io`] if the system refuses it.
    pub fn drop_kept(&self, name: &str) -> Result<(), Error> {
        match remove_if_present(&self.beside(name)) {
            // A file stands where the directory should be: nothing is kept there.
            Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotADirectory => Ok(()),
            result => result,
        }
    }

    /// Removes our file, of whichever format. True if there was one.
    ///
    /// # Errors
    /// Those of [`Directory::prepare`].
    pub fn remove(&mut self) -> Result<bool, Error> {
        let file = self.file();
        let present = self.ours(&file)?.is_some();
        if present {
            remove_if_present(&file)?;
        }
        let other = self.remove_other_format()?;
        // Empty unless another process of ours is at work.
        let _ = fs::remove_dir(self.scratch());
        sync_directory(&self.path);
        Ok(present || other)
    }

    /// Writes the file anew; `old` is the one before, if there was one.
    fn replace(&self, file: &Path, text: &str, old: Option<&fs::Metadata>) -> Result<(), Error> {
        let scratch = self.scratch();
        let temporary = match temporary_in(&scratch) {
            // Someone removed the directory, or this is the first write.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make_directories(&self.path)?;
                make_directories(&scratch)?;
                temporary_in(&scratch)
            }
            result => result,
        }
        .map_err(|error| Error::io("create a file in", &scratch, error))?;
        // To sync takes longer than all else together: where that is safe, Traefik does not wait for it.
        let sync_first = self.synced && !(old.is_some() && orders_renames(temporary.as_file()));
        let written = (|| {
            self.permit(temporary.as_file(), old)?;
            temporary.as_file().write_all(text.as_bytes())?;
            if sync_first { temporary.as_file().sync_all() } else { Ok(()) }
        })();
        // Dropped on its way out, the temporary file is gone too.
        written.map_err(|error| Error::io("write", file, error))?;
        let new = temporary.persist(file).map_err(|error| Error::io("replace", file, error.error))?;
        if !self.synced {
            return Ok(());
        }
        if !sync_first {
            new.sync_all().map_err(|error| Error::io("sync", file, error))?;
        }
        sync_directory(&self.path);
        Ok(())
    }

    /// Lets those read the new file who should.
    fn permit(&self, new: &File, old: Option<&fs::Metadata>) -> io::Result<()> {
        let mode = match (self.mode, old) {
            (Mode::Fixed(mode) | Mode::Kept(mode), None) | (Mode::Fixed(mode), Some(_)) => mode,
            (Mode::Kept(_), Some(old)) => {
                // Only a member of the group may give it: whoever is not leaves ours, and the mode says what that may do.
                if new.metadata()?.gid() != old.gid() {
                    let _ = fchown(new, None, Some(old.gid()));
                }
                old.permissions().mode() & 0o777
            }
        };
        new.set_permissions(Permissions::from_mode(mode))
    }

    /// The file of ours at this path, none if nothing is there.
    fn ours(&self, path: &Path) -> Result<Option<Ours>, Error> {
        match self.look(path)? {
            Found::Nothing => Ok(None),
            Found::Ours(ours) => Ok(Some(ours)),
            Found::Foreign => Err(Error::Foreign { path: path.to_owned(), marker: self.marker.to_string() }),
            Found::NotAFile(kind) => Err(Error::NotAFile { path: path.to_owned(), kind }),
        }
    }

    fn look(&self, path: &Path) -> Result<Found, Error> {
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(Error::io("read", path, error)),
        };
        let kind = metadata.file_type();
        if kind.is_dir() {
            return Ok(Found::NotAFile("directory"));
        } else if kind.is_symlink() {
            return Ok(Found::NotAFile("symbolic link"));
        } else if !kind.is_file() {
            return Ok(Found::NotAFile("special file"));
        }
        let read = || {
            let mut file = File::open(path)?;
            // A foreign file may be large: its beginning tells.
            let mut beginning = Vec::new();
            let length = self.marker.as_str().len() as u64 + 1;
            (&mut file).take(length).read_to_end(&mut beginning)?;
            let ours = self.marker.heads(&beginning) || (self.adopts_empty && beginning.is_empty());
            Ok(if ours { Found::Ours(Ours { file, beginning }) } else { Found::Foreign })
        };
        read().map_err(|error| Error::io("read", path, error))
    }

    fn remove_other_format(&self) -> Result<bool, Error> {
        let other = self.file_in(if self.format == Format::Yaml { Format::Toml } else { Format::Yaml });
        let ours = matches!(self.look(&other)?, Found::Ours(_));
        if ours {
            remove_if_present(&other)?;
        }
        Ok(ours)
    }

    fn file_in(&self, format: Format) -> PathBuf {
        self.path.join(format!("{}.{}", self.stem, format.extension()))
    }

    /// Where a file is made before it is renamed into its place: in the same file system.
    fn scratch(&self) -> PathBuf {
        self.path.join(format!(".{}", self.stem))
    }
}

/// What is found where a file of ours could be.
enum Found {
    Nothing,
    Ours(Ours),
    Foreign,
    NotAFile(&'static str),
}

/// A file of ours, read as far as its marker.
struct Ours {
    file: File,
    beginning: Vec<u8>,
}

impl Ours {
    /// Whether it has these bytes.
    fn is(mut self, text: &str) -> io::Result<bool> {
        // Another length, the usual case, needs no reading.
        if self.file.metadata()?.len() != text.len() as u64 {
            return Ok(false);
        }
        let mut bytes = self.beginning;
        self.file.read_to_end(&mut bytes)?;
        Ok(bytes == text.as_bytes())
    }
}

/// The extension of a file that is being made: Traefik reads other extensions alone.
const TEMPORARY: &str = "tmp";

/// Makes the directory and those above it that are absent, open to Traefik whatever the umask: one sub-directory that it
/// cannot read, and it refuses them all.
fn make_directories(path: &Path) -> Result<(), Error> {
    let absent: Vec<_> =
        path.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).collect();
    for path in absent.into_iter().rev() {
        match fs::create_dir(path) {
            Ok(()) => fs::set_permissions(path, Permissions::from_mode(0o755)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
            Err(error) => Err(error),
        }
        .map_err(|error| Error::io("create", path, error))?;
    }
    Ok(())
}

/// A new file that its user alone may read, gone when it is dropped. Neither opened nor written to by `tempfile`, which adds the
/// file's path to an error: that is another at each try, and of no use to anybody.
fn temporary_in(directory: &Path) -> io::Result<NamedTempFile> {
    let open =
        |path: &Path| OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path);
    tempfile::Builder::new().prefix("").suffix(".tmp").make_in(directory, open)
}

fn remove_if_present(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", path, error)),
        _ => Ok(()),
    }
}
