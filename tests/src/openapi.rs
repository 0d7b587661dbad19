use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value};

/// The schemas of `docs/reference/openapi.json`, and which of their fields answers have had so far.
#[derive(Debug)]
pub struct OpenApi {
    document: Value,
    seen: BTreeSet<String>,
}

/// What a schema may say here: a word that is not among these is not understood, and so is refused.
const WORDS: &[&str] = &[
    "$ref",
    "additionalProperties",
    "description",
    "enum",
    "format",
    "items",
    "minimum",
    "properties",
    "required",
    "type",
];

impl OpenApi {
    /// Reads the document.
    ///
    /// # Errors
    /// Where there is none, or it is no JSON.
    pub fn read() -> Result<Self> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/openapi.json");
        Ok(Self { document: serde_json::from_str(&std::fs::read_to_string(path)?)?, seen: BTreeSet::new() })
    }

    /// The whole document.
    pub const fn document(&self) -> &Value {
        &self.document
    }

    /// Holds a value to the schema of this name: nothing is missing, and nothing is there that is not described.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn hold(&mut self, schema: &str, value: &Value) -> Result<()> {
        let mut wrong = Vec::new();
        self.hold_to(schema, &self.schema(schema)?.clone(), value, schema, &mut wrong)?;
        ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
        Ok(())
    }

    /// The fields that are described, `SCHEMA.FIELD` each, and that no value has had.
    pub fn unseen(&self) -> BTreeSet<String> {
        let schemas = self.document.pointer("/components/schemas").and_then(Value::as_object);
        let fields = schemas.into_iter().flatten().flat_map(|(name, schema)| {
            let properties = schema.get("properties").and_then(Value::as_object);
            properties.into_iter().flat_map(Map::keys).map(move |field| format!("{name}.{field}"))
        });
        fields.filter(|field| !self.seen.contains(field)).collect()
    }

    fn schema(&self, name: &str) -> Result<&Value> {
        let schema = self.document.pointer(&format!("/components/schemas/{name}"));
        schema.with_context(|| format!("there is no schema `{name}`"))
    }

    fn hold_to(
        &mut self,
        name: &str,
        schema: &Value,
        value: &Value,
        at: &str,
        wrong: &mut Vec<String>,
    ) -> Result<()> {
        let words = schema.as_object().with_context(|| format!("{at}: a schema is an object"))?;
        let strange = words.keys().find(|word| !WORDS.contains(&word.as_str()));
        ensure!(strange.is_none(), "{at}: this test does not know `{strange:?}`");
        if let Some(reference) = words.get("$ref").and_then(Value::as_str) {
            let name = reference.strip_prefix("#/components/schemas/").context("a reference")?;
            return self.hold_to(name, &self.schema(name)?.clone(), value, at, wrong);
        }
        let is_right = match words.get("type").and_then(Value::as_str) {
            Some("object") => value.is_object(),
            Some("array") => value.is_array(),
            Some("string") => value.is_string(),
            Some("boolean") => value.is_boolean(),
            Some("integer") => value.is_i64() || value.is_u64(),
            other => anyhow::bail!("{at}: this test does not know the type {other:?}"),
        };
        if !is_right {
            wrong.push(format!("{at}: `{value}` is of another type"));
            return Ok(());
        }
        if let Some(known) = words.get("enum").and_then(Value::as_array)
            && !known.contains(value)
        {
            wrong.push(format!("{at}: `{value}` is none of {known:?}"));
        }
        if let (Some(least), Some(number)) = (words.get("minimum").and_then(Value::as_i64), value.as_i64())
            && number < least
        {
            wrong.push(format!("{at}: `{number}` is below {least}"));
        }
        if words.get("format").and_then(Value::as_str) == Some("date-time") {
            let text = value.as_str().unwrap_or_default();
            // Digits for the second, perhaps three more, and UTC.
            let is_time = text.ends_with('Z') && text.contains('T') && (20..=24).contains(&text.len());
            if !is_time {
                wrong.push(format!("{at}: `{text}` is no time in UTC to the millisecond"));
            }
        }
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            let items = words.get("items").with_context(|| format!("{at}: a list of what?"))?;
            self.hold_to(name, items, item, &format!("{at}[{index}]"), wrong)?;
        }
        let Some(fields) = value.as_object() else { return Ok(()) };
        ensure!(
            words.get("additionalProperties") == Some(&Value::Bool(false)),
            "{at}: other fields are not refused"
        );
        let properties = words.get("properties").and_then(Value::as_object);
        let properties = properties.with_context(|| format!("{at}: an object of what?"))?;
        for required in words.get("required").and_then(Value::as_array).into_iter().flatten() {
            if required.as_str().is_none_or(|required| !fields.contains_key(required)) {
                wrong.push(format!("{at}: there is no {required}"));
            }
        }
        for (field, value) in fields {
            let at = format!("{at}.{field}");
            match properties.get(field) {
                Some(property) => {
                    self.seen.insert(format!("{name}.{field}"));
                    self.hold_to(name, property, value, &at, wrong)?;
                }
                None => wrong.push(format!("{at}: nothing is said of it")),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_wrong_with_a_value_is_found() -> Result<()> {
        let good = json!({"at": "2026-01-02T03:04:05.006Z", "tookMicroseconds": 7});
        let check = |changes: &[(&str, Value)], expected: &str| -> Result<()> {
            let mut value = good.clone();
            for (field, changed) in changes {
                value[*field] = changed.clone();
            }
            let error = OpenApi::read()?.hold("LastWrite", &value).err().map(|error| error.to_string());
            assert_eq!(error.unwrap_or_default(), expected);
            Ok(())
        };
        check(&[], "")?;
        check(&[("more", json!(1))], "LastWrite.more: nothing is said of it")?;
        check(&[("at", json!(7))], "LastWrite.at: `7` is of another type")?;
        check(&[("tookMicroseconds", json!(-7))], "LastWrite.tookMicroseconds: `-7` is below 0")?;
        check(
            &[("at", json!("2026-01-02T03:04:05.006789Z"))],
            "LastWrite.at: `2026-01-02T03:04:05.006789Z` is no time in UTC to the millisecond",
        )?;
        let mut api = OpenApi::read()?;
        assert!(api.hold("LastWrite", &json!({"at": good["at"]})).is_err());
        assert!(
            !api.unseen().contains("LastWrite.at") && api.unseen().contains("LastWrite.tookMicroseconds")
        );
        Ok(())
    }
}
