//! The same webhook, two events of one payment, any order: one order.

use checkstand::twin::{Picked, ReleaseOrder, WebhookSwitch};
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Mall, Shop, Step, story};

/// A session that is paid while its webhooks are held back; answers its intent.
async fn paid_in_silence(shop: &Shop<'_>) -> (Step, String) {
    let step = shop.bound(&[("MUG-SET", 1)]).await;
    let payment = shop.payment_session(&step).await.good();
    shop.hold_webhooks().await;
    shop.confirm(&payment, "pm_card_visa").await;
    (step, shop.intent(&payment))
}

fn event(id: &str, kind: &str, intent: &str) -> String {
    json!({ "id": id, "type": kind, "data": { "object": { "object": "payment_intent", "id": intent } } })
        .to_string()
}

story! {
    async fn the_same_webhook_twenty_times_at_once_makes_one_order(mall: &Mall) {
        let shop = mall.shop().await;
        let (step, intent) = paid_in_silence(&shop).await;
        let body = event("evt_1", "payment_intent.succeeded", &intent);
        let answers = join_all((0..20).map(|_| shop.webhook(&body))).await;
        assert!(answers.iter().all(|status| *status == 200), "{answers:?}");
        assert_eq!(shop.read(&step).await.state(), "COMPLETED");
        assert_eq!(mall.count("SELECT count(*) FROM \"order\"").await, 1);
        assert_eq!(mall.count("SELECT count(*) FROM verdict").await, 1);
        assert_eq!(mall.count("SELECT count(*) FROM inbox_event WHERE event_id = 'evt_1'").await, 1);
        assert_eq!(mall.count("SELECT count(*) FROM stock WHERE on_hand < 0").await, 0);
    }
}

story! {
    async fn many_events_of_one_payment_make_one_order(mall: &Mall) {
        let shop = mall.shop().await;
        let on_hand = "SELECT sum(on_hand) FROM stock";
        let before = mall.count(on_hand).await;
        let (_, intent) = paid_in_silence(&shop).await;
        let bodies: Vec<String> = (0..20).map(|n| event(&format!("evt_{n}"), "payment_intent.succeeded", &intent)).collect();
        let answers = join_all(bodies.iter().map(|body| shop.webhook(body))).await;
        assert!(answers.iter().all(|status| *status == 200), "{answers:?}");
        assert_eq!(mall.count("SELECT count(*) FROM \"order\"").await, 1);
        assert_eq!(mall.count(on_hand).await, before - 1);
    }
}

story! {
    async fn events_in_reverse_and_doubled_end_completed(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        mall.twin.switch_webhooks(&shop.secret_key, WebhookSwitch::DuplicateNext(Picked { count: 5, event_type: None })).unwrap();
        shop.hold_webhooks().await;
        shop.confirm(&payment, "pm_card_chargeDeclined").await;
        shop.confirm(&payment, "pm_card_visa").await;
        mall.twin.switch_webhooks(&shop.secret_key, WebhookSwitch::Release(ReleaseOrder::Reverse)).unwrap();
        shop.until(&step, "COMPLETED").await;
        shop.webhooks_delivered().await;
        assert_eq!(shop.read(&step).await.state(), "COMPLETED");
        assert_eq!(mall.count("SELECT count(*) FROM \"order\"").await, 1);
    }
}

story! {
    async fn an_event_faster_than_our_own_record_of_the_intent_finds_its_attempt(mall: &Mall) {
        let shop = mall.shop().await;
        let (step, intent) = paid_in_silence(&shop).await;
        let attempt = shop.read(&step).await["paymentAttempt"]["id"].as_str().unwrap().to_owned();
        mall.tamper("UPDATE payment_attempt SET intent_id = NULL").await;
        let object = json!({ "object": "payment_intent", "id": intent, "metadata": { "attempt": attempt } });
        let body = json!({ "id": "evt_1", "type": "payment_intent.succeeded", "data": { "object": object } }).to_string();
        assert_eq!(shop.webhook(&body).await, 200);
        assert_eq!(shop.read(&step).await.state(), "COMPLETED");
    }
}

story! {
    async fn an_intent_of_somebody_else_is_kept_and_never_touched(mall: &Mall) {
        let shop = mall.shop().await;
        let body = event("evt_1", "payment_intent.succeeded", "pi_of_another_program");
        assert_eq!(shop.webhook(&body).await, 200);
        assert_eq!(mall.count("SELECT count(*) FROM inbox_event WHERE status = 'received'").await, 1);
        mall.pass(checkstand::domain::instant::Span::from_minutes(11)).await;
        assert_eq!(mall.count("SELECT count(*) FROM inbox_event WHERE status = 'flagged'").await, 1);
        assert_eq!(mall.count("SELECT count(*) FROM refund").await, 0);
    }
}

story! {
    async fn an_amount_changed_by_hand_is_given_back_once(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 2)]).await;
        let payment = shop.payment_session(&step).await.good();
        let intent = shop.intent(&payment);
        mall.twin.change_amount(&intent, 1_00).unwrap();
        shop.confirm(&payment, "pm_card_visa").await;
        shop.webhooks_delivered().await;
        mall.work().await;
        mall.work().await;
        let paid = mall.twin.snapshot(&shop.secret_key).remove(0);
        assert_eq!((paid.amount_received, paid.refunded), (1_00, 1_00));
        assert_eq!(mall.count("SELECT count(*) FROM verdict WHERE outcome = 'refund' AND reason = 'under'").await, 1);
        assert_eq!(mall.count("SELECT count(*) FROM refund WHERE status = 'succeeded'").await, 1);
        assert_eq!(mall.count("SELECT count(*) FROM hold").await, 0);
        shop.bound(&[("LAMP-BRASS", 2)]).await;
        assert_ne!(shop.read(&step).await.state(), "COMPLETED");
    }
}
