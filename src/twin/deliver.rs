//! The task that posts signed events and settles late payments.
//!
//! **Invariant:** each account has at most one delivery under way, so its events go out in order and a stuck
//! endpoint keeps nobody else waiting. What was cut off by a crash is sent again.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{Request, StatusCode, header};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time;

use super::books::Origin;
use super::object::seconds;
use super::state::{Account, State};
use super::store::Store;
use super::webhook::{DeliveryStatus, Endpoint, signature};

/// How long an endpoint may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// First pause after a refusal; it doubles.
const PAUSE_MS: i64 = 50;
/// The longest pause.
const PAUSE_MAX_MS: i64 = 5_000;
/// After this many tries a delivery is given up.
const ATTEMPTS_MAX: u32 = 60;
/// How often notes about deliveries are written at most.
const NOTES_PAUSE: Duration = Duration::from_millis(500);
/// How long the task sleeps when nothing is due; a change wakes it.
const IDLE_MS: i64 = 60_000;

type Poster = Client<HttpConnector, Full<Bytes>>;

/// One delivery, taken out of its account for posting.
struct Job {
    secret_key: String,
    sequence: u64,
    endpoint: Endpoint,
    body: String,
    seconds: i64,
}

/// Runs until the store is dropped or stopped.
pub(super) async fn run(store: Weak<Store>) {
    let poster: Poster = Client::builder(TokioExecutor::new()).build_http();
    let mut noted = Instant::now();
    loop {
        let Some(strong) = store.upgrade().filter(|store| !store.is_stopped()) else { return };
        settle_due(&strong);
        if noted.elapsed() >= NOTES_PAUSE {
            strong.keep_notes();
            noted = Instant::now();
        }
        if let Err(error) = strong.persist().await {
            tracing::error!(%error, "the twin's state file cannot be written");
        }
        let (jobs, wait_ms) = strong.touch(claim_due);
        let wait = Duration::from_millis(wait_ms);
        let wait = if strong.has_notes() { wait.min(NOTES_PAUSE) } else { wait };
        let bell = Arc::clone(&strong.bell);
        drop(strong);
        for job in jobs {
            tokio::spawn(deliver(store.clone(), poster.clone(), job));
        }
        let pause = time::sleep(wait);
        tokio::select! { () = bell.notified() => {}, () = pause => {} }
    }
}

/// Settles the late payments whose time has come.
fn settle_due(store: &Store) {
    let due: Vec<(String, String)> = store.look(|state| {
        let now_ms = state.clock.now_ms();
        let due = |(id, at): (&String, &i64)| (*at <= now_ms).then(|| id.clone());
        let accounts = state.accounts.iter();
        accounts
            .flat_map(|(key, own)| own.settling.iter().filter_map(due).map(|id| (key.clone(), id)))
            .collect()
    });
    for (key, id) in due {
        // Somebody may have settled it by hand in between; then there is nothing left to do.
        if let Err(error) = store.with_books(&key, Origin::default(), |books| books.settle(&id, true)) {
            tracing::debug!(intent = %id, status = error.status, "late payment was settled already");
        }
    }
}

/// Takes what is due, one delivery an account, and says when to look again.
fn claim_due(state: &mut State) -> (Vec<Job>, u64) {
    let now_ms = state.clock.now_ms();
    let mut jobs = Vec::new();
    let mut next_ms = now_ms.saturating_add(IDLE_MS);
    for (key, account) in &mut state.accounts {
        next_ms = account.settling.values().copied().fold(next_ms, i64::min);
        if account.delivering {
            continue;
        }
        if let Some(job) = job(key, account, now_ms) {
            account.delivering = true;
            jobs.push(job);
            continue;
        }
        let pending = account.queue.iter().filter(|delivery| delivery.status == DeliveryStatus::Pending);
        next_ms = pending.map(|delivery| delivery.due_ms).fold(next_ms, i64::min);
    }
    (jobs, u64::try_from(next_ms.saturating_sub(now_ms)).unwrap_or(0).max(1))
}

fn job(secret_key: &str, account: &Account, now_ms: i64) -> Option<Job> {
    let due = account
        .queue
        .iter()
        .filter(|delivery| delivery.status == DeliveryStatus::Pending && delivery.due_ms <= now_ms)
        .min_by_key(|delivery| delivery.sequence)?;
    Some(Job {
        secret_key: secret_key.to_owned(),
        sequence: due.sequence,
        endpoint: account.endpoint.clone()?,
        body: account.events.get(due.event)?.body.clone(),
        seconds: seconds(now_ms),
    })
}

async fn deliver(store: Weak<Store>, poster: Poster, job: Job) {
    let Some(strong) = store.upgrade() else { return };
    // Nobody may hear of a change that a crash could still undo.
    let is_safe = strong.persist().await.is_ok();
    drop(strong);
    let status = if is_safe { post(&poster, &job).await } else { None };
    let Some(strong) = store.upgrade() else { return };
    strong.note(|state| {
        let now_ms = state.clock.now_ms();
        if let Some(account) = state.accounts.get_mut(&job.secret_key) {
            record(account, job.sequence, status, now_ms);
        }
    });
}

async fn post(poster: &Poster, job: &Job) -> Option<u16> {
    let request = Request::post(&job.endpoint.url)
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .header(header::USER_AGENT, "Stripe/1.0 (twin; no money moves)")
        .header("stripe-signature", signature(&job.endpoint.secret, job.seconds, &job.body))
        .body(Full::new(Bytes::from(job.body.clone())));
    let answer = time::timeout(PATIENCE, poster.request(request.ok()?)).await;
    answer.ok()?.ok().map(|response| response.status().as_u16())
}

/// Writes down how a delivery went.
fn record(account: &mut Account, sequence: u64, status: Option<u16>, now_ms: i64) {
    account.delivering = false;
    let Some(at) = account.queue.iter().position(|delivery| delivery.sequence == sequence) else { return };
    let delivery = &mut account.queue[at];
    delivery.attempts += 1;
    delivery.last_status = status;
    let is_taken =
        status.and_then(|code| StatusCode::from_u16(code).ok()).is_some_and(|code| code.is_success());
    if is_taken {
        delivery.status = DeliveryStatus::Delivered;
    } else if delivery.attempts >= ATTEMPTS_MAX {
        delivery.status = DeliveryStatus::Failed;
    } else {
        let doublings = delivery.attempts.saturating_sub(1).min(16);
        let pause_ms = PAUSE_MS.saturating_mul(1 << doublings).min(PAUSE_MAX_MS);
        delivery.due_ms = now_ms.saturating_add(pause_ms);
        return;
    }
    let finished = account.queue.remove(at);
    account.done.push(finished);
}
