//! The page that merchants read, held against what is read and told.
//!
//! **Invariant:** its example works as it says, and no field is left out of it.

use uuid::Uuid;

use super::{apply::told, fault::lines, parse, schema};
use crate::{
    domain::instant::Timestamp,
    store::declared::{Choice, Rows, plan},
};

const PAGE: &str = include_str!("../../docs/shop-file.md");

/// The first block of a kind that holds a text.
fn block(kind: &str, held: &str) -> &'static str {
    let blocks = PAGE.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix(kind));
    blocks.into_iter().find(|block| block.contains(held)).unwrap_or_else(|| panic!("no {kind} with {held}"))
}

#[test]
fn the_small_shop_of_the_page_is_planned_as_it_says() {
    let shop = parse(block("toml\n", "[organization]")).unwrap();
    let rows = Rows::of(&shop, Timestamp::from_ms(0), || Uuid::from_u128(1));
    let plan = plan(rows, &Rows::default(), Choice::default()).unwrap();
    let shown = block("console\n", "--dry-run");
    let expected: Vec<&str> = shown.lines().skip(1).take_while(|line| !line.starts_with('$')).collect();
    assert_eq!(told(&plan.changes, true), expected);
}

#[test]
fn the_faults_of_the_page_are_told_as_it_says() {
    let broken = block("toml\n", "[organization]")
        .replacen("\"24.00\"", "24.00", 1)
        .replacen("stock = 50", "stock = \"50\"", 1)
        .replace("\"0.0825\"", "\"8.25\"");
    let expected: Vec<&str> = block("console\n", "shop.toml:").lines().skip(1).collect();
    assert_eq!(lines(&parse(&broken).unwrap_err(), "shop.toml"), expected);
}

#[test]
fn every_field_is_on_the_page() {
    let schema: serde_json::Value = serde_json::from_str(&schema::text()).unwrap();
    let entries = schema["$defs"].as_object().unwrap().values();
    let fields = entries.flat_map(|entry| entry["properties"].as_object().unwrap().keys());
    let missing: Vec<&String> = fields.filter(|field| !PAGE.contains(&format!("`{field}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
