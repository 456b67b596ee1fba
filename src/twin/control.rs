//! `/_twin/…`: the switches, for tests and for the demo's pages.
//!
//! **Invariant:** each route does what the Rust method of the same name does, and answers once that is in the
//! file. Secret keys go in, never out.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Twin;
use super::dispute::DisputeStatus;
use super::fault::Fault;
use super::switch::{Settlement, TwinError};
use super::view;
use super::webhook::WebhookSwitch;

const PAGE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Stripe twin</title>\
    <h1>Stripe twin: no money moves</h1>\
    <p>This server only plays Stripe. <a href=\"_twin/state\">What it remembers</a>.</p></html>\n";

type Done = Result<Value, TwinError>;

/// The switches.
pub(super) fn router() -> Router<Twin> {
    Router::new()
        .route("/_twin", get(page))
        .route("/_twin/", get(page))
        .route("/_twin/state", get(state))
        .route("/_twin/webhook_endpoint", post(webhook_endpoint))
        .route("/_twin/webhooks", post(webhooks))
        .route("/_twin/faults", post(faults).delete(clear_faults))
        .route("/_twin/clock", post(clock))
        .route("/_twin/payment_intents/{id}/authenticate", post(authenticate))
        .route("/_twin/payment_intents/{id}/settle", post(settle))
        .route("/_twin/payment_intents/{id}/amount", post(amount))
        .route("/_twin/payment_intents/{id}/fail_refund", post(fail_refund))
        .route("/_twin/payment_intents/{id}/dispute", post(dispute))
        .route("/_twin/payment_intents/{id}/move_dispute", post(move_dispute))
}

#[derive(Deserialize)]
struct EndpointInput {
    secret_key: String,
    url: String,
    webhook_secret: String,
}

#[derive(Deserialize)]
struct SwitchInput {
    secret_key: String,
    switch: WebhookSwitch,
}

#[derive(Deserialize)]
struct SettlementInput {
    outcome: Settlement,
}

#[derive(Deserialize)]
struct AmountInput {
    amount: i64,
}

#[derive(Deserialize)]
struct DisputeInput {
    amount: Option<i64>,
    status: DisputeStatus,
}

#[derive(Deserialize)]
struct MoveInput {
    status: DisputeStatus,
}

#[derive(Deserialize)]
struct ClockInput {
    advance_ms: i64,
}

async fn page() -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], PAGE).into_response()
}

async fn state(State(twin): State<Twin>) -> Response {
    let body = twin.store.look(view::state);
    finish(&twin, Ok(body)).await
}

async fn webhook_endpoint(State(twin): State<Twin>, body: Bytes) -> Response {
    let done = read(&body).and_then(|input: EndpointInput| {
        twin.register_webhook(&input.secret_key, &input.url, &input.webhook_secret)
            .map(|()| json!({ "ok": true }))
    });
    finish(&twin, done).await
}

async fn webhooks(State(twin): State<Twin>, body: Bytes) -> Response {
    let done = read(&body).and_then(|input: SwitchInput| {
        twin.switch_webhooks(&input.secret_key, input.switch).map(|()| json!({ "ok": true }))
    });
    finish(&twin, done).await
}

async fn faults(State(twin): State<Twin>, body: Bytes) -> Response {
    let done = read(&body).map(|fault: Fault| {
        twin.inject(fault);
        json!({ "waiting": twin.faults_waiting() })
    });
    finish(&twin, done).await
}

async fn clear_faults(State(twin): State<Twin>) -> Response {
    twin.clear_faults();
    finish(&twin, Ok(json!({ "waiting": 0 }))).await
}

async fn clock(State(twin): State<Twin>, body: Bytes) -> Response {
    let done = read(&body).map(|input: ClockInput| {
        twin.advance(input.advance_ms);
        json!({ "now_ms": twin.now_ms() })
    });
    finish(&twin, done).await
}

async fn authenticate(State(twin): State<Twin>, Path(id): Path<String>, body: Bytes) -> Response {
    let done = read(&body).and_then(|input: SettlementInput| twin.authenticate(&id, input.outcome));
    finish(&twin, done).await
}

async fn settle(State(twin): State<Twin>, Path(id): Path<String>, body: Bytes) -> Response {
    let done = read(&body).and_then(|input: SettlementInput| twin.settle(&id, input.outcome));
    finish(&twin, done).await
}

async fn amount(State(twin): State<Twin>, Path(id): Path<String>, body: Bytes) -> Response {
    let done = read(&body).and_then(|input: AmountInput| twin.change_amount(&id, input.amount));
    finish(&twin, done).await
}

async fn fail_refund(State(twin): State<Twin>, Path(id): Path<String>) -> Response {
    let done = twin.fail_refund(&id);
    finish(&twin, done).await
}

async fn dispute(State(twin): State<Twin>, Path(id): Path<String>, body: Bytes) -> Response {
    let done = read(&body).and_then(|input: DisputeInput| twin.dispute(&id, input.amount, input.status));
    finish(&twin, done).await
}

async fn move_dispute(State(twin): State<Twin>, Path(id): Path<String>, body: Bytes) -> Response {
    let done = read(&body).and_then(|input: MoveInput| twin.move_dispute(&id, input.status));
    finish(&twin, done).await
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, TwinError> {
    serde_json::from_slice(body).map_err(|error| TwinError::Input(error.to_string()))
}

/// Answers once everything is in the file.
async fn finish(twin: &Twin, done: Done) -> Response {
    if let Err(error) = twin.store.persist().await {
        let body = json!({ "error": { "message": error.to_string() } });
        return (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response();
    }
    match done {
        Ok(body) => Json(body).into_response(),
        Err(error) => {
            let status = match error {
                TwinError::NoSuchIntent => StatusCode::NOT_FOUND,
                TwinError::Key | TwinError::Url | TwinError::Input(_) | TwinError::Refused(_) => {
                    StatusCode::BAD_REQUEST
                }
            };
            (status, Json(json!({ "error": { "message": error.to_string() } }))).into_response()
        }
    }
}
