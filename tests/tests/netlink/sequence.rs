//! Random sequences of strings: recorded ones with other values, ones made by the grammar, and mistakes.

use std::fmt;

use portolan_tests::Record;

use crate::grammar::{self, KINDS};
use crate::random::Random;
use crate::words::{JUNK, Value};

/// One call of `ip`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// `-4` or `-6`, if anything.
    pub(crate) option: Option<&'static str>,
    /// The object: `address`, `route`, `rule`; `nexthop` prepares something and is the real `ip`'s in both.
    pub(crate) kind: String,
    /// What comes after it.
    pub(crate) text: String,
}

impl Call {
    /// The words of the command line after `ip`.
    pub(crate) fn arguments(&self) -> Vec<&str> {
        self.option
            .into_iter()
            .chain([self.kind.as_str()])
            .chain(self.text.split_ascii_whitespace())
            .collect()
    }

    /// Whether it is one of those that are compared.
    pub(crate) fn is_compared(&self) -> bool {
        KINDS.contains(&self.kind.as_str())
    }

    /// The call that was recorded.
    pub(crate) fn of(record: &Record) -> Self {
        let words = [record.options.as_slice(), &[record.kind.clone(), record.arguments.clone()]].concat();
        Self::read(&words.join(" "))
    }

    fn read(command: &str) -> Self {
        let (option, rest) = match command.split_once(' ') {
            Some(("-6", rest)) => (Some("-6"), rest),
            Some(("-4", rest)) => (Some("-4"), rest),
            _ => (None, command),
        };
        let (kind, text) = rest.split_once(' ').unwrap_or((rest, ""));
        Self { option, kind: kind.to_owned(), text: text.to_owned() }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ip")?;
        self.arguments().iter().try_for_each(|word| write!(f, " {word}"))
    }
}

/// Makes sequences from records and the grammar.
#[derive(Debug)]
pub(crate) struct Generator<'a> {
    records: &'a [Record],
}

impl<'a> Generator<'a> {
    pub(crate) fn new(records: &'a [Record]) -> Self {
        Self { records }
    }

    /// One to twelve calls.
    pub(crate) fn sequence(&self, random: &mut Random) -> Vec<Call> {
        let length = 1 + random.below(12);
        let mut calls: Vec<Call> = Vec::new();
        while calls.len() < length {
            match random.below(100) {
                0..30 if !calls.is_empty() => {
                    let again = variation(&calls[random.below(calls.len())], random);
                    calls.push(again);
                }
                0..60 => calls.extend(self.recorded(random)),
                _ => calls.push(generated(random)),
            }
            if let Some(last) = calls.last_mut().filter(|last| last.is_compared())
                && random.percent(12)
            {
                last.text = mistaken(&last.text, random);
            }
        }
        calls.truncate(12);
        calls
    }

    /// A record with what was called before it, some of its values replaced by others of their kind.
    fn recorded(&self, random: &mut Random) -> Vec<Call> {
        let record = &self.records[random.below(self.records.len())];
        let mut calls: Vec<Call> = record.setup.iter().map(|command| Call::read(command)).collect();
        calls.push(Call::of(record));
        if random.percent(60) {
            for call in calls.iter_mut().filter(|call| call.is_compared()) {
                call.text = permuted(&call.text, random);
            }
        }
        calls
    }
}

fn generated(random: &mut Random) -> Call {
    let kind = random.pick(&KINDS);
    let v6 = random.percent(40);
    // A rule's family comes from the option alone.
    let option = match (v6, kind) {
        (true, "rule") if random.percent(90) => Some("-6"),
        (true, _) if random.percent(12) => Some("-6"),
        (false, _) if random.percent(5) => Some("-4"),
        _ => None,
    };
    Call { option, kind: kind.to_owned(), text: grammar::string(kind, v6, random) }
}

/// The same with another verb, or with less: what was added is deleted, replaced, added once more.
fn variation(call: &Call, random: &mut Random) -> Call {
    let mut call = call.clone();
    if !call.is_compared() {
        return call;
    }
    let mut words: Vec<&str> = call.text.split_ascii_whitespace().collect();
    let verbs: &[&str] = match call.kind.as_str() {
        "address" => &["del", "del", "del", "add", "replace", "change"],
        "rule" => &["del", "del", "del", "add", "flush"],
        _ => &["del", "del", "del", "add", "replace", "change", "append", "prepend", "flush"],
    };
    if let Some(verb) = words.first_mut() {
        *verb = random.pick(verbs);
    }
    if words.len() > 4 && random.percent(40) {
        // The last keyword and its value.
        words.truncate(words.len() - 2);
    }
    call.text = words.join(" ");
    if random.percent(25) {
        call.text = permuted(&call.text, random);
    }
    call
}

/// The same with some values replaced by others of their kind.
fn permuted(text: &str, random: &mut Random) -> String {
    let mut after = "";
    let mut words = Vec::new();
    for word in text.split_ascii_whitespace() {
        let value = kind_of(after, word).filter(|_| random.percent(35));
        let v6 = word.contains(':');
        words.push(value.map_or(word, |value| random.pick(value.words(v6))));
        after = word;
    }
    words.join(" ")
}

/// What kind of value this is.
fn kind_of(after: &str, word: &str) -> Option<Value> {
    let number = word.bytes().all(|byte| byte.is_ascii_digit());
    Some(match after {
        "dev" | "iif" | "oif" => Value::Device,
        "via" if !word.starts_with("inet") => Value::Gateway,
        "table" | "lookup" => Value::Table,
        "metric" => Value::Metric,
        "pref" | "prio" | "priority" | "goto" if number => Value::Priority,
        "proto" | "protocol" => Value::Protocol,
        "scope" => Value::Scope,
        "tos" => Value::Class,
        "valid_lft" | "preferred_lft" => Value::Lifetime,
        "fwmark" => Value::Mark,
        "dport" | "sport" => Value::Port,
        "label" => Value::Label,
        "from" | "to" => Value::Prefix,
        "mtu" | "advmss" | "initcwnd" => Value::Number,
        _ if word == "eth0" || word == "eth1" => Value::Device,
        _ if word.contains('/') && after.starts_with('a') => Value::Prefix,
        _ if word == "default" || word.contains('/') && (word.contains('.') || word.contains(':')) => {
            Value::Prefix
        }
        _ => return None,
    })
}

/// The same with a mistake, of those that people make or none would think of.
fn mistaken(text: &str, random: &mut Random) -> String {
    let mut words: Vec<String> = text.split_ascii_whitespace().map(str::to_owned).collect();
    let at = random.below(words.len() + 1);
    match random.below(7) {
        0 => words.insert(at, random.pick(JUNK).to_owned()),
        1 if at < words.len() => drop(words.remove(at)),
        2 if at < words.len() => words.insert(at, words[at].clone()),
        3 if at + 1 < words.len() => words.swap(at, at + 1),
        4 if at < words.len() => {
            let length = words[at].chars().count();
            words[at] = words[at].chars().take(random.below(length) + 1).collect();
        }
        5 if at < words.len() => words[at] = words[at].to_uppercase(),
        _ => words.truncate(at),
    }
    words.join(" ")
}
