//! On the same session, the same intent and at the same total.

use crate::support::{Mall, story};

story! {
    async fn a_declined_card_is_followed_by_a_good_one(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        assert_eq!(shop.confirm(&payment, "pm_card_chargeDeclinedInsufficientFunds").await.status, 402);
        shop.webhooks_delivered().await;

        let declined = shop.read(&step).await;
        assert_eq!(declined.state(), "BOUND");
        assert_eq!(declined["paymentAttempt"]["failure"]["declineCode"], "insufficient_funds");
        assert!(declined.messages().contains(&"PAYMENT_DECLINED".to_owned()));

        let again = shop.payment_session(&step).await.good();
        assert_eq!(shop.intent(&again), shop.intent(&payment));
        shop.confirm(&again, "pm_card_visa").await;
        shop.until(&step, "COMPLETED").await;
    }
}

story! {
    async fn three_d_secure_waits_for_the_buyer(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        shop.confirm(&payment, "pm_card_threeDSecure2Required").await;
        shop.webhooks_delivered().await;
        assert_eq!(shop.read(&step).await["paymentAttempt"]["status"], "REQUIRES_ACTION");
        mall.twin.authenticate(&shop.intent(&payment), checkstand::twin::Settlement::Succeed).unwrap();
        shop.until(&step, "COMPLETED").await;
    }
}

story! {
    async fn while_the_provider_works_nothing_can_be_changed(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        shop.confirm(&payment, "pm_twin_late_success").await;
        shop.until(&step, "PAYMENT_PROCESSING").await;
        for refused in [
            shop.reprice(&step, serde_json::json!({})).await,
            shop.bind_again(&step).await,
            shop.cancel(&step).await,
            shop.payment_session(&step).await,
        ] {
            assert_eq!(refused.codes(), ["PAYMENT_IN_PROGRESS"], "{}", refused.text);
        }
        mall.twin.settle(&shop.intent(&payment), checkstand::twin::Settlement::Succeed).unwrap();
        shop.until(&step, "COMPLETED").await;
    }
}

story! {
    async fn a_late_failure_opens_the_session_again(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        shop.confirm(&payment, "pm_twin_late_success").await;
        shop.until(&step, "PAYMENT_PROCESSING").await;
        mall.twin.settle(&shop.intent(&payment), checkstand::twin::Settlement::Fail).unwrap();
        shop.until(&step, "BOUND").await;
        let again = shop.payment_session(&step).await.good();
        shop.confirm(&again, "pm_card_visa").await;
        shop.until(&step, "COMPLETED").await;
    }
}

story! {
    async fn with_every_webhook_lost_complete_asks_the_provider(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        shop.hold_webhooks().await;
        assert_eq!(shop.complete(&step).await.good().state(), "BOUND");
        shop.confirm(&payment, "pm_card_visa").await;
        let done = shop.complete(&step).await.good();
        assert_eq!(done.state(), "COMPLETED");
        assert_eq!(shop.complete(&step).await.good()["order"]["number"], done["order"]["number"]);
    }
}
