//! Answers that are the same for everybody: the catalogue, asked for by GET.
//!
//! **Invariant:** an answer is public only where its operation selects nothing but the catalogue, the request carries nothing
//! that names a buyer, and nothing went wrong. Its `ETag` is the digest of its bytes, and it varies by everything that decides
//! these.

use std::collections::HashSet;

use async_graphql::{
    Request,
    parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet},
};
use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use super::{
    document::operation,
    request::{ORGANIZATION_HEADER, TOKEN_HEADER},
};

/// What shows nobody's business but the merchant's.
const CATALOGUE: &[&str] =
    &["__typename", "organization", "product", "productVariant", "products", "shippingZones"];
/// How long a copy is good without asking: prices and stock change.
const FRESH: HeaderValue = HeaderValue::from_static("public, max-age=30");
const DECIDES: HeaderValue =
    HeaderValue::from_static("accept, authorization, origin, x-checkout-token, x-organization-slug");

/// Whether the answer to a request by GET may be kept by anybody.
pub(super) fn is_public(headers: &HeaderMap, request: &mut Request) -> bool {
    let personal =
        [header::AUTHORIZATION.as_str(), TOKEN_HEADER].iter().any(|name| headers.contains_key(*name));
    if personal || !headers.contains_key(ORGANIZATION_HEADER) {
        return false;
    }
    let name = request.operation_name.clone();
    request.parsed_query().is_ok_and(|document| is_catalogue(document, name.as_deref()))
}

fn is_catalogue(document: &ExecutableDocument, name: Option<&str>) -> bool {
    let Some(operation) = operation(document, name) else { return false };
    operation.ty == OperationType::Query && selects_catalogue(document, &operation.selection_set.node)
}

/// Whether a selection on the root names the catalogue alone, its fragments undone.
fn selects_catalogue(document: &ExecutableDocument, root: &SelectionSet) -> bool {
    let (mut sets, mut spread) = (vec![root], HashSet::new());
    while let Some(set) = sets.pop() {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) if CATALOGUE.contains(&field.node.name.node.as_str()) => {}
                Selection::Field(_) => return false,
                Selection::InlineFragment(fragment) => sets.push(&fragment.node.selection_set.node),
                Selection::FragmentSpread(fragment) => {
                    let name = &fragment.node.fragment_name.node;
                    let Some(fragment) = document.fragments.get(name) else { return false };
                    if spread.insert(name) {
                        sets.push(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }
    true
}

/// A good answer as everybody may keep it.
pub(super) async fn published(response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    // The body is in memory already.
    let Ok(body) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", hex::encode(Sha256::digest(&body)))) {
        head.headers.insert(header::ETAG, tag);
        head.headers.insert(header::CACHE_CONTROL, FRESH);
        head.headers.append(header::VARY, DECIDES);
    }
    Response::from_parts(head, Body::from(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_catalogue_is_public_however_it_is_hidden() {
        let public = |text: &str| is_catalogue(&async_graphql::parser::parse_query(text).unwrap(), None);
        assert!(public("{ products(first: 1) { totalCount } }"));
        assert!(public("{ order: product(by: { slug: \"x\" }) { id } shippingZones { id } __typename }"));
        assert!(public(
            "{ ...F ... { organization { id } } } fragment F on Query { productVariant(by: {}) { id } }"
        ));
        assert!(!public("{ order(token: \"x\") { id } }"));
        assert!(!public("{ products: checkoutSession(token: \"x\") { id } }"));
        assert!(!public("{ products(first: 1) { totalCount } node(id: \"x\") { id } }"));
        assert!(!public(
            "{ ...F } fragment F on Query { organization { id } ...G } fragment G on Query { nodes(ids: []) { id } }"
        ));
        assert!(!public("{ ... { ... { __schema { types { name } } } } }"));
        assert!(!public("{ ...Missing }"));
        assert!(!public("mutation { products }"));
        assert!(public("{ ...F } fragment F on Query { organization { id } ...F }"), "a circle ends");
    }
}
