//! More buyers than goods, more wishes than uses, all at once and over HTTP: what there is is sold, the rest is refused.

use checkstand::domain::instant::Span;
use futures_util::{StreamExt, future::join_all, stream};
use serde_json::{Value, json};

use crate::support::{Answer, Mall, Shop, Step, story, texas};

/// Requests under way at once.
const AT_ONCE: usize = 50;

/// A session with all its details, and the rate that its bind names.
async fn filled(shop: &Shop<'_>, sku: &str, email: &str, codes: &[&str]) -> (Step, Value, i64) {
    let mut draft = texas();
    draft["lines"] = json!([{ "sku": sku, "quantity": 1 }]);
    draft["customer"]["email"] = json!(email);
    draft["discountCodes"] = json!(codes);
    let created = again(|| shop.try_create(draft.clone(), None, None)).await.good();
    let offer = &created.session()["applicableShippingRates"][0];
    let total = offer["grandTotal"]["amountMinor"].as_i64().unwrap();
    (shop.step(&created), json!({ "shippingRateId": offer["rate"]["id"] }), total)
}

/// Comes again when told to, as a client should: a small machine may be too busy for a crowd at its door.
async fn again<F: Future<Output = Answer>>(ask: impl Fn() -> F) -> Answer {
    for _ in 0..100 {
        let answer = ask().await;
        if !answer.is_overloaded() {
            return answer;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("turned away a hundred times");
}

async fn crowd<T>(work: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    stream::iter(work).buffer_unordered(AT_ONCE).collect().await
}

story! {
    async fn of_a_thousand_buyers_a_hundred_get_the_hundred_units(mall: &Mall) {
        let shop = mall.shop().await;
        mall.tamper("UPDATE stock SET on_hand = 100 WHERE on_hand = 40").await;
        let (shop, waiting) = (&shop, crowd((0..1_000).map(|_| filled(&shop, "MUG-SET", "dana@example.com", &[]))).await);
        let binds = waiting.iter().map(|(step, draft, _)| again(|| shop.try_bind(step, draft.clone(), None, None)));
        let outcomes = crowd(binds).await;
        let bound = |outcome: &&Answer| outcome.codes().is_empty() && outcome.state() == "BOUND";
        let short = |outcome: &&Answer| outcome.codes() == ["INSUFFICIENT_STOCK"];
        assert_eq!(outcomes.iter().filter(bound).count(), 100);
        assert_eq!(outcomes.iter().filter(short).count(), 900);
        assert_eq!(mall.count("SELECT sum(quantity) FROM hold WHERE kind = 'stock'").await, 100);
        assert_eq!(mall.count("SELECT count(*) FROM binding").await, 100);
        let late = shop.try_create(json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }] }), None, None).await;
        assert_eq!(late.codes(), ["INSUFFICIENT_STOCK"]);
    }
}

story! {
    async fn of_fifty_buyers_five_get_the_code_for_five_and_pay_with_it(mall: &Mall) {
        let shop = mall.shop_with("A", |shop| {
            let once = shop.discounts.iter_mut().find(|discount| discount.code.as_deref() == Some("ONCE")).unwrap();
            once.usage_limit = Some(5);
        }).await;
        let mut waiting = Vec::new();
        for n in 0..50 {
            waiting.push(filled(&shop, "COFFEE-250G", &format!("buyer{n}@example.com"), &["ONCE"]).await);
        }
        let bind = async |(step, draft, total): &(Step, Value, i64)| {
            let total = format!("{}.{:02}", total / 100, total % 100);
            let bound = shop.try_bind(step, draft.clone(), Some(&total), None).await;
            if bound.codes().is_empty() {
                let payment = shop.payment_session(step).await.good();
                shop.confirm(&payment, "pm_card_visa").await;
                return shop.until(step, "COMPLETED").await;
            }
            assert_eq!(bound.codes(), ["TOTAL_CHANGED"]);
            bound
        };
        let outcomes = join_all(waiting.iter().map(bind)).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.state() == "COMPLETED").count(), 5);
        assert_eq!(mall.count("SELECT count(*) FROM discount_use").await, 5);
        assert_eq!(mall.count("SELECT sum(used) FROM discount").await, 5);
        assert_eq!(mall.count("SELECT count(*) FROM \"order\"").await, 5);
    }
}

