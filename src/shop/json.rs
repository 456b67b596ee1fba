//! JSON with the place of each value: the parser's raw values are slices of the text, so where they lie says it.
//!
//! **Invariant:** a key stands once in an object, and nothing nests deeper than a shop file could.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use super::tree::{Inside, NO_INTEGER, Places};

/// The deepest value; a shop file needs 7.
const DEPTH_MAX: usize = 16;

/// An object's entries in the order written.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Entries<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Entries<'de>, M::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// Reads a text; a fault has its offset.
pub(super) fn read(text: &str) -> Result<(Value, Places), (usize, String)> {
    let whole: &RawValue = serde_json::from_str(text).map_err(|error| told(text, &error))?;
    value(text, whole, 0)
}

fn value(text: &str, raw: &RawValue, depth: usize) -> Result<(Value, Places), (usize, String)> {
    let start = raw.get().as_ptr().addr().saturating_sub(text.as_ptr().addr());
    if depth > DEPTH_MAX {
        return Err((start, format!("nested deeper than {DEPTH_MAX}")));
    }
    let inner = |error: serde_json::Error| (start, format!("not JSON: {}", message(&error)));
    match raw.get().bytes().next() {
        Some(b'{') => {
            let written: Entries<'_> = serde_json::from_str(raw.get()).map_err(inner)?;
            let (mut values, mut places) = (serde_json::Map::new(), BTreeMap::new());
            for (key, raw) in written.0 {
                let (value, place) = value(text, raw, depth + 1)?;
                let start = place.start;
                values.insert(key.clone(), value);
                if places.insert(key, place).is_some() {
                    return Err((start, "the same key twice".to_owned()));
                }
            }
            Ok((Value::Object(values), Places { start, inside: Inside::Entries(places) }))
        }
        Some(b'[') => {
            let written: Vec<&RawValue> = serde_json::from_str(raw.get()).map_err(inner)?;
            let (mut values, mut places) = (Vec::new(), Vec::new());
            for raw in written {
                let (value, place) = value(text, raw, depth + 1)?;
                values.push(value);
                places.push(place);
            }
            Ok((Value::Array(values), Places { start, inside: Inside::Items(places) }))
        }
        Some(_) | None => {
            let plain: Value = serde_json::from_str(raw.get()).map_err(inner)?;
            let fraction = plain.is_number() && !plain.is_i64();
            let plain = if fraction { NO_INTEGER.into() } else { plain };
            Ok((plain, Places { start, inside: Inside::Nothing }))
        }
    }
}

fn told(text: &str, error: &serde_json::Error) -> (usize, String) {
    let line: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    (line + error.column().saturating_sub(1), format!("not JSON: {}", message(error)))
}

/// What is wrong, without where: that is told beside it.
fn message(error: &serde_json::Error) -> String {
    let told = error.to_string();
    told.split(" at line ").next().unwrap_or_default().to_owned()
}
