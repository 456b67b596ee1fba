//! A purchase, killed at each of its steps: one order, paid once, whatever is sent again.

use checkstand::{domain::tenant::TaxProvider, flows::App};
use serde_json::{Value, json};

use super::{
    crash::{Crash, crash, each},
    stand::Stand,
};
use crate::support::{Mall, Shop, Step, signature, texas};

/// Of which gift certificates pay 20.00: a mug set to Texas by Ground, 49.99, tax 4.00, shipping 7.99.
pub const TOTAL: i64 = 61_98;
const GIFT: i64 = 20_00;

/// One unit sold.
pub const SOLD: Stand = Stand {
    sessions: 1,
    orders: 1,
    on_hand: -1,
    held: 0,
    gifts: 0,
    gift_uses: 0,
    verdicts: 1,
    intents: 1,
    alive: 1,
    taken: TOTAL,
    refunds: 0,
    given_back: 0,
};

/// A key as clients make them.
pub fn key() -> String {
    App::new_id().simple().to_string()
}

fn mug() -> Value {
    json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }] })
}

/// A gift certificate of this crash.
async fn gift(crash: &Crash<'_>, balance: i64) -> String {
    let code = format!("GIFT-{:04}-AAAA-1111", crash.number);
    crash.safe.issue(&code, balance, "USD").await;
    code
}

/// Binds, with a key, at the first rate.
async fn bind(shop: &Shop<'_>, step: &Step) {
    let rate = shop.read(step).await["applicableShippingRates"][0]["rate"]["id"].clone();
    shop.try_bind(step, json!({ "shippingRateId": rate }), None, Some(&key())).await.good();
}

crash! {
    async fn a_purchase(crash) of |_| {}, at [
        "create.before_commit", "create.after_commit", "create.before_answer",
        "reprice.before_commit", "reprice.after_commit", "reprice.before_answer",
        "customer_message.before_commit", "customer_message.after_commit", "customer_message.before_answer",
        "bind.before_commit", "bind.after_commit", "bind.before_answer",
        "hand_out.before_commit", "hand_out.after_commit", "create_intent.before_call", "create_intent.after_call",
        "intent_created.before_commit", "intent_created.after_commit", "payment_session.before_answer",
        // The first event says that an intent was created, and nobody acts on that one.
        "received.before_commit", "received.after_commit", "webhook.before_answer",
        "received.before_commit:2", "received.after_commit:2", "webhook.before_answer:2",
        "retrieve_intent.before_call", "retrieve_intent.after_call", "settle.before_commit", "settle.after_commit",
    ], {
        let gift = gift(crash, GIFT).await;
        let shop = crash.serve().await;
        let step = shop.step(&shop.try_create(mug(), None, Some(&key())).await.good());
        let mut details = texas();
        details["giftCertificateCodes"] = json!([gift]);
        shop.reprice(&step, details).await.good();
        shop.say(&step, "Ring twice.").await.good();
        bind(&shop, &step).await;
        let payment = shop.payment_session(&step).await.good();
        assert_eq!(shop.confirm(&payment, "pm_card_visa").await.status, 200);
        let done = shop.until(&step, "COMPLETED").await;
        assert_eq!(done["customerMessage"], "Ring twice.");
        crash.came_to(Stand { gift_uses: 1, taken: TOTAL - GIFT, ..SOLD }).await;
    }
}

crash! {
    async fn a_repeated_create(crash) of |_| {}, at ["create_again.before_commit", "create_again.after_commit"], {
        let shop = crash.serve().await;
        let key = key();
        let lost = shop.step(&shop.try_create(mug(), None, Some(&key)).await.good());
        let step = shop.step(&shop.try_create(mug(), None, Some(&key)).await.good());
        assert!(shop.read(&lost).await.root().is_null());
        shop.bind(&step).await.good();
        let payment = shop.payment_session(&step).await.good();
        shop.confirm(&payment, "pm_card_visa").await;
        shop.until(&step, "COMPLETED").await;
        crash.came_to(SOLD).await;
    }
}

