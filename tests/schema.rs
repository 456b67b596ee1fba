//! `schema.graphql` is the schema that is served, and it explains itself.
//!
//! With `UPDATE=1` in the environment the file is written anew.

use std::fs;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");

#[test]
#[expect(clippy::disallowed_methods, reason = "tests have no Config")]
fn the_file_is_what_is_served() {
    let served = checkstand::graphql::sdl();
    if std::env::var("UPDATE").is_ok_and(|wish| wish == "1") {
        fs::write(FILE, &served).unwrap();
    }
    let filed = fs::read_to_string(FILE).unwrap_or_default();
    let differs = filed.lines().zip(served.lines()).position(|(one, other)| one != other);
    let line = differs.unwrap_or_else(|| filed.lines().count().min(served.lines().count())) + 1;
    assert!(filed == served, "schema.graphql differs from line {line} on; UPDATE=1 cargo test --test schema");
}

#[test]
fn every_type_field_and_value_is_described() {
    let bare = undescribed(&checkstand::graphql::sdl());
    assert!(bare.is_empty(), "without a description:\n{}", bare.join("\n"));
}

/// Lines that define something and do not stand right under a description.
fn undescribed(sdl: &str) -> Vec<String> {
    let (mut bare, mut described, mut in_text, mut owner) = (Vec::new(), false, false, String::new());
    for (place, line) in sdl.lines().enumerate() {
        let text = line.trim();
        if text.starts_with("\"\"\"") {
            // One line may open and close the block.
            in_text = !(in_text || text.len() > 3 && text.ends_with("\"\"\""));
            described = !in_text;
        } else if !in_text && !text.is_empty() {
            if defines(line) && !described && !built_in(text) {
                bare.push(format!("{}: {text} (after {owner})", place + 1));
            }
            if line.ends_with('{') && !line.starts_with('\t') {
                text.clone_into(&mut owner);
            }
            described = false;
        }
    }
    bare
}

/// Whether a line begins a type, a field, an argument or an enum's value, and not the end or the list of the roots.
fn defines(line: &str) -> bool {
    let text = line.trim();
    let roots = ["schema {", "query: Query", "mutation: Mutation", "subscription: Subscription"];
    !text.starts_with(['}', ')', '#']) && !roots.contains(&text)
}

/// Directives of the language itself, which describe themselves elsewhere.
fn built_in(text: &str) -> bool {
    ["include", "skip", "deprecated", "specifiedBy", "oneOf"]
        .iter()
        .any(|name| text.starts_with(&format!("directive @{name}")))
}

#[test]
fn the_check_sees_what_is_not_described() {
    let sdl = "\"\"\"\nA thing.\n\"\"\"\ntype A {\n\t\"\"\"\n\tIts name { not a field\n\t\"\"\"\n\tname: String!\n\tbare: Int\n}\nenum B {\n\tC\n}\n";
    assert_eq!(
        undescribed(sdl),
        ["9: bare: Int (after type A {)", "11: enum B { (after type A {)", "12: C (after enum B {)"]
    );
}
