//! While a client secret is out, its binding stays payable until the provider confirmed otherwise.

use serde_json::json;

use crate::support::{Mall, story};

story! {
    async fn a_new_bind_moves_the_one_intent_to_the_new_total(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        shop.add(&step, json!([{ "sku": "MUG-SET", "quantity": 1 }])).await.good();
        let rebound = shop.bind_again(&step).await.good();
        let total = rebound.grand_total();

        let intents = mall.twin.snapshot(&shop.secret_key);
        assert_eq!((intents.len(), intents[0].amount), (1, total));
        let again = shop.payment_session(&step).await.good();
        assert_eq!(again["paymentSession"]["clientAction"], "FETCH_UPDATES");
        assert_eq!(shop.payment_session(&step).await.good()["paymentSession"]["clientAction"], "NONE");
        assert_eq!(mall.count("SELECT sum(quantity) FROM hold").await, 2);
        shop.confirm(&payment, "pm_card_visa").await;
        let done = shop.until(&step, "COMPLETED").await;
        assert_eq!(done["order"]["totals"]["grandTotal"]["amountMinor"], total);
    }
}

story! {
    async fn an_edit_calls_nobody_and_the_old_binding_is_honoured_when_it_is_paid(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        let total = payment["paymentSession"]["amount"]["amountMinor"].clone();
        shop.webhooks_delivered().await;
        let calls = mall.twin.calls();
        let edited = shop.add(&step, json!([{ "sku": "MUG-SET", "quantity": 5 }])).await.good();
        assert!(edited.messages().contains(&"BINDING_RELEASED".to_owned()));
        assert_eq!(mall.twin.calls(), calls);
        assert_eq!(mall.count("SELECT sum(quantity) FROM hold WHERE payable").await, 1);

        shop.confirm(&payment, "pm_card_visa").await;
        let done = shop.until(&step, "COMPLETED").await;
        assert_eq!(done["order"]["totals"]["grandTotal"]["amountMinor"], total);
        assert_eq!(done["order"]["lines"], json!([{ "sku": "MUG-SET", "quantity": 1 }]));
    }
}

story! {
    async fn the_last_unit_is_not_refused_to_its_own_buyer(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 2)]).await;
        let payment = shop.payment_session(&step).await.good();
        shop.reprice(&step, json!({ "discountCodes": ["WELCOME10"] })).await.good();
        shop.bind_again(&step).await.good();
        assert_eq!(mall.count("SELECT sum(quantity) FROM hold WHERE kind = 'stock'").await, 2);
        shop.payment_session(&step).await.good();
        shop.confirm(&payment, "pm_card_visa").await;
        shop.until(&step, "COMPLETED").await;
        assert_eq!(mall.count("SELECT count(*) FROM stock WHERE on_hand = 0").await, 2);
    }
}

story! {
    async fn a_bind_after_the_payment_is_refused_and_the_order_stands(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        shop.hold_webhooks().await;
        shop.add(&step, json!([{ "sku": "MUG-SET", "quantity": 1 }])).await.good();
        shop.confirm(&payment, "pm_card_visa").await;
        assert_eq!(shop.bind_again(&step).await.codes(), ["PAYMENT_IN_PROGRESS"]);
        let done = shop.read(&step).await;
        assert_eq!(done.state(), "COMPLETED");
        assert_eq!(done["order"]["lines"][0]["quantity"], 1);
    }
}
