//! The shape of a file: which fields there are, and of which kind each is.
//!
//! **Invariant:** the schema that editors get is the one that is checked here. Every fault is told: what is missing or of
//! another kind is then replaced by an empty value, so that the rest can be read on.

use serde_json::{Map, Value};

use super::{
    fault::{Fault, holds_key, short},
    schema,
};

/// The characters of a value or a name that a fault quotes.
const QUOTED_MAX: usize = 24;

/// Checks a whole file and mends it; answers what was wrong.
pub(super) fn mend(file: &mut Value) -> Vec<Fault> {
    let schema = schema::value();
    let mut shape = Shape { schema: &schema, faults: Vec::new() };
    shape.check(&schema, "", file);
    shape.faults
}

struct Shape<'a> {
    schema: &'a Value,
    faults: Vec<Fault>,
}

impl<'a> Shape<'a> {
    fn fault(&mut self, path: &str, text: impl std::fmt::Display) {
        self.faults.push(Fault::new(path, text));
    }

    /// What a schema says itself, behind its reference; and of a choice, the part that is not null.
    fn meant(&self, schema: &'a Value) -> &'a Value {
        if let Some(name) = schema["$ref"].as_str().and_then(|at| at.strip_prefix("#/$defs/")) {
            return self.meant(&self.schema["$defs"][name]);
        }
        let choice = schema["anyOf"].as_array().and_then(|choices| choices.first());
        choice.map_or(schema, |first| self.meant(first))
    }

    fn check(&mut self, schema: &'a Value, path: &str, value: &mut Value) {
        let may_be_null = schema["anyOf"].is_array();
        let schema = self.meant(schema);
        if may_be_null && value.is_null() {
            return;
        }
        if !is_of(&schema["type"], value) {
            self.fault(path, format_args!("wants {}, not {}", wanted(schema), kind(value)));
            *value = self.empty(schema);
            return;
        }
        let fits = match value {
            Value::Object(entries) => {
                self.entries(schema, path, entries);
                true
            }
            Value::Array(items) => self.items(schema, path, items),
            Value::String(text) => self.text(schema, path, text),
            Value::Number(number) => self.number(schema, path, number.as_i64()),
            Value::Bool(_) | Value::Null => true,
        };
        if !fits {
            *value = self.empty(schema);
        }
    }

    fn entries(&mut self, schema: &'a Value, path: &str, entries: &mut Map<String, Value>) {
        let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let Some(fields) = schema["properties"].as_object() else {
            for (name, value) in entries {
                self.key(&at(name), name);
                self.check(&schema["additionalProperties"], &at(name), value);
            }
            return;
        };
        let unknown: Vec<String> =
            entries.keys().filter(|name| !fields.contains_key(*name)).cloned().collect();
        for name in unknown {
            let known: Vec<&str> =
                fields.keys().map(String::as_str).filter(|name| *name != "$schema").collect();
            self.fault(
                &at(&short(&name, QUOTED_MAX)),
                format_args!("no such field; there are {}", known.join(", ")),
            );
            entries.remove(&name);
        }
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !entries.contains_key(name) {
                self.fault(&at(name), "is missing");
                entries.insert(name.to_owned(), self.empty(&fields[name]));
            } else if let Some(value) = entries.get_mut(name) {
                self.check(&fields[name], &at(name), value);
            }
        }
        let required = |name: &String| {
            schema["required"].as_array().is_some_and(|all| all.contains(&name.as_str().into()))
        };
        for (name, value) in entries.iter_mut().filter(|(name, _)| !required(name)) {
            self.check(&fields[name], &at(name), value);
        }
    }

