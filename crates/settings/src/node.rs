use std::cell::Cell;
use std::fmt;

use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use crate::Place;

/// A value as the file has it, before anybody knows what it should be.
///
/// A mapping keeps its entries as they stand, so that a key given twice is seen.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// How many nodes were read before it: by this its place is found again.
    pub(crate) ordinal: usize,
    pub(crate) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// A number in decimal digits, which every kind of number has.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Section(Vec<(Node, Node)>),
    /// A value with a tag, such as `!secret x`.
    Tagged,
}

impl Node {
    /// Reads a text that holds one YAML document, or none.
    ///
    /// # Errors
    /// What the YAML parser says.
    pub(crate) fn parse(text: &str) -> Result<Self, serde_yaml::Error> {
        Reader { read: &Cell::new(0), stop: None }.deserialize(serde_yaml::Deserializer::from_str(text))
    }

    /// Where in the text the node of this ordinal stands.
    ///
    /// The YAML parser tells places in its errors alone, so the text is read again and the node refused.
    pub(crate) fn place(text: &str, ordinal: usize) -> Option<Place> {
        let reader = Reader { read: &Cell::new(0), stop: Some(ordinal) };
        let error = reader.deserialize(serde_yaml::Deserializer::from_str(text)).err()?;
        Place::of(&error)
    }
}

impl Value {
    /// What it is, for a message: ``the text `yes` ``.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Null => "nothing".to_owned(),
            Self::Bool(value) => format!("`{value}`"),
            Self::Number(digits) => format!("the number `{digits}`"),
            Self::Text(text) if text.is_empty() => "an empty text".to_owned(),
            Self::Text(text) => format!("the text `{}`", printable(text)),
            Self::List(_) => "a list".to_owned(),
            Self::Section(_) => "a section with keys".to_owned(),
            Self::Tagged => "a value with a tag".to_owned(),
        }
    }
}

/// A text that fits into one line of a message.
pub(crate) fn printable(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut printable: String =
        text.chars().take(LONGEST).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() {
        printable.push('…');
    }
    printable
}

/// Reads nodes and counts them; refuses the one that it shall stop at.
#[derive(Clone, Copy)]
struct Reader<'a> {
    read: &'a Cell<usize>,
    stop: Option<usize>,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        let ordinal = self.read.get();
        self.read.set(ordinal + 1);
        deserializer.deserialize_any(NodeVisitor { reader: self, ordinal })
    }
}

struct NodeVisitor<'a> {
    reader: Reader<'a>,
    ordinal: usize,
}

impl NodeVisitor<'_> {
    fn node<E: de::Error>(self, value: Value) -> Result<Node, E> {
        if self.reader.stop == Some(self.ordinal) {
            return Err(E::custom("this is the node that was looked for"));
        }
        Ok(Node { ordinal: self.ordinal, value })
    }
}

impl<'de> Visitor<'de> for NodeVisitor<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
        self.node(Value::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Node, E> {
        self.node(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Node, E> {
        self.node(Value::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Node, E> {
        self.node(Value::Number(value.to_string()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Node, E> {
        self.node(Value::Number(value.to_string()))
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<Node, E> {
        self.node(Value::Number(value.to_string()))
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<Node, E> {
        self.node(Value::Number(value.to_string()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Node, E> {
        self.node(Value::Number(value.to_string()))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Node, E> {
        self.node(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(self.reader)? {
            items.push(item);
        }
        self.node(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry_seed(self.reader, self.reader)? {
            entries.push(entry);
        }
        self.node(Value::Section(entries))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<Node, A::Error> {
        let (_tag, content) = access.variant::<String>()?;
        content.newtype_variant_seed(self.reader)?;
        self.node(Value::Tagged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The place of each key and value, in the order of the text.
    fn places(text: &str) -> Vec<String> {
        fn ordinals(node: &Node, found: &mut Vec<usize>) {
            found.push(node.ordinal);
            match &node.value {
                Value::List(items) => items.iter().for_each(|item| ordinals(item, found)),
                Value::Section(entries) => entries.iter().for_each(|(key, value)| {
                    ordinals(key, found);
                    ordinals(value, found);
                }),
                _ => {}
            }
        }
        let mut found = Vec::new();
        ordinals(&Node::parse(text).unwrap(), &mut found);
        found.sort_unstable();
        found.iter().map(|ordinal| Node::place(text, *ordinal).unwrap().to_string()).collect()
    }

    #[test]
    fn every_node_has_its_place() {
        assert_eq!(
            places("a: 1\nb:\n  - x\n  - {y: true}\n"),
            ["1:1", "1:1", "1:4", "2:1", "3:3", "3:5", "4:5", "4:6", "4:9"]
        );
        assert_eq!(places("a: !t 5\n"), ["1:1", "1:1", "1:4"]);
    }

    #[test]
    fn an_empty_text_is_null() {
        for text in ["", "\n", "# nothing\n", "---\n", "null", "\u{feff}"] {
            assert_eq!(Node::parse(text).map(|node| node.value).unwrap(), Value::Null, "{text:?}");
        }
    }

    #[test]
    fn two_documents_are_refused() {
        assert!(Node::parse("a: 1\n---\nb: 2\n").is_err());
    }

    #[test]
    fn numbers_are_decimal() {
        for (text, digits) in
            [("0x50", "80"), ("-1", "-1"), ("1.5", "1.5"), ("99999999999999999999", "99999999999999999999")]
        {
            assert_eq!(Node::parse(text).unwrap().value, Value::Number(digits.to_owned()), "{text}");
        }
    }

    #[test]
    fn texts_in_messages_are_short_and_one_line() {
        assert_eq!(Value::Text("a\nb".into()).describe(), "the text `a\u{fffd}b`");
        assert_eq!(printable(&"é".repeat(61)), format!("{}…", "é".repeat(60)));
    }
}
