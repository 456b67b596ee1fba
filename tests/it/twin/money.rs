//! Intents, cards, refunds, searches, keys.

use super::support::{KEY, Stage};
use checkstand::twin::{Settlement, TwinOptions};
use serde_json::json;

#[tokio::test]
async fn an_intent_is_created_updated_confirmed_and_refunded() {
    let stage = Stage::open().await;
    let got = stage
        .post(
            "/v1/payment_intents",
            "amount=2000&currency=USD&metadata%5Bbinding%5D=b1&metadata[a]=1&automatic_payment_methods[enabled]=true&description=Hi",
        )
        .await;
    assert_eq!(got.status, 200, "{got:?}");
    assert_eq!(got.header("x-stripe-twin"), "no money moves");
    assert!(got.header("request-id").starts_with("req_"));
    let id = got.id();
    assert_eq!(got.body["status"], "requires_payment_method");
    assert_eq!(got.body["metadata"], json!({"binding": "b1", "a": "1"}));
    assert!(got.body["client_secret"].as_str().unwrap().starts_with(&format!("{id}_secret_")));

    let path = format!("/v1/payment_intents/{id}");
    let got = stage.post(&path, "amount=2500&metadata[binding]=b2&metadata[a]=").await;
    assert_eq!((&got.body["amount"], &got.body["metadata"]), (&json!(2500), &json!({"binding": "b2"})));

    let got = stage.confirm(&id, "pm_card_visa").await;
    assert_eq!((&got.body["status"], &got.body["amount_received"]), (&json!("succeeded"), &json!(2500)));
    let charge = got.body["latest_charge"].as_str().unwrap().to_owned();
    assert_eq!(stage.get(&format!("/v1/charges/{charge}")).await.body["amount_captured"], 2500);

    let got = stage.post(&path, "amount=1").await;
    assert_eq!((got.status, got.code()), (400, "amount_too_small"));
    let got = stage.post(&path, "amount=100").await;
    assert_eq!((got.status, got.code()), (400, "payment_intent_unexpected_state"));
    assert_eq!(got.body["error"]["payment_intent"]["id"], id);
    let got = stage.post(&path, "metadata[late]=1").await;
    assert_eq!(got.body["metadata"], json!({"binding": "b2", "late": "1"}));
    assert_eq!(stage.confirm(&id, "pm_card_visa").await.code(), "payment_intent_unexpected_state");
    let got = stage.post(&format!("{path}/cancel"), "").await;
    assert_eq!((got.status, got.code()), (400, "payment_intent_unexpected_state"));

    let got = stage
        .post("/v1/refunds", &format!("payment_intent={id}&amount=500&metadata[v]=1&reason=duplicate"))
        .await;
    assert_eq!((&got.body["amount"], &got.body["status"]), (&json!(500), &json!("succeeded")));
    assert_eq!(stage.get(&format!("/v1/refunds/{}", got.id())).await.body["payment_intent"], id);
    assert_eq!(stage.post("/v1/refunds", &format!("payment_intent={id}&amount=2001")).await.status, 400);
    assert_eq!(stage.post("/v1/refunds", &format!("payment_intent={id}")).await.body["amount"], 2000);
    assert_eq!(
        stage.post("/v1/refunds", &format!("payment_intent={id}")).await.code(),
        "charge_already_refunded"
    );
    let list = stage.get(&format!("/v1/refunds?payment_intent={id}&limit=1")).await.body;
    assert_eq!((list["data"][0]["amount"].clone(), list["has_more"].clone()), (json!(2000), json!(true)));
    let view = &stage.twin.snapshot(KEY)[0];
    assert_eq!((view.amount_received, view.refunded, view.status.as_str()), (2500, 2500, "succeeded"));
    assert_eq!(stage.twin.calls()["POST /v1/payment_intents"], 1);
    assert_eq!(stage.twin.calls_of(KEY)["POST /v1/refunds"], 4);
}

#[tokio::test]
async fn declined_cards_give_402_and_the_intent_takes_another() {
    let stage = Stage::open().await;
    let id = stage.intent().await;
    for (card, code, reason) in [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000000069", "expired_card", "expired_card"),
    ] {
        let got = stage.confirm(&id, card).await;
        let error = &got.body["error"];
        assert_eq!((got.status, got.code(), error["decline_code"].as_str().unwrap()), (402, code, reason));
        assert_eq!(error["type"], "card_error");
        assert_eq!(error["payment_intent"]["status"], "requires_payment_method");
        assert_eq!(error["payment_intent"]["last_payment_error"]["code"], code);
    }
    assert_eq!(stage.confirm(&id, "pm_unknown").await.code(), "resource_missing");
    assert_eq!(stage.post(&format!("/v1/payment_intents/{id}/confirm"), "").await.status, 400);
    let got = stage.confirm(&id, "4242 4242 4242 4242").await;
    assert_eq!((&got.body["status"], &got.body["last_payment_error"]), (&json!("succeeded"), &json!(null)));
}

