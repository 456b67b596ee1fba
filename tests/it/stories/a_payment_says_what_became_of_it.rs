//! What was decided about money that was taken stands on the session and on the order, with its reason.

use checkstand::{
    domain::instant::Span,
    twin::{Fault, FaultKind, ReleaseOrder, WebhookSwitch},
};
use serde_json::{Value, json};

use crate::support::{Mall, Shop, Step, story, texas};

/// What the session says, and what its order says.
async fn told(shop: &Shop<'_>, step: &Step) -> (Value, Value) {
    let fields = "{ outcome reason amount { amount } refundStatus decidedAt }";
    let query = format!(
        "query($token: String!) {{ checkoutSession(token: $token) {{ verdicts {fields} order {{ verdicts {fields} }} }} }}"
    );
    let mut session = shop.graphql(&query, json!({ "token": step.token })).await.root().clone();
    for decided in session["verdicts"].as_array_mut().unwrap() {
        // Some moment of the clock that the shop runs by.
        assert!(decided["decidedAt"].take().as_str().is_some_and(|at| at.ends_with('Z')), "{decided}");
    }
    (session["verdicts"].take(), session["order"].take())
}

fn verdict(outcome: &str, reason: &str, amount: &str, refund: Option<&str>) -> Value {
    json!([{ "outcome": outcome, "reason": reason, "amount": { "amount": amount }, "refundStatus": refund, "decidedAt": null }])
}

async fn paid(shop: &Shop<'_>) -> Step {
    let step = shop.bound(&[("MUG-SET", 1)]).await;
    let payment = shop.payment_session(&step).await.good();
    assert_eq!(told(shop, &step).await, (json!([]), Value::Null));
    shop.confirm(&payment, "pm_card_visa").await;
    step
}

story! {
    async fn a_payment_as_agreed_is_honored_on_session_and_order(mall: &Mall) {
        let shop = mall.shop().await;
        let step = paid(&shop).await;
        shop.until(&step, "COMPLETED").await;
        let (session, order) = told(&shop, &step).await;
        assert_eq!(session, verdict("HONORED", "ON_TIME", "61.98", None));
        assert_eq!(order["verdicts"][0]["reason"], "ON_TIME");
    }
}

story! {
    async fn a_late_payment_that_is_honored_says_that_it_was_late(mall: &Mall) {
        let shop = mall.shop().await;
        shop.hold_webhooks().await;
        let step = paid(&shop).await;
        mall.pass(Span::from_hours(30)).await;
        let (session, order) = told(&shop, &step).await;
        assert_eq!(session, verdict("HONORED", "LATE", "61.98", None));
        assert_eq!(order["verdicts"].as_array().map(Vec::len), Some(1));
    }
}

story! {
    async fn a_payment_that_goes_back_says_why_and_where_its_money_is(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        mall.twin.change_amount(&shop.intent(&payment), 1_00).unwrap();
        mall.twin.inject(Fault { times: 3, ..Fault::once(FaultKind::ServerError, "POST", "/v1/refunds") });
        shop.confirm(&payment, "pm_card_visa").await;
        shop.webhooks_delivered().await;
        assert_eq!(told(&shop, &step).await, (verdict("REFUNDED", "UNDER", "1.00", Some("PENDING")), Value::Null));
        for _ in 0..3 {
            mall.pass(Span::from_hours(1)).await;
        }
        assert_eq!(told(&shop, &step).await.0, verdict("REFUNDED", "UNDER", "1.00", Some("SUCCEEDED")));
    }
}

story! {
    async fn a_payment_that_a_person_must_look_at_says_so(mall: &Mall) {
        let shop = mall.shop().await;
        shop.hold_webhooks().await;
        let step = paid(&shop).await;
        mall.tamper("UPDATE payment_account SET live = (1 = 1)").await;
        mall.twin.switch_webhooks(&shop.secret_key, WebhookSwitch::Release(ReleaseOrder::AsHappened)).unwrap();
        shop.webhooks_delivered().await;
        assert_eq!(told(&shop, &step).await.0, verdict("HELD_FOR_REVIEW", "MODE_MISMATCH", "61.98", None));
    }
}

story! {
    async fn nothing_was_decided_about_what_was_free(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("SAMPLE-CHAPTER", 1)]).await;
        shop.reprice(&step, texas()).await.good();
        shop.try_bind(&step, json!({}), Some("0"), None).await.good();
        shop.complete(&step).await.good();
        assert_eq!(told(&shop, &step).await, (json!([]), json!({ "verdicts": [] })));
    }
}
