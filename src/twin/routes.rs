//! `/v1/…`: from a request on the wire to Stripe's answer.
//!
//! **Invariant:** the effect of a request, the answer to replay and the events it causes are one change of the
//! state. The work runs in a task of its own: a client that goes away does not stop it half way.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::any;
use tokio::time;

use super::answer::{Answer, Wire};
use super::books::Origin;
use super::error::ApiError;
use super::fault::{self, FaultKind};
use super::form::Form;
use super::idempotency::{self, Claim, Remembered};
use super::key;
use super::operation::Operation;
use super::payment::plain_decline;
use super::store::Store;

/// The largest body taken, in bytes.
const BODY_MAX: usize = 1 << 20;

/// Stripe's own endpoints.
pub(super) fn router() -> Router<Arc<Store>> {
    Router::new().route("/v1/{*rest}", any(handle))
}

/// A request as it came.
struct Asked {
    id: String,
    method: String,
    path: String,
    form: Form,
    token: Option<String>,
    idempotency_key: Option<String>,
}

/// A request that may go on: who, what, and what goes wrong with it.
struct Call {
    secret_key: String,
    operation: Operation,
    form: Form,
    fingerprint: String,
    key: Option<String>,
    origin: Origin,
    fault: Option<FaultKind>,
}

async fn handle(State(store): State<Arc<Store>>, request: Request) -> Response {
    let id = store.mint.id("req");
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_MAX).await else {
        return Answer::refusal(&ApiError::parameter("body", "The body is too long."), &id).send().await;
    };
    let form = Form::parse(head.uri.query().unwrap_or_default(), &body);
    let asked = Asked {
        token: text(&head.headers, header::AUTHORIZATION.as_str())
            .and_then(|value| key::bearer(&value))
            .or_else(|| form.text("key")),
        idempotency_key: text(&head.headers, "idempotency-key").filter(|_| head.method == "POST"),
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        form,
        id: id.clone(),
    };
    let work = tokio::spawn(serve(store, asked)).await;
    let mut answer = work.unwrap_or_else(|_| Answer::refusal(&ApiError::internal(), &id));
    answer.headers.push(("request-id", id));
    answer.send().await
}

async fn serve(store: Arc<Store>, asked: Asked) -> Answer {
    let id = asked.id.clone();
    let answer = match admit(&store, asked) {
        Ok(call) => perform(&store, call, &id).await,
        Err(error) => Answer::refusal(&error, &id),
    };
    match store.persist().await {
        Ok(()) => answer,
        Err(error) => {
            tracing::error!(%error, "the twin's state file cannot be written");
            Answer::refusal(&ApiError::internal(), &id)
        }
    }
}

/// Checks who asks for what, counts the call, and draws its fault.
fn admit(store: &Store, asked: Asked) -> Result<Call, ApiError> {
    let Asked { id, method, path, form, token, idempotency_key } = asked;
    let (secret_key, is_public) = key::account(token.as_deref())?;
    let operation = Operation::find(&method, &path).ok_or_else(|| ApiError::no_route(&method, &path))?;
    if is_public && operation.public_intent().is_none() {
        let message = "This API call cannot be made with a publishable API key. Please use a secret API key.";
        return Err(ApiError::unauthorized(message).code("secret_key_required"));
    }
    let fault = store.change(|state| {
        let account = state.accounts.entry(secret_key.clone()).or_default();
        *account.calls.entry(format!("{method} {}", operation.pattern())).or_default() += 1;
        fault::take(&mut state.faults, &method, &path, &secret_key)
    });
    let declines = fault == Some(FaultKind::Declined402);
    Ok(Call {
        fingerprint: format!("{method} {path} {}", form.canonical()),
        origin: Origin {
            request_id: Some(id),
            idempotency_key: idempotency_key.clone(),
            is_public,
            declines,
        },
        secret_key,
        operation,
        form,
        key: idempotency_key,
        fault,
    })
}