story! {
    async fn what_a_hold_that_ran_out_gives_back_is_sold_once(mall: &Mall) {
        let shop = mall.shop().await;
        shop.bound(&[("LAMP-BRASS", 2)]).await;
        let mut waiting = Vec::new();
        for n in 0..10 {
            // Who has just looked sees nothing left; a session made before the hold would wait for the same.
            let email = format!("buyer{n}@example.com");
            let created = shop.try_create(json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }], "customer": { "name": "N", "email": email } }), None, None).await.good();
            let step = shop.step(&created);
            shop.fill(&step).await;
            waiting.push(step);
        }
        let lamp = || json!({ "lines": [{ "sku": "LAMP-BRASS", "quantity": 1 }] });
        let early = join_all(waiting.iter().map(|step| shop.reprice(step, lamp()))).await;
        assert!(early.iter().all(|answer| answer.codes() == ["INSUFFICIENT_STOCK"]));
        mall.clock.advance(Span::from_minutes(16));
        mall.twin.advance(Span::from_minutes(16).ms());
        let retry = async |step: &Step| {
            let changed = shop.reprice(step, lamp()).await;
            let rate = changed.session()["applicableShippingRates"][0]["rate"]["id"].clone();
            if !changed.codes().is_empty() {
                return changed;
            }
            shop.try_bind(step, json!({ "shippingRateId": rate }), None, None).await
        };
        let outcomes = join_all(waiting.iter().map(retry)).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.state() == "BOUND").count(), 2);
        assert_eq!(outcomes.iter().filter(|outcome| outcome.codes() == ["INSUFFICIENT_STOCK"]).count(), 8);
        assert_eq!(mall.count("SELECT sum(quantity) FROM hold WHERE kind = 'stock'").await, 2);
    }
}

story! {
    async fn fifty_writers_at_once_are_all_served(mall: &Mall) {
        let shop = mall.shop().await;
        let steps = join_all((0..50).map(|_| shop.create(&[("MUG-SET", 1)]))).await;
        let said = join_all(steps.iter().map(|step| shop.say(step, "all at once"))).await;
        assert!(said.into_iter().all(|one| one.good()["revision"].is_null()));
        assert_eq!(mall.count("SELECT count(*) FROM checkout_session WHERE customer_message = 'all at once'").await, 50);
    }
}

story! {
    async fn in_every_read_between_fifty_changes_the_parts_add_up(mall: &Mall) {
        let shop = mall.shop().await;
        let (step, _, _) = filled(&shop, "TSHIRT-BLACK-M", "dana@example.com", &["WELCOME10"]).await;
        let changes = (1..=50).map(|quantity| shop.reprice(&step, json!({ "lines": [{ "sku": "TSHIRT-BLACK-M", "quantity": quantity }] })));
        let reads = async {
            let mut seen = Vec::new();
            for _ in 0..20 {
                seen.push(shop.read(&step).await);
            }
            seen
        };
        let (written, seen) = tokio::join!(join_all(changes), reads);
        assert!(written.iter().all(|answer| answer.codes().is_empty()), "a change was refused");
        for answer in written.iter().chain(&seen) {
            let totals = &answer.session()["totals"];
            let part = |name: &str| totals[name]["amountMinor"].as_i64().unwrap();
            assert_eq!(part("subtotal") - part("discount") + part("shipping") + part("tax"), part("grandTotal"), "{}", answer.text);
            let steps = answer.session()["explanation"].as_array().unwrap();
            let sum: i64 = steps.iter().map(|step| step["amount"]["amountMinor"].as_i64().unwrap()).sum();
            assert_eq!(sum, part("grandTotal"));
        }
        let last = shop.read(&step).await;
        assert_eq!(last["revision"], 51);
        assert_eq!(last["lines"].as_array().unwrap().len(), 1);
    }
}

