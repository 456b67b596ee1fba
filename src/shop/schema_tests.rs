//! The schema of shop files, held against another's validator and against the reader.
//!
//! **Invariant:** what the schema allows is what is read, and every field says what it is for.

use jsonschema::Validator;
use serde_json::{Value, json};

use super::{DEMO, schema, shape, tree::Tree};

/// The example of the documentation.
const TEA: &str = include_str!("../../docs/examples/tea.toml");

fn validator() -> Validator {
    jsonschema::validator_for(&schema::value()).unwrap()
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
        super::parse(text).unwrap();
    }
}

#[test]
fn every_field_is_described_and_none_may_be_invented() {
    let schema = schema::value();
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
