//! What card holders want back: opened, decided, listed, and in the way of refunds.

use super::support::{KEY, Stage};
use checkstand::twin::DisputeStatus;
use serde_json::json;

/// What was told of disputes, in order.
async fn told(stage: &Stage) -> Vec<String> {
    let all = stage.get("/v1/events?limit=100").await.body["data"].as_array().unwrap().clone();
    let kinds = all.iter().rev().map(|event| event["type"].as_str().unwrap().to_owned());
    kinds.filter_map(|kind| kind.strip_prefix("charge.dispute.").map(str::to_owned)).collect()
}

#[tokio::test]
async fn a_dispute_withdraws_its_money_and_the_bank_decides() {
    let stage = Stage::open().await;
    let id = stage.intent().await;
    assert!(stage.twin.dispute(&id, None, DisputeStatus::NeedsResponse).is_err(), "nothing was taken");
    let amount = stage.confirm(&id, "pm_card_visa").await.body["amount_received"].as_i64().unwrap();
    stage.twin.dispute(&id, None, DisputeStatus::NeedsResponse).unwrap();
    let got = stage.post("/v1/refunds", &format!("payment_intent={id}")).await;
    assert_eq!((got.status, got.code()), (400, "charge_disputed"));
    stage.twin.move_dispute(&id, DisputeStatus::UnderReview).unwrap();
    let list = stage.get(&format!("/v1/disputes?payment_intent={id}&limit=1")).await.body;
    let one = &list["data"][0];
    assert_eq!((&one["amount"], &one["status"]), (&json!(amount), &json!("under_review")));
    assert_eq!((&one["object"], &one["payment_intent"]), (&json!("dispute"), &json!(id)));
    let charge = stage.get(&format!("/v1/charges/{}", one["charge"].as_str().unwrap())).await.body;
    assert_eq!((&charge["disputed"], &charge["amount_refunded"]), (&json!(true), &json!(0)));
    let taken = || stage.twin.snapshot(KEY)[0].lost;
    for (status, told, is_lost) in [("won", "won", false), ("lost", "lost", true), ("won", "won", false)] {
        let body = json!({ "status": status }).to_string();
        let moved = stage.post(&format!("/_twin/payment_intents/{id}/move_dispute"), &body).await;
        assert_eq!((moved.status, moved.body["status"].as_str()), (200, Some(told)));
        assert_eq!(taken(), if is_lost { amount } else { 0 });
    }
    assert_eq!(stage.post("/v1/refunds", &format!("payment_intent={id}")).await.body["amount"], amount);
    let expected = [
        &["created", "funds_withdrawn", "updated"][..],
        &["closed", "funds_reinstated", "closed", "funds_withdrawn", "closed", "funds_reinstated"],
    ];
    assert_eq!(told(&stage).await, expected.concat());
}

#[tokio::test]
async fn a_part_can_be_disputed_and_an_inquiry_withdraws_nothing() {
    let stage = Stage::open().await;
    let id = stage.intent().await;
    let amount = stage.confirm(&id, "pm_card_createDisputeInquiry").await.body["amount"].as_i64().unwrap();
    assert_eq!(told(&stage).await, ["created"]);
    stage.twin.move_dispute(&id, DisputeStatus::WarningClosed).unwrap();
    let body = json!({ "amount": 100, "status": "needs_response" }).to_string();
    let opened = stage.post(&format!("/_twin/payment_intents/{id}/dispute"), &body).await;
    assert_eq!((opened.status, &opened.body["amount"]), (200, &json!(100)));
    let too_much = stage.post("/v1/refunds", &format!("payment_intent={id}&amount={}", amount - 99)).await;
    assert_eq!(too_much.status, 400);
    assert_eq!(stage.post("/v1/refunds", &format!("payment_intent={id}")).await.body["amount"], amount - 100);

    let other = stage.intent().await;
    stage.confirm(&other, "pm_card_createDispute").await;
    assert_eq!(stage.get("/v1/disputes").await.body["data"].as_array().unwrap().len(), 3);
    let late = stage.get("/v1/disputes?created[gte]=4000000000").await.body;
    assert_eq!((&late["data"], &late["has_more"]), (&json!([]), &json!(false)));
}
