//! What a page in a browser may do: load the element's script, and answer 3-D Secure for the intent it knows the secret of.

use serde_json::json;

use super::support::Stage;

#[tokio::test]
async fn a_buyer_answers_3d_secure_with_the_secret_of_the_intent_alone() {
    let stage = Stage::open().await;
    let made = stage.post("/v1/payment_intents", "amount=2000&currency=usd&metadata[order]=7").await;
    let (id, secret) = (made.id(), made.body["client_secret"].as_str().unwrap().to_owned());
    let path = format!("/twin/v1/payment_intents/{id}/authenticate");
    let answer = async |secret: &str, outcome: &str| {
        let body = format!("key=pk_test_shop&client_secret={secret}&outcome={outcome}");
        stage.send("POST", &path, &[("origin", "http://localhost:5173")], &body).await.unwrap()
    };
    assert_eq!(answer(&secret, "succeed").await.status, 400, "nobody was asked");
    stage.confirm(&id, "pm_card_threeDSecure2Required").await;
    assert_eq!(answer("", "succeed").await.status, 400);
    assert_eq!(answer("wrong", "succeed").await.status, 404);
    assert_eq!(answer(&secret, "perhaps").await.status, 400);
    let refused = answer(&secret, "fail").await;
    let error = &refused.body["last_payment_error"]["code"];
    assert_eq!((refused.status, error), (200, &json!("payment_intent_authentication_failure")));
    assert_eq!(refused.body["status"], "requires_payment_method");
    stage.confirm(&id, "pm_card_threeDSecure2Required").await;
    let approved = answer(&secret, "succeed").await;
    assert_eq!((approved.status, &approved.body["status"]), (200, &json!("succeeded")));
    assert_eq!(approved.body.get("metadata"), None, "that is the server's own business");
    assert_eq!(approved.header("access-control-allow-origin"), "http://localhost:5173");
}

#[tokio::test]
async fn the_script_offers_only_cards_that_the_twin_knows() {
    let stage = Stage::open().await;
    let got = stage.send("GET", "/twin/element.js", &[], "").await.unwrap();
    assert_eq!((got.status, got.header("content-type")), (200, "text/javascript; charset=utf-8"));
    let script = got.body.as_str().unwrap().to_owned();
    let cards: Vec<_> = script.split('\'').filter(|part| part.starts_with("pm_")).collect();
    assert!(cards.len() >= 8, "{cards:?}");
    for card in cards {
        let got = stage.confirm(&stage.intent().await, card).await;
        assert!([200, 402].contains(&got.status), "{card}: {got:?}");
    }
}