#[tokio::test]
async fn three_d_secure_waits_for_the_buyer() {
    let stage = Stage::open().await;
    let id = stage.intent().await;
    let got = stage.confirm(&id, "pm_card_threeDSecure2Required").await;
    assert_eq!(
        (&got.body["status"], &got.body["next_action"]["type"]),
        (&json!("requires_action"), &json!("use_stripe_sdk"))
    );
    let path = format!("/_twin/payment_intents/{id}/authenticate");
    let got = stage.control(&path, r#"{"outcome":"fail"}"#).await;
    assert_eq!(got.body["last_payment_error"]["code"], "payment_intent_authentication_failure");
    assert_eq!(stage.control(&path, r#"{"outcome":"succeed"}"#).await.status, 400);
    stage.confirm(&id, "4000002500003155").await;
    assert_eq!(stage.control(&path, r#"{"outcome":"succeed"}"#).await.body["status"], "succeeded");
    assert_eq!(
        stage.control("/_twin/payment_intents/pi_no/authenticate", r#"{"outcome":"fail"}"#).await.status,
        404
    );

    let id = stage.intent().await;
    stage.confirm(&id, "4000002500003155").await;
    let got = stage.post(&format!("/v1/payment_intents/{id}"), "amount=999").await;
    assert_eq!(
        (&got.body["status"], &got.body["next_action"]),
        (&json!("requires_confirmation"), &json!(null))
    );
}

#[tokio::test]
async fn a_late_success_settles_by_hand_or_by_itself() {
    let stage = Stage::open().await;
    let id = stage.intent().await;
    assert_eq!(stage.confirm(&id, "pm_twin_late_success").await.body["status"], "processing");
    assert_eq!(stage.post(&format!("/v1/payment_intents/{id}/cancel"), "").await.status, 400);
    assert_eq!(stage.twin.settle(&id, Settlement::Succeed).unwrap()["status"], "succeeded");

    let slow = Stage::with(TwinOptions { late_success_ms: Some(60_000), ..TwinOptions::default() }).await;
    let id = slow.intent().await;
    slow.confirm(&id, "pm_twin_late_success").await;
    slow.twin.advance(60_001);
    super::support::eventually(|| slow.twin.snapshot(KEY)[0].status == "succeeded").await;
}

#[tokio::test]
async fn manual_capture_takes_all_or_less() {
    let stage = Stage::open().await;
    let body = "amount=2000&currency=eur&capture_method=manual&payment_method=pm_card_visa&confirm=true";
    let got = stage.post("/v1/payment_intents", body).await;
    assert_eq!(
        (&got.body["status"], &got.body["amount_capturable"]),
        (&json!("requires_capture"), &json!(2000))
    );
    let path = format!("/v1/payment_intents/{}/capture", got.id());
    assert_eq!(stage.post(&path, "amount_to_capture=2001").await.code(), "amount_too_large");
    let got = stage.post(&path, "amount_to_capture=1500").await;
    assert_eq!((&got.body["status"], &got.body["amount_received"]), (&json!("succeeded"), &json!(1500)));
    assert_eq!(stage.post(&path, "").await.code(), "payment_intent_unexpected_state");
    assert_eq!(stage.post("/v1/refunds", &format!("payment_intent={}", got.id())).await.body["amount"], 1500);

    let got = stage.post("/v1/payment_intents", body).await;
    let path = format!("/v1/payment_intents/{}/cancel", got.id());
    let got = stage.post(&path, "cancellation_reason=abandoned").await;
    assert_eq!(
        (&got.body["status"], &got.body["cancellation_reason"]),
        (&json!("canceled"), &json!("abandoned"))
    );
    let again = stage.post(&path, "").await;
    assert_eq!(again.body["error"]["payment_intent"]["status"], "canceled");
}

#[tokio::test]
async fn parameters_are_checked_like_stripes() {
    let stage = Stage::open().await;
    for (body, code) in [
        ("currency=usd", "parameter_missing"),
        ("amount=2000", "parameter_missing"),
        ("amount=20.5&currency=usd", "parameter_invalid_integer"),
        ("amount=49&currency=usd", "amount_too_small"),
        ("amount=100000000&currency=usd", "amount_too_large"),
        ("amount=2000&currency=xxx", ""),
        ("amount=1234&currency=kwd", "parameter_invalid_integer"),
        ("amount=2000&currency=usd&amout=1", "parameter_unknown"),
        ("amount=2000&currency=usd&payment_method=pm_nope", "resource_missing"),
    ] {
        let got = stage.post("/v1/payment_intents", body).await;
        assert!(got.status == 400 || got.status == 404, "{body}: {got:?}");
        assert_eq!(got.code(), code, "{body}");
        assert_eq!(got.body["error"]["type"], "invalid_request_error");
    }
    assert!(stage.twin.snapshot(KEY).is_empty());
    for path in ["/v1/payment_intents/pi_none", "/v1/refunds/re_none", "/v1/events/evt_none", "/v1/nothing"] {
        assert_eq!(stage.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn lists_and_searches_are_newest_first() {
    let stage = Stage::with(TwinOptions { search_lag_ms: 1_000, ..TwinOptions::default() }).await;
    let one = stage.intent().await;
    let two = stage.intent().await;
    let list = stage.get("/v1/payment_intents?limit=1").await.body;
    assert_eq!((&list["data"][0]["id"], &list["has_more"]), (&json!(two), &json!(true)));
    let list = stage.get(&format!("/v1/payment_intents?starting_after={two}")).await.body;
    assert_eq!((&list["data"][0]["id"], &list["has_more"]), (&json!(one), &json!(false)));
    let query = "/v1/payment_intents/search?query=metadata%5B%27binding%27%5D%3A%27b1%27";
    assert_eq!(stage.get(query).await.body["data"], json!([]));
    stage.twin.advance(2_000);
    let found = stage.get(query).await.body;
    assert_eq!((found["data"].as_array().unwrap().len(), &found["object"]), (2, &json!("search_result")));
    assert_eq!(stage.get("/v1/payment_intents/search?query=nonsense").await.status, 400);
}

#[tokio::test]
async fn accounts_are_apart_and_keys_are_checked() {
    let stage = Stage::open().await;
    let got = stage.post("/v1/payment_intents", "amount=2000&currency=usd").await;
    let (id, secret) = (got.id(), got.body["client_secret"].as_str().unwrap().to_owned());
    let path = format!("/v1/payment_intents/{id}");
    let with = |key: &str| vec![("authorization", format!("Bearer {key}"))];
    for (key, path, status) in [
        ("sk_test_other", path.clone(), 404),
        ("sk_live_shop", path.clone(), 401),
        ("sk_test_", path.clone(), 401),
        ("nonsense", path.clone(), 401),
        ("pk_test_shop", path.clone(), 400),
        ("pk_test_shop", format!("{path}?client_secret=wrong"), 404),
        ("pk_test_shop", format!("{path}?client_secret={secret}"), 200),
        ("pk_test_shop", "/v1/payment_intents".to_owned(), 401),
    ] {
        let headers = with(key);
        let headers: Vec<_> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let got = stage.send("GET", &path, &headers, "").await.unwrap();
        assert_eq!(got.status, status, "{key} {path}");
        if status == 200 {
            assert_eq!(got.body.get("metadata"), None);
        }
    }
    assert_eq!(stage.send("GET", &path, &[], "").await.unwrap().status, 401);

    let origin = ("origin", "http://localhost:9999");
    let body = format!(
        "key=pk_test_shop&client_secret={secret}&payment_method_data[type]=card&payment_method_data[card][number]=4242424242424242"
    );
    let got = stage.send("POST", &format!("/twin{path}/confirm"), &[origin], &body).await.unwrap();
    assert_eq!((got.status, &got.body["status"]), (200, &json!("succeeded")));
    assert_eq!(got.header("access-control-allow-origin"), "http://localhost:9999");
    assert_eq!(stage.get("/v1/account").await.body["object"], "account");
}

#[tokio::test]
async fn browsers_of_this_machine_may_call_others_may_not() {
    let stage = Stage::open().await;
    let ask = ("access-control-request-headers", "authorization");
    let got = stage
        .send("OPTIONS", "/v1/payment_intents/x/confirm", &[("origin", "http://127.0.0.1:5000"), ask], "")
        .await
        .unwrap();
    assert_eq!((got.status, got.header("access-control-allow-headers")), (204, "authorization"));
    let got = stage
        .send("OPTIONS", "/v1/payment_intents/x/confirm", &[("origin", "http://evil.example"), ask], "")
        .await
        .unwrap();
    assert_eq!(got.header("access-control-allow-origin"), "");
    let got = stage.send("GET", "/_twin/state", &[("origin", "http://evil.example")], "").await.unwrap();
    assert_eq!(got.status, 403);
    let got = stage.send("GET", "/twin/_twin/state", &[("origin", "http://evil.example")], "").await.unwrap();
    assert_eq!(got.status, 403);
    let got = stage.send("GET", "/_twin", &[], "").await.unwrap();
    assert!(got.body.as_str().unwrap().contains("Stripe twin: no money moves"));
    assert_eq!(stage.send("GET", "/twin/_twin/state", &[], "").await.unwrap().body["faults"], 0);
}
