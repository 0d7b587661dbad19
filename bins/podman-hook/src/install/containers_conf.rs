use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use toml_edit::{Array, DocumentMut, value};

use super::Places;

/// The directories for hooks where none is configured. Once one is, these are not looked at unless they are named too.
const DEFAULTS: [&str; 2] = ["/usr/share/containers/oci/hooks.d", "/etc/containers/oci/hooks.d"];

/// The drop-in to containers.conf(5) that names directories for hooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DropIn {
    /// The directories.
    pub(crate) directories: Vec<String>,
}

impl DropIn {
    /// Its path below Podman's configuration.
    pub(crate) const NAME: &str = "containers.conf.d/portolan.conf";
    /// Its first line.
    const MARKER: &str = "# Written by `podman-hook install`. Edits are lost.";

    /// Its text.
    pub(crate) fn text(&self) -> String {
        let mut document = DocumentMut::new();
        let array: Array = self.directories.iter().collect();
        document["engine"] = toml_edit::table();
        document["engine"]["hooks_dir"] = value(array);
        let explanation = "# The list replaces that of containers.conf: it has the directories that were in use before, and ours.";
        format!("{}\n{explanation}\n\n{document}", Self::MARKER)
    }

    /// The directories that are named in a text that we wrote.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let named = Some(text).filter(|text| Self::is_ours(text.as_bytes())).map(hooks_dir)?.ok()??;
        Some(Self { directories: named.directories })
    }

    /// Whether a text is one that we wrote.
    pub(crate) fn is_ours(text: &[u8]) -> bool {
        text.strip_prefix(Self::MARKER.as_bytes()).is_some_and(|rest| rest.starts_with(b"\n"))
    }
}

/// What Podman's configuration says of directories for hooks, our own drop-in aside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Conf {
    /// The directories that Podman reads before our drop-in.
    directories: Option<Vec<String>>,
    /// The files that it reads after ours, and that name others: ours is worth nothing then.
    pub(crate) later: Vec<PathBuf>,
}

impl Conf {
    /// Reads the configuration of this machine, in Podman's own order.
    pub(crate) fn read(places: &Places) -> anyhow::Result<Self> {
        let mut files = vec![PathBuf::from("/usr/share/containers/containers.conf")];
        files.extend(of_directory(Path::new("/etc/containers"))?);
        if places.is_user {
            files.extend(of_directory(&places.configuration)?);
        }
        let own = places.drop_in();
        let mut conf = Self::default();
        let mut is_after = false;
        for file in files {
            if file == own.path() {
                is_after = true;
                continue;
            }
            // By the order of names, whether it is there already or not.
            is_after |= file.parent() == own.path().parent() && file.as_path() > own.path();
            let text = match fs::read_to_string(&file) {
                Ok(text) => text,
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", file.display())),
            };
            let named = hooks_dir(&text).with_context(|| format!("`{}`", file.display()))?;
            match named {
                // One that names ours too, or adds to it, takes nothing away.
                Some(named) if is_after && !named.has(&places.hooks) => conf.later.push(file),
                Some(named) if !is_after => conf.add(named),
                Some(_) => {}
                None => {}
            }
        }
        Ok(conf)
    }

    fn add(&mut self, named: Named) {
        let before = self.directories.take().filter(|_| named.appends);
        self.directories = Some(before.into_iter().flatten().chain(named.directories).collect());
    }

    /// The drop-in that adds a directory to those in use.
    pub(crate) fn with(&self, hooks: &str) -> DropIn {
        let in_use = self.directories.clone().unwrap_or_else(|| DEFAULTS.map(str::to_owned).into());
        let mut directories: Vec<String> =
            in_use.into_iter().filter(|directory| directory != hooks).collect();
        directories.push(hooks.to_owned());
        DropIn { directories }
    }
}

