use std::collections::BTreeMap;

use portolan_routes::Section;

use crate::json;

/// The elements of a document, each as the text that it has in the file, and how a format joins them.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    /// No section is empty.
    pub(crate) sections: BTreeMap<Section, BTreeMap<Box<str>, Box<str>>>,
    /// The list `tls.certificates`.
    pub(crate) certificates: Option<Box<str>>,
}

impl Parts {
    pub(crate) const fn new() -> Self {
        Self { sections: BTreeMap::new(), certificates: None }
    }

    /// About how long their text is.
    pub(crate) fn size(&self) -> usize {
        let elements = self.sections.values().flatten().map(|(name, text)| name.len() + text.len() + 10);
        elements.sum::<usize>() + self.certificates.as_deref().map_or(0, str::len) + 1024
    }

    pub(crate) fn join_yaml(&self, out: &mut String) {
        let mut group = "";
        for (section, elements) in &self.sections {
            let (protocol, name) = section.path();
            if protocol != group {
                out.extend([protocol, ":\n"]);
                group = protocol;
            }
            out.extend(["  ", name, ":\n"]);
            out.extend(elements.values().map(AsRef::as_ref));
        }
        if let Some(certificates) = &self.certificates {
            out.push_str(if group == "tls" { "" } else { "tls:\n" });
            out.push_str(certificates);
        }
    }

    pub(crate) fn join_toml(&self, out: &mut String) {
        let elements = self.sections.values().flat_map(BTreeMap::values);
        for (number, text) in elements.chain(&self.certificates).enumerate() {
            out.push_str(if number == 0 && out.is_empty() { "" } else { "\n" });
            out.push_str(text);
        }
    }

    pub(crate) fn join_json(&self, out: &mut String) {
        let mut group = "";
        out.push('{');
        for (section, elements) in &self.sections {
            let (protocol, name) = section.path();
            if protocol == group {
                out.push(',');
            } else {
                out.extend([if group.is_empty() { "" } else { "\n  }," }, "\n  \"", protocol, "\": {"]);
                group = protocol;
            }
            out.extend(["\n    \"", name, "\": {"]);
            for (number, (name, text)) in elements.iter().enumerate() {
                out.extend([if number == 0 { "" } else { "," }, "\n      ", &json::key(name), ": ", text]);
            }
            out.push_str("\n    }");
        }
        if let Some(certificates) = &self.certificates {
            out.push_str(match group {
                "tls" => ",",
                "" => "\n  \"tls\": {",
                _ => "\n  },\n  \"tls\": {",
            });
            out.extend(["\n    \"certificates\": ", certificates]);
            group = "tls";
        }
        out.push_str(if group.is_empty() { "}\n" } else { "\n  }\n}\n" });
    }
}
