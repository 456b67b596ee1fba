//! What is not Stripe's does nothing; what is Stripe's is never refused for its shape.

use serde_json::json;

use crate::support::{Mall, signature, story};

story! {
    async fn a_bad_signature_stores_nothing(mall: &Mall) {
        let shop = mall.shop().await;
        let url = format!("{}/webhooks/stripe/{}", mall.address, shop.slug);
        let now = mall.app.now().ms() / 1000;
        let body = "{\"id\":\"evt_1\"}";
        let headers = [
            signature("whsec_other", now, body),
            signature("whsec_test", now - 301, body),
            signature("whsec_test", now + 301, body),
            signature("whsec_test", now, "{\"id\":\"evt_1\"} "),
            format!("t={now},v0=00"),
        ];
        for header in &headers {
            let answer = mall.client.send("POST", &url, &[("stripe-signature", header)], body).await;
            assert_eq!(answer.status, 400, "{header}");
        }
        assert_eq!(mall.client.send("POST", &url, &[], body).await.status, 400);
        assert_eq!(mall.client.send("GET", &url, &[], "").await.status, 405);
        assert_eq!(mall.count("SELECT count(*) FROM inbox_event").await, 0);
    }
}

story! {
    async fn a_webhook_of_one_shop_does_nothing_at_another(mall: &Mall) {
        let (shop, other) = (mall.shop().await, mall.other_shop().await);
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        shop.hold_webhooks().await;
        shop.confirm(&payment, "pm_card_visa").await;
        let object = json!({ "object": "payment_intent", "id": shop.intent(&payment) });
        let body = json!({ "id": "evt_1", "type": "payment_intent.succeeded", "data": { "object": object } }).to_string();
        assert_eq!(other.webhook(&body).await, 200);
        assert_eq!(shop.read(&step).await.state(), "BOUND");
        assert_eq!(mall.count("SELECT count(*) FROM \"order\"").await, 0);
        assert_eq!(shop.webhook(&body).await, 200);
        assert_eq!(shop.read(&step).await.state(), "COMPLETED");
        mall.pass(checkstand::domain::instant::Span::from_minutes(11)).await;
    }
}

story! {
    async fn whatever_is_signed_is_stored_and_acknowledged(mall: &Mall) {
        let shop = mall.shop().await;
        let deep = format!("{{\"id\":\"evt_deep\",\"x\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        for body in [
            "not json", "{}", "[]", "\u{0}", &deep, "{\"id\":\"evt_1\",\"type\":\"something.new\",\"api_version\":\"3000-01-01\"}",
            "{\"id\":\"evt_2\",\"type\":\"v2.core.event\",\"related_object\":{\"id\":\"x\"}}",
        ] {
            assert_eq!(shop.webhook(body).await, 200, "{}", &body[..body.len().min(40)]);
            assert_eq!(shop.webhook(body).await, 200);
        }
        assert_eq!(mall.count("SELECT count(*) FROM inbox_event WHERE status = 'flagged'").await, 7);
        assert_eq!(shop.webhook(&" ".repeat(2 * 1024 * 1024)).await, 413);
    }
}

story! {
    async fn no_amount_in_an_event_is_believed(mall: &Mall) {
        let shop = mall.shop().await;
        let unpaid = shop.bound(&[("MUG-SET", 1)]).await;
        let open = shop.intent(&shop.payment_session(&unpaid).await.good());
        let sold = shop.sold(&[("MUG-SET", 1)], &[]).await;
        shop.webhooks_delivered().await;
        let intents = mall.twin.snapshot(&shop.secret_key);
        let paid = intents.into_iter().find(|one| one.id != open).unwrap().id;
        let books = "SELECT count(*) FROM \"order\" WHERE payment_status = 'paid' AND charged_minor = 6198 AND refunded_minor = 0";
        let amounts = [json!(-1), json!(0), json!(i64::MAX), json!(u64::MAX), json!(1e300), json!("6198"), json!(null)];
        for (amount, number) in amounts.iter().zip(0..) {
            for (kind, intent) in [
                ("payment_intent.succeeded", &open), ("charge.refunded", &paid), ("refund.failed", &paid),
                ("charge.dispute.closed", &paid), ("payment_intent.canceled", &paid),
            ] {
                let object = json!({
                    "object": kind.split('.').next(), "id": intent, "payment_intent": intent, "status": "succeeded",
                    "amount": amount, "amount_received": amount, "amount_refunded": amount, "currency": "jpy",
                });
                let event = json!({ "id": format!("evt_{kind}_{number}"), "type": kind, "data": { "object": object } });
                assert_eq!(shop.webhook(&event.to_string()).await, 200, "{event}");
            }
            assert_eq!(shop.read(&unpaid).await.state(), "BOUND", "{amount}");
            assert_eq!((mall.count("SELECT count(*) FROM \"order\"").await, mall.count(books).await), (1, 1), "{amount}");
        }
        assert_eq!(shop.account(&sold).await.order.refunded.raw(), 0);
        assert_eq!(mall.count("SELECT count(*) FROM refund").await, 0);
    }
}
