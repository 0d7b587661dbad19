use std::collections::{BTreeMap, BTreeSet};

use portolan_blacklist::Blacklist;
use portolan_routes::Section;
use portolan_routes::rule::Syntax;
use serde_json::{Map, Value};

/// What is known beside the containers.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// What is kept off the proxy.
    pub blacklist: Blacklist,
    /// The entry points of Traefik's static configuration; `None` where that is not known.
    pub entry_points: Option<BTreeMap<String, EntryPoint>>,
    /// The certificate resolvers of Traefik's static configuration; `None` where that is not known.
    pub resolvers: Option<BTreeSet<String>>,
    /// The syntax of rules that do not say theirs.
    pub rule_syntax: Syntax,
    /// What files of others define; `None` where that is not known.
    pub defined: Option<BTreeSet<(Section, String)>>,
}

/// What an entry point takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryPoint {
    /// Whether it takes UDP, not TCP.
    pub udp: bool,
    /// Whether routers that name none are on it.
    pub is_default: bool,
}

impl Surroundings {
    /// Takes over what Traefik's static configuration says, as the data that its file holds. Names are compared without
    /// regard to case, as Traefik does.
    pub fn read_static(&mut self, file: &Value) {
        let empty = Map::new();
        let points = field(file, "entryPoints").and_then(Value::as_object).unwrap_or(&empty);
        let of_file = points.iter().map(|(name, point)| {
            let address = field(point, "address").and_then(Value::as_str).unwrap_or_default();
            let said_default = field(point, "asDefault").and_then(Value::as_bool).unwrap_or_default();
            (
                name.clone(),
                EntryPoint { udp: address.to_ascii_lowercase().ends_with("/udp"), is_default: said_default },
            )
        });
        let mut points: BTreeMap<_, _> = of_file.collect();
        if points.is_empty() {
            // Traefik's own, where there is none.
            points.insert("http".to_owned(), EntryPoint { udp: false, is_default: false });
        }
        let any_said = points.values().any(|point| point.is_default);
        for (name, point) in &mut points {
            point.is_default |= !any_said && !point.udp && name != "traefik";
        }
        // Traefik adds it for its own services.
        points.entry("traefik".to_owned()).or_insert(EntryPoint { udp: false, is_default: false });
        self.entry_points = Some(points);
        let resolvers = field(file, "certificatesResolvers").and_then(Value::as_object).unwrap_or(&empty);
        self.resolvers = Some(resolvers.keys().cloned().collect());
        let syntax =
            field(file, "core").and_then(|core| field(core, "defaultRuleSyntax")).and_then(Value::as_str);
        self.rule_syntax = Syntax::of_label(syntax.unwrap_or_default());
    }

    /// Takes over what a file of dynamic configuration defines.
    pub fn read_dynamic(&mut self, file: &Value) {
        let defined = self.defined.get_or_insert_default();
        for section in Section::ALL {
            let (protocol, elements) = section.path();
            let names = field(file, protocol)
                .and_then(|protocol| field(protocol, elements))
                .and_then(Value::as_object);
            defined.extend(names.into_iter().flat_map(Map::keys).map(|name| (section, name.clone())));
        }
    }

    /// The directory or file from which Traefik reads dynamic configuration, as its static configuration says.
    pub fn dynamic_path(file: &Value) -> Option<&str> {
        let provider = field(field(file, "providers")?, "file")?;
        field(provider, "directory").or_else(|| field(provider, "filename")).and_then(Value::as_str)
    }
}

/// A field of an object, without regard to case.
fn field<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_static_file_says_what_there_is() {
        let mut surroundings = Surroundings::default();
        let file = json!({
            "entrypoints": { "web": { "address": ":80" }, "dns": { "address": ":53/UDP" } },
            "certificatesResolvers": { "le": {} },
            "providers": { "file": { "directory": "/etc/dynamic" } },
            "core": { "defaultRuleSyntax": "v2" },
        });
        surroundings.read_static(&file);
        let points = surroundings.entry_points.unwrap_or_default();
        assert_eq!(points["web"], EntryPoint { udp: false, is_default: true });
        assert_eq!(points["dns"], EntryPoint { udp: true, is_default: false });
        assert!(points.contains_key("traefik"));
        assert_eq!(surroundings.rule_syntax, Syntax::V2);
        assert_eq!(Surroundings::dynamic_path(&file), Some("/etc/dynamic"));
    }
}
