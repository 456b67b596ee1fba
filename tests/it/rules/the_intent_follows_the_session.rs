//! Whatever was cut off on the way, the one intent ends at the binding in force, or dead.

use checkstand::{
    domain::{discount::Effect, instant::Span},
    twin::{Fault, FaultKind},
};
use serde_json::json;

use crate::support::{Mall, story};

story! {
    async fn a_create_that_was_cut_off_does_not_stand_for_a_later_total(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        for kind in [FaultKind::TimeoutAfter { ms: 20 }, FaultKind::ServerError, FaultKind::ServerError] {
            mall.twin.inject(Fault::once(kind, "POST", "/v1/payment_intents"));
        }
        assert_eq!(shop.payment_session(&step).await.codes(), ["PAYMENT_PROVIDER_UNAVAILABLE"]);
        shop.add(&step, json!([{ "sku": "MUG-SET", "quantity": 1 }])).await.good();
        let total = shop.bind_again(&step).await.good().grand_total();
        let payment = shop.payment_session(&step).await.good();
        assert_eq!(payment["paymentSession"]["amount"]["amountMinor"], total);
        let intents = mall.twin.snapshot(&shop.secret_key);
        assert_eq!((intents.len(), intents[0].amount), (1, total));
    }
}

story! {
    async fn a_new_intent_after_a_dead_one_has_its_goods_held_until_proof(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 2)]).await;
        shop.payment_session(&step).await.good();
        shop.provider_fails_on("/cancel", 3);
        shop.cancel(&step).await.refused("PAYMENT_PROVIDER_UNAVAILABLE", "");
        let payment = shop.payment_session(&step).await.good();
        assert_eq!(payment["paymentSession"]["clientAction"], "REMOUNT");
        assert_eq!(mall.count("SELECT sum(quantity) FROM hold WHERE payable").await, 2);
        assert_eq!(mall.count("SELECT count(*) FROM checkout_session WHERE secret_out").await, 1);
        shop.confirm(&payment, "pm_card_visa").await;
        shop.until(&step, "COMPLETED").await;
    }
}

story! {
    async fn a_total_that_becomes_zero_kills_the_intent_and_completes(mall: &Mall) {
        let shop = mall.shop_with("A", |shop| {
            let welcome = shop.discounts.iter_mut().find(|discount| discount.code.as_deref() == Some("WELCOME10")).unwrap();
            welcome.effect = Effect::Percentage(1.into());
        }).await;
        let step = shop.bound(&[("EBOOK-GUIDE", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        shop.reprice(&step, json!({ "discountCodes": ["WELCOME10"] })).await.good();
        assert_eq!(shop.bind_again(&step).await.good().grand_total(), 0);
        assert_eq!(mall.twin.snapshot(&shop.secret_key)[0].status, "canceled");
        assert_eq!(shop.confirm(&payment, "pm_card_visa").await.status, 400);
        assert_eq!(shop.complete(&step).await.good().state(), "COMPLETED");
    }
}

/// As a crash leaves it between "may go out" and the first word to the provider.
const CUT_OFF: &[&str] = &[
    "UPDATE checkout_session SET secret_out = TRUE, payable_until = 0, due_at = 0 WHERE status = 'bound'",
    "UPDATE hold SET payable = TRUE",
];

story! {
    async fn a_handoff_that_was_cut_off_can_be_canceled_or_runs_out(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 2)]).await;
        for sql in CUT_OFF {
            mall.tamper(sql).await;
        }
        assert_eq!(shop.cancel(&step).await.good().state(), "CANCELED");
        let step = shop.bound(&[("LAMP-BRASS", 2)]).await;
        for sql in CUT_OFF {
            mall.tamper(sql).await;
        }
        mall.pass(Span::from_minutes(16)).await;
        assert_eq!(shop.read(&step).await.state(), "READY_FOR_PAYMENT");
        shop.bound(&[("LAMP-BRASS", 2)]).await;
    }
}

story! {
    async fn goods_that_are_gone_take_nothing_else_with_them(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1), ("LAMP-BRASS", 2)]).await;
        let payment = shop.payment_session(&step).await.good();
        let lamps = "(SELECT id FROM variant WHERE sku = 'LAMP-BRASS')";
        mall.tamper(&format!("UPDATE stock SET on_hand = 0 WHERE variant_id = {lamps}")).await;
        let before = mall.count("SELECT sum(on_hand) FROM stock").await;
        shop.confirm(&payment, "pm_card_visa").await;
        shop.webhooks_delivered().await;
        mall.work().await;
        assert_eq!(mall.count("SELECT sum(on_hand) FROM stock").await, before);
        assert_eq!(mall.count("SELECT count(*) FROM verdict WHERE outcome = 'refund' AND reason = 'stock_gone'").await, 1);
        let paid = mall.twin.snapshot(&shop.secret_key).remove(0);
        assert_eq!(paid.refunded, paid.amount_received);
    }
}
