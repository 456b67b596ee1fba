//! Idempotency and the switchable faults.

use std::time::{Duration, Instant};

use super::support::{KEY, Stage};
use checkstand::twin::{Fault, FaultKind};

const CREATE: &str = "/v1/payment_intents";
const BODY: &str = "amount=2000&currency=usd";

fn fault(stage: &Stage, kind: FaultKind) {
    stage.twin.inject(Fault::once(kind, "POST", CREATE));
}

#[tokio::test]
async fn a_key_replays_its_answer_and_refuses_other_requests() {
    let stage = Stage::open().await;
    let first = stage.post_keyed(CREATE, "k1", BODY).await.unwrap();
    let again = stage.post_keyed(CREATE, "k1", "currency=usd&amount=2000").await.unwrap();
    assert_eq!((again.header("idempotent-replayed"), first.header("idempotent-replayed")), ("true", ""));
    assert_eq!(again.header("original-request"), first.header("request-id"));
    assert_eq!(first.body, again.body);
    let other = stage.post_keyed(CREATE, "k1", "amount=2001&currency=usd").await.unwrap();
    assert_eq!((other.status, other.body["error"]["type"].as_str().unwrap()), (400, "idempotency_error"));
    let elsewhere = stage.post_keyed(&format!("{CREATE}/{}", first.id()), "k1", BODY).await.unwrap();
    assert_eq!(elsewhere.status, 400);
    stage.twin.advance(24 * 60 * 60 * 1_000 + 1);
    assert_ne!(stage.post_keyed(CREATE, "k1", BODY).await.unwrap().id(), first.id());
    assert_eq!(stage.twin.snapshot(KEY).len(), 2);
}

#[tokio::test]
async fn refused_parameters_are_not_remembered_but_declines_are() {
    let stage = Stage::open().await;
    assert_eq!(stage.post_keyed(CREATE, "k1", "amount=1&currency=usd").await.unwrap().status, 400);
    let id = stage.post_keyed(CREATE, "k1", BODY).await.unwrap().id();
    let path = format!("{CREATE}/{id}/confirm");
    let body = "payment_method=pm_card_chargeDeclined";
    assert_eq!(stage.post_keyed(&path, "k2", body).await.unwrap().status, 402);
    let again = stage.post_keyed(&path, "k2", body).await.unwrap();
    assert_eq!((again.status, again.header("idempotent-replayed")), (402, "true"));
}

#[tokio::test]
async fn a_key_in_flight_is_refused() {
    let stage = Stage::open().await;
    fault(&stage, FaultKind::Slow { ms: 300 });
    let (slow, second) = tokio::join!(stage.post_keyed(CREATE, "k1", BODY), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        stage.post_keyed(CREATE, "k1", BODY).await.unwrap()
    });
    assert_eq!((second.status, second.code()), (409, "idempotency_key_in_use"));
    let again = stage.post_keyed(CREATE, "k1", BODY).await.unwrap();
    assert_eq!((again.id(), stage.twin.snapshot(KEY).len()), (slow.unwrap().id(), 1));
}

#[tokio::test]
async fn a_client_that_goes_away_does_not_stop_the_effect() {
    let stage = Stage::open().await;
    fault(&stage, FaultKind::Slow { ms: 200 });
    let cut = tokio::time::timeout(Duration::from_millis(50), stage.post_keyed(CREATE, "k1", BODY)).await;
    assert!(cut.is_err());
    super::support::eventually(|| stage.twin.snapshot(KEY).len() == 1).await;
    assert_eq!(stage.post_keyed(CREATE, "k1", BODY).await.unwrap().header("idempotent-replayed"), "true");
}

#[tokio::test]
async fn each_fault_has_its_effect_or_none() {
    for (kind, status, effects, replays) in [
        (FaultKind::TimeoutBefore { ms: 50 }, 504, 0, false),
        (FaultKind::TimeoutAfter { ms: 50 }, 504, 1, true),
        (FaultKind::ResetMidBody, 0, 1, true),
        (FaultKind::RateLimited { retry_after: 3 }, 429, 0, false),
        (FaultKind::ServerError, 500, 0, false),
        (FaultKind::ServerErrorStored, 500, 0, true),
        (FaultKind::ServerErrorAfter, 500, 1, true),
        (FaultKind::Declined402, 402, 0, true),
        (FaultKind::KeyRevoked, 401, 0, false),
    ] {
        let stage = Stage::open().await;
        fault(&stage, kind);
        let start = Instant::now();
        let got = stage.post_keyed(CREATE, "k1", BODY).await;
        match &got {
            Ok(got) => assert_eq!(got.status, status, "{kind:?} {got:?}"),
            Err(error) => assert_eq!(status, 0, "{kind:?} {error}"),
        }
        if status == 504 {
            assert!(start.elapsed() >= Duration::from_millis(50));
        }
        if status == 429 {
            let got = got.unwrap();
            assert_eq!((got.header("retry-after"), got.header("stripe-should-retry")), ("3", "true"));
        }
        assert_eq!(stage.twin.snapshot(KEY).len(), effects, "{kind:?}");
        let again = stage.post_keyed(CREATE, "k1", BODY).await.unwrap();
        assert_eq!(again.header("idempotent-replayed") == "true", replays, "{kind:?} {again:?}");
        if status == 500 && replays {
            assert_eq!(again.status, 500);
        }
        assert!(stage.twin.snapshot(KEY).len() <= 1);
        assert_eq!((stage.twin.calls()["POST /v1/payment_intents"], stage.twin.faults_waiting()), (2, 0));
    }
}

#[tokio::test]
async fn a_declined_fault_declines_a_good_card() {
    let stage = Stage::open().await;
    let id = stage.intent().await;
    let body = r#"{"method":"POST","path":"/v1/payment_intents/","kind":"declined402"}"#;
    assert_eq!(stage.control("/_twin/faults", body).await.body["waiting"], 1);
    assert_eq!(stage.confirm(&id, "pm_card_visa").await.status, 402);
    assert_eq!(stage.twin.snapshot(KEY)[0].status, "requires_payment_method");
    assert_eq!(stage.confirm(&id, "pm_card_visa").await.status, 200);
    assert_eq!(stage.control("/_twin/faults", "{").await.status, 400);
}

#[tokio::test]
async fn an_amount_changes_by_hand_until_it_is_paid() {
    let stage = Stage::open().await;
    let id = stage.intent().await;
    let path = format!("/_twin/payment_intents/{id}/amount");
    assert_eq!(stage.control(&path, r#"{"amount":777}"#).await.body["amount"], 777);
    assert_eq!(stage.confirm(&id, "pm_card_visa").await.body["amount_received"], 777);
    assert_eq!(stage.control(&path, r#"{"amount":778}"#).await.status, 400);
}
