//! Signed webhooks, their switches, and the state file.

use super::support::{Inbox, KEY, Stage, eventually, scratch};
use checkstand::twin::{DeliveryStatus, Picked, ReleaseOrder, TwinError, WebhookSwitch};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;

const SECRET: &str = "whsec_twin";
const PAID: [&str; 3] = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"];

fn check(signature: &str, body: &str) {
    let (t, v1) = signature.split_once(',').unwrap();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{}.{body}", t.strip_prefix("t=").unwrap()).as_bytes());
    assert_eq!(v1.strip_prefix("v1=").unwrap(), hex::encode(mac.finalize().into_bytes()));
}

async fn paid(stage: &Stage) -> String {
    let id = stage.intent().await;
    stage.confirm(&id, "pm_card_visa").await;
    id
}

#[tokio::test]
async fn events_come_signed_and_in_order() {
    let (inbox, url) = Inbox::open().await;
    let stage = Stage::open().await;
    *inbox.refusals.lock().unwrap() = 2;
    stage.twin.register_webhook(KEY, &url, SECRET).unwrap();
    let created = stage
        .post_keyed("/v1/payment_intents", "k1", "amount=2000&currency=usd&metadata[b]=1")
        .await
        .unwrap();
    inbox.wait_for(1).await;
    stage.confirm(&created.id(), "pm_card_visa").await;
    inbox.wait_for(3).await;
    assert_eq!(inbox.kinds(), PAID);
    let (signature, body) = inbox.got.lock().unwrap()[0].clone();
    check(&signature, &body);
    let event: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(event["data"]["object"]["metadata"]["b"], "1");
    assert_eq!(
        (event["request"]["idempotency_key"].as_str(), event["pending_webhooks"].as_i64()),
        (Some("k1"), Some(1))
    );
    assert_eq!(event["request"]["id"], created.header("request-id"));
    let read = stage.get(&format!("/v1/events/{}", event["id"].as_str().unwrap())).await.body;
    assert_eq!(read, event);
    let list = stage.get("/v1/events?type=payment_intent.succeeded").await.body;
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    eventually(|| stage.twin.deliveries(KEY).iter().all(|d| d.status == DeliveryStatus::Delivered)).await;
    assert_eq!(stage.twin.deliveries(KEY)[0].attempts, 3);
}

#[tokio::test]
async fn switches_double_lose_hold_and_reverse() {
    let (inbox, url) = Inbox::open().await;
    let stage = Stage::open().await;
    let register = format!(r#"{{"secret_key":"{KEY}","url":"{url}","webhook_secret":"{SECRET}"}}"#);
    assert_eq!(stage.control("/_twin/webhook_endpoint", &register).await.status, 200);
    let losing = format!(
        r#"{{"secret_key":"{KEY}","switch":{{"lose_next":{{"count":1,"event_type":"charge.succeeded"}}}}}}"#
    );
    assert_eq!(stage.control("/_twin/webhooks", &losing).await.status, 200);
    stage
        .twin
        .switch_webhooks(KEY, WebhookSwitch::DuplicateNext(Picked { count: 1, event_type: None }))
        .unwrap();
    paid(&stage).await;
    inbox.wait_for(3).await;
    assert_eq!(inbox.kinds(), [PAID[0], PAID[0], PAID[2]]);
    let bodies: Vec<_> = inbox.got.lock().unwrap().iter().map(|(_, body)| body.clone()).collect();
    assert_eq!(bodies[0], bodies[1]);

    inbox.got.lock().unwrap().clear();
    stage.twin.switch_webhooks(KEY, WebhookSwitch::Hold).unwrap();
    paid(&stage).await;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert!(inbox.kinds().is_empty());
    stage.twin.switch_webhooks(KEY, WebhookSwitch::Release(ReleaseOrder::Reverse)).unwrap();
    inbox.wait_for(3).await;
    assert_eq!(inbox.kinds(), [PAID[2], PAID[1], PAID[0]]);
    let lost = stage.twin.deliveries(KEY).iter().filter(|d| d.status == DeliveryStatus::Lost).count();
    assert_eq!(lost, 1);
}

#[tokio::test]
async fn a_delay_holds_until_its_time_and_a_stuck_account_stops_no_other() {
    let (inbox, url) = Inbox::open().await;
    let stage = Stage::open().await;
    stage.twin.register_webhook("sk_test_stuck", "http://127.0.0.1:9/none", SECRET).unwrap();
    let headers = [("authorization", "Bearer sk_test_stuck")];
    stage.send("POST", "/v1/payment_intents", &headers, "amount=500&currency=usd").await.unwrap();
    stage.twin.register_webhook(KEY, &url, SECRET).unwrap();
    stage.twin.switch_webhooks(KEY, WebhookSwitch::DelayMs(60_000)).unwrap();
    stage.intent().await;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert!(inbox.kinds().is_empty());
    stage.twin.advance(60_000);
    inbox.wait_for(1).await;
    assert_eq!(stage.twin.deliveries("sk_test_stuck")[0].status, DeliveryStatus::Pending);
    for url in [
        "https://127.0.0.1/x",
        "http://example.com/",
        "http://127.0.0.1.example.com/",
        "http://127.0.0.1@example.com/",
    ] {
        assert_eq!(stage.twin.register_webhook(KEY, url, SECRET), Err(TwinError::Url), "{url}");
    }
    assert_eq!(stage.twin.register_webhook("sk_live_x", &url, SECRET), Err(TwinError::Key));
}

#[tokio::test]
async fn the_state_file_brings_everything_back() {
    let file = scratch("survival");
    let (inbox, url) = Inbox::open().await;
    let first = Stage::on_file(file.clone()).await;
    first.twin.register_webhook(KEY, &url, SECRET).unwrap();
    first.twin.switch_webhooks(KEY, WebhookSwitch::Hold).unwrap();
    let created = first.post_keyed("/v1/payment_intents", "k1", "amount=2000&currency=usd").await.unwrap();
    first.confirm(&created.id(), "pm_card_visa").await;
    first.twin.shutdown();

    // What a killed process leaves behind is the file as of the last answer.
    let second = Stage::on_file(file).await;
    assert_eq!(second.twin.snapshot(KEY), first.twin.snapshot(KEY));
    let again = second.post_keyed("/v1/payment_intents", "k1", "amount=2000&currency=usd").await.unwrap();
    assert_eq!((again.body, again.headers.contains_key("idempotent-replayed")), (created.body, true));
    assert!(inbox.kinds().is_empty());
    second.twin.switch_webhooks(KEY, WebhookSwitch::Release(ReleaseOrder::AsHappened)).unwrap();
    inbox.wait_for(3).await;
    assert_eq!(inbox.kinds(), PAID);
}

#[tokio::test]
async fn a_damaged_state_file_is_refused() {
    let file = scratch("damaged");
    std::fs::write(&file, b"{\"clock\":").unwrap();
    let options = checkstand::twin::TwinOptions { state_file: Some(file), ..Default::default() };
    assert!(checkstand::twin::Twin::start(options).is_err());
}
