//! What is asked of a document before it runs.
//!
//! **Invariant:** bounded before it is parsed; one mutation or subscription field at most, and no mutation by GET; no token
//! in an address.

use async_graphql::{
    Request, Response as Answer,
    parser::types::{ExecutableDocument, OperationDefinition, OperationType, Selection},
};
use axum::http::StatusCode;
use serde_json::Value;

use super::{
    error::RequestCode,
    guard,
    http::{Parameters, Refused},
    parsed::Documents,
};

/// The most bytes of a subscription's document: it is kept for as long as somebody subscribes.
pub(super) const SUBSCRIPTION_BYTES_MAX: usize = 16 * 1024;

/// Why a document is not run.
pub(super) enum Stop {
    /// Wrong as an HTTP request.
    Refused(Refused),
    /// Wrong as GraphQL: answered like a document that does not validate.
    Answered(Box<Answer>),
}

/// Reads a document and checks what HTTP asks of it; says what kind of operation it is.
pub(super) fn document(
    documents: &Documents,
    parameters: Parameters,
    by_get: bool,
) -> Result<(Request, OperationType), Stop> {
    let text = parameters.query.unwrap_or_default();
    guard::check(&text).map_err(|refused| match refused {
        guard::Refused::TooLong => Stop::Refused(Refused(
            StatusCode::PAYLOAD_TOO_LARGE,
            RequestCode::PayloadTooLarge,
            "The document is longer than 256 KiB.",
        )),
        guard::Refused::TooComplex => {
            answered(RequestCode::QueryTooComplex, "The document nests too deep or has too many parts.")
        }
    })?;
    let parsed = documents.parse(&text).map_err(|error| {
        let mut answer = Answer::from_errors(vec![error]);
        for error in &mut answer.errors {
            error.extensions.get_or_insert_default().set("code", RequestCode::ParseFailed.as_str());
        }
        Stop::Answered(Box::new(answer))
    })?;
    let mut request = Request::new(text);
    if let Some(variables) = parameters.variables {
        request = request.variables(async_graphql::Variables::from_json(Value::Object(variables)));
    }
    let name = parameters.operation_name;
    if !parsed.bounded {
        return Err(answered(
            RequestCode::QueryTooComplex,
            "The fragments of the document make it too large.",
        ));
    }
    let mut kind = OperationType::Query;
    if let Some(operation) = operation(&parsed.document, name.as_deref()) {
        kind = operation.ty;
        if kind == OperationType::Subscription && request.query.len() > SUBSCRIPTION_BYTES_MAX {
            return Err(answered(
                RequestCode::QueryTooComplex,
                "The document of a subscription is longer than 16 KiB.",
            ));
        }
        check_operation(operation, by_get)?;
    }
    if by_get && parsed.has_token {
        return Err(Stop::Refused(Refused(
            StatusCode::METHOD_NOT_ALLOWED,
            RequestCode::MethodNotAllowed,
            "A token does not belong into an address. Send it by POST.",
        )));
    }
    for name in &parsed.left_out {
        request.variables.entry(name.clone()).or_insert(async_graphql::Value::Null);
    }
    request.set_parsed_query(parsed.document.clone());
    Ok(match name {
        Some(name) => (request.operation_name(name), kind),
        None => (request, kind),
    })
}

fn answered(code: RequestCode, message: &str) -> Stop {
    Stop::Answered(Box::new(code.response(message)))
}

/// The operation that a name means; the only one, or none, where there is no name.
pub(super) fn operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<&'a OperationDefinition> {
    let mut all = document.operations.iter();
    match name {
        Some(name) => all
            .find(|(own, _)| own.is_some_and(|own| own.as_str() == name))
            .map(|(_, operation)| &operation.node),
        None => all.next().map(|(_, operation)| &operation.node),
    }
}

fn check_operation(operation: &OperationDefinition, by_get: bool) -> Result<(), Stop> {
    if operation.ty == OperationType::Query {
        return Ok(());
    }
    if by_get && operation.ty == OperationType::Mutation {
        return Err(Stop::Refused(Refused(
            StatusCode::METHOD_NOT_ALLOWED,
            RequestCode::MethodNotAllowed,
            "A mutation is sent by POST.",
        )));
    }
    // The first of two mutations would be committed before the input of the second is looked at, and a subscription has one
    // source (GraphQL, "Single Root Field"). A fragment could hide several.
    let mut fields = 0;
    for item in &operation.selection_set.node.items {
        match &item.node {
            Selection::Field(field) if field.node.name.node == "__typename" => {}
            Selection::Field(_) => fields += 1,
            Selection::FragmentSpread(_) | Selection::InlineFragment(_) => fields = 2,
        }
    }
    if fields > 1 {
        let message = if operation.ty == OperationType::Mutation {
            "Send one mutation a request, without a fragment around it."
        } else {
            "Send one subscription a request, without a fragment around it."
        };
        return Err(answered(RequestCode::ValidationFailed, message));
    }
    Ok(())
}

/// Whether any field of a document takes a token.
pub(super) fn has_token(document: &ExecutableDocument) -> bool {
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
    let mut sets: Vec<_> = operations.chain(fragments).collect();
    while let Some(set) = sets.pop() {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    if field.node.arguments.iter().any(|(name, _)| name.node == "token") {
                        return true;
                    }
                    sets.push(&field.node.selection_set.node);
                }
                Selection::InlineFragment(fragment) => sets.push(&fragment.node.selection_set.node),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_wherever_a_document_hides_it() {
        let token = |document: &str| has_token(&async_graphql::parser::parse_query(document).unwrap());
        assert!(token("{ checkoutSession(token: \"x\") { id } }"));
        assert!(token("query($t: String!) { ... on Query { order(token: $t) { id } } }"));
        assert!(token("{ ...F } fragment F on Query { order(token: \"x\") { id } }"));
        assert!(!token("{ products(first: 1) { totalCount } }"));
    }
}
