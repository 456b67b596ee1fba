//! The same is asked of both at once.

use std::{collections::BTreeSet, time::Duration};

use futures_util::future::join_all;
use serde_json::json;

use super::{Pair, SHIFTS, mall, post, replicas};
use crate::{
    crashes::{purchases::SOLD, stand::Stand},
    support::{Mall, program},
};

replicas! {
    async fn a_hundred_payment_sessions_over_both_are_one_intent_and_one_secret(mall) {
        let pair = Pair::of(mall.shop().await).await;
        for (number, shift) in SHIFTS[..4].iter().enumerate() {
            let before = pair.stand().await;
            let step = pair.nth(number).bound(&[("MUG-SET", 1)]).await;
            let asked = (0..100).map(async |buyer| {
                tokio::time::sleep(Duration::from_millis(shift * (buyer as u64 / 10))).await;
                pair.nth(buyer).payment_session(&step).await.good()["paymentSession"]["clientSecret"].clone()
            });
            let secrets: BTreeSet<String> = join_all(asked).await.iter().map(ToString::to_string).collect();
            assert_eq!(secrets.len(), 1, "{shift}");
            let intents = Stand { sessions: 1, held: 1, intents: 1, alive: 1, ..Stand::default() };
            pair.came_to(before, intents, &format!("{shift}")).await;
            pair.second.confirm_secret(secrets.first().unwrap().trim_matches('"'), "pm_card_visa").await;
            pair.second.until(&step, "COMPLETED").await;
            pair.came_to(before, SOLD, &format!("{shift}")).await;
        }
    }
}

replicas! {
    async fn an_event_twenty_times_over_both_makes_one_order(mall) {
        let pair = Pair::of(mall.shop().await).await;
        for shift in &SHIFTS[..4] {
            let before = pair.stand().await;
            let step = pair.first.bound(&[("MUG-SET", 1)]).await;
            let payment = pair.first.payment_session(&step).await.good();
            pair.shop.hold_webhooks().await;
            pair.first.confirm(&payment, "pm_card_visa").await;
            let object = json!({ "object": "payment_intent", "id": pair.shop.intent(&payment) });
            let event = json!({ "id": format!("evt_{shift}"), "type": "payment_intent.succeeded", "data": { "object": object } }).to_string();
            let posts = (0..20).map(async |number| {
                tokio::time::sleep(Duration::from_millis(shift * (number as u64 / 4))).await;
                post(pair.nth(number), &event).await
            });
            assert_eq!(join_all(posts).await, [200; 20], "{shift}");
            assert_eq!(pair.first.read(&step).await.state(), "COMPLETED");
            pair.came_to(before, SOLD, &format!("{shift}")).await;
        }
    }
}

replicas! {
    async fn of_two_refunds_of_everything_one_is_made(mall) {
        let pair = Pair::of(mall.shop().await).await;
        let slug = pair.shop.slug.clone();
        for (number, shift) in SHIFTS.iter().enumerate() {
            let before = pair.stand().await;
            let order = pair.nth(number).sold(&[("MUG-SET", 1)], &[]).await.number;
            let keyed = number.is_multiple_of(2);
            let command = |pause: u64| {
                let mut command = mall.program();
                command.args(["refund", &order, "--all", "--restock", "--organization", &slug, "--log", "error"]);
                command.args(keyed.then_some(["--idempotency-key", order.as_str()]).into_iter().flatten());
                async move {
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                    let ended = program::ended(command).await;
                    (ended.status.code(), program::told(&ended))
                }
            };
            let (one, other) = tokio::join!(command(0), command(*shift));
            let mut ends = [one.0, other.0];
            ends.sort_unstable();
            let expected = if keyed { [Some(0), Some(0)] } else { [Some(0), Some(2)] };
            assert_eq!(ends, expected, "{shift}: {} {}", one.1, other.1);
            let undone = Stand { on_hand: 0, alive: 0, refunds: 1, given_back: SOLD.taken, ..SOLD };
            pair.came_to(before, undone, &format!("{shift}")).await;
        }
    }
}
