//! The database has committed, the server never hears of it: a repeat has the same effect once.

use serde_json::json;

use crate::support::{Mall, Reach};

const KEY: Option<&str> = Some("a key of more than 22 signs");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_create_whose_commit_was_not_heard_of_is_repeated_by_its_key() {
    let Some((mall, wire)) = Mall::behind_a_wire(Reach::default()).await else { return };
    let shop = mall.shop().await;
    let draft = json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }] });
    wire.swallow_commits(1);
    let lost = shop.try_create(draft.clone(), None, KEY).await;
    assert!(lost.is_overloaded(), "{}", lost.text);
    assert!(!wire.is_armed());
    assert_eq!(mall.count("SELECT count(*) FROM checkout_session").await, 1);

    let step = shop.step(&shop.try_create(draft, None, KEY).await.good());
    assert_eq!(mall.count("SELECT count(*) FROM checkout_session").await, 1);
    assert_eq!(mall.count("SELECT count(*) FROM idempotency_record").await, 1);

    let rate = shop.fill(&step).await;
    let bind = json!({ "shippingRateId": rate });
    wire.swallow_commits(1);
    assert!(shop.try_bind(&step, bind.clone(), None, KEY).await.is_overloaded());
    assert_eq!(shop.try_bind(&step, bind, None, KEY).await.good().state(), "BOUND");
    assert_eq!(mall.count("SELECT count(*) FROM binding").await, 1);
    assert_eq!(mall.count("SELECT sum(quantity) FROM hold").await, 1);
    mall.audit().await;
    mall.drop_database().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_whose_commit_was_not_heard_of_is_sent_again_and_acts_once() {
    let Some((mall, wire)) = Mall::behind_a_wire(Reach::default()).await else { return };
    let shop = mall.shop().await;
    let on_hand = "SELECT sum(on_hand) FROM stock";
    let before = mall.count(on_hand).await;
    let step = shop.bound(&[("MUG-SET", 1)]).await;
    let payment = shop.payment_session(&step).await.good();
    shop.hold_webhooks().await;
    shop.confirm(&payment, "pm_card_visa").await;
    let object = json!({ "object": "payment_intent", "id": shop.intent(&payment) });
    let body = json!({ "id": "evt_1", "type": "payment_intent.succeeded", "data": { "object": object } })
        .to_string();
    wire.swallow_commits(1);
    assert_eq!(shop.webhook(&body).await, 500);
    // It was done all the same; only nobody could say so.
    assert_eq!(mall.count("SELECT count(*) FROM inbox_event WHERE status = 'handled'").await, 1);
    assert_eq!(mall.count("SELECT count(*) FROM \"order\"").await, 1);
    let statuses = [shop.webhook(&body).await, shop.webhook(&body).await];
    assert_eq!(statuses, [200, 200]);
    assert_eq!(shop.read(&step).await.state(), "COMPLETED");
    assert_eq!(mall.count("SELECT count(*) FROM \"order\"").await, 1);
    assert_eq!(mall.count(on_hand).await, before - 1);
    mall.audit().await;
    mall.drop_database().await;
}
