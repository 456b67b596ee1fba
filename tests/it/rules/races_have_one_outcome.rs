//! Two things at once: one of the two orders happened, wholly, and nothing of the other.

use std::time::Duration;

use checkstand::domain::instant::Span;
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Mall, Shop, Step, story};

const HELD: &str = "SELECT coalesce(sum(quantity), 0) FROM hold WHERE kind = 'stock'";
const ON_HAND: &str = "SELECT sum(on_hand) FROM stock";
const ORDERS: &str = "SELECT count(*) FROM \"order\"";

/// A session whose payment went through at the provider, with every word of it held back.
async fn paid_in_silence(shop: &Shop<'_>, event: &str) -> (Step, String) {
    let step = shop.bound(&[("MUG-SET", 1)]).await;
    let payment = shop.payment_session(&step).await.good();
    shop.hold_webhooks().await;
    shop.confirm(&payment, "pm_card_visa").await;
    let object = json!({ "object": "payment_intent", "id": shop.intent(&payment) });
    let event = json!({ "id": event, "type": "payment_intent.succeeded", "data": { "object": object } });
    (step, event.to_string())
}

story! {
    async fn a_cancel_beside_a_success_leaves_the_order(mall: &Mall) {
        let shop = mall.shop().await;
        // Side by side the webhook is the faster one; both orders are wanted, and what is between them.
        for (orders, wait) in (1..).zip([0, 5, 20, 250]) {
            let (step, event) = paid_in_silence(&shop, &format!("evt_{orders}")).await;
            let later = async {
                tokio::time::sleep(Duration::from_millis(wait)).await;
                shop.webhook(&event).await
            };
            let (canceled, status) = tokio::join!(shop.cancel(&step), later);
            assert_eq!(status, 200);
            let refused = canceled.codes();
            assert!(refused == ["PAYMENT_IN_PROGRESS"] || refused == ["SESSION_FINAL"], "{wait}: {}", canceled.text);
            assert_eq!(shop.read(&step).await.state(), "COMPLETED");
            assert_eq!((mall.count(ORDERS).await, mall.count(HELD).await, mall.count("SELECT count(*) FROM refund").await), (orders, 0, 0));
        }
    }
}

story! {
    async fn a_cancel_that_looked_before_a_payment_session_does_not_end_what_can_be_paid(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        // The payment session has the row and waits for its holds; the cancel has seen no client secret and waits for the row.
        let Some(gate) = mall.gate("hold").await else { return };
        let cancel = async {
            mall.until_waiting(1).await;
            let open = async {
                mall.until_waiting(2).await;
                drop(gate);
            };
            tokio::join!(shop.cancel(&step), open).0
        };
        let (payment, canceled) = tokio::join!(shop.payment_session(&step), cancel);
        assert_eq!(canceled.codes(), ["PAYMENT_IN_PROGRESS"], "{}", canceled.text);
        assert_eq!(shop.read(&step).await.state(), "BOUND");
        shop.confirm(&payment.good(), "pm_card_visa").await;
        shop.until(&step, "COMPLETED").await;
    }
}

story! {
    async fn a_sweep_beside_a_success_leaves_the_order(mall: &Mall) {
        let shop = mall.shop().await;
        let (step, event) = paid_in_silence(&shop, "evt_1").await;
        let before = mall.count(ON_HAND).await;
        mall.clock.advance(Span::from_minutes(16));
        mall.twin.advance(Span::from_minutes(16).ms());
        let fresh = event.replace("evt_1", "evt_2");
        let ((), first, second) = tokio::join!(mall.work(), shop.webhook(&event), shop.webhook(&fresh));
        assert_eq!((first, second), (200, 200));
        mall.work().await;
        assert_eq!(shop.read(&step).await.state(), "COMPLETED");
        assert_eq!((mall.count(ORDERS).await, mall.count(ON_HAND).await), (1, before - 1));
    }
}

