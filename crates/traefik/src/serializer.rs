use portolan_labels::ALLOW_EMPTY;
use serde::{Serialize, ser};

use crate::compound::{Entries, Fields, Items, Tree};
use crate::error::{Failure, Refusal};
use crate::node::Node;

/// The tree of an element.
///
/// Left out are fields without a value and structs without fields, as Traefik refuses `headers: {}`; what may stand empty
/// stays: entries of maps, items of lists, and what is serialized as a newtype struct named [`ALLOW_EMPTY`].
pub(crate) fn tree<T: Serialize + ?Sized>(element: &T) -> Result<Node, Failure> {
    match element.serialize(Trees)? {
        Tree::Nothing | Tree::Empty => Ok(Node::Map(Vec::new())),
        Tree::Node(node @ Node::Map(_)) => Ok(node),
        Tree::Node(_) => Err(Refusal::NotAMap.into()),
    }
}

/// The tree of a list of elements.
pub(crate) fn list<T: Serialize>(elements: &[T]) -> Result<Node, Failure> {
    match elements.serialize(Trees)? {
        Tree::Node(node) => Ok(node),
        Tree::Nothing | Tree::Empty => Ok(Node::List(Vec::new())),
    }
}

/// Makes the tree of a value; [`Items`], [`Entries`] and [`Fields`] make those of its parts.
pub(crate) struct Trees;

fn number(value: impl TryInto<i64> + ToString + Copy) -> Result<Tree, Failure> {
    match value.try_into() {
        Ok(value) => Ok(Tree::Node(Node::Integer(value))),
        Err(_) => Err(Refusal::Number { number: value.to_string() }.into()),
    }
}

impl ser::Serializer for Trees {
    type Ok = Tree;
    type Error = Failure;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = ser::Impossible<Tree, Failure>;
    type SerializeMap = Entries;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Fields;

    fn serialize_bool(self, value: bool) -> Result<Tree, Failure> {
        Ok(Tree::Node(Node::Bool(value)))
    }

    fn serialize_i8(self, value: i8) -> Result<Tree, Failure> {
        number(value)
    }

    fn serialize_i16(self, value: i16) -> Result<Tree, Failure> {
        number(value)
    }

    fn serialize_i32(self, value: i32) -> Result<Tree, Failure> {
        number(value)
    }

    fn serialize_i64(self, value: i64) -> Result<Tree, Failure> {
        number(value)
    }

    fn serialize_i128(self, value: i128) -> Result<Tree, Failure> {
        number(value)
    }

    fn serialize_u8(self, value: u8) -> Result<Tree, Failure> {
        number(value)
    }

    fn serialize_u16(self, value: u16) -> Result<Tree, Failure> {
        number(value)
    }

    fn serialize_u32(self, value: u32) -> Result<Tree, Failure> {
        number(value)
    }

    fn serialize_u64(self, value: u64) -> Result<Tree, Failure> {
        number(value)
    }

    fn serialize_u128(self, value: u128) -> Result<Tree, Failure> {
        number(value)
    }

