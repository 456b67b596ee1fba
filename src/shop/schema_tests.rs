//! The schema of shop files, held against another's validator and against the reader.
//!
//! **Invariant:** what the schema allows is what is read, and every field says what it is for.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{DEMO, parse, schema, shape, tree::Tree};
use crate::{
    domain::instant::Timestamp,
    store::declared::{Choice, Rows, plan},
};

/// The example of the documentation.
const TEA: &str = include_str!("../../docs/examples/tea.toml");

/// The schema as it is printed.
fn printed() -> Value {
    serde_json::from_str(&schema::text()).unwrap()
}

fn validator() -> Validator {
    jsonschema::validator_for(&printed()).unwrap()
}

fn value(text: &str) -> Value {
    Tree::read(text).unwrap().0
}

#[test]
fn the_demo_and_the_example_fit_the_schema() {
    for text in [DEMO, TEA] {
        let faults: Vec<String> =
            validator().iter_errors(&value(text)).map(|fault| fault.to_string()).collect();
        assert_eq!(faults, [""; 0]);
        parse(text).unwrap();
    }
}

#[test]
fn every_field_is_described_and_none_may_be_invented() {
    let schema = printed();
    let entries = schema["$defs"].as_object().unwrap().values().chain([&schema]);
    let mut seen = 0;
    for entry in entries {
        assert_eq!(entry["additionalProperties"], json!(false), "{entry}");
        for (name, field) in entry["properties"].as_object().unwrap() {
            assert!(field["description"].as_str().is_some_and(|text| text.len() > 10), "{name}: {field}");
            seen += 1;
        }
    }
    assert!(seen > 70, "{seen}");
}

#[test]
fn the_reader_and_another_validator_agree_on_what_fits() {
    let other = validator();
    let mut refused = 0;
    for (path, wrong) in [
        ("/organization/name", json!(1)),
        ("/organization/token_hours", json!(0)),
        ("/organization/token_hours", json!(65_536)),
        ("/organization/token_hours", json!(null)),
        ("/organization/capture", json!("later")),
        ("/organization/colour", json!("red")),
        ("/organization", json!([])),
        ("/payment/live", json!("yes")),
        ("/payment", json!(null)),
        ("/products", json!({})),
        ("/products/0/variants/0", json!({})),
        ("/products/0/variants/0/stock", json!(-1)),
        ("/products/0/variants/0/stock", json!(4_294_967_296_u64)),
        ("/products/0/variants/0/stock", json!(1.5)),
        ("/products/0/variants/0/prices/EUR", json!(12.9)),
        ("/products/0/variants/0/options", json!(["100 g"])),
        ("/products/0/variants/1/sale", json!(null)),
        ("/products/0/variants/1/sale", json!({})),
        ("/products/0/title", json!("x".repeat(256))),
        ("/products/0/tags", json!(["x".repeat(256)])),
        ("/zones/0/rates/0/delivery_days", json!([1])),
        ("/zones/0/rates/0/delivery_days", json!([1, 2, 3])),
        ("/zones/0/rates/0/delivery_days", json!([1, 256])),
        ("/zones/0/rates/0/by_weight", json!([])),
        ("/discounts/0/priority", json!(-2_147_483_649_i64)),
        ("/discounts/0/usage_limit", json!(0)),
    ] {
        let mut file = value(TEA);
        let (parent, name) = path.rsplit_once('/').unwrap();
        let parent = file.pointer_mut(parent).unwrap();
        if let Some(items) = parent.as_array_mut() {
            items[name.parse::<usize>().unwrap()] = wrong.clone();
        } else {
            parent[name] = wrong.clone();
        }
        let fits = other.is_valid(&file);
        let faults = shape::mend(&mut file);
        assert_eq!(fits, faults.is_empty(), "{path} {wrong}: {faults:?}");
        assert!(other.is_valid(&file) || !fits, "{path} {wrong}: mended into something else");
        refused += usize::from(!fits);
    }
    assert_eq!(refused, 24);
}

type Fields = Map<String, Value>;

