//! Manifests of documents, as code generators write them.
//!
//! **Invariant:** the hash of a document is computed here from its text; what the manifest calls its key is only compared with
//! that. A manifest with a fault yields no document.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    flows::trusted_document::{TrustedDocument, hash},
    graphql::fault_of_document,
};

/// The most bytes of a manifest.
pub(super) const BYTES_MAX: usize = 16 * 1024 * 1024;

/// What Apollo's tools write.
#[derive(Deserialize)]
struct Apollo {
    format: String,
    version: i64,
    operations: Vec<Operation>,
}

#[derive(Deserialize)]
struct Operation {
    id: String,
    name: Option<String>,
    body: String,
}

/// What a manifest holds.
#[derive(Debug)]
pub(super) struct Manifest {
    /// Each text once.
    pub(super) documents: Vec<TrustedDocument>,
    /// Keys that are not the SHA-256 of their text, each with what is.
    pub(super) other_keys: Vec<(String, String)>,
}

/// Reads a manifest of GraphQL Code Generator (an object of texts by hash) or of Apollo.
pub(super) fn read(text: &str) -> Result<Manifest, Vec<String>> {
    let entries = entries(text)?;
    let mut all = BTreeMap::new();
    let (mut faults, mut other_keys) = (Vec::new(), Vec::new());
    for (key, name, body) in entries {
        let called = name.as_deref().unwrap_or(&key);
        faults.extend(fault_of_document(&body).map(|why| format!("{called}: {why}")));
        let hash = hash(&body);
        if key.strip_prefix("sha256:").unwrap_or(&key) != hash {
            other_keys.push((key, hash.clone()));
        }
        all.insert(hash.clone(), TrustedDocument { hash, name, body });
    }
    if all.is_empty() {
        faults.push("the manifest holds no document".to_owned());
    }
    if faults.is_empty() {
        Ok(Manifest { documents: all.into_values().collect(), other_keys })
    } else {
        Err(faults)
    }
}

/// Key, name and text of each entry.
type Entry = (String, Option<String>, String);

fn entries(text: &str) -> Result<Vec<Entry>, Vec<String>> {
    if let Ok(texts) = serde_json::from_str::<BTreeMap<String, String>>(text) {
        return Ok(texts.into_iter().map(|(key, body)| (key, None, body)).collect());
    }
    match serde_json::from_str::<Apollo>(text) {
        Ok(apollo) if apollo.format == "apollo-persisted-query-manifest" && apollo.version == 1 => {
            Ok(apollo.operations.into_iter().map(|one| (one.id, one.name, one.body)).collect())
        }
        Ok(apollo) => Err(vec![format!("{} of version {} is not known here", apollo.format, apollo.version)]),
        Err(_) => Err(vec![
            "neither a manifest of GraphQL Code Generator ({\"HASH\": \"DOCUMENT\"}) nor one of Apollo"
                .to_owned(),
        ]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = "query Shop { organization { name } }";

    #[test]
    fn both_manifests_hold_the_same_documents() {
        let hash = hash(TEXT);
        let generated = read(&json!({ hash.clone(): TEXT }).to_string()).unwrap();
        let operation = json!({ "id": hash, "name": "Shop", "type": "query", "body": TEXT });
        let apollo =
            json!({ "format": "apollo-persisted-query-manifest", "version": 1, "operations": [operation] });
        let apollo = read(&apollo.to_string()).unwrap();
        assert_eq!(generated.documents[0].body, TEXT);
        assert_eq!((&generated.documents[0].hash, generated.other_keys.len()), (&hash, 0));
        assert_eq!((&apollo.documents[0].hash, apollo.other_keys.len()), (&hash, 0));
        assert_eq!(apollo.documents[0].name.as_deref(), Some("Shop"));
        let prefixed = read(&json!({ format!("sha256:{hash}"): TEXT }).to_string()).unwrap();
        assert_eq!(prefixed.other_keys, []);
    }

    #[test]
    fn a_key_that_is_another_digest_is_told_with_the_one_that_counts() {
        // What GraphQL Code Generator takes unless it is told otherwise: SHA-1.
        let sha1 = "0b5d9fd8c4d1f4a4ac8cf0a64a9b4a6f9e3c2d11";
        let read = read(&json!({ sha1: TEXT }).to_string()).unwrap();
        assert_eq!(read.other_keys, [(sha1.to_owned(), hash(TEXT))]);
        assert_eq!(read.documents[0].hash, hash(TEXT));
    }

    #[test]
    fn a_manifest_with_a_fault_yields_nothing() {
        let other = json!({ "format": "somebody-elses", "version": 1, "operations": [] }).to_string();
        let deep = json!({ "a": format!("{{ a(b: {}) }}", "[".repeat(100)) }).to_string();
        let long = json!({ "a": format!("subscription {{ {} }}", "a ".repeat(9_000)) }).to_string();
        let form = ["", "{", "[]", "{}", r#"{"a":7}"#, r#"{"a":"{"}"#, r#"{"a":"type A { b: C }"}"#];
        for bad in form.into_iter().chain([other.as_str(), &deep, &long]) {
            assert_eq!(read(bad).unwrap_err().len(), 1, "{bad}");
        }
    }
}