crash! {
    /// An edit that adds, as its client may not know whether it did: the revision says so.
    async fn a_change_of_one_revision(crash) of |_| {}, at ["reprice.before_commit", "reprice.after_commit"], {
        let step = crash.safe.create(&[("MUG-SET", 1)]).await;
        let shop = crash.serve().await;
        let query = "mutation($t: String!) { checkoutSessionLinesAdd(token: $t, expectedRevision: 1, \
            lines: [{ sku: \"MUG-SET\", quantity: 1 }]) { checkoutSession { id } userErrors { code } } }";
        let added = shop.graphql(query, json!({ "token": step.token, "t": step.token })).await;
        assert!(added.codes().is_empty() || added.codes() == ["STALE_REVISION"], "{}", added.text);
        assert_eq!(shop.read(&step).await["lines"][0]["quantity"], 2);
        crash.came_to(Stand { sessions: 1, ..Stand::default() }).await;
    }
}

crash! {
    async fn a_purchase_taxed_by_the_provider(crash) of |shop| shop.organization.settings.tax_provider = TaxProvider::Stripe, at [
        "calculate_tax.before_call", "calculate_tax.after_call", "calculate_tax.after_call:2",
    ], {
        let shop = crash.serve().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        shop.reprice(&step, texas()).await.good();
        let rate = shop.read(&step).await["applicableShippingRates"][0]["rate"]["id"].clone();
        shop.reprice(&step, json!({ "shippingRateId": rate })).await.good();
        bind(&shop, &step).await;
        let payment = shop.payment_session(&step).await.good();
        let taken = payment["paymentSession"]["amount"]["amountMinor"].as_i64().unwrap();
        shop.confirm(&payment, "pm_card_visa").await;
        shop.until(&step, "COMPLETED").await;
        crash.came_to(Stand { taken, ..SOLD }).await;
    }
}

crash! {
    /// A gift certificate pays everything, so no provider is asked.
    async fn what_is_free(crash) of |_| {}, at [
        "bind.after_commit", "complete.before_commit", "complete.after_commit", "complete.before_answer",
    ], {
        let gift = gift(crash, 100_00).await;
        let shop = crash.serve().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        let mut details = texas();
        details["giftCertificateCodes"] = json!([gift]);
        shop.reprice(&step, details).await.good();
        bind(&shop, &step).await;
        let done = shop.complete(&step).await.good();
        assert_eq!(done.state(), "COMPLETED");
        let free = Stand { gifts: 100_00 - TOTAL, gift_uses: 1, verdicts: 0, intents: 0, alive: 0, taken: 0, ..SOLD };
        crash.came_to(free).await;
    }
}

crash! {
    /// The page asks, as no webhook comes; and then they come after all.
    async fn a_completion_without_webhooks(crash) of |_| {}, at [
        "look_up.before_commit", "look_up.after_commit", "retrieve_intent.after_call", "settle.before_commit",
        "settle.after_commit", "complete.before_answer",
    ], {
        let shop = crash.serve().await;
        let step = shop.create(&[("MUG-SET", 1)]).await;
        shop.bind(&step).await.good();
        let payment = shop.payment_session(&step).await.good();
        shop.hold_webhooks().await;
        shop.confirm(&payment, "pm_card_visa").await;
        assert_eq!(shop.complete(&step).await.good().state(), "COMPLETED");
        crash.release_webhooks();
        crash.came_to(SOLD).await;
    }
}

crash! {
    async fn an_event_about_nothing(crash) of |_| {}, at ["set_aside.before_commit", "set_aside.after_commit"], {
        let shop = crash.serve().await;
        let event = json!({ "id": format!("evt_{}", crash.number), "type": "payment_intent.succeeded",
            "data": { "object": { "object": "charge" } } }).to_string();
        let url = format!("{}/webhooks/stripe/{}", shop.address, shop.slug);
        let signature = signature("whsec_test", shop.mall.app.now().ms() / 1000, &event);
        for _ in 0..2 {
            let answer = shop.mall.client.send("POST", &url, &[("stripe-signature", &signature)], event.clone()).await;
            assert_eq!(answer.status, 200);
        }
        crash.came_to(Stand::default()).await;
        let stored = format!("SELECT count(*) FROM inbox_event WHERE event_id = 'evt_{}' AND status = 'flagged'", crash.number);
        assert_eq!(shop.mall.count(&stored).await, 1);
    }
}