/// Every table of a file: where it is, the name of its entry in the schema, and the fields that it may have.
fn tables<'a>(
    root: &'a Value,
    schema: &'a Value,
    (at, file): (&str, &Value),
) -> Vec<(String, &'a str, &'a Fields)> {
    if let Some(first) = schema["anyOf"].get(0) {
        return tables(root, first, (at, file));
    }
    let name = schema["$ref"].as_str().and_then(|to| to.strip_prefix("#/$defs/"));
    let schema = name.map_or(schema, |name| &root["$defs"][name]);
    let mut found = Vec::new();
    if let (Some(fields), Some(entries)) = (schema["properties"].as_object(), file.as_object()) {
        found.push((at.to_owned(), name.unwrap_or_default(), fields));
        for (name, value) in entries {
            found.extend(tables(root, &fields[name], (&format!("{at}/{name}"), value)));
        }
    }
    for (place, item) in file.as_array().into_iter().flatten().enumerate() {
        found.extend(tables(root, &schema["items"], (&format!("{at}/{place}"), item)));
    }
    found
}

/// The example with one field of one of its tables set, or left out.
fn with(table: &str, field: &str, set: Option<&Value>) -> Value {
    let mut file = value(TEA);
    let entries = file.pointer_mut(table).unwrap().as_object_mut().unwrap();
    entries.remove(field);
    entries.extend(set.map(|set| (field.to_owned(), set.clone())));
    file
}

fn rows(file: &Value) -> Option<Rows> {
    let mut last = 0;
    let new_id = || {
        last += 1;
        Uuid::from_u128(last)
    };
    Some(Rows::of(&parse(&file.to_string()).ok()?, Timestamp::from_ms(0), new_id))
}

#[test]
fn what_is_left_out_is_what_the_schema_says_it_is() {
    let schema = printed();
    let (mut all, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for (entry, fields) in schema["$defs"].as_object().unwrap() {
        let said =
            fields["properties"].as_object().unwrap().iter().filter(|(_, field)| !field["default"].is_null());
        all.extend(
            said.filter(|(_, field)| !field["default"].is_array() && !field["default"].is_object())
                .map(|(name, _)| (entry.as_str(), name)),
        );
    }
    for (table, entry, fields) in tables(&schema, &schema, ("", &value(TEA))) {
        for (name, field) in fields.iter().filter(|(name, _)| all.contains(&(entry, *name))) {
            let left_out = rows(&with(&table, name, None)).unwrap();
            let said = rows(&with(&table, name, Some(&field["default"]))).unwrap();
            assert!(plan(said, &left_out, Choice::default()).unwrap().is_empty(), "{table}/{name}: {field}");
            seen.insert((entry, name));
        }
    }
    assert_eq!(seen, all);
}

#[test]
fn every_word_of_the_schema_is_read() {
    let schema = printed();
    let mut seen = 0;
    for (table, _, fields) in tables(&schema, &schema, ("", &value(TEA))) {
        for (name, field) in fields {
            for word in field["enum"].as_array().into_iter().flatten() {
                parse(&with(&table, name, Some(word)).to_string()).unwrap();
                seen += 1;
            }
        }
    }
    assert!(seen >= 8, "{seen}");
}

#[test]
fn no_pattern_of_the_schema_forbids_what_is_read() {
    let (schema, other) = (printed(), validator());
    let mut read = BTreeSet::new();
    for (table, entry, fields) in tables(&schema, &schema, ("", &value(TEA))) {
        for (name, _) in fields.iter().filter(|(_, field)| !field["pattern"].is_null()) {
            for text in [
                "",
                " ",
                "a",
                "A",
                "1",
                "-",
                "a-1",
                "a--b",
                "-a",
                "a-",
                "7-eleven",
                "A1",
                "FR",
                "CHF",
                "chf",
                "NSW",
                "01",
                "0",
                "12",
                "0.5",
                "0.190000",
                "0.1900000",
                ".5",
                "5.",
                "-1",
                "+1",
                "1e0",
                " 1",
                "1\n",
                "pk_test_",
                "pk_test_tea",
                "STRIPE_",
                "STRIPE_A",
                "STRIPE_A_1",
                "STRIPE_a",
                "https://example.com/a.jpg",
                "HTTPS://example.com/a.jpg",
            ] {
                let file = with(&table, name, Some(&text.into()));
                if parse(&file.to_string()).is_ok() {
                    assert!(other.is_valid(&file), "{table}/{name}: {text:?} is read");
                    read.insert((entry, name));
                }
            }
        }
    }
    assert!(read.len() > 15, "{read:?}");
}
