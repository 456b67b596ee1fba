//! Who watches over the servers reads numbers: what came, what became of it, and what waits.

use checkstand::{
    config::Config,
    twin::{Fault, FaultKind},
};
use serde_json::json;

use crate::support::{Mall, Shop, story};

const TOKEN: &str = "a-token-of-a-monitor";

/// The numbers, as a monitor with this token gets them.
async fn told(mall: &Mall, address: &str, token: &str) -> (u16, String) {
    let bearer = format!("Bearer {token}");
    let answer =
        mall.client.send("GET", &format!("{address}/metrics"), &[("authorization", &bearer)], "").await;
    (answer.status, answer.text)
}

#[track_caller]
fn has(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|told| told == *line), "{line}:\n{text}");
    }
}

/// The shop at a server that a monitor watches.
async fn watched(mall: &Mall) -> Shop<'_> {
    let shop = mall.shop().await;
    let address = mall.server_with(Config::clone(&mall.app.config).watched_with(TOKEN)).await;
    Shop { address, ..shop }
}

story! {
    async fn nobody_reads_the_numbers_without_the_token(mall: &Mall) {
        // Without one in the settings there is nothing to open.
        assert_eq!(told(mall, &mall.address, "").await, (404, String::new()));
        let shop = watched(mall).await;
        assert_eq!(told(mall, &shop.address, "").await, (401, String::new()));
        assert_eq!(told(mall, &shop.address, "a-token-of-a-monitoR").await, (401, String::new()));
        assert_eq!(told(mall, &shop.address, TOKEN).await.0, 200);
    }
}

story! {
    async fn webhooks_and_what_became_of_events_are_counted(mall: &Mall) {
        let shop = watched(mall).await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        shop.hold_webhooks().await;
        shop.confirm(&payment, "pm_card_visa").await;
        let object = json!({ "object": "payment_intent", "id": shop.intent(&payment) });
        let event = json!({ "id": "evt_1", "type": "payment_intent.succeeded", "data": { "object": object } }).to_string();
        mall.twin.inject(Fault::once(FaultKind::KeyRevoked, "GET", "/v1/payment_intents/"));
        assert_eq!(shop.webhook(&event).await, 200);
        let url = format!("{}/webhooks/stripe/{}", shop.address, shop.slug);
        assert_eq!(mall.client.send("POST", &url, &[("stripe-signature", "t=1,v1=0")], event.clone()).await.status, 400);
        let (_, text) = told(mall, &shop.address, TOKEN).await;
        has(&text, &[
            "checkstand_webhooks_total{answer=\"acknowledged\"} 1",
            "checkstand_webhooks_total{answer=\"bad_signature\"} 1",
            "checkstand_events_total{outcome=\"later\"} 1",
            "checkstand_events_waiting 1",
            "checkstand_events_given_up 0",
        ]);
        assert_eq!(shop.webhook(&event.replace("evt_1", "evt_2")).await, 200);
        mall.tamper("UPDATE inbox_event SET status = 'failed', due_at = 9223372036854775807 WHERE event_id = 'evt_1'").await;
        let (_, text) = told(mall, &shop.address, TOKEN).await;
        has(&text, &[
            "checkstand_events_total{outcome=\"handled\"} 1",
            "checkstand_events_waiting 0",
            "checkstand_events_waiting_oldest_seconds 0",
            // Nobody needs to have seen it happen.
            "checkstand_events_given_up 1",
        ]);
        assert!(!text.contains(&shop.slug) && !text.contains("pi_"), "{text}");
        mall.tamper("UPDATE inbox_event SET status = 'handled' WHERE event_id = 'evt_1'").await;
    }
}

story! {
    async fn refunds_that_wait_are_counted(mall: &Mall) {
        let shop = watched(mall).await;
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        mall.twin.inject(Fault { times: 3, ..Fault::once(FaultKind::ServerError, "POST", "/v1/refunds") });
        shop.refund(&sold, crate::support::refund::dollars(1_00)).await.unwrap();
        has(&told(mall, &shop.address, TOKEN).await.1, &["checkstand_effects_waiting 1"]);
        mall.pass(checkstand::domain::instant::Span::from_hours(1)).await;
        has(&told(mall, &shop.address, TOKEN).await.1, &["checkstand_effects_waiting 0"]);
    }
}