story! {
    async fn a_sweep_that_looked_before_a_bind_leaves_the_intent_alive(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let payment = shop.payment_session(&step).await.good();
        mall.clock.advance(Span::from_minutes(15));
        mall.twin.advance(Span::from_minutes(15).ms());
        // The bind has the row and waits to write; the sweep has seen that the time is over and waits for the row.
        let Some(gate) = mall.gate("binding").await else { return };
        let sweep = async {
            mall.until_waiting(1).await;
            let open = async {
                mall.until_waiting(2).await;
                drop(gate);
            };
            tokio::join!(checkstand::worker::once(&mall.app), open).0
        };
        let (bound, swept) = tokio::join!(shop.bind_again(&step), sweep);
        assert_eq!((bound.good().state(), swept.unwrap()), ("BOUND".to_owned(), 1));
        shop.confirm(&payment, "pm_card_visa").await;
        shop.until(&step, "COMPLETED").await;
    }
}

story! {
    async fn a_cancel_beside_the_sweep_gives_back_once(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("LAMP-BRASS", 2)]).await;
        shop.payment_session(&step).await.good();
        let before = mall.count(ON_HAND).await;
        mall.clock.advance(Span::from_minutes(16));
        mall.twin.advance(Span::from_minutes(16).ms());
        let (canceled, (), again) = tokio::join!(shop.cancel(&step), mall.work(), shop.cancel(&step));
        let mut codes = [canceled.codes(), again.codes()].concat();
        codes.retain(|code| code != "SESSION_FINAL" && code != "PAYMENT_IN_PROGRESS");
        assert!(codes.is_empty(), "{codes:?}");
        assert_eq!((mall.count(ON_HAND).await, mall.count(HELD).await), (before, 0));
        shop.bound(&[("LAMP-BRASS", 2)]).await;
    }
}

story! {
    async fn a_bind_beside_a_payment_session_charges_a_total_that_was_bound(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let twice = json!([{ "sku": "MUG-SET", "quantity": 1 }]);
        shop.add(&step, twice).await.good();
        let calls = (0..10).map(async |n| {
            if n % 2 == 0 { shop.bind_again(&step).await } else { shop.payment_session(&step).await }
        });
        for answer in join_all(calls).await {
            assert!(answer.codes().iter().all(|code| code == "NOT_BOUND"), "{}", answer.text);
        }
        shop.payment_session(&step).await.good();
        let intents = mall.twin.snapshot(&shop.secret_key);
        let total = shop.read(&step).await["binding"]["total"]["amountMinor"].clone();
        assert_eq!((intents.len(), json!(intents[0].amount)), (1, total));
    }
}

story! {
    async fn fifty_changes_at_once_are_one_after_the_other(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("NOTEBOOK-A6", 1)]).await;
        let adds = join_all((0..50).map(|_| shop.add(&step, json!([{ "sku": "NOTEBOOK-A6", "quantity": 1 }]))));
        let reads = async {
            for _ in 0..25 {
                let read = shop.read(&step).await;
                let lines: i64 = read["lines"].as_array().unwrap().iter().map(|line| line["total"]["amountMinor"].as_i64().unwrap()).sum();
                assert_eq!(lines, read.grand_total(), "{}", read.text);
            }
        };
        let (answers, ()) = tokio::join!(adds, reads);
        let done = answers.iter().filter(|answer| answer.error_code().is_empty()).count();
        let read = shop.read(&step).await;
        assert_eq!(read["lines"][0]["quantity"], 1 + done);
        assert_eq!(read["revision"], 1 + done);
        assert!(answers.iter().all(|answer| ["", "OVERLOADED"].contains(&answer.error_code())));
    }
}

story! {
    async fn ten_completions_at_once_of_what_is_free_make_one_order(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.create(&[("SAMPLE-CHAPTER", 1)]).await;
        let buyer = json!({ "customer": { "name": "Dana", "email": "dana@example.com" } });
        shop.try_bind(&step, buyer, None, None).await.good();
        let answers = join_all((0..10).map(|_| shop.complete(&step))).await;
        let numbers: Vec<_> = answers.into_iter().map(|answer| answer.good()["order"]["number"].clone()).collect();
        assert!(numbers[0].is_string() && numbers.iter().all(|number| *number == numbers[0]), "{numbers:?}");
        assert_eq!((mall.count(ORDERS).await, mall.twin.snapshot(&shop.secret_key).len()), (1, 0));
    }
}

