//! An intent on its way to another total or to its end, killed at each step: one intent, and never a second client secret.

use serde_json::json;

use super::{
    crash::{Crash, crash, each},
    purchases::SOLD,
    stand::Stand,
};
use crate::support::{Answer, Mall, Shop, Step};

/// A session that ended without an order, and an intent that is dead.
const GIVEN_UP: Stand = Stand {
    sessions: 1,
    intents: 1,
    orders: 0,
    on_hand: 0,
    held: 0,
    gifts: 0,
    gift_uses: 0,
    verdicts: 0,
    alive: 0,
    taken: 0,
    refunds: 0,
    given_back: 0,
};

/// Bound and handed out, before anything is killed.
pub async fn handed_out(crash: &Crash<'_>) -> (Step, Answer) {
    let shop = &crash.safe;
    let step = shop.bound(&[("MUG-SET", 1)]).await;
    let payment = shop.payment_session(&step).await.good();
    (step, payment)
}

/// Sets the line to two units.
async fn two(shop: &Shop<'_>, step: &Step) {
    shop.reprice(step, json!({ "lines": [{ "sku": "MUG-SET", "quantity": 2 }] })).await.good();
}

crash! {
    async fn a_new_total(crash) of |_| {}, at [
        "reprice.before_commit", "reprice.after_commit", "bind.before_commit", "bind.after_commit",
        "intent_plan.before_commit", "intent_plan.after_commit", "update_intent.before_call", "update_intent.after_call",
        "intent_moved.before_commit", "intent_moved.after_commit", "bind.before_answer",
        "told.before_commit", "told.after_commit", "payment_session.before_answer",
    ], {
        let (step, first) = handed_out(crash).await;
        let shop = crash.serve().await;
        two(&shop, &step).await;
        let total = shop.bind_again(&step).await.good().grand_total();
        let payment = shop.payment_session(&step).await.good();
        assert_eq!(payment["paymentSession"]["clientSecret"], first["paymentSession"]["clientSecret"]);
        assert_eq!(payment["paymentSession"]["amount"]["amountMinor"], total);
        // The element that was mounted first.
        assert_eq!(shop.confirm(&first, "pm_card_visa").await.status, 200);
        let done = shop.until(&step, "COMPLETED").await;
        assert_eq!(done["order"]["lines"][0]["quantity"], 2);
        crash.came_to(Stand { on_hand: -2, taken: total, ..SOLD }).await;
    }
}

crash! {
    async fn a_new_total_after_the_payment(crash) of |_| {}, at [
        "update_intent.after_call", "intent_stays.before_commit", "intent_stays.after_commit", "look_up.after_commit",
        "settle.before_commit", "settle.after_commit",
    ], {
        let (step, payment) = handed_out(crash).await;
        crash.safe.hold_webhooks().await;
        let shop = crash.serve().await;
        two(&shop, &step).await;
        shop.confirm(&payment, "pm_card_visa").await;
        // Sent again, it may find the order made, or meet the worker while it makes it.
        let refused = shop.bind_again(&step).await.codes();
        assert!(refused == ["PAYMENT_IN_PROGRESS"] || refused == ["SESSION_FINAL"], "{refused:?}");
        crash.release_webhooks();
        let done = shop.until(&step, "COMPLETED").await;
        assert_eq!(done["order"]["lines"][0]["quantity"], 1);
        crash.came_to(SOLD).await;
    }
}

crash! {
    /// A gift certificate pays all of it, so the intent has to die before the order is made.
    async fn a_total_that_became_nothing(crash) of |_| {}, at [
        "bind.after_commit", "cancel_intent.before_call", "cancel_intent.after_call", "intent_dead.before_commit",
        "intent_dead.after_commit", "complete.before_commit", "complete.after_commit",
    ], {
        let code = format!("GIFT-{:04}-AAAA-1111", crash.number);
        crash.safe.issue(&code, 100_00, "USD").await;
        let (step, payment) = handed_out(crash).await;
        let shop = crash.serve().await;
        shop.reprice(&step, json!({ "giftCertificateCodes": [code] })).await.good();
        shop.bind_again(&step).await.good();
        assert_eq!(shop.complete(&step).await.good().state(), "COMPLETED");
        assert_eq!(shop.confirm(&payment, "pm_card_visa").await.status, 400);
        let free = Stand { gifts: 100_00 - SOLD.taken, gift_uses: 1, verdicts: 0, alive: 0, taken: 0, ..SOLD };
        crash.came_to(free).await;
    }
}

crash! {
    async fn a_cancel(crash) of |_| {}, at [
        "intent_plan.before_commit", "intent_plan.after_commit", "cancel_intent.before_call", "cancel_intent.after_call",
        "intent_dead.before_commit", "intent_dead.after_commit", "cancel.before_commit", "cancel.after_commit",
        "cancel.before_answer",
    ], {
        let (step, payment) = handed_out(crash).await;
        let shop = crash.serve().await;
        let refused = shop.cancel(&step).await.codes();
        assert!(refused.is_empty() || refused == ["SESSION_FINAL"], "{refused:?}");
        assert_eq!(shop.read(&step).await.state(), "CANCELED");
        assert_eq!(shop.confirm(&payment, "pm_card_visa").await.status, 400);
        crash.came_to(GIVEN_UP).await;
    }
}

crash! {
    async fn a_cancel_after_the_payment(crash) of |_| {}, at [
        "cancel_intent.after_call", "intent_alive.before_commit", "intent_alive.after_commit", "look_up.before_commit",
        "settle.after_commit", "cancel.before_answer",
    ], {
        let (step, payment) = handed_out(crash).await;
        crash.safe.hold_webhooks().await;
        let shop = crash.serve().await;
        shop.confirm(&payment, "pm_card_visa").await;
        let refused = shop.cancel(&step).await.codes();
        assert!(refused == ["PAYMENT_IN_PROGRESS"] || refused == ["SESSION_FINAL"], "{refused:?}");
        crash.release_webhooks();
        shop.until(&step, "COMPLETED").await;
        crash.came_to(SOLD).await;
    }
}

crash! {
    /// As an earlier release may have left it: said to be out, and no attempt written down.
    async fn a_cancel_of_what_was_never_asked(crash) of |_| {}, at ["intent_disarm.before_commit", "intent_disarm.after_commit"], {
        let step = crash.safe.bound(&[("MUG-SET", 1)]).await;
        let mall = crash.safe.mall;
        mall.tamper("UPDATE checkout_session SET secret_out = TRUE, payable_until = expires_at WHERE status = 'bound'").await;
        mall.tamper("UPDATE hold SET payable = TRUE").await;
        let shop = crash.serve().await;
        let refused = shop.cancel(&step).await.codes();
        assert!(refused.is_empty() || refused == ["SESSION_FINAL"], "{refused:?}");
        assert_eq!(shop.read(&step).await.state(), "CANCELED");
        crash.came_to(Stand { intents: 0, ..GIVEN_UP }).await;
    }
}
