//! What a client's cache and code generator have to be told of the schema, as `GET /client-config.json`.
//!
//! **Invariant:** read from the schema that is served, so a type that is new is in it. A type is kept by its id only where
//! it promises to be a `Node`, whose ids are unique over all types; every other object lives inside of its parent.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, ServiceDocument, Type, TypeKind, TypeSystemDefinition},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    ALIASES_MAX, COMPLEXITY_MAX, DEPTH_MAX, FIELD_DIRECTIVES_MAX,
    guard::{DIRECTIVES_MAX, DOCUMENT_BYTES_MAX, NESTING_MAX, TOKENS_MAX},
    pages::PAGE_MAX,
    scalar,
};
use crate::domain::{
    cart::{ATTRIBUTE_KEY_MAX, ATTRIBUTE_VALUE_MAX, ATTRIBUTES_MAX},
    discount::CODES_MAX,
    money::{LINES_MAX, QUANTITY_MAX},
};

/// What an object is whose ids are unique over all types.
const NODE: &str = "Node";
/// Where a page stands, which keeps nothing apart.
const PAGING: &[&str] = &["after", "before", "first", "last"];

/// The configuration as JSON, for a schema as text that is served under an address.
#[must_use]
pub fn client_config(sdl: &str, public_url: &str) -> String {
    // Our own text; if it did not parse, the test of this file would not pass.
    let schema = parse_schema(sdl).unwrap_or(ServiceDocument { definitions: Vec::new() });
    let mut config = shape(&schema);
    let socket = public_url.replacen("http", "ws", 1);
    let more = [
        ("version", json!(env!("CARGO_PKG_VERSION"))),
        ("schemaHash", json!(format!("sha256:{}", hex::encode(Sha256::digest(sdl))))),
        ("limits", limits()),
        (
            "endpoints",
            json!({
                "graphql": format!("{public_url}/graphql"),
                "subscriptions": format!("{socket}/graphql"),
                "schema": format!("{public_url}/schema.graphql"),
            }),
        ),
    ];
    config.extend(more.map(|(name, value)| (name, value)));
    json!(config).to_string()
}

fn limits() -> Value {
    json!({
        "documentBytesMax": DOCUMENT_BYTES_MAX,
        "documentTokensMax": TOKENS_MAX,
        "documentNestingMax": NESTING_MAX,
        "documentDirectivesMax": DIRECTIVES_MAX,
        "fieldDirectivesMax": FIELD_DIRECTIVES_MAX,
        "depthMax": DEPTH_MAX,
        "complexityMax": COMPLEXITY_MAX,
        "aliasesMax": ALIASES_MAX,
        "pageMax": PAGE_MAX,
        "linesMax": LINES_MAX,
        "quantityMax": QUANTITY_MAX,
        "discountCodesMax": CODES_MAX,
        "attributesMax": ATTRIBUTES_MAX,
        "attributeKeyMax": ATTRIBUTE_KEY_MAX,
        "attributeValueMax": ATTRIBUTE_VALUE_MAX,
    })
}

/// What the types are to a client.
fn shape(schema: &ServiceDocument) -> BTreeMap<&'static str, Value> {
    let mut scalars = BTreeMap::new();
    let mut possible: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut embedded = BTreeSet::new();
    let mut connections: BTreeMap<&str, BTreeMap<&str, Value>> = BTreeMap::new();
    let roots = roots(schema);
    for definition in &schema.definitions {
        let TypeSystemDefinition::Type(ty) = definition else { continue };
        let name = ty.node.name.node.as_str();
        match &ty.node.kind {
            TypeKind::Scalar => drop(scalars.insert(name, scalar::written_as(name))),
            TypeKind::Object(object) => {
                for interface in &object.implements {
                    possible.entry(interface.node.as_str()).or_default().insert(name);
                }
                if !roots.contains(name) && !object.implements.iter().any(|known| known.node == NODE) {
                    embedded.insert(name);
                }
                let paged = object.fields.iter().filter_map(|field| connection(&field.node));
                let paged: BTreeMap<_, _> = paged.collect();
                if !paged.is_empty() {
                    connections.insert(name, paged);
                }
            }
            TypeKind::Interface(_) => drop(possible.entry(name).or_default()),
            TypeKind::Union(union) => {
                possible.entry(name).or_default().extend(union.members.iter().map(|one| one.node.as_str()));
            }
            TypeKind::Enum(_) | TypeKind::InputObject(_) => {}
        }
    }
    BTreeMap::from([
        ("scalars", json!(scalars)),
        ("possibleTypes", json!(possible)),
        ("embeddedTypes", json!(embedded)),
        ("connections", json!(connections)),
    ])
}

