use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::Duration;

use tracing::Level;

use super::entry::Entry;

/// Where systemd's journal takes entries.
pub(super) const SOCKET: &str = "/run/systemd/journal/socket";
/// The name under which ours are found: `journalctl -t podman-hook`.
pub(super) const IDENTIFIER: &str = "podman-hook";

/// The system's journal, by its own protocol: one datagram an entry.
#[derive(Debug)]
pub(super) struct Journal(UnixDatagram);

impl Journal {
    /// Connects to the journal.
    ///
    /// # Errors
    /// Where there is no socket, or nobody listens.
    pub(super) fn connect(socket: &Path) -> io::Result<Self> {
        /// It is not worth more: the entry goes to the file then.
        const PATIENCE: Duration = Duration::from_secs(1);
        let datagrams = UnixDatagram::unbound()?;
        datagrams.connect(socket)?;
        datagrams.set_write_timeout(Some(PATIENCE))?;
        Ok(Self(datagrams))
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// Where the journal is gone, or takes nothing.
    pub(super) fn send(&self, entry: &Entry) -> io::Result<()> {
        self.0.send(&fields(entry)).map(drop)
    }
}

/// An entry as the journal takes it, with the field for containers that Podman and Docker use for their own entries.
fn fields(entry: &Entry) -> Vec<u8> {
    // What syslog(3) calls error, warning, informational, debug.
    let priority = match entry.level {
        Level::ERROR => "3",
        Level::WARN => "4",
        Level::INFO => "6",
        _ => "7",
    };
    let mut bytes = Vec::new();
    field(&mut bytes, "MESSAGE", &entry.sentence());
    field(&mut bytes, "PRIORITY", priority);
    field(&mut bytes, "SYSLOG_IDENTIFIER", IDENTIFIER);
    if let Some(container) = &entry.container {
        field(&mut bytes, "CONTAINER_NAME", container);
    }
    bytes
}

fn field(bytes: &mut Vec<u8>, name: &str, value: &str) {
    /// A datagram has an end, and larger ones need memory that is shared with the journal.
    const LONGEST: usize = 48 * 1024;
    let value = value.as_bytes();
    let value = value.get(..LONGEST).unwrap_or(value);
    bytes.extend_from_slice(name.as_bytes());
    if value.contains(&b'\n') {
        bytes.push(b'\n');
        bytes.extend_from_slice(&u64::try_from(value.len()).unwrap_or_default().to_le_bytes());
    } else {
        bytes.push(b'=');
    }
    bytes.extend_from_slice(value);
    bytes.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::super::entry::entry;
    use super::*;

    #[test]
    fn an_entry_is_one_datagram() {
        let directory = tempfile::tempdir().unwrap();
        let socket = directory.path().join("socket");
        assert!(Journal::connect(&socket).is_err());
        let listener = UnixDatagram::bind(&socket).unwrap();
        let journal = Journal::connect(&socket).unwrap();
        journal.send(&entry(Some("web"), "nothing listens")).unwrap();
        let mut datagram = [0; 1024];
        let length = listener.recv(&mut datagram).unwrap();
        assert_eq!(
            String::from_utf8_lossy(&datagram[..length]),
            "MESSAGE=web: nothing listens (help: do this)\nPRIORITY=4\nSYSLOG_IDENTIFIER=podman-hook\nCONTAINER_NAME=web\n"
        );
        journal.send(&entry(None, &"ü".repeat(1_000_000))).unwrap();
        drop(listener);
        assert!(journal.send(&entry(None, "x")).is_err());
    }

    #[test]
    fn a_value_of_several_lines_has_its_length_before_it() {
        let mut bytes = Vec::new();
        field(&mut bytes, "A", "b\nc");
        assert_eq!(bytes, b"A\n\x03\0\0\0\0\0\0\0b\nc\n");
    }
}
