//! What a client sees of a failed request.
//!
//! **Invariant:** every top-level error leaves with a code from one closed list, and nothing of the inside: the sentence
//! is ours, the reason is in the log under the request's id.

use async_graphql::{Error, ErrorExtensions, Response, ServerError, Value};

use super::request::Caller;
use crate::flows::FlowError;

/// The codes of requests that are wrong as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestCode {
    /// The request has another shape than it should.
    BadRequest,
    /// The document is no GraphQL.
    ParseFailed,
    /// The document does not fit the schema.
    ValidationFailed,
    /// Which operation to run cannot be told.
    OperationResolutionFailure,
    /// Another HTTP method is needed.
    MethodNotAllowed,
    /// The client accepts nothing that is served.
    NotAcceptable,
    /// The body is not JSON.
    UnsupportedMediaType,
    /// The body or document is too long.
    PayloadTooLarge,
    /// No organization was named.
    OrganizationRequired,
    /// There is no such organization.
    OrganizationNotFound,
    /// The organization is suspended and takes no changes, or does not let such a page ask.
    Forbidden,
    /// The token opens nothing here.
    Unauthenticated,
    /// More at once than one client may have.
    RateLimited,
    /// No document is known by that hash.
    PersistedQueryNotFound,
    /// The organization runs only what it trusts.
    DocumentNotTrusted,
    /// The document asks for too much at once.
    QueryTooComplex,
    /// Too busy; worth another try.
    Overloaded,
    /// A fault of the server.
    Internal,
}

impl RequestCode {
    /// As it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadRequest => "BAD_REQUEST",
            Self::ParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::ValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::OperationResolutionFailure => "OPERATION_RESOLUTION_FAILURE",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::NotAcceptable => "NOT_ACCEPTABLE",
            Self::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Self::PayloadTooLarge => "PAYLOAD_TOO_LARGE",
            Self::OrganizationRequired => "ORGANIZATION_REQUIRED",
            Self::OrganizationNotFound => "ORGANIZATION_NOT_FOUND",
            Self::Forbidden => "FORBIDDEN",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::RateLimited => "RATE_LIMITED",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::DocumentNotTrusted => "DOCUMENT_NOT_TRUSTED",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::Overloaded => "OVERLOADED",
            Self::Internal => "INTERNAL",
        }
    }

    /// A top-level error.
    #[must_use]
    pub fn error(self, message: &str) -> Error {
        Error::new(message).extend_with(|_, extensions| extensions.set("code", self.as_str()))
    }

    /// Whether any error of a response has it.
    pub(super) fn is_in(self, response: &Response) -> bool {
        let code = Value::from(self.as_str());
        response.errors.iter().any(|error| told(error) == Some(&code))
    }

    /// A whole response for a request that was not run.
    #[must_use]
    pub fn response(self, message: &str) -> Response {
        let mut error = ServerError::new(message, None);
        error.extensions.get_or_insert_default().set("code", self.as_str());
        Response::from_errors(vec![error])
    }
}

/// A failure of a flow, in words for outside; the reason goes to the log.
#[must_use]
pub fn failure(caller: &Caller, error: &FlowError) -> Error {
    let id = caller.request_id();
    let (code, message) = if error.is_busy() {
        (RequestCode::Overloaded, "The server is busy. Try again.")
    } else {
        (RequestCode::Internal, "Something went wrong on our side.")
    };
    tracing::error!(request.id = id, "request {id} failed: {error}");
    Error::new(message).extend_with(|_, extensions| {
        extensions.set("code", code.as_str());
        extensions.set("requestId", id);
    })
}

/// Gives every error of a response that has none its code. What the library reports before it runs anything is told
/// apart by its sentences; a test keeps these.
pub fn complete_codes(response: &mut Response) {
    for error in &mut response.errors {
        if told(error).is_some() {
            continue;
        }
        let code = if error.path.is_empty() { code_of(&error.message) } else { RequestCode::BadRequest };
        error.extensions.get_or_insert_default().set("code", Value::from(code.as_str()));
    }
}

/// The code that an error carries.
fn told(error: &ServerError) -> Option<&Value> {
    error.extensions.as_ref()?.get("code")
}

const TOO_COMPLEX: &[&str] =
    &["too complex", "too deep", "amount of aliases", "number of directives", "recursion depth"];

fn code_of(message: &str) -> RequestCode {
    let lower = message.to_lowercase();
    if TOO_COMPLEX.iter().any(|words| lower.contains(words)) {
        RequestCode::QueryTooComplex
    } else if lower.contains("operation")
        && (lower.contains("unknown operation") || lower.contains("operation name"))
    {
        RequestCode::OperationResolutionFailure
    } else {
        RequestCode::ValidationFailed
    }
}
