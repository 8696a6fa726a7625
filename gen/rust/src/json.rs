//! `additional_data` between `serde_json` and protobuf's `Struct`, whose numbers are doubles.

use prost_types::value::Kind;
use prost_types::{ListValue, Struct};
use serde_json::{Map, Number, Value};

use crate::error::Error;

/// The server's limit, which holds here as well: decoders stop at 100 nested messages, of which
/// every level of a `Struct` takes three.
const MAX_LEVELS: usize = 32;
/// The rule of integers, as the server words it.
const INTEGERS: &str =
    "must hold integers from -(2^53 - 1) to 2^53 - 1 only: write a larger one as a string";
/// The largest integer that a double and its neighbours hold exactly: 2^53 - 1.
const MAX_SAFE_INTEGER: u64 = 9_007_199_254_740_991;

/// An object as a `Struct`, or the rule that it breaks.
pub(crate) fn to_struct(object: Map<String, Value>) -> Result<Struct, Error> {
    object_to_struct(object, 1)
}

/// A `Struct` as an object. Doubles that are safe integers become integers, as JSON writes them.
pub(crate) fn from_struct(message: Struct) -> Map<String, Value> {
    message
        .fields
        .into_iter()
        .map(|(name, value)| (name, from_value(value)))
        .collect()
}

fn object_to_struct(object: Map<String, Value>, level: usize) -> Result<Struct, Error> {
    let fields = object
        .into_iter()
        .map(|(name, value)| Ok((name, to_value(value, level)?)));
    Ok(Struct {
        fields: fields.collect::<Result<_, Error>>()?,
    })
}

/// `level` is that of the object or list around the value.
fn to_value(value: Value, level: usize) -> Result<prost_types::Value, Error> {
    if matches!(value, Value::Object(_) | Value::Array(_)) && level == MAX_LEVELS {
        return Err(broken(format!("must be at most {MAX_LEVELS} levels deep")));
    }
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(value) => Kind::BoolValue(value),
        Value::Number(number) => Kind::NumberValue(to_double(&number)?),
        Value::String(text) => Kind::StringValue(text),
        Value::Array(items) => {
            let values = items.into_iter().map(|item| to_value(item, level + 1));
            Kind::ListValue(ListValue {
                values: values.collect::<Result<_, _>>()?,
            })
        }
        Value::Object(object) => Kind::StructValue(object_to_struct(object, level + 1)?),
    };
    Ok(prost_types::Value { kind: Some(kind) })
}

fn to_double(number: &Number) -> Result<f64, Error> {
    let text = number.to_string();
    if !text.contains(['.', 'e', 'E']) {
        let safe = number
            .as_i64()
            .filter(|integer| integer.unsigned_abs() <= MAX_SAFE_INTEGER);
        if safe.is_none() {
            return Err(broken(INTEGERS.to_owned()));
        }
    }
    number
        .as_f64()
        .filter(|double| double.is_finite())
        .ok_or_else(|| broken("must hold finite numbers only".to_owned()))
}

fn from_value(value: prost_types::Value) -> Value {
    match value.kind {
        None | Some(Kind::NullValue(_)) => Value::Null,
        Some(Kind::BoolValue(value)) => Value::Bool(value),
        Some(Kind::NumberValue(double)) => from_double(double),
        Some(Kind::StringValue(text)) => Value::String(text),
        Some(Kind::ListValue(list)) => list.values.into_iter().map(from_value).collect(),
        Some(Kind::StructValue(message)) => Value::Object(from_struct(message)),
    }
}

fn from_double(double: f64) -> Value {
    let negative_zero = double == 0.0 && double.is_sign_negative();
    if double.fract() == 0.0 && double.abs() <= MAX_SAFE_INTEGER as f64 && !negative_zero {
        return Value::from(double as i64);
    }
    // JSON has no word for what is not finite, and protobuf forbids it in a Struct.
    Number::from_f64(double).map_or(Value::Null, Value::Number)
}

fn broken(rule: String) -> Error {
    let message = format!("additional_data {rule}");
    Error::refused("additional_data", "ADDITIONAL_DATA_INVALID", message)
}