story! {
    async fn a_key_sent_fifty_times_at_once_has_one_effect(mall: &Mall) {
        let shop = mall.shop().await;
        let key = Some("a key of more than 22 signs");
        let draft = |quantity| json!({ "lines": [{ "sku": "MUG-SET", "quantity": quantity }] });
        let created = join_all((0..50).map(|_| shop.try_create(draft(1), None, key))).await;
        let mut ids: Vec<String> = created.into_iter().map(|one| shop.step(&one.good()).id).collect();
        ids.dedup();
        assert_eq!(ids.len(), 1);
        assert_eq!(mall.count("SELECT count(*) FROM checkout_session").await, 1);
        assert_eq!(mall.count("SELECT count(*) FROM idempotency_record").await, 1);
        assert_eq!(shop.try_create(draft(2), None, key).await.codes(), ["IDEMPOTENCY_CONFLICT"]);

        let (step, rate, _) = filled(&shop, "MUG-SET", "dana@example.com", &[]).await;
        let bound = join_all((0..50).map(|_| shop.try_bind(&step, rate.clone(), None, key))).await;
        let mut answers: Vec<Value> = bound.into_iter().map(|one| one.good().session()["binding"].clone()).collect();
        answers.dedup();
        assert_eq!(answers.len(), 1);
        assert_eq!(mall.count("SELECT count(*) FROM binding").await, 1);
        assert_eq!(mall.count("SELECT sum(quantity) FROM hold").await, 1);
        let other = json!({ "shippingRateId": rate["shippingRateId"], "customerMessage": "other input" });
        assert_eq!(shop.try_bind(&step, other, None, key).await.codes(), ["IDEMPOTENCY_CONFLICT"]);
    }
}

story! {
    async fn a_payment_whose_attempt_is_not_visible_yet_becomes_an_order_once_it_is(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        shop.hold_webhooks().await;
        shop.confirm(&payment, "pm_card_visa").await;
        mall.tamper("CREATE TABLE aside AS SELECT * FROM payment_attempt; DELETE FROM payment_attempt").await;
        let object = json!({ "object": "payment_intent", "id": shop.intent(&payment) });
        let body = json!({ "id": "evt_1", "type": "payment_intent.succeeded", "data": { "object": object } }).to_string();
        assert_eq!(shop.webhook(&body).await, 200);
        assert_eq!(mall.count("SELECT count(*) FROM inbox_event WHERE status = 'received'").await, 1);
        mall.tamper("INSERT INTO payment_attempt SELECT * FROM aside; DROP TABLE aside").await;
        mall.pass(Span::from_ms(2_000)).await;
        assert_eq!(shop.read(&step).await.state(), "COMPLETED");
        assert_eq!(mall.count("SELECT count(*) FROM \"order\"").await, 1);
        assert_eq!(mall.count("SELECT count(*) FROM refund").await, 0);
    }
}

story! {
    async fn more_than_was_bound_is_given_back_once_however_often_it_is_told(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        let intent = shop.intent(&payment);
        shop.hold_webhooks().await;
        mall.twin.change_amount(&intent, 900_00).unwrap();
        shop.confirm(&payment, "pm_card_visa").await;
        let body = |n| {
            let object = json!({ "object": "payment_intent", "id": intent });
            json!({ "id": format!("evt_{n}"), "type": "payment_intent.succeeded", "data": { "object": object } }).to_string()
        };
        let answers = join_all((0..10).map(async |n| shop.webhook(&body(n)).await)).await;
        assert!(answers.iter().all(|status| *status == 200), "{answers:?}");
        mall.work().await;
        let paid = mall.twin.snapshot(&shop.secret_key).remove(0);
        assert_eq!((paid.amount_received, paid.refunded), (900_00, 900_00));
        assert_eq!(mall.count("SELECT count(*) FROM verdict WHERE outcome = 'refund' AND reason = 'over'").await, 1);
        assert_eq!(mall.count("SELECT count(*) FROM refund").await, 1);
        assert_eq!(mall.count("SELECT count(*) FROM outbox_entry").await, 1);
        assert_eq!(mall.count("SELECT count(*) FROM \"order\"").await, 0);
    }
}