async fn perform(store: &Store, call: Call, request_id: &str) -> Answer {
    if let Some(answer) = refused_by(call.fault, request_id) {
        return answer;
    }
    match claim(store, &call) {
        Err(error) => return Answer::refusal(&error, request_id),
        Ok(Claim::Replay(first)) => return replay(first),
        Ok(Claim::Fresh) => {}
    }
    if let Some(FaultKind::Slow { ms }) = call.fault {
        time::sleep(Duration::from_millis(ms)).await;
    }
    let wire = match call.fault {
        Some(FaultKind::TimeoutAfter { ms }) => Wire::Hangs(ms),
        Some(FaultKind::ResetMidBody) => Wire::Breaks,
        Some(
            FaultKind::TimeoutBefore { .. }
            | FaultKind::RateLimited { .. }
            | FaultKind::ServerError
            | FaultKind::ServerErrorStored
            | FaultKind::ServerErrorAfter
            | FaultKind::Declined402
            | FaultKind::KeyRevoked
            | FaultKind::Slow { .. },
        )
        | None => Wire::Whole,
    };
    let mut answer = execute(store, call, request_id);
    answer.wire = wire;
    answer
}

/// The answer of a fault that lets nothing happen.
fn refused_by(fault: Option<FaultKind>, request_id: &str) -> Option<Answer> {
    let refusal = |error: &ApiError| Some(Answer::refusal(error, request_id));
    match fault? {
        FaultKind::TimeoutBefore { ms } => {
            refusal(&ApiError::internal()).map(|answer| Answer { wire: Wire::Hangs(ms), ..answer })
        }
        FaultKind::RateLimited { retry_after } => refusal(&ApiError::rate_limit()).map(|mut answer| {
            answer.headers.push(("retry-after", retry_after.to_string()));
            answer.headers.push(("stripe-should-retry", "true".to_owned()));
            answer
        }),
        FaultKind::ServerError => refusal(&ApiError::internal()),
        FaultKind::KeyRevoked => {
            refusal(&ApiError::unauthorized("Expired API Key provided.").code("api_key_expired"))
        }
        FaultKind::TimeoutAfter { .. }
        | FaultKind::ResetMidBody
        | FaultKind::ServerErrorStored
        | FaultKind::ServerErrorAfter
        | FaultKind::Declined402
        | FaultKind::Slow { .. } => None,
    }
}

fn claim(store: &Store, call: &Call) -> Result<Claim, ApiError> {
    let Some(key) = &call.key else { return Ok(Claim::Fresh) };
    store.change(|state| {
        let now_ms = state.clock.now_ms();
        let account = state.accounts.entry(call.secret_key.clone()).or_default();
        idempotency::claim(account, key, &call.fingerprint, now_ms)
    })
}

fn replay(first: Remembered) -> Answer {
    let mut answer = Answer::new(first.status, first.body);
    answer.headers.push(("idempotent-replayed", "true".to_owned()));
    answer.headers.push(("original-request", first.request_id));
    answer
}

/// The effect and the answer to replay, in one change.
fn execute(store: &Store, call: Call, request_id: &str) -> Answer {
    let Call { secret_key, operation, form, fingerprint, key, origin, fault } = call;
    let declines = origin.declines;
    store.with_books(&secret_key, origin, |books| {
        let charges =
            matches!(operation, Operation::ConfirmIntent(_)) || form.find("confirm") == Some("true");
        let outcome = if fault == Some(FaultKind::ServerErrorStored) {
            Err(ApiError::internal().remembered())
        } else if declines && !charges {
            Err(plain_decline())
        } else {
            books.answer(&operation, &form, &secret_key)
        };
        let hides = fault == Some(FaultKind::ServerErrorAfter);
        let outcome = if hides { Err(ApiError::internal().remembered()) } else { outcome };
        let (status, is_remembered, body) = match outcome {
            Ok(body) => (200, true, body.to_string()),
            Err(error) => (error.status, error.remembered, error.body(request_id).to_string()),
        };
        if let Some(key) = key {
            let (body, request_id) = (body.clone(), request_id.to_owned());
            let answer = Remembered { fingerprint, status, body, request_id, created_ms: books.now_ms };
            idempotency::release(books.account, &key, is_remembered.then_some(answer));
        }
        Answer::new(status, body)
    })
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().filter(|value| !value.is_empty()).map(str::to_owned)
}