/// A directory's `containers.conf` and its drop-ins, in Podman's order.
fn of_directory(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let drop_ins = directory.join("containers.conf.d");
    let mut files = Vec::new();
    match fs::read_dir(&drop_ins) {
        Ok(entries) => {
            for entry in entries {
                let path = entry.with_context(|| format!("cannot read `{}`", drop_ins.display()))?.path();
                if path.extension().is_some_and(|ending| ending == "conf") {
                    files.push(path);
                }
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", drop_ins.display())),
    }
    files.sort();
    files.insert(0, directory.join("containers.conf"));
    Ok(files)
}

/// The directories that a file names.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Named {
    directories: Vec<String>,
    /// Whether they add to those of files before, as a list with `{append = true}` in it does since Podman 4.8.
    appends: bool,
}

impl Named {
    fn has(&self, directory: &Path) -> bool {
        self.appends || self.directories.iter().any(|named| Path::new(named) == directory)
    }
}

fn hooks_dir(text: &str) -> anyhow::Result<Option<Named>> {
    let document: DocumentMut = text.parse().context("it is not TOML")?;
    let list = document.get("engine").and_then(|engine| engine.get("hooks_dir")).and_then(|it| it.as_array());
    let Some(list) = list else { return Ok(None) };
    let directories = list.iter().filter_map(|it| it.as_str()).map(str::to_owned).collect();
    let appends = |it: &toml_edit::Value| {
        it.as_inline_table().and_then(|table| table.get("append")?.as_bool()).unwrap_or_default()
    };
    Ok(Some(Named { directories, appends: list.iter().any(appends) }))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// The drop-in, and how many files come after it, for a user with these files and hooks in `/h`.
    fn check(files: &[(&str, &str)], directories: &[&str], later: usize) {
        let scratch = tempfile::tempdir().unwrap();
        fs::create_dir(scratch.path().join("containers.conf.d")).unwrap();
        for (name, text) in files {
            fs::File::create(scratch.path().join(name)).unwrap().write_all(text.as_bytes()).unwrap();
        }
        let places = Places { configuration: scratch.path().to_owned(), hooks: "/h".into(), is_user: true };
        let conf = Conf::read(&places).unwrap();
        assert_eq!(conf.with("/h").directories, directories);
        assert_eq!(conf.later.len(), later, "{:?}", conf.later);
    }

    #[test]
    fn directories_in_use_stay_in_use() {
        let [first, second] = DEFAULTS;
        check(&[], &[first, second, "/h"], 0);
        check(&[("containers.conf", "[engine]\nhooks_dir = [\"/mine\"]\n")], &["/mine", "/h"], 0);
        check(&[("containers.conf", "[engine]\nruntime = \"runc\"\n")], &[first, second, "/h"], 0);
        check(
            &[
                ("containers.conf", "[engine]\nhooks_dir = [\"/a\", \"/h\"]\n"),
                ("containers.conf.d/a.conf", "[engine]\nhooks_dir = [\"/b\", {append = true}]\n"),
            ],
            &["/a", "/b", "/h"],
            0,
        );
        // As Podman does: our own is no source of what was in use before, and a file that comes later has the last word.
        check(
            &[
                ("containers.conf.d/portolan.conf", "[engine]\nhooks_dir = [\"/old\"]\n"),
                ("containers.conf.d/z.conf", "engine.hooks_dir = [\"/z\"]\n"),
                ("containers.conf.d/z.txt", "not read"),
            ],
            &[first, second, "/h"],
            1,
        );
        check(&[("containers.conf.d/z.conf", "engine.hooks_dir = [\"/z\"]\n")], &[first, second, "/h"], 1);
        check(
            &[("containers.conf.d/z.conf", "engine.hooks_dir = [\"/z\", \"/h\"]\n")],
            &[first, second, "/h"],
            0,
        );
    }

    #[test]
    fn a_drop_in_is_ours_by_its_first_line() {
        let text = DropIn { directories: vec!["/a \"b\"".to_owned()] }.text();
        assert!(DropIn::is_ours(text.as_bytes()));
        assert_eq!(hooks_dir(&text).unwrap().unwrap().directories, ["/a \"b\""]);
        assert!(!DropIn::is_ours(b"[engine]\n") && !DropIn::is_ours(b""));
        assert!(hooks_dir("[engine").is_err());
    }
}
