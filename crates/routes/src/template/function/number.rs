//! Arithmetic. Whatever is no number counts as zero, as in sprig.

use gotmpl::Value;

use super::{Arguments, Failure, Function, Outcome, at_least, exactly, go};

pub(super) const TABLE: &[Function] = &[
    exactly("int", 1, |a| Ok(Value::Int(int(a.value(0))))),
    exactly("int64", 1, |a| Ok(Value::Int(int(a.value(0))))),
    exactly("float64", 1, |a| Ok(Value::Float(float(a.value(0))))),
    exactly("atoi", 1, |a| Ok(Value::Int(a.text(0)?.parse().unwrap_or_default()))),
    exactly("toDecimal", 1, |a| {
        Ok(Value::Int(i64::from_str_radix(&go::print(a.value(0)), 8).unwrap_or_default()))
    }),
    exactly("add1", 1, |a| Ok(Value::Int(int(a.value(0)).wrapping_add(1)))),
    at_least("add", 0, |a| Ok(Value::Int(a.from(0).iter().map(int).fold(0, i64::wrapping_add)))),
    exactly("sub", 2, |a| Ok(Value::Int(int(a.value(0)).wrapping_sub(int(a.value(1)))))),
    at_least("mul", 1, |a| Ok(Value::Int(a.from(0).iter().map(int).fold(1, i64::wrapping_mul)))),
    exactly("div", 2, |a| divided(a, i64::wrapping_div)),
    exactly("mod", 2, |a| divided(a, i64::wrapping_rem)),
    at_least("max", 1, |a| Ok(Value::Int(a.from(0).iter().map(int).max().unwrap_or_default()))),
    at_least("biggest", 1, |a| Ok(Value::Int(a.from(0).iter().map(int).max().unwrap_or_default()))),
    at_least("min", 1, |a| Ok(Value::Int(a.from(0).iter().map(int).min().unwrap_or_default()))),
    at_least("maxf", 1, |a| Ok(folded(a, f64::max))),
    at_least("minf", 1, |a| Ok(folded(a, f64::min))),
    exactly("add1f", 1, |a| Ok(Value::Float(decimal(float(a.value(0)) + 1.0)))),
    at_least("addf", 0, |a| Ok(Value::Float(decimal(a.from(0).iter().map(float).sum())))),
    at_least("subf", 1, |a| Ok(decimals(a, |left, right| left - right))),
    at_least("mulf", 1, |a| Ok(decimals(a, |left, right| left * right))),
    at_least("divf", 1, |a| {
        if a.from(1).iter().any(|value| float(value) == 0.0) {
            return Err(Failure::from("decimal division by 0"));
        }
        Ok(folded(a, |left, right| left / right))
    }),
    exactly("floor", 1, |a| Ok(Value::Float(float(a.value(0)).floor()))),
    exactly("ceil", 1, |a| Ok(Value::Float(float(a.value(0)).ceil()))),
    at_least("round", 2, round),
];

/// sprig's `toInt64`.
#[expect(clippy::cast_possible_truncation, reason = "a float loses its fraction, and saturates")]
fn int(value: &Value) -> i64 {
    match value {
        Value::Int(number) => *number,
        Value::Uint(number) => i64::try_from(*number).unwrap_or(i64::MAX),
        Value::Float(number) => *number as i64,
        Value::Bool(value) => i64::from(*value),
        Value::String(text) => go::parse_int(text).unwrap_or_default(),
        Value::Nil | Value::List(_) | Value::Map(_) | Value::Function(_) => 0,
    }
}

/// sprig's `toFloat64`.
fn float(value: &Value) -> f64 {
    match value {
        Value::Float(number) => *number,
        Value::String(text) => text.parse().unwrap_or_default(),
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::Int(_) | Value::Uint(_) => value.as_float().unwrap_or_default(),
        Value::Nil | Value::List(_) | Value::Map(_) | Value::Function(_) => 0.0,
    }
}

fn divided(a: &Arguments<'_>, operator: fn(i64, i64) -> i64) -> Outcome {
    let (left, right) = (int(a.value(0)), int(a.value(1)));
    if right == 0 { Err("integer divide by zero".into()) } else { Ok(Value::Int(operator(left, right))) }
}

fn folded(a: &Arguments<'_>, operator: fn(f64, f64) -> f64) -> Value {
    let first = float(a.value(0));
    Value::Float(a.from(1).iter().map(float).fold(first, operator))
}

fn decimals(a: &Arguments<'_>, operator: fn(f64, f64) -> f64) -> Value {
    let first = float(a.value(0));
    Value::Float(a.from(1).iter().map(float).fold(first, |left, right| decimal(operator(left, right))))
}

/// sprig adds and multiplies floats as decimals: 0.1 and 0.2 are 0.3. Fifteen digits are what a float holds of one.
fn decimal(number: f64) -> f64 {
    format!("{number:.14e}").parse().unwrap_or(number)
}

/// `round value places`, and from which fraction on it rounds up, 0.5 if not given.
fn round(a: &Arguments<'_>) -> Outcome {
    if a.values.len() > 3 {
        return Err("too many arguments".into());
    }
    let on = a.values.get(2).map_or(0.5, float);
    let places = i32::try_from(a.int(1)?).map_err(|_| Failure::from("too many places"))?;
    let power = 10_f64.powi(places);
    let digit = power * float(a.value(0));
    let rounded = if digit.fract() >= on { digit.ceil() } else { digit.floor() };
    Ok(Value::Float(rounded / power))
}
