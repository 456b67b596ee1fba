//! One server moves or ends what the other is at.

use std::time::Duration;

use checkstand::domain::instant::Span;
use serde_json::json;

use super::{Pair, SHIFTS, mall, post, replicas};
use crate::{
    crashes::{purchases::SOLD, stand::Stand},
    support::{Mall, Step},
};

/// A session that is paid while nobody hears of it, and the event that will tell.
async fn paid_in_silence(pair: &Pair<'_>, name: &str) -> (Step, String) {
    let step = pair.first.bound(&[("MUG-SET", 1)]).await;
    let payment = pair.first.payment_session(&step).await.good();
    pair.shop.hold_webhooks().await;
    pair.first.confirm(&payment, "pm_card_visa").await;
    let object = json!({ "object": "payment_intent", "id": pair.shop.intent(&payment) });
    let event = json!({ "id": name, "type": "payment_intent.succeeded", "data": { "object": object } });
    (step, event.to_string())
}

async fn after(shift: u64) {
    tokio::time::sleep(Duration::from_millis(shift)).await;
}

replicas! {
    async fn a_bind_here_and_a_success_there_leave_the_order_of_what_was_paid(mall) {
        let pair = Pair::of(mall.shop().await).await;
        for (shift, bind_first) in SHIFTS.iter().flat_map(|shift| [(*shift, true), (*shift, false)]) {
            let before = pair.stand().await;
            let (step, event) = paid_in_silence(&pair, &format!("evt_{shift}_{bind_first}")).await;
            let two = json!({ "lines": [{ "sku": "MUG-SET", "quantity": 2 }] });
            pair.first.reprice(&step, two).await.good();
            let bind = async {
                after(if bind_first { 0 } else { shift }).await;
                pair.first.bind_again(&step).await.codes()
            };
            let told = async {
                after(if bind_first { shift } else { 0 }).await;
                post(&pair.second, &event).await
            };
            let (refused, status) = tokio::join!(bind, told);
            assert_eq!(status, 200);
            assert_eq!(refused.len(), 1, "{shift}: a bind of what is paid went through");
            let done = pair.second.until(&step, "COMPLETED").await;
            assert_eq!(done["order"]["lines"][0]["quantity"], 1);
            pair.came_to(before, SOLD, &format!("{shift} {bind_first}")).await;
        }
    }
}

replicas! {
    async fn a_cancel_here_and_a_success_there_leave_the_order(mall) {
        let pair = Pair::of(mall.shop().await).await;
        for (shift, cancel_first) in SHIFTS.iter().flat_map(|shift| [(*shift, true), (*shift, false)]) {
            let before = pair.stand().await;
            let (step, event) = paid_in_silence(&pair, &format!("evt_{shift}_{cancel_first}")).await;
            let cancel = async {
                after(if cancel_first { 0 } else { shift }).await;
                pair.first.cancel(&step).await.codes().join(" ")
            };
            let told = async {
                after(if cancel_first { shift } else { 0 }).await;
                post(&pair.second, &event).await
            };
            let (refused, status) = tokio::join!(cancel, told);
            assert_eq!(status, 200);
            assert!(refused == "PAYMENT_IN_PROGRESS" || refused == "SESSION_FINAL", "{shift}: {refused}");
            assert_eq!(pair.second.read(&step).await.state(), "COMPLETED");
            pair.came_to(before, SOLD, &format!("{shift} {cancel_first}")).await;
        }
    }
}

replicas! {
    /// The buyer cancels while the card is charged: whoever is first at the provider has it.
    async fn a_cancel_here_while_the_card_is_charged_leaves_one_of_both(mall) {
        let pair = Pair::of(mall.shop().await).await;
        for (shift, cancel_first) in SHIFTS.iter().flat_map(|shift| [(*shift, true), (*shift, false)]) {
            let before = pair.stand().await;
            let step = pair.first.bound(&[("MUG-SET", 1)]).await;
            let payment = pair.first.payment_session(&step).await.good();
            let cancel = async {
                after(if cancel_first { 0 } else { shift }).await;
                pair.second.cancel(&step).await.codes().join(" ")
            };
            let charge = async {
                after(if cancel_first { shift } else { 0 }).await;
                pair.first.confirm(&payment, "pm_card_visa").await.status
            };
            let (refused, charged) = tokio::join!(cancel, charge);
            let expected = if charged == 200 {
                assert!(!refused.is_empty(), "{shift}: canceled and charged");
                pair.first.until(&step, "COMPLETED").await;
                SOLD
            } else {
                assert_eq!((charged, refused.as_str()), (400, ""), "{shift}");
                Stand { sessions: 1, intents: 1, ..Stand::default() }
            };
            pair.came_to(before, expected, &format!("{shift} {cancel_first}")).await;
        }
    }
}

/// How long a binding holds where it has to run out.
const LIFETIME_MS: u64 = 700;

replicas! {
    /// Both workers end what ran out, while the card is charged and the first is told.
    async fn a_payment_at_the_last_moment_is_an_order_or_never_was(mall) {
        let lifetime = Span::from_ms(LIFETIME_MS.cast_signed());
        let shop = mall.shop_with("A", |shop| shop.organization.settings.binding_lifetime = lifetime).await;
        let pair = Pair::of(shop).await;
        let (mut orders, mut lapsed) = (0, 0);
        for early in [60, 40, 30, 20, 10, 0] {
            let before = pair.stand().await;
            let step = pair.first.bound(&[("MUG-SET", 1)]).await;
            let payment = pair.second.payment_session(&step).await.good();
            let until = mall.count("SELECT max(payable_until) FROM checkout_session WHERE secret_out").await;
            let left = u64::try_from(until - super::now().ms()).unwrap_or_default();
            after(left.saturating_sub(early)).await;
            let expected = match pair.first.confirm(&payment, "pm_card_visa").await.status {
                200 => {
                    orders += 1;
                    pair.first.until(&step, "COMPLETED").await;
                    SOLD
                }
                status => {
                    lapsed += 1;
                    assert_eq!(status, 400);
                    pair.second.until(&step, "READY_FOR_PAYMENT").await;
                    Stand { sessions: 1, intents: 1, ..Stand::default() }
                }
            };
            pair.came_to(before, expected, &format!("{early} ms early")).await;
        }
        assert_eq!(orders + lapsed, 6);
    }
}