    fn items(&mut self, schema: &'a Value, path: &str, items: &mut [Value]) -> bool {
        let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
        let (least, most) = (schema["minItems"].as_u64().unwrap_or(0), schema["maxItems"].as_u64());
        if count < least || most.is_some_and(|most| count > most) {
            let most = most.map_or_else(|| "more".to_owned(), |most| most.to_string());
            self.fault(path, format_args!("{count} entries; wants {least} to {most}"));
            return false;
        }
        for (place, item) in items.iter_mut().enumerate() {
            let schema = schema["prefixItems"].get(place).unwrap_or(&schema["items"]);
            self.check(schema, &format!("{path}[{place}]"), item);
        }
        true
    }

    fn text(&mut self, schema: &Value, path: &str, text: &str) -> bool {
        let long = schema["maxLength"].as_u64().filter(|most| {
            usize::try_from(*most).is_ok_and(|most| text.len() > most && text.chars().count() > most)
        });
        let words = schema["enum"].as_array();
        if holds_key(text) {
            self.fault(path, "holds a key; write the name of the environment variable that holds it");
        } else if text.contains('\0') {
            self.fault(path, "holds the character NUL");
        } else if let Some(most) = long {
            self.fault(path, format_args!("longer than {most} characters"));
        } else if let Some(words) = words.filter(|words| !words.contains(&text.into())) {
            let known: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            self.fault(path, format_args!("not one of {}", known.join(", ")));
        } else {
            return true;
        }
        false
    }

    /// A name that the merchant chose, such as that of an option.
    fn key(&mut self, path: &str, name: &str) {
        if name.contains('\0') || name.chars().count() > 255 {
            self.fault(path, "a name of at most 255 characters without NUL is wanted");
        }
    }

    fn number(&mut self, schema: &Value, path: &str, number: Option<i64>) -> bool {
        let (least, most) = (schema["minimum"].as_i64(), schema["maximum"].as_i64());
        let fits = number.is_some_and(|number| {
            least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most)
        });
        if !fits {
            let (least, most) = (least.unwrap_or(i64::MIN), most.unwrap_or(i64::MAX));
            self.fault(path, format_args!("wants a number from {least} to {most}"));
        }
        fits
    }

    /// The emptiest value of a kind.
    fn empty(&self, schema: &'a Value) -> Value {
        let schema = self.meant(schema);
        if let Some(word) = schema["enum"].get(0) {
            return word.clone();
        }
        match kinds(&schema["type"]).next() {
            Some("object") => {
                let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
                let filled = required.map(|name| (name.to_owned(), self.empty(&schema["properties"][name])));
                Value::Object(filled.collect())
            }
            Some("array") => {
                let first = schema["prefixItems"].as_array().into_iter().flatten();
                first.map(|schema| self.empty(schema)).collect()
            }
            Some("string") => "".into(),
            Some("integer") => schema["minimum"].as_i64().unwrap_or(0).into(),
            Some("boolean") => false.into(),
            Some(_) | None => Value::Null,
        }
    }
}

/// The kinds that a schema allows.
fn kinds(of: &Value) -> impl Iterator<Item = &str> {
    let many = of.as_array().map(Vec::as_slice).unwrap_or_default();
    of.as_str().into_iter().chain(many.iter().filter_map(Value::as_str))
}

fn is_of(allowed: &Value, value: &Value) -> bool {
    kinds(allowed).any(|allowed| match value {
        Value::Object(_) => allowed == "object",
        Value::Array(_) => allowed == "array",
        Value::String(_) => allowed == "string",
        Value::Number(number) => allowed == "integer" && number.is_i64(),
        Value::Bool(_) => allowed == "boolean",
        Value::Null => allowed == "null",
    })
}

fn wanted(schema: &Value) -> &'static str {
    match kinds(&schema["type"]).next() {
        Some("object") => "a table",
        Some("array") => "a list",
        Some("string") => "text in quotes",
        Some("integer") => "a whole number",
        Some("boolean") => "true or false",
        Some(_) | None => "something else",
    }
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Object(_) => "a table",
        Value::Array(_) => "a list",
        Value::String(_) => "text",
        Value::Number(_) => "a number",
        Value::Bool(_) => "true or false",
        Value::Null => "null",
    }
}
