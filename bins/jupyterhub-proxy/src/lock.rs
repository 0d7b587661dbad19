use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::anyhow;
use nix::fcntl::OFlag;
use portolan_program::report;
use portolan_traefik::Directory;
use tracing::{info, warn};

/// How long another one has to end: longer than its Traefik may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it is looked whether it has.
const INTERVAL: Duration = Duration::from_millis(50);

/// That the file of routes is ours alone, until this is dropped or the process ends, however that ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the file, once another one that is just ending has let go of it. None where the system has no locks, or none for us.
    ///
    /// # Errors
    /// Where another one keeps it.
    pub(crate) fn take(directory: &Directory) -> anyhow::Result<Option<Self>> {
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
                Err(TryLockError::WouldBlock) if begin.elapsed() < PATIENCE => {}
                Err(TryLockError::WouldBlock) => {
                    let error = anyhow!(
                        "`{}` is kept by another jupyterhub-proxy{}, which has not ended within {PATIENCE:?}",
                        kept.display(),
                        process(&file)
                    );
                    let help = "end that one, or name another file by --dynamic-config-file";
                    return Err(report::with_help(error, Some(help.to_owned())));
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
