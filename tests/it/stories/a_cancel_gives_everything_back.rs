//! A canceled session holds nothing, and its intent takes nothing any more.

use checkstand::twin::Settlement;

use crate::support::{Mall, story};

story! {
    async fn before_a_payment_session_nobody_is_called(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 2)]).await;
        assert_eq!(shop.cancel(&step).await.good().state(), "CANCELED");
        assert_eq!(mall.count("SELECT count(*) FROM hold").await, 0);
        assert!(mall.twin.calls().is_empty());
        shop.bound(&[("LAMP-BRASS", 2)]).await;
    }
}

story! {
    async fn afterwards_the_intent_is_canceled_first(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 2)]).await;
        let payment = shop.payment_session(&step).await.good();
        assert_eq!(shop.cancel(&step).await.good().state(), "CANCELED");
        assert_eq!(mall.twin.snapshot(&shop.secret_key)[0].status, "canceled");
        assert_eq!(shop.confirm(&payment, "pm_card_visa").await.status, 400);
        shop.bound(&[("LAMP-BRASS", 2)]).await;
    }
}

story! {
    async fn a_repeat_has_no_second_effect_and_shows_the_session(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        shop.cancel(&step).await.good();
        let again = shop.cancel(&step).await.refused("SESSION_FINAL", "");
        assert_eq!(again.state(), "CANCELED");
        for refused in [shop.reprice(&step, serde_json::json!({})).await, shop.bind_again(&step).await] {
            assert_eq!(refused.codes(), ["SESSION_FINAL"]);
        }
    }
}

story! {
    async fn a_paid_session_is_not_canceled(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        // The webhook is on its way; our cancel is faster.
        shop.hold_webhooks().await;
        shop.confirm(&payment, "pm_card_visa").await;
        assert_eq!(shop.cancel(&step).await.codes(), ["PAYMENT_IN_PROGRESS"]);
        assert_eq!(shop.read(&step).await.state(), "COMPLETED");
    }
}

story! {
    async fn while_the_provider_is_silent_the_session_stands(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 2)]).await;
        shop.payment_session(&step).await.good();
        shop.provider_fails_on("/cancel", 3);
        assert_eq!(shop.cancel(&step).await.codes(), ["PAYMENT_PROVIDER_UNAVAILABLE"]);
        assert_eq!(shop.read(&step).await.state(), "BOUND");
        assert_eq!(mall.count("SELECT sum(quantity) FROM hold").await, 2);
        assert_eq!(shop.cancel(&step).await.good().state(), "CANCELED");
    }
}

story! {
    async fn a_cancel_that_came_too_late_is_not_made_up_for_once_the_payment_failed(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        shop.hold_webhooks().await;
        shop.confirm(&payment, "pm_twin_late_success").await;
        assert_eq!(shop.cancel(&step).await.codes(), ["PAYMENT_IN_PROGRESS"]);
        mall.twin.settle(&shop.intent(&payment), Settlement::Fail).unwrap();
        assert_eq!(shop.complete(&step).await.good().state(), "BOUND");
        let again = shop.payment_session(&step).await.good();
        assert_eq!(shop.intent(&again), shop.intent(&payment));
        shop.confirm(&again, "pm_card_visa").await;
        assert_eq!(shop.complete(&step).await.good().state(), "COMPLETED");
    }
}
