use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

/// What Podman is told of a hook, in the form 1.0.0 of oci-hooks(5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HookFile {
    version: String,
    hook: Hook,
    when: When,
    stages: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hook {
    path: PathBuf,
    args: Vec<String>,
    #[serde(default)]
    env: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct When {
    always: bool,
}

/// What we call ourselves, by which our file is known: JSON has no comments.
const NAME: &str = "podman-hook";
/// When we are called.
const STAGES: [&str; 2] = ["poststart", "poststop"];

impl HookFile {
    /// A file that has this program called for each container, with these variables and no others.
    pub(crate) fn new(program: &Path, variables: &BTreeMap<&str, &Path>) -> anyhow::Result<Self> {
        let variable = |(name, path): (&&str, &&Path)| {
            let path = path.to_str().with_context(|| format!("`{}` is not UTF-8", path.display()))?;
            Ok(format!("{name}={path}"))
        };
        let env = variables.iter().map(variable).collect::<anyhow::Result<_>>()?;
        // It is written as a text.
        program.to_str().with_context(|| format!("`{}` is not UTF-8", program.display()))?;
        Ok(Self {
            version: "1.0.0".to_owned(),
            hook: Hook { path: program.to_owned(), args: vec![NAME.to_owned()], env },
            when: When { always: true },
            stages: STAGES.map(str::to_owned).into(),
        })
    }

    /// Its text.
    pub(crate) fn text(&self) -> anyhow::Result<String> {
        Ok(serde_json::to_string_pretty(self).context("the hook's file")? + "\n")
    }

    /// Reads a text that we wrote: of this form, and with our name.
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        let file: Option<Self> = serde_json::from_slice(text).ok();
        file.filter(|file| file.hook.args == [NAME] && file.stages == STAGES)
    }

    /// Whether a text is one that we wrote.
    pub(crate) fn is_ours(text: &[u8]) -> bool {
        Self::read(text).is_some()
    }

    /// The variables that the hook is given.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let pairs = self.hook.env.iter().filter_map(|text| text.split_once('='));
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_ours_by_its_form_and_name() {
        let variables = [("PORTOLAN_OUTPUT", Path::new("/srv/traefik"))].into();
        let file = HookFile::new(Path::new("/usr/local/bin/podman-hook"), &variables).unwrap();
        let text = file.text().unwrap();
        assert!(text.contains(r#""PORTOLAN_OUTPUT=/srv/traefik""#), "{text}");
        assert!(text.contains(r#""always": true"#), "{text}");
        assert!(HookFile::is_ours(text.as_bytes()));
        assert_eq!(file.variables(), [("PORTOLAN_OUTPUT".to_owned(), "/srv/traefik".to_owned())]);
        let check = |from: &str, to: &str| {
            assert!(text.contains(from));
            assert!(!HookFile::is_ours(text.replace(from, to).as_bytes()), "{to}");
        };
        check(r#""podman-hook""#, r#""traefik.py""#);
        check(r#""always": true"#, r#""commands": [".*"]"#);
        check("poststop", "prestart");
        assert!(!HookFile::is_ours(b"") && !HookFile::is_ours(b"{}"));
    }
}
