//! Which document a request means, and whether its merchant runs it.
//!
//! A request sends its document, or names it by the SHA-256 of its text: as `documentId`, or as Apollo's clients do by
//! `extensions.persistedQuery`. Whoever sends both registers it.
//!
//! **Invariant:** called before a document is looked at, by every transport. A page of an origin that the merchant does not
//! list, and a document that a merchant does not trust who trusts some, are refused before anything runs. A hash stands for
//! the text that has it and for no other.

use std::sync::Arc;

use async_graphql::{
    Pos, Response as Answer,
    parser::{parse_query, types::OperationType},
};
use axum::http::StatusCode;
use serde_json::Value;

use super::{
    document::{SUBSCRIPTION_BYTES_MAX, Stop},
    error::{RequestCode, failure},
    guard,
    http::{Parameters, Refused, Serving},
    request::Caller,
    spread,
};
use crate::{
    domain::tenant::{DocumentPolicy, Organization},
    flows::{
        FlowError,
        trusted_document::{find, hash},
    },
};

const ALGORITHM: &str = "sha256:";
/// What Apollo's clients wait for; they then send the document in full.
const NOT_FOUND: &str = "PersistedQueryNotFound";

/// A document by its name.
struct Reference {
    hash: String,
    /// Whether it may be registered, and how it is answered when it is unknown.
    apollo: bool,
}

/// The request with the text of its document, for whoever asks. Marks the caller where that document is trusted.
pub(super) async fn resolve(
    serving: &Serving,
    caller: &mut Caller,
    mut sent: Parameters,
) -> Result<Parameters, Stop> {
    let of = admitted(serving, caller).await?;
    let reference = reference(&sent)?;
    // Some clients send an empty text beside a name.
    let text = sent.query.take().filter(|text| reference.is_none() || !text.is_empty());
    if let (Some(text), Some(reference)) = (&text, &reference)
        && hash(text) != reference.hash
    {
        return Err(bad("The hash is not the SHA-256 of the query."));
    }
    let trusting = of.as_ref().filter(|of| of.settings.documents == DocumentPolicy::Trusted);
    sent.query = match (text, reference, trusting) {
        (None, None, _) => {
            return Err(bad("Send a query as a string, or name one by documentId or persistedQuery."));
        }
        (text, reference, Some(of)) => {
            let named = reference.map(|reference| reference.hash).or_else(|| text.as_deref().map(hash));
            let found = find(&serving.app, of, &named.unwrap_or_default()).await;
            let found = found.map_err(|error| failed(caller, &error))?.ok_or_else(untrusted)?;
            caller.sends_what_is_trusted();
            Some(found.as_ref().to_owned())
        }
        (Some(text), reference, None) => {
            register(serving, of.as_deref(), reference, &text);
            Some(text)
        }
        (None, Some(reference), None) => {
            let found = registered(serving, caller, of.as_deref(), &reference.hash).await?;
            Some(found.ok_or_else(|| not_found(&reference))?)
        }
    };
    Ok(sent)
}

/// Why a text could not be run as a document, whatever the schema; its bounds are those of a request.
#[must_use]
pub fn fault_of_document(text: &str) -> Option<&'static str> {
    match guard::check(text) {
        Err(guard::Refused::TooLong) => Some("longer than 256 KiB"),
        Err(guard::Refused::TooComplex) => Some("nested too deep, or of too many parts"),
        Ok(()) => match parse_query(text) {
            Err(_) => Some("no GraphQL document of operations"),
            Ok(document) => {
                let subscribes =
                    document.operations.iter().any(|(_, one)| one.node.ty == OperationType::Subscription);
                let long = subscribes && text.len() > SUBSCRIPTION_BYTES_MAX;
                let heavy = !spread::is_bounded(&document);
                heavy
                    .then_some("too large by its fragments")
                    .or(long.then_some("a subscription longer than 16 KiB"))
            }
        },
    }
}

/// The merchant, where one is named and known, who lets such a page ask.
async fn admitted(serving: &Serving, caller: &Caller) -> Result<Option<Arc<Organization>>, Stop> {
    let found = caller.look_up(&serving.app).await.map_err(coded)?;
    let Some(found) = found else { return Ok(None) };
    if caller.comes_from_a_page_of(&found.organization, &serving.app) {
        Ok(Some(found.organization))
    } else {
        Err(Stop::Refused(Refused(
            StatusCode::FORBIDDEN,
            RequestCode::Forbidden,
            "Pages of this origin may not ask for this organization.",
        )))
    }
}

/// How the request names its document, if it does.
fn reference(sent: &Parameters) -> Result<Option<Reference>, Stop> {
    let by_id = match &sent.document_id {
        None => None,
        Some(id) => Some(id.strip_prefix(ALGORITHM).unwrap_or(id)),
    };
    let persisted = sent.extensions.as_ref().and_then(|all| all.get("persistedQuery"));
    let by_extension = match persisted {
        None | Some(Value::Null) => None,
        Some(persisted) if persisted["version"] == 1 => {
            Some(persisted["sha256Hash"].as_str().unwrap_or_default())
        }
        Some(_) => return Err(bad("Send version 1 of persistedQuery.")),
    };
    let hash = match (by_id, by_extension) {
        (None, None) => return Ok(None),
        (Some(one), Some(other)) if one != other => return Err(bad("The request names two documents.")),
        (Some(one), _) | (None, Some(one)) => one,
    };
    let is_digest = hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_digest {
        return Err(bad(
            "Name a document by sha256: and the SHA-256 of its text, as 64 digits in lower case.",
        ));
    }
    Ok(Some(Reference { hash: hash.to_owned(), apollo: by_extension.is_some() }))
}

fn register(serving: &Serving, of: Option<&Organization>, reference: Option<Reference>, text: &str) {
    let wanted = reference.filter(|reference| reference.apollo).zip(of);
    if let Some((reference, of)) = wanted.filter(|_| guard::check(text).is_ok()) {
        serving.automatic.register(of.id, reference.hash, text);
    }
}

async fn registered(
    serving: &Serving,
    caller: &Caller,
    of: Option<&Organization>,
    hash: &str,
) -> Result<Option<String>, Stop> {
    // Whose document it would be, nobody says.
    let Some(of) = of else { return Ok(None) };
    let known = match serving.automatic.get(of.id, hash) {
        Some(known) => Some(known),
        None => find(&serving.app, of, hash).await.map_err(|error| failed(caller, &error))?,
    };
    Ok(known.map(|text| text.as_ref().to_owned()))
}

fn not_found(reference: &Reference) -> Stop {
    if reference.apollo {
        // With 400, some of Apollo's clients would not ask by hash again.
        return Stop::Refused(Refused(StatusCode::OK, RequestCode::PersistedQueryNotFound, NOT_FOUND));
    }
    Stop::Answered(Box::new(RequestCode::PersistedQueryNotFound.response(NOT_FOUND)))
}

fn untrusted() -> Stop {
    Stop::Answered(Box::new(
        RequestCode::DocumentNotTrusted
            .response("This organization runs documents that it has stored, and no other."),
    ))
}

fn failed(caller: &Caller, error: &FlowError) -> Stop {
    coded(failure(caller, error))
}

fn coded(error: async_graphql::Error) -> Stop {
    Stop::Answered(Box::new(Answer::from_errors(vec![error.into_server_error(Pos::default())])))
}

const fn bad(message: &'static str) -> Stop {
    Stop::Refused(Refused(StatusCode::BAD_REQUEST, RequestCode::BadRequest, message))
}
