use serde::{Serialize, ser};

use crate::error::{Failure, Refusal};
use crate::node::Node;
use crate::serializer::Trees;

/// What a value came to.
pub(crate) enum Tree {
    /// Not said.
    Nothing,
    /// A struct or a map without anything in it, which Traefik refuses in most places.
    Empty,
    Node(Node),
}

impl Tree {
    fn or_empty(self) -> Option<Node> {
        match self {
            Self::Nothing => None,
            Self::Empty => Some(Node::Map(Vec::new())),
            Self::Node(node) => Some(node),
        }
    }
}

/// A list under construction.
#[derive(Default)]
pub(crate) struct Items {
    items: Vec<Node>,
}

impl Items {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
        let index = self.items.len();
        let tree = value.serialize(Trees).map_err(|failure| failure.at(index))?;
        self.items.push(tree.or_empty().ok_or_else(|| Failure::from(Refusal::NoItem).at(index))?);
        Ok(())
    }
}

impl ser::SerializeSeq for Items {
    type Ok = Tree;
    type Error = Failure;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
        self.push(value)
    }

    fn end(self) -> Result<Tree, Failure> {
        Ok(Tree::Node(Node::List(self.items)))
    }
}

impl ser::SerializeTuple for Items {
    type Ok = Tree;
    type Error = Failure;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
        self.push(value)
    }

    fn end(self) -> Result<Tree, Failure> {
        ser::SerializeSeq::end(self)
    }
}

impl ser::SerializeTupleStruct for Items {
    type Ok = Tree;
    type Error = Failure;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
        self.push(value)
    }

    fn end(self) -> Result<Tree, Failure> {
        ser::SerializeSeq::end(self)
    }
}

/// A map under construction: an entry may stand empty.
#[derive(Default)]
pub(crate) struct Entries {
    entries: Vec<(String, Node)>,
    key: Option<String>,
}

impl ser::SerializeMap for Entries {
    type Ok = Tree;
    type Error = Failure;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Failure> {
        self.key = Some(match key.serialize(Trees)? {
            Tree::Node(Node::Text(text)) => text,
            Tree::Node(Node::Integer(value)) => value.to_string(),
            Tree::Node(Node::Bool(value)) => value.to_string(),
            _ => return Err(Refusal::Unsupported { what: "a key that is not a plain value" }.into()),
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failure> {
        let key = self.key.take().unwrap_or_default();
        match value.serialize(Trees) {
            Ok(tree) => {
                self.entries.extend(tree.or_empty().map(|node| (key, node)));
                Ok(())
            }
            Err(failure) => Err(failure.under(&key)),
        }
    }

    fn end(self) -> Result<Tree, Failure> {
        Ok(map(self.entries))
    }
}

/// A struct under construction: a field may not stand empty.
#[derive(Default)]
pub(crate) struct Fields {
    entries: Vec<(String, Node)>,
    variant: Option<&'static str>,
}

impl Fields {
    /// Of a variant, which is the one entry of a map.
    pub(crate) fn of_variant(variant: &'static str) -> Self {
        Self { variant: Some(variant), ..Self::default() }
    }

    pub(crate) fn push<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Failure> {
        if let Tree::Node(node) = value.serialize(Trees).map_err(|failure| failure.under(key))? {
            self.entries.push((key.to_owned(), node));
        }
        Ok(())
    }

    pub(crate) fn tree(self) -> Tree {
        match (map(self.entries), self.variant) {
            (Tree::Node(node), Some(variant)) => Tree::Node(Node::Map(vec![(variant.to_owned(), node)])),
            (tree, _) => tree,
        }
    }
}

impl ser::SerializeStruct for Fields {
    type Ok = Tree;
    type Error = Failure;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Failure> {
        self.push(key, value)
    }

    fn end(self) -> Result<Tree, Failure> {
        Ok(self.tree())
    }
}

impl ser::SerializeStructVariant for Fields {
    type Ok = Tree;
    type Error = Failure;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Failure> {
        self.push(key, value)
    }

    fn end(self) -> Result<Tree, Failure> {
        Ok(self.tree())
    }
}

fn map(entries: Vec<(String, Node)>) -> Tree {
    if entries.is_empty() { Tree::Empty } else { Tree::Node(Node::Map(entries)) }
}
