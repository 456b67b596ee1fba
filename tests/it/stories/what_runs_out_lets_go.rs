//! Bindings and sessions end by the clock; where a client secret is out, only after its intent is dead.

use checkstand::domain::instant::Span;

use crate::support::{Mall, story};

story! {
    async fn a_binding_that_ran_out_holds_nothing_from_that_moment(mall: &Mall) {
        let shop = mall.shop().await;
        let first = shop.bound(&[("LAMP-BRASS", 2)]).await;
        let second = shop.create(&[("MUG-SET", 1)]).await;
        mall.clock.advance(Span::from_minutes(15));
        assert_eq!(shop.read(&first).await.state(), "READY_FOR_PAYMENT");
        assert_eq!(shop.payment_session(&first).await.codes(), ["NOT_BOUND"]);
        // Nobody swept: the next buyer's own bind takes the units.
        shop.add(&second, serde_json::json!([{ "sku": "LAMP-BRASS", "quantity": 2 }])).await.good();
        shop.bind(&second).await.good();
    }
}

story! {
    async fn with_a_client_secret_out_the_intent_is_canceled_before_the_goods_are_free(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 2)]).await;
        let payment = shop.payment_session(&step).await.good();
        mall.clock.advance(Span::from_minutes(16));
        assert_eq!(shop.read(&step).await.state(), "BOUND");
        assert_eq!(shop.try_create(serde_json::json!({ "lines": [{ "sku": "LAMP-BRASS", "quantity": 1 }] }), None, None).await.codes(), ["INSUFFICIENT_STOCK"]);

        mall.twin.advance(Span::from_minutes(16).ms());
        mall.work().await;
        assert_eq!(mall.twin.snapshot(&shop.secret_key)[0].status, "canceled");
        assert_eq!(shop.read(&step).await.state(), "READY_FOR_PAYMENT");
        assert_eq!(shop.confirm(&payment, "pm_card_visa").await.status, 400);
        shop.bound(&[("LAMP-BRASS", 2)]).await;
    }
}

story! {
    async fn what_can_still_be_paid_stays_held_when_another_takes_the_rest(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        mall.clock.advance(Span::from_minutes(16));
        mall.twin.advance(Span::from_minutes(16).ms());
        shop.bound(&[("LAMP-BRASS", 1)]).await;
        let third = serde_json::json!({ "lines": [{ "sku": "LAMP-BRASS", "quantity": 1 }] });
        assert_eq!(shop.try_create(third, None, None).await.codes(), ["INSUFFICIENT_STOCK"]);
        shop.confirm(&payment, "pm_card_visa").await;
        shop.until(&step, "COMPLETED").await;
    }
}

story! {
    async fn a_payment_that_came_before_the_sweep_is_honoured(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 2)]).await;
        let payment = shop.payment_session(&step).await.good();
        shop.hold_webhooks().await;
        shop.confirm(&payment, "pm_card_visa").await;
        mall.pass(Span::from_hours(30)).await;
        assert_eq!(shop.read(&step).await.state(), "COMPLETED");
        assert_eq!(mall.count("SELECT count(*) FROM verdict WHERE reason = 'late'").await, 1);
    }
}

story! {
    async fn while_the_provider_is_silent_a_session_past_its_token_stands(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 2)]).await;
        let payment = shop.payment_session(&step).await.good();
        shop.hold_webhooks().await;
        shop.provider_fails_on("/cancel", 3);
        mall.pass(Span::from_hours(30)).await;
        // It could still be paid, so nobody else gets the goods.
        assert_eq!(mall.count("SELECT sum(quantity) FROM hold WHERE payable").await, 2);
        assert_eq!(shop.confirm(&payment, "pm_card_visa").await.status, 200);
        mall.pass(Span::from_minutes(1)).await;
        assert_eq!(shop.read(&step).await.state(), "COMPLETED");
        assert_eq!(mall.count("SELECT count(*) FROM refund").await, 0);
    }
}

story! {
    async fn a_session_past_its_token_is_expired_and_later_unknown(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        mall.clock.advance(Span::from_hours(24));
        let expired = shop.read(&step).await;
        assert_eq!(expired.state(), "EXPIRED");
        assert_eq!(expired["customer"], serde_json::Value::Null);
        assert_eq!(shop.reprice(&step, serde_json::json!({})).await.codes(), ["SESSION_EXPIRED"]);
        mall.pass(Span::from_hours(25)).await;
        assert_eq!(shop.read(&step).await.root(), &serde_json::Value::Null);
        assert_eq!(shop.cancel(&step).await.codes(), ["SESSION_NOT_FOUND"]);
    }
}

story! {
    async fn a_binding_with_little_time_left_is_renewed_once(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let until = shop.read(&step).await["binding"]["validUntil"].clone();
        mall.pass(Span::from_minutes(12)).await;
        shop.payment_session(&step).await.good();
        let renewed = shop.read(&step).await["binding"]["validUntil"].clone();
        assert_ne!(renewed, until);
        mall.pass(Span::from_minutes(12)).await;
        shop.payment_session(&step).await.good();
        assert_eq!(shop.read(&step).await["binding"]["validUntil"], renewed);
    }
}