    fn serialize_f32(self, value: f32) -> Result<Tree, Failure> {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Result<Tree, Failure> {
        if value.is_finite() {
            Ok(Tree::Node(Node::Float(value)))
        } else {
            Err(Refusal::Number { number: value.to_string() }.into())
        }
    }

    fn serialize_char(self, value: char) -> Result<Tree, Failure> {
        Ok(Tree::Node(Node::Text(value.to_string())))
    }

    fn serialize_str(self, value: &str) -> Result<Tree, Failure> {
        Ok(Tree::Node(Node::Text(value.to_owned())))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<Tree, Failure> {
        Err(Refusal::Unsupported { what: "a value of raw bytes" }.into())
    }

    fn serialize_none(self) -> Result<Tree, Failure> {
        Ok(Tree::Nothing)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Tree, Failure> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Tree, Failure> {
        Ok(Tree::Nothing)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Tree, Failure> {
        Ok(Tree::Empty)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Tree, Failure> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Tree, Failure> {
        match value.serialize(self)? {
            Tree::Empty if name == ALLOW_EMPTY => Ok(Tree::Node(Node::Map(Vec::new()))),
            tree => Ok(tree),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Tree, Failure> {
        let mut fields = Fields::default();
        fields.push(variant, value)?;
        Ok(fields.tree())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items, Failure> {
        Ok(Items::default())
    }

    fn serialize_tuple(self, _: usize) -> Result<Items, Failure> {
        Ok(Items::default())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items, Failure> {
        Ok(Items::default())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Failure> {
        Err(Refusal::Unsupported { what: "a variant with several values" }.into())
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries, Failure> {
        Ok(Entries::default())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields, Failure> {
        Ok(Fields::default())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields, Failure> {
        Ok(Fields::of_variant(variant))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serializer;

    use super::*;
    use crate::error::Place;

    #[derive(Default, Serialize)]
    struct Router {
        rule: Option<String>,
        observability: Option<Observability>,
        #[serde(serialize_with = "may_be_empty")]
        tls: Option<Observability>,
        headers: BTreeMap<String, Observability>,
        list: Option<Vec<Observability>>,
        kind: Option<Kind>,
    }

    #[derive(Default, Serialize)]
    struct Observability {
        metrics: Option<bool>,
        big: Option<u64>,
        ratio: Option<f64>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    enum Kind {
        LoadBalancer(Observability),
        FailOver { service: Option<u8> },
        Plain,
    }

    fn may_be_empty<T: Serialize, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.serialize_newtype_struct(ALLOW_EMPTY, value),
            None => serializer.serialize_none(),
        }
    }

    fn check(router: &Router, expected: &serde_json::Value) {
        let node = tree(router).expect("can be written");
        assert_eq!(serde_json::to_value(&node).expect("is JSON"), *expected);
    }

    #[test]
    fn only_what_may_stand_empty_does() {
        let empty = || Some(Observability::default());
        check(&Router::default(), &serde_json::json!({}));
        check(
            &Router { observability: empty(), tls: empty(), ..Router::default() },
            &serde_json::json!({"tls": {}}),
        );
        check(
            &Router { headers: [("a".to_owned(), Observability::default())].into(), ..Router::default() },
            &serde_json::json!({"headers": {"a": {}}}),
        );
        check(
            &Router { list: Some(vec![Observability::default()]), ..Router::default() },
            &serde_json::json!({"list": [{}]}),
        );
        check(&Router { list: Some(vec![]), ..Router::default() }, &serde_json::json!({"list": []}));
        check(
            &Router { kind: Some(Kind::LoadBalancer(Observability::default())), ..Router::default() },
            &serde_json::json!({}),
        );
        check(
            &Router { kind: Some(Kind::FailOver { service: None }), ..Router::default() },
            &serde_json::json!({}),
        );
    }

    #[test]
    fn variants_have_their_names() {
        let metrics = Observability { metrics: Some(false), ..Observability::default() };
        check(
            &Router { kind: Some(Kind::LoadBalancer(metrics)), ..Router::default() },
            &serde_json::json!({"kind": {"loadBalancer": {"metrics": false}}}),
        );
        check(
            &Router { kind: Some(Kind::FailOver { service: Some(7) }), ..Router::default() },
            &serde_json::json!({"kind": {"failOver": {"service": 7}}}),
        );
        check(
            &Router { kind: Some(Kind::Plain), ..Router::default() },
            &serde_json::json!({"kind": "plain"}),
        );
    }

    fn check_refused(element: &impl Serialize, expected: &str) {
        let failure = tree(element).expect_err("cannot be written");
        assert_eq!(failure.error(Place::Certificates).to_string(), format!("TLS certificates: {expected}"));
    }

    #[test]
    fn a_refusal_tells_its_place() {
        let big = Observability { big: Some(u64::MAX), ..Observability::default() };
        let nan = Observability { ratio: Some(f64::NAN), ..Observability::default() };
        check_refused(
            &Router { observability: Some(big), ..Router::default() },
            "`observability.big`: number `18446744073709551615` is out of range",
        );
        check_refused(
            &Router { list: Some(vec![Observability::default(), nan]), ..Router::default() },
            "`list[1].ratio`: number `NaN` is out of range",
        );
        check_refused(&serde_json::json!({"a": [null]}), "`a[0]`: a list item has no value");
        check_refused(&"text", "is not a map of fields");
        check_refused(&BTreeMap::from([((1, 2), 3)]), "a key that is not a plain value cannot be written");
    }
}
