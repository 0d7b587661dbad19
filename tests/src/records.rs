use std::io::{BufRead, BufReader};

use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use serde_json::{Map, Value};

use crate::netns::{State, Told};

/// One argument string, and what the real `ip` 6.1 did with it in a fresh topology.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its number.
    pub id: u64,
    /// The object: `address`, `route` or `rule`.
    pub kind: String,
    /// Options before the object: `-4` or `-6`.
    pub options: Vec<String>,
    /// What `ip` was called with before, in order, without the word `ip`.
    pub setup: Vec<String>,
    /// How those ended.
    pub setup_exits: Vec<u8>,
    /// The string.
    pub arguments: String,
    /// How `ip` ended.
    pub told: Told,
    /// The messages that it sent: kind and flags, and the whole message in hexadecimal.
    pub messages: Vec<Value>,
    /// What was there afterwards.
    pub state: State,
}

/// All records.
///
/// # Errors
/// Where the data can't be read.
pub fn records() -> Result<Vec<Record>> {
    let lines =
        BufReader::new(GzDecoder::new(include_bytes!("../data/iproute2.jsonl.gz").as_slice())).lines();
    lines.map(|line| Record::parse(&line?)).collect()
}

impl Record {
    /// Whether the string only prints, and changes nothing.
    pub fn only_prints(&self) -> bool {
        let verb = self.arguments.split_ascii_whitespace().next().unwrap_or("show");
        ["show", "list", "ls", "get"].contains(&verb)
    }

    fn parse(line: &str) -> Result<Self> {
        let mut record: Map<String, Value> = serde_json::from_str(line)?;
        let mut take = |key: &str| record.remove(key).with_context(|| format!("a record without `{key}`"));
        let setup_exits: Vec<u8> = serde_json::from_value(take("setup_rc")?)?;
        Ok(Self {
            id: serde_json::from_value(take("id")?)?,
            kind: serde_json::from_value(take("kind")?)?,
            options: serde_json::from_value(take("opts")?)?,
            setup: serde_json::from_value(take("setup")?)?,
            setup_exits,
            arguments: serde_json::from_value(take("args")?)?,
            told: Told {
                exit: serde_json::from_value(take("rc")?)?,
                text: serde_json::from_value::<String>(take("stderr")?)?.trim_end().to_owned(),
            },
            messages: serde_json::from_value(take("nl")?)?,
            state: State::recorded(take("state")?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_records_are_read() -> Result<()> {
        let records = records()?;
        assert_eq!(records.len(), 552);
        assert_eq!(records.iter().filter(|record| record.only_prints()).count(), 28);
        Ok(())
    }
}
