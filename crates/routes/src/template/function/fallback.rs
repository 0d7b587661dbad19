//! Empty values and what stands in for them.

use gotmpl::Value;

use super::{Function, at_least, exactly};

pub(super) const TABLE: &[Function] = &[
    at_least("default", 1, |a| {
        let given = a.value(1);
        Ok(if given.is_truthy() { given.clone() } else { a.value(0).clone() })
    }),
    exactly("empty", 1, |a| Ok(Value::Bool(!a.value(0).is_truthy()))),
    at_least("coalesce", 0, |a| {
        Ok(a.from(0).iter().find(|value| value.is_truthy()).cloned().unwrap_or(Value::Nil))
    }),
    at_least("all", 0, |a| Ok(Value::Bool(a.from(0).iter().all(Value::is_truthy)))),
    at_least("any", 0, |a| Ok(Value::Bool(a.from(0).iter().any(Value::is_truthy)))),
    exactly("ternary", 3, |a| Ok(a.value(usize::from(!a.bool(2)?)).clone())),
];
