use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use portolan_container::LabelPlace;

use super::yaml;
use crate::{parse_bool, parse_int};

/// A value, and the label that gives it.
///
/// ```
/// use portolan_labels::aliased::{Grammar, parse};
///
/// let grammar = Grammar { root: "proxy", reserved: &[], shortcuts: &[] };
/// let labels = [("proxy.web.tags".to_owned(), "a, b c".to_owned())].into();
/// let (selection, _) = parse(&labels, &grammar);
/// let (routes, _) = selection.resolve(&["web".to_owned()]);
/// let tags = routes["web"].child("tags").ok_or("it is given")?;
/// assert_eq!(tags.texts()?, ["a", "b", "c"]);
/// assert_eq!(tags.place().key, "proxy.web.tags");
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Value<'a> {
    /// What it is.
    pub content: Content<'a>,
    /// The label's key.
    pub(super) key: &'a str,
    /// The label's whole value.
    pub(super) text: &'a str,
    /// Which bytes of the key are this value's name; `None` where the name stands in YAML.
    pub(super) name: Option<Range<usize>>,
}

/// What a value is.
///
/// ```
/// use portolan_labels::aliased::{Content, Grammar, parse};
///
/// let grammar = Grammar { root: "proxy", reserved: &[], shortcuts: &[] };
/// let labels = [("proxy.web".to_owned(), "port: 80".to_owned())].into();
/// let (selection, _) = parse(&labels, &grammar);
/// let (routes, _) = selection.resolve(&["web".to_owned()]);
/// let port = routes["web"].child("port").ok_or("it is given")?;
/// assert_eq!(port.content, Content::Integer("80".to_owned()));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Content<'a> {
    /// A whole label's, which may be YAML or not: whoever needs it says.
    Label(&'a str),
    /// YAML's null, also where nothing is written.
    Null,
    /// A boolean of YAML.
    Bool(bool),
    /// An integer of YAML, in decimal digits.
    Integer(String),
    /// Another number of YAML.
    Float(String),
    /// A text in YAML.
    Text(String),
    /// A list.
    List(Vec<Value<'a>>),
    /// Names and their values, names as they are spelled.
    Map(BTreeMap<String, Value<'a>>),
}

impl<'a> Value<'a> {
    /// The value of a name below it, without regard to case and underscores.
    pub fn child(&self, name: &str) -> Option<&Self> {
        match &self.content {
            Content::Map(map) => {
                map.iter().find(|(key, _)| folded(key) == folded(name)).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// Whether nothing is said: an empty text, or null.
    pub fn is_empty(&self) -> bool {
        match &self.content {
            Content::Label(text) => text.is_empty(),
            Content::Text(text) => text.is_empty(),
            Content::Null => true,
            _ => false,
        }
    }

    /// As a text: booleans and numbers as they are written.
    ///
    /// # Errors
    /// What it is instead.
    pub fn text(&self) -> Result<String, String> {
        match &self.content {
            Content::Label(text) => Ok((*text).to_owned()),
            Content::Text(text) | Content::Integer(text) | Content::Float(text) => Ok(text.clone()),
            Content::Bool(value) => Ok(value.to_string()),
            Content::Null => Ok(String::new()),
            Content::List(_) | Content::Map(_) => {
                Err(format!("a text is expected, {} is given", self.kind()))
            }
        }
    }

    /// As a boolean in Go's spellings.
    ///
    /// # Errors
    /// Go's text of what is wrong.
    pub fn boolean(&self) -> Result<bool, String> {
        parse_bool(&self.text()?)
    }

    /// As a whole number.
    ///
    /// # Errors
    /// Go's text of what is wrong.
    pub fn integer(&self) -> Result<i64, String> {
        parse_int(&self.text()?)
    }

    /// As a list: of YAML where the text has a line break or begins as one, else between commas and blanks.
    ///
    /// # Errors
    /// What is wrong with the YAML.
    pub fn list(&self) -> Result<Vec<Self>, String> {
        let text: &str = match &self.content {
            Content::List(items) => return Ok(items.clone()),
            Content::Map(_) => return Err("a list is expected, a mapping is given".to_owned()),
            Content::Label(text) => text,
            Content::Text(text) => text,
            Content::Null => return Ok(Vec::new()),
            Content::Bool(_) | Content::Integer(_) | Content::Float(_) => return Ok(vec![self.clone()]),
        };
        let start = text.trim_start();
        if text.contains('\n') || start.starts_with('-') || start.starts_with('[') {
            return match yaml::read(text, self)?.content {
                Content::List(items) => Ok(items),
                Content::Null => Ok(Vec::new()),
                _ => Err("a list is expected".to_owned()),
            };
        }
        let item = |text: &str| self.with(Content::Text(text.to_owned()));
        Ok(words(text).map(item).collect())
    }

    /// As a list of texts.
    ///
    /// # Errors
    /// What is wrong with the list or one of its items.
    pub fn texts(&self) -> Result<Vec<String>, String> {
        self.list()?.iter().map(Self::text).collect()
    }

    /// As names and their values. Nothing is no names.
    ///
    /// # Errors
    /// What it is instead, or what is wrong with the YAML.
    pub fn mapping(&self) -> Result<Cow<'_, BTreeMap<String, Self>>, String> {
        let text: &str = match &self.content {
            Content::Map(map) => return Ok(Cow::Borrowed(map)),
            Content::Null => return Ok(Cow::Owned(BTreeMap::new())),
            Content::Label(text) => text,
            Content::Text(text) => text,
            _ => return Err(format!("expect mapping, got {}", self.go_kind())),
        };
        yaml::read_object(text, self).map(Cow::Owned)
    }

    /// Where it stands.
    pub fn place(&self) -> LabelPlace {
        LabelPlace::value(self.key, 0..self.text.len())
    }

    /// Where its name stands.
    pub fn name_place(&self, name: &str) -> LabelPlace {
        match &self.name {
            Some(bytes) => LabelPlace::key(self.key, bytes.clone()),
            None => match self.text.find(name).filter(|_| !name.is_empty()) {
                Some(start) => LabelPlace::value(self.key, start..start + name.len()),
                None => self.place(),
            },
        }
    }

    /// The key of the label that gives it.
    pub const fn label(&self) -> &'a str {
        self.key
    }

    /// The same place with another content.
    pub(super) fn with(&self, content: Content<'a>) -> Self {
        Self { content, key: self.key, text: self.text, name: None }
    }

    /// What it is, in words.
    fn kind(&self) -> &'static str {
        match &self.content {
            Content::Label(_) | Content::Text(_) => "a text",
            Content::Null => "nothing",
            Content::Bool(_) => "a boolean",
            Content::Integer(_) | Content::Float(_) => "a number",
            Content::List(_) => "a list",
            Content::Map(_) => "a mapping",
        }
    }

    /// What GoDoxy calls it in its errors.
    pub(super) fn go_kind(&self) -> &'static str {
        match &self.content {
            Content::Label(_) | Content::Text(_) => "string",
            Content::Null => "<nil>",
            Content::Bool(_) => "bool",
            Content::Integer(digits) if digits.starts_with('-') => "int64",
            Content::Integer(_) => "uint64",
            Content::Float(_) => "float64",
            Content::List(_) => "[]interface {}",
            Content::Map(_) => "map[string]interface {}",
        }
    }
}

/// What stands between commas and blanks; empty items vanish.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty())
}

/// A name as fields are compared: without case and underscores.
pub(super) fn folded(name: &str) -> String {
    name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}
