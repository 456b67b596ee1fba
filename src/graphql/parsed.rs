//! Documents that were parsed before: a storefront sends the same dozen over and over.
//!
//! **Invariant:** bounded by the bytes of its texts, so what strangers send pushes out what strangers sent; a document is
//! kept only after it passed the guard, and holds nothing of a request but its text.

use std::sync::Arc;

use async_graphql::{
    Name, ServerError,
    parser::{
        parse_query,
        types::{BaseType, ExecutableDocument},
    },
};
use quick_cache::{Weighter, sync::Cache};

use super::{document::has_token, spread};

/// All texts together; their trees take some twenty times as much.
const TEXT_BYTES_MAX: u64 = 512 * 1024;
/// A longer document is parsed each time.
const DOCUMENT_BYTES_MAX: usize = 32 * 1024;
/// How many documents of a usual length that is.
const DOCUMENTS: usize = 500;

/// A parsed document, and what is asked of it for each request.
pub(super) struct Parsed {
    pub(super) document: ExecutableDocument,
    /// Optional integers that operations declare without a default.
    pub(super) left_out: Vec<Name>,
    /// Whether any field takes a token.
    pub(super) has_token: bool,
    /// Whether its fragments, spread, stay within bounds.
    pub(super) bounded: bool,
}

/// What is kept.
#[derive(Clone)]
pub struct Documents(Arc<Cache<Arc<str>, Arc<Parsed>, ByText>>);

#[derive(Clone)]
struct ByText;

impl Weighter<Arc<str>, Arc<Parsed>> for ByText {
    fn weight(&self, text: &Arc<str>, _: &Arc<Parsed>) -> u64 {
        u64::try_from(text.len()).unwrap_or(u64::MAX).max(1)
    }
}

impl Default for Documents {
    fn default() -> Self {
        Self(Arc::new(Cache::with_weighter(DOCUMENTS, TEXT_BYTES_MAX, ByText)))
    }
}

impl Documents {
    /// The parsed form of a text that passed the guard.
    pub(super) fn parse(&self, text: &str) -> Result<Arc<Parsed>, ServerError> {
        if let Some(known) = self.0.get(text) {
            return Ok(known);
        }
        let document = parse_query(text).map_err(ServerError::from)?;
        let parsed = Arc::new(Parsed {
            left_out: left_out_integers(&document),
            has_token: has_token(&document),
            bounded: spread::is_bounded(&document),
            document,
        });
        if text.len() <= DOCUMENT_BYTES_MAX {
            self.0.insert(text.into(), Arc::clone(&parsed));
        }
        Ok(parsed)
    }
}

/// Optional integers that operations declare without a default. The library counts the cost of a page before it fills in
/// what a client left out, and fails; no integer of the schema tells null from absent.
fn left_out_integers(document: &ExecutableDocument) -> Vec<Name> {
    let declared = document.operations.iter().flat_map(|(_, operation)| &operation.node.variable_definitions);
    let optional = declared.filter(|variable| {
        let ty = &variable.node.var_type.node;
        let integer = matches!(&ty.base, BaseType::Named(name) if name == "Int");
        integer && ty.nullable && variable.node.default_value.is_none()
    });
    optional.map(|variable| variable.node.name.node.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_parsed_once_and_a_wrong_one_never_kept() {
        let documents = Documents::default();
        let first = documents.parse("{ organization { id } }").unwrap();
        assert!(Arc::ptr_eq(&first, &documents.parse("{ organization { id } }").unwrap()));
        assert!(documents.parse("{ organization {").is_err());
        assert_eq!(documents.0.len(), 1);
    }

    #[test]
    fn what_strangers_send_stays_within_its_bytes() {
        let documents = Documents::default();
        let long = format!("{{ a{} }}", " b".repeat(DOCUMENT_BYTES_MAX / 2));
        documents.parse(&long).unwrap();
        assert_eq!(documents.0.len(), 0);
        for number in 0..200 {
            documents.parse(&format!("{{ a{number}{} }}", " b".repeat(4_000))).unwrap();
        }
        assert!(documents.0.weight() <= TEXT_BYTES_MAX, "{}", documents.0.weight());
        assert!(!documents.0.is_empty());
    }
}
