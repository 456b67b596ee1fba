//! A fault of the program's own ends the one request, or the one item of the worker, that ran into it: what it had begun is
//! rolled back, everybody else goes on, and the same again does its work.

use std::time::Duration;

use checkstand::{
    clock::{Clock, SystemClock},
    domain::instant::Span,
};
use serde_json::json;

use crate::{
    crashes::{crash::catch_up, purchases::SOLD, stand::Stand},
    support::{Client, Mall, Served, Shop, Step, story},
};

/// Sends a bind or a payment session that panics, as it is: a client that repeats would hide it.
async fn panics(shop: &Shop<'_>, step: &Step, mutation: &str) {
    let query = format!("mutation($t: String!) {{ {mutation}(token: $t) {{ userErrors {{ code }} }} }}");
    let body = json!({ "query": query, "variables": { "t": step.token } }).to_string();
    let url = format!("{}/graphql", shop.address);
    let answer = Client::new()
        .send(
            "POST",
            &url,
            &[("content-type", "application/json"), ("x-organization-slug", &shop.slug)],
            body,
        )
        .await;
    assert_eq!(answer.status, 500, "{}", answer.text);
    assert_eq!(answer.json["errors"][0]["extensions"]["code"], "INTERNAL", "{}", answer.text);
    assert!(!answer.text.contains("point"), "{}", answer.text);
}

/// Waits for the worker, which looks at least every ten seconds.
async fn comes_to(mall: &Mall, sql: &str, number: i64) {
    for _ in 0..3_000 {
        if mall.count(sql).await == number {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{sql} never came to {number}");
}

story! {
    async fn a_request_that_panics_is_answered_with_a_code_and_leaves_nothing_behind(mall: &Mall) {
        let safe = mall.shop().await;
        for (point, mutation) in [
            ("hand_out.before_commit:panic", "checkoutSessionPaymentSession"),
            ("create_intent.after_call:panic", "checkoutSessionPaymentSession"),
            ("cancel.before_commit:panic", "checkoutSessionCancel"),
        ] {
            catch_up(mall);
            let before = Stand::of(&safe).await;
            let step = safe.bound(&[("MUG-SET", 1)]).await;
            let served = Served::of(&safe, Some(point));
            served.listening().await;
            let shop = served.shop(&safe);
            panics(&shop, &step, mutation).await;
            // Somebody else, on the same process and its connections.
            shop.bound(&[("MUG-SET", 1)]).await;
            let payment = shop.payment_session(&step).await.good();
            shop.confirm(&payment, "pm_card_visa").await;
            shop.until(&step, "COMPLETED").await;
            let taken = mall.twin.snapshot(&safe.secret_key).iter().map(|intent| intent.amount_received).max().unwrap();
            safe.came_to(before, Stand { sessions: 2, held: 1, taken, ..SOLD }, point).await;
            served.never_died(point);
        }
    }
}

story! {
    async fn an_item_of_the_worker_that_panics_is_left_for_later_and_stands_before_no_other(mall: &Mall) {
        let safe = mall.shop().await;
        let before = Stand::of(&safe).await;
        mall.clock.advance(Span::from_hours(-25));
        let (one, other) = (safe.bound(&[("MUG-SET", 1)]).await, safe.bound(&[("MUG-SET", 1)]).await);
        catch_up(mall);
        let served = Served::of(&safe, Some("expire.before_commit:panic"));
        served.listening().await;
        let shop = served.shop(&safe);
        let past = "SELECT count(*) FROM checkout_session WHERE status = 'expired'";
        comes_to(mall, past, 1).await;
        let waits = format!("SELECT count(*) FROM checkout_session WHERE status <> 'expired' AND due_at > {}", SystemClock.now().ms());
        comes_to(mall, &waits, 1).await;
        // Its next turn comes now.
        mall.tamper("UPDATE checkout_session SET due_at = 1 WHERE status <> 'expired'").await;
        comes_to(mall, past, 2).await;
        for step in [&one, &other] {
            assert_eq!(shop.read(step).await.state(), "EXPIRED");
        }
        safe.came_to(before, Stand { sessions: 2, ..Stand::default() }, "expire").await;
        served.never_died("expire");
    }
}