/// The types of operations, which are kept by their names.
fn roots(schema: &ServiceDocument) -> BTreeSet<&str> {
    let mut roots = BTreeSet::new();
    for definition in &schema.definitions {
        let TypeSystemDefinition::Schema(schema) = definition else { continue };
        let of = [&schema.node.query, &schema.node.mutation, &schema.node.subscription];
        roots.extend(of.into_iter().flatten().map(|name| name.node.as_str()));
    }
    roots
}

/// A field whose pages add up to one list, with the arguments that make it another list.
fn connection(field: &FieldDefinition) -> Option<(&str, Value)> {
    if !named(&field.ty.node).ends_with("Connection") {
        return None;
    }
    let arguments = field.arguments.iter().map(|argument| argument.node.name.node.as_str());
    let apart: Vec<&str> = arguments.filter(|name| !PAGING.contains(name)).collect();
    Some((field.name.node.as_str(), json!({ "keyArgs": apart })))
}

fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(inner) => named(inner),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served() -> (String, Value) {
        let sdl = crate::graphql::sdl();
        let config = serde_json::from_str(&client_config(&sdl, "https://shop.example")).unwrap();
        (sdl, config)
    }

    fn texts(list: &Value) -> BTreeSet<&str> {
        list.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
    }

    /// Each definition of a kind in the schema's text, by its head line, with the lines of its body. The text is read line by
    /// line here, so that a fault of the parsed reading shows.
    fn definitions<'a>(sdl: &'a str, kind: &str) -> Vec<(&'a str, &'a str, Vec<&'a str>)> {
        let mut found = Vec::new();
        let mut lines = sdl.lines();
        while let Some(line) = lines.next() {
            let Some(head) = line.strip_prefix(kind) else { continue };
            let name = head.split([' ', '{']).next().unwrap();
            let body: Vec<&str> = if head.ends_with('{') {
                lines.by_ref().take_while(|line| *line != "}").collect()
            } else {
                vec![]
            };
            found.push((name, head, body));
        }
        assert!(!found.is_empty(), "{kind}");
        found
    }

    #[test]
    fn every_interface_names_every_type_that_implements_it() {
        let (sdl, config) = served();
        for (interface, ..) in definitions(&sdl, "interface ") {
            let objects = definitions(&sdl, "type ");
            let implementing = objects.iter().filter(|(_, head, _)| {
                let list = head.split_once(" implements ").map_or("", |(_, list)| list);
                list.trim_end_matches('{').split('&').any(|one| one.trim() == interface)
            });
            let expected: BTreeSet<&str> = implementing.map(|(name, ..)| *name).collect();
            assert!(expected.len() > 1, "{interface}");
            assert_eq!(texts(&config["possibleTypes"][interface]), expected, "{interface}");
        }
    }

    #[test]
    fn every_type_without_an_id_of_its_own_is_embedded_and_no_other() {
        let (sdl, config) = served();
        let mut expected = BTreeSet::new();
        for (name, _, body) in definitions(&sdl, "type ") {
            let has_id = body.iter().any(|line| line.starts_with("\tid: ID!"));
            if !has_id && !["Query", "Mutation", "Subscription"].contains(&name) {
                expected.insert(name);
            }
        }
        assert!(expected.contains("Money") && !expected.contains("Product"));
        assert_eq!(texts(&config["embeddedTypes"]), expected);
    }

    #[test]
    fn every_scalar_is_written_in_a_known_way_and_every_connection_has_its_keys() {
        let (sdl, config) = served();
        for (name, ..) in definitions(&sdl, "scalar ") {
            assert!(["string", "number"].contains(&config["scalars"][name].as_str().unwrap()), "{name}");
        }
        assert_eq!(config["scalars"]["MinorUnits"], "number");
        let fields = sdl.lines().filter(|line| line.trim_end_matches('!').ends_with("Connection")).count();
        let told = config["connections"].as_object().unwrap().values();
        assert_eq!(told.map(|of| of.as_object().unwrap().len()).sum::<usize>(), fields);
        assert_eq!(config["connections"]["Product"]["variants"]["keyArgs"], json!([]));
        assert!(texts(&config["connections"]["Query"]["products"]["keyArgs"]).contains("filter"));
    }

    #[test]
    fn a_type_whose_ids_are_its_parents_business_is_embedded() {
        let sdl = "schema { query: Query } type Query { a: A b: B } interface Node { id: ID! } \
                   type A implements Node { id: ID! } type B { id: ID! } union U = A | B";
        let config: Value = serde_json::from_str(&client_config(sdl, "http://x")).unwrap();
        assert_eq!(config["embeddedTypes"], json!(["B"]));
        assert_eq!(config["possibleTypes"], json!({ "Node": ["A"], "U": ["A", "B"] }));
    }

    #[test]
    fn addresses_follow_the_public_one() {
        let (_, config) = served();
        assert_eq!(config["endpoints"]["graphql"], "https://shop.example/graphql");
        assert_eq!(config["endpoints"]["subscriptions"], "wss://shop.example/graphql");
    }
}
