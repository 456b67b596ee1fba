//! The shop file's JSON Schema, for editors.
//!
//! **Invariant:** it is made of the types that the file is read into, and is what a file is checked against.

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::Value;

use super::file::File;

/// The schema as text.
#[must_use]
pub fn text() -> String {
    format!("{:#}\n", value())
}

/// The schema.
pub(super) fn value() -> Value {
    let generator = SchemaGenerator::new(SchemaSettings::draft2020_12());
    generator.into_root_schema_for::<File>().to_value()
}
