use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use nix::fcntl::OFlag;
use portolan_program::report;
use portolan_traefik::Directory;
use tracing::{info, warn};

/// How often it is looked whether it has.
const INTERVAL: Duration = Duration::from_millis(50);

/// That the file of routes is ours alone, until this is dropped or the process ends, however that ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// That another one keeps a file of routes.
#[derive(Debug)]
pub(crate) struct Kept {
    file: PathBuf,
    /// Which, as a part of a sentence.
    process: String,
    patience: Duration,
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is kept by another jupyterhub-proxy{}", self.file.display(), self.process)
    }
}

impl Kept {
    /// The end of a program that cannot do without the file.
    pub(crate) fn into_error(self) -> anyhow::Error {
        let error = anyhow!("{self}, which has not ended within {:?}", self.patience);
        let help = "end that one, or name another file by --dynamic-config-file";
        report::with_help(error, Some(help.to_owned()))
    }
}

impl Lock {
    /// How long another one has to end: longer than its Traefik may take.
    pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

    /// The same where another file will do.
    pub(crate) const MOMENT: Duration = Duration::from_secs(1);

    /// Takes the file, once another one that is just ending has let go of it. None where the system has no locks, or none for us.
    ///
    /// # Errors
    /// Where another one keeps it for so long.
    pub(crate) fn take(directory: &Directory, patience: Duration) -> Result<Option<Self>, Kept> {
        let kept = directory.file();
        let unknown = |error: io::Error| {
            warn!("it is unknown whether another jupyterhub-proxy keeps `{}`: {error}", kept.display());
        };
        let name = kept.file_name().unwrap_or_default().to_string_lossy();
        let mut file = match open(&directory.beside(&format!("{name}.lock"))) {
            Ok(file) => file,
            Err(error) => {
                unknown(error);
                return Ok(None);
            }
        };
        let begin = Instant::now();
        let mut waits = false;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => {
                    unknown(error);
                    return Ok(None);
                }
                Err(TryLockError::WouldBlock) if begin.elapsed() < patience => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(Kept { process: process(&file), file: kept, patience });
                }
            }
            if !waits {
                info!("waiting for another jupyterhub-proxy{} to end", process(&file));
                waits = true;
            }
            std::thread::sleep(INTERVAL);
        }
        // For whoever waits to tell: that it cannot be written is no reason to end.
        let _ = file
            .rewind()
            .and_then(|()| file.set_len(0))
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(Some(Self { _file: file }))
    }
}

/// The file that is locked. It is for us alone: whoever may open it may keep us from starting.
fn open(path: &Path) -> io::Result<File> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let absent = parent.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
    for path in absent.collect::<Vec<_>>().into_iter().rev() {
        match DirBuilder::new().create(path) {
            // Traefik refuses all of a directory for one in it that it cannot read.
            Ok(()) => fs::set_permissions(path, Permissions::from_mode(0o755))?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    options.mode(0o600).custom_flags(OFlag::O_NOFOLLOW.bits()).open(path)
}

/// Which process has written its number into the file.
fn process(mut file: &File) -> String {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.take(20).read_to_string(&mut text));
    match read.ok().and_then(|_| text.trim().parse::<u32>().ok()) {
        Some(number) => format!(", process {number}"),
        None => String::new(),
    }
}
