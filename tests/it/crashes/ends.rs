//! What the worker ends, killed at each step: goods are free again, and nothing can be paid any more.

use checkstand::{domain::instant::Span, twin::Settlement};
use serde_json::json;

use super::{
    crash::{Crash, crash, each},
    intents::handed_out,
    purchases::SOLD,
    stand::Stand,
};
use crate::support::{Client, Mall};

crash! {
    async fn what_runs_out(crash) of |_| {}, at [
        "intent_plan.before_commit", "intent_plan.after_commit", "cancel_intent.before_call", "cancel_intent.after_call",
        "intent_dead.before_commit", "intent_dead.after_commit", "expire.before_commit", "expire.after_commit",
    ], {
        crash.ago(Span::from_hours(25)).await;
        let (step, payment) = handed_out(crash).await;
        let shop = crash.serve().await;
        shop.until(&step, "EXPIRED").await;
        assert_eq!(shop.confirm(&payment, "pm_card_visa").await.status, 400);
        crash.came_to(Stand { sessions: 1, intents: 1, ..Stand::default() }).await;
    }
}

crash! {
    /// Asked for once; the process dies under it, and nobody asks again.
    async fn a_buyer_who_never_comes_back(crash) of |shop| shop.organization.settings.binding_lifetime = Span::from_ms(1_500), at [
        "hand_out.after_commit", "create_intent.before_call", "create_intent.after_call", "intent_created.before_commit",
        "intent_created.after_commit", "payment_session.before_answer",
    ], {
        let shop = crash.serve().await;
        let step = shop.bound(&[("MUG-SET", 1)]).await;
        let query = "mutation($t: String!) { checkoutSessionPaymentSession(token: $t) { userErrors { code } } }";
        let body = json!({ "query": query, "variables": { "t": step.token } }).to_string();
        let url = format!("{}/graphql", shop.address);
        let sent = Client::new().try_send("POST", &url, &[("content-type", "application/json")], body.into()).await;
        assert!(sent.is_err(), "{sent:?}");
        shop.until(&step, "READY_FOR_PAYMENT").await;
        // Whether an intent was made before the death or after it, it is dead.
        crash.came_to(Stand { sessions: 1, intents: 1, ..Stand::default() }).await;
    }
}

crash! {
    /// The bank takes its time, and the worker asks how it goes.
    async fn a_payment_that_takes_its_time(crash) of |_| {}, at [
        "look_up.after_commit", "settle.after_commit", "expire_later.before_commit", "expire_later.after_commit",
    ], {
        crash.ago(Span::from_hours(1)).await;
        let (step, payment) = handed_out(crash).await;
        crash.safe.confirm(&payment, "pm_twin_late_success").await;
        crash.safe.complete(&step).await.good();
        assert_eq!(crash.safe.read(&step).await.state(), "PAYMENT_PROCESSING");
        let shop = crash.serve().await;
        crash.dies().await;
        shop.mall.twin.settle(&shop.intent(&payment), Settlement::Succeed).unwrap();
        shop.until(&step, "COMPLETED").await;
        crash.came_to(SOLD).await;
    }
}