story! {
    async fn less_stock_than_is_held_leaves_the_holders_theirs(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 2)]).await;
        let payment = shop.payment_session(&step).await.good();
        mall.tamper("UPDATE stock SET on_hand = 2 WHERE on_hand > 2").await;
        // The merchant counts again and finds only what is promised already: nobody else gets any of it.
        let other = json!({ "lines": [{ "sku": "MUG-SET", "quantity": 1 }] });
        assert_eq!(shop.try_create(other, None, None).await.codes(), ["INSUFFICIENT_STOCK"]);
        shop.confirm(&payment, "pm_card_visa").await;
        shop.until(&step, "COMPLETED").await;
        assert_eq!(mall.count("SELECT count(*) FROM stock WHERE on_hand < 0").await, 0);
    }
}

story! {
    async fn a_binding_holds_up_to_its_last_moment_and_not_beyond(mall: &Mall) {
        let shop = mall.shop().await;
        let (early, late) = (shop.bound(&[("MUG-SET", 1)]).await, shop.bound(&[("MUG-SET", 1)]).await);
        mall.clock.advance(Span::from_ms(Span::from_minutes(15).ms() - 1));
        assert_eq!(shop.read(&early).await.state(), "BOUND");
        shop.payment_session(&early).await.good();
        mall.clock.advance(Span::from_ms(1));
        assert_eq!(shop.read(&late).await.state(), "READY_FOR_PAYMENT");
        shop.payment_session(&late).await.refused("NOT_BOUND", "");
        mall.twin.advance(Span::from_minutes(15).ms());
    }
}

story! {
    async fn goods_that_went_to_another_at_the_last_moment_are_not_paid_for(mall: &Mall) {
        let shop = mall.shop().await;
        let other = shop.create(&[("LAMP-BRASS", 2)]).await;
        let rate = shop.fill(&other).await;
        let step = shop.bound(&[("LAMP-BRASS", 2)]).await;
        mall.clock.advance(Span::from_ms(Span::from_minutes(15).ms() - 1));
        // The payment session has seen its holds and waits to write; the other's bind has cleared them by then.
        let Some(gate) = mall.gate("checkout_session").await else { return };
        let bind = async {
            mall.until_waiting(1).await;
            mall.clock.advance(Span::from_ms(1));
            let open = async {
                mall.until_waiting(2).await;
                drop(gate);
            };
            tokio::join!(shop.try_bind(&other, json!({ "shippingRateId": rate }), None, None), open).0
        };
        let (payment, bound) = tokio::join!(shop.payment_session(&step), bind);
        assert_eq!(payment.codes(), ["NOT_BOUND"], "{}", payment.text);
        assert_eq!(bound.good().state(), "BOUND");
        assert_eq!((mall.count(HELD).await, mall.twin.snapshot(&shop.secret_key).len()), (2, 0));
        mall.twin.advance(Span::from_minutes(15).ms());
    }
}

story! {
    async fn a_clock_that_jumps_stops_nothing(mall: &Mall) {
        let shop = mall.shop().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        mall.clock.advance(Span::from_ms(-Span::from_hours(1).ms()));
        assert_eq!(shop.read(&step).await.state(), "BOUND");
        mall.work().await;
        shop.reprice(&step, json!({})).await.good();
        shop.bind_again(&step).await.good();
        mall.clock.advance(Span::from_hours(72));
        mall.work().await;
        assert_eq!(shop.read(&step).await.json["data"]["checkoutSession"], json!(null));
        shop.bound(&[("MUG-SET", 1)]).await;
        mall.twin.advance(Span::from_hours(71).ms());
    }
}
