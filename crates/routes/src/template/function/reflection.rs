//! Types and kinds.

use gotmpl::Value;

use super::{Function, exactly, go, ok};

pub(super) const TABLE: &[Function] = &[
    exactly("typeOf", 1, |a| ok(go::type_name(a.value(0)))),
    exactly("typeIs", 2, |a| Ok(Value::Bool(a.text(0)? == go::type_name(a.value(1))))),
    // Alike is also a pointer to the type, of which there is none here.
    exactly("typeIsLike", 2, |a| Ok(Value::Bool(a.text(0)? == go::type_name(a.value(1))))),
    exactly("kindOf", 1, |a| ok(kind(a.value(0)))),
    exactly("kindIs", 2, |a| Ok(Value::Bool(a.text(0)? == kind(a.value(1))))),
];

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Nil => "invalid",
        Value::List(_) => "slice",
        Value::Map(_) => "map",
        other => go::type_name(other),
    }
}
