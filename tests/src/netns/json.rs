use std::fmt;

use anyhow::{Context, Result, ensure};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::topology::Topology;

/// The state of a namespace as the records have it: what `ip -j` shows, without what differs between two runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State(Map<String, Value>);

const PARTS: [(&str, &[&str]); 5] = [
    ("addr", &["-j", "address"]),
    ("route4", &["-j", "-4", "route", "show", "table", "all"]),
    ("route6", &["-j", "-6", "route", "show", "table", "all"]),
    ("rule4", &["-j", "-4", "rule"]),
    ("rule6", &["-j", "-6", "rule"]),
];

impl State {
    /// Asks `ip`.
    ///
    /// # Errors
    /// Where it does not answer in JSON.
    pub fn read(topology: &Topology) -> Result<Self> {
        let mut parts = Map::new();
        for (part, arguments) in PARTS {
            let (told, text) = topology.ip(arguments)?;
            ensure!(told.exit == 0, "`ip {}`: {}", arguments.join(" "), told.text);
            let text = if text.trim().is_empty() { "[]" } else { &text };
            let Pairs(mut value) = serde_json::from_str(text)
                .with_context(|| format!("`ip {}`: {text}", arguments.join(" ")))?;
            normalise(&mut value);
            parts.insert(part.to_owned(), value);
        }
        Ok(Self(parts))
    }

    /// As it was recorded.
    ///
    /// # Errors
    /// Where it is no map.
    pub fn recorded(value: Value) -> Result<Self> {
        match value {
            Value::Object(parts) => Ok(Self(parts)),
            _ => anyhow::bail!("a state is a map"),
        }
    }

    /// What is in one of the two alone, a line each.
    pub fn difference(&self, other: &Self) -> String {
        let mut lines = String::new();
        for (part, _) in PARTS {
            let (one, mut two) = (self.entries(part), other.entries(part));
            for entry in one {
                match two.iter().position(|other| *other == entry) {
                    Some(at) => drop(two.remove(at)),
                    None => lines += &format!("- {part} {entry}\n"),
                }
            }
            lines.extend(two.iter().map(|entry| format!("+ {part} {entry}\n")));
        }
        lines
    }

    /// The entries of a part; addresses each with its device.
    fn entries(&self, part: &str) -> Vec<Value> {
        let all = self.0.get(part).and_then(Value::as_array).cloned().unwrap_or_default();
        if part != "addr" {
            return all;
        }
        let mut addresses = Vec::new();
        for link in all {
            for address in link["addr_info"].as_array().into_iter().flatten() {
                let mut address = address.clone();
                if let Some(address) = address.as_object_mut() {
                    address.insert("dev".to_owned(), link["ifname"].clone());
                }
                addresses.push(address);
            }
        }
        addresses
    }
}

/// Takes out what differs between two runs: uses, ages, all of a link but its name; rounds what is left of lifetimes.
fn normalise(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(normalise),
        Value::Object(map) => {
            map.remove("used");
            map.remove("age");
            if map.contains_key("addr_info") {
                map.retain(|key, _| key == "ifname" || key == "addr_info");
            }
            for (key, value) in map {
                match key.as_str() {
                    "valid_life_time" | "preferred_life_time" | "expires" => round(value),
                    "local" | "dst" | "src" | "prefsrc" => link_local(value),
                    _ => normalise(value),
                }
            }
        }
        _ => {}
    }
}

fn round(lifetime: &mut Value) {
    let Some(seconds) = lifetime.as_i64() else { return };
    *lifetime = match seconds {
        -1 | 4_294_967_295 => "forever".into(),
        ..0 => "<negative>".into(),
        0 => 0.into(),
        _ => format!("~{}", (seconds + 9) / 10 * 10).into(),
    };
}

fn link_local(address: &mut Value) {
    match address.as_str() {
        Some("fe80::ff:fe00:2") => *address = "<ll:eth0>".into(),
        Some("fe80::ff:fe00:102") => *address = "<ll:eth1>".into(),
        _ => {}
    }
}

/// JSON whose maps may have a key twice, as `ip` prints some: the second is called `key#2`.
struct Pairs(Value);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PairsVisitor).map(Self)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Pairs(value)) = all.next_element()? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, Pairs(value))) = all.next_entry::<String, Pairs>()? {
            let mut name = key.clone();
            let mut count = 1;
            while map.contains_key(&name) {
                count += 1;
                name = format!("{key}#{count}");
            }
            map.insert(name, value);
        }
        Ok(map.into())
    }
}
