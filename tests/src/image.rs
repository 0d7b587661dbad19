use std::fs::File;
use std::path::PathBuf;

use anyhow::Result;
use tar::{Builder, EntryType, Header};

use crate::{Docker, prerequisites};

/// The image that all containers are made from: a web server that answers each request with `$NAME`, on `$PORT` or 80.
pub const IMAGE: &str = "portolan-e2e";

const SERVE: &str = r#"CMD ["/bin/sh", "-c", "mkdir -p /www && echo $NAME >/www/index.html && exec httpd -f -p ${PORT:-80} -h /www"]"#;

/// What follows the word `import` to make [`IMAGE`] from [`archive`].
pub(crate) const IMPORT: [&str; 6] = ["--change", SERVE, "--change", "EXPOSE 80", "-", IMAGE];

/// Makes [`IMAGE`], without a registry: an archive of one static program, imported.
pub(crate) fn import(docker: &Docker) -> Result<()> {
    docker.run_with_input(&[["import"].as_slice(), &IMPORT].concat(), &archive()?)?;
    Ok(())
}

/// The files of [`IMAGE`].
pub(crate) fn archive() -> Result<Vec<u8>> {
    let mut archive = Builder::new(Vec::new());
    let mut program = File::open(busybox().unwrap_or_default())?;
    archive.append_file("bin/busybox", &mut program)?;
    for applet in ["sh", "httpd", "mkdir", "rm", "sleep", "test", "touch"] {
        let mut link = Header::new_gnu();
        link.set_entry_type(EntryType::Symlink);
        link.set_size(0);
        link.set_mode(0o777);
        archive.append_link(&mut link, format!("bin/{applet}"), "busybox")?;
    }
    Ok(archive.into_inner()?)
}

pub(crate) fn busybox() -> Option<PathBuf> {
    prerequisites::find("busybox")
}
